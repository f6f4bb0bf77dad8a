//! One source, one bytecode file: nothing around a run has a say in its bytes.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::tree::Tree;
use crate::common::{Python, newest, pyrepro, pythons};
use filetime::FileTime;

/// Sets of strings, names that other modules intern too, equal constants in many functions: what
/// makes stock bytecode vary.
fn sources() -> Tree {
    let tree = Tree::of_many_kinds();
    for number in 0..12 {
        let words: Vec<String> = (0..number + 8).map(|word| format!("'word{}'", word * 7 % 31)).collect();
        let words = words.join(", ");
        let text = format!(
            "import os, re\nWORDS = {{{words}}}\n\n\ndef is_word(x):\n    '''Doc {number}.'''\n    \
             assert x\n    return x in {{{words}}} or x == ('path', 1.5, {number})\n\n\n\
             def f{number}(path):\n    return path, ('path', 1.5, {number}), 'name', 'path'\n"
        );
        tree.write(format!("src/words/w{number}.py"), text);
    }
    tree
}

fn compile(python: &Python, tree: &Tree) -> Command {
    let mut command = pyrepro();
    command.args(["compile", "-q", "--python"]).arg(&python.interpreter.path).current_dir(tree.path());
    command.args(["-o", "0", "-o", "1", "-o", "2"]);
    command
}

fn run(command: &mut Command) {
    let output = command.output().expect("a run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Recorded names do not show where the tree is.
const PLACE: [&str; 5] = ["-s", "TREE/src", "-p", "/usr/lib/app", "TREE/src"];

fn in_place(tree: &Tree) -> Vec<PathBuf> {
    let place = tree.path().to_str().expect("UTF-8");
    PLACE.iter().map(|part| part.replace("TREE", place).into()).collect()
}

#[test]
fn the_bytes_are_the_same_under_every_variation() {
    for python in pythons() {
        let plain = sources();
        run(compile(python, &plain).args(in_place(&plain)));
        let expected = plain.pycs();
        assert!(expected.len() > 60);
        let same = |what: &str, tree: &Tree| {
            assert_eq!(tree.pycs().len(), expected.len(), "Python {} {what}", python.version);
            for ((path, bytes), (expected_path, expected)) in tree.pycs().iter().zip(&expected) {
                assert_eq!(path, expected_path);
                assert!(bytes == expected, "Python {} {what}: {}", python.version, path.display());
            }
        };
        for (name, value) in [
            ("PYTHONHASHSEED", "12345"),
            ("PYTHONHASHSEED", "random"),
            ("PYTHONOPTIMIZE", "2"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("TZ", "Pacific/Kiritimati"),
            ("LC_ALL", "C"),
            ("LC_ALL", "C.UTF-8"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("HOME", "/nonexistent"),
            ("SOURCE_DATE_EPOCH", "1234567890"),
        ] {
            let tree = sources();
            run(compile(python, &tree).args(in_place(&tree)).env(name, value));
            same(&format!("{name}={value}"), &tree);
        }
        for jobs in ["1", "2", "8"] {
            let tree = sources();
            run(compile(python, &tree).args(["-j", jobs]).args(in_place(&tree)));
            same(&format!("-j {jobs}"), &tree);
        }
        let tree = sources();
        run(compile(python, &tree).args(in_place(&tree)).current_dir("/"));
        same("another current folder", &tree);

        let tree = sources();
        run(compile(python, &tree).args(["-o", "1", "--invalidation-mode", "timestamp", "-f", "src"]));
        run(compile(python, &tree).args(in_place(&tree)));
        same("another run before it", &tree);

        let tree = sources();
        let (longer, files) = (Tree::new(), tree.files());
        for path in files.iter().rev() {
            if fs::symlink_metadata(tree.path().join(path)).expect("a file").is_file() {
                longer.write(path, fs::read(tree.path().join(path)).expect("a file"));
                filetime::set_file_mtime(longer.path().join(path), FileTime::now()).expect("a time");
            } else {
                let target = fs::read_link(tree.path().join(path)).expect("a link");
                let _ = fs::create_dir_all(longer.path().join(path).parent().expect("a folder"));
                std::os::unix::fs::symlink(target, longer.path().join(path)).expect("a link");
            }
        }
        run(compile(python, &longer).args(in_place(&longer)));
        same("written in another order, at another time", &longer);
    }
}

/// Runs with an umask.
fn under(umask: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(command.get_program());
    shell.args(command.get_args()).current_dir(command.get_current_dir().expect("a folder"));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

#[test]
fn modes_come_from_the_source_and_not_from_the_umask() {
    let python = newest();
    for umask in ["000", "022", "077"] {
        let tree = Tree::new();
        for (name, mode) in
            [("plain.py", 0o644), ("private.py", 0o600), ("script.py", 0o755), ("fixed.py", 0o444)]
        {
            let path = tree.write(name, "x = 1\n");
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
        }
        fs::set_permissions(tree.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
        let mut command = pyrepro();
        command
            .args(["compile", "-q", "--python"])
            .arg(&python.interpreter.path)
            .arg(".")
            .current_dir(tree.path());
        run(&mut under(umask, &command));
        let tag = python.version.cache_tag();
        let cache = tree.path().join("__pycache__");
        assert_eq!(mode(&cache), 0o755, "umask {umask}");
        for (name, expected) in [("plain", 0o644), ("private", 0o600), ("script", 0o644), ("fixed", 0o644)] {
            assert_eq!(mode(&cache.join(format!("{name}.{tag}.pyc"))), expected, "umask {umask} {name}");
        }
    }
}

/// What a container layer would be made of. One time for all sources and folders, as checkouts and
/// copies into layers have it.
fn layer(python: &Python, umask: &str, reverse: bool, jobs: &str) -> (Tree, Vec<u8>) {
    let made = sources();
    let tree = Tree::new();
    let mut files = made.files();
    if reverse {
        files.reverse();
    }
    let mut folders = vec![tree.path().to_owned()];
    for path in files
        .iter()
        .filter(|path| made.path().join(path).symlink_metadata().is_ok_and(|found| found.is_file()))
    {
        let copy = tree.write(path, fs::read(made.path().join(path)).expect("a file"));
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).expect("permissions");
        folders.extend(
            copy.ancestors().skip(1).take_while(|above| above.starts_with(tree.path())).map(Path::to_owned),
        );
    }
    for folder in &folders {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("permissions");
        filetime::set_file_mtime(folder, FileTime::from_unix_time(1_600_000_001, 0)).expect("a time");
    }
    let mut command = compile(python, &tree);
    command.args(["-j", jobs, "src"]).env("SOURCE_DATE_EPOCH", "1234567890");
    run(&mut under(umask, &command));
    let tar = Command::new("tar").args(["--sort=name", "-cf", "-", "."]).current_dir(tree.path()).output();
    (tree, tar.expect("a tar").stdout)
}

#[test]
fn a_tar_of_the_tree_is_the_same_on_two_machines() {
    let python = newest();
    let (tree, one) = layer(python, "022", false, "1");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let (_other, two) = layer(python, "077", true, "8");
    assert!(one.len() > 10_000);
    assert!(one == two, "the archives differ");
    for (path, _) in tree.pycs() {
        let found = fs::metadata(tree.path().join(path)).expect("a pyc");
        assert_eq!((found.mtime(), found.mtime_nsec()), (1_234_567_890, 0));
    }
    assert_eq!(fs::metadata(tree.path().join("src/pkg")).expect("a folder").mtime(), 1_600_000_001);
    assert_eq!(
        fs::metadata(tree.path().join("src/pkg/__pycache__")).expect("a folder").mtime(),
        1_234_567_890
    );
}

#[test]
fn bytecode_beside_the_source_leaves_the_time_of_the_folder_too() {
    let python = newest();
    let tree = sources();
    filetime::set_file_mtime(tree.path().join("src/words"), FileTime::from_unix_time(77, 0)).expect("a time");
    run(compile(python, &tree).args(["-b", "-j8", "src"]).env("SOURCE_DATE_EPOCH", "1234567890"));
    assert_eq!(fs::metadata(tree.path().join("src/words")).expect("a folder").mtime(), 77);
    assert!(tree.pycs().iter().any(|(path, _)| path.file_name() == Some(OsStr::new("w3.pyc"))));
}

#[test]
fn an_epoch_that_is_no_number_is_refused() {
    let python = newest();
    let tree = sources();
    let mut command = compile(python, &tree);
    let output = command.arg("src").env("SOURCE_DATE_EPOCH", "yesterday").output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("yesterday"));
    assert!(tree.pycs().is_empty());
}
