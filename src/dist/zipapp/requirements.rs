//! A list of requirements, matched against a folder of wheels. Nothing is resolved: what is listed
//! goes in, and nothing else.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::Error;
use super::wheel_name::{WheelName, in_folder};
use crate::archive::Digest;
use crate::project::{Requirement, Source, Specifiers};
use crate::python::Environment;

/// What can be wrong with a requirement.
#[derive(Debug, thiserror::Error)]
pub enum RequirementProblem {
    /// Something that only an installer understands.
    #[error(
        "{0:?} is no name with versions; write one such as rich==13.9.4 on each line, as `pip freeze` \
         does, without options and addresses"
    )]
    NotPlain(String),
    /// A condition, and nothing to decide it by.
    #[error(
        "{0:?} has a condition, and it is not known for which Python the archive is: name one that is on \
         this machine with -p or --python"
    )]
    Condition(String),
    /// No wheel in the folder is one of these.
    #[error("there is no wheel for {0:?} in {folder}; `pip download --no-deps` or `pip wheel` puts one there", folder = .1.display())]
    NoWheel(String, PathBuf),
    /// All such wheels are for other interpreters or machines.
    #[error(
        "none of the wheels for {0:?} is for the Python that the archive is for: {1}; `pip download \
         --no-deps --python-version` gets one that is"
    )]
    OtherTags(String, String),
    /// The wheel is another than was wanted.
    #[error("{wheel} has the SHA-256 hash {found}, which is not among the hashes listed for it", wheel = .0.display(), found = .1)]
    WrongHash(PathBuf, String),
}

/// One line: a name, its versions, and the hashes that the file may have.
#[derive(Debug)]
pub(crate) struct Listed {
    text: String,
    requirement: Requirement,
    versions: Specifiers,
    hashes: Vec<String>,
}

/// A wheel that was chosen for a line, and the extras that the line asks for.
pub(super) struct Chosen {
    pub name: String,
    pub extras: Vec<String>,
    pub wheel: PathBuf,
}

/// The wheels for all lines of a file of requirements, in their order. Of several that fit a line,
/// the one of the highest version is taken, and a release before a pre-release.
pub(super) fn choose(
    list: &Path,
    folder: &Path,
    environment: Option<&Environment>,
) -> Result<Vec<Chosen>, Error> {
    let text = crate::bounded::named_text(list, crate::bounded::DOCUMENT)
        .map_err(|source| Error::Read { path: list.to_owned(), source })?;
    let there = in_folder(folder)?;
    // A backslash at the end of a line goes on with the next.
    let text = text.replace("\r\n", "\n").replace("\\\n", " ");
    let mut chosen: Vec<Chosen> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let failed = |problem| Error::Requirement { list: list.to_owned(), line: number, problem };
        let line = line.split_once(" #").map_or(line, |(before, _)| before).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wanted: Listed = line.parse().map_err(failed)?;
        if !wanted.counts(environment).map_err(failed)? {
            continue;
        }
        let wheel = wanted.best_of(&there, folder, environment).map_err(failed)?.to_owned();
        if !wanted.hashes.is_empty() {
            let read = File::open(&wheel).and_then(Digest::of_reader);
            let (digest, _) = read.map_err(|source| Error::Read { path: wheel.clone(), source })?;
            let found = digest.to_string();
            if !wanted.hashes.contains(&found) {
                return Err(failed(RequirementProblem::WrongHash(wheel, found)));
            }
        }
        let Requirement { name, extras, .. } = wanted.requirement;
        chosen.push(Chosen { name: name.normalized().to_owned(), extras, wheel });
    }
    Ok(chosen)
}

impl Listed {
    fn counts(&self, environment: Option<&Environment>) -> Result<bool, RequirementProblem> {
        match (&self.requirement.marker, environment) {
            (None, _) => Ok(true),
            (Some(marker), Some(environment)) => Ok(marker.holds(environment, &[])),
            (Some(_), None) => Err(RequirementProblem::Condition(self.text.clone())),
        }
    }

    fn best_of<'a>(
        &self,
        wheels: &'a [(WheelName, PathBuf)],
        folder: &Path,
        environment: Option<&Environment>,
    ) -> Result<&'a Path, RequirementProblem> {
        let is_it = |name: &WheelName| {
            name.name == self.requirement.name.normalized() && self.versions.take(&name.version)
        };
        let candidates: Vec<_> = wheels.iter().filter(|(name, _)| is_it(name)).collect();
        let fits = |name: &WheelName| environment.is_none_or(|environment| name.fits(environment));
        let best = candidates.iter().filter(|(name, _)| fits(name)).max_by(|(a, _), (b, _)| {
            let releases = b.version.is_pre_release().cmp(&a.version.is_pre_release());
            releases
                .then_with(|| a.version.order(&b.version))
                .then_with(|| a.is_for_any_platform().cmp(&b.is_for_any_platform()))
        });
        match (best, &candidates[..]) {
            (Some((_, path)), _) => Ok(path),
            (None, []) => Err(RequirementProblem::NoWheel(self.text.clone(), folder.to_owned())),
            (None, others) => {
                let tags: Vec<&str> = others.iter().map(|(name, _)| name.tag.as_str()).collect();
                Err(RequirementProblem::OtherTags(self.text.clone(), tags.join(", ")))
            }
        }
    }
}

impl FromStr for Listed {
    type Err = RequirementProblem;

    fn from_str(line: &str) -> Result<Listed, RequirementProblem> {
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
        let requirement: Requirement = text.parse().map_err(|_| not_plain())?;
        let Source::Versions(versions) = requirement.source.clone() else { return Err(not_plain()) };
        Ok(Listed { text, requirement, versions, hashes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_need_an_installer_are_refused() {
        for line in ["-r other.txt", "a @ https://x/y", "./a.whl", "==1", "a==x", "a; python < '3'"] {
            assert!(line.parse::<Listed>().is_err(), "{line}");
        }
        for line in ["a", "a==1", "A_b >= 1, <2", "a[x,y]~=1.4", "a==1 --hash=sha256:00", "a; os_name=='nt'"]
        {
            assert!(line.parse::<Listed>().is_ok(), "{line}");
        }
    }

    fn wheels(stems: &[&str]) -> Vec<(WheelName, PathBuf)> {
        let paths = stems.iter().map(|stem| PathBuf::from(format!("a-{stem}.whl")));
        paths.map(|path| (WheelName::of(&path).unwrap(), path)).collect()
    }

    fn best(
        line: &str,
        wheels: &[(WheelName, PathBuf)],
        environment: Option<&Environment>,
    ) -> Option<String> {
        let wanted: Listed = line.parse().unwrap();
        let best = wanted.best_of(wheels, "folder".as_ref(), environment).ok()?;
        Some(best.to_str()?.strip_prefix("a-")?.strip_suffix(".whl")?.to_owned())
    }

    #[test]
    fn the_highest_release_that_fits_is_taken() {
        let wheels = wheels(&[
            "1.9-py3-none-any",
            "1.10-py3-none-any",
            "2.0rc1-py3-none-any",
            "2.0.dev1-py3-none-any",
        ]);
        let best = |line| best(line, &wheels, None).map(|stem| stem.split('-').next().unwrap().to_owned());
        assert_eq!(best("a").as_deref(), Some("1.10"));
        assert_eq!(best("a<1.10").as_deref(), Some("1.9"));
        assert_eq!(best("a==2.0rc1").as_deref(), Some("2.0rc1"));
        assert_eq!(best("a>3"), None);
        assert_eq!(best("b"), None);
    }

    #[test]
    fn only_wheels_for_the_interpreter_are_taken_and_pure_ones_before_others() {
        let python = Environment::from_iter([
            ("implementation_name", "cpython"),
            ("python_version", "3.11"),
            ("sys_platform", "linux"),
            ("platform_machine", "x86_64"),
        ]);
        let some = wheels(&["1-cp311-cp311-linux_x86_64", "1-py3-none-any", "2-cp312-cp312-linux_x86_64"]);
        assert_eq!(best("a", &some, Some(&python)).as_deref(), Some("1-py3-none-any"));
        assert_eq!(best("a==2", &some, Some(&python)), None);
        assert_eq!(best("a==2", &some, None).as_deref(), Some("2-cp312-cp312-linux_x86_64"));
    }
}
