//! Whatever time an artifact of ours carries, it is normal; whatever time others gave theirs, it becomes one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::package::{build, project};
use crate::common::tree::Tree;
use crate::normalize::folder::{Folder, assert_exit, normalize, state, stdout};
use crate::normalize_archives::{listing, made};

fn git(folder: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
    git.env("GIT_AUTHOR_DATE", "1500000001 +0000").env("GIT_COMMITTER_DATE", "1500000001 +0000");
    let status = git.args(arguments).current_dir(folder).status().expect("git");
    assert!(status.success(), "git {arguments:?}");
}

fn orchard() -> Tree {
    let tree = project("a", "[project.scripts]\na = 'a:main'", &["src/a/__init__.py", "src/a/b/data.txt"]);
    git(tree.path(), &["init", "-q"]);
    git(tree.path(), &["add", "."]);
    git(tree.path(), &["commit", "-q", "-m", "a"]);
    tree
}

/// All that is below a folder of artifacts.
fn artifacts(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.to_string_lossy().ends_with(".json"));
    paths.sort();
    paths
}

#[test]
fn what_build_wrote_is_normal_whatever_its_epoch() {
    let tree = orchard();
    for epoch in ["git", "0", "1", "315532799", "1577836801", "4102444800", "99999999999"] {
        let options = ["--sdist", "--wheel", "--zipapp", "-o", epoch, "--source-date-epoch", epoch];
        let output = build(tree.path(), &[&options[..], &["--pyc", "checked-hash"]].concat());
        assert_exit(&output, 0);
        let folder = tree.path().join(epoch);
        let before: Vec<_> = artifacts(&folder).iter().map(|path| state(path)).collect();
        assert_eq!(before.len(), 3, "{epoch}: {:?}", artifacts(&folder));
        assert_exit(&normalize(&folder, &["--check"]), 0);
        assert_exit(&normalize(&folder, &[]), 0);
        let after: Vec<_> = artifacts(&folder).iter().map(|path| state(path)).collect();
        assert!(before == after, "{epoch}");
    }
}

#[test]
fn an_epoch_that_is_asked_for_wins_over_that_of_a_normal_archive() {
    let tree = orchard();
    for (epoch, out) in [("1577836800", "a"), ("1000000000", "b")] {
        let output = build(tree.path(), &["--sdist", "--wheel", "-o", out, "--source-date-epoch", epoch]);
        assert_exit(&output, 0);
    }
    assert_exit(&normalize(&tree.path().join("a"), &["--check", "--source-date-epoch", "1000000000"]), 1);
    assert_exit(&normalize(&tree.path().join("a"), &["--source-date-epoch", "1000000000"]), 0);
    let read = |folder: &str| -> Vec<Vec<u8>> {
        artifacts(&tree.path().join(folder)).iter().map(|path| fs::read(path).unwrap()).collect()
    };
    assert!(read("a") == read("b"));
}

#[test]
fn what_others_wrote_gets_the_default_time_even_where_all_members_have_one() {
    // The wheels of the script have one time for all members.
    let folder = Folder::new();
    let wheel = made(&folder, &["wheel"], "orchard-1.0-py3-none-any.whl");
    let tar = made(&folder, &["tar"], "orchard-1.0.tar.gz");
    let told = stdout(&folder.normalize(&["--check"]));
    assert!(told.contains("time: "), "{told}");
    assert_exit(&folder.normalize(&[]), 0);
    assert!(listing(&wheel).iter().all(|member| member["time"] == serde_json::json!([1980, 1, 1, 0, 0, 0])));
    assert!(listing(&tar).iter().all(|member| member["time"] == 315_532_800));
}
