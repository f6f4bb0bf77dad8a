//! The instructions of a code object, as text.

use std::io::{self, Write};

use pyrepro::disassemble::{Handler, Instruction};
use pyrepro::inspect::Disassembly;

use super::MODULE;
use crate::cli::terminal::{BAD, FAINT, STRONG, Terminal};

pub fn show(
    out: &mut impl Write,
    code: &Disassembly,
    terminal: &Terminal,
    width: Option<usize>,
) -> io::Result<()> {
    let path = if code.path.is_empty() { MODULE } else { &code.path };
    writeln!(out)?;
    writeln!(out, "{STRONG}{path}{STRONG:#}  {FAINT}line {}{FAINT:#}", code.first_line)?;
    for problem in &code.problems {
        writeln!(out, "  {BAD}{problem}{BAD:#}")?;
    }
    for instruction in &code.instructions {
        line(out, instruction, terminal.is_verbose(), width)?;
    }
    for Handler { start, end, target, depth, lasti } in &code.handlers {
        let lasti = if *lasti { ", lasti" } else { "" };
        writeln!(
            out,
            "  {FAINT}exceptions from {start} to {end} go to {target}, stack {depth}{lasti}{FAINT:#}"
        )?;
    }
    Ok(())
}

/// Line, label, offset, opcode and argument, in the order that `dis` has them; columns too if `places`.
fn line(
    out: &mut impl Write,
    instruction: &Instruction,
    places: bool,
    width: Option<usize>,
) -> io::Result<()> {
    let place = match (places, instruction.starts_line, instruction.location.line) {
        (true, ..) => instruction.location.to_string(),
        (false, true, Some(line)) => line.to_string(),
        (false, true, None) => "--".to_owned(),
        _ => String::new(),
    };
    let label = instruction.label.map(|label| format!("L{label}:")).unwrap_or_default();
    let arg = instruction.arg.map(|arg| arg.to_string()).unwrap_or_default();
    let columns = if places { 16 } else { 6 };
    let head = format!(
        "  {place:>columns$} {label:>6} {:>6}  {:<24} {arg:>5}",
        instruction.offset, instruction.name
    );
    let meaning = match instruction.argrepr.as_str() {
        "" => String::new(),
        shown => format!(" ({shown})"),
    };
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(head.chars().count()).max(20));
    let meaning = match meaning.chars().count() > room {
        true => format!("{}…", meaning.chars().take(room - 1).collect::<String>()),
        false => meaning,
    };
    writeln!(out, "{}", format!("{head}{meaning}").trim_end())
}
