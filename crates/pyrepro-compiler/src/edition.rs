//! Releases that compile alike, and what a name like `3.13.5` means.
//!
//! An edition is a range of micro releases that make the same code of the same source.

use crate::rules::{self, Rules};
use std::fmt;

/// What the compiler was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Interpreters of the edition's releases.
    Interpreter,
    /// CPython as WebAssembly: enough to compile with, but nothing that anybody has installed.
    WebAssembly,
    /// Nothing: no release of the edition could be had.
    Nothing,
}

/// Releases of one minor version that compile alike.
#[derive(Debug)]
pub struct Edition {
    /// The 13 of 3.13.
    pub minor: u8,
    /// First and last micro release; no last for the newest edition.
    micros: &'static [(u8, Option<u8>)],
    /// The newest micro release that was compared with the compiler, if one was.
    pub proven_to: u8,
    /// What that release was.
    pub evidence: Evidence,
    /// Counts up with each correction that changes what is made.
    pub version: u32,
    /// Its behaviours.
    pub rules: &'static Rules,
}

/// All editions, oldest first. 3.11.0 has none: the next release changed the places of comparisons. 3.12.2 to 3.12.6 have none: each changed
/// places. 3.13.4 has none: it made other code of comprehensions, which the next release took back.
pub static EDITIONS: [Edition; 17] = [
    edition(11, &[(1, Some(3))], 2, Evidence::Interpreter, &rules::PYTHON_3_11_1),
    edition(11, &[(4, None)], 7, Evidence::Interpreter, &rules::PYTHON_3_11),
    edition(12, &[(0, Some(1))], 1, Evidence::Interpreter, &rules::PYTHON_3_12_0),
    edition(12, &[(7, None)], 7, Evidence::WebAssembly, &rules::PYTHON_3_12),
    edition(13, &[(0, Some(0))], 0, Evidence::Interpreter, &rules::PYTHON_3_13_0),
    edition(13, &[(1, Some(2))], 2, Evidence::WebAssembly, &rules::PYTHON_3_13_1),
    edition(13, &[(3, Some(3))], 3, Evidence::Nothing, &rules::PYTHON_3_13_3),
    edition(13, &[(5, Some(5))], 5, Evidence::Nothing, &rules::PYTHON_3_13_5),
    edition(13, &[(6, Some(12))], 12, Evidence::Nothing, &rules::PYTHON_3_13_6),
    edition(13, &[(13, Some(15))], 15, Evidence::Interpreter, &rules::PYTHON_3_13_13),
    edition(13, &[(16, None)], 18, Evidence::Interpreter, &rules::PYTHON_3_13),
    edition(14, &[(0, Some(3))], 2, Evidence::WebAssembly, &rules::PYTHON_3_14_0),
    edition(14, &[(4, Some(4))], 4, Evidence::Nothing, &rules::PYTHON_3_14_4),
    edition(14, &[(5, Some(7))], 7, Evidence::Nothing, &rules::PYTHON_3_14_5),
    edition(14, &[(8, None)], 10, Evidence::Interpreter, &rules::PYTHON_3_14),
    edition(15, &[(0, Some(0))], 0, Evidence::Interpreter, &rules::PYTHON_3_15_0),
    edition(15, &[(1, None)], 2, Evidence::Interpreter, &rules::PYTHON_3_15),
];

const fn edition(
    minor: u8,
    micros: &'static [(u8, Option<u8>)],
    proven_to: u8,
    evidence: Evidence,
    rules: &'static Rules,
) -> Edition {
    Edition { minor, micros, proven_to, evidence, version: 1, rules }
}

/// A release, and the edition that compiles like it.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// The edition.
    pub edition: &'static Edition,
    /// The 5 of 3.13.5; none if only 3.13 was said.
    pub micro: Option<u8>,
}

/// Why a name is no release the compiler knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRelease {
    /// The name is not made of two or three numbers.
    #[error("{0:?} is not a Python version: 3.13 and 3.13.5 are")]
    Malformed(String),
    /// No edition covers the release.
    #[error("the built-in compiler does not know Python {name}; of 3.{minor} it knows {known}", known = Releases::of(minor_editions(*minor)))]
    NoEdition {
        /// The name.
        name: String,
        /// The 13 of 3.13, which has other editions.
        minor: u8,
    },
    /// There is no edition of the minor version.
    #[error("the built-in compiler does not know Python {0}; it knows {known}", known = known_minors())]
    NoMinor(String),
}

fn minor_editions(minor: u8) -> impl Iterator<Item = &'static Edition> {
    EDITIONS.iter().filter(move |edition| edition.minor == minor)
}

fn known_minors() -> String {
    let mut minors: Vec<u8> = EDITIONS.iter().map(|edition| edition.minor).collect();
    minors.dedup();
    minors.iter().map(|minor| format!("3.{minor}")).collect::<Vec<_>>().join(", ")
}

impl Edition {
    /// The release of a name such as `3.13` (its newest edition) or `3.13.5`.
    pub fn of(name: &str) -> Result<Release, UnknownRelease> {
        let malformed = || UnknownRelease::Malformed(name.to_owned());
        let numbers =
            name.split('.').map(str::parse).collect::<Result<Vec<u8>, _>>().map_err(|_| malformed())?;
        let (minor, micro) = match numbers[..] {
            [3, minor] => (minor, None),
            [3, minor, micro] => (minor, Some(micro)),
            _ => return Err(malformed()),
        };
        let newest = minor_editions(minor).last();
        let newest = newest.ok_or_else(|| UnknownRelease::NoMinor(name.to_owned()))?;
        let Some(micro) = micro else { return Ok(Release { edition: newest, micro: None }) };
        let edition = minor_editions(minor).find(|edition| edition.covers(micro));
        let edition = edition.ok_or_else(|| UnknownRelease::NoEdition { name: name.to_owned(), minor })?;
        Ok(Release { edition, micro: Some(micro) })
    }

    /// Its first micro release, by which it can be named: that stays when newer ones join.
    pub fn first(&self) -> u8 {
        self.micros.first().map_or(0, |(first, _)| *first)
    }

    /// Whether a micro release belongs to the edition.
    pub fn covers(&self, micro: u8) -> bool {
        self.micros.iter().any(|(first, last)| *first <= micro && last.is_none_or(|last| micro <= last))
    }
}

impl Release {
    /// Whether the release is newer than all that the edition was compared with, or no interpreter of the
    /// edition was there to compare with.
    pub fn is_unproven(&self) -> bool {
        self.edition.evidence != Evidence::Interpreter
            || self.micro.is_some_and(|micro| micro > self.edition.proven_to)
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Releases::of([self]).fmt(out)
    }
}

/// The releases of some editions, in as few ranges as there are gaps between them.
///
/// ```
/// use pyrepro_compiler::edition::{Edition, Releases};
///
/// let editions = ["3.13.3", "3.13.5", "3.13.6"].map(|name| Edition::of(name).unwrap().edition);
/// assert_eq!(Releases::of(editions).to_string(), "3.13.3, 3.13.5–3.13.12");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases(Vec<Range>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    minor: u8,
    first: u8,
    last: Option<u8>,
}

impl Releases {
    /// Those of `editions`, which are given oldest first.
    pub fn of<'e>(editions: impl IntoIterator<Item = &'e Edition>) -> Releases {
        let mut ranges: Vec<Range> = Vec::new();
        for Edition { minor, micros, .. } in editions {
            for &(first, last) in *micros {
                match ranges.last_mut() {
                    Some(before) if before.minor == *minor && before.last == first.checked_sub(1) => {
                        before.last = last;
                    }
                    _ => ranges.push(Range { minor: *minor, first, last }),
                }
            }
        }
        Releases(ranges)
    }
}

impl fmt::Display for Releases {
    /// `3.13.1–3.13.3, 3.13.5 and later`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Range { minor, first, last }) in self.0.iter().enumerate() {
            if index > 0 {
                out.write_str(", ")?;
            }
            write!(out, "3.{minor}.{first}")?;
            match last {
                Some(last) if last == first => {}
                Some(last) => write!(out, "–3.{minor}.{last}")?,
                None => out.write_str(" and later")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minor_version_means_its_newest_edition() {
        assert_eq!(Edition::of("3.13").unwrap().edition.to_string(), "3.13.16 and later");
    }

    #[test]
    fn a_release_newer_than_those_compared_is_unproven() {
        assert!(!Edition::of("3.13.18").unwrap().is_unproven());
        assert!(Edition::of("3.13.19").unwrap().is_unproven());
    }

    #[test]
    fn an_edition_that_no_interpreter_was_compared_with_is_unproven() {
        assert!(Edition::of("3.14.2").unwrap().is_unproven());
        assert!(!Edition::of("3.15.0").unwrap().is_unproven());
    }

    #[test]
    fn a_release_that_no_edition_covers_is_refused() {
        let no_edition = |name: &str, minor| UnknownRelease::NoEdition { name: name.into(), minor };
        assert_eq!(Edition::of("3.11.0").unwrap_err(), no_edition("3.11.0", 11));
        assert_eq!(Edition::of("3.13.4").unwrap_err(), no_edition("3.13.4", 13));
        assert_eq!(Edition::of("3.10").unwrap_err(), UnknownRelease::NoMinor("3.10".into()));
        assert_eq!(Edition::of("three").unwrap_err(), UnknownRelease::Malformed("three".into()));
    }

    #[test]
    fn a_refusal_names_the_releases_nearby() {
        assert_eq!(
            Edition::of("3.13.4").unwrap_err().to_string(),
            "the built-in compiler does not know Python 3.13.4; of 3.13 it knows 3.13.0–3.13.3, 3.13.5 and later"
        );
        assert_eq!(
            Edition::of("3.10").unwrap_err().to_string(),
            "the built-in compiler does not know Python 3.10; it knows 3.11, 3.12, 3.13, 3.14, 3.15"
        );
    }

    #[test]
    fn releases_with_a_gap_between_them_stay_apart() {
        let editions = |names: &[&str]| {
            Releases::of(names.iter().map(|name| Edition::of(name).unwrap().edition)).to_string()
        };
        assert_eq!(editions(&["3.14.0", "3.14.4"]), "3.14.0–3.14.4");
        assert_eq!(editions(&["3.14.0", "3.14.5", "3.14"]), "3.14.0–3.14.3, 3.14.5 and later");
        assert_eq!(editions(&["3.13", "3.14.0"]), "3.13.16 and later, 3.14.0–3.14.3");
    }
}
