//! Whole files: the bytes of this compiler are the canonical form of what the interpreter makes, and it warns of the same.

use crate::python::{Oracle, Python, pythons, sources};
use pyrepro_bytecode::marshal;
use pyrepro_bytecode::python::Version;
use pyrepro_compiler::error::{Failure, Warning};

#[test]
fn files_become_the_canonical_bytes_and_warnings_of_cpython() {
    for python in pythons() {
        let differences = compare(python);
        assert_eq!(differences, 0, "{} with {}", python.version, python.path.display());
    }
}

fn compare(python: &Python) -> usize {
    let edition = python.release.edition;
    let version = Version::new(3, edition.minor).expect("a version that pyrepro knows");
    let mut oracle = Oracle::start(python, "whole.py", &sources(&python.library, 60));
    let (mut compared, mut differences) = (0, 0);
    assert_eq!(oracle.line().as_deref(), Some(&*python.version));
    while let Some(line) = oracle.line() {
        let (level, data) = line.split_once(' ').expect("a level and data");
        let level = level.parse().expect("a level");
        let source = std::fs::read(&oracle.file).expect("the file is there");
        let made = pyrepro_compiler::compile(&source, oracle.file.as_bytes(), edition, &[level]);
        compared += 1;
        let same = match (made, data) {
            // Another compiler has to do it, which is no difference.
            (Err(Failure::Handover(_)), _) | (_, "?") => true,
            (Err(Failure::Syntax(error)), data) => {
                data.strip_prefix("- ").is_some_and(|kind| kind.starts_with(error.kind.name()))
            }
            (Ok(_), data) if data.starts_with('-') => false,
            (Ok(made), data) => {
                let (code, warnings) = data.split_once('\t').unwrap_or((data, ""));
                let told: Vec<String> = made.warnings.iter().map(shown).collect();
                told.join("\t") == warnings
                    && made.code[0] == marshal::canonical(&bytes(code), version).expect("marshal data")
            }
        };
        if !same {
            differences += 1;
            eprintln!("{} at level {level} differs", oracle.file);
        }
    }
    oracle.end();
    eprintln!("{}: {compared} compilations, {differences} differences", python.version);
    assert!(compared > 0);
    differences
}

/// As the oracle shows a warning.
fn shown(warning: &Warning) -> String {
    let message: String = warning.message.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {} {message}", warning.category.name(), warning.line)
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hexadecimal digit") as u8;
    hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
