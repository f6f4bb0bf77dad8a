//! Strings that Python source assigns to a name, found without running it.

use super::scanner::Scanner;

/// The version that a module assigns to a name at its top level, outside of any block, if it does: a string
/// literal, or a tuple of such and of numbers.
///
/// Strings, comments and brackets are stepped over, so that what merely looks like an assignment
/// (in a docstring, say) is none.
pub(super) fn assigned_version(source: &str, name: &str) -> Result<Option<String>, String> {
    let mut found: Option<String> = None;
    for statement in top_level(source) {
        let Some(value) = value_assigned_to(statement, name) else { continue };
        let value = literal(value).or_else(|| dotted(value)).ok_or_else(|| {
            format!("computes {name}, and pyrepro runs no code to see its value; assign a string")
        })?;
        if found.as_ref().is_some_and(|other| *other != value) {
            return Err(format!("assigns different strings to {name}"));
        }
        found = Some(value);
    }
    Ok(found)
}

/// The first line with something in it of a module's docstring, or of what is assigned to `__doc__` in its place,
/// if it is a plain string.
pub(crate) fn docstring(source: &str) -> Option<String> {
    let statements = top_level(source);
    let first = *statements.iter().find(|statement| !statement.starts_with('#'))?;
    let line = |expression| {
        let mut rest = Scanner(expression);
        rest.eat_one_of(&["r", "R", "u", "U"]);
        let text = string(&mut rest)?;
        let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        (!line.contains('\\')).then(|| line.to_owned())
    };
    line(first)
        .or_else(|| statements.iter().find_map(|other| value_assigned_to(other, "__doc__")).and_then(line))
}

/// The module that a name is imported from at the top level, by `from .module import name` on one line.
pub(crate) fn imported_from<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    top_level(source).into_iter().find_map(|statement| {
        let line = statement.lines().next()?.split('#').next()?;
        let (module, names) = line.strip_prefix("from ")?.split_once(" import ")?;
        let is_it = |imported: &str| imported.trim() == name;
        let names = names.trim().trim_start_matches('(').trim_end_matches(')');
        (module.starts_with('.') && names.split(',').any(is_it)).then_some(module.trim())
    })
}

/// The rest of the source at the start of each statement that is not indented.
fn top_level(source: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut rest = Scanner(source.trim_start_matches('\u{feff}'));
    let (mut depth, mut is_start) = (0_usize, true);
    while let Some(c) = rest.peek() {
        if is_start && !c.is_whitespace() {
            starts.push(rest.0);
        }
        is_start = false;
        match c {
            '#' => drop(rest.take_while(|c| !matches!(c, '\n' | '\r'))),
            '"' | '\'' => drop(string(&mut rest)),
            '\\' => {
                // What follows a joined line is no statement of its own.
                rest.0 = &rest.0[1..];
                rest.eat_one_of(&["\r\n", "\n", "\r", "\\"]);
            }
            _ => {
                match c {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    '\n' | '\r' => is_start = depth == 0,
                    _ => {}
                }
                rest.0 = &rest.0[c.len_utf8()..];
            }
        }
    }
    starts
}

/// Takes a string literal; gives its content as it is written, or nothing if it does not end.
fn string<'a>(rest: &mut Scanner<'a>) -> Option<&'a str> {
    let quote = rest.eat_one_of(&["\"\"\"", "'''", "\"", "'"])?;
    let content = rest.0;
    while let Some(c) = rest.peek() {
        let read = content.len() - rest.0.len();
        if rest.eat(quote) {
            return Some(&content[..read]);
        }
        if quote.len() == 1 && matches!(c, '\n' | '\r') {
            return None;
        }
        rest.0 = &rest.0[c.len_utf8()..];
        if c == '\\' {
            // The character after it cannot end the string.
            let escaped = rest.peek().map_or(0, char::len_utf8);
            rest.0 = &rest.0[escaped..];
        }
    }
    None
}

/// What is after `name =`, also in `name: str =` and `a = name = b =`.
fn value_assigned_to<'a>(statement: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = Scanner(statement);
    let mut is_assigned = false;
    loop {
        let mut ahead = rest;
        let target = ahead.take_while(|c| c.is_alphanumeric() || c == '_');
        ahead.skip_space();
        if ahead.eat(":") {
            ahead.take_while(|c| !matches!(c, '=' | '\n' | '\r' | '#'));
        }
        if target.is_empty() || !ahead.eat("=") || ahead.peek() == Some('=') {
            break;
        }
        ahead.skip_space();
        is_assigned |= target == name;
        rest = ahead;
    }
    is_assigned.then_some(rest.0)
}

/// The string that an expression is, if it is a literal without escapes and nothing else.
fn literal(expression: &str) -> Option<String> {
    let mut rest = Scanner(expression);
    let in_brackets = rest.eat("(");
    rest.skip_space();
    rest.eat_one_of(&["r", "R", "u", "U"]);
    let text = string(&mut rest)?;
    rest.skip_space();
    if in_brackets && !rest.eat(")") {
        return None;
    }
    rest.skip_space();
    let is_end = rest.peek().is_none_or(|c| matches!(c, '\n' | '\r' | '#' | ';'));
    (is_end && !text.contains('\\')).then(|| text.to_owned())
}

/// A tuple or list of numbers and strings, with dots between its parts.
fn dotted(expression: &str) -> Option<String> {
    let mut rest = Scanner(expression);
    let closing = if rest.eat("(") { ")" } else { rest.eat("[").then_some("]")? };
    let mut parts = Vec::new();
    let space = |rest: &mut Scanner<'_>| {
        rest.take_while(char::is_whitespace);
    };
    loop {
        space(&mut rest);
        if rest.eat(closing) {
            break;
        }
        let number = rest.take_while(|c| c.is_ascii_digit());
        parts.push(if number.is_empty() { string(&mut rest)? } else { number });
        space(&mut rest);
        if !rest.eat(",") {
            rest.eat(closing).then_some(())?;
            break;
        }
    }
    rest.skip_space();
    let is_end = rest.peek().is_none_or(|c| matches!(c, '\n' | '\r' | '#' | ';'));
    // One thing in brackets is no tuple, and a version is no single number in one.
    (is_end && parts.len() > 1 && parts.iter().all(|part| !part.contains('\\'))).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(source: &str) -> Result<String, String> {
        assigned_version(source, "__version__")?.ok_or_else(|| "does not assign".to_owned())
    }

    #[test]
    fn all_usual_spellings_are_found() {
        let sources = [
            "__version__ = '1.2'",
            "\u{feff}__version__=\"1.2\"\r\n",
            "'''Docs.'''\n\n__version__ : str = '''1.2'''  # now\n",
            "import a\n__version__ = version = '1.2'\n",
            "VERSION = __version__ = u'1.2'; x = 1\n",
            "__version__: Final[str] = (\"1.2\")\n",
            "a = [\n'x',\n]\n__version__ = '1.2'\n",
            "if a:\n    __version__ = '3'\n__version__ = '1.2'",
            "a = '\\''\n__version__ = '1.2'\n__version__ = '1.2'\n",
        ];
        for source in sources {
            assert_eq!(version(source).as_deref(), Ok("1.2"), "{source:?}");
        }
    }

    #[test]
    fn what_only_looks_like_an_assignment_is_none() {
        let sources = [
            "",
            "'''\n__version__ = '1.2'\n'''\n",
            "# __version__ = '1.2'\n",
            "f(\n__version__ = '1.2'\n)\n",
            "x = 1 + \\\n__version__ == '1.2'\n",
            "if a:\n    __version__ = '1.2'\n",
            "__version__ == '1.2'\n",
            "__version__\n",
            "my__version__ = '1.2'\n",
            "__version__: str\n",
        ];
        for source in sources {
            assert!(version(source).unwrap_err().starts_with("does not assign"), "{source:?}");
        }
    }

    #[test]
    fn a_tuple_is_a_version_with_dots() {
        for source in ["(1, 2, '3rc1')", "[ 1, 2,\n 3 , ]", "(\"1\", 2)  # now"] {
            assert!(version(&format!("__version__ = {source}\n")).is_ok(), "{source}");
        }
        assert_eq!(version("__version__ = (1, 2, '3rc1')\n").unwrap(), "1.2.3rc1");
        for source in ["(1, f())", "(1, 2) + (3,)", "(1, 2", "(1 2)", "(1,)"] {
            assert!(version(&format!("__version__ = {source}\n")).is_err(), "{source}");
        }
    }

    #[test]
    fn what_would_have_to_be_run_is_refused() {
        for source in ["'1' + '2'", "f'1'", "get()", "'1' '2'", "'1\\x2e2'", "b'1'", "'1.2", "('1',)", ""] {
            let error = version(&format!("__version__ = {source}\n")).unwrap_err();
            assert!(error.contains("runs no code"), "{source:?} {error}");
        }
        assert!(version("__version__ = '1'\n__version__ = '2'\n").unwrap_err().contains("different"));
    }

    #[test]
    fn no_text_makes_it_panic_or_slow() {
        for source in [
            "'",
            "\"\"\"",
            "\\",
            "'\\",
            "(((",
            "ß = ß'ß",
            "a=".repeat(200_000).as_str(),
            "a\n".repeat(200_000).as_str(),
        ] {
            let _ = version(source);
        }
    }
}
