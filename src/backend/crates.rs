//! The crates that a source's own lock names, fetched before a build that has no network.

use std::fs;
use std::path::{Path, PathBuf};

use super::build_dir::BuildDir;
use super::process::{Bounds, run};
use super::{Error, Request, variables};

/// How deep a lock may lie: maturin has it at the top or in a folder for the Rust part.
const DEPTH: usize = 3;

/// Fetches the crates into the home of cargo that the build has, if the source has a lock and cargo is there.
/// cargo runs nothing of the source for this, and reads settings from where it runs, which is not the source.
pub fn fetch(request: &Request, place: &BuildDir, bounds: &Bounds<'_>) -> Result<(), Error> {
    let locks = locked_manifests(&place.source());
    let (Some((first, others)), Some(cargo)) = (locks.split_first(), variables::program(request, "cargo"))
    else {
        return Ok(());
    };
    let home = variables::cargo_home(place);
    let step = "installing the crates of Cargo.lock";
    let mut command = request.installing(&cargo, place.folder());
    command.args(["vendor", "--quiet", "--locked", "--versioned-dirs", "--manifest-path"]).arg(first);
    for other in others {
        command.arg("--sync").arg(other);
    }
    let vendored = home.join("vendor");
    run(command.arg(&vendored), step, bounds)?.check(step)?;
    let path = home.join("config.toml");
    fs::write(&path, settings(&vendored)).map_err(|source| Error::Write { path, source })
}

/// Has cargo look for the crates of crates.io in a folder. Crates of other sources, of git say, it does not find then,
/// and says so.
fn settings(vendored: &Path) -> String {
    // A text of JSON is one of TOML, too.
    let folder = serde_json::Value::from(vendored.to_string_lossy());
    format!(
        "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = {folder}\n[net]\noffline = true\n"
    )
}

/// Each Cargo.toml that has a Cargo.lock beside it.
fn locked_manifests(source: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![(source.to_owned(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        let manifest = folder.join("Cargo.toml");
        if manifest.is_file() && folder.join("Cargo.lock").is_file() {
            found.push(manifest);
        }
        let below = fs::read_dir(&folder).into_iter().flatten().flatten();
        let folders =
            below.filter(|entry| depth < DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()));
        pending.extend(folders.map(|entry| (entry.path(), depth + 1)));
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_a_lock_is_not_fetched_for() {
        let source = tempfile::tempdir().unwrap();
        for path in
            ["Cargo.toml", "rust/Cargo.toml", "rust/Cargo.lock", "a/b/c/d/Cargo.toml", "a/b/c/d/Cargo.lock"]
        {
            let path = source.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(locked_manifests(source.path()), [source.path().join("rust/Cargo.toml")]);
    }
}
