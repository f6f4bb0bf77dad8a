//! Patterns for licence files after PEP 639.

use std::fmt;
use std::str::FromStr;

use super::BadValue;

/// A pattern for paths from the project's folder.
///
/// `*` and `?` match anything but `/`, `[a-z]` a range of characters, `**` any number of folders.
/// Files whose names start with a dot match as others do.
///
/// ```
/// use pyrepro::project::LicensePattern;
///
/// let pattern: LicensePattern = "licenses/**/LICEN[CS]E*".parse()?;
/// assert!(pattern.matches("licenses/LICENSE") && pattern.matches("licenses/a/b/LICENCE.txt"));
/// assert!(!pattern.matches("LICENSE"));
/// assert!("../LICENSE".parse::<LicensePattern>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicensePattern {
    text: String,
    parts: Vec<Part>,
}

/// What stands between slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    AnyFolders,
    Name(Vec<Piece>),
}

/// What a name is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    AnyText,
    AnyOne,
    OneOf(Vec<(char, char)>),
    One(char),
}

impl LicensePattern {
    /// Whether a path, with `/` between its parts, matches.
    pub fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        fits(
            &self.parts,
            &names,
            |part| *part == Part::AnyFolders,
            |part, name| match part {
                Part::AnyFolders => true,
                Part::Name(pieces) => {
                    let chars: Vec<char> = name.chars().collect();
                    fits(pieces, &chars, |piece| *piece == Piece::AnyText, Piece::fits)
                }
            },
        )
    }
}

impl Piece {
    fn fits(&self, c: &char) -> bool {
        match self {
            Piece::AnyText | Piece::AnyOne => true,
            Piece::OneOf(ranges) => ranges.iter().any(|(first, last)| (first..=last).contains(&c)),
            Piece::One(own) => own == c,
        }
    }
}

/// Whether a pattern, some parts of which stand for any number of things, fits things.
///
/// Only the last such part is tried again, which is enough, and keeps the time in proportion to the
/// product of both lengths.
fn fits<P, T>(
    pattern: &[P],
    things: &[T],
    is_any: impl Fn(&P) -> bool,
    is_fit: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    while t < things.len() {
        match pattern.get(p) {
            Some(part) if is_any(part) => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(part) if is_fit(part, &things[t]) => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((after, start)) = retry else { return false };
                retry = Some((after, start + 1));
                (p, t) = (after, start + 1);
            }
        }
    }
    pattern[p..].iter().all(is_any)
}

impl fmt::Display for LicensePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for LicensePattern {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<LicensePattern, BadValue> {
        let parts: Result<Vec<Part>, _> = text.split('/').map(part).collect();
        let parts = parts.map_err(|allowed| BadValue::new(text, allowed))?;
        Ok(LicensePattern { text: text.to_owned(), parts })
    }
}

fn part(text: &str) -> Result<Part, &'static str> {
    match text {
        "**" => return Ok(Part::AnyFolders),
        "" | "." | ".." => {
            return Err("paths from the folder of pyproject.toml, without `.`, `..` and empty parts");
        }
        _ if text.contains("**") => return Err("`**` only by itself between slashes"),
        _ => {}
    }
    let mut pieces = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '*' => Piece::AnyText,
            '?' => Piece::AnyOne,
            '[' => Piece::OneOf(ranges(&mut chars)?),
            _ if is_verbatim(c) => Piece::One(c),
            _ => return Err("letters, digits, `_`, `-`, `.`, `/`, `*`, `?` and ranges in `[ ]` (PEP 639)"),
        });
    }
    Ok(Part::Name(pieces))
}

fn ranges(chars: &mut std::str::Chars<'_>) -> Result<Vec<(char, char)>, &'static str> {
    let (inner, rest) = chars.as_str().split_once(']').ok_or("a `]` after each `[`")?;
    *chars = rest.chars();
    let inner: Vec<char> = inner.chars().collect();
    if inner.is_empty() || !inner.iter().all(|c| is_verbatim(*c)) {
        return Err("letters, digits, `_`, `-` and `.` within `[ ]`");
    }
    let (mut ranges, mut rest) = (Vec::new(), inner.as_slice());
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        // A hyphen at either end stands for itself.
        if let [_, last, others @ ..] = rest
            && rest[0] == '-'
        {
            if *last < first {
                return Err("ranges in `[ ]` that go upwards");
            }
            ranges.push((first, *last));
            rest = others;
        } else {
            ranges.push((first, first));
        }
    }
    Ok(ranges)
}

fn is_verbatim(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        pattern.parse::<LicensePattern>().unwrap().matches(path)
    }

    #[test]
    fn stars_stop_at_slashes_and_two_do_not() {
        assert!(
            matches("LICENSE", "LICENSE")
                && !matches("LICENSE", "a/LICENSE")
                && !matches("LICENSE", "LICENSES")
        );
        assert!(matches("LICEN[CS]E*", "LICENCE.md") && !matches("*", "a/b") && matches("*", ".hidden"));
        assert!(
            matches("a/**", "a/b")
                && matches("a/**", "a/b/c")
                && matches("**/b", "b")
                && matches("**/b", "a/c/b")
        );
        assert!(matches("**/a/*/c", "a/b/a/x/c") && !matches("**/a/*/c", "a/b/x/c"));
        assert!(
            matches("a?c", "aßc")
                && !matches("a?c", "a/c")
                && matches("a*c*e", "abcbcde")
                && !matches("a*c*e", "abd")
        );
    }

    #[test]
    fn ranges_are_of_characters_and_hyphens_at_the_ends_are_hyphens() {
        assert!(matches("[a-c]", "b") && !matches("[a-c]", "d") && !matches("[a-c]", "-"));
        assert!(
            matches("[-a]", "-") && matches("[a-]", "-") && matches("[a-cx-z]", "y") && matches("[.]", ".")
        );
    }

    #[test]
    fn what_pep_639_forbids_is_refused() {
        for text in [
            "",
            "/LICENSE",
            "a/",
            "a//b",
            "./a",
            "../a",
            "a/../b",
            r"a\b",
            "[a",
            "[]",
            "[!a]",
            "[z-a]",
            "{a,b}",
            "a b",
            "a**",
            "a\n",
            "LICENSE:1",
        ] {
            assert!(text.parse::<LicensePattern>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_they_have_to() {
        let pattern = "*a".repeat(2_000);
        assert!(!matches(&pattern, &"a".repeat(1_999)));
        assert!(!matches(&format!("{}b", "**/a/".repeat(500)), &"a/".repeat(2_000)));
    }
}
