//! What is disassembled is what `dis` of the version shows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, thread};

use crate::common::{Python, pythons};
use proptest::prelude::*;
use pyrepro::disassemble::{self, Error, Instruction};
use pyrepro::marshal::{self, Code, Graph, Kind, ObjectId, Value};
use pyrepro::python::{FieldType, Version};
use serde_json::{Value as Json, json};

/// How much constants are shown of before they are cut.
const COMPARED: usize = 4096;

#[test]
fn tables_are_what_the_interpreters_tell() {
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/pyrepro-bytecode/src/disassemble/tables");
    for python in pythons() {
        let output = python.command().arg(tables.join("generate.py")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let committed = fs::read_to_string(tables.join(format!("{}.txt", python.version))).unwrap();
        // Those that an interpreter only puts in place of others may change from patch to patch.
        let lasting = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.contains("\tas\t")).map(str::to_owned).collect()
        };
        let (told, known) = (lasting(&String::from_utf8(output.stdout).unwrap()), lasting(&committed));
        for (told, known) in told.iter().zip(&known) {
            assert_eq!(told, known, "{}", python.version);
        }
        assert_eq!(told.len(), known.len(), "{}", python.version);
    }
}

#[test]
fn a_sample_of_every_standard_library_is_disassembled_as_by_dis() {
    in_parallel(|python| {
        let all = sources(python);
        let small: Vec<_> =
            all.into_iter().filter(|path| fs::metadata(path).is_ok_and(|file| file.len() < 30_000)).collect();
        let sample = (0..40).map(|number| small[number * small.len() / 40].clone()).collect::<Vec<_>>();
        let compared = compare(python, &sample);
        assert!(compared > 8_000, "the sample is nearly empty: {compared} instructions");
    });
}

#[test]
#[ignore = "takes ten minutes on two cores"]
fn whole_standard_libraries_are_disassembled_as_by_dis() {
    in_parallel(|python| {
        let compared: usize = sources(python).chunks(200).map(|sources| compare(python, sources)).sum();
        println!("{}: {compared} instructions", python.interpreter.release);
    });
}

fn in_parallel(job: impl Fn(&Python) + Sync) {
    let job = &job;
    for pair in pythons().chunks(2) {
        thread::scope(|scope| {
            for python in pair {
                scope.spawn(move || job(python));
            }
        });
    }
}

fn sources(python: &Python) -> Vec<PathBuf> {
    crate::sweep::standard_library(python).into_iter().map(|unit| unit.path).collect()
}

/// Compares what all these sources are compiled to: how many instructions there were.
fn compare(python: &Python, sources: &[PathBuf]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/disassemble.py");
    let mut command = python.command();
    command.arg("-Wignore").arg(script).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let list: Vec<_> = sources.iter().map(|path| path.to_str().unwrap()).collect();
    child.stdin.take().unwrap().write_all(list.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", python.version);
    let mut count = 0;
    for (number, line) in String::from_utf8(output.stdout).unwrap().lines().enumerate() {
        let told: Json = serde_json::from_str(line).unwrap();
        let Some(told) = told.as_array() else { continue };
        let file = fs::read(folder.path().join(format!("{number}.pyc"))).unwrap();
        let graph = marshal::read_code(&file, 16, python.version).unwrap();
        let codes = code_objects(&graph);
        let place = format!("{}: {}", python.version, sources[number].display());
        assert_eq!(codes.len(), told.len(), "{place}");
        for (code, told) in codes.iter().zip(told) {
            count += same(&graph, code, told, &format!("{place}: {}", told["name"]));
        }
    }
    count
}

fn same(graph: &Graph, code: &Code, told: &Json, place: &str) -> usize {
    let instructions = disassemble::instructions(graph, code).unwrap();
    let theirs = told["instructions"].as_array().unwrap();
    assert_eq!(instructions.len(), theirs.len(), "{place}");
    for (ours, theirs) in instructions.iter().zip(theirs) {
        assert_eq!(&row(ours, theirs), theirs, "{place}");
    }
    let handlers = disassemble::handlers(graph, code).unwrap();
    let rows: Vec<_> = handlers
        .iter()
        .map(|found| json!([found.start, found.end, found.target, found.depth, found.lasti]))
        .collect();
    assert_eq!(Json::Array(rows), told["handlers"], "{place}");
    instructions.len()
}

/// Ours in the form of theirs; theirs where it cannot be compared.
fn row(ours: &Instruction, theirs: &Json) -> Json {
    let location = ours.location;
    let told = theirs[3].as_str().unwrap();
    let shown: String =
        ours.argrepr.chars().map(|character| if character > '~' { '?' } else { character }).collect();
    let sorted = |text: &str| {
        let mut all: Vec<char> = text.chars().collect();
        all.sort_unstable();
        all
    };
    let is_same_but_for_order = shown.contains("frozenset({") && sorted(&shown) == sorted(told);
    let is_cut = told.len() >= COMPARED && shown.len() >= COMPARED && told[..COMPARED] == shown[..COMPARED];
    // Characters beyond ASCII can be escaped, which is longer.
    let is_foreign = told.contains('?');
    let argument = if is_same_but_for_order || is_cut || is_foreign { told } else { &shown };
    json!([
        ours.offset,
        ours.name,
        ours.arg,
        argument,
        ours.label.is_some(),
        location.line,
        location.end_line,
        location.column,
        location.end_column
    ])
}

/// In the order in which they stand in each other.
fn code_objects<'g>(graph: &'g Graph) -> Vec<Code<'g>> {
    let mut codes = Vec::new();
    let mut todo: Vec<ObjectId> = vec![graph.root()];
    while let Some(id) = todo.pop() {
        let Value::Code(code) = graph.value(id) else { continue };
        if let Some(Value::Container(_, constants)) = code.field("consts").map(|id| graph.value(id)) {
            todo.extend(constants.iter().rev().filter(|id| graph.kind(**id) == Kind::Code));
        }
        codes.push(code);
    }
    codes
}

/// A module whose code, tables and kinds are these bytes.
fn module(version: Version, bytes: &[u8]) -> Vec<u8> {
    let layout = version.code_layout();
    let names: &[u8] = b"\x29\x02z\x01az\x01b";
    let mut data = vec![b'c'];
    data.extend(vec![0; 4 * layout.numbers.len()]);
    for (position, field) in layout.fields.iter().enumerate() {
        if position == layout.first_line_before {
            data.extend([7, 0, 0, 0]);
        }
        match field.kind {
            FieldType::Bytes => {
                data.push(b's');
                data.extend((bytes.len() as u32).to_le_bytes());
                data.extend(bytes);
            }
            FieldType::Str => data.extend(b"z\x01m"),
            FieldType::Tuple | FieldType::Names => data.extend(names),
        }
    }
    data
}

proptest! {
    #[test]
    fn any_code_is_taken_apart_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for version in Version::all() {
            let data = module(version, &bytes);
            let graph = marshal::read_code(&data, 0, version).unwrap();
            let code = code_objects(&graph).remove(0);
            match disassemble::instructions(&graph, &code) {
                Ok(instructions) => {
                    prop_assert!(instructions.len() <= bytes.len() / 2);
                    prop_assert!(instructions.windows(2).all(|pair| pair[0].offset < pair[1].offset));
                    instructions.iter().for_each(|instruction| drop(instruction.to_string()));
                }
                Err(error) => prop_assert_eq!(error, Error::HalfInstruction(bytes.len())),
            }
            let _ = (disassemble::handlers(&graph, &code), disassemble::spans(&graph, &code));
        }
    }
}
