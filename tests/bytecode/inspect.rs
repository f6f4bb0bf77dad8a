//! What `pyrepro inspect` tells is what the interpreters tell.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};
use pyrepro::archive::{Entries, Entry, Limits, Order, zip};
use pyrepro::compile::Native;
use pyrepro::inspect::Archive;
use serde_json::Value;
use tempfile::TempDir;

const SOURCE: &str = r#"'''A module.'''
from __future__ import annotations
import os.path


def function(first, second=1, *rest, only: int = 2, **named):
    def inner():
        return first, named
    return [inner for _ in rest if only in {
        'b', 'a',
        'c',
    }]


class Class(dict,
            metaclass=type):
    async def method(self):
        async for item in self:
            yield item, 1.5, b'bytes', "it's"


unknown = lambda: (
    Class(
    ).method())
"#;

/// A source with its bytecode beside it, as an interpreter writes it.
struct Compiled {
    folder: TempDir,
    source: PathBuf,
    pyc: PathBuf,
    /// What the interpreter says of the code objects.
    described: Value,
}

fn compiled(python: &Python) -> Compiled {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("module.py");
    let pyc = folder.path().join(format!("__pycache__/module.{}.pyc", python.version.cache_tag()));
    fs::write(&source, SOURCE).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/describe.py");
    let output = python.command().arg(script).args([&source, &pyc]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Compiled { folder, source, pyc, described: serde_json::from_slice(&output.stdout).unwrap() }
}

fn inspect(arguments: &[&str], pyc: &Path) -> Output {
    pyrepro().arg("inspect").args(arguments).arg(pyc).output().unwrap()
}

fn inspect_json(pyc: &Path) -> Value {
    let output = inspect(&["--format", "json"], pyc);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["files"][0].take()
}

#[test]
fn code_objects_are_told_as_the_interpreter_tells_them() {
    for python in pythons() {
        let compiled = compiled(python);
        let told = inspect_json(&compiled.pyc);
        let (ours, theirs) = (told["code"].as_array().unwrap(), compiled.described.as_array().unwrap());
        assert_eq!(ours.len(), theirs.len(), "{}", python.version);
        for (ours, theirs) in ours.iter().zip(theirs) {
            let mut same = theirs.clone();
            for field in
                ["depth", "name", "filename", "first_line", "lines", "stack_size", "code_size", "names"]
            {
                same[field] = ours[field].clone();
            }
            for field in ["positional", "positional_only", "keyword_only"] {
                same[field] = ours["arguments"][field].clone();
            }
            let mut variables: Vec<_> = ours["variables"].as_array().unwrap().iter().collect();
            variables.sort_by_key(|name| name.as_str());
            variables.dedup();
            same["variables"] = variables.into_iter().cloned().collect();
            same["constants"] = ours["constants"].as_array().unwrap().len().into();
            same["flags"] = known_flags(&ours["flags"], &theirs["flags"]);
            assert_eq!(&same, theirs, "{}", python.version);
        }
    }
}

/// The flags but for those of `__future__`, which `dis` has no names for.
fn known_flags(ours: &Value, theirs: &Value) -> Value {
    let ours = ours.as_array().unwrap().iter();
    let is_known = |name: &&Value| !name.as_str().unwrap().starts_with("FUTURE_");
    let known: Vec<Value> = ours.filter(is_known).cloned().collect();
    // NOFREE and HAS_DOCSTRING have come and gone in the tables of `dis`.
    let told = theirs.as_array().unwrap();
    known.into_iter().filter(|name| told.contains(name) || name != "HAS_DOCSTRING").collect()
}

#[test]
fn sizes_of_code_objects_add_up() {
    for python in pythons() {
        let compiled = compiled(python);
        let told = inspect_json(&compiled.pyc);
        let module = &told["code"][0];
        assert_eq!(module["offset"], 16);
        assert_eq!(
            module["size"].as_u64().unwrap() + 16,
            told["size"].as_u64().unwrap(),
            "{}",
            python.version
        );
        for code in &told["code"].as_array().unwrap()[1..] {
            assert!(code["size"].as_u64() < module["size"].as_u64() && code["size"].as_u64() > Some(50));
        }
    }
}

#[test]
fn annotations_of_the_future_are_a_flag_in_every_version() {
    for python in pythons() {
        let flags = inspect_json(&compiled(python).pyc)["code"][0]["flags"].to_string();
        assert!(flags.contains("FUTURE_ANNOTATIONS") && !flags.contains("0x"), "{}: {flags}", python.version);
    }
}

#[test]
fn the_source_beside_it_matches_differs_or_is_missing() {
    let python = &pythons()[0];
    let Compiled { source, pyc, folder: _folder, .. } = compiled(python);
    let state = || inspect_json(&pyc)["source"]["state"].clone();
    assert_eq!(state(), "matches");
    fs::write(&source, format!("{SOURCE}# changed\n")).unwrap();
    assert_eq!(state(), "differs");
    fs::remove_file(&source).unwrap();
    assert_eq!(state(), "missing");
}

#[test]
fn the_releases_that_compile_the_source_to_this_are_named() {
    let mut named = 0;
    for python in pythons() {
        let release = python.interpreter.release;
        if !Native::of(release).is_some_and(|native| native.is_proven()) {
            continue;
        }
        named += 1;
        let compiled = compiled(python);
        let editions = || inspect_json(&compiled.pyc)["source"]["editions"].clone();
        let edition = Native::of(release).unwrap().edition();
        assert!(
            editions().as_array().unwrap().contains(&edition.clone().into()),
            "{release}: {}",
            editions()
        );
        let text = String::from_utf8(inspect(&[], &compiled.pyc).stdout).unwrap();
        assert!(text.contains("module.py compiles to this with "), "{text}");
        // Code of another source under the header of this one: nothing that the header says gives it away.
        let other = compiled.folder.path().join("other.py");
        fs::write(&other, "print('other')\n").unwrap();
        let forged = python.command().args(["-c", FORGE]).args([&other, &compiled.pyc]).status().unwrap();
        assert!(forged.success());
        assert_eq!(inspect_json(&compiled.pyc)["source"]["state"], "matches");
        assert_eq!(editions(), Value::Array(vec![]), "{release}");
    }
    assert!(named > 0, "no interpreter here has an edition");
}

/// Puts the code of a source into a bytecode file and leaves its header.
const FORGE: &str = "import sys, marshal; source, pyc = sys.argv[1:]; header = open(pyc, 'rb').read(16); \
code = compile(open(source).read(), source, 'exec'); open(pyc, 'wb').write(header + marshal.dumps(code))";

#[test]
fn text_tells_the_header_the_form_and_the_code() {
    for python in pythons() {
        let compiled = compiled(python);
        let output = inspect(&[], &compiled.pyc);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        let version = python.version;
        for expected in [
            format!("Python {version}, magic {}, checked-hash", version.magic()),
            "canonical form 1: no".to_owned(),
            "function(first, second, *rest, only, **named)".to_owned(),
            "b'bytes', \"it's\"".to_owned(),
        ] {
            assert!(text.contains(&expected), "{expected:?} is not in:\n{text}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_trouble_and_the_rest_is_shown() {
    let compiled = compiled(&pythons()[0]);
    let cut = compiled.folder.path().join("cut.pyc");
    let bytes = fs::read(&compiled.pyc).unwrap();
    fs::write(&cut, &bytes[..bytes.len() - 1]).unwrap();
    let output = pyrepro().arg("inspect").args([&cut, &compiled.pyc]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("cut.pyc: offset") && error.contains("bytes are left"), "{error}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("function"));
}

#[test]
fn nests_and_sharing_that_would_explode_are_shown_at_a_bounded_length() {
    // Each of 1000 tuples holds the next one twice.
    let mut constant = b"\xa9\x02".repeat(1000);
    constant.extend(b"\xa9\x00");
    for index in (1..=1000u32).rev() {
        constant.push(b'r');
        constant.extend(index.to_le_bytes());
    }
    let python = &pythons()[0];
    let compiled = compiled(python);
    let file = fs::read(&compiled.pyc).unwrap();
    let version = python.version;
    let layout = version.code_layout();
    let mut hostile = file[..16].to_vec();
    hostile.push(b'c');
    hostile.extend(vec![0; 4 * layout.numbers.len()]);
    for (position, field) in layout.fields.iter().enumerate() {
        if position == layout.first_line_before {
            hostile.extend([0; 4]);
        }
        match field.name {
            "consts" => {
                hostile.extend(b"\x29\x01");
                hostile.extend(&constant);
            }
            "filename" | "name" | "qualname" => hostile.extend(b"z\x00"),
            "names" | "varnames" | "freevars" | "cellvars" | "localsplusnames" => hostile.extend(b"\x29\x00"),
            _ => hostile.extend(b"s\0\0\0\0"),
        }
    }
    let path = compiled.folder.path().join("hostile.pyc");
    fs::write(&path, hostile).unwrap();
    let output = inspect(&["--format", "json"], &path);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.len() < 20_000);
}

#[test]
fn instructions_are_shown_of_every_code_object_or_of_one() {
    for python in pythons() {
        let compiled = compiled(python);
        let output = inspect(&["--dis", "--format", "json"], &compiled.pyc);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let file = &document["files"][0];
        let paths = |list: &Value| -> Vec<Value> {
            list.as_array().unwrap().iter().map(|code| code["path"].clone()).collect()
        };
        assert_eq!(paths(&file["disassembly"]), paths(&file["code"]), "{}", python.version);
        assert!(!file["disassembly"][1]["instructions"].as_array().unwrap().is_empty());

        let output = inspect(&["--dis", "--code", "Class.method"], &compiled.pyc);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        let method: Vec<&str> = text.split("\n\n").skip(1).collect();
        assert!(method.len() == 1 && method[0].starts_with("Class.method  line "), "{text}");
        for expected in ["GET_AITER", "(item)", "(1.5)", "b'bytes'", "L1:"] {
            assert!(method[0].contains(expected), "{}: {expected} is not in:\n{}", python.version, method[0]);
        }
    }
}

#[test]
fn a_code_object_that_is_not_there_is_trouble() {
    let output = inspect(&["--dis", "--code", "Class.nothing"], &compiled(&pythons()[0]).pyc);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("Class.nothing") && error.contains("Class.method"), "{error}");
}

#[test]
fn a_wheel_is_shown_by_members_and_whether_its_record_holds() {
    let tree = Tree::new();
    let wheel = crate::common::app::wheel(&tree, "some", "1.0", &[("some/__init__.py", "X = 1\n")], "");
    let output = inspect(&[], &wheel);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("some-1.0.dist-info/RECORD: 4 rows, holds"), "{text}");
    assert!(text.contains("0644") && text.contains("  some/__init__.py\n"), "{text}");

    let bytes = fs::read(&wheel).unwrap();
    let record = "some/__init__.py,sha256=";
    let archive = Archive::read(Cursor::new(&bytes), Limits::default()).unwrap().unwrap();
    assert!(archive.records[0].holds());
    let mut members = zip::Reader::open(Cursor::new(&bytes), Limits::default()).unwrap();
    let entries = (0..members.members().len()).map(|at| {
        let path = members.members()[at].path.as_str().to_owned();
        let mut content = members.bytes(at).unwrap();
        if path.ends_with("RECORD") {
            let text = String::from_utf8(content).unwrap();
            content = text.replace(record, &format!("gone.py,,\n{record}A")).into_bytes();
        }
        Entry::bytes(path, content).unwrap()
    });
    let entries: Vec<_> = entries.chain([Entry::bytes("more.py", "").unwrap()]).collect();
    let mut file = Cursor::new(Vec::new());
    let entries = Entries::new(entries, &Order::Path).unwrap();
    zip::write(&entries, &zip::Options::default(), &mut file).unwrap();
    let check = Archive::read(file, Limits::default()).unwrap().unwrap().records.remove(0);
    assert_eq!(check.differ, ["some/__init__.py"]);
    assert_eq!(check.missing, ["gone.py"]);
    assert_eq!(check.unrecorded, ["more.py"]);
}
