//! Errors and warnings of code generation: the same, in the same place, as CPython's.

use crate::python::{Python, pythons, script};
use pyrepro_compiler::compile;
use pyrepro_compiler::error::{Failure, Warning, WarningCategory};
use std::io::Write;

#[test]
fn what_cpython_refuses_or_warns_of_has_its_words_and_place() {
    let sources = include_str!("data/refusals.txt");
    for python in pythons() {
        let mut child = script(&python.path, "refusals.py").spawn().expect("the interpreter starts");
        let mut input = child.stdin.take().expect("its input is a pipe");
        let writer = std::thread::spawn(move || input.write_all(sources.as_bytes()));
        let output = child.wait_with_output().expect("the interpreter ends");
        writer.join().expect("no panic").expect("the interpreter reads");
        let answers = String::from_utf8(output.stdout).expect("text");
        let mut differences = Vec::new();
        for (source, expected) in sources.lines().zip(answers.lines()) {
            let text = source.replace("\\n", "\n").replace("\\\\", "\\");
            let answer = answer(&text, python);
            // The words of the grammar's errors are the parser's affair.
            let same = answer == expected
                || expected == "crashed"
                // An error of the tree without an end has the column before that of others.
                || expected.strip_suffix(", None)").is_some_and(|known| same_line(known, &answer))
                || (expected.starts_with("SyntaxError: invalid syntax") && !answer.starts_with("accepted"));
            if !same {
                differences.push(format!("{source}\n  expected {expected}\n  answered {answer}"));
            }
        }
        assert_eq!(answers.lines().count(), sources.lines().count(), "{}", python.version);
        assert!(differences.is_empty(), "{}:\n{}", python.version, differences.join("\n"));
    }
}

/// Whether both errors have the same words and the same line.
fn same_line(left: &str, right: &str) -> bool {
    let line = |said: &str| {
        said.split_once(" (")
            .map(|(words, place)| (words.to_owned(), place.split(',').next().map(str::to_owned)))
    };
    line(left) == line(right)
}

/// What the compiler says, in the words of oracle/refusals.py. Warnings that come before an error are lost with it.
fn answer(source: &str, python: &Python) -> String {
    match compile(source.as_bytes(), "x", python.release.edition, &[0]) {
        Ok(compiled) => compiled
            .warnings
            .iter()
            .fold("accepted".to_owned(), |said, warning| said + "\t" + &shown(warning)),
        Err(Failure::Syntax(error)) => {
            let span = error.span;
            let place = (span.line, span.col + 1, span.end_line, span.end_col + 1);
            format!("{}: {} {place:?}", error.kind.name(), error.message)
        }
        Err(Failure::Handover(handover)) => format!("{handover:?}"),
    }
}

/// A warning in the words of the scripts.
pub fn shown(warning: &Warning) -> String {
    let category = match warning.category {
        WarningCategory::Syntax => "SyntaxWarning",
        WarningCategory::Deprecation => "DeprecationWarning",
    };
    format!("{category}: {} ({})", warning.message, warning.line)
}
