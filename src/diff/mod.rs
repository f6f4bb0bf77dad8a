//! How two files differ.

pub mod pyc;
