//! The symbol table against `_symtable`: every block, every name, every flag, and the errors.

use crate::python::{Python, pythons, script, sources};
use pyrepro_compiler::decode::Source;
use pyrepro_compiler::error::{Failure, Result};
use pyrepro_compiler::future;
use pyrepro_compiler::parser::{Parsed, parse};
use pyrepro_compiler::symtable::{ScopeId, SymbolTable, Variable};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::{env, fs, process, thread};

/// The interpreters that number the kinds of blocks as the newest does; whole files prove the others.
fn numbered() -> impl Iterator<Item = &'static Python> {
    pythons().iter().filter(|python| python.release.edition.minor >= 13)
}

#[test]
fn every_name_of_every_block_lives_where_cpython_says() {
    for python in numbered() {
        let differences = compare(python, sources(&python.library, 40));
        assert_eq!(differences, 0, "{} with {}", python.version, python.path.display());
    }
}

/// Small programs with an error, or with a name that is hard to place: one behind each line `# ---`.
#[test]
fn hard_names_and_errors_are_cpythons() {
    let cases = include_str!("symtable.txt");
    let folder = env::temp_dir().join(format!("pyrepro-symtable-{}", process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let files: Vec<PathBuf> = cases
        .split("# ---\n")
        .enumerate()
        .map(|(number, source)| {
            let path = folder.join(format!("{number}.py"));
            fs::write(&path, source).expect("a file");
            path
        })
        .collect();
    let differences: usize = numbered().map(|python| compare(python, files.clone())).sum();
    fs::remove_dir_all(folder).expect("the folder goes");
    assert_eq!(differences, 0);
}

fn compare(python: &Python, mut files: Vec<PathBuf>) -> usize {
    // Debian's libraries have links that lead nowhere.
    files.retain(|file| file.is_file());
    let mut oracle = script(&python.path, "symtable.py").spawn().expect("the interpreter starts");
    let mut input = oracle.stdin.take().expect("its input is a pipe");
    let names: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
    let writer = thread::spawn(move || input.write_all(names.as_bytes()));
    let lines = BufReader::new(oracle.stdout.take().expect("its output is a pipe")).split(b'\n');
    let (mut file, mut expected) = (None::<String>, String::new());
    let (mut checked, mut handed_over, mut differences) = (0, 0, 0);
    for line in lines {
        let line = String::from_utf8_lossy(&line.expect("a line")).into_owned();
        let Some(next) = line.strip_prefix("# ") else {
            expected += &line;
            expected.push('\n');
            continue;
        };
        if let Some(file) = file.replace(next.to_owned()) {
            let made = dump_file(python, &file);
            checked += 1;
            if made.starts_with('?') {
                handed_over += 1;
            } else if !same(&made, &expected) {
                differences += 1;
                if differences <= 10 {
                    eprintln!("{file}\n{}", first_difference(&made, &expected));
                }
            }
        }
        expected.clear();
    }
    writer.join().expect("the thread ends").expect("the names are read");
    assert!(oracle.wait().expect("it ends").success(), "the oracle fails");
    eprintln!("{}: {checked} files, {handed_over} handed over, {differences} differences", python.version);
    assert_eq!(checked, files.len());
    differences
}

fn same(made: &str, expected: &str) -> bool {
    // Wordings of the grammar's errors are not this crate's aim.
    if made.starts_with("! grammar") {
        return expected.starts_with("! ");
    }
    // 3.13.0 has no columns for some errors.
    if expected.contains(" None ") && made.starts_with("! ") {
        let told = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            (words[1].to_owned(), words[2].to_owned(), words[6..].join(" "))
        };
        return told(made) == told(expected);
    }
    made == expected
}

fn first_difference(made: &str, expected: &str) -> String {
    let mut lines = made.lines().zip(expected.lines());
    match lines.find(|(made, expected)| made != expected) {
        Some((made, expected)) => format!("  ours   {made}\n  theirs {expected}"),
        None => {
            format!("  ours   {} lines\n  theirs {} lines", made.lines().count(), expected.lines().count())
        }
    }
}

fn dump_file(python: &Python, file: &str) -> String {
    let source = fs::read(file).expect("the file is there");
    let rules = python.release.edition.rules;
    let parsed = match Source::decode(&source).and_then(|text| parse(&text, rules)) {
        Ok(parsed) => parsed,
        Err(Failure::Handover(reason)) => return format!("? {reason:?}\n"),
        Err(Failure::Syntax(error)) => return format!("! grammar {}\n", error.message),
    };
    let Parsed { ast, mut symbols, constants, .. } = parsed;
    let built: Result<SymbolTable> = future::parse(&ast, &symbols, &constants, rules)
        .and_then(|future| SymbolTable::build(&ast, &mut symbols, &constants, &future, rules));
    match built {
        Ok(table) => {
            let mut out = String::new();
            let name = |symbol| symbols.lossy(symbol).into_owned();
            dump(&table, ScopeId::MODULE, 0, &name, &mut out);
            out
        }
        Err(Failure::Handover(reason)) => format!("? {reason:?}\n"),
        Err(Failure::Syntax(error)) => {
            let (kind, span) = (error.kind.name(), error.span);
            format!(
                "! {kind} {} {} {} {} {}\n",
                span.line,
                characters(&source, span.line, span.col) + 1,
                span.end_line,
                characters(&source, span.end_line, span.end_col) + 1,
                error.message
            )
        }
    }
}

/// CPython shows columns of errors in characters.
fn characters(source: &[u8], line: i32, col: i32) -> usize {
    let text = String::from_utf8_lossy(source);
    let line = text.lines().nth(line.max(1) as usize - 1).unwrap_or_default();
    line.as_bytes().get(..col as usize).map_or(0, |head| String::from_utf8_lossy(head).chars().count())
}

fn dump(
    table: &SymbolTable,
    id: ScopeId,
    depth: usize,
    name: &dyn Fn(pyrepro_compiler::symbol::Symbol) -> String,
    out: &mut String,
) {
    let scope = &table[id];
    let names: Vec<String> = scope.parameters.iter().map(|&symbol| name(symbol)).collect();
    let line = if id == ScopeId::MODULE { 0 } else { scope.span.line };
    let (kind, nested) = (scope.kind as u32, u32::from(scope.nested));
    // CPython's table says `lambda` where its code objects say `<lambda>`.
    let title = name(scope.name);
    let title = title.trim_matches(['<', '>']);
    let _ = write!(out, "{depth} {kind} {title} {line} {nested} ({})", names.join(" "));
    let show = |variable: &Variable| {
        let binding = variable.binding.map_or(0, |binding| binding as u32);
        format!(" {}:{}", name(variable.name), variable.uses.bits() | binding << 12)
    };
    let (mentioned, others): (Vec<&Variable>, Vec<&Variable>) =
        scope.variables.iter().partition(|variable| !variable.uses.is_empty());
    out.extend(mentioned.into_iter().map(show));
    let mut others: Vec<(String, String)> =
        others.into_iter().map(|variable| (name(variable.name), show(variable))).collect();
    others.sort();
    out.extend(others.into_iter().map(|(_, shown)| shown));
    if scope.variables.is_empty() {
        out.push(' ');
    }
    out.push('\n');
    for &child in &scope.children {
        dump(table, child, depth + 1, name, out);
    }
}
