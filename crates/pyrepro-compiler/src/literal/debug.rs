//! The text that `{value=}` shows.

use std::borrow::Cow;

/// The text between the brace and the end of the expression, without comments.
///
/// CPython looks for quotes in its own rough way to tell a comment from a `#` in a string; so does this.
pub fn debug_text(text: &str) -> Cow<'_, str> {
    if !has_comment(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut quote = None;
    let mut in_comment = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
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
    }
    Cow::Owned(out)
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

    #[test]
    fn comments_go_and_strings_stay() {
        assert_eq!(debug_text("a = "), "a = ");
        assert_eq!(debug_text("a # b\n ="), "a \n =");
        assert_eq!(debug_text("'#' ="), "'#' =");
        assert_eq!(debug_text("'#' # c\n="), "'#' \n=");
    }
}
