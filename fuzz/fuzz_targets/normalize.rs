//! No archive makes `normalize` panic or run on; a normal form is its own normal form, and holds what
//! the archive held.

#![no_main]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Seek, Write};
use std::num::NonZero;

use libfuzzer_sys::fuzz_target;
use pyrepro::archive::{Limits, zip};
use pyrepro::normalize::{NormalForm, Options, normal_form};

fuzz_target!(|data: &[u8]| {
    for name in ["a.zip", "a-1-py3-none-any.whl", "a.tar", "-"] {
        let Some(form) = normalized(name, data) else { continue };
        let mut bytes = Vec::new();
        form.copy_to(&mut bytes).expect("memory");
        let again = normalized(name, &bytes).expect("what is normal can be read");
        assert!(again.is_in(&file(&bytes)).expect("a file"), "{name}");
        if name == "a.zip" && data.starts_with(b"PK") {
            assert_eq!(contents(data), contents(&bytes));
        }
    }
});

fn file(data: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(data).expect("room");
    file.rewind().expect("a file");
    file
}

fn normalized(name: &str, data: &[u8]) -> Option<NormalForm> {
    let options = Options { check: true, jobs: NonZero::new(1), ..Options::default() };
    normal_form(name.as_ref(), file(data), &options).ok()
}

/// All but bytecode, whose form may change.
fn contents(data: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut reader = zip::Reader::open(Cursor::new(data), Limits::default()).expect("it was read before");
    let paths: Vec<String> = reader.members().iter().map(|member| member.path.to_string()).collect();
    let kept = paths.into_iter().enumerate().filter(|(_, path)| !path.ends_with(".pyc"));
    kept.map(|(index, path)| (path, reader.bytes(index).expect("content"))).collect()
}
