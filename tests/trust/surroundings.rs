//! What stands around a run leads it nowhere: links in a circle, and the variables of a git hook.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::app::{run, stdout_of};
use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};

fn python() -> &'static Python {
    &pythons()[pythons().len() - 1]
}

/// `py3compile` for the one Python of a Debian of its own.
pub fn py3compile(tree: &Tree) -> Command {
    let mut command = pyrepro();
    debian(tree, command.arg("py3compile").current_dir(tree.path()));
    command
}

/// Has a command take a folder for a Debian with one Python.
pub fn debian(tree: &Tree, command: &mut Command) {
    let release = python().interpreter.release;
    let version = format!("{}.{}", release.major, release.minor);
    let program = tree.path().join(format!("debian/usr/bin/python{version}"));
    fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
    if !program.exists() {
        symlink(&python().interpreter.path, &program).expect("a link");
    }
    command.env("DPKG_ROOT", tree.path().join("debian")).env("DEBPYTHON3_SUPPORTED", version);
}

#[test]
fn py3compile_ends_where_links_lead_back() {
    let tree = Tree::new();
    tree.write("src/a.py", "x = 1\n");
    tree.write("src/folder.py/b.py", "x = 1\n");
    tree.write("outside/c.py", "x = 1\n");
    for (place, target) in
        [("loop.py", "."), ("folder.py/up.py", ".."), ("other.py", "../outside"), ("self.py", "self.py")]
    {
        symlink(target, tree.path().join("src").join(place)).expect("a link");
    }
    let start = Instant::now();
    let output = run(py3compile(&tree).arg("src"));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    let compiled: Vec<_> = tree.pycs().into_iter().map(|(path, _)| path).collect();
    assert_eq!(compiled.len(), 2, "a.py and b.py, and nothing through a link: {compiled:?}: {output:?}");
}

#[test]
fn py3compile_of_what_is_not_there_is_an_error() {
    let tree = Tree::new();
    let output = run(py3compile(&tree).arg("nowhere"));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("cannot read nowhere"), "{told}");
}

/// A repository of a project, with a tag.
fn repository(tree: &Tree, folder: &str, text: &str) {
    tree.write(
        format!("{folder}/pyproject.toml"),
        "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'plum'\nversion = '1'\n",
    );
    tree.write(format!("{folder}/plum.py"), text);
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "x"], &["tag", "v1"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
        stdout_of(git.args(arguments).current_dir(tree.path().join(folder)));
    }
}

#[test]
fn a_git_source_is_that_of_its_url_even_where_a_hook_of_another_repository_runs_us() {
    let tree = Tree::new();
    repository(&tree, "plum", "x = 1\n");
    repository(&tree, "other", "x = 'other'\n");
    stdout_of(
        pyrepro()
            .args(["build", "plum", "--wheel", "--no-manifest", "-q", "-o", "."])
            .current_dir(tree.path()),
    );
    let other = tree.path().join("other/.git");
    let before = fs::read_dir(other.join("objects")).expect("a folder").count();
    let source = format!("git+file://{}@v1", tree.path().join("plum").display());
    let mut command = pyrepro();
    command.args(["rebuild", "plum-1-py3-none-any.whl", "--source", &source]).current_dir(tree.path());
    command.env("GIT_DIR", &other).env("GIT_WORK_TREE", tree.path().join("other")).env("GIT_PREFIX", "");
    command.env("GIT_INDEX_FILE", other.join("index")).env("GIT_COMMON_DIR", &other);
    // As in a hook that decides about a push.
    command
        .env("GIT_OBJECT_DIRECTORY", other.join("objects"))
        .env("GIT_QUARANTINE_PATH", other.join("objects"));
    let told = stdout_of(&mut command);
    assert!(told.contains("identical"), "{told}");
    assert_eq!(
        fs::read_dir(other.join("objects")).expect("a folder").count(),
        before,
        "nothing is put there"
    );
    assert_eq!(fs::read(tree.path().join("other/plum.py")).expect("a file"), b"x = 'other'\n");
}
