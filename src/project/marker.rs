//! Environment markers: where a requirement counts.

use std::fmt;
use std::str::FromStr;

use super::scanner::Scanner;
use super::{BadValue, Name};

/// An environment marker after PEP 508, in a uniform spelling.
///
/// ```
/// use pyrepro::project::Marker;
///
/// let marker: Marker = "os.name=='nt' and(python_version<'3.9')".parse()?;
/// assert_eq!(marker.to_string(), r#"os_name == "nt" and (python_version < "3.9")"#);
/// assert!("python_version = '3'".parse::<Marker>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    text: String,
    /// Whether it has an `or` that parentheses must hold together once something is added.
    is_loose: bool,
}

const VARIABLES: [&str; 12] = [
    "extra",
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
];

/// Names from before PEP 508 that every reader still knows.
const OLD_VARIABLES: [(&str, &str); 6] = [
    ("os.name", "os_name"),
    ("sys.platform", "sys_platform"),
    ("platform.version", "platform_version"),
    ("platform.machine", "platform_machine"),
    ("platform.python_implementation", "platform_python_implementation"),
    ("python_implementation", "platform_python_implementation"),
];

const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

/// Readers of metadata go down a step for each parenthesis, and may have a small stack.
const DEEPEST: usize = 50;

impl Marker {
    /// The marker with the condition that an extra is asked for.
    pub(super) fn for_extra(marker: Option<&Marker>, extra: &Name) -> String {
        let extra = format!("extra == \"{}\"", extra.normalized());
        match marker {
            None => extra,
            Some(Marker { text, is_loose: true }) => format!("({text}) and {extra}"),
            Some(Marker { text, is_loose: false }) => format!("{text} and {extra}"),
        }
    }
}

impl Marker {
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Marker {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Marker, BadValue> {
        read(text).map_err(|allowed| BadValue::new(text, allowed))
    }
}

/// Goes over comparisons, `and`, `or` and parentheses with a count in place of recursion.
fn read(text: &str) -> Result<Marker, String> {
    let mut rest = Scanner(text.trim());
    let (mut normal, mut depth, mut is_loose) = (String::new(), 0, false);
    loop {
        while rest.eat("(") {
            rest.skip_space();
            normal.push('(');
            depth += 1;
        }
        if depth > DEEPEST {
            return Err(format!("markers with up to {DEEPEST} parentheses in each other"));
        }
        normal += &comparison(&mut rest)?;
        rest.skip_space();
        while rest.peek() == Some(')') {
            rest.eat(")");
            rest.skip_space();
            normal.push(')');
            depth = usize::checked_sub(depth, 1).ok_or("as many `(` as `)` in markers")?;
        }
        if rest.is_done() {
            break;
        }
        let word = rest.take_while(|c| c.is_ascii_alphabetic());
        if !matches!(word, "and" | "or") {
            return Err(format!(
                "`and`, `or` or the end after a comparison in a marker, not {:?}",
                rest_of(word, rest)
            ));
        }
        is_loose |= word == "or" && depth == 0;
        normal += &format!(" {word} ");
        rest.skip_space();
    }
    if depth > 0 {
        return Err("as many `)` as `(` in markers".into());
    }
    Ok(Marker { text: normal, is_loose })
}

fn rest_of(word: &str, rest: Scanner<'_>) -> String {
    format!("{word}{}", rest.0).chars().take(20).collect()
}

fn comparison(rest: &mut Scanner<'_>) -> Result<String, String> {
    let left = Operand::read(rest)?;
    let operator = operator(rest)?;
    let right = Operand::read(rest)?;
    let is_extra = left == Operand::Variable("extra") || right == Operand::Variable("extra");
    Ok(format!("{} {operator} {}", left.written(is_extra)?, right.written(is_extra)?))
}

#[derive(Debug, PartialEq)]
pub(super) enum Operand<'a> {
    Variable(&'static str),
    Text(&'a str),
}

impl<'a> Operand<'a> {
    pub(super) fn read(rest: &mut Scanner<'a>) -> Result<Operand<'a>, String> {
        rest.skip_space();
        if let Some(quote) = rest.eat_one_of(&["'", "\""]) {
            let text = rest.take_while(|c| !quote.contains(c));
            return if rest.eat(quote) {
                Ok(Operand::Text(text))
            } else {
                Err("closing quotes in markers".into())
            };
        }
        let name = rest.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let old = OLD_VARIABLES.iter().find(|(old, _)| *old == name).map(|(_, new)| *new);
        let variable = old.or_else(|| VARIABLES.into_iter().find(|variable| *variable == name));
        variable.map(Operand::Variable).ok_or_else(|| {
            let found = if name.is_empty() { rest_of("", *rest) } else { name.to_owned() };
            format!("text in quotes or one of {} in a marker, not {found:?}", VARIABLES.join(", "))
        })
    }

    fn written(&self, is_extra: bool) -> Result<String, String> {
        match self {
            Operand::Variable(name) => Ok((*name).to_owned()),
            Operand::Text(text) if is_extra => {
                let name: Name = text.parse().map_err(|bad: BadValue| bad.allowed)?;
                Ok(format!("{:?}", name.normalized()))
            }
            Operand::Text(text) if text.contains('"') => Ok(format!("'{text}'")),
            Operand::Text(text) => Ok(format!("\"{text}\"")),
        }
    }
}

pub(super) fn operator(rest: &mut Scanner<'_>) -> Result<&'static str, String> {
    rest.skip_space();
    if let Some(operator) = rest.eat_one_of(&OPERATORS) {
        return Ok(operator);
    }
    let word = rest.take_while(|c| c.is_ascii_alphabetic());
    rest.skip_space();
    match word {
        "in" => Ok("in"),
        "not" if rest.take_while(|c| c.is_ascii_alphabetic()) == "in" => Ok("not in"),
        _ => Err(format!("one of {}, in and not in between two operands of a marker", OPERATORS.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_have_a_uniform_spelling() {
        let forms = [
            ("python_version<'3.8'", r#"python_version < "3.8""#),
            ("'linux' in sys.platform", r#""linux" in sys_platform"#),
            ("os_name not  in 'a b'", r#"os_name not in "a b""#),
            ("extra == 'Foo_Bar'", r#"extra == "foo-bar""#),
            ("((os_name=='a')or(os_name=='b'))", r#"((os_name == "a") or (os_name == "b"))"#),
            ("os_name == '\"'", "os_name == '\"'"),
        ];
        for (written, normal) in forms {
            assert_eq!(written.parse::<Marker>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn an_extra_is_added_to_the_whole_marker() {
        let extra = "T_x".parse().unwrap();
        let added = |text: &str| Marker::for_extra(Some(&text.parse().unwrap()), &extra);
        assert_eq!(Marker::for_extra(None, &extra), r#"extra == "t-x""#);
        assert_eq!(
            added("os_name == 'a' and os_name == 'b'"),
            r#"os_name == "a" and os_name == "b" and extra == "t-x""#
        );
        assert_eq!(
            added("os_name == 'a' or os_name == 'b'"),
            r#"(os_name == "a" or os_name == "b") and extra == "t-x""#
        );
        assert_eq!(
            added("(os_name == 'a' or os_name == 'b')"),
            r#"(os_name == "a" or os_name == "b") and extra == "t-x""#
        );
    }

    #[test]
    fn what_is_no_marker_is_refused() {
        let deep = format!("{}os_name == 'a'{}", "(".repeat(100_000), ")".repeat(100_000));
        let texts = [
            "",
            "os_name",
            "os_name =",
            "os_name == ",
            "os_name == 'a",
            "os_name == 'a' and",
            "os_name == 'a' xor os_name == 'b'",
            "(os_name == 'a'",
            "os_name == 'a')",
            "python == '3'",
            "os_name = 'a'",
            "os_name not 'a'",
            "extra == '-'",
            "os_name == 'a' os_name == 'b'",
            "() and os_name == 'a'",
            deep.as_str(),
        ];
        for text in texts {
            assert!(text.parse::<Marker>().is_err(), "{text:?}");
        }
    }
}
