//! Give a file new content: under all its names at once, whole or not at all.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::error::Error;
use super::form::{Bytes, NormalForm, nameless};
use super::identity::{Stamp, folder_of, siblings};
use super::original::Original;
use crate::archive::Shared;
use crate::epoch::Epoch;

/// Gives a file new content. `names` are the names that are known of it, to which those are added
/// that are found beside them.
pub(super) fn replace(
    names: &mut Vec<PathBuf>,
    original: &Original,
    content: &NormalForm,
    latest: Option<Epoch>,
) -> Result<(), Error> {
    if original.links > names.len() as u64 {
        names.extend(siblings(names, &original.stamp.id).map_err(Error::Unreadable)?);
    }
    let times = original.times(latest);
    if original.links > names.len() as u64 {
        overwrite(&names[0], original, content, times)
    } else {
        supersede(names, original, content, times)
    }
}

/// Writes the content to a file elsewhere, which takes the place of what is there.
pub(super) fn write_to(
    target: &Path,
    original: &Original,
    content: &NormalForm,
    latest: Option<Epoch>,
) -> Result<(), Error> {
    let folder = folder_of(target);
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = temporary().tempfile_in(folder)?;
        content.copy_to(file.as_file_mut())?;
        original.lend_permissions(file.as_file())?;
        file.as_file().set_times(original.times(latest))?;
        io::Result::Ok(file.into_temp_path())
    };
    let file = write().map_err(|source| Error::NotWritten { folder: folder.to_owned(), source })?;
    file.persist(target).map_err(|error| Error::NotReplaced { name: target.to_owned(), source: error.error })
}

/// Lets a new file take the place of the old one under all its names.
fn supersede(
    names: &[PathBuf],
    original: &Original,
    content: &NormalForm,
    times: FileTimes,
) -> Result<(), Error> {
    // Whatever can fail is done before the first name is taken.
    let beside = |name: &Path, work: &dyn Fn(&Path) -> io::Result<TempPath>| {
        let folder = folder_of(name);
        work(folder).map_err(|source| Error::NotWritten { folder: folder.to_owned(), source })
    };
    let mut files = vec![beside(&names[0], &|folder| write_in(folder, original, content, times))?];
    for name in &names[1..] {
        let link = beside(name, &|folder| link_in(folder, &files[0]))?;
        files.push(link);
    }
    for name in names {
        if !Stamp::at(name).is_ok_and(|stamp| stamp == original.stamp) {
            return Err(Error::Changed);
        }
    }
    for (taken, (file, name)) in files.into_iter().zip(names).enumerate() {
        if let Err(error) = file.persist(name) {
            give_back(&names[..taken], name);
            return Err(Error::NotReplaced { name: name.clone(), source: error.error });
        }
    }
    Ok(())
}

/// What a name is that an interrupted run can leave behind. It matches neither `*.py` nor `*.pyc`.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pyrepro-").suffix(".tmp");
    builder
}

fn write_in(
    folder: &Path,
    original: &Original,
    content: &NormalForm,
    times: FileTimes,
) -> io::Result<TempPath> {
    let mut file = temporary().tempfile_in(folder)?;
    content.copy_to(file.as_file_mut())?;
    original.lend_owner_and_mode(file.as_file())?;
    file.as_file().set_times(times)?;
    Ok(file.into_temp_path())
}

fn link_in(folder: &Path, file: &Path) -> io::Result<TempPath> {
    Ok(temporary().make_in(folder, |link| fs::hard_link(file, link))?.into_temp_path())
}

/// Makes names links to the old file again, of which one name is left.
fn give_back(names: &[PathBuf], left: &Path) {
    for name in names {
        // The error that brought us here is the one to tell of.
        let _ = link_in(folder_of(name), left).map(|link| link.persist(name));
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
    file.set_times(times)
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

        let result = replace(&mut vec![name.clone()], &original, &canonical(), None);
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

        let result = replace(&mut vec![name.clone()], &original, &canonical(), None);
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
