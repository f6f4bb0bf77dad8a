//! What a user names, judged before the library gets it: whether it is there, and of the kind that a verb takes.

use std::fs::File;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use pyrepro::archive::Format;
use pyrepro::bounded;

/// How many files may be worked on at a time.
const MOST_JOBS: u16 = 1024;

/// A number of jobs, for the parser of arguments.
pub fn jobs(text: &str) -> Result<u16, String> {
    let number = text.trim().parse().ok().filter(|jobs| *jobs <= MOST_JOBS);
    number.ok_or_else(|| format!("expected a number from 0 to {MOST_JOBS}; 0 means one per core"))
}

/// How many of something, for the parser of arguments.
pub fn count<N: FromStr>(text: &str) -> Result<N, String> {
    text.trim().parse().map_err(|_| "expected a number, 0 or more".to_owned())
}

/// Something that is there.
pub fn existing(path: &Path) -> anyhow::Result<()> {
    // What cannot be looked at for another reason is told by who reads it.
    let is_missing = path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    ensure!(!is_missing, "{} does not exist; check its name and the current folder", path.display());
    Ok(())
}

/// A project to build: its folder, or its source distribution.
pub fn project(path: &Path) -> anyhow::Result<()> {
    existing(path)?;
    if !path.is_file() {
        return Ok(());
    }
    let name = path.display();
    let is_called = |ending: &str| path.extension().is_some_and(|extension| extension == ending);
    ensure!(
        !is_called("whl"),
        "{name} is a wheel, which is built already; name the project's folder or its source distribution (.tar.gz)"
    );
    ensure!(
        is_archive(path),
        "{name} is not a source distribution; name the project's folder or its source distribution (.tar.gz)"
    );
    Ok(())
}

/// A file, where folders are no use.
pub fn file(path: &Path, what: &str) -> anyhow::Result<()> {
    existing(path)?;
    if path.is_dir() {
        bail!("{} is a folder; name {what}", path.display());
    }
    Ok(())
}

/// The text of a document, which may be a pipe and may not be endless.
pub fn text(path: &Path) -> anyhow::Result<String> {
    bounded::named_text(path, bounded::DOCUMENT).with_context(|| format!("cannot read {}", path.display()))
}

/// Whether a file is an archive that can be read. One that cannot be opened is for who reads it.
pub fn is_archive(path: &Path) -> bool {
    let format = File::open(path).and_then(|mut file| Format::detect(&mut file));
    format.map_or(true, |format| format.is_some_and(Format::is_readable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_a_number_that_a_machine_can_have() {
        assert_eq!((jobs("0"), jobs(" 8"), jobs("1024")), (Ok(0), Ok(8), Ok(1024)));
        for text in ["x", "-1", "", "1025", "2.5"] {
            assert!(jobs(text).unwrap_err().contains("0 means one per core"), "{text}");
        }
    }
}
