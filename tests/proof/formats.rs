//! Every verb that takes a file of any kind recognizes it by the same rule: a zip file behind a launcher is a
//! zip file for all of them, and a program that contains the signature of zip files is one for none.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use pyrepro::archive::{Entries, Entry, Order, tar, zip};
use serde_json::Value;
use tempfile::TempDir;

/// What each verb must take a file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Zip,
    Tar,
    TarGz,
    Bytecode,
    Neither,
}
use Expected::{Bytecode, Neither, Tar, TarGz, Zip};

fn entries() -> Entries {
    Entries::new(vec![Entry::bytes("a-1/m.py", "x = 1\n").unwrap()], &Order::Path).unwrap()
}

/// A zip file whose offsets count what stands before it, or do not.
fn zip_behind(prefix: &[u8], counted: bool) -> Vec<u8> {
    let options = zip::Options {
        prefix: if counted { prefix.to_vec() } else { Vec::new() },
        ..zip::Options::default()
    };
    let mut file = Cursor::new(Vec::new());
    zip::write(&entries(), &options, &mut file).unwrap();
    if counted { file.into_inner() } else { [prefix, &file.into_inner()].concat() }
}

fn plain_tar() -> Vec<u8> {
    let mut file = Vec::new();
    tar::write(&entries(), &tar::Options::default(), &mut file).unwrap();
    file
}

fn tar_gz() -> Vec<u8> {
    let mut file = Vec::new();
    tar::write_gz(&entries(), &tar::Options::default(), &mut file).unwrap();
    file
}

/// A tar file as the first Unix systems wrote them, with a checksum and without a magic number.
fn old_tar() -> Vec<u8> {
    let mut file = plain_tar();
    file[257..265].fill(0);
    file[148..156].fill(b' ');
    let sum: u32 = file[..512].iter().map(|&byte| u32::from(byte)).sum();
    file[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    file
}

fn with_comment(mut file: Vec<u8>) -> Vec<u8> {
    let length = file.len();
    file[length - 2..].copy_from_slice(&40_000_u16.to_le_bytes());
    file.resize(length + 40_000, b'c');
    file
}

fn bzip2_head() -> Vec<u8> {
    b"BZh91AY&SY".to_vec()
}

/// Bytecode of CPython 3.13 for a module that holds the signature of a zip file.
fn bytecode() -> Vec<u8> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let found = walk(&golden).into_iter().find(|path| path.to_string_lossy().ends_with(".pyc"));
    fs::read(found.expect("bytecode in testdata")).unwrap()
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() { found.extend(walk(&entry)) } else { found.push(entry) }
    }
    found.sort();
    found
}

fn files() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let program = [&b"\x7fELF\x02\x01\x01\0 looks for PK\x05\x06"[..], &[0; 600]].concat();
    vec![
        ("a.whl", zip_behind(b"", true), Zip),
        ("a.pyz", zip_behind(b"#!/usr/bin/env python3\n", true), Zip),
        ("script", zip_behind(b"#!/usr/bin/env python3\n", true), Zip),
        ("launcher.exe", zip_behind(b"MZ\x90\0 launcher", true), Zip),
        ("appended.exe", zip_behind(b"MZ\x90\0 launcher", false), Zip),
        ("far", zip_behind(&[0x7f; 200_000], false), Zip),
        ("commented", with_comment(zip_behind(b"MZ\x90\0", false)), Zip),
        ("no-name", zip_behind(b"", true), Zip),
        ("misnamed.tar.gz", zip_behind(b"", true), Zip),
        ("misnamed.txt", zip_behind(b"", true), Zip),
        ("a.tar", plain_tar(), Tar),
        ("old", old_tar(), Tar),
        ("with-zip-at-its-end", [plain_tar(), zip_behind(b"", true)].concat(), Tar),
        ("a-1.tar.gz", tar_gz(), TarGz),
        ("misnamed.whl", tar_gz(), TarGz),
        ("m.pyc", bytecode(), Bytecode),
        ("cache", bytecode(), Bytecode),
        ("program", program, Neither),
        ("notes", b"PK is a pair of letters\n".to_vec(), Neither),
        ("run", b"#!/bin/sh\necho\n".to_vec(), Neither),
        ("a.bz2", bzip2_head(), Neither),
    ]
}

struct Asked {
    folder: TempDir,
}

impl Asked {
    fn run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyrepro"));
        command.current_dir(self.folder.path()).args(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    fn inspect(&self, name: &str) -> Expected {
        let file = &self.json(&["inspect", "--format", "json", name])["files"][0];
        match (file["format"].as_str(), file["error"].as_str().unwrap_or_default()) {
            (Some("zip"), _) => Zip,
            (Some("tar.gz"), _) => TarGz,
            (Some("tar"), _) => Tar,
            // What follows the end of a tar file is an error of reading one.
            (None, error) if error.contains("the end of the archive") => Tar,
            (None, "") => Bytecode,
            _ => Neither,
        }
    }

    fn manifest(&self, name: &str) -> Expected {
        let output = self.run(&["manifest", name]);
        let manifest: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        match manifest["artifact"]["kind"].as_str() {
            Some("wheel" | "zipapp" | "zip") => Zip,
            Some("sdist") => TarGz,
            Some("tar") => self.tar(name),
            Some("pyc") => Bytecode,
            None if stderr(&output).contains("the end of the archive") => Tar,
            _ => Neither,
        }
    }

    fn normalize(&self, name: &str) -> Expected {
        let file = &self.json(&["normalize", "--check", "--format", "json", name])["files"][0];
        match file["kind"].as_str() {
            Some("wheel" | "zip") => Zip,
            Some("tar") => self.tar(name),
            Some("pyc") => Bytecode,
            _ => Neither,
        }
    }

    fn diff(&self, name: &str) -> Expected {
        match self.json(&["diff", "--format", "json", name, "other"])["a"]["kind"].as_str() {
            Some("zip") => Zip,
            Some("tar") => Tar,
            Some("gzip") => TarGz,
            Some("pyc") => Bytecode,
            _ => Neither,
        }
    }

    /// These verbs say nothing of the kind of an archive.
    fn is_archive(&self, arguments: &[&str], refusal: &str) -> bool {
        !stderr(&self.run(arguments)).contains(refusal)
    }

    /// Where a verb says `tar` of both, whether it is in gzip.
    fn tar(&self, name: &str) -> Expected {
        let is_gzip = fs::read(self.folder.path().join(name)).unwrap().starts_with(&[0x1f, 0x8b]);
        if is_gzip { TarGz } else { Tar }
    }
}

#[test]
fn all_verbs_take_a_file_for_the_same() {
    let asked = Asked { folder: TempDir::new().unwrap() };
    fs::write(asked.folder.path().join("other"), "other\n").unwrap();
    for (name, content, expected) in files() {
        let mut file = fs::File::create(asked.folder.path().join(name)).unwrap();
        file.write_all(&content).unwrap();
        assert_eq!(asked.inspect(name), expected, "inspect {name}");
        // A manifest names the source of bytecode, which it knows from the name alone.
        let in_manifest = if name == "cache" { Neither } else { expected };
        assert_eq!(asked.manifest(name), in_manifest, "manifest {name}");
        assert_eq!(asked.normalize(name), expected, "normalize {name}");
        assert_eq!(asked.diff(name), expected, "diff {name}");
        let is_archive = matches!(expected, Zip | Tar | TarGz);
        assert_eq!(asked.is_archive(&["verify", name], "is not an artifact"), is_archive, "verify {name}");
        assert_eq!(
            asked.is_archive(&["verify", "--trace", name], "neither a zip file nor a tar file"),
            is_archive || name == "a.bz2",
            "verify --trace {name}"
        );
        if !name.ends_with(".whl") {
            let refusal = "is not a source distribution";
            assert_eq!(asked.is_archive(&["build", name], refusal), is_archive, "build {name}");
        }
    }
}

#[test]
fn a_damaged_archive_is_named_with_its_place_by_all() {
    let asked = Asked { folder: TempDir::new().unwrap() };
    let mut damaged = zip_behind(b"#!/usr/bin/env python3\n", true);
    let length = damaged.len();
    damaged[length - 60] ^= 0xff;
    fs::write(asked.folder.path().join("app.pyz"), damaged).unwrap();
    for arguments in [&["inspect"][..], &["manifest"], &["normalize", "--check"], &["verify", "--trace"]] {
        let output = asked.run(&[arguments, &["app.pyz"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("offset "), "{arguments:?}: {}", stderr(&output));
    }
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
