//! Text to tokens.

pub mod token;
