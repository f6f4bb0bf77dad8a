//! What cannot be normalized is named and left as it was, and everything else is done.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use pyrepro::normalize::{Files, Options, Outcome, Search};

use crate::common::pyrepro;
use crate::normalize::folder::{
    Folder, assert_exit, canonical, is_root, newest, normalize, python, state, stderr, stdout,
};

/// Bytecode whose canonical form is longer: equal strings that are shorter than a reference.
const SHRUNK: &str = "
import importlib.util, marshal, sys
strings = tuple(''.join(['-', '+']) for _ in range(8000))
code = compile('0', 'module.py', 'exec').replace(co_consts=(None, strings))
with open(sys.argv[1], 'wb') as file:
    file.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))
";

#[test]
fn broken_files_are_named_with_the_place_and_left_and_the_run_goes_on() {
    let (folder, good) = Folder::with("good.pyc");
    let bomb: Vec<u8> = newest()[..16].iter().copied().chain([b')', 1].repeat(500_000)).collect();
    let broken = [
        folder.file("bomb.pyc", bomb),
        folder.file("cut.pyc", &newest()[..newest().len() - 10]),
        folder.file("empty.pyc", b""),
        folder.file("trailing.pyc", [newest(), b"N"].concat()),
    ];
    let before = broken.each_ref().map(|path| state(path));
    let output = folder.normalize(&[]);
    assert_exit(&output, 2);
    assert_eq!(broken.each_ref().map(|path| state(path)), before);
    assert_eq!(fs::read(good).unwrap(), canonical(newest()));
    let messages = stderr(&output);
    for path in broken {
        let message = messages.lines().find(|line| line.contains(path.to_str().unwrap()));
        assert!(message.is_some_and(|line| line.contains(": offset ")), "{messages}");
    }
    assert!(stdout(&output).starts_with("5 files: 1 rewritten, 0 already canonical, 4 failed; "));
}

#[test]
fn bytecode_of_other_pythons_is_left_alone_in_folders_and_refused_by_name() {
    let folder = Folder::new();
    let foreign = folder.file("old.pyc", b"\x03\xf3\r\n0123456789abcdef");
    let text = folder.file("text.pyc", "no bytecode at all");
    let output = folder.normalize(&["--check"]);
    assert_exit(&output, 0);
    assert!(stdout(&output).starts_with("2 files: 0 would change, 0 already canonical, 2 left alone; "));
    assert!(stderr(&output).contains("old.pyc: left alone: offset 0: magic number 62211 of Python 2"));
    for file in [foreign, text] {
        assert_exit(&normalize(&file, &[]), 2);
    }
}

#[test]
fn a_file_that_vanishes_fails_alone() {
    let (folder, gone) = Folder::with("a.pyc");
    let stays = folder.file("b.pyc", newest());
    let files = Files::find(&[folder.path().to_owned()], &Search::default());
    fs::remove_file(&gone).unwrap();
    let records = files.normalize(&Options::default(), &AtomicBool::new(false), || ());
    assert!(matches!(records[0].outcome, Outcome::Failed(_)));
    assert!(matches!(records[1].outcome, Outcome::Normalized));
    assert_eq!(fs::read(stays).unwrap(), canonical(newest()));
}

#[test]
fn a_folder_that_cannot_be_written_to_keeps_its_files() {
    let (folder, file) = Folder::with("m.pyc");
    let program = folder.path().join("pyrepro");
    // By another process: a process that another test starts would inherit the file while it is open
    // for writing here, and it could not be run.
    Command::new("cp").arg(env!("CARGO_BIN_EXE_pyrepro")).arg(&program).status().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    let output = command.arg("normalize").arg(folder.path()).output();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let Ok(output) = output else {
        return crate::common::skip("setpriv", "root can write to any folder");
    };
    assert_exit(&output, 2);
    assert!(stderr(&output).contains("no new file can be written in"), "{}", stderr(&output));
    assert_eq!(fs::read(file).unwrap(), newest());
    assert_eq!(folder.names(), ["m.pyc", "pyrepro"]);
}

#[test]
fn a_full_disk_leaves_files_as_they_were_and_nothing_beside_them() {
    // A file system of its own, in a mount namespace of its own, so that nothing of it remains.
    let script = r#"
        set -e
        mount -t tmpfs -o size=256k,nr_inodes=100 tmpfs "$1"
        cp "$2" "$1/m.pyc"; cp "$2" "$1/linked.pyc"; mkdir "$1/far"; ln "$1/linked.pyc" "$1/far/m.other"
        dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null || true
        "$3" normalize "$1" && exit 9 || test $? = 2
        cmp "$2" "$1/m.pyc"; cmp "$2" "$1/linked.pyc"; ls -A "$1"
    "#;
    let folder = Folder::new();
    let long = folder.file("long.pyc", b"");
    python(crate::common::newest(), SHRUNK, &[&long]);
    assert!(canonical(&fs::read(&long).unwrap()).len() as u64 > long.metadata().unwrap().len() + 4096);
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", script, "sh"]);
        command.args([&disk, &long]).arg(env!("CARGO_BIN_EXE_pyrepro")).output()
    };
    if !namespace(r#"mount -t tmpfs tmpfs "$1""#).is_ok_and(|output| output.status.success()) {
        return crate::common::skip("mount", "no small file system, so no full disk");
    }
    let output = namespace(script).unwrap();
    assert_exit(&output, 0);
    let messages = stderr(&output);
    assert!(messages.contains("m.pyc: no new file can be written in"), "{messages}");
    assert!(messages.contains("linked.pyc: has hard links elsewhere"), "{messages}");
    assert!(stdout(&output).ends_with("ballast\nfar\nlinked.pyc\nm.pyc\n"), "{}", stdout(&output));
}

#[test]
fn ctrl_c_leaves_whole_files_only() {
    let folder = Folder::new();
    let files: Vec<_> = (0..3000).map(|n| folder.file(&format!("{n:04}.pyc"), newest())).collect();
    let mut command = pyrepro();
    command.args(["normalize", "-j1"]).arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let old = newest().to_vec();
    let start = Instant::now();
    while fs::read(&files[0]).unwrap() == old && start.elapsed() < Duration::from_secs(60) {}
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();

    assert_exit(&output, 2);
    assert!(stderr(&output).contains("interrupted; "), "{}", stderr(&output));
    assert_eq!(folder.names().len(), files.len(), "no temporary file is left");
    let new = canonical(newest());
    let contents: Vec<_> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(contents.iter().all(|content| *content == old || *content == new));
    assert!(contents.contains(&old) && contents.contains(&new));
}
