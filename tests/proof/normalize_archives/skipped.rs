//! What is not touched in a folder, because it is not the project's own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::normalize::folder::{Folder, assert_exit, normalize, state, stderr, stdout};
use crate::normalize_archives::made;

const WHEEL: &str = "orchard-1.0-py3-none-any.whl";

/// A wheel at each of these places in a folder.
fn wheels(folder: &Folder, places: &[&str]) -> Vec<PathBuf> {
    let original = made(folder, &["wheel"], "original.whl");
    let bytes = fs::read(&original).unwrap();
    fs::remove_file(original).unwrap();
    places.iter().map(|place| folder.file(&format!("{place}/{WHEEL}"), &bytes)).collect()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = normalize(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

#[test]
fn environments_repositories_and_caches_are_skipped_and_named() {
    let folder = Folder::new();
    let own = wheels(&folder, &["dist"]);
    let others = wheels(
        &folder,
        &[
            "env/lib",
            ".venv/lib",
            ".tox/py313",
            ".nox/tests",
            ".git/lfs",
            ".hg/store",
            ".svn/pristine",
            "node_modules/x",
            "__pypackages__/3.13",
            ".mypy_cache/3.13",
            "uv-cache/wheels",
            "conda/pkgs",
        ],
    );
    folder.file("env/pyvenv.cfg", "home = /usr\n");
    folder.file("uv-cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# uv\n");
    folder.file("conda/conda-meta/history", "");
    let before: Vec<_> = others.iter().map(|path| state(path)).collect();
    let report = json(folder.path(), &["--check"]);
    let skipped: Vec<_> = report["skipped"].as_array().unwrap().iter().collect();
    assert_eq!(skipped.len(), others.len(), "{report:#}");
    for path in &others {
        let is_named = |row: &&Value| path.starts_with(row["path"].as_str().unwrap());
        assert!(skipped.iter().any(is_named), "{}", path.display());
    }
    let output = folder.normalize(&[]);
    assert_exit(&output, 0);
    let told = stdout(&output);
    assert!(told.contains("skipped ") && told.contains(".git (version control)"), "{told}");
    assert!(told.contains("7 more (-v names them)"), "{told}");
    assert!(stdout(&output).contains("1 file: 1 rewritten"), "{}", stdout(&output));
    assert!(before == others.iter().map(|path| state(path)).collect::<Vec<_>>());
    assert_exit(&normalize(&own[0], &["--check"]), 0);
    let all = stdout(&folder.normalize(&["-v"]));
    assert!(all.contains(".tox (") && all.contains("env (virtual environment)"), "{all}");
}

#[test]
fn what_is_named_is_done_even_in_an_environment() {
    let folder = Folder::new();
    let others = wheels(&folder, &[".venv/lib", ".tox/py313"]);
    folder.file(".venv/pyvenv.cfg", "home = /usr\n");
    assert_exit(&normalize(&others[0], &[]), 0);
    assert_exit(&normalize(&others[0], &["--check"]), 0);
    let tox = folder.path().join(".tox");
    assert_exit(&normalize(&tox, &[]), 0);
    assert_exit(&normalize(&others[1], &["--check"]), 0);
}

#[test]
fn a_link_to_an_environment_is_none_of_the_folder_either() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let others = wheels(&elsewhere, &["lib"]);
    elsewhere.file("pyvenv.cfg", "home = /usr\n");
    symlink(elsewhere.path(), folder.path().join("env")).unwrap();
    let before = state(&others[0]);
    assert_exit(&folder.normalize(&["--follow-symlinks"]), 0);
    assert!(state(&others[0]) == before);
}

#[test]
fn patterns_leave_out_what_they_match_and_bad_ones_are_refused() {
    let folder = Folder::new();
    let all = wheels(&folder, &["dist", "vendor", "a/vendor"]);
    assert_exit(&folder.normalize(&["--exclude", "vendor/"]), 0);
    assert_exit(&normalize(&all[0], &["--check"]), 0);
    assert_exit(&normalize(&all[1], &["--check"]), 1);
    assert_exit(&normalize(&all[2], &["--check"]), 1);
    assert_exit(&folder.normalize(&["--exclude", "/vendor", "--exclude", "a/*/*.whl", "--check"]), 0);
    let output = folder.normalize(&["--exclude", "[a"]);
    assert_exit(&output, 2);
    assert!(stderr(&output).contains("--exclude") && stderr(&output).contains("[a"), "{}", stderr(&output));
}
