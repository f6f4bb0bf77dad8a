//! Archives as folders again: bounded, and never outside of the folder.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use crate::archive::{Archive, ArchiveMember, Limits, MemberKind, MemberPath, ReadError};
use crate::output::create;

/// Why an archive is not unpacked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// It is broken, or beyond the limits.
    #[error("{path}: {source}", path = path.display())]
    Archive {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
    /// Something cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Where that is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something in it that is neither a file, a folder nor a link.
    #[error("{path}: {member} is neither a file, a folder nor a link", path = path.display())]
    Special {
        /// Where the archive is.
        path: PathBuf,
        /// The member.
        member: String,
    },
    /// A link that leads out of the archive, or to nothing in it.
    #[error("{path}: the link {member} leads to {target}, which is not in the archive", path = path.display())]
    Link {
        /// Where the archive is.
        path: PathBuf,
        /// The member.
        member: String,
        /// Where it leads.
        target: String,
    },
}

/// Unpacks a zip, tar or tar.gz file into a folder that is empty or not there. Links that lead to something in
/// the archive are there as copies of it; other links are refused.
///
/// ```
/// use pyrepro::archive::{Entries, Entry, Order, zip};
/// use pyrepro::unpack::unpack;
///
/// let folder = tempfile::tempdir()?;
/// let archive = folder.path().join("a.zip");
/// let entries = Entries::new(vec![Entry::bytes("pkg/m.py", "x = 1\n")?], &Order::Path)?;
/// zip::write(&entries, &zip::Options::default(), &mut std::fs::File::create(&archive)?)?;
/// unpack(&archive, &folder.path().join("out"))?;
/// assert_eq!(std::fs::read(folder.path().join("out/pkg/m.py"))?, b"x = 1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn unpack(path: &Path, into: &Path) -> Result<(), UnpackError> {
    let io = |source| UnpackError::Io { path: path.to_owned(), source };
    fs::create_dir_all(into).map_err(io)?;
    let file = File::open(path).map_err(io)?;
    let mut folder = Unpacking { path, into, links: Vec::new() };
    let archive = Archive::open(file, Limits::default()).map_err(|source| folder.bad(source))?;
    let mut archive = archive.with_repeats();
    let mut members = archive.members();
    while let Some(member) = members.next_member().map_err(|source| folder.bad(source))? {
        folder.add(member)?;
    }
    folder.link()
}

struct Unpacking<'a> {
    path: &'a Path,
    into: &'a Path,
    /// Links, which are made last, so that nothing is written through one: each with its target.
    links: Vec<(MemberPath, String)>,
}

impl Unpacking<'_> {
    fn bad(&self, source: ReadError) -> UnpackError {
        UnpackError::Archive { path: self.path.to_owned(), source: Box::new(source) }
    }

    fn add<R: Read + Seek>(&mut self, mut member: ArchiveMember<'_, R>) -> Result<(), UnpackError> {
        match &member.kind {
            MemberKind::Folder => self.folder(&member.path)?,
            MemberKind::File => self.file(&mut member)?,
            MemberKind::Symlink(target) => {
                let target = String::from_utf8_lossy(target).into_owned();
                self.links.push((member.path, target));
            }
            // It names a member by its whole path, and not from where the link is.
            MemberKind::HardLink(target) => {
                let target = String::from_utf8_lossy(target);
                let up = "../".repeat(member.path.as_str().matches('/').count());
                self.links.push((member.path, format!("{up}{target}")));
            }
            MemberKind::Special => return Err(self.special(&member.path)),
        }
        Ok(())
    }

    fn special(&self, member: &MemberPath) -> UnpackError {
        UnpackError::Special { path: self.path.to_owned(), member: member.to_string() }
    }

    fn folder(&self, path: &MemberPath) -> Result<(), UnpackError> {
        let place = self.into.join(path.as_str());
        fs::create_dir_all(&place).map_err(|source| UnpackError::Io { path: place, source })
    }

    /// A new file: nothing that is there is written to. Of two with one name the later one stays, as it does where
    /// tar and zipfile unpack.
    fn file<R: Read + Seek>(&self, member: &mut ArchiveMember<'_, R>) -> Result<(), UnpackError> {
        let place = self.into.join(member.path.as_str());
        let mode = if member.is_executable() { 0o700 } else { 0o600 };
        if fs::symlink_metadata(&place).is_ok_and(|found| found.is_file()) {
            fs::remove_file(&place).map_err(|source| UnpackError::Io { path: place.clone(), source })?;
        }
        let made = place.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            // Two errors: of reading inside, of writing around it.
            create::<_, io::Error>(&place, mode, |file| Ok(member.copy(file)))
        });
        let filled = made.map_err(|source| UnpackError::Io { path: place, source })?;
        filled.map_err(|source| self.bad(source))
    }

    /// Puts copies in the places of links. A link to a link has to wait for that one.
    fn link(mut self) -> Result<(), UnpackError> {
        let mut room = Limits::default().total;
        while !self.links.is_empty() {
            let before = self.links.len();
            let mut waiting = Vec::new();
            for (link, target) in std::mem::take(&mut self.links) {
                let from = inside(link.as_str(), &target).map(|path| self.into.join(path));
                match from.filter(|from| from.symlink_metadata().is_ok()) {
                    Some(from) => copy(&from, &self.into.join(link.as_str()), &mut room)?,
                    None => waiting.push((link, target)),
                }
            }
            if let (Some((member, target)), true) = (waiting.first(), waiting.len() == before) {
                let (path, member, target) = (self.path.to_owned(), member.to_string(), target.clone());
                return Err(UnpackError::Link { path, member, target });
            }
            self.links = waiting;
        }
        Ok(())
    }
}

/// The path in the archive that a link leads to, if it does not lead out of it.
fn inside(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    if target.starts_with('/') || target.contains('\\') {
        return None;
    }
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Copies a file or a folder, within what room is left. What is unpacked has no links.
fn copy(from: &Path, to: &Path, room: &mut u64) -> Result<(), UnpackError> {
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = pending.pop() {
        let failed = |source| UnpackError::Io { path: to.clone(), source };
        let found = fs::symlink_metadata(&from).map_err(failed)?;
        let Some(left) = room.checked_sub(found.len()).filter(|_| !to.starts_with(&from)) else {
            return Err(failed(io::Error::other("links make more of it than there may be in an archive")));
        };
        *room = left;
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        if found.is_dir() {
            fs::create_dir(&to).map_err(failed)?;
            for entry in fs::read_dir(&from).map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                pending.push((from.join(&name), to.join(&name)));
            }
        } else if to.symlink_metadata().is_ok() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        } else {
            fs::copy(&from, &to).map_err(failed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Entries, Entry, Order, tar};

    #[test]
    fn links_lead_somewhere_inside_or_nowhere() {
        assert_eq!(inside("a/docs/CHANGES", "../CHANGES").as_deref(), Some("a/CHANGES"));
        assert_eq!(inside("a/x", "b/./c").as_deref(), Some("a/b/c"));
        for (link, target) in
            [("a/x", "../../etc/passwd"), ("x", "/etc/passwd"), ("a/x", ".."), ("a/x", "c:\\y")]
        {
            assert_eq!(inside(link, target), None, "{target}");
        }
    }

    #[test]
    fn of_two_members_with_one_name_the_later_one_stays() {
        let tree = tempfile::tempdir().unwrap();
        let member = |text: &str| {
            let entries = Entries::new(vec![Entry::bytes("a/b", text).unwrap()], &Order::Path).unwrap();
            let mut archive = Vec::new();
            tar::write(&entries, &tar::Options::default(), &mut archive).unwrap();
            archive[..2 * 512].to_vec()
        };
        let archive = tree.path().join("a.tar");
        fs::write(&archive, [member("the first"), member("later"), vec![0; 1024]].concat()).unwrap();
        unpack(&archive, &tree.path().join("out")).unwrap();
        assert_eq!(fs::read_to_string(tree.path().join("out/a/b")).unwrap(), "later");
    }

    #[test]
    fn a_folder_is_not_copied_into_itself() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("a")).unwrap();
        let (from, to) = (tree.path().join("a"), tree.path().join("a/b"));
        assert!(copy(&from, &to, &mut 1_000_000).is_err());
        assert!(copy(&from, &tree.path().join("c"), &mut 0).is_err());
    }
}
