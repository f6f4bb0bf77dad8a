//! Whole compilations of small programs: the same bytes as CPython's, and refused where it refuses.

use crate::python::{Python, pythons, script};
use pyrepro_bytecode::marshal;
use pyrepro_compiler::compile;
use pyrepro_compiler::error::Failure;
use std::io::{BufReader, Read, Write};

/// Sources that CPython's own tests give to the compiler, with and without errors.
#[test]
fn snippets_of_cpythons_tests_become_the_same_code() {
    for python in pythons() {
        assert_eq!(compare(python, "snippets.txt"), 0, "{}", python.version);
    }
}

/// `tests/mutants/mutants.py` goes on from here with programs at random.
#[test]
fn statements_in_every_scope_become_the_same_code() {
    for python in pythons() {
        assert_eq!(compare(python, "5"), 0, "{}", python.version);
    }
}

fn compare(python: &Python, what: &str) -> usize {
    let mut oracle = script(&python.path, "programs.py").spawn().expect("the interpreter starts");
    let mut input = oracle.stdin.take().expect("its input is a pipe");
    writeln!(input, "{what}").expect("it reads");
    drop(input);
    let mut output = BufReader::new(oracle.stdout.take().expect("its output is a pipe"));
    let (mut programs, mut differences) = (0, 0);
    while let Some(source) = block(&mut output) {
        let mut kind = [0];
        output.read_exact(&mut kind).expect("an answer");
        let data = block(&mut output).expect("data");
        programs += 1;
        if let Some(difference) = judge(python, &source, kind[0], &data) {
            differences += 1;
            eprintln!("{difference}:\n{}\n---", String::from_utf8_lossy(&source));
        }
    }
    assert!(oracle.wait().expect("it ends").success(), "the oracle fails");
    eprintln!("{}: {programs} programs, {differences} differences", python.version);
    assert!(programs > 500);
    differences
}

fn judge(python: &Python, source: &[u8], kind: u8, data: &[u8]) -> Option<String> {
    let short = python.version.rsplit_once('.').map_or("", |(short, _)| short);
    match (compile(source, "m.py", python.release.edition, &[0]), kind) {
        (Err(Failure::Handover(_)), _) | (_, 2) | (Err(Failure::Syntax(_)), 1) => None,
        (Ok(_), 1) => Some("accepted".to_owned()),
        (Err(Failure::Syntax(error)), _) => Some(format!("refused: {}", error.message)),
        (Ok(compiled), _) => {
            let version = short.parse().expect("a version");
            let theirs = marshal::canonical(data, version).expect("what CPython wrote");
            (compiled.code[0] != theirs).then(|| "other code".to_owned())
        }
    }
}

fn block(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut size = [0; 4];
    input.read_exact(&mut size).ok()?;
    let mut data = vec![0; u32::from_le_bytes(size) as usize];
    input.read_exact(&mut data).ok()?;
    Some(data)
}
