//! Whole compilations of small programs: the same bytes and warnings as CPython's, and refused where it refuses.

use crate::python::{Python, pythons, script};
use crate::refusals::shown;
use pyrepro_bytecode::marshal;
use pyrepro_bytecode::python::Version;
use pyrepro_compiler::compile;
use pyrepro_compiler::error::Failure;
use std::io::{BufReader, Read, Write};

/// Sources that CPython's own tests give to the compiler, with and without errors.
#[test]
fn snippets_of_cpythons_tests_become_the_same_code() {
    for python in pythons() {
        assert_eq!(compare(python, "snippets.txt", "0"), 0, "{}", python.version);
    }
}

/// `tests/mutants/mutants.py` goes on from here with programs at random.
#[test]
fn statements_in_every_scope_become_the_same_code() {
    for python in pythons() {
        assert_eq!(compare(python, "5", "0"), 0, "{}", python.version);
    }
}

/// The smallest programs that once showed a difference.
#[test]
fn programs_that_once_differed_become_the_same_code() {
    for python in pythons() {
        assert_eq!(compare(python, "data/once.txt", "012"), 0, "{}", python.version);
    }
}

/// What CPython made of a program.
struct Program {
    source: Vec<u8>,
    level: u8,
    /// 0: code, 1: an error, 2: it gave up.
    kind: u8,
    data: Vec<u8>,
    warnings: Vec<u8>,
}

fn compare(python: &Python, what: &str, levels: &str) -> usize {
    let mut oracle = script(&python.path, "programs.py").spawn().expect("the interpreter starts");
    let mut input = oracle.stdin.take().expect("its input is a pipe");
    writeln!(input, "{what} {levels}").expect("it reads");
    drop(input);
    let mut output = BufReader::new(oracle.stdout.take().expect("its output is a pipe"));
    let (mut programs, mut differences) = (0, 0);
    while let Some(program) = read(&mut output) {
        programs += 1;
        if let Some(difference) = judge(python, &program) {
            differences += 1;
            let source = String::from_utf8_lossy(&program.source);
            eprintln!("{difference} at level {}:\n{source}\n---", program.level);
        }
    }
    assert!(oracle.wait().expect("it ends").success(), "the oracle fails");
    eprintln!("{}: {programs} programs, {differences} differences", python.version);
    assert!(programs > 50);
    differences
}

fn judge(python: &Python, program: &Program) -> Option<String> {
    let compiled = compile(&program.source, "m.py", python.release.edition, &[program.level]);
    match (compiled, program.kind) {
        (Err(Failure::Handover(_)), _) | (_, 2) | (Err(Failure::Syntax(_)), 1) => None,
        (Ok(_), 1) => Some("accepted".to_owned()),
        (Err(Failure::Syntax(error)), _) => Some(format!("refused: {}", error.message)),
        (Ok(compiled), _) => {
            let version =
                Version::new(3, python.release.edition.minor).expect("a version that pyrepro knows");
            let theirs = marshal::canonical(&program.data, version).expect("what CPython wrote");
            if compiled.code[0] != theirs {
                return Some("other code".to_owned());
            }
            let warnings: String = compiled.warnings.iter().map(|warning| shown(warning) + "\n").collect();
            (warnings.as_bytes() != program.warnings).then(|| format!("other warnings: {warnings}"))
        }
    }
}

fn read(input: &mut impl Read) -> Option<Program> {
    let source = block(input)?;
    let mut bytes = [0; 2];
    input.read_exact(&mut bytes).expect("an answer");
    let [level, kind] = bytes;
    let data = block(input).expect("data");
    let warnings = block(input).expect("warnings");
    Some(Program { source, level, kind, data, warnings })
}

fn block(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut size = [0; 4];
    input.read_exact(&mut size).ok()?;
    let mut data = vec![0; u32::from_le_bytes(size) as usize];
    input.read_exact(&mut data).ok()?;
    Some(data)
}
