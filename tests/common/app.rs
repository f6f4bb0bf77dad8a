//! Applications to make archives of, and wheels to put into them.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pyrepro::archive::{Entries, Entry, Limits, Order, zip};

use super::tree::Tree;

/// A member of an archive: its path, its content unless it is a folder, and its mode.
pub type Member = (String, Option<Vec<u8>>, Option<u32>);

/// An application in `app`: a package, a namespace package, data, and a module that raises.
pub fn application() -> Tree {
    let tree = Tree::new();
    for (name, text) in [
        ("app/__main__.py", "import sys\nfrom pkg.cli import main\nsys.exit(main(sys.argv[1:]))\n"),
        ("app/pkg/__init__.py", "'''A package.'''\n"),
        ("app/pkg/cli.py", CLI),
        ("app/pkg/data.txt", "some data\n"),
        ("app/space/inner/mod.py", "NAME = __name__\n"),
        ("app/été.py", "x = 'é'\n"),
        ("app/run.sh", "#!/bin/sh\n"),
    ] {
        tree.write(name, text);
    }
    tree
}

const CLI: &str = "\
import sys


def fail(word):
    '''Fails.'''
    raise ValueError(word)


def main(arguments):
    assert not __debug__ or arguments is not None
    for argument in arguments:
        exec(argument, globals())
    print('ran', len(arguments))
    return 0
";

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// What a program that must succeed prints.
pub fn stdout_of(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is in an archive, in its order.
pub fn members(path: &Path) -> Vec<Member> {
    let file = std::fs::File::open(path).expect("an archive");
    let mut reader = zip::Reader::open(file, Limits::default()).expect("an archive that is in order");
    let all = 0..reader.members().len();
    all.map(|index| {
        let member = reader.members()[index].clone();
        let content = (member.kind == zip::Kind::File).then(|| reader.bytes(index).expect("content"));
        (member.path.to_string(), content, member.mode())
    })
    .collect()
}

pub fn paths(path: &Path) -> Vec<String> {
    members(path).into_iter().map(|(path, ..)| path).collect()
}

/// The bytes of a zip file.
pub fn zip_of(entries: Vec<Entry>) -> Vec<u8> {
    let entries = Entries::new(entries, &Order::Path).expect("paths that go together");
    let mut file = Cursor::new(Vec::new());
    zip::write(&entries, &zip::Options::default(), &mut file).expect("memory");
    file.into_inner()
}

/// Writes a wheel of these files, with a RECORD that is right. `metadata` is added to METADATA.
pub fn wheel(tree: &Tree, name: &str, version: &str, files: &[(&str, &str)], metadata: &str) -> PathBuf {
    tree.write(
        format!("wheels/{name}-{version}-py3-none-any.whl"),
        wheel_bytes(name, version, files, metadata),
    )
}

pub fn wheel_bytes(name: &str, version: &str, files: &[(&str, &str)], metadata: &str) -> Vec<u8> {
    let info = format!("{name}-{version}.dist-info");
    let mut all: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    all.push((format!("{info}/WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n".to_owned()));
    let head = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}");
    all.push((format!("{info}/METADATA"), head));
    let line = |(path, text): &(String, String)| {
        let digest = pyrepro::archive::Digest::of(text.as_bytes());
        format!("{path},sha256={},{}\n", base64(&digest.0), text.len())
    };
    let record: String = all.iter().map(line).collect();
    all.push((format!("{info}/RECORD"), format!("{record}{info}/RECORD,,\n")));
    zip_of(all.into_iter().map(|(path, text)| Entry::bytes(path, text).expect("a path")).collect())
}

/// Base 64 as Python has it, bit by bit.
fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |six: &[u8]| (0..6).fold(0, |sum, place| sum << 1 | usize::from(six.get(place) == Some(&1)));
    bits.chunks(6).map(|six| alphabet[digit(six)]).collect()
}
