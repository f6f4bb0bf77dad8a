//! Projects to build.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Output;

use pyrepro::archive::{Limits, gzip, tar, zip};
use serde_json::Value;

use super::pyrepro;
use super::tree::Tree;

pub const OWN: &str = "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n";

/// A project of this name whose pyproject.toml ends with `settings`, and these files.
pub fn project(name: &str, settings: &str, files: &[&str]) -> Tree {
    let tree = Tree::new();
    tree.write("pyproject.toml", format!("[project]\nname = '{name}'\nversion = '1.0'\n{settings}\n{OWN}"));
    for file in files {
        tree.write(file, format!("# {file}\n"));
    }
    tree
}

/// What `pyrepro build` says about a project.
pub fn build(folder: &Path, options: &[&str]) -> Output {
    let mut command = pyrepro();
    command.arg("build").args(options).current_dir(folder);
    command.output().expect("pyrepro runs")
}

/// The report of a build that works.
pub fn built(folder: &Path, options: &[&str]) -> Value {
    let output = build(folder, &[options, &["--format", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{options:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("one document")
}

/// The message of a build that does not, which must leave nothing behind.
pub fn refused(folder: &Path, options: &[&str]) -> String {
    let output = build(folder, &[options, &["-o", "refused"]].concat());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(!folder.join("refused").exists(), "something was written in spite of {message}");
    message
}

/// The paths in the artifact that a list is about.
pub fn listed(folder: &Path, options: &[&str]) -> Vec<String> {
    let report = built(folder, &[options, &["--list"]].concat());
    let files = report["artifacts"][0]["files"].as_array().expect("files");
    files.iter().map(|file| file["path"].as_str().expect("a path").to_owned()).collect()
}

/// What is in a wheel but for its metadata.
pub fn in_wheel(folder: &Path) -> Vec<String> {
    listed(folder, &[]).into_iter().filter(|path| !path.contains(".dist-info/")).collect()
}

/// What is in an sdist, without the folder around it.
pub fn in_sdist(folder: &Path) -> Vec<String> {
    let inner = |path: String| path.split_once('/').expect("a folder").1.to_owned();
    listed(folder, &["--sdist"]).into_iter().map(inner).collect()
}

/// The members of a zip or tar.gz file: content and mode by path.
pub fn members(path: &Path) -> BTreeMap<String, (Vec<u8>, u32)> {
    let file = File::open(path).expect("an archive");
    if path.extension().is_some_and(|ending| ending == "gz") {
        let gzip = gzip::Reader::new(std::io::BufReader::new(file), Limits::default()).expect("gzip");
        let mut reader = tar::Reader::new(gzip, Limits::default());
        let mut members = BTreeMap::new();
        while let Some(member) = reader.next_member().expect("a member") {
            members.insert(member.path.to_string(), (reader.bytes().expect("its content"), member.mode));
        }
        return members;
    }
    let mut reader = zip::Reader::open(file, Limits::default()).expect("a zip file");
    let indices = 0..reader.members().len();
    let member = |index: usize| {
        let (path, mode) = {
            let member = &reader.members()[index];
            (member.path.to_string(), member.mode().expect("a mode"))
        };
        (path, (reader.bytes(index).expect("its content"), mode))
    };
    indices.map(member).collect()
}
