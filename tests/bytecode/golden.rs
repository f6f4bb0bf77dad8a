//! Bytes that users rely on: the canonical form of one source, for every version.

use std::fs;
use std::path::PathBuf;

use pyrepro::pyc::{Pyc, SourceHash};
use pyrepro::python::Version;

fn golden(folder: &str, version: Version) -> Vec<u8> {
    let name = format!("sample.{}.pyc", version.cache_tag());
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/golden").join(folder).join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn stock_bytecode_of_every_version_becomes_the_pinned_bytes() {
    for version in Version::all() {
        let stock = golden("stock", version);
        let canonical = Pyc::parse(&stock).unwrap().canonical().unwrap();
        assert_ne!(canonical, stock, "{version}");
        assert!(canonical == golden("canonical", version), "{version}");
    }
}

#[test]
fn the_pinned_bytes_are_their_own_form_and_belong_to_their_source() {
    let source = include_bytes!("../../testdata/golden/sample.py");
    for version in Version::all() {
        let canonical = golden("canonical", version);
        let pyc = Pyc::parse(&canonical).unwrap();
        assert!(pyc.canonical().unwrap() == canonical, "{version}");
        assert_eq!(pyc.header.version, version);
        assert_eq!(pyc.header.invalidation.source_hash(), Some(SourceHash::of(source, version)));
    }
}
