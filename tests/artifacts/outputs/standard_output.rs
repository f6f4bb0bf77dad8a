//! Whether somebody reads standard output changes neither what a run does nor its exit code. An output
//! that takes nothing for another reason is an error.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::common::app::{run, wheel};
use crate::common::package::project;
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};

/// A run of a verb: its arguments, and the exit code that it has whoever reads.
type Case = (&'static [&'static str], i32);

/// Every verb, with each answer that it can give.
const CASES: &[Case] = &[
    (&["build", "project", "-o", "dist"], 0),
    (&["build", "project", "--list"], 0),
    (&["compile", "--force", "sources"], 0),
    (&["compile", "--check", "unmade"], 1),
    (&["compile", "broken"], 1),
    (&["completions", "bash"], 0),
    (&["diff", "a.whl", "a.whl"], 0),
    (&["diff", "a.whl", "b.whl"], 1),
    (&["diff", "--html", "page.html", "a.whl", "b.whl"], 1),
    (&["init", "bare"], 0),
    (&["init", "moved"], 0),
    (&["init", "refused"], 1),
    (&["inspect", "a.whl"], 0),
    (&["inspect", "gone.whl"], 2),
    (&["man"], 0),
    (&["man", "compile"], 0),
    (&["manifest", "a.whl"], 0),
    (&["manifest", "--check", "a.json", "a.whl"], 0),
    (&["manifest", "--check", "a.json", "b.whl"], 1),
    (&["normalize", "-v", "odd.zip", "-o", "normal.zip"], 0),
    (&["normalize", "--check", "odd.zip"], 1),
    (&["prove", "project", "--only", "umask"], 0),
    (&["pythons"], 0),
    (&["verify", "app.pyz", "--source", "app"], 0),
    (&["verify", "forged.pyz", "--source", "app"], 1),
    (&["verify", "a.whl"], 2),
    (&["verify", "--installed", "site"], 1),
    (&["zipapp", "app", "-o", "out.pyz"], 0),
    (&["zipapp", "--info", "app.pyz"], 0),
    (&["--help"], 0),
    (&["--version"], 0),
    (&["compile", "--help"], 0),
];

/// What the runs are about.
fn world() -> Tree {
    let tree = Tree::new();
    for number in 0..300 {
        tree.write(format!("sources/module_with_a_long_name_{number}.py"), format!("x = {number}\n"));
        tree.write(format!("unmade/module_with_a_long_name_{number}.py"), format!("x = {number}\n"));
    }
    for (name, text) in [
        ("broken/m.py", "def\n"),
        ("app/__main__.py", "print(1)\n"),
        ("project/src/orchard/__init__.py", ""),
        ("bare/grove/__init__.py", "__version__ = '1'\n"),
        ("moved/pyproject.toml", MOVED),
        ("moved/moved.py", "'''Moved.'''\n"),
        ("refused/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = 'odd'\n"),
        ("site/m.py", "x = 1\n"),
        ("site/m-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: m\nVersion: 1\n"),
        ("site/m-1.dist-info/RECORD", "m.py,,\nm-1.dist-info/METADATA,,\nm-1.dist-info/RECORD,,\n"),
    ] {
        tree.write(name, text);
    }
    let settings = fs::read(project("orchard", "", &[]).path().join("pyproject.toml")).expect("a file");
    tree.write("project/pyproject.toml", settings);
    for (name, text) in [("a", "x = 1\n"), ("b", "x = 2\n")] {
        let made = wheel(&tree, name, "1", &[("m.py", text)], "");
        fs::rename(made, tree.path().join(name).with_extension("whl")).expect("a wheel");
    }
    let python = &newest().interpreter.path;
    let zip = "from zipfile import *; ZipFile('odd.zip', 'w').writestr(ZipInfo('m.py', (2020, 1, 1, 0, 0, 0)), 'x = 1')";
    assert!(run(Command::new(python).args(["-c", zip]).current_dir(tree.path())).status.success());
    for arguments in [
        &["manifest", "a.whl", "-o", "a.json"][..],
        &["zipapp", "app", "-o", "app.pyz", "--no-compile"],
        &["zipapp", "app", "-o", "forged.pyz", "--no-compile"],
        &["zipapp", "site", "-m", "m:x", "-o", "other.pyz", "--no-compile"],
    ] {
        let made = told(&tree, arguments, Stdio::piped());
        assert!(made.status.success(), "{arguments:?}: {made:?}");
    }
    fs::copy(tree.path().join("other.pyz"), tree.path().join("forged.pyz")).expect("an archive");
    tree
}

const MOVED: &str = "\
[build-system]
requires = ['flit_core']
build-backend = 'flit_core.buildapi'
[project]
name = 'moved'
version = '1'
description = 'Moved.'
";

fn told(tree: &Tree, arguments: &[&str], stdout: impl Into<Stdio>) -> Output {
    let python = &newest().interpreter.path;
    let mut command = pyrepro();
    command.args(arguments).current_dir(tree.path()).env("PYREPRO_PYTHON", python).stdout(stdout);
    command.stderr(Stdio::piped()).spawn().expect("a run").wait_with_output().expect("an end")
}

/// A pipe that nobody reads.
fn closed_pipe() -> Stdio {
    std::io::pipe().expect("a pipe").1.into()
}

/// All files that are there, but for what pyrepro does not promise to be the same.
fn files(tree: &Tree) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| (path.clone(), fs::read(tree.path().join(path)).expect("a file"));
    tree.files().into_iter().map(read).collect()
}

#[test]
fn a_closed_stdout_changes_neither_the_answer_nor_the_work() {
    for format in [&["--format", "text"][..], &["--format", "json"]] {
        let (read, unread) = (world(), world());
        for (arguments, code) in CASES {
            let arguments = [*arguments, format].concat();
            let with_reader = told(&read, &arguments, Stdio::piped());
            let errors = String::from_utf8_lossy(&with_reader.stderr);
            assert_eq!(with_reader.status.code(), Some(*code), "{arguments:?}: {errors}");
            let without = told(&unread, &arguments, closed_pipe());
            let words = String::from_utf8_lossy(&without.stderr);
            assert_eq!(without.status.code(), Some(*code), "{arguments:?}, unread: {words}");
            assert_eq!(words.lines().count(), errors.lines().count(), "{arguments:?}: {words}");
            assert!(files(&read) == files(&unread), "{arguments:?} does something else when nobody reads");
        }
    }
}

#[test]
fn bytes_for_a_reader_who_has_gone_are_no_error() {
    let tree = world();
    for arguments in [
        &["zipapp", "app", "-o", "-"][..],
        &["zipapp", "app", "-o", "-", "--manifest", "app.json"],
        &["manifest", "a.whl", "--export", "sha256sum"],
    ] {
        let output = told(&tree, arguments, closed_pipe());
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
    assert!(tree.path().join("app.json").exists(), "the work is finished");
    let mut command = pyrepro();
    command.args(["normalize", "-"]).stdin(File::open(tree.path().join("odd.zip")).expect("a wheel"));
    let output = command.stdout(closed_pipe()).stderr(Stdio::piped()).spawn().expect("a run");
    let output = output.wait_with_output().expect("an end");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error_that_names_it() {
    let tree = world();
    let full = || File::options().write(true).open("/dev/full").expect("the device");
    let bytes: &[Case] = &[(&["zipapp", "app", "-o", "-"], 2)];
    for (arguments, _) in CASES.iter().chain(bytes) {
        if told(&tree, arguments, Stdio::piped()).stdout.is_empty() {
            continue;
        }
        let output = told(&tree, arguments, full());
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {words}");
        assert!(words.contains("standard output: No space left on device"), "{arguments:?}: {words}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_archive_that_stdout_does_not_take_has_no_manifest() {
    let tree = world();
    let full = File::options().write(true).open("/dev/full").expect("the device");
    let output = told(&tree, &["zipapp", "app", "-o", "-", "--manifest", "app.json"], full);
    assert_eq!(output.status.code(), Some(2));
    assert!(!tree.path().join("app.json").exists());
}
