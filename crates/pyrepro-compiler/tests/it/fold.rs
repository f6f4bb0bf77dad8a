//! Expressions of constants, made at random, against what each interpreter folds them to.

use crate::python::{Python, pythons};
use crate::random::Random;
use pyrepro_compiler::ast::{Ast, ExprId, ExprKind, Operator, StmtKind, UnaryOp};
use pyrepro_compiler::constant::{Const, ConstId, Constants};
use pyrepro_compiler::decode::Source;
use pyrepro_compiler::error::{Failure, Handover};
use pyrepro_compiler::fold::{self, Unary};
use pyrepro_compiler::parser::{self, Parsed};
use pyrepro_compiler::preprocess::{self, Options};
use pyrepro_compiler::rules::Rules;
use pyrepro_compiler::symbol::Symbols;
use std::io::Write;

const ATOMS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "10",
    "63",
    "64",
    "65",
    "127",
    "128",
    "129",
    "255",
    "256",
    "1000",
    "4096",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "0xffffffffffffffffffff",
    "123456789012345678901234567890",
    "340282366920938463463374607431768211455",
    "0.0",
    "-0.0",
    "1.0",
    "0.5",
    "2.5",
    "-3.5",
    "1e16",
    "1e-300",
    "1e300",
    "1e308",
    "5e-324",
    "1e400",
    "0.1",
    "3.0",
    "1e22",
    "0j",
    "1j",
    "2.5j",
    "-1j",
    "1e400j",
    "(1+2j)",
    "(0.5-3j)",
    "(1e400-1e400)",
    "True",
    "False",
    "None",
    "...",
    "''",
    "'a'",
    "'abc'",
    "'\\ud800x\\U0001f600'",
    "'h\\xe9llo'",
    "b''",
    "b'ab'",
    "b'\\xff\\x00'",
    "()",
    "(1,)",
    "(1, 2.0, 'x')",
    "((1, 2), (3,), ())",
    "'x' * 100",
    "b'y' * 33",
    "(None,) * 20",
    "-5",
    "100",
    "101",
    "-100",
    "0.25",
    "-0.5",
];
const BINARY: &[&str] = &["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "|", "^", "&"];
const UNARY: &[&str] = &["-", "+", "~", "not "];

fn expression(random: &mut Random, depth: u32) -> String {
    let part = |random: &mut Random| expression(random, depth.saturating_sub(1));
    match random.below(if depth == 0 { 4 } else { 16 }) {
        0..4 => random.pick(ATOMS).to_string(),
        4..11 => format!("({}) {} ({})", part(random), random.pick(BINARY), part(random)),
        11..13 => format!("{}({})", random.pick(UNARY), part(random)),
        13 => format!("({})[{}]", part(random), part(random)),
        14 => {
            let bound = |random: &mut Random| {
                if random.below(3) == 0 { String::new() } else { expression(random, 0) }
            };
            let (lower, upper) = (bound(random), bound(random));
            let step = if random.below(2) == 0 { String::new() } else { format!(":{}", bound(random)) };
            format!("({})[{lower}:{upper}{step}]", part(random))
        }
        _ => format!("({}, {})", part(random), part(random)),
    }
}

/// What an expression is folded to, in the words of the oracle; nothing where it is handed over.
fn folded(source: &str, rules: &Rules) -> Option<String> {
    // Not as a statement, where a string would have to be kept from being a docstring.
    let source = format!("x = ({source})\n");
    let mut parsed = match Source::decode(source.as_bytes()).and_then(|source| parser::parse(&source, rules))
    {
        Ok(parsed) => parsed,
        Err(Failure::Syntax(_)) => return Some("!".into()),
        Err(Failure::Handover(_)) => return None,
    };
    let Parsed { ast, symbols, constants, warnings, .. } = &mut parsed;
    let options = Options { level: 0, future_annotations: false };
    if let Err(failure) = preprocess::run(ast, constants, symbols, rules, options, warnings) {
        assert_eq!(failure, Handover::FloatPower.into());
        return None;
    }
    let StmtKind::Assign { value, .. } = ast[ast[ast.body][0]].kind else { panic!("no expression") };
    let mut graph = Graph { ast, symbols, constants, rules };
    let value = graph.value(value).ok()?;
    Some(value.map_or("-".into(), |value| show(value, constants, symbols)))
}

/// Folds what the graph would, where there is one instruction after the other.
struct Graph<'a> {
    ast: &'a Ast,
    symbols: &'a mut Symbols,
    constants: &'a mut Constants,
    rules: &'a Rules,
}

impl Graph<'_> {
    fn value(&mut self, id: ExprId) -> Result<Option<ConstId>, Handover> {
        let kind = self.ast[id].kind;
        if let ExprKind::Constant { value, .. } = kind {
            return Ok(Some(value));
        }
        if self.rules.fold_in_tree {
            return Ok(None);
        }
        Ok(match kind {
            ExprKind::BinOp { left, op, right } => {
                let (Some(left), Some(right)) = (self.value(left)?, self.value(right)?) else {
                    return Ok(None);
                };
                self.binary(number(op), left, right)?
            }
            ExprKind::Subscript { value, slice, .. } => {
                let (Some(left), Some(right)) = (self.value(value)?, self.value(slice)?) else {
                    return Ok(None);
                };
                self.binary(fold::SUBSCRIPT, left, right)?
            }
            ExprKind::UnaryOp { op, operand } => {
                // By the time an operand is computed, its truth is no constant's any more.
                let constant = |id: ExprId| matches!(self.ast[id].kind, ExprKind::Constant { .. });
                let plain = match self.ast[operand].kind {
                    ExprKind::UnaryOp { op: UnaryOp::Not, operand } => constant(operand),
                    _ => constant(operand),
                };
                if op == UnaryOp::Not && !plain {
                    return Ok(None);
                }
                let Some(value) = self.value(operand)? else { return Ok(None) };
                let op = match op {
                    UnaryOp::Invert if matches!(value, ConstId::TRUE | ConstId::FALSE) => return Ok(None),
                    UnaryOp::Invert => Unary::Invert,
                    UnaryOp::Not => Unary::Not,
                    UnaryOp::UAdd => Unary::Positive,
                    UnaryOp::USub => Unary::Negative,
                };
                fold::unary(op, value, self.constants)?
            }
            ExprKind::Tuple { elts, .. } => {
                let mut items = Vec::new();
                for &elt in &self.ast[elts] {
                    let Some(item) = self.value(elt)? else { return Ok(None) };
                    items.push(item);
                }
                Some(self.constants.add(Const::Tuple(items.into())))
            }
            // Code generation makes a constant of a slice whose parts are constants as they are written.
            ExprKind::Slice { lower, upper, step } => {
                let mut parts = [ConstId::NONE; 3];
                for (part, bound) in parts.iter_mut().zip([lower, upper, step]) {
                    match bound.map(|bound| self.ast[bound].kind) {
                        None => {}
                        Some(ExprKind::Constant { value, .. }) => *part = value,
                        Some(_) => return Ok(None),
                    }
                }
                Some(self.constants.add(Const::Slice(parts)))
            }
            _ => None,
        })
    }

    fn binary(&mut self, operator: u32, left: ConstId, right: ConstId) -> fold::Folded {
        fold::binary(operator, left, right, self.constants, self.symbols, self.rules)
    }
}

fn number(op: Operator) -> u32 {
    let order = [
        Operator::Add,
        Operator::BitAnd,
        Operator::FloorDiv,
        Operator::LShift,
        Operator::MatMult,
        Operator::Mult,
        Operator::Mod,
        Operator::BitOr,
        Operator::Pow,
        Operator::RShift,
        Operator::Sub,
        Operator::Div,
        Operator::BitXor,
    ];
    order.iter().position(|&other| other == op).expect("an operator") as u32
}

fn show(value: ConstId, constants: &Constants, symbols: &Symbols) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match &constants[value] {
        Const::Int(value) => {
            let (negative, limbs) = value.to_limbs();
            let digits: String = limbs.iter().rev().map(|limb| format!("{limb:08x}")).collect();
            let digits = digits.trim_start_matches('0');
            format!("{}0x{}", if negative { "-" } else { "" }, if digits.is_empty() { "0" } else { digits })
        }
        Const::Float(bits) => format!("f{bits:016x}"),
        Const::Complex(real, imag) => format!("c{real:016x}{imag:016x}"),
        Const::Str(text) => format!("s{}", hex(symbols.bytes(*text))),
        Const::Bytes(bytes) => format!("b{}", hex(constants.bytes(*bytes))),
        Const::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|&item| show(item, constants, symbols)).collect();
            format!("t({})", items.join(","))
        }
        other => format!("{other:?}"),
    }
}

fn ask(python: &Python, sources: &[String]) -> Vec<String> {
    let mut child = crate::python::script(&python.path, "fold.py").spawn().expect("the interpreter starts");
    let mut input = child.stdin.take().expect("its input is a pipe");
    let all = sources.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(all.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the thread ends").expect("it reads");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// `PYREPRO_TEST_EXPRESSIONS` says how many.
#[test]
fn constants_are_folded_as_each_interpreter_folds_them() {
    let count =
        std::env::var("PYREPRO_TEST_EXPRESSIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(3000);
    let mut differences = 0;
    for python in pythons() {
        let mut random = Random::new(u64::from(python.release.edition.minor));
        let sources: Vec<String> = (0..count).map(|_| expression(&mut random, 3)).collect();
        let expected = ask(python, &sources);
        assert_eq!(expected.len(), sources.len());
        let (mut handed_over, mut constants) = (0, 0);
        for (source, expected) in sources.iter().zip(&expected) {
            match folded(source, python.release.edition.rules) {
                None => handed_over += 1,
                Some(found) if found == *expected => constants += usize::from(expected != "-"),
                Some(found) => {
                    differences += 1;
                    if differences < 30 {
                        eprintln!("{}: {source}\n  expected {expected}\n  found    {found}", python.version);
                    }
                }
            }
        }
        eprintln!("{}: {count} expressions, {constants} folded, {handed_over} handed over", python.version);
    }
    assert_eq!(differences, 0);
}
