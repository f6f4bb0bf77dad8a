//! `pyrepro pythons`: which interpreters there are, and which pyrepro can write bytecode for.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use pyrepro::compile::{BuiltIn, Native};
use pyrepro::python::{FindError, Interpreter, Interpreters, Unusable};
use serde::Serialize;

use super::environment;
use super::exit::Exit;
use super::printable::Style;
use super::terminal::{BAD, FAINT, GOOD, PLAIN, STRONG, Terminal};

/// List the Python interpreters on this machine
///
/// Looks in the active virtual environment, on PATH, and among the versions of pyenv. Shows whether pyrepro can
/// write bytecode for each, and if not, why.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// Only list these: paths, commands such as python3.12, or versions such as 3.12 and 3.12.1
    #[arg(value_name = "PYTHON")]
    requests: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro pythons
  pyrepro pythons 3.12 ./venv/bin/python
  pyrepro pythons --format json | jq -r '.pythons[] | select(.target) | .path'

`*` marks the default: $PYREPRO_PYTHON (a path, command or version), else the active virtual environment,
else python3 on PATH.

Exit codes: 0 pyrepro can write bytecode for at least one; 1 for none; 2 a named one cannot be found or run.";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let interpreters = Interpreters::new(environment::search_path());
    let outcomes = look(&interpreters, &flags.requests)?;
    let default = default_of(&interpreters, &outcomes, terminal);
    let rows: Vec<Row> = outcomes.iter().map(|outcome| Row::new(outcome, default.as_ref())).collect();
    if terminal.is_json() {
        let default = default.map(|python| text(&python.path));
        terminal.json(&Report { default, pythons: &rows, built_in: Native::editions().collect() })?;
    } else {
        let mut out = terminal.out();
        write_table(&rows, &mut out)?;
        if flags.requests.is_empty() {
            write_built_in(&mut out)?;
        }
    }
    Ok(if rows.iter().any(|row| row.target.is_some()) { Exit::Fine } else { Exit::Negative })
}

fn look(
    interpreters: &Interpreters,
    requests: &[OsString],
) -> Result<Vec<Result<Interpreter, Unusable>>, FindError> {
    if requests.is_empty() {
        return Ok(interpreters.all());
    }
    requests.iter().map(|request| interpreters.find(request).map(Ok)).collect()
}

fn default_of(
    interpreters: &Interpreters,
    outcomes: &[Result<Interpreter, Unusable>],
    terminal: &Terminal,
) -> Option<Interpreter> {
    let default = interpreters.default();
    if let (Err(error), false) = (&default, outcomes.is_empty()) {
        terminal.warn(format_args!("no default interpreter: {error}"));
    }
    default.ok()
}

#[derive(Serialize)]
struct Report<'a> {
    default: Option<String>,
    pythons: &'a [Row],
    /// Releases for which code is made without an interpreter.
    built_in: Vec<BuiltIn>,
}

/// An interpreter as people and programs want to see it. One that does not work has a path and a
/// reason only.
#[derive(Serialize)]
struct Row {
    path: String,
    resolved: Option<String>,
    implementation: Option<String>,
    version: Option<String>,
    magic: Option<u16>,
    cache_tag: Option<String>,
    /// The version to write bytecode for.
    target: Option<String>,
    /// Why there is none.
    reason: Option<String>,
    default: bool,
}

impl Row {
    fn new(outcome: &Result<Interpreter, Unusable>, default: Option<&Interpreter>) -> Row {
        match outcome {
            Ok(python) => Row {
                path: text(&python.path),
                resolved: Some(text(&python.resolved)),
                implementation: Some(python.implementation.clone()),
                version: Some(python.release.to_string()),
                magic: python.magic,
                cache_tag: python.cache_tag.clone(),
                target: python.target.as_ref().ok().map(ToString::to_string),
                reason: python.target.as_ref().err().map(ToString::to_string),
                default: default.is_some_and(|default| default.resolved == python.resolved),
            },
            Err(unusable) => Row {
                path: text(&unusable.path),
                resolved: None,
                implementation: None,
                version: None,
                magic: None,
                cache_tag: None,
                target: None,
                reason: Some(unusable.reason.to_string()),
                default: false,
            },
        }
    }

    /// The columns before the target.
    fn cells(&self) -> [String; 5] {
        let or_dash = |field: Option<String>| field.unwrap_or_else(|| "-".to_owned());
        [
            self.path.clone(),
            or_dash(self.implementation.clone()),
            or_dash(self.version.clone()),
            or_dash(self.magic.map(|magic| magic.to_string())),
            or_dash(self.cache_tag.clone()),
        ]
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

const HEADINGS: [&str; 5] = ["Path", "Implementation", "Version", "Magic", "Cache tag"];

fn write_table(rows: &[Row], out: &mut impl Write) -> anyhow::Result<()> {
    if rows.is_empty() {
        writeln!(out, "no Python interpreters found: put one on PATH, or give its path")?;
        return Ok(out.flush()?);
    }
    let cells: Vec<[String; 5]> = rows.iter().map(Row::cells).collect();
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let in_rows = cells.iter().map(|cells| cells[column].chars().count());
        in_rows.chain([HEADINGS[column].len()]).max().unwrap_or_default()
    });
    write_line(out, false, &HEADINGS.map(str::to_owned), widths, STRONG)?;
    writeln!(out, "{STRONG}Target{STRONG:#}")?;
    for (row, cells) in rows.iter().zip(&cells) {
        let style = if row.target.is_some() { PLAIN } else { FAINT };
        write_line(out, row.default, cells, widths, style)?;
        match (&row.target, &row.reason) {
            (Some(_), _) => writeln!(out, "{GOOD}yes{GOOD:#}")?,
            (None, reason) => writeln!(out, "{BAD}no{BAD:#}: {}", reason.as_deref().unwrap_or_default())?,
        }
    }
    if rows.iter().any(|row| row.default) {
        writeln!(out, "{FAINT}* the default{FAINT:#}")?;
    }
    Ok(out.flush()?)
}

fn write_built_in(out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out)?;
    writeln!(out, "{STRONG}Built-in compilers, which need no interpreter{STRONG:#}")?;
    for BuiltIn { releases, proven_to, evidence } in Native::editions() {
        let proof = match evidence {
            "interpreter" => format!("compared with {proven_to}"),
            "nothing" => "not compared".to_owned(),
            other => format!("compared with {proven_to} as {other}"),
        };
        writeln!(out, "  {releases}  {FAINT}{proof}{FAINT:#}")?;
    }
    Ok(out.flush()?)
}

fn write_line(
    out: &mut impl Write,
    is_default: bool,
    cells: &[String; 5],
    widths: [usize; 5],
    style: Style,
) -> std::io::Result<()> {
    if is_default {
        write!(out, "{GOOD}*{GOOD:#} {style}")?
    } else {
        write!(out, "  {style}")?
    }
    for (cell, width) in cells.iter().zip(widths) {
        write!(out, "{cell:<width$}  ")?;
    }
    write!(out, "{style:#}")
}
