//! The crates that a source's own lock names, fetched before a build that has no network.

use std::fs;
use std::path::{Path, PathBuf};

use super::build_dir::BuildDir;
use super::process::{Bounds, run};
use super::{Error, Request, variables};
use crate::bounded;

/// What a lock calls the index of crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Fetches the crates into the home of cargo that the build has, if the source has a lock and cargo is there.
/// cargo runs nothing of the source for this, and reads settings from where it runs, which is not the source. It would go to any
/// address that the source names, so crates are fetched only where all of them are of crates.io.
pub fn fetch(request: &Request, place: &BuildDir, bounds: &Bounds<'_>) -> Result<(), Error> {
    let manifests = manifests(&place.source());
    if manifests.iter().any(|manifest| names_other_places(manifest)) {
        return Ok(());
    }
    let locks: Vec<_> = manifests.into_iter().filter(|manifest| has_lock(manifest)).collect();
    let (Some((first, others)), Some(cargo)) = (locks.split_first(), variables::program(request, "cargo"))
    else {
        return Ok(());
    };
    let home = variables::cargo_home(place);
    let step = "installing the crates of Cargo.lock";
    let mut command = request.installing(&cargo, place.folder());
    // What a manifest does not show, an inherited dependency say, must not reach a repository either.
    command.env("CARGO_NET_GIT_FETCH_WITH_CLI", "true").env("GIT_ALLOW_PROTOCOL", "none");
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

/// Each Cargo.toml of the source.
fn manifests(source: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![source.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push(entry.path());
            } else if entry.file_name() == "Cargo.toml" {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn lock_of(manifest: &Path) -> PathBuf {
    manifest.with_file_name("Cargo.lock")
}

fn has_lock(manifest: &Path) -> bool {
    lock_of(manifest).is_file()
}

/// Whether a Cargo.toml or its lock names a repository or a registry other than crates.io, or cannot be read.
fn names_other_places(manifest: &Path) -> bool {
    let lock = lock_of(manifest);
    let of_file = |path: &Path, is_other: fn(&str, &str) -> bool| {
        let table = bounded::read_to_string(path, bounded::DOCUMENT)
            .ok()
            .and_then(|text| text.parse::<toml::Table>().ok());
        table.is_none_or(|table| table.into_iter().any(|(key, value)| has(&key, &value, is_other)))
    };
    of_file(manifest, |key, _| ["git", "registry", "registry-index"].contains(&key))
        || (lock.is_file() && of_file(&lock, |key, value| key == "source" && value != CRATES_IO))
}

/// Whether a text somewhere in a value is what is looked for, by its key.
fn has(key: &str, value: &toml::Value, wanted: fn(&str, &str) -> bool) -> bool {
    match value {
        toml::Value::String(text) => wanted(key, text),
        toml::Value::Array(values) => values.iter().any(|value| has(key, value, wanted)),
        toml::Value::Table(table) => table.iter().any(|(key, value)| has(key, value, wanted)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(files: &[(&str, &str)]) -> tempfile::TempDir {
        let source = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = source.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        source
    }

    #[test]
    fn a_manifest_has_its_own_lock() {
        let source = source(&[("Cargo.toml", ""), ("rust/Cargo.toml", ""), ("rust/Cargo.lock", "")]);
        let found = manifests(source.path());
        let locked: Vec<_> = found.iter().filter(|manifest| has_lock(manifest)).collect();
        assert_eq!(locked, [&source.path().join("rust/Cargo.toml")]);
    }

    #[test]
    fn a_source_that_names_another_place_than_crates_io_is_told() {
        let lock = |from: &str| {
            format!("version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{from}\"\n")
        };
        let plain =
            "[package]\nname = \"p\"\nrepository = \"https://git.example/p\"\n[dependencies]\na = \"1\"\n";
        for (manifest, lock, other) in [
            (plain.to_owned(), lock(CRATES_IO), false),
            (plain.to_owned(), lock("git+file:///home/user/a"), true),
            (plain.to_owned(), lock("registry+https://index.example/"), true),
            (format!("{plain}b = {{ git = \"file:///home/user/b\" }}\n"), lock(CRATES_IO), true),
            (format!("{plain}[patch.crates-io.a]\ngit = \"file:///home/user/a\"\n"), lock(CRATES_IO), true),
            (
                format!(
                    "{plain}b = {{ version = \"1\", registry-index = \"sparse+https://index.example/\" }}\n"
                ),
                lock(CRATES_IO),
                true,
            ),
            ("not TOML".to_owned(), lock(CRATES_IO), true),
        ] {
            let source = source(&[("Cargo.toml", &manifest), ("Cargo.lock", &lock)]);
            assert_eq!(names_other_places(&source.path().join("Cargo.toml")), other, "{manifest}\n{lock}");
        }
    }
}
