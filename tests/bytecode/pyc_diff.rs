//! How bytecode files differ is told at the right place, and nothing is told where they do not.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::common::{Python, pythons};
use crate::oracle::{OTHER_WAYS, PLAIN, Witness};
use pyrepro::diff::pyc::{Change, Comparison, RowKind, compare, compare_with_source};
use pyrepro::pyc::{Header, InvalidationMode};
use pyrepro::python::Version;

fn file(version: Version, code: &[u8]) -> Vec<u8> {
    let header = Header::of_source(version, InvalidationMode::CheckedHash, b"", 0);
    [&header.to_bytes()[..], code].concat()
}

/// A file that differs from another in one field of one code object.
struct Mutant {
    path: String,
    field: String,
    file: Vec<u8>,
}

/// A file and mutants of it.
fn mutants(python: &Python) -> (Vec<u8>, Vec<Mutant>) {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/mutate.py");
    let output = python.command().arg("-Wignore").arg(script).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}: {}", python.version, String::from_utf8_lossy(&output.stderr));
    let told: Vec<(String, String)> = serde_json::from_slice(&output.stdout).unwrap();
    let read = |number: usize| {
        let code = fs::read(folder.path().join(format!("{number}.marshal"))).unwrap();
        file(python.version, &code)
    };
    let mutant = |(at, (path, field))| Mutant { path, field, file: read(at + 1) };
    (read(0), told.into_iter().enumerate().map(mutant).collect())
}

#[test]
fn a_change_of_one_field_is_told_there_and_nowhere_else() {
    for python in pythons() {
        let (original, mutants) = mutants(python);
        assert!(mutants.len() > 60, "{}: only {} mutants", python.version, mutants.len());
        for Mutant { path, field, file } in mutants {
            for (a, b) in [(&original, &file), (&file, &original)] {
                let comparison = compare(a, b).unwrap();
                let told: Vec<_> = comparison
                    .findings
                    .iter()
                    .map(|found| (found.path.as_str(), found.field.as_str()))
                    .collect();
                // The mutant's own path, where its name was changed.
                let renamed = told.len() == 1 && told[0].0.ends_with("mutant") && field == "name";
                assert!(
                    renamed || told == [(path.as_str(), field.as_str())],
                    "{}: {path} {field}: {:#?}",
                    python.version,
                    comparison.findings
                );
                assert!(!comparison.equal && !comparison.equal_canonical);
                assert!(comparison.header.is_empty() && comparison.marshal_only.is_empty());
                shows_a_difference(&comparison);
            }
        }
    }
}

/// Whoever reads the finding sees two sides that are not the same.
fn shows_a_difference(comparison: &Comparison) {
    match &comparison.findings[0].change {
        Change::Values { a, b } => assert_ne!(a, b),
        Change::Note { note } => panic!("{note}"),
        Change::Rows { rows } => {
            let mut differing =
                rows.iter().filter(|row| !matches!(row.kind, RowKind::Equal | RowKind::Skipped));
            assert!(differing.all(|row| row.a != row.b), "{rows:#?}");
        }
    }
}

#[test]
fn compiled_in_another_way_it_differs_in_form_alone() {
    let mut differed = 0;
    for python in pythons() {
        let units: Vec<_> = crate::sweep::standard_library(python)
            .into_iter()
            .filter(|unit| fs::metadata(&unit.path).is_ok_and(|file| (2000..20_000).contains(&file.len())))
            .step_by(60)
            .take(6)
            .collect();
        let mut plain = Witness::start(python, 0, &PLAIN);
        for way in OTHER_WAYS.iter().filter(|way| way.works_here()) {
            let mut other = Witness::start(python, 0, way);
            for unit in &units {
                let source = fs::read(&unit.path).unwrap();
                let [a, b] = [&mut plain, &mut other].map(|witness| witness.compile(&unit.name, 0, &source));
                let (Some(a), Some(b)) = (a, b) else { continue };
                let comparison = compare(&file(python.version, &a), &file(python.version, &b)).unwrap();
                let place = format!("{} {} {}", python.version, way.name, unit.name);
                assert_eq!(comparison.equal, a == b, "{place}");
                assert_eq!(comparison.marshal_only.is_empty(), a == b, "{place}");
                if !way.reorders_number_sets(python.version) {
                    assert!(comparison.equal_canonical, "{place}");
                    assert_eq!(comparison.findings, [], "{place}");
                }
                differed += usize::from(a != b);
            }
        }
    }
    assert!(differed > 20, "the sample proves nothing: {differed}");
}

/// Two sources compiled by each interpreter, compared: path and field of each finding.
fn told_of(a: &str, b: &str, expected: &[(&str, &str)]) {
    for python in pythons() {
        let comparison = comparison_of(python, a, b);
        let told: Vec<_> =
            comparison.findings.iter().map(|found| (found.path.as_str(), found.field.as_str())).collect();
        assert_eq!(told, expected, "{}: {:#?}", python.version, comparison.findings);
    }
}

fn comparison_of(python: &Python, a: &str, b: &str) -> Comparison {
    let mut witness = Witness::start(python, 0, &PLAIN);
    let [a, b] = [a, b].map(|source| {
        file(python.version, &witness.compile("m.py", 0, source.as_bytes()).expect("a source that compiles"))
    });
    compare(&a, &b).unwrap()
}

#[test]
fn a_function_that_only_one_has_is_told_as_that() {
    let one = "def f():\n    return 1\n";
    for python in pythons() {
        let comparison = comparison_of(python, one, "");
        let [.., last] = &comparison.findings[..] else { panic!("nothing is told") };
        assert_eq!(last.to_string(), "f: code object: in the first file alone", "{}", python.version);
    }
}

#[test]
fn of_functions_of_one_name_the_equal_ones_are_paired() {
    let second = "def f():\n    return 'two'\n";
    let a = format!("def f():\n    return 'one'\n{second}");
    let b = format!("def f():\n    return 'uno'\n{second}");
    told_of(&a, &b, &[("f", "consts")]);
    let b = format!("{second}def f():\n    return 'one'\n{second}");
    for python in pythons() {
        let comparison = comparison_of(python, &a, &b);
        let added = comparison.findings.iter().find(|found| found.field == "code object").unwrap();
        let Change::Note { note } = &added.change else { panic!("{added:?}") };
        assert_eq!(note, "in the second file alone", "{}: {:#?}", python.version, comparison.findings);
    }
}

#[test]
fn an_instruction_that_is_another_is_shown_beside_the_one_it_replaces() {
    for python in pythons() {
        let comparison =
            comparison_of(python, "def f(a, b):\n    return a + b\n", "def f(a, b):\n    return a - b\n");
        let [finding] = &comparison.findings[..] else { panic!("{:#?}", comparison.findings) };
        let Change::Rows { rows } = &finding.change else { panic!("{finding:?}") };
        let changed: Vec<_> = rows.iter().filter(|row| row.kind != RowKind::Equal).collect();
        let [row] = changed[..] else { panic!("{rows:#?}") };
        let is_told = row.a.contains("BINARY_ADD") && row.b.contains("BINARY_SUBTRACT")
            || row.a.contains("(+)") && row.b.contains("(-)");
        assert!(is_told && row.kind == RowKind::Changed, "{rows:#?}");
    }
}

#[test]
fn a_jump_that_leads_elsewhere_is_told_and_one_that_moved_with_its_target_is_not() {
    let source =
        |first: &str| format!("def f(a):\n    {first}\n    while a:\n        a = g(a)\n    return a\n");
    for python in pythons() {
        let comparison = comparison_of(python, &source("pass"), &source("h()"));
        let code =
            comparison.findings.iter().find(|found| found.path == "f" && found.field == "code").unwrap();
        let Change::Rows { rows } = &code.change else { panic!("{code:?}") };
        let changed = rows.iter().filter(|row| matches!(row.kind, RowKind::Changed | RowKind::OnlyA));
        // What the first line is made of stands where nothing or a NOP was.
        let changed: Vec<_> = changed.filter(|row| !row.a.contains("NOP")).collect();
        assert!(changed.is_empty(), "{}: {rows:#?}", python.version);
    }
}

#[test]
fn lines_that_moved_together_are_told_once_for_each_code_object() {
    let source = "def f():\n    def g():\n        return 1\n    return g\n";
    for python in pythons() {
        let comparison = comparison_of(python, source, &format!("\n\n{source}"));
        let of_functions = comparison.findings.iter().filter(|found| found.path != "<module>");
        let told: Vec<_> = of_functions.map(ToString::to_string).collect();
        assert_eq!(told, ["f: firstlineno: 1 → 3", "f.g: firstlineno: 2 → 4"], "{}", python.version);
    }
}

#[test]
fn another_file_name_is_told_once() {
    for python in pythons() {
        let mut witness = Witness::start(python, 0, &PLAIN);
        let source = b"class C:\n    def f(self):\n        return lambda: 1\n";
        let [a, b] = ["/a/m.py", "/b/m.py"]
            .map(|name| file(python.version, &witness.compile(name, 0, source).unwrap()));
        let told: Vec<_> = compare(&a, &b).unwrap().findings.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["<module>: filename: /a/m.py → /b/m.py"], "{}", python.version);
    }
}

#[test]
fn of_different_versions_what_they_share_is_compared() {
    let mut files = pythons().iter().map(|python| {
        let mut witness = Witness::start(python, 0, &PLAIN);
        let source = "def f(x):\n    return [x, 'a']\n";
        file(python.version, &witness.compile("m.py", 0, source.as_bytes()).unwrap())
    });
    let first = files.next().unwrap();
    for other in files {
        let comparison = compare(&first, &other).unwrap();
        assert_eq!(comparison.header[0].field, "python");
        assert!(!comparison.equal_canonical);
        assert_eq!(
            (comparison.findings[0].path.as_str(), comparison.findings[0].field.as_str()),
            ("<module>", "python")
        );
        let fields = comparison.findings.iter().map(|found| found.field.as_str());
        assert_eq!(
            fields.filter(|field| ["code", "stacksize", "linetable", "varnames"].contains(field)).count(),
            0
        );
    }
}

#[test]
fn each_field_of_a_header_is_told() {
    let version = Version::new(3, 13).unwrap();
    let golden = include_bytes!("../../testdata/golden/canonical/sample.cpython-313.pyc");
    let timestamp =
        Header::of_source(version, InvalidationMode::Timestamp, b"pass\n", 1_700_000_000).to_bytes();
    let stamped = [&timestamp[..], &golden[16..]].concat();
    for (original, at, fields) in [
        (&golden[..], 4, &["mode"][..]),
        (golden, 8, &["source_hash"]),
        (golden, 15, &["source_hash"]),
        (&stamped, 4, &["mode"]),
        (&stamped, 8, &["source_mtime"]),
        (&stamped, 12, &["source_size"]),
    ] {
        let mut mutant = original.to_vec();
        mutant[at] ^= if at == 4 && original == golden { 2 } else { 1 };
        let comparison = compare(original, &mutant).unwrap();
        let told: Vec<_> = comparison.header.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(told, fields, "byte {at}");
        assert!(comparison.equal_canonical && comparison.findings.is_empty() && !comparison.equal);
    }
    let mut meaningless = stamped.clone();
    meaningless[4] = 2;
    assert_eq!(compare(&stamped, &meaningless).unwrap().header[0].field, "flags");
}

#[test]
fn no_byte_of_a_file_is_another_without_being_told_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/golden/canonical");
    for version in Version::all() {
        let original = fs::read(folder.join(format!("sample.{}.pyc", version.cache_tag()))).unwrap();
        for at in (16..original.len()).step_by(5) {
            for bit in [1, 0x80] {
                let mut mutant = original.clone();
                mutant[at] ^= bit;
                let Ok(comparison) = compare(&original, &mutant) else { continue };
                let is_told = !comparison.findings.is_empty() || !comparison.marshal_only.is_empty();
                assert!(is_told, "{version}: byte {at} ^ {bit:#x}");
                assert_eq!(
                    comparison.equal_canonical,
                    comparison.findings.is_empty(),
                    "{version}: byte {at}"
                );
            }
        }
    }
}

#[test]
fn a_header_that_is_for_another_source_is_told_with_both_hashes() {
    let version = Version::new(3, 12).unwrap();
    for mode in [InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash, InvalidationMode::Timestamp]
    {
        let header = Header::of_source(version, mode, b"x = 1\n", 1000).to_bytes();
        let same = compare_with_source(&header, b"x = 1\n", Some(1000)).unwrap();
        assert!(same.matches && same.expected == same.found && same.mode == mode.name());
        let other = compare_with_source(&header, b"x = 22\n", Some(1000)).unwrap();
        assert!(!other.matches && other.expected != other.found, "{other:?}");
        let later = compare_with_source(&header, b"x = 1\n", Some(1001)).unwrap();
        assert_eq!(later.matches, mode != InvalidationMode::Timestamp);
        assert!(compare_with_source(&header, b"x = 1\n", None).unwrap().matches);
    }
}

#[test]
fn files_whose_code_objects_share_long_lists_are_compared_in_bounded_time() {
    let version = Version::new(3, 13).unwrap();
    let [a, b] = [1, 2].map(|number| file(version, &sharing(version, 120, number)));
    let started = Instant::now();
    let comparison = compare(&a, &b).unwrap();
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    assert!(comparison.findings.len() > 300 && comparison.findings.len() <= 1000);
}

/// A module with many functions that share their instructions, and one tuple for both names and constants.
fn sharing(version: Version, count: u32, number: u8) -> Vec<u8> {
    let names = |number: u8| [&b"\xa8\xb8\x0b\0\0"[..], &[b'z', 1, b'a' + number].repeat(3000)].concat();
    let long = [&b"\xf3\x70\x17\0\0"[..], &[82, number].repeat(3000)].concat();
    let mut constants = [&b"("[..], &(count + 1).to_le_bytes(), &names(number)].concat();
    for function in 0..count {
        let name = function.to_string();
        let name = [&[b'z', name.len() as u8], name.as_bytes()].concat();
        constants.extend(code(version, b"r\0\0\0\0", b"r\x01\0\0\0", b"r\x01\0\0\0", &name));
    }
    code(version, &long, &constants, b"\x29\x00", b"z\x08<module>")
}

fn code(version: Version, instructions: &[u8], constants: &[u8], names: &[u8], name: &[u8]) -> Vec<u8> {
    let layout = version.code_layout();
    let mut data = [&b"c"[..], &vec![0; 4 * layout.numbers.len()]].concat();
    for (position, field) in layout.fields.iter().enumerate() {
        if position == layout.first_line_before {
            data.extend([1, 0, 0, 0]);
        }
        data.extend(match field.name {
            "code" => instructions,
            "consts" => constants,
            "names" => names,
            "filename" | "name" | "qualname" => name,
            "localsplusnames" => b"\x29\x00",
            _ => b"s\0\0\0\0",
        });
    }
    data
}
