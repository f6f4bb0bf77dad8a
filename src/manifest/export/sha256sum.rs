//! Lists for `sha256sum -c`.

use crate::archive::Digest;
use crate::manifest::{ArtifactKind, Manifest};

/// The list of what lies on a disk: the artifact, or what is in it if it is no single file.
///
/// ```
/// use pyrepro::manifest::{self, Scope, export};
///
/// let manifest = manifest::describe("LICENSE".as_ref(), &Scope::default())?;
/// assert!(export::sha256sum(&manifest).ends_with("  LICENSE\n"));
/// # Ok::<(), manifest::DescribeError>(())
/// ```
pub fn sha256sum(manifest: &Manifest) -> String {
    match manifest.artifact.kind {
        ArtifactKind::Tree | ArtifactKind::Bytecode => sha256sum_of_members(manifest),
        _ => line(manifest.artifact.sha256, &manifest.artifact.name),
    }
}

/// The list of the files in an artifact, for who has unpacked it.
///
/// ```
/// use pyrepro::manifest::{self, Scope, export};
///
/// let manifest = manifest::describe("src".as_ref(), &Scope::default())?;
/// assert!(export::sha256sum_of_members(&manifest).contains("  lib.rs\n"));
/// # Ok::<(), manifest::DescribeError>(())
/// ```
pub fn sha256sum_of_members(manifest: &Manifest) -> String {
    let files = manifest.members.iter().filter_map(|member| Some((member.sha256?, &member.path)));
    files.map(|(sum, path)| line(sum, path.as_str())).collect()
}

/// No name in a manifest has a backslash or a newline, which would have to be escaped.
fn line(sum: Digest, name: &str) -> String {
    format!("{sum}  {name}\n")
}
