//! Give a file new content: under all its names at once, whole or not at all.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::form::{Bytes, NormalForm, nameless};
use super::identity::{Stamp, siblings};
use super::original::Original;
use crate::archive::Shared;
use crate::epoch::Epoch;
use crate::output::{
    Complete, Link, Output, OutputError, OutputTarget, Replacement, Worth, close_another, folder_of,
};

/// Gives a file new content. `names` are the names that are known of it, to which those are added
/// that are found beside them.
pub(super) fn replace(
    names: &mut Vec<PathBuf>,
    original: Original,
    content: &NormalForm,
    latest: Option<Epoch>,
) -> Result<(), Error> {
    if original.links > names.len() as u64 {
        names.extend(siblings(names, &original.stamp.id).map_err(Error::Unreadable)?);
    }
    let times = original.times(latest);
    if original.links > names.len() as u64 {
        overwrite(&names[0], &original, content, times)
    } else {
        supersede(names, original, content, times)
    }
}

/// Writes the content to a file elsewhere, which takes the place of what is there.
pub(super) fn write_to(
    target: OutputTarget,
    original: &Original,
    content: &NormalForm,
    latest: Option<Epoch>,
) -> Result<(), Error> {
    let failed = |path: &Path, source| Error::Output(OutputError::Io { path: path.to_owned(), source });
    let folder = folder_of(target.path());
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let mut output = Output::create(target)?;
    content.copy_to(&mut output).map_err(|source| failed(output.path(), source))?;
    let dress = |file: &File| {
        original.lend_permissions(file)?;
        file.set_times(original.times(latest))
    };
    Ok(output.finish_as(dress)?)
}

/// Lets a new file take the place of the old one under all its names.
fn supersede(
    names: &[PathBuf],
    original: Original,
    content: &NormalForm,
    times: FileTimes,
) -> Result<(), Error> {
    // Whatever can fail is done before the first name is taken.
    let failed = |name: &Path| {
        let folder = folder_of(name).to_owned();
        |source| Error::NotWritten { folder, source }
    };
    let (first, others) = names.split_first().ok_or(Error::Changed)?;
    let file = write_beside(first, &original, content, times).map_err(failed(first))?;
    let link = |name: &PathBuf| file.link_beside(name).map_err(failed(name));
    let links = others.iter().map(link).collect::<Result<Vec<_>, _>>()?;
    for name in names {
        match Stamp::at(name) {
            Ok(stamp) if stamp == original.stamp => {}
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(Error::Unreadable(source)),
            _ => return Err(Error::Changed),
        }
    }
    // Windows lets no file take the place of one that is open.
    drop(original);
    let not_replaced = |name: &Path, source| Error::NotReplaced { name: name.to_owned(), source };
    file.put(first).map_err(|source| not_replaced(first, source))?;
    for (taken, (link, name)) in links.into_iter().zip(others).enumerate() {
        if let Err(source) = link.put(name) {
            give_back(&names[..=taken], name);
            return Err(not_replaced(name, source));
        }
    }
    Ok(())
}

fn write_beside(
    name: &Path,
    original: &Original,
    content: &NormalForm,
    times: FileTimes,
) -> io::Result<Complete> {
    let mut new = Replacement::beside(name)?;
    content.copy_to(new.file())?;
    original.lend_owner_and_mode(new.file())?;
    new.file().set_times(times)?;
    new.complete(Worth::Something)
}

/// Makes names links to the old file again, of which one name is left.
fn give_back(names: &[PathBuf], left: &Path) {
    for name in names {
        // The error that brought us here is the one to tell of.
        let _ = Link::beside(name, left).and_then(|link| link.put(name));
    }
}

/// Writes over the content of a file that has names which we do not know: a new file would part it
/// from them.
fn overwrite(name: &Path, original: &Original, content: &NormalForm, times: FileTimes) -> Result<(), Error> {
    let failed = |source| Error::NotOverwritten { source };
    let backup = Backup::of(original, name).map_err(failed)?;
    let mut file = OpenOptions::new().write(true).open(name).map_err(failed)?;
    if Stamp::of(name, &file.metadata().map_err(failed)?) != original.stamp {
        return Err(Error::Changed);
    }
    write_over(&mut file, content, times).map_err(|source| {
        let restored = write_over(&mut file, &backup.0, original.times(None));
        if restored.is_ok() { failed(source) } else { Error::Damaged { source } }
    })
}

/// The old content is cut off last: until then its room on the disk is there to be written back to.
fn write_over(file: &mut File, content: &NormalForm, times: FileTimes) -> io::Result<()> {
    file.rewind()?;
    content.copy_to(file)?;
    file.set_len(content.size()?)?;
    file.set_times(times)?;
    file.sync_all()?;
    close_another(file)
}

/// What a file held before it was written over.
struct Backup(NormalForm);

impl Backup {
    /// What is larger than this has no place in memory.
    const IN_MEMORY: u64 = 16 << 20;

    fn of(original: &Original, name: &Path) -> io::Result<Backup> {
        let mut old = Shared::new(&original.file);
        let bytes = if original.size() <= Backup::IN_MEMORY {
            let mut bytes = Vec::new();
            old.read_to_end(&mut bytes)?;
            Bytes::Memory(bytes)
        } else {
            let mut copy = nameless(folder_of(name))?;
            io::copy(&mut old, &mut copy)?;
            Bytes::Disk(copy)
        };
        Ok(Backup(NormalForm { bytes, differences: Vec::new(), warnings: Vec::new() }))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn inode(path: &Path) -> u64 {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).unwrap().ino()
    }

    fn canonical() -> NormalForm {
        NormalForm::of(b"canonical".to_vec(), Vec::new())
    }

    #[test]
    fn what_changes_after_it_was_read_is_left_to_whoever_changed_it() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("m.pyc");
        fs::write(&name, "old").unwrap();
        let original = Original::open(&name).unwrap();
        fs::write(folder.path().join("next"), "new").unwrap();
        fs::rename(folder.path().join("next"), &name).unwrap();

        let result = replace(&mut vec![name.clone()], original, &canonical(), None);
        assert!(matches!(result, Err(Error::Changed)));
        assert_eq!(fs::read(&name).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_with_names_elsewhere_is_not_written_to_after_a_change_either() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = folder.path().join("m.pyc");
        fs::write(&name, "old").unwrap();
        fs::hard_link(&name, elsewhere.path().join("m.pyc")).unwrap();
        let original = Original::open(&name).unwrap();
        fs::write(&name, "new text").unwrap();

        let result = replace(&mut vec![name.clone()], original, &canonical(), None);
        assert!(matches!(result, Err(Error::Changed)));
        assert_eq!(fs::read(&name).unwrap(), b"new text");
    }

    #[test]
    fn names_that_were_taken_go_back_to_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let [taken, left] = ["taken", "left"].map(|name| folder.path().join(name));
        fs::write(&left, "old").unwrap();
        fs::write(&taken, "new").unwrap();
        give_back(std::slice::from_ref(&taken), &left);
        assert_eq!(inode(&taken), inode(&left));
        assert_eq!(fs::read(&taken).unwrap(), b"old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }
}
