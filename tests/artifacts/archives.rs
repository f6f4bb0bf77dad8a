//! Our archives are read by everybody's tools, and theirs by us.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read};
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Output};

use pyrepro::archive::{Entries, Entry, Limits, Order, gzip, tar, zip};
use pyrepro::epoch::Epoch;
use tempfile::TempDir;

const TIME: u64 = 1_600_000_000;

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|i| b'a' + (i.wrapping_mul(i) >> 7) as u8 % 16).collect()
}

/// What both sides put into archives: path and content, none for a folder.
fn members() -> Vec<(String, Option<Vec<u8>>)> {
    vec![
        ("bin/run".into(), Some(b"#!/bin/sh\n".to_vec())),
        ("empty".into(), None),
        ("größe/ß.txt".into(), Some("ß".into())),
        ("large".into(), Some(text(3_000_000))),
        (format!("{}/{}", "d".repeat(120), "n".repeat(90)), Some(b"deep".to_vec())),
        ("n".repeat(200), Some(b"long".to_vec())),
        ("pkg/__init__.py".into(), Some(Vec::new())),
    ]
}

fn entries() -> Entries {
    let entry = |(path, content)| match content {
        Some(bytes) => Entry::bytes(path, bytes as Vec<u8>).unwrap(),
        None => Entry::folder(path).unwrap(),
    };
    let entries = members().into_iter().map(entry);
    Entries::new(
        entries
            .map(|e| {
                let run = e.path.as_str() == "bin/run";
                e.executable(run)
            })
            .collect(),
        &Order::Path,
    )
    .unwrap()
}

/// A folder with our archives in it.
fn ours() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let epoch = Epoch::from_seconds(TIME);
    let threads = NonZero::new(2).unwrap();
    for (name, compression) in [
        ("d.zip", zip::Compression::Deflated),
        ("all.zip", zip::Compression::All),
        ("s.zip", zip::Compression::Stored),
    ] {
        let prefix = b"#!/usr/bin/env python3\n".to_vec();
        let options = zip::Options { epoch, compression, prefix, threads };
        let mut file = File::create(folder.path().join(name)).unwrap();
        zip::write(&entries(), &options, &mut file).unwrap();
    }
    let options = tar::Options { epoch, threads };
    tar::write(&entries(), &options, &mut File::create(folder.path().join("a.tar")).unwrap()).unwrap();
    tar::write_gz(&entries(), &options, &mut File::create(folder.path().join("a.tar.gz")).unwrap()).unwrap();
    folder
}

/// Runs a tool, or says that it is not there.
fn run<S: AsRef<OsStr>>(tool: &str, arguments: &[S], folder: &Path) -> Option<Output> {
    let mut command = Command::new(tool);
    match command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("no {tool} here, so nothing is tested with it");
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

fn must_succeed(output: Option<Output>) -> String {
    let Some(output) = output else { return String::new() };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{out}\n{err}");
    out.into_owned()
}

#[test]
fn python_reads_our_archives() {
    let script = r##"
import gzip, sys, tarfile, zipfile
sys.dont_write_bytecode = True
def text(n):
    return bytes(ord("a") + (i * i >> 7) % 16 for i in range(n))
expected = {
    "bin/run": b"#!/bin/sh\n", "empty/": None, "gr\xf6\xdfe/\xdf.txt": "\xdf".encode(), "large": text(3000000),
    "d" * 120 + "/" + "n" * 90: b"deep", "n" * 200: b"long", "pkg/__init__.py": b"",
}
for name in "d.zip", "all.zip", "s.zip":
    with zipfile.ZipFile(name) as archive:
        assert archive.testzip() is None
        assert archive.comment == b""
        assert archive.namelist() == sorted(expected, key=lambda name: name.rstrip("/").encode())
        for info in archive.infolist():
            content = expected[info.filename]
            assert archive.read(info) == (content or b""), info
            assert info.is_dir() == (content is None)
            assert info.date_time == (2020, 9, 13, 12, 26, 40), info
            assert (info.create_system, info.extra, info.comment) == (3, b"", b""), info
            assert info.flag_bits == (0 if all(ord(c) < 128 for c in info.filename) else 0x800), info
            mode = 0o40755 if content is None else 0o100755 if info.filename == "bin/run" else 0o100644
            assert info.external_attr >> 16 == mode, info
            methods = {"d.zip": (0, 8), "all.zip": (0,) if info.is_dir() else (8,), "s.zip": (0,)}
            assert info.compress_type in methods[name], info
for name in "a.tar", "a.tar.gz":
    with tarfile.open(name) as archive:
        members = archive.getmembers()
        assert len(members) == len(expected)
        for member in members:
            content = expected[member.name + "/" * member.isdir()]
            assert member.isdir() or archive.extractfile(member).read() == content
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            assert member.mtime == 1600000000
            assert member.mode == (0o755 if member.isdir() or member.name == "bin/run" else 0o644)
"##;
    must_succeed(run("python3", &["-c", script], ours().path()));
}

#[test]
fn unzip_and_tar_read_our_archives() {
    let folder = ours();
    for name in ["d.zip", "all.zip", "s.zip"] {
        must_succeed(run("unzip", &["-tq", name], folder.path()));
        must_succeed(run("7z", &["t", name], folder.path()));
        let listing = must_succeed(run("zipinfo", &[name], folder.path()));
        assert!(
            listing.is_empty()
                || listing.contains("-rwxr-xr-x  2.0 unx       10 b- stor 20-Sep-13 12:26 bin/run")
                || listing.contains("-rwxr-xr-x  2.0 unx       10 b- defN 20-Sep-13 12:26 bin/run"),
            "{listing}"
        );
    }
    for name in ["a.tar", "a.tar.gz"] {
        let listing = must_succeed(run("tar", &["-tvf", name], folder.path()));
        assert!(
            listing.is_empty() || listing.contains("-rwxr-xr-x 0/0              10 2020-09-13 12:26 bin/run"),
            "{listing}"
        );
        must_succeed(run("bsdtar", &["-tvf", name], folder.path()));
        must_succeed(run("tar", &["-xf", name], folder.path()));
        assert_eq!(fs::read(folder.path().join("large")).unwrap(), text(3_000_000));
    }
}

/// Runs a script that makes archives, and gives the folder with them, or none without Python.
fn made_by_python(script: &str) -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in members() {
        let place = folder.path().join("tree").join(path);
        match content {
            None => fs::create_dir_all(place).unwrap(),
            Some(content) => {
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(place, content).unwrap();
            }
        }
    }
    let output = run("python3", &["-c", script], folder.path())?;
    must_succeed(Some(output));
    Some(folder)
}

/// What members of an archive must be for [`members`].
fn assert_same(name: &Path, mut found: Vec<(String, Option<Vec<u8>>)>) {
    let is_listed = |path: &str| members().iter().any(|(listed, _)| listed == path);
    // Folders that hold something are listed by most tools, and mean nothing.
    found.retain(|(path, content)| content.is_some() || is_listed(path));
    let mut expected = members();
    // Info-ZIP says of names in UTF-8 that they are not, and Python believes it, as we do.
    if name.to_string_lossy().contains("info-zip") {
        expected.retain(|(path, _)| path.is_ascii());
        found.retain(|(path, _)| path.is_ascii());
    }
    found.sort();
    expected.sort();
    let paths = |members: &[(String, Option<Vec<u8>>)]| -> Vec<String> {
        members.iter().map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(paths(&found), paths(&expected), "{}", name.display());
    assert!(found == expected, "{}", name.display());
}

fn read_zip(path: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let mut reader = zip::Reader::open(File::open(path).unwrap(), Limits::default()).unwrap();
    let members = reader.members().to_vec();
    let mut content = |(index, member): (usize, &zip::Member)| {
        let bytes = reader.bytes(index).unwrap();
        (member.path.to_string(), (member.kind == zip::Kind::File).then_some(bytes))
    };
    members.iter().enumerate().map(&mut content).collect()
}

fn read_tar(path: &Path) -> Vec<(String, Option<Vec<u8>>)> {
    let file = BufReader::new(File::open(path).unwrap());
    let source: Box<dyn Read> = if path.extension() == Some("gz".as_ref()) {
        Box::new(gzip::Reader::new(file, Limits::default()).unwrap())
    } else {
        Box::new(file)
    };
    let mut reader = tar::Reader::new(source, Limits::default());
    let mut members = Vec::new();
    while let Some(member) = reader.next_member().unwrap() {
        let bytes = reader.bytes().unwrap();
        members.push((member.path.to_string(), (member.kind == tar::Kind::File).then_some(bytes)));
    }
    members
}

fn files_in(folder: &Path, extension: &[&str]) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| extension.iter().any(|e| path.extension() == Some(OsStr::new(e)))).collect()
}

#[test]
fn zip_files_of_other_tools_are_read() {
    let script = r##"
import os, zipfile
class Pipe:
    def __init__(self, name): self.file = open(name, "wb")
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
def fill(archive, zip64=False):
    for folder, folders, files in os.walk("tree"):
        for name in folders + files:
            path = os.path.join(folder, name)
            if zip64 and name in files:
                with archive.open(os.path.relpath(path, "tree"), "w", force_zip64=True) as out:
                    with open(path, "rb") as content: out.write(content.read())
            else:
                archive.write(path, os.path.relpath(path, "tree"))
    archive.comment = b"a comment"
for method in zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED:
    with zipfile.ZipFile("plain%d.zip" % method, "w", method) as archive: fill(archive)
    with zipfile.ZipFile("large%d.zip" % method, "w", method) as archive: fill(archive, zip64=True)
    pipe = Pipe("stream%d.zip" % method)
    with zipfile.ZipFile(pipe, "w", method) as archive: fill(archive)
    pipe.file.close()
    pipe = Pipe("stream-large%d.zip" % method)
    with zipfile.ZipFile(pipe, "w", method) as archive: fill(archive, zip64=True)
    pipe.file.close()
"##;
    let Some(folder) = made_by_python(script) else { return };
    let tree = folder.path().join("tree");
    must_succeed(run("zip", &["-qr", "../info-zip.zip", "."], &tree));
    must_succeed(run(
        "sh",
        &["-c", "if command -v zip; then zip -qr - . | cat > ../info-zip-stream.zip; fi"],
        &tree,
    ));
    must_succeed(run("bsdtar", &["--format", "zip", "-cf", "../bsd.zip", "."], &tree));
    must_succeed(run("7z", &["a", "../seven.zip", "."], &tree));
    let files = files_in(folder.path(), &["zip"]);
    assert!(files.len() >= 8);
    for path in files {
        assert_same(&path, read_zip(&path));
    }
}

#[test]
fn tar_files_of_other_tools_are_read() {
    let script = r##"
import tarfile
for name, format in ("gnu", 1), ("pax", 2):
    for mode, extension in ("w", "tar"), ("w:gz", "tar.gz"):
        with tarfile.open("%s.%s" % (name, extension), mode, format=format) as archive: archive.add("tree", ".")
"##;
    let Some(folder) = made_by_python(script) else { return };
    for format in ["gnu", "oldgnu", "pax"] {
        let file = format!("gnu-tar-{format}.tar.gz");
        must_succeed(run(
            "tar",
            &["-C", "tree", &format!("--format={format}"), "-czf", &file, "."],
            folder.path(),
        ));
    }
    must_succeed(run("bsdtar", &["-C", "tree", "-cf", "bsd.tar", "."], folder.path()));
    let files = files_in(folder.path(), &["tar", "gz"]);
    assert!(files.len() >= 4);
    for path in files {
        assert_same(&path, read_tar(&path));
    }
}

#[test]
fn python_runs_a_zipapp_whose_main_module_is_not_the_first_member() {
    let entries = vec![
        Entry::bytes("__main__.py", "import a\n").unwrap(),
        Entry::bytes("A.py", "").unwrap(),
        Entry::bytes("a.py", "print('it runs')\n").unwrap(),
        Entry::folder("Z").unwrap(),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut file = Cursor::new(Vec::new());
    let options = zip::Options { prefix: b"#!/usr/bin/env python3\n".to_vec(), ..zip::Options::default() };
    zip::write(&Entries::new(entries, &Order::Path).unwrap(), &options, &mut file).unwrap();
    fs::write(folder.path().join("app.pyz"), file.into_inner()).unwrap();
    let output = must_succeed(run("python3", &["app.pyz"], folder.path()));
    assert!(output.is_empty() || output.trim() == "it runs");
}
