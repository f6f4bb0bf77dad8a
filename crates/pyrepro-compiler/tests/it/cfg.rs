//! The passes over the graph against `_testinternalcapi.optimize_cfg`, on what CPython's own code generator
//! makes of real sources.

use crate::python::{Oracle, Python, pythons, sources};
use pyrepro_compiler::cfg::{Context, Frame, Graph, Linear, Pass, Places};
use pyrepro_compiler::constant::{Const, ConstId, Constants};
use pyrepro_compiler::instruction::Sequence;
use pyrepro_compiler::location::Locations;
use pyrepro_compiler::number::Integer;
use pyrepro_compiler::opcode::Table;
use pyrepro_compiler::span::Span;
use pyrepro_compiler::symbol::Symbols;

#[test]
fn the_passes_make_the_graph_that_cpython_makes() {
    // Older releases hand out no sequences of inner units: they are compared as whole files.
    for python in pythons().iter().filter(|python| python.release.edition.minor >= 13) {
        let differences = compare(python);
        assert_eq!(differences, 0, "{} with {}", python.version, python.path.display());
    }
}

fn compare(python: &Python) -> usize {
    let mut oracle = Oracle::start(python, "cfg.py", &sources(&python.library, 40));
    let (mut units, mut differences) = (0, 0);
    while let Some(line) = oracle.line() {
        let consts = oracle.line().expect("constants");
        let expected = oracle.line().expect("instructions");
        units += 1;
        let (code, made) = optimize(python, &line);
        if code != expected || made != consts {
            differences += 1;
            if differences <= 5 {
                eprintln!("{}: unit {units}\n{}", oracle.file, difference(&code, &expected, python));
                if made != consts {
                    eprintln!("constants {made}\ninstead of {consts}");
                }
            }
        }
    }
    oracle.end();
    eprintln!("{}: {units} units, {differences} differences", python.version);
    assert!(units > 0);
    differences
}

/// The constants that the oracle makes up.
fn constant(index: i64, constants: &mut Constants, symbols: &mut Symbols) -> ConstId {
    match index % 8 {
        0 => ConstId::NONE,
        1 => constants.add_int(1000 + index),
        2 => {
            let text = symbols.intern(&format!("s{index}"));
            constants.add_str(text)
        }
        3 => constants.add(Const::bool(index % 16 < 8)),
        4 => constants.add(Const::float(0.5 + index as f64)),
        5 => constants.add_int(index),
        6 => {
            let text = symbols.intern(&format!("t{index}"));
            let item = constants.add_str(text);
            constants.add(Const::Tuple([item].into()))
        }
        _ => constants.add_bytes(format!("b{index}").as_bytes()),
    }
}

fn optimize(python: &Python, line: &str) -> (String, String) {
    let rules = python.release.edition.rules;
    let numbers: Vec<i64> = line.split(' ').map(|number| number.parse().expect("a number")).collect();
    let mut sequence = Sequence::default();
    let mut locations = Locations::default();
    for _ in 0..numbers.len() / 6 {
        sequence.new_label();
    }
    let mut last = 0;
    for (index, instr) in numbers.chunks(6).enumerate() {
        let [op, arg, line, end_line, col, end_col] = instr else { panic!("six numbers") };
        sequence.use_label(pyrepro_compiler::instruction::Label(index as u32));
        let op = rules.table.op(*op as u16).expect("a known instruction");
        let span = Span::new(*line as i32, *col as i32, *end_line as i32, *end_col as i32);
        sequence.push(op, (*arg).max(0) as u32, locations.id(span));
        last = last.max(*arg);
    }
    let (mut constants, mut symbols) = (Constants::new(), Symbols::new());
    let mut consts: Vec<ConstId> =
        (0..=last).map(|index| constant(index, &mut constants, &mut symbols)).collect();
    let frame = Frame { locals: consts.len(), first_line: 1, ..Frame::default() };
    let mut context = Context {
        rules,
        locations: &mut locations,
        constants: &mut constants,
        symbols: &mut symbols,
        consts: &mut consts,
        places: Places::default(),
        frame: &frame,
        handover: None,
    };
    let mut graph = Graph::default();
    graph.build(&sequence, None, rules).expect("a graph");
    graph.run(rules.passes, &mut context).expect("the passes");
    // What the oracle does behind the passes.
    let rest: &[Pass] =
        if rules.borrowed_loads { &[Pass::StackDepth, Pass::Borrow] } else { &[Pass::StackDepth] };
    graph.run(rest, &mut context).expect("the passes");
    let mut linear = Linear::new();
    graph.linear(&mut linear, rules);
    let consts = consts.iter().map(|id| show(*id, &constants, &symbols)).collect::<Vec<_>>().join(" ");
    (text(&linear, &locations, rules.table), consts)
}

fn text(linear: &Linear, locations: &Locations, table: &Table) -> String {
    let mut text = Vec::new();
    for instr in linear {
        let span = locations.span(instr.loc);
        let arg = if table.has_arg(instr.op) { i64::from(instr.arg) } else { -1 };
        text.push(format!(
            "{} {arg} {} {} {} {}",
            table.number(instr.op),
            span.line,
            span.end_line,
            span.col,
            span.end_col
        ));
    }
    text.join(" ")
}

fn show(id: ConstId, constants: &Constants, symbols: &Symbols) -> String {
    let items = |ids: &[ConstId]| -> Vec<String> {
        ids.iter().map(|id| show(*id, constants, symbols) + ";").collect()
    };
    match &constants[id] {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Int(Integer::Small(value)) => value.to_string(),
        Const::Float(bits) => {
            let value = f64::from_bits(*bits);
            format!("{value:?}")
        }
        Const::Str(text) => format!("'{}'", symbols.lossy(*text)),
        Const::Bytes(bytes) => format!("b'{}'", String::from_utf8_lossy(constants.bytes(*bytes))),
        Const::Tuple(ids) => format!("({})", items(ids).concat()),
        Const::FrozenSet(ids) => {
            let mut items = items(ids);
            items.sort();
            format!("{{{}}}", items.concat())
        }
        other => format!("{other:?}"),
    }
}

/// The first instructions that differ, with two before.
fn difference(made: &str, expected: &str, python: &Python) -> String {
    let table = python.release.edition.rules.table;
    let instrs = |text: &str| -> Vec<String> {
        let numbers: Vec<&str> = text.split(' ').collect();
        let name = |number: &str| number.parse().ok().and_then(|number| table.op(number));
        numbers
            .chunks(6)
            .map(|instr| match name(instr[0]) {
                Some(op) => format!("{:<28} {}", op.name(), instr[1..].join(" ")),
                None => instr.join(" "),
            })
            .collect()
    };
    let (made, expected) = (instrs(made), instrs(expected));
    let first = made.iter().zip(&expected).take_while(|(made, expected)| made == expected).count();
    let window = |instrs: &[String]| -> String {
        let end = instrs.len().min(first + 4);
        instrs[first.saturating_sub(3).min(end)..end].join("\n    ")
    };
    format!("  at instruction {first}, made\n    {}\n  instead of\n    {}", window(&made), window(&expected))
}
