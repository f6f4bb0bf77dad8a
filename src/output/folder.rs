//! Folders that are replaced whole.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::error::OutputError;
use super::folder_of;
use super::leftovers::{claim, is_leftover, sweep, temporary};
use super::scratch;

/// What an old folder is called while it is aside. It is all that there is of it, and is never swept.
pub(super) const BEFORE: &str = "before";

/// Makes a folder beside its place, has it filled, and puts it there. One that was there before is replaced; if
/// anything fails, it stays. What is no folder is refused.
///
/// ```
/// let parent = tempfile::tempdir()?;
/// let target = parent.path().join("a");
/// pyrepro::output::replace_folder(&target, |folder| std::fs::write(folder.join("b"), "c"))?;
/// assert!(target.join("b").is_file());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replace_folder(target: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), OutputError> {
    let failed = |source| OutputError::Io { path: target.to_owned(), source };
    let there = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        there => Some(there.map_err(failed)?),
    };
    match &there {
        Some(there) if there.is_symlink() => return Err(OutputError::Link { path: target.to_owned() }),
        Some(there) if !there.is_dir() => {
            return Err(OutputError::NotAFile { path: target.to_owned(), what: what_is(there) });
        }
        _ => {}
    }
    let parent = folder_of(target);
    fs::create_dir_all(parent).map_err(failed)?;
    sweep(parent, is_leftover);
    let aside = temporary().tempdir_in(parent).map_err(failed)?;
    let _claim = fs::File::open(aside.path()).inspect(claim);
    let new = aside.path().join("new");
    fs::create_dir(&new).and_then(|()| fill(&new)).map_err(failed)?;
    match there {
        Some(_) => exchange(&new, target, aside).map_err(failed),
        None => fs::rename(&new, target).map_err(failed),
    }
}

/// Puts the old folder aside, and the new one in its place.
fn exchange(new: &Path, target: &Path, aside: TempDir) -> io::Result<()> {
    match at_once(new, target) {
        Ok(()) => {
            scratch::remove(aside);
            Ok(())
        }
        Err(_) => one_after_the_other(new, target, aside),
    }
}

#[cfg(target_os = "linux")]
fn at_once(new: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn at_once(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// In between there is neither, so what fails is undone.
fn one_after_the_other(new: &Path, target: &Path, aside: TempDir) -> io::Result<()> {
    let before = aside.path().join(BEFORE);
    fs::rename(target, &before)?;
    let Err(error) = fs::rename(new, target) else { return Ok(()) };
    let Err(second) = fs::rename(&before, target) else { return Err(error) };
    // All that there is of the old folder.
    let before = aside.keep().join(BEFORE);
    Err(io::Error::other(format!(
        "{error}; what was there is {} now, and cannot be put back: {second}",
        before.display()
    )))
}

/// What something is, in words.
pub(super) fn what_is(found: &Metadata) -> &'static str {
    match found.file_type() {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_file() => "a file",
        kind if kind.is_symlink() => "a symbolic link",
        _ => "a socket",
    }
}
