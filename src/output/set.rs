//! Files that belong together: all of them are put in place, or none.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::error::OutputError;
use super::file::{Content, Finished, Output, pour, set_mode};
use super::replacement::{Complete, Link, Replacement, Worth};
use super::target::{Found, OutputTarget};

/// Files that are complete on disk but for their names.
///
/// ```
/// use std::io::Write;
/// use pyrepro::output::{OutputForm, Output, OutputSet, OutputTarget};
///
/// let folder = tempfile::tempdir()?;
/// let mut set = OutputSet::default();
/// for name in ["a.whl", "a.whl.manifest.json"] {
///     let form = if name.ends_with("json") { OutputForm::Json } else { OutputForm::Archive };
///     set.add(Output::create(OutputTarget::chosen(&folder.path().join(name), form)?)?, false)?;
/// }
/// assert!(!folder.path().join("a.whl").exists());
/// set.put()?;
/// assert!(folder.path().join("a.whl.manifest.json").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct OutputSet {
    finished: Vec<Finished>,
}

impl OutputSet {
    /// Ends the writing of a file, which will have mode 0755 or 0644.
    pub fn add(&mut self, output: Output, executable: bool) -> Result<(), OutputError> {
        let place = output.path();
        if self.finished.iter().any(|other| other.target.path() == place) {
            return Err(OutputError::Twice { path: place.to_owned() });
        }
        self.finished.push(output.complete(|file| set_mode(file, executable))?);
        Ok(())
    }

    pub(super) fn of(alone: Finished) -> OutputSet {
        OutputSet { finished: vec![alone] }
    }

    /// Puts all in place. If that fails for one, those before it become what they were.
    pub fn put(self) -> Result<(), OutputError> {
        for finished in &self.finished {
            finished.target.check_again()?;
        }
        let mut files = Vec::new();
        for Finished { target, content } in self.finished {
            match content {
                Content::Beside(complete) => files.push((target, complete)),
                // What is poured into a device cannot be taken back, so that comes first.
                Content::Nameless(content) => {
                    pour(content, &target).map_err(OutputError::io(target.path()))?
                }
            }
        }
        put_files(files)
    }
}

fn put_files(files: Vec<(OutputTarget, Complete)>) -> Result<(), OutputError> {
    let last = files.len().saturating_sub(1);
    // The last is never taken back.
    let kept = files.iter().take(last).map(|(target, _)| Before::of(target));
    let mut kept = kept.collect::<Result<Vec<_>, _>>()?.into_iter();
    let mut replaced: Vec<(OutputTarget, Before)> = Vec::new();
    for (target, complete) in files {
        if let Err(source) = complete.put(target.place()) {
            return Err(take_back(replaced, &target, source));
        }
        replaced.extend(kept.next().map(|before| (target, before)));
    }
    Ok(())
}

/// Makes files what they were, and tells of the one because of which that is.
fn take_back(replaced: Vec<(OutputTarget, Before)>, failed: &OutputTarget, source: io::Error) -> OutputError {
    let path = failed.path().to_owned();
    for (target, before) in replaced.into_iter().rev() {
        if let Err(second) = before.put_back(target.place()) {
            return OutputError::NotPutBack { path, source, replaced: target.path().to_owned(), second };
        }
    }
    OutputError::Io { path, source }
}

/// What is at a place before something else is put there.
enum Before {
    Nothing,
    Linked(Link),
    /// Where there are no links.
    Copied(Complete),
}

impl Before {
    fn of(target: &OutputTarget) -> Result<Before, OutputError> {
        let place = target.place();
        if *target.found() == Found::Nothing {
            return Ok(Before::Nothing);
        }
        match Link::beside(place, place) {
            Ok(link) => Ok(Before::Linked(link)),
            Err(_) => copy(place).map(Before::Copied).map_err(OutputError::io(target.path())),
        }
    }

    fn put_back(self, place: &Path) -> io::Result<()> {
        match self {
            Before::Nothing => fs::remove_file(place),
            Before::Linked(link) => link.put(place),
            Before::Copied(copy) => copy.put(place),
        }
    }
}

fn copy(place: &Path) -> io::Result<Complete> {
    let mut original = File::open(place)?;
    let mut copy = Replacement::beside(place)?;
    io::copy(&mut original, copy.file())?;
    copy.file().set_permissions(original.metadata()?.permissions())?;
    copy.complete(Worth::Nothing)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::output::OutputForm;

    fn add(set: &mut OutputSet, place: &Path) {
        let mut output = Output::create(OutputTarget::chosen(place, OutputForm::Archive).unwrap()).unwrap();
        output.write_all(b"new").unwrap();
        set.add(output, false).unwrap();
    }

    #[test]
    fn what_was_put_in_place_is_taken_back_if_the_next_cannot_be() {
        let folder = tempfile::tempdir().unwrap();
        let [old, fresh, last] = ["old.whl", "fresh.whl", "last.whl"].map(|name| folder.path().join(name));
        fs::write(&old, "old").unwrap();
        let mut set = OutputSet::default();
        for place in [&old, &fresh, &last] {
            add(&mut set, place);
        }
        let OutputSet { finished } = set;
        let files = finished.into_iter().map(|Finished { target, content }| match content {
            Content::Beside(complete) => (target, complete),
            Content::Nameless(_) => panic!("a file is no stream"),
        });
        // Behind the check, as if somebody had made the folder a moment later.
        fs::create_dir(&last).unwrap();
        let error = put_files(files.collect()).unwrap_err().to_string();
        assert!(error.contains("last.whl") && !error.contains("put back"), "{error}");
        assert_eq!(fs::read(&old).unwrap(), b"old");
        assert!(!fresh.exists());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_in_the_way_of_one_leaves_all_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["first.whl", "second.whl"].map(|name| folder.path().join(name));
        let mut set = OutputSet::default();
        add(&mut set, &first);
        add(&mut set, &second);
        fs::create_dir(&second).unwrap();
        assert!(set.put().unwrap_err().to_string().contains("second.whl: it is a folder"));
        assert!(!first.exists());
    }

    #[test]
    fn no_two_files_go_to_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.whl");
        let mut set = OutputSet::default();
        add(&mut set, &place);
        let output = Output::create(OutputTarget::chosen(&place, OutputForm::Archive).unwrap()).unwrap();
        assert!(set.add(output, false).is_err());
    }
}
