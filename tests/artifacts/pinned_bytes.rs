//! Bytes that users rely on: one artifact of each kind, pinned.
//!
//! A hash here changes only together with an entry in CHANGELOG.md. None of the artifacts holds bytecode, so
//! that the hashes are the same whatever interpreters there are; `golden` pins bytecode.

use std::fs;
use std::path::Path;

use crate::common::app::stdout_of;
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};
use pyrepro::archive::Digest;

const ORCHARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/orchard");

#[track_caller]
fn assert_pinned(file: &Path, hash: &str) {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(Digest::of(&bytes).to_string(), hash, "{}", file.display());
}

#[test]
fn the_wheel_the_sdist_and_their_manifests_have_the_pinned_bytes() {
    let tree = Tree::new();
    stdout_of(pyrepro().args(["build", "--wheel", "--sdist", "-o"]).arg(tree.path()).arg(ORCHARD));
    for (name, hash) in [
        (
            "orchard-1.2.0-py3-none-any.whl",
            "60ab52667c62869ab4a03302143448c2a7e99f47f04b7ac58f511e6887454dec",
        ),
        ("orchard-1.2.0.tar.gz", "ba495d03b61f6c69cc15c39a2959b6a01808c7834cee17ef8ad7bd1554f22ccb"),
        (
            ".orchard-1.2.0-py3-none-any.whl.manifest.json",
            "8682166d21637a2f45aea74cd01971fed5a2ba6a0e87e017c3ecae043178f2de",
        ),
        (
            ".orchard-1.2.0.tar.gz.manifest.json",
            "fcc6d37c9ea89343f9cee2ab6991ac375d1237e4e9a2faf8bd1e3649bc31acd8",
        ),
    ] {
        assert_pinned(&tree.path().join(name), hash);
    }
}

#[test]
fn a_zipapp_has_the_pinned_bytes() {
    let tree = Tree::new();
    let target = tree.path().join("orchard.pyz");
    let mut command = pyrepro();
    command.args(["zipapp", "--no-compile", "-c", "-p", "/usr/bin/env python3", "-m", "orchard.cli:main"]);
    stdout_of(command.arg("-o").arg(&target).arg(Path::new(ORCHARD).join("src")));
    assert_pinned(&target, "cee731ab4f8af26cd9f4a7be461656f845b66cdbbf202bc5d165e26061205fe8");
}

#[test]
fn a_normalised_wheel_of_another_writer_has_the_pinned_bytes() {
    let tree = Tree::new();
    let wheel = tree.path().join("press-1.0-py3-none-any.whl");
    let mut python = newest().command();
    stdout_of(python.args(["-c", OTHER_WRITER]).arg(&wheel));
    stdout_of(pyrepro().arg("normalize").arg(&wheel));
    assert_pinned(&wheel, "2eb627e27879ab7bcd9df7470d8e8b0d6ba209c8873f54a772cd2c53ae0f63fe");
}

/// Members in an odd order, with the time of day, modes of a umask, stored and compressed.
const OTHER_WRITER: &str = r"
import base64, hashlib, sys, zipfile
members = [
    ('press/juice.py', 'KINDS = {1, 2}\n'),
    ('press/__init__.py', ''),
    ('press-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
    ('press-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: press\nVersion: 1.0\n'),
]
record = ''
for path, text in members:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
    record += '%s,sha256=%s,%d\n' % (path, digest, len(text))
members.append(('press-1.0.dist-info/RECORD', record + 'press-1.0.dist-info/RECORD,,\n'))
with zipfile.ZipFile(sys.argv[1], 'w') as file:
    for index, (path, text) in enumerate(members):
        info = zipfile.ZipInfo(path, (2024, 5, 6, 7, 8, 2 * index))
        info.external_attr = (0o100600 + index) << 16
        file.writestr(info, text, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[index % 2])
";
