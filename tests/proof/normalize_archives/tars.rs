//! What is particular to tar files: links, folders, owners, the gzip header.

use std::fs;
use std::process::Command;

use crate::common::newest;
use crate::normalize::folder::{Folder, assert_exit, normalize, state, stderr, stdout};
use crate::normalize_archives::{listing, made, text};

/// Makes a tar file of one member, or of a file `a` and that.
const ONE: &str = "
import io, sys, tarfile
target, kind, name, link = sys.argv[1:]
with tarfile.open(target, 'w') as archive:
    first = tarfile.TarInfo('a')
    first.size = 3
    archive.addfile(first, io.BytesIO(b'abc'))
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind.encode(), link
    archive.addfile(info)
";

#[test]
fn links_and_empty_folders_are_kept() {
    let folder = Folder::new();
    for name in ["p.tar", "p.tar.gz"] {
        let tar = made(&folder, &["tar"], name);
        assert_exit(&normalize(&tar, &[]), 0);
        let list = listing(&tar);
        let of = |name: &str| list.iter().find(|member| member["name"] == name).unwrap().clone();
        assert_eq!(of("p-1/empty")["kind"], "folder");
        assert_eq!(of("p-1/empty")["mode"], 0o755);
        assert_eq!(
            (&of("p-1/a-link")["kind"], &of("p-1/a-link")["sha256"]),
            (&"symlink".into(), &"z.py".into())
        );
        assert_eq!(of("p-1/sub/up")["sha256"], "../z.py");
        // The name that comes first is the file.
        assert_eq!(of("p-1/a-name-of-z")["kind"], "file");
        assert_eq!(of("p-1/z.py")["kind"], "hard link");
        assert_eq!(of("p-1/z.py")["sha256"], of("p-1/a-name-of-z")["sha256"]);
        let names: Vec<&str> = list.iter().map(|member| member["name"].as_str().unwrap()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}

#[test]
fn gnu_tar_unpacks_the_same_before_and_after() {
    let folder = Folder::new();
    let tar = made(&folder, &["tar"], "p.tar.gz");
    let unpacked = |name: &str| {
        let target = folder.path().join(name);
        fs::create_dir(&target).unwrap();
        let status = Command::new("tar").arg("-C").arg(&target).arg("-xzf").arg(&tar).status();
        status.is_ok_and(|status| status.success()).then_some(target)
    };
    let Some(before) = unpacked("before") else {
        return crate::common::skip("tar", "nothing unpacks the archive");
    };
    assert_exit(&normalize(&tar, &[]), 0);
    let after = unpacked("after").unwrap();
    let diff =
        Command::new("diff").args(["-r", "--no-dereference", "-x", "*.pyc"]).arg(before).arg(after).output();
    assert_eq!(stdout(&diff.unwrap()), "");
}

#[test]
fn links_that_lead_out_and_devices_are_refused() {
    let folder = Folder::new();
    let refused = [
        ("2", "b", "/etc/passwd", "absolute path"),
        ("2", "b", "../x", "leads out"),
        ("2", "b/c", "../../x", "leads out"),
        ("2", "b/c", "../a/../../x", "leads out"),
        ("2", "b", "x/..", "leads out"),
        ("2", "b", "", "absolute path, or to none"),
        ("1", "b", "../x", "leads out"),
        ("1", "b", "/etc/passwd", "leads out"),
        ("1", "b", "missing", "no file before it"),
        ("1", "b", "b", "no file before it"),
        ("3", "b", "", "a device or a pipe"),
        ("6", "b", "", "a device or a pipe"),
        ("2", "../b", "a", "`..`"),
        ("0", "/b", "", "absolute"),
        ("0", "a", "", "two members"),
        ("5", "a", "", "two members"),
        ("0", "a/b", "", "a file, but"),
    ];
    for (kind, name, link, reason) in refused {
        let tar = folder.path().join("x.tar");
        let mut command = newest().command();
        command.args(["-c", ONE, text(&tar), kind, name, link]);
        assert_exit(&command.output().unwrap(), 0);
        let before = state(&tar);
        let output = normalize(&tar, &[]);
        assert_exit(&output, 2);
        assert!(stderr(&output).contains(reason), "{name} → {link}: {}", stderr(&output));
        assert_eq!(state(&tar), before);
        assert_eq!(folder.names(), ["x.tar"]);
    }
}

#[test]
fn the_header_of_gzip_says_nothing_and_is_told_of() {
    let folder = Folder::new();
    let tar = made(&folder, &["tar"], "p.tar.gz");
    let output = normalize(&tar, &["--check", "-v"]);
    assert_exit(&output, 1);
    assert!(stdout(&output).contains("\n  gzip: has the time "), "{}", stdout(&output));
    assert!(stdout(&output).contains("\n  gzip: has the name \"p.tar\""), "{}", stdout(&output));
    assert_exit(&normalize(&tar, &[]), 0);
    assert_eq!(fs::read(&tar).unwrap()[..10], *b"\x1f\x8b\x08\0\0\0\0\0\0\xff");
}
