//! Folders.

use std::path::Path;

use super::super::blob::Blob;
use super::super::fields::Field;
use super::super::listing::{Content, Listed, Listing, What};
use crate::tree::{self, Kind, Options, Symlinks, Tree};

/// Lists a folder. Links are kept as such, so that nothing outside is looked at.
pub(in super::super) fn list(root: &Path) -> Result<Listing, tree::Error> {
    let options = Options { symlinks: Symlinks::Keep, skip_special: true, ..Options::default() };
    let tree = Tree::walk(root, &options)?;
    let members = tree.entries().iter().map(|entry| listed(&tree, entry)).collect();
    Ok(Listing { format: "folder", fields: vec![], members, problems: vec![] })
}

fn listed(tree: &Tree, entry: &tree::Entry) -> Listed {
    let place = tree.locate(entry);
    let (what, size, content) = match &entry.kind {
        Kind::File { size, .. } => (What::File, *size, Blob::at(place.clone(), *size)),
        Kind::Folder => (What::Folder, 0, Blob::memory(vec![])),
        Kind::Symlink { target } => {
            let target = target.as_os_str().as_encoded_bytes().to_vec();
            (What::Link, target.len() as u64, Blob::memory(target))
        }
    };
    let fields = mode(&place, what).into_iter().collect();
    let path = entry.path.to_string_lossy().into_owned();
    Listed { path, what, size, fields, content: Content::Plain(content) }
}

#[cfg(unix)]
fn mode(place: &Path, what: What) -> Option<Field> {
    use std::os::unix::fs::PermissionsExt;
    // The mode of a link means nothing.
    let found = (what != What::Link).then(|| place.symlink_metadata().ok()).flatten()?;
    let mode = found.permissions().mode();
    Some(Field::said("mode", super::zip_names::shown_mode(mode)))
}

#[cfg(not(unix))]
fn mode(_: &Path, _: What) -> Option<Field> {
    None
}
