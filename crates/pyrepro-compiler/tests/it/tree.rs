//! The tree of each source against that of the interpreter's `ast.parse`, with all positions, and whether both
//! accept it.

use crate::dump::dump;
use crate::python::{self, sources};
use pyrepro_compiler::decode::Source;
use pyrepro_compiler::error::{Failure, Handover};
use pyrepro_compiler::future;
use pyrepro_compiler::parser::{self, Parsed};
use pyrepro_compiler::preprocess;
use pyrepro_compiler::rules::{self, Rules};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::LazyLock;
use std::thread;

/// An interpreter and the grammar that it reads.
struct Oracle {
    path: PathBuf,
    version: String,
    library: PathBuf,
    rules: &'static Rules,
}

fn oracles() -> &'static [Oracle] {
    static ORACLES: LazyLock<Vec<Oracle>> = LazyLock::new(|| {
        let mut found = BTreeMap::new();
        for path in python::candidates() {
            let Some((version, library)) = python::identity(&path) else { continue };
            let only = std::env::var("PYREPRO_TEST_VERSION").unwrap_or_default();
            if !version.starts_with(&only) {
                continue;
            }
            let rules = match version.rsplit_once('.') {
                Some(("3.11", _)) => &rules::PYTHON_3_11,
                Some(("3.12", "0" | "1")) => &rules::PYTHON_3_12_0,
                Some(("3.12", _)) => &rules::PYTHON_3_12,
                Some(("3.13", _)) => &rules::PYTHON_3_13,
                Some(("3.14", _)) => &rules::PYTHON_3_14,
                Some(("3.15", _)) => &rules::PYTHON_3_15,
                _ => continue,
            };
            found.entry(version.clone()).or_insert(Oracle { path, version, library, rules });
        }
        assert!(!found.is_empty(), "no CPython of 3.11 to 3.15: list some in PYREPRO_TEST_PYTHONS");
        found.into_values().collect()
    });
    &ORACLES
}

/// What an interpreter says of a source.
#[derive(Debug, PartialEq)]
enum Answer {
    Tree(Vec<u8>),
    /// Class, line and message.
    Refused(String),
    /// More than its recursion does.
    TooDeep,
}

struct Asked {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Asked {
    fn start(oracle: &Oracle, level: Option<u8>) -> Self {
        let mut script = python::script(&oracle.path, "ast.py");
        script.args(level.map(|level| level.to_string()));
        let mut child = script.spawn().expect("the interpreter starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Self { child, input, output }
    }

    fn answer(&mut self) -> Answer {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("an answer");
        let (status, length) = line.trim().split_once(' ').expect("a status and a length");
        let mut text = vec![0; length.parse().expect("a length")];
        self.output.read_exact(&mut text).expect("an answer of that length");
        match status {
            "ok" => Answer::Tree(text),
            "deep" => Answer::TooDeep,
            _ => Answer::Refused(String::from_utf8_lossy(&text).into_owned()),
        }
    }
}

/// The tree of a source, with a level that behind the pass that computes constants.
fn parse(source: &[u8], rules: &Rules, level: Option<u8>) -> Result<Parsed, Failure> {
    let mut parsed = parser::parse(&Source::decode(source)?, rules)?;
    if let Some(level) = level {
        let Parsed { ast, symbols, constants, warnings, .. } = &mut parsed;
        let future_annotations = future::parse(ast, symbols, constants, rules)?.annotations;
        let options = preprocess::Options { level, future_annotations };
        preprocess::run(ast, constants, symbols, rules, options, warnings)?;
    }
    Ok(parsed)
}

/// Compares both on sources; gives what differs and how many were compared.
fn compare(oracle: &Oracle, level: Option<u8>, sources: Vec<(String, Vec<u8>)>) -> Report {
    let mut asked = Asked::start(oracle, level);
    let mut input = asked.input.take().expect("its input is a pipe");
    let all = std::sync::Arc::new(sources);
    let sent = all.clone();
    let writer = thread::spawn(move || {
        for (_, source) in sent.iter() {
            writeln!(input, "{}", source.len()).and_then(|()| input.write_all(source)).expect("it reads");
        }
    });
    let mut report = Report::default();
    for (name, source) in all.iter() {
        let expected = asked.answer();
        report.add(name, &expected, parse(source, oracle.rules, level), oracle);
    }
    writer.join().expect("the thread ends");
    assert!(asked.child.wait().expect("it ends").success(), "the oracle fails");
    report
}

#[derive(Default)]
struct Report {
    compared: usize,
    refused: usize,
    handed_over: usize,
    differences: Vec<String>,
    /// Errors whose class or line is another than CPython's.
    other_errors: Vec<String>,
}

impl Report {
    fn add(&mut self, name: &str, expected: &Answer, found: Result<Parsed, Failure>, oracle: &Oracle) {
        self.compared += 1;
        match (expected, found) {
            (_, Err(Failure::Handover(reason))) => {
                self.handed_over += 1;
                if std::env::var_os("PYREPRO_TEST_HANDOVERS").is_some() && *reason != Handover::TooDeep {
                    eprintln!("{name}: {reason:?}");
                }
            }
            (Answer::TooDeep, _) => {}
            (Answer::Tree(expected), Ok(parsed)) => {
                let found = dump(&parsed, oracle.rules);
                if found != *expected {
                    self.differences.push(format!("{name}: {}", difference(expected, &found)));
                }
            }
            (Answer::Tree(_), Err(Failure::Syntax(error))) => {
                self.differences.push(format!("{name}: refused: {} at {:?}", error.message, error.span));
            }
            (Answer::Refused(error), Ok(_)) => {
                self.differences.push(format!("{name}: accepted: {}", error.replace('\n', ": ")));
            }
            (Answer::Refused(expected), Err(Failure::Syntax(error))) => {
                self.refused += 1;
                let found = format!("{}\n{}\n{}", error.kind.name(), error.span.line, error.message);
                if found != *expected {
                    self.other_errors.push(format!(
                        "{name}: {} instead of {}",
                        found.replace('\n', ": "),
                        expected.replace('\n', ": ")
                    ));
                }
            }
        }
    }

    fn print(&self, title: &str) {
        eprintln!(
            "{title}: {} compared, {} refused by both, {} handed over, {} differ, {} other errors",
            self.compared,
            self.refused,
            self.handed_over,
            self.differences.len(),
            self.other_errors.len()
        );
        for difference in self.differences.iter().take(30) {
            eprintln!("  {difference}");
        }
        if std::env::var_os("PYREPRO_TEST_ERRORS").is_some() {
            for error in &self.other_errors {
                eprintln!("  {error}");
            }
        }
    }
}

/// The first place where two trees differ.
fn difference(expected: &[u8], found: &[u8]) -> String {
    let place = expected.iter().zip(found).take_while(|(left, right)| left == right).count();
    let from = place.saturating_sub(120);
    let show = |text: &[u8]| {
        String::from_utf8_lossy(&text[from.min(text.len())..(place + 80).min(text.len())]).into_owned()
    };
    format!("\n    expected {}\n    found    {}", show(expected), show(found))
}

fn read(path: &Path) -> Option<(String, Vec<u8>)> {
    Some((path.display().to_string(), std::fs::read(path).ok()?))
}

#[test]
fn the_tree_is_that_of_ast_parse() {
    let mut differences = 0;
    for oracle in oracles() {
        let files = sources(&oracle.library, 25);
        let report = compare(oracle, None, files.iter().filter_map(|path| read(path)).collect());
        report.print(&oracle.version);
        differences += report.differences.len();
    }
    assert_eq!(differences, 0);
}

/// `ast.parse` gives the tree behind the pass since 3.13.
#[test]
fn the_folded_tree_is_that_of_ast_parse() {
    let mut differences = 0;
    for oracle in oracles().iter().filter(|oracle| oracle.rules.grammar.type_parameter_defaults) {
        let files = sources(&oracle.library, 50);
        for level in 0..3 {
            let report = compare(oracle, Some(level), files.iter().filter_map(|path| read(path)).collect());
            report.print(&format!("{} at level {level}", oracle.version));
            differences += report.differences.len();
        }
    }
    assert_eq!(differences, 0);
}

/// Small sources on the edge of the grammar: one a line, `\n` written as such.
#[test]
fn the_edges_of_the_grammar_are_where_cpython_has_them() {
    let edges = include_str!("data/edges.txt");
    let mut differences = 0;
    for oracle in oracles() {
        let sources = edges.lines().filter(|line| !line.is_empty()).map(|line| {
            let source = line.replace("\\n", "\n");
            (line.to_owned(), source.into_bytes())
        });
        let report = compare(oracle, None, sources.collect());
        report.print(&oracle.version);
        differences += report.differences.len();
    }
    assert_eq!(differences, 0);
}

/// Sources of which tokens are deleted, doubled or swapped: most of them CPython refuses.
#[test]
fn mutants_are_accepted_where_cpython_accepts_them() {
    let count =
        std::env::var("PYREPRO_TEST_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(600);
    let mut differences = 0;
    for oracle in oracles() {
        let files = sources(&oracle.library, 40);
        let snippets: Vec<Vec<u8>> = files
            .iter()
            .filter_map(|path| std::fs::read(path).ok())
            .flat_map(|source| pieces(&source))
            .collect();
        let mut random = Random(0x5eed + count as u64);
        let mutants = (0..count).map(|number| {
            let snippet = &snippets[random.below(snippets.len())];
            let source = mutant(snippet, &mut random);
            (format!("mutant {number}: {:?}", String::from_utf8_lossy(&source)), source)
        });
        let report = compare(oracle, None, mutants.collect());
        report.print(&oracle.version);
        differences += report.differences.len();
    }
    assert_eq!(differences, 0);
}

/// The statements at the left margin of a file, in groups that are not long.
fn pieces(source: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> = vec![Vec::new()];
    for line in source.split_inclusive(|&byte| byte == b'\n') {
        let begins = line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'@');
        if begins && pieces.last().is_some_and(|piece| piece.len() > 150) {
            pieces.push(Vec::new());
        }
        pieces.last_mut().expect("there is one").extend_from_slice(line);
    }
    pieces.retain(|piece| piece.len() < 1500 && !piece.is_empty());
    pieces
}

/// A source with one to three changes of its tokens, roughly told apart.
fn mutant(source: &[u8], random: &mut Random) -> Vec<u8> {
    const OTHERS: &[&str] = &[
        "(", ")", "[", "]", "{", "}", ",", ":", "=", ":=", "*", "**", ".", "x", "if", "else", "for", "in",
        "not", "lambda", "yield", "await", "async", "as", "match", "case", "type", "def", "with", "except",
        "del", "-", "1", "'s'", "f'{x}'", "==", "is", "from", "import", "return", ";", "_", "None", "...",
        "@", "|", "print", "lazy", "/", "->", "!", "while", "global", "class", "and", "+=", "~", "b'y'",
        "1j", "\n", "\n ",
    ];
    let mut words = words(source);
    for _ in 0..=random.below(3) {
        let place = random.below(words.len());
        match random.below(5) {
            0 => drop(words.remove(place)),
            1 => words.insert(place, words[place].clone()),
            2 => {
                let other = random.below(words.len());
                words.swap(place, other);
            }
            3 => words[place] = OTHERS[random.below(OTHERS.len())].into(),
            _ => words.insert(place, format!(" {} ", OTHERS[random.below(OTHERS.len())]).into()),
        }
        if words.is_empty() {
            break;
        }
    }
    words.concat()
}

fn words(source: &[u8]) -> Vec<Vec<u8>> {
    let class = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 128.. => 1,
        b' ' => 2,
        other => 3 + i32::from(other),
    };
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut last = -1;
    for &byte in source {
        match words.last_mut() {
            Some(word) if class(byte) == last => word.push(byte),
            _ => words.push(vec![byte]),
        }
        last = class(byte);
    }
    words
}

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Bytes that nobody meant as Python, and Python with bytes changed: read or refused, in time and without a panic.
#[test]
fn any_bytes_are_parsed_or_refused() {
    const ODD: &[u8] = b"([{\"'\\\t\n\r\x0c:=f#!}])*";
    let seconds = std::env::var("PYREPRO_TEST_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    let mut random = Random(0xb17e5 + seconds);
    let edges: Vec<String> =
        include_str!("data/edges.txt").lines().map(|line| line.replace("\\n", "\n")).collect();
    let all = [
        &rules::PYTHON_3_12_0,
        &rules::PYTHON_3_12,
        &rules::PYTHON_3_13,
        &rules::PYTHON_3_14,
        &rules::PYTHON_3_15,
        &rules::PYTHON_3_11,
    ];
    let mut count = 0;
    while std::time::Instant::now() < end {
        let mut source = Vec::new();
        for _ in 0..=random.below(4) {
            source.extend_from_slice(edges[random.below(edges.len())].as_bytes());
            source.push(b"\n\n (;"[random.below(5)]);
        }
        for _ in 0..random.below(6) {
            if source.is_empty() {
                break;
            }
            let place = random.below(source.len());
            match random.below(4) {
                0 => drop(source.remove(place)),
                1 => source[place] = random.below(256) as u8,
                2 => source.insert(place, ODD[random.below(ODD.len())]),
                _ => {
                    let copied = source[place..(place + random.below(40)).min(source.len())].to_vec();
                    let times = 1 + random.below(3) * random.below(120);
                    let copied = copied.repeat(times);
                    source.splice(place..place, copied);
                }
            }
        }
        for rules in all {
            drop(parse(&source, rules, None));
        }
        count += 1;
    }
    eprintln!("{count} sources");
}
