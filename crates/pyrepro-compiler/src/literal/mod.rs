//! Values of literals.
//!
//! Text is WTF-8: a lone surrogate stays, and a pair of escaped surrogates stays two.

mod debug;
mod escape;
mod number;
mod string;

pub use debug::debug_text;
pub(crate) use escape::invalid_escape;
pub use number::number;
pub(crate) use string::quotes;
pub use string::{Value, format_piece, string};
