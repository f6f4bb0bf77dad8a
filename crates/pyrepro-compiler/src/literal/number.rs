//! Numbers.

use std::borrow::Cow;

use crate::constant::Const;
use crate::error::{Failure, Result};
use crate::number::Integer;
use crate::span::Span;

/// Decimal digits of an integer, at most: CPython's limit against slow conversions.
const MOST_DIGITS: usize = 4300;

/// The value of a [`Number`](crate::lexer::token::TokenKind::Number) token.
pub fn number(token: &str, span: Span) -> Result<Const> {
    let digits = match token.contains('_') {
        true => Cow::Owned(token.replace('_', "")),
        false => Cow::Borrowed(token),
    };
    let bytes = digits.as_bytes();
    let radix = match bytes {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    if radix != 10 {
        return Ok(Const::Int(Integer::parse(&digits[2..], radix)));
    }
    match bytes.last() {
        Some(b'j' | b'J') => Ok(Const::Complex(0f64.to_bits(), float(&digits[..digits.len() - 1]).to_bits())),
        _ if bytes.iter().all(u8::is_ascii_digit) => integer(&digits, span),
        _ => Ok(Const::float(float(&digits))),
    }
}

fn integer(digits: &str, span: Span) -> Result<Const> {
    if digits.len() > MOST_DIGITS {
        return Err(Failure::syntax(
            format!(
                "Exceeds the limit ({MOST_DIGITS} digits) for integer string conversion: value has {} digits; use \
                 sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
                 literals to avoid decimal conversion limits.",
                digits.len()
            ),
            span,
        ));
    }
    Ok(Const::Int(Integer::parse(digits, 10)))
}

/// The tokenizer let nothing through that is no number: what overflows is infinite.
fn float(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::INFINITY)
}
