//! What to do with symbolic links.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;

/// The policy for symbolic links. Links that an exclude matches are left out before it applies.
///
/// ```
/// use pyrepro::tree::Symlinks;
///
/// assert_eq!(Symlinks::default(), Symlinks::FollowInside);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symlinks {
    /// List what a link leads to in the place of the link.
    Follow,
    /// The same for links that stay inside of the tree, and an error for others: what comes of a
    /// tree must not depend on anything else.
    #[default]
    FollowInside,
    /// List the link itself.
    Keep,
    /// Leave links out.
    Skip,
    /// A link is an error, unless it is to a file that no include matches.
    Refuse,
}

impl Symlinks {
    /// Whether it matters what a link leads to, and not only that it is one.
    pub(super) fn mind_the_target(self) -> bool {
        matches!(self, Symlinks::Follow | Symlinks::FollowInside | Symlinks::Refuse)
    }
}

/// Permits to follow a link, unless it is broken, leads outside of a root that it must not leave, or to a
/// folder that it is in.
pub(super) fn follow(root: &Path, link: &Path, stay_inside: bool) -> Result<(), Error> {
    let place = root.join(link);
    let target = fs::canonicalize(&place).map_err(|source| broken(&place, source))?;
    if stay_inside && !target.starts_with(real(root)?) {
        return Err(Error::LinkOutside { link: place, target });
    }
    // The way we came and not the parents of the real link, for it may lead through other links.
    for folder in link.ancestors().skip(1) {
        if real(&root.join(folder))?.starts_with(&target) {
            return Err(Error::LinkLoop { link: place, target });
        }
    }
    Ok(())
}

pub(super) fn refused(place: &Path) -> Error {
    Error::LinkRefused { link: place.to_owned(), target: written(place) }
}

fn broken(place: &Path, source: std::io::Error) -> Error {
    Error::BrokenLink { link: place.to_owned(), target: written(place), source }
}

/// What is written in a link, for messages.
fn written(link: &Path) -> PathBuf {
    fs::read_link(link).unwrap_or_default()
}

fn real(folder: &Path) -> Result<PathBuf, Error> {
    fs::canonicalize(folder).map_err(|source| Error::Unreadable { path: folder.to_owned(), source })
}
