//! A list of requirements, matched against a folder of wheels. Nothing is resolved: what is listed
//! goes in, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::Error;
use super::version::{Rank, takes};
use super::wheel::in_folder;
use crate::project::{self, Source, Specifiers, Version};

/// What can be wrong with a requirement.
#[derive(Debug, thiserror::Error)]
pub enum RequirementProblem {
    /// Something that only an installer understands.
    #[error(
        "{0:?} is no name with versions; write one such as rich==13.9.4 on each line, as `pip freeze` \
         does, without options, addresses and conditions"
    )]
    NotPlain(String),
    /// No wheel in the folder is one of these.
    #[error("there is no wheel for {0:?} in {folder}; `pip download --no-deps` or `pip wheel` puts one there", folder = .1.display())]
    NoWheel(String, PathBuf),
    /// The wheel is another than was wanted.
    #[error("{wheel} has the SHA-256 hash {found}, which is none of those that are listed for it", wheel = .0.display(), found = .1)]
    WrongHash(PathBuf, String),
}

/// One line: a name, its versions, and the hashes that the file may have.
#[derive(Debug)]
struct Requirement {
    text: String,
    name: String,
    versions: Specifiers,
    hashes: Vec<String>,
}

/// The wheels for all lines of a file of requirements, in their order. Of several that fit a line,
/// the one of the highest version is taken, and a release before a pre-release.
pub(super) fn wheels(list: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let text = fs::read_to_string(list).map_err(|source| Error::Read { path: list.to_owned(), source })?;
    let there = in_folder(folder)?;
    // A backslash at the end of a line goes on with the next.
    let text = text.replace("\r\n", "\n").replace("\\\n", " ");
    let mut chosen = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let failed = |problem| Error::Requirement { list: list.to_owned(), line: number, problem };
        let line = line.split_once(" #").map_or(line, |(before, _)| before).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wanted: Requirement = line.parse().map_err(failed)?;
        let wheel = wanted
            .best_of(&there)
            .ok_or_else(|| failed(RequirementProblem::NoWheel(wanted.text.clone(), folder.to_owned())))?;
        if !wanted.hashes.is_empty() {
            let bytes = fs::read(wheel).map_err(|source| Error::Read { path: wheel.to_owned(), source })?;
            let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            if !wanted.hashes.contains(&found) {
                return Err(failed(RequirementProblem::WrongHash(wheel.to_owned(), found)));
            }
        }
        chosen.push(wheel.to_owned());
    }
    Ok(chosen)
}

impl Requirement {
    fn best_of<'a>(&self, wheels: &'a [(String, String, PathBuf)]) -> Option<&'a Path> {
        let candidates = wheels.iter().filter(|(name, ..)| *name == self.name);
        let fitting = candidates.filter_map(|(_, version, path)| {
            let version: Version = version.parse().ok()?;
            let rank = Rank::of(&version);
            takes(&self.versions, &version).then(|| (!rank.is_pre_release(), rank, path))
        });
        fitting.max().map(|(_, _, path)| path.as_path())
    }
}

impl FromStr for Requirement {
    type Err = RequirementProblem;

    fn from_str(line: &str) -> Result<Requirement, RequirementProblem> {
        let not_plain = || RequirementProblem::NotPlain(line.to_owned());
        let mut words = Vec::new();
        let mut hashes = Vec::new();
        for word in line.split_whitespace() {
            match word.strip_prefix("--hash=sha256:") {
                Some(hash) => hashes.push(hash.to_ascii_lowercase()),
                None => words.push(word),
            }
        }
        let text = words.join(" ");
        let wanted: project::Requirement = text.parse().map_err(|_| not_plain())?;
        match (wanted.source, wanted.marker) {
            (Source::Versions(versions), None) => {
                Ok(Requirement { text, name: wanted.name.normalized().to_owned(), versions, hashes })
            }
            _ => Err(not_plain()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_need_an_installer_are_refused() {
        for line in ["-r other.txt", "a @ https://x/y", "a; python_version < '3'", "./a.whl", "==1", "a==x"] {
            assert!(line.parse::<Requirement>().is_err(), "{line}");
        }
        for line in ["a", "a==1", "A_b >= 1, <2", "a[x,y]~=1.4", "a==1 --hash=sha256:00"] {
            assert!(line.parse::<Requirement>().is_ok(), "{line}");
        }
    }

    #[test]
    fn the_highest_release_that_fits_is_taken() {
        let wheels = ["1.9", "1.10", "2.0rc1", "2.0.dev1"]
            .map(|version| ("a".to_owned(), version.to_owned(), PathBuf::from(version)));
        let best = |line: &str| line.parse::<Requirement>().unwrap().best_of(&wheels).map(Path::to_owned);
        assert_eq!(best("a"), Some("1.10".into()));
        assert_eq!(best("a<1.10"), Some("1.9".into()));
        assert_eq!(best("a==2.0rc1"), Some("2.0rc1".into()));
        assert_eq!(best("a>3"), None);
        assert_eq!(best("b"), None);
    }
}
