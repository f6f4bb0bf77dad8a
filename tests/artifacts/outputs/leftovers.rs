//! What killed runs leave behind is part of nothing, and goes; what is not pyrepro's stays.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::app::{run, stdout_of};
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};

const LEFTOVER: &str = ".pyrepro-a1B2c3.tmp";

fn python() -> &'static Path {
    &pythons()[pythons().len() - 1].interpreter.path
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn leftovers_are_part_of_no_artifact() {
    let tree = Tree::new();
    let settings = "[project]\nname = 'orchard'\nversion = '1'\n[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n";
    tree.write("project/pyproject.toml", settings);
    for folder in ["app", "project/src/orchard"] {
        tree.write(format!("{folder}/__main__.py"), "print(1)\n");
        tree.write(format!("{folder}/__init__.py"), "");
        tree.write(format!("{folder}/{LEFTOVER}"), "half");
        tree.write(format!("{folder}/.pyrepro-mine.tmp"), "the user's");
    }
    let mut told = Vec::new();
    for arguments in [
        &["manifest", "app"][..],
        &["build", "project", "--list", "--sdist", "--wheel"],
        &["zipapp", "app", "-o", "app.pyz", "--no-compile"],
        &["inspect", "app.pyz"],
    ] {
        told.push(stdout_of(pyrepro().args(arguments).current_dir(tree.path())));
    }
    let told = told.concat();
    assert!(!told.contains(LEFTOVER), "{told}");
    assert!(told.contains(".pyrepro-mine.tmp"), "what is only called alike is the user's: {told}");
}

#[test]
fn the_next_run_sweeps_what_a_killed_one_has_left() {
    let tree = Tree::new();
    tree.write("app/__main__.py", "print(1)\n");
    File::create(tree.path().join("app/large")).expect("a file").set_len(4 << 30).expect("holes");
    let mut command = pyrepro();
    command.args(["zipapp", "app", "-c", "--no-compile", "-o", "out.pyz"]).current_dir(tree.path());
    let mut child = command.stderr(Stdio::null()).spawn().expect("a run");
    let deadline = Instant::now() + Duration::from_secs(30);
    while names(tree.path()).len() < 2 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    // Another run beside it leaves alone what is being written.
    fs::remove_file(tree.path().join("app/large")).expect("a file");
    thread::sleep(Duration::from_secs(4));
    let beside = || {
        stdout_of(
            pyrepro().args(["zipapp", "app", "--no-compile", "-o", "beside.pyz"]).current_dir(tree.path()),
        )
    };
    beside();
    let left = |tree: &Tree| names(tree.path()).into_iter().filter(|name| name.ends_with(".tmp")).count();
    if child.try_wait().expect("a state").is_none() {
        assert_eq!(left(&tree), 1, "it is still written to");
        child.kill().expect("a process");
    }
    child.wait().expect("an end");
    thread::sleep(Duration::from_secs(4));
    beside();
    assert_eq!(left(&tree), 0, "{:?}", names(tree.path()));
}

#[test]
fn signals_that_end_a_run_leave_nothing_and_nohup_is_heeded() {
    for (signal, nohup) in [("-HUP", false), ("-HUP", true)] {
        let tree = Tree::new();
        tree.write("app/__main__.py", "print(1)\n");
        File::create(tree.path().join("app/large")).expect("a file").set_len(1 << 28).expect("holes");
        let program = pyrepro().get_program().to_owned();
        let mut command = if nohup { Command::new("nohup") } else { Command::new("env") };
        command.arg(program).args(["zipapp", "app", "-c", "--no-compile", "-o", "out.pyz"]);
        command.current_dir(tree.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("a run");
        let deadline = Instant::now() + Duration::from_secs(30);
        while names(tree.path()).len() < 2 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        run(Command::new("kill").args([signal, &child.id().to_string()]));
        let code = child.wait_with_output().expect("an end").status.code();
        let files = names(tree.path());
        match nohup {
            true => assert_eq!(code, Some(0)),
            // If it was done before the signal came, nothing is to be said.
            false if code == Some(0) => {}
            false => assert_eq!((code, &files[..]), (Some(2), &["app".to_owned()][..])),
        }
        assert!(!files.iter().any(|name| name.ends_with(".tmp")), "{files:?}");
    }
}

#[test]
fn a_file_that_may_become_no_longer_is_an_error_that_leaves_nothing() {
    let tree = Tree::new();
    tree.write("app/__main__.py", "print(1)\n");
    tree.write("app/data", (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
    let program = pyrepro().get_program().to_string_lossy().into_owned();
    let script = format!("ulimit -f 16; exec {program} zipapp app --no-compile -o out.pyz");
    let output = run(Command::new("sh").args(["-c", &script]).current_dir(tree.path()));
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("out.pyz: File too large"), "{words}");
    assert_eq!(names(tree.path()), ["app"]);
}

#[test]
fn pruning_removes_nothing_but_bytecode_of_sources_that_are_gone() {
    let tree = Tree::new();
    let compile = |arguments: &[&str]| {
        let mut command = pyrepro();
        command.args(["compile", "-q"]).args(arguments).current_dir(tree.path());
        stdout_of(command.env("PYREPRO_PYTHON", python()))
    };
    for name in ["src/gone.py", "src/window.pyw", "src/script", "src/turned.py", "other/far.py"] {
        tree.write(name, "x = 1\n");
        compile(&[name]);
    }
    let tag = names(&tree.path().join("src/__pycache__"))[0].split('.').nth(1).expect("a tag").to_owned();
    for gone in ["src/gone.py", "src/turned.py", "other/far.py"] {
        fs::remove_file(tree.path().join(gone)).expect("a source");
    }
    tree.write("src/turned/__init__.py", "");
    tree.write(format!("src/__pycache__/text.{tag}.pyc"), "somebody's text");
    tree.write(format!("src/__pycache__/empty.{tag}.pyc"), "");
    fs::create_dir(tree.path().join("src/linked")).expect("a folder");
    symlink("../../other/__pycache__", tree.path().join("src/linked/__pycache__")).expect("a link");

    compile(&["--prune", "src"]);
    let left: Vec<String> = names(&tree.path().join("src/__pycache__"));
    // The name without a dot is CPython's.
    let expected = ["empty.", "script", "text.", "window."].map(|name| format!("{name}{tag}.pyc"));
    assert_eq!(left, expected);
    assert_eq!(names(&tree.path().join("other/__pycache__")), [format!("far.{tag}.pyc")]);
}
