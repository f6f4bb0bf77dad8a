//! Versions after PEP 440.

use std::fmt;
use std::str::FromStr;

use super::BadValue;
use super::scanner::Scanner;

/// A version in normal form.
///
/// ```
/// use pyrepro::project::Version;
///
/// let version: Version = "v1.02-Beta_3".parse()?;
/// assert_eq!(version.as_str(), "1.2b3");
/// assert!("1.x".parse::<Version>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    normal: String,
    pub(super) release_parts: usize,
    pub(super) is_dev: bool,
    pub(super) is_local: bool,
}

impl Version {
    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.normal
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}

impl FromStr for Version {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Version, BadValue> {
        let lower = text.trim().to_ascii_lowercase();
        let mut rest = Scanner(&lower);
        read(&mut rest).filter(|_| rest.is_done()).ok_or_else(|| {
            BadValue::new(text, "a version after PEP 440, such as 1.2.3, 1.0rc1, 1.0.post2 or 2026.1+local.3")
        })
    }
}

/// The parts of a version, one after the other as PEP 440 has them.
fn read(rest: &mut Scanner<'_>) -> Option<Version> {
    rest.eat("v");
    let mut normal = String::new();
    let mut part = number(rest)?;
    if rest.eat("!") {
        if part != "0" {
            normal = format!("{part}!");
        }
        part = number(rest)?;
    }
    normal += part;
    let mut release_parts = 1;
    while let Some(part) = labelled(rest, &[("", "")], &["."], Tail::Required) {
        normal += &format!(".{part}");
        release_parts += 1;
    }
    normal += &pre(rest).unwrap_or_default();
    normal += &post(rest).unwrap_or_default();
    let dev = labelled(rest, &[("dev", ".dev")], SEPARATORS, Tail::Zero);
    normal += dev.as_deref().unwrap_or_default();
    let is_local = rest.eat("+");
    if is_local {
        normal += &local(rest)?;
    }
    Some(Version { normal, release_parts, is_dev: dev.is_some(), is_local })
}

const SEPARATORS: &[&str] = &["-", "_", ".", ""];

/// Whether a number has to follow, or is 0 where none does.
#[derive(Clone, Copy, PartialEq)]
enum Tail {
    Required,
    Zero,
}

fn pre(rest: &mut Scanner<'_>) -> Option<String> {
    let labels = [
        ("alpha", "a"),
        ("a", "a"),
        ("beta", "b"),
        ("b", "b"),
        ("preview", "rc"),
        ("pre", "rc"),
        ("rc", "rc"),
        ("c", "rc"),
    ];
    labelled(rest, &labels, SEPARATORS, Tail::Zero)
}

fn post(rest: &mut Scanner<'_>) -> Option<String> {
    // `1-2` is short for `1.post2`.
    labelled(rest, &[("", ".post")], &["-"], Tail::Required).or_else(|| {
        let labels = [("post", ".post"), ("rev", ".post"), ("r", ".post")];
        labelled(rest, &labels, SEPARATORS, Tail::Zero)
    })
}

/// A separator, a label and a number, in normal form; nothing is taken where they are not there.
fn labelled(
    rest: &mut Scanner<'_>,
    labels: &[(&str, &str)],
    separators: &[&'static str],
    tail: Tail,
) -> Option<String> {
    let mut ahead = *rest;
    ahead.eat_one_of(separators)?;
    let (_, label) = labels.iter().find(|(written, _)| ahead.eat(written))?;
    if tail == Tail::Zero {
        ahead.eat_one_of(SEPARATORS);
    }
    let number = match (number(&mut ahead), tail) {
        (Some(number), _) => number,
        (None, Tail::Zero) => "0",
        (None, Tail::Required) => return None,
    };
    *rest = ahead;
    Some(format!("{label}{number}"))
}

fn local(rest: &mut Scanner<'_>) -> Option<String> {
    let text = rest.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let parts: Vec<&str> = text.split(['-', '_', '.']).collect();
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let normal =
        |part: &&str| if is_number(part) { without_zeros(part).to_owned() } else { (*part).to_owned() };
    let good = parts.iter().all(|part| !part.is_empty());
    good.then(|| format!("+{}", parts.iter().map(normal).collect::<Vec<_>>().join(".")))
}

/// A number of any length without zeros in front.
fn number<'a>(rest: &mut Scanner<'a>) -> Option<&'a str> {
    let digits = rest.take_while(|c| c.is_ascii_digit());
    (!digits.is_empty()).then(|| without_zeros(digits))
}

fn without_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        number => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_one_normal_form() {
        let forms = [
            ("1.0", "1.0"),
            ("01.02.0", "1.2.0"),
            ("0!1", "1"),
            ("2!1", "2!1"),
            ("1.1RC1", "1.1rc1"),
            ("1.1-alpha", "1.1a0"),
            ("1.1.c_3", "1.1rc3"),
            ("1.1preview4", "1.1rc4"),
            ("1.2-1", "1.2.post1"),
            ("1.2.rev3", "1.2.post3"),
            ("1.2-r", "1.2.post0"),
            ("1.2.post-2", "1.2.post2"),
            ("1.2dev", "1.2.dev0"),
            ("1.2a.post", "1.2a0.post0"),
            ("1.2rc.", "1.2rc0"),
            ("1.2b2.post345.dev456", "1.2b2.post345.dev456"),
            ("1.0+Ubuntu-01", "1.0+ubuntu.1"),
            ("1.0+0abc", "1.0+0abc"),
            (" v1.0\n", "1.0"),
            ("20261121123456789012345678901234567890", "20261121123456789012345678901234567890"),
        ];
        for (written, normal) in forms {
            assert_eq!(written.parse::<Version>().unwrap().as_str(), normal);
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "",
            "1.",
            ".1",
            "1.x",
            "french toast",
            "1.0+",
            "1.0+a..b",
            "1.0+_a",
            "1 .0",
            "1.0--1",
            "!1",
            "1!",
            "1.0a1a2",
            "١.٢",
            "1.0 beta",
            "vv1",
            "1.0-",
            "1.0\n1",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }
}
