//! Errors of the built-in compiler, worded as `py_compile` words them.

use pyrepro_compiler::error::{ErrorKind, SyntaxError};

use super::unit::Diagnostic;

/// What `py_compile` says of an error in a source. `text` is the line that it is in.
pub(super) fn diagnostic(error: &SyntaxError, name: &[u8], text: Option<String>) -> Diagnostic {
    let (kind, message) = (error.kind.name(), &error.message);
    let Ok(line @ 1..) = u32::try_from(error.span.line) else {
        return Diagnostic { wording: without_place(error), ..Diagnostic::whole(kind, message.clone()) };
    };
    let name = String::from_utf8_lossy(name);
    // Only a plain SyntaxError is shown with its line.
    let wording = match error.kind {
        ErrorKind::Syntax => {
            let shown = text.as_deref().map_or(String::new(), |text| shown(text, error));
            format!("  File \"{name}\", line {line}\n{shown}{kind}: {message}\n")
        }
        _ => {
            let base = name.rsplit('/').next().unwrap_or_default();
            format!("Sorry: {kind}: {message} ({base}, line {line})")
        }
    };
    let column = |column| text.as_deref().and_then(|text| characters(text, column)).map(|column| column + 1);
    Diagnostic {
        kind: kind.to_owned(),
        message: message.clone().into_owned(),
        wording,
        line: Some(line),
        column: column(error.span.col),
        end_line: u32::try_from(error.span.end_line).ok(),
        end_column: if error.span.end_line == error.span.line { column(error.span.end_col) } else { None },
        text,
    }
}

fn without_place(error: &SyntaxError) -> String {
    match error.kind {
        ErrorKind::Syntax => format!("SyntaxError: {}\n", error.message),
        kind => format!("Sorry: {}: {}", kind.name(), error.message),
    }
}

/// The line without its indentation, and carets below the place.
fn shown(text: &str, error: &SyntaxError) -> String {
    let line = text.trim_start_matches([' ', '\x0c']);
    let indentation = (text.len() - line.len()) as u32;
    let plain = format!("    {line}\n");
    let Some(start) = characters(text, error.span.col) else { return plain };
    let end = match error.span.end_line == error.span.line {
        true => characters(text, error.span.end_col).unwrap_or(start),
        false => text.chars().count() as u32,
    };
    let Some(before) = start.checked_sub(indentation) else { return plain };
    let carets = end.saturating_sub(start).max(1);
    // Tabs stay, so that the carets stand below what they mean.
    let blanks = line.chars().chain(std::iter::repeat(' ')).take(before as usize);
    let blanks: String = blanks.map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
    format!("{plain}    {blanks}{}\n", "^".repeat(carets as usize))
}

/// How many characters stand before a column, which counts bytes.
fn characters(text: &str, column: i32) -> Option<u32> {
    let column = usize::try_from(column).ok()?;
    let inside = text.char_indices().take_while(|(place, _)| *place < column).count();
    Some((inside + column.saturating_sub(text.len())) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrepro_compiler::error::Failure;
    use pyrepro_compiler::span::Span;

    fn worded(kind: ErrorKind, place: (i32, i32), text: &str) -> String {
        let span = Span { line: 1, col: place.0, end_line: 1, end_col: place.1 };
        let Failure::Syntax(error) = Failure::error(kind, "invalid syntax", span) else {
            panic!("an error of the source")
        };
        diagnostic(&error, b"pkg/m.py", Some(text.to_owned())).wording
    }

    #[test]
    fn carets_stand_below_the_characters_that_are_wrong() {
        let expected = "  File \"pkg/m.py\", line 1\n    é = = 1\n        ^\nSyntaxError: invalid syntax\n";
        assert_eq!(worded(ErrorKind::Syntax, (9, 10), "    é = = 1"), expected);
    }

    #[test]
    fn an_error_of_indentation_is_one_line() {
        let expected = "Sorry: IndentationError: invalid syntax (m.py, line 1)";
        assert_eq!(worded(ErrorKind::Indentation, (0, 1), "x"), expected);
    }
}
