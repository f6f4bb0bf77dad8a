//! What archives promise.
