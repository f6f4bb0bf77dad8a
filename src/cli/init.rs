//! `pyrepro init`: a project comes to be built by pyrepro.

use std::io::Write;
use std::path::PathBuf;

use pyrepro::init::{Change, Error, Plan, Refusal};
use serde::Serialize;

use anyhow::ensure;

use super::exit::Exit;
use super::terminal::{BAD, GOOD, Terminal, say};
use super::{interrupt, named};

/// Create a pyproject.toml, or convert a project to build with pyrepro
///
/// Converts projects of flit, hatchling, pdm, poetry, setuptools and uv. Shows the change as a diff; --write
/// applies it.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The project's folder
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Change the existing pyproject.toml
    #[arg(long)]
    write: bool,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro init                 create pyproject.toml, or show the change as a diff
  pyrepro init --write         apply the change
  pyrepro init > move.patch    for `git apply`

Exit codes: 0 the project can be built by pyrepro; 1 something cannot be converted, and is named; 2 any other error.";

/// What `--format json` tells.
#[derive(Serialize)]
struct Report<'a> {
    status: &'static str,
    path: Option<String>,
    backend: Option<&'a str>,
    diff: Option<String>,
    notes: &'a [String],
    refused: &'a [Refusal],
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    named::existing(&flags.folder)?;
    ensure!(
        flags.folder.is_dir(),
        "{} is not a folder; name the folder of the project",
        flags.folder.display()
    );
    let plan = match Plan::for_project(&flags.folder) {
        Ok(plan) => plan,
        Err(Error::Refused { backend, reasons }) => {
            refuse(backend.as_deref(), &reasons, terminal)?;
            return Ok(Exit::Negative);
        }
        Err(other) => return Err(other.into()),
    };
    match &plan {
        Plan::Nothing if terminal.is_json() => terminal.json(&Report::new("unchanged", None, None, &[]))?,
        Plan::Nothing => tell(terminal, "pyrepro builds this project already")?,
        Plan::New(change) => {
            interrupt::hold(|| Ok(change.write()?))?;
            flags.made(change, None, &[], "written", terminal)?;
        }
        Plan::Move { backend, change, notes } => {
            if flags.write {
                interrupt::hold(|| Ok(change.write()?))?;
            }
            flags.made(
                change,
                Some(backend),
                notes,
                if flags.write { "written" } else { "shown" },
                terminal,
            )?;
        }
    }
    Ok(Exit::Fine)
}

impl Flags {
    /// The file, as the user would name it.
    fn place(&self) -> PathBuf {
        let folder = self.folder.strip_prefix(".").unwrap_or(&self.folder);
        folder.join("pyproject.toml")
    }

    fn made(
        &self,
        change: &Change,
        backend: Option<&str>,
        notes: &[String],
        status: &'static str,
        terminal: &Terminal,
    ) -> anyhow::Result<()> {
        if terminal.is_json() {
            return terminal.json(&Report::new(status, Some(change), backend, notes));
        }
        if status == "shown" {
            show(&change.diff(), terminal)?;
        } else {
            let from = backend.map_or(String::new(), |backend| format!(", which named {backend}"));
            tell(terminal, &format!("wrote {}{from}", self.place().display()))?;
        }
        if terminal.reports() {
            let hint = (status == "shown").then(|| "nothing is changed yet; --write does it".to_owned());
            for note in notes.iter().chain(&hint) {
                say(format_args!("note: {note}"));
            }
        }
        Ok(())
    }
}

impl<'a> Report<'a> {
    fn new(
        status: &'static str,
        change: Option<&Change>,
        backend: Option<&'a str>,
        notes: &'a [String],
    ) -> Report<'a> {
        let path = change.map(|change| change.path().display().to_string());
        Report { status, path, backend, diff: change.map(Change::diff), notes, refused: &[] }
    }
}

fn tell(terminal: &Terminal, text: &str) -> anyhow::Result<()> {
    if terminal.reports() {
        writeln!(terminal.out(), "{text}")?;
    }
    Ok(())
}

fn show(diff: &str, terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    for line in diff.lines() {
        match line.as_bytes().first() {
            Some(b'+') => writeln!(out, "{GOOD}{line}{GOOD:#}")?,
            Some(b'-') => writeln!(out, "{BAD}{line}{BAD:#}")?,
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(out.flush()?)
}

fn refuse(backend: Option<&str>, reasons: &[Refusal], terminal: &Terminal) -> anyhow::Result<()> {
    if terminal.is_json() {
        return terminal.json(&Report { refused: reasons, ..Report::new("refused", None, backend, &[]) });
    }
    for reason in reasons {
        terminal.error(reason);
    }
    if let Some(backend) = backend.filter(|_| terminal.reports()) {
        say(format_args!(
            "note: nothing is changed; `pyrepro build` works with {backend} too, and makes its wheel reproducible"
        ));
    }
    Ok(())
}
