//! How bytecode files differ is told at the right place, and nothing is told where they do not.

mod common;
mod oracle;
#[allow(dead_code)]
mod sweep;

use std::fs;
use std::path::Path;

use common::{Python, pythons};
use oracle::{OTHER_WAYS, PLAIN, Witness};
use pyrepro::diff::pyc::{Change, Comparison, RowKind, compare};
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
        let units: Vec<_> = sweep::standard_library(python)
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
