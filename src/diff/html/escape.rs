//! Text that becomes part of a page and never markup.

use std::borrow::Cow;

use crate::hidden;

/// Text for the inside of an element or of an attribute in quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The same text with hidden characters written out.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let write = |character: char| match is_hidden(character) {
        true => code(character),
        false => character.to_string(),
    };
    Cow::Owned(text.chars().map(write).collect())
}

/// Markup of a text, in which hidden characters stand out.
pub(super) fn marked_up(text: &str) -> String {
    let mut markup = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_hidden) {
        markup.push_str(&escaped(&rest[..at]));
        let hidden = rest[at..].chars().next().unwrap_or_default();
        let shown = if hidden == '\r' { "␍".to_owned() } else { code(hidden) };
        markup.push_str(&format!("<i class=\"odd\">{shown}</i>"));
        rest = &rest[at + hidden.len_utf8()..];
    }
    markup + &escaped(rest)
}

/// A character that is not seen; pages keep line ends.
fn is_hidden(character: char) -> bool {
    hidden::is_hidden(character) && character != '\n'
}

fn code(character: char) -> String {
    format!("\\u{{{:x}}}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup_and_nothing_is_hidden() {
        assert_eq!(escaped("<a href=\"x\" b='&'>"), "&lt;a href=&quot;x&quot; b=&#39;&amp;&#39;&gt;");
        assert_eq!(visible("a\u{202e}b\tc\u{61c}"), "a\\u{202e}b\tc\\u{61c}");
        assert_eq!(marked_up("<\0>\r"), "&lt;<i class=\"odd\">\\u{0}</i>&gt;<i class=\"odd\">␍</i>");
    }
}
