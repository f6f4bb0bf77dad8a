//! The same application gives the same archive, wherever, whenever and however it is made.

use std::fs;
use std::path::Path;
use std::process::Command;

use filetime::FileTime;

use crate::common::app::{application, stdout_of, wheel};
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};

/// Makes an archive of `app` and gives its bytes. `change` is what this run has other than others.
fn archive(tree: &Tree, options: &[&str], change: impl Fn(&mut Command)) -> Vec<u8> {
    let mut command = pyrepro();
    command.args(["zipapp", "app", "-o", "out.pyz", "-p", "/usr/bin/env python3"]).args(options);
    command.arg("--python").arg(&newest().interpreter.path);
    // So that -p names none that is here.
    command.env("PATH", "").current_dir(tree.path());
    change(&mut command);
    stdout_of(&mut command);
    fs::read(tree.path().join("out.pyz")).expect("an archive")
}

/// What a run has other than others, by its name.
type Change = (&'static str, Box<dyn Fn(&mut Command)>);

#[test]
fn nothing_around_the_run_gets_into_the_archive() {
    let tree = application();
    let wheel = wheel(&tree, "dep", "1.0", &[("dep/__init__.py", "S = {'a', 'b', 'c'}\n")], "");
    let wheel = wheel.to_string_lossy().into_owned();
    for options in [&[][..], &["-c"], &["-c", "--wheel", &wheel], &["--sourceless"]] {
        let expected = archive(&tree, options, |_| {});
        let mut changes: Vec<Change> = vec![
            (
                "default epoch",
                Box::new(|run| {
                    run.env("SOURCE_DATE_EPOCH", "315532800");
                }),
            ),
            (
                "empty epoch",
                Box::new(|run| {
                    run.env("SOURCE_DATE_EPOCH", "");
                }),
            ),
            (
                "early epoch",
                Box::new(|run| {
                    run.env("SOURCE_DATE_EPOCH", "0");
                }),
            ),
        ];
        for (name, value) in [
            ("PYTHONHASHSEED", "7"),
            ("TZ", "Asia/Kathmandu"),
            ("LC_ALL", "C"),
            ("PYTHONOPTIMIZE", "2"),
            ("HOME", "/"),
        ] {
            changes.push((
                name,
                Box::new(move |run| {
                    run.env(name, value);
                }),
            ));
        }
        for jobs in ["1", "2", "7"] {
            changes.push((
                "jobs",
                Box::new(move |run| {
                    run.args(["-j", jobs]);
                }),
            ));
        }
        for (what, change) in changes {
            assert_eq!(archive(&tree, options, change), expected, "{what} {options:?}");
        }
    }
}

#[test]
fn the_epoch_is_the_one_time_in_it() {
    let tree = application();
    let at = |epoch: &'static str| {
        archive(&tree, &[], move |run| {
            run.env("SOURCE_DATE_EPOCH", epoch);
        })
    };
    let flag = archive(&tree, &["--source-date-epoch", "1700000000"], |_| {});
    assert_eq!(at("1700000000"), flag);
    assert_ne!(at("1700000000"), at("1600000000"));
}

#[test]
fn times_modes_order_and_place_of_the_files_do_not_matter() {
    let tree = application();
    let expected = archive(&tree, &["-c"], |_| {});
    let other = Tree::new();
    let mut files = tree.files();
    files.retain(|path| path.starts_with("app"));
    for (age, path) in files.iter().rev().enumerate() {
        let bytes = fs::read(tree.path().join(path)).expect("a file");
        let path = other.write(Path::new("deep/er").join(path), bytes);
        filetime::set_file_mtime(&path, FileTime::from_unix_time(age as i64, 0)).expect("a time");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("a mode");
        }
    }
    let target = other.path().join("elsewhere.pyz");
    let mut command = pyrepro();
    command.args(["zipapp", "deep/er/app", "-o"]).arg(&target).args([
        "-p",
        "/usr/bin/env python3",
        "-c",
        "--python",
    ]);
    command.arg(&newest().interpreter.path).env("PATH", "").current_dir(other.path());
    stdout_of(&mut command);
    assert_eq!(fs::read(target).expect("an archive"), expected);
}

#[cfg(unix)]
#[test]
fn the_umask_does_not_matter_neither_inside_nor_outside() {
    use std::os::unix::fs::PermissionsExt;
    let tree = application();
    let expected = archive(&tree, &[], |_| {});
    for umask in ["000", "077"] {
        let script = format!("umask {umask}; exec \"$0\" \"$@\"");
        let python = newest().interpreter.path.to_string_lossy().into_owned();
        let mut command = Command::new("/bin/sh");
        crate::common::clean(&mut command).args([
            "-c",
            &script,
            env!("CARGO_BIN_EXE_pyrepro"),
            "zipapp",
            "app",
        ]);
        command.args(["-o", "out.pyz", "-p", "/usr/bin/env python3", "--python", &python]);
        stdout_of(command.env("PATH", "").current_dir(tree.path()));
        let target = tree.path().join("out.pyz");
        assert_eq!(fs::read(&target).expect("an archive"), expected, "{umask}");
        assert_eq!(target.metadata().expect("a file").permissions().mode() & 0o777, 0o755, "{umask}");
    }
}

#[test]
fn an_archive_in_its_own_source_folder_is_no_part_of_it() {
    let tree = application();
    let make = || {
        stdout_of(
            pyrepro()
                .args(["zipapp", ".", "-o", "app.pyz", "--no-compile"])
                .current_dir(tree.path().join("app")),
        );
        fs::read(tree.path().join("app/app.pyz")).expect("an archive")
    };
    assert_eq!(make(), make());
}

#[test]
fn an_archive_made_of_ours_is_the_same_again() {
    let tree = application();
    let expected = archive(&tree, &["-c"], |_| {});
    fs::rename(tree.path().join("out.pyz"), tree.path().join("old.pyz")).expect("an archive");
    let mut command = pyrepro();
    command.args(["zipapp", "-", "-p", "/usr/bin/env python3", "-o", "-", "--python"]);
    command.arg(&newest().interpreter.path).env("PATH", "");
    let old = fs::File::open(tree.path().join("old.pyz")).expect("an archive");
    let output = command.stdin(old).output().expect("a run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout, expected);
}
