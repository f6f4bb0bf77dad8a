//! String and bytes literals.

use std::borrow::Cow;

use super::escape::Unescaper;
use crate::error::{Failure, Result, Warning};
use crate::rules::Consulted;
use crate::span::Span;

/// What a literal stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A `str`, in WTF-8.
    Str(Cow<'a, [u8]>),
    /// A `bytes`.
    Bytes(Cow<'a, [u8]>),
}

/// The value of a literal: a whole [`String`](crate::lexer::token::TokenKind::String) token without an `f` before it.
pub fn string<'a>(
    token: &'a str,
    span: Span,
    grammar: &Consulted<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Value<'a>> {
    let quote = token.find(['"', '\'']).unwrap_or(0);
    let (prefix, quoted) = token.split_at(quote);
    let has = |letter: u8| prefix.bytes().any(|byte| byte.eq_ignore_ascii_case(&letter));
    let text = unquoted(quoted);
    let plain = has(b'r') || !text.contains('\\');
    if !has(b'b') {
        return Ok(Value::Str(match plain {
            true => Cow::Borrowed(text.as_bytes()),
            false => Cow::Owned(Unescaper::new(text.as_bytes(), span, grammar, warnings).string()?),
        }));
    }
    if !text.is_ascii() {
        return Err(Failure::syntax("bytes can only contain ASCII literal characters", span));
    }
    Ok(Value::Bytes(match plain {
        true => Cow::Borrowed(text.as_bytes()),
        false => Cow::Owned(Unescaper::new(text.as_bytes(), span, grammar, warnings).bytes()?),
    }))
}

/// The value of a piece of text of an f-string or t-string.
pub fn format_piece<'a>(
    text: &'a str,
    raw: bool,
    span: Span,
    grammar: &Consulted<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Cow<'a, [u8]>> {
    if raw || !text.contains('\\') {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    Ok(Cow::Owned(Unescaper::new(text.as_bytes(), span, grammar, warnings).format_piece()?))
}

/// How many quotes a literal begins and ends with.
pub(crate) fn quotes(quoted: &str) -> usize {
    match quoted.len() {
        6.. if is_triple(quoted) => 3,
        _ => 1,
    }
}

fn unquoted(quoted: &str) -> &str {
    let length = quotes(quoted);
    quoted.get(length..quoted.len() - length).unwrap_or("")
}

fn is_triple(quoted: &str) -> bool {
    quoted.starts_with("\"\"\"") || quoted.starts_with("'''")
}
