//! Whether an environment marker holds.

use super::marker::{Marker, Operand, operator};
use super::scanner::Scanner;
use super::{Name, Specifiers, Version};
use crate::python::Environment;

/// Variables whose values are compared as versions.
const VERSIONS: [&str; 4] =
    ["implementation_version", "platform_release", "python_full_version", "python_version"];

impl Marker {
    /// Whether it holds in an environment, where these extras are asked for (in normal form). A
    /// variable that the environment does not have is empty.
    ///
    /// ```
    /// use pyrepro::project::Marker;
    /// use pyrepro::python::Environment;
    ///
    /// let old: Marker = "python_version < '3.10' or extra == 'Old'".parse()?;
    /// let python = Environment::from_iter([("python_version", "3.13")]);
    /// assert!(!old.holds(&python, &[]));
    /// assert!(old.holds(&python, &["old".to_owned()]));
    /// # Ok::<(), pyrepro::project::BadValue>(())
    /// ```
    pub fn holds(&self, environment: &Environment, extras: &[String]) -> bool {
        let no_extra = [String::new()];
        let extras = if extras.is_empty() { &no_extra } else { extras };
        extras.iter().any(|extra| any(&mut Scanner(self.text()), &Values { environment, extra }))
    }
}

struct Values<'a> {
    environment: &'a Environment,
    extra: &'a str,
}

/// Parts between `or`. The marker was read before, so it has no mistakes, and is not deep.
fn any(rest: &mut Scanner<'_>, values: &Values<'_>) -> bool {
    let mut holds = all(rest, values);
    while rest.eat(" or ") {
        holds |= all(rest, values);
    }
    holds
}

/// Parts between `and`.
fn all(rest: &mut Scanner<'_>, values: &Values<'_>) -> bool {
    let mut holds = one(rest, values);
    while rest.eat(" and ") {
        holds &= one(rest, values);
    }
    holds
}

fn one(rest: &mut Scanner<'_>, values: &Values<'_>) -> bool {
    if rest.eat("(") {
        let holds = any(rest, values);
        rest.eat(")");
        return holds;
    }
    match (Operand::read(rest), operator(rest), Operand::read(rest)) {
        (Ok(left), Ok(operator), Ok(right)) => values.compare(&left, operator, &right),
        _ => false,
    }
}

impl Values<'_> {
    fn compare(&self, left: &Operand<'_>, operator: &str, right: &Operand<'_>) -> bool {
        let is = |wanted: &[&str]| {
            [left, right].iter().any(|o| matches!(o, Operand::Variable(name) if wanted.contains(name)))
        };
        let (mut a, mut b) = (self.value(left).to_owned(), self.value(right).to_owned());
        if is(&["extra"]) {
            [a, b] = [a, b].map(|name| match name.parse::<Name>() {
                Ok(name) => name.normalized().to_owned(),
                Err(_) => name,
            });
        }
        let as_versions = || -> Option<bool> {
            let version: Version = a.parse().ok()?;
            let specifiers: Specifiers = format!("{operator}{b}").parse().ok()?;
            Some(specifiers.take(&version))
        };
        match operator {
            "in" => b.contains(&a),
            "not in" => !b.contains(&a),
            _ => is(&VERSIONS).then(as_versions).flatten().unwrap_or_else(|| as_text(&a, operator, &b)),
        }
    }

    fn value<'a>(&'a self, operand: &'a Operand<'_>) -> &'a str {
        match operand {
            Operand::Text(text) => text,
            Operand::Variable("extra") => self.extra,
            Operand::Variable(name) => self.environment.get(name).unwrap_or_default(),
        }
    }
}

fn as_text(a: &str, operator: &str, b: &str) -> bool {
    match operator {
        "==" | "===" => a == b,
        "!=" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        ">=" => a >= b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python() -> Environment {
        Environment::from_iter([
            ("python_version", "3.10"),
            ("python_full_version", "3.10.2"),
            ("implementation_name", "cpython"),
            ("os_name", "posix"),
            ("sys_platform", "linux"),
            ("platform_machine", "x86_64"),
            ("platform_release", "6.1.0-generic"),
        ])
    }

    #[test]
    fn markers_hold_as_pep_508_says() {
        for (marker, expected) in [
            ("python_version >= '3.9'", true),
            ("python_version < '3.9'", false),
            ("'3.9' <= python_version", true),
            ("python_version == '3.*'", true),
            ("python_version ~= '3.8'", true),
            ("python_full_version < '3.10.2'", false),
            ("python_version in '3.9 3.10'", true),
            ("python_version not in '3.9, 3.10'", false),
            ("sys_platform == 'win32'", false),
            ("'linux' in sys_platform", true),
            ("os_name != 'nt' and sys_platform != 'darwin'", true),
            ("os_name == 'nt' or os_name == 'posix' and python_version < '3'", false),
            ("(os_name == 'nt' or os_name == 'posix') and python_version > '3'", true),
            ("((os_name == 'nt') or (os_name == 'java' or (os_name == 'posix')))", true),
            ("platform_release >= '5'", true),
            ("platform_machine ~= 'x86'", false),
            ("implementation_name == 'cpython'", true),
            ("platform_python_implementation == 'PyPy'", false),
            ("extra == 'a'", false),
            ("extra != 'a'", true),
        ] {
            let parsed: Marker = marker.parse().unwrap();
            assert_eq!(parsed.holds(&python(), &[]), expected, "{marker}");
        }
    }

    #[test]
    fn a_marker_holds_if_it_does_for_one_of_the_extras() {
        let marker: Marker = "extra == 'B_b' and os_name == 'posix'".parse().unwrap();
        assert!(marker.holds(&python(), &["a".to_owned(), "b-b".to_owned()]));
        assert!(!marker.holds(&python(), &["a".to_owned()]));
    }
}
