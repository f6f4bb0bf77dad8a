//! Literals made at random: their values and warnings in each interpreter.

use crate::python::{pythons, script};
use crate::random::Random;
use pyrepro_compiler::ast::{ExprKind, StmtKind};
use pyrepro_compiler::constant::Const;
use pyrepro_compiler::decode::Source;
use pyrepro_compiler::error::{Failure, WarningCategory};
use pyrepro_compiler::parser;
use pyrepro_compiler::rules::Rules;
use std::io::Write;

const PREFIXES: &[&str] = &["", "", "", "b", "r", "u", "B", "Rb", "bR", "R", "U", "ur", "bu"];
const QUOTES: &[&str] = &["'", "\"", "'''", "\"\"\""];
const PIECES: &[&str] = &[
    "a",
    "b",
    "xyz",
    " ",
    "\\n",
    "\\\\",
    "\\'",
    "\\\"",
    "'",
    "\"",
    "''",
    "\\\n",
    "\n",
    "\\0",
    "\\01",
    "\\377",
    "\\400",
    "\\777",
    "\\8",
    "\\x41",
    "\\xff",
    "\\x4",
    "\\u00e9",
    "\\ud800",
    "\\udc00",
    "\\U0001f600",
    "\\U00110000",
    "\\u12",
    "\\N{BULLET}",
    "\\N{bullet}",
    "\\N{NO SUCH}",
    "\\N",
    "\\N{",
    "\\N{}",
    "\\d",
    "\\w",
    "\\é",
    "é",
    "\u{1f600}",
    "\\ ",
    "\\(",
    "\\{",
    "{",
    "}",
    "#",
    "\t",
    "\\\t",
    "\\a\\b\\f\\v\\r\\t",
    "\r\n",
    "\\q\\z",
    "\u{2028}",
    "\\\u{3b1}",
    "0",
];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "9",
    "00",
    "07",
    "_",
    "__",
    "123456789",
    "0x",
    "0X",
    "0b",
    "0o",
    "1f",
    "ff",
    ".",
    "e",
    "E",
    "e+",
    "e-",
    "j",
    "J",
    "12",
    "99999999999999999999",
    "0777",
    "1e400",
    "5e-325",
    "179769313486231580793728971405301e276",
    "if",
    "or",
    "1_0",
    "8",
    "4.9406564584124654",
    "1234567890123456789012345678901234567890",
    "2.2250738585072011e-308",
];

fn string(random: &mut Random) -> String {
    let (prefix, quote) = (random.pick(PREFIXES), random.pick(QUOTES));
    let pieces: String = (0..random.below(6)).map(|_| random.pick(PIECES)).collect();
    format!("{prefix}{quote}{pieces}{quote}")
}

fn literal(random: &mut Random) -> String {
    match random.below(4) {
        0 => (0..1 + random.below(4)).map(|_| random.pick(NUMBERS)).collect(),
        1 => format!("({} {})", string(random), string(random)),
        _ => string(random),
    }
}

/// The value in the words of the oracle; nothing where the literal is handed over.
fn value(source: &str, rules: &Rules) -> Option<String> {
    let parsed = match Source::decode(source.as_bytes()).and_then(|source| parser::parse(&source, rules)) {
        Ok(parsed) => parsed,
        Err(Failure::Syntax(_)) => return Some("!".into()),
        Err(Failure::Handover(_)) => return None,
    };
    let ast = &parsed.ast;
    let [stmt] = ast[ast.body] else { return Some("?".into()) };
    let StmtKind::Expr { value } = ast[stmt].kind else { return Some("?".into()) };
    let ExprKind::Constant { value, .. } = ast[value].kind else { return Some("?".into()) };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut text = match &parsed.constants[value] {
        Const::Int(value) => {
            let digits: String = value.to_limbs().1.iter().rev().map(|limb| format!("{limb:08x}")).collect();
            let digits = digits.trim_start_matches('0');
            format!("0x{}", if digits.is_empty() { "0" } else { digits })
        }
        Const::Float(bits) => format!("f{bits:016x}"),
        Const::Complex(real, imag) => format!("c{real:016x}{imag:016x}"),
        Const::Str(text) => format!("s{}", hex(parsed.symbols.bytes(*text))),
        Const::Bytes(bytes) => format!("b{}", hex(parsed.constants.bytes(*bytes))),
        other => panic!("{other:?}"),
    };
    for warning in &parsed.warnings {
        let category = match warning.category {
            WarningCategory::Syntax => "SyntaxWarning",
            WarningCategory::Deprecation => "DeprecationWarning",
        };
        let told = format!("{category} {} {}", warning.line, warning.message);
        text += &format!("\t{}", hex(told.as_bytes()));
    }
    Some(text)
}

/// `PYREPRO_TEST_LITERALS` says how many.
#[test]
fn literals_mean_what_each_interpreter_makes_of_them() {
    let count =
        std::env::var("PYREPRO_TEST_LITERALS").ok().and_then(|count| count.parse().ok()).unwrap_or(4000);
    let mut differences = 0;
    for python in pythons() {
        let mut random = Random::new(u64::from(python.release.edition.minor) + 1000);
        let sources: Vec<String> = (0..count).map(|_| literal(&mut random)).collect();
        let hex = |source: &String| source.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let all: Vec<String> = sources.iter().map(hex).collect();
        let mut child = script(&python.path, "literal.py").spawn().expect("the interpreter starts");
        let mut input = child.stdin.take().expect("its input is a pipe");
        let writer = std::thread::spawn(move || input.write_all((all.join("\n") + "\n").as_bytes()));
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("the thread ends").expect("it reads");
        let expected = String::from_utf8(output.stdout).expect("text");
        assert_eq!(expected.lines().count(), sources.len());
        let (mut accepted, mut handed_over) = (0, 0);
        for (source, expected) in sources.iter().zip(expected.lines()) {
            match value(source, python.release.edition.rules) {
                None => handed_over += 1,
                Some(found) if found == expected => accepted += usize::from(expected != "!"),
                Some(found) => {
                    differences += 1;
                    if differences < 30 {
                        eprintln!(
                            "{}: {source:?}\n  expected {expected}\n  found    {found}",
                            python.version
                        );
                    }
                }
            }
        }
        eprintln!("{}: {count} literals, {accepted} accepted, {handed_over} handed over", python.version);
    }
    assert_eq!(differences, 0);
}
