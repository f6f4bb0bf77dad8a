//! Hard links stay links, symbolic links stay links, and a file is one file whatever leads to it.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use serde_json::Value;

use crate::common::pyrepro;
use crate::normalize::folder::{Folder, assert_exit, canonical, newest, normalize, set_time, stderr, stdout};

fn inode(path: &Path) -> u64 {
    fs::metadata(path).unwrap().ino()
}

#[test]
fn hard_links_that_are_given_stay_links_to_one_file() {
    let (folder, file) = Folder::with("a/m.cpython-313.pyc");
    let other = folder.link(&file, "b/m.cpython-313.opt-1.pyc");
    let old = inode(&file);
    let output = folder.normalize(&["--format", "json"]);
    assert_exit(&output, 0);
    assert_eq!(fs::read(&file).unwrap(), canonical(newest()));
    assert_eq!(inode(&file), inode(&other));
    assert_ne!(inode(&file), old, "a file with known names is replaced");
    assert_eq!(file.metadata().unwrap().nlink(), 2);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["files"].as_array().unwrap().len(), 1);
    assert_eq!(document["files"][0]["links"][0], other.to_str().unwrap());
}

#[test]
fn hard_links_beside_a_file_are_found() {
    let (folder, file) = Folder::with("m.pyc");
    let other = folder.link(&file, "unnamed");
    let old = inode(&file);
    assert_exit(&normalize(&file, &[]), 0);
    assert_eq!(fs::read(&other).unwrap(), canonical(newest()));
    assert_eq!(inode(&file), inode(&other));
    assert_ne!(inode(&file), old, "a file with known names is replaced");
    assert_eq!(folder.names(), ["m.pyc", "unnamed"]);

    // Found beside the file however the path to it is spelled.
    fs::write(&file, newest()).unwrap();
    let output = pyrepro().args(["normalize", "m.pyc"]).current_dir(folder.path()).output().unwrap();
    assert_exit(&output, 0);
    assert_eq!(inode(&file), inode(&other));
    assert_eq!(folder.names(), ["m.pyc", "unnamed"]);
}

#[test]
fn hard_links_elsewhere_are_kept_by_writing_in_place() {
    let (folder, file) = Folder::with("m.pyc");
    let (elsewhere, _) = Folder::with("other.pyc");
    let other = elsewhere.link(&file, "m.pyc");
    set_time(&file, 1_000_000_000, 7);
    let old = inode(&file);
    assert_exit(&folder.normalize(&[]), 0);
    assert_eq!(fs::read(&other).unwrap(), canonical(newest()));
    assert_eq!((inode(&file), inode(&other)), (old, old));
    assert_eq!((file.metadata().unwrap().mtime(), file.metadata().unwrap().mtime_nsec()), (1_000_000_000, 7));
}

#[test]
fn a_file_that_is_named_twice_is_one_file() {
    let (folder, file) = Folder::with("a/m.pyc");
    let roundabout = folder.path().join("a/../a/m.pyc");
    let output = pyrepro().arg("normalize").arg(&file).arg(roundabout).arg(folder.path()).output().unwrap();
    assert_exit(&output, 0);
    assert!(stdout(&output).starts_with("1 file: 1 rewritten"), "{}", stdout(&output));
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
}

#[test]
fn symlinks_are_followed_only_if_wanted_and_stay_links() {
    let (folder, file) = Folder::with("real/m.pyc");
    let inside = folder.path().join("links");
    fs::create_dir(&inside).unwrap();
    let link = inside.join("link.pyc");
    symlink(&file, &link).unwrap();

    assert!(stdout(&normalize(&inside, &[])).starts_with("0 files"));
    let named = normalize(&link, &[]);
    assert_exit(&named, 2);
    assert!(stderr(&named).contains("symbolic link"));
    assert_eq!(fs::read(&file).unwrap(), newest());

    assert_exit(&normalize(&inside, &["--follow-symlinks"]), 0);
    assert_eq!(fs::read(&file).unwrap(), canonical(newest()));
    assert!(link.is_symlink());
    // What is of no interest may be broken.
    symlink("nowhere", inside.join("broken.so")).unwrap();
    // The same file by its name and by the link to it is one file.
    fs::write(&file, newest()).unwrap();
    let output = folder.normalize(&["--follow-symlinks"]);
    assert!(stdout(&output).starts_with("1 file: 1 rewritten"), "{}", stdout(&output));
    assert!(link.is_symlink() && !file.is_symlink());
}
