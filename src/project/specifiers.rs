//! Which versions of something will do.

use std::fmt;
use std::str::FromStr;

use super::scanner::Scanner;
use super::{BadValue, Version};

/// Version specifiers after PEP 440.
///
/// ```
/// use pyrepro::project::Specifiers;
///
/// let python: Specifiers = ">= 3.8, != 3.9.*".parse()?;
/// assert_eq!(python.to_string(), ">=3.8,!=3.9.*");
/// assert!(">=3.8.*".parse::<Specifiers>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Specifiers(String);

impl Specifiers {
    /// Whether any version will do.
    ///
    /// ```
    /// # use pyrepro::project::Specifiers;
    /// assert!(Specifiers::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Specifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Longer ones first, so that none is taken for its beginning.
const OPERATORS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

impl FromStr for Specifiers {
    type Err = BadValue;

    /// Empty parts are skipped, since others accept a comma at the end.
    fn from_str(text: &str) -> Result<Specifiers, BadValue> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let specifiers: Result<Vec<String>, _> =
            parts.map(|part| specifier(part).map_err(|allowed| BadValue::new(text, allowed))).collect();
        Ok(Specifiers(specifiers?.join(",")))
    }
}

/// One specifier in normal form, or what it would have to be.
fn specifier(text: &str) -> Result<String, String> {
    let mut rest = Scanner(text);
    let operator = rest.eat_one_of(&OPERATORS).ok_or_else(|| {
        format!("versions after one of ~=, ==, !=, <=, >=, <, > and ===, separated by commas, and {text:?} has none of these")
    })?;
    let version = rest.0.trim();
    if operator == "===" {
        let good =
            !version.is_empty() && !version.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ')'));
        return good
            .then(|| format!("==={version}"))
            .ok_or_else(|| "text without white space after ===".into());
    }
    let (version, any) = match version.strip_suffix(".*") {
        Some(version) => (version, ".*"),
        None => (version, ""),
    };
    let parsed: Version = version.parse().map_err(|_| {
        format!("after {operator} a version after PEP 440, such as 3.8 or 1.0rc1, and {version:?} is none")
    })?;
    if !any.is_empty() && (version.ends_with(char::is_whitespace) || is_short_post(version)) {
        return Err("`.*` right after a version, and .postN for -N".into());
    }
    if let Some(rule) = broken_rule(operator, &parsed, !any.is_empty()) {
        return Err(rule.into());
    }
    Ok(format!("{operator}{parsed}{any}"))
}

/// Whether a version ends in `-1`, which is short for `.post1`.
fn is_short_post(version: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    version.trim_end_matches(is_digit).strip_suffix('-').is_some_and(|before| before.ends_with(is_digit))
}

fn broken_rule(operator: &str, version: &Version, any: bool) -> Option<&'static str> {
    let exact = matches!(operator, "==" | "!=");
    if any && !exact {
        Some("`.*` after == and != alone: write >=3.8 for >=3.8.*")
    } else if any && (version.is_dev || version.is_local) {
        Some("`.*` after versions without .dev and +local")
    } else if version.is_local && !exact {
        Some("versions with +local after ==, != and === alone")
    } else if operator == "~=" && version.release_parts < 2 {
        Some("after ~= a version with two numbers at least: write ~=1.0 for ~=1")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_written_without_space_and_in_their_order() {
        let forms = [
            ("", ""),
            (">=3.8", ">=3.8"),
            (">= 3.8 , <4", ">=3.8,<4"),
            ("~=1.4.2", "~=1.4.2"),
            ("==1.0+Local.01", "==1.0+local.1"),
            ("!=1.*,>1", "!=1.*,>1"),
            ("===any-thing", "===any-thing"),
            (">=3.6,", ">=3.6"),
        ];
        for (written, normal) in forms {
            assert_eq!(written.parse::<Specifiers>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn what_pep_440_forbids_is_refused() {
        for text in [
            "3.8",
            "=3.8",
            ">=3.8 <4",
            ">=3.8.*",
            "~=1",
            "~=1.0+a",
            ">1+a",
            "==1.dev1.*",
            "==1+a.*",
            "^1.2",
            "=>1",
            ">=",
            "===",
            "=== a b",
            "== *",
        ] {
            assert!(text.parse::<Specifiers>().is_err(), "{text:?}");
        }
    }
}
