//! A copy of a source, made as it is to be found by a build.

use std::fs;
use std::path::Path;

use filetime::FileTime;

use super::{Error, at};
use crate::tree::{Entry, Kind, Options, Symlinks, Tree};

/// How a copy is made.
#[derive(Debug, Clone, Default)]
pub(super) struct Making {
    /// Whether files are created in another order than their names', as they are listed by most file
    /// systems.
    pub shuffled: Option<usize>,
    /// The time of the oldest file; the others are some minutes later each. As the source has them if it
    /// is not given.
    pub times: Option<i64>,
    /// The bits that the owner alone keeps.
    pub private: bool,
}

impl Making {
    /// Copies a folder, or a file.
    pub fn copy(&self, source: &Path, target: &Path) -> Result<(), Error> {
        if !source.is_dir() {
            fs::copy(source, target).map_err(at(source))?;
            return Ok(());
        }
        let options = Options { symlinks: Symlinks::Keep, skip_special: true, ..Options::default() };
        let tree = Tree::walk(source, &options)?;
        fs::create_dir_all(target).map_err(at(target))?;
        for (number, entry) in self.order(tree.entries()).into_iter().enumerate() {
            let there = target.join(&entry.path);
            let parent = there.parent().unwrap_or(target);
            fs::create_dir_all(parent).map_err(at(parent))?;
            self.one(&tree.locate(entry), entry, &there, number)?;
        }
        Ok(())
    }

    fn order<'a>(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let mut entries: Vec<&Entry> = entries.iter().collect();
        if let Some(seed) = self.shuffled {
            // Any order that is not that of names will do.
            entries.reverse();
            let middle = entries.len() * seed % entries.len().max(1);
            entries.rotate_left(middle / 2);
        }
        entries
    }

    fn one(&self, source: &Path, entry: &Entry, target: &Path, number: usize) -> Result<(), Error> {
        match &entry.kind {
            Kind::Folder => fs::create_dir_all(target).map_err(at(target))?,
            Kind::Symlink { target: leads_to } => link(leads_to, target)?,
            Kind::File { .. } => {
                fs::copy(source, target).map_err(at(source))?;
                let time = match self.times {
                    Some(start) => FileTime::from_unix_time(start + 60 * number as i64, 0),
                    None => FileTime::from_last_modification_time(&fs::metadata(source).map_err(at(source))?),
                };
                filetime::set_file_mtime(target, time).map_err(at(target))?;
            }
        }
        if self.private && !matches!(entry.kind, Kind::Symlink { .. }) {
            keep_private(target)?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn keep_private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(at(path))?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700)).map_err(at(path))
}

#[cfg(not(unix))]
fn keep_private(_: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(unix)]
fn link(leads_to: &Path, path: &Path) -> Result<(), Error> {
    std::os::unix::fs::symlink(leads_to, path).map_err(at(path))
}

#[cfg(not(unix))]
fn link(leads_to: &Path, path: &Path) -> Result<(), Error> {
    std::os::windows::fs::symlink_file(leads_to, path).map_err(at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_same_content_whatever_its_making() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("source");
        fs::create_dir_all(source.join("a/empty")).expect("a folder");
        for name in ["a/b.py", "c.py", "d.py"] {
            fs::write(source.join(name), name).expect("a file");
        }
        let makings = [
            Making::default(),
            Making { shuffled: Some(1), ..Making::default() },
            Making { times: Some(1_000_000_000), private: true, ..Making::default() },
        ];
        for (number, making) in makings.iter().enumerate() {
            let target = folder.path().join(number.to_string());
            making.copy(&source, &target).expect("a copy");
            let walk =
                |root: &Path| Tree::walk(root, &Options::default()).expect("a tree").entries().to_vec();
            assert_eq!(walk(&source), walk(&target));
            assert_eq!(fs::read_to_string(target.join("a/b.py")).expect("a file"), "a/b.py");
        }
    }
}
