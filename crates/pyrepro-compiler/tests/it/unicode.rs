//! The tables of Unicode against what each interpreter knows, over all characters and all names.

use crate::python::{pythons, script};
use pyrepro_compiler::error::{Failure, Handover};
use pyrepro_compiler::literal::{self, Value};
use pyrepro_compiler::rules::{Consulted, Rules};
use pyrepro_compiler::span::Span;
use pyrepro_compiler::unicode;
use std::collections::BTreeSet;
use std::io::Write;
use unicode_normalization::UnicodeNormalization;

fn ask(path: &std::path::Path, args: &[&str], input: String) -> Vec<String> {
    let mut child = script(path, "unicode.py").args(args).spawn().expect("the interpreter starts");
    let mut pipe = child.stdin.take().expect("its input is a pipe");
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the thread ends").expect("it reads");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn every_character_is_what_each_interpreter_takes_it_for() {
    for python in pythons() {
        let version = python.release.edition.rules.grammar.unicode;
        let expected = ask(&python.path, &[], String::new());
        let characters: Vec<char> = ('\0'..=char::MAX).collect();
        assert_eq!(expected.len(), characters.len());
        for (c, expected) in characters.into_iter().zip(expected) {
            // `_` starts a name by CPython's own rule.
            let starts = unicode::starts_identifier(c, version);
            let follows = unicode::continues_identifier(c, version);
            let class =
                u8::from(starts) + 2 * u8::from(follows) + 4 * u8::from(unicode::is_printable(c, version));
            let mut found = class.to_string();
            if follows {
                let normal: String = std::iter::once(c).nfkc().collect();
                found += " ";
                found.extend(normal.bytes().map(|byte| format!("{byte:02x}")));
            }
            assert_eq!(found, expected, "U+{:04X} in {}", c as u32, python.version);
        }
    }
}

fn named(name: &str, rules: &Rules) -> Option<String> {
    let literal = format!("'\\N{{{name}}}'");
    match literal::string(&literal, Span::NONE, &Consulted::new(&rules.grammar), &mut Vec::new()) {
        Ok(Value::Str(text)) => {
            let text = std::str::from_utf8(&text).expect("a character").to_owned();
            Some(format!("{:x}", text.chars().next().expect("a character") as u32))
        }
        Err(Failure::Handover(handover)) => {
            assert!(matches!(*handover, Handover::Unsupported(_)));
            None
        }
        _ => Some("-".into()),
    }
}

/// Every name that the newest interpreter knows, as it is and changed a little.
fn names() -> Vec<String> {
    let mut names: BTreeSet<String> =
        pythons().iter().flat_map(|python| ask(&python.path, &["known"], String::new())).collect();
    let aliases =
        include_str!("../../tables/name_aliases.txt").lines().filter_map(|line| line.split_once(';'));
    names.extend(aliases.map(|(_, alias)| alias.to_owned()));
    let changed: Vec<String> = names
        .iter()
        .enumerate()
        .flat_map(|(index, name)| match index % 4 {
            0 => vec![name.to_lowercase()],
            1 => vec![format!("{name}A"), name.replacen(' ', "", 1)],
            2 => vec![name[..name.len() - 1].to_owned(), name.replacen('-', "-0", 1)],
            _ => vec![format!(" {name}"), name.replacen('A', "a", 2)],
        })
        .filter(|name| !name.is_empty())
        .collect();
    names.extend(changed);
    names.into_iter().collect()
}

#[test]
#[ignore = "half a minute for each interpreter: run it when tables change"]
fn every_name_means_the_character_that_each_interpreter_makes_of_it() {
    let names = names();
    let mut differences = 0;
    for python in pythons() {
        let expected = ask(&python.path, &["names"], names.join("\n") + "\n");
        assert_eq!(expected.len(), names.len());
        let mut handed_over = 0;
        for (name, expected) in names.iter().zip(expected) {
            match named(name, python.release.edition.rules) {
                None => handed_over += 1,
                Some(found) if found == expected => {}
                Some(found) => {
                    differences += 1;
                    if differences < 30 {
                        eprintln!("{}: {name:?}: expected {expected}, found {found}", python.version);
                    }
                }
            }
        }
        eprintln!("{}: {} names, {handed_over} handed over", python.version, names.len());
    }
    assert_eq!(differences, 0);
}
