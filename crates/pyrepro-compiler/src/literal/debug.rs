//! The text that `{value=}` shows.

use crate::error::{Handover, Result};
use crate::rules::Consulted;
use std::borrow::Cow;

/// The text between the brace and the end of the expression, without comments.
///
/// CPython looks for quotes in its own rough way to tell a comment from a `#` in a string; so does this.
pub fn debug_text<'a>(text: &'a str, grammar: &Consulted<'_>) -> Result<Cow<'a, str>> {
    if text.contains(['#', '\\']) && !grammar.debug_text_knows_strings() {
        return Err(Handover::Unsupported("a # or a backslash in a replacement field").into());
    }
    if !has_comment(text.as_bytes()) {
        return Ok(Cow::Borrowed(text));
    }
    if text.contains('\\') && !grammar.debug_text_knows_escapes() {
        return Err(Handover::Unsupported("a comment and a backslash in a replacement field").into());
    }
    let mut quote = None;
    let mut in_comment = false;
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if in_comment && c != '\n' {
            continue;
        }
        in_comment = false;
        match c {
            '"' | '\'' => quote = toggled(quote, c),
            '#' if quote.is_none() => {
                in_comment = true;
                continue;
            }
            _ => {}
        }
        out.push(c);
        if c == '\\' {
            out.extend(chars.next());
        }
    }
    Ok(Cow::Owned(out))
}

fn has_comment(text: &[u8]) -> bool {
    let mut quote = None;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            byte @ (b'"' | b'\'') => quote = toggled(quote, char::from(byte)),
            b'#' if quote.is_none() => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// The quote that is open behind another one.
fn toggled(open: Option<char>, quote: char) -> Option<char> {
    match open {
        None => Some(quote),
        Some(open) if open == quote => None,
        Some(open) => Some(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::PYTHON_3_14;

    fn text(source: &str) -> Cow<'_, str> {
        debug_text(source, &Consulted::new(&PYTHON_3_14.grammar)).unwrap()
    }

    #[test]
    fn comments_go_and_strings_stay() {
        assert_eq!(text("a = "), "a = ");
        assert_eq!(text("a # b\n ="), "a \n =");
        assert_eq!(text("'#' ="), "'#' =");
        assert_eq!(text("'#' # c\n="), "'#' \n=");
    }
}
