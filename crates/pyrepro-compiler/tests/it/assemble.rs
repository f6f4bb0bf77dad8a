//! Code objects taken apart by the interpreter and put together again.

use crate::python::{Oracle, Python, pythons, sources};
use pyrepro_compiler::assemble::Assembled;
use pyrepro_compiler::cfg::{Handler, Linear, LinearInstr};
use pyrepro_compiler::location::Locations;
use pyrepro_compiler::opcode::{Op, Table};
use pyrepro_compiler::rules::Rules;
use pyrepro_compiler::span::Span;

#[test]
fn code_taken_apart_is_put_together_to_the_same_bytes() {
    for python in pythons() {
        let differences = reassemble(python);
        assert_eq!(differences, 0, "{} with {}", python.version, python.path.display());
    }
}

fn reassemble(python: &Python) -> usize {
    let rules = python.release.edition.rules;
    let mut oracle = Oracle::start(python, "assemble.py", &sources(&python.library, 40));
    let (mut codes, mut differences) = (0, 0);
    while let Some(instrs) = oracle.line() {
        let expected = oracle.line().expect("the bytes of a code object");
        codes += 1;
        let made = assemble(&instrs, expected.split(' ').next().expect("a line"), rules);
        if made != expected {
            differences += 1;
            if differences <= 5 {
                eprintln!("{}:\n  made {made}\n  instead of {expected}\n  {instrs}", oracle.file);
            }
        }
    }
    oracle.end();
    eprintln!("{}: {codes} code objects, {differences} differences", python.version);
    assert!(codes > 0);
    differences
}

fn assemble(instrs: &str, first_line: &str, rules: &Rules) -> String {
    let mut locations = Locations::default();
    let mut linear: Linear = instrs.split(';').map(|row| instr(row, &mut locations, rules.table)).collect();
    let mut assembled = Assembled::default();
    assembled.assemble(&mut linear, first_line.parse().expect("a number"), &locations, rules);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let exceptions = if assembled.exceptions.is_empty() { "-".into() } else { hex(&assembled.exceptions) };
    format!("{first_line} {} {} {exceptions}", hex(&assembled.code), hex(&assembled.locations))
}

fn instr(row: &str, locations: &mut Locations, table: &Table) -> LinearInstr {
    let numbers: Vec<i32> = row.split(' ').map(|number| number.parse().expect("a number")).collect();
    let op = table.op(numbers[0] as u16).expect("an instruction");
    // Directions are the assembler's to find.
    let op = match op {
        Op::JumpForward | Op::JumpBackward => Op::Jump,
        Op::JumpBackwardNoInterrupt => Op::JumpNoInterrupt,
        Op::PopJumpForwardIfFalse | Op::PopJumpBackwardIfFalse => Op::PopJumpIfFalse,
        Op::PopJumpForwardIfTrue | Op::PopJumpBackwardIfTrue => Op::PopJumpIfTrue,
        Op::PopJumpForwardIfNone | Op::PopJumpBackwardIfNone => Op::PopJumpIfNone,
        Op::PopJumpForwardIfNotNone | Op::PopJumpBackwardIfNotNone => Op::PopJumpIfNotNone,
        op => op,
    };
    let loc = locations.id(Span::new(numbers[2], numbers[4], numbers[3], numbers[5]));
    let handler = (numbers[6] >= 0).then(|| Handler {
        target: numbers[6] as u32,
        depth: numbers[7],
        lasti: numbers[8] != 0,
    });
    let arg = numbers[1] as u32;
    let target = table.has_jump(op).then_some(arg);
    LinearInstr { op, arg, target, loc, handler }
}
