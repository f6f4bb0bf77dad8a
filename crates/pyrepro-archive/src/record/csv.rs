//! Lines of comma-separated values, as Python's `csv` has them. No path in a wheel has a line end in it.

use std::borrow::Cow;

/// The fields of a line.
pub(super) fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

/// A field as it is written, in quotes where it needs them.
pub(super) fn field(text: &str) -> Cow<'_, str> {
    match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_be_quoted() {
        assert_eq!(fields(r#""a,""b""",c,"#), ["a,\"b\"", "c", ""]);
        assert_eq!(field("a,\"b\""), r#""a,""b""""#);
        assert_eq!(field("plain name"), "plain name");
    }
}
