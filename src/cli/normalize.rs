//! `pyrepro normalize`: make bytecode files canonical in place.

use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use pyrepro::epoch::EpochChoice;
use pyrepro::normalize::{self, Files, Options, Outcome, Record};
use serde::Serialize;

use super::exit::Exit;
use super::progress::Progress;
use super::terminal::{BAD, FAINT, GOOD, Terminal};
use super::{environment, interrupt};

/// Make bytecode files canonical, in place
///
/// Rewrites pycs of CPython 3.7 to 3.15 so that their bytes depend on their content alone, and leaves
/// those that are canonical untouched. A file is replaced whole or not at all; it keeps its mode,
/// owner, time of modification and hard links.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// Files, folders to take all *.pyc from, or - to make standard output of standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Change nothing; list what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Work on N files at a time; 0 is one for each processor
    #[arg(short, long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    jobs: u16,
    /// Take what symbolic links lead to, where they are left out or refused otherwise
    #[arg(long)]
    follow_symlinks: bool,
    /// The latest time that rewritten files keep: seconds since 1970, or git for the last commit's
    /// [default: SOURCE_DATE_EPOCH if it is set]
    #[arg(long, value_name = "N|git")]
    source_date_epoch: Option<EpochChoice>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro normalize debian/tmp/usr/lib/python3
  pyrepro normalize --check -v site-packages __pycache__/m.cpython-313.pyc
  pyrepro normalize - < stock.pyc > canonical.pyc
  pyrepro normalize --check --format json . | jq -r '.files[] | select(.outcome == \"would-change\") | .path'

Pycs of other Pythons are reported and left alone where they are found in a folder.

Exit status: 0 if all is canonical now; 1 if --check finds what is not;
2 if a file is broken, cannot be read or written, or is named and of a kind that pyrepro does not know.";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    if flags.paths.iter().any(|path| path.as_os_str() == "-") {
        return filter(flags, terminal);
    }
    let options = Options {
        check: flags.check,
        latest: environment::epoch_if_given(flags.source_date_epoch)?,
        jobs: NonZeroUsize::new(flags.jobs.into()),
    };
    let stop = interrupt::flag().context("cannot prepare for Ctrl-C")?;
    let start = Instant::now();

    let files = Files::find(&flags.paths, flags.follow_symlinks);
    let doing = if flags.check { "Checking" } else { "Normalizing" };
    let progress = Progress::new(terminal, doing, files.len());
    let records = files.normalize(&options, &stop, || progress.advance());
    drop(progress);

    let summary = Summary::of(&records);
    if terminal.is_json() {
        let files = records.iter().map(Row::of).collect();
        terminal.json(&Report { check: flags.check, files, summary: &summary })?;
    } else {
        records.iter().try_for_each(|record| tell(record, terminal))?;
        if terminal.reports() {
            writeln!(
                terminal.out(),
                "{}; {:.2} s",
                summary.text(flags.check),
                start.elapsed().as_secs_f64()
            )?;
        }
    }
    if summary.not_begun > 0 {
        bail!("interrupted; {} files are as they were", summary.not_begun);
    }
    Ok(summary.exit())
}

/// From standard input to standard output.
fn filter(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    ensure!(flags.paths.len() == 1, "- takes no other paths beside it; run pyrepro once for each");
    ensure!(!terminal.is_json(), "standard output cannot take a pyc and JSON; leave out - or --format json");
    let mut content = Vec::new();
    io::stdin().lock().read_to_end(&mut content).context("cannot read standard input")?;
    let canonical = normalize::canonical(Path::new("-"), &content).context("standard input")?;
    if flags.check {
        return Ok(if canonical == content { Exit::Fine } else { Exit::Negative });
    }
    let mut out = io::stdout().lock();
    out.write_all(&canonical)?;
    out.flush()?;
    Ok(Exit::Fine)
}

/// Tells people what became of a file, where they want to know.
fn tell(record: &Record, terminal: &Terminal) -> io::Result<()> {
    let path = record.path.display();
    let changes = record.sizes.map(|sizes| format!("{} → {} bytes", sizes.before, sizes.after));
    let changes = changes.unwrap_or_default();
    match &record.outcome {
        Outcome::WouldChange(reason) if terminal.reports() => {
            let mut out = terminal.out();
            writeln!(out, "{BAD}would change{BAD:#} {path} {FAINT}{changes}{FAINT:#}")?;
            if let Some(reason) = reason {
                writeln!(out, "  {FAINT}{reason}{FAINT:#}")?;
            }
        }
        Outcome::Normalized if terminal.reports() && terminal.is_verbose() => {
            writeln!(terminal.out(), "{GOOD}rewritten{GOOD:#} {path} {FAINT}{changes}{FAINT:#}")?;
        }
        Outcome::LeftAlone(reason) => terminal.warn(format_args!("{path}: left alone: {reason}")),
        Outcome::Failed(error) => terminal.error(format_args!("{path}: {error}")),
        _ => {}
    }
    Ok(())
}

#[derive(Serialize)]
struct Report<'a> {
    check: bool,
    files: Vec<Row>,
    summary: &'a Summary,
}

/// A record as programs want to see it.
#[derive(Serialize)]
struct Row {
    path: String,
    /// Other names of the same file.
    links: Vec<String>,
    outcome: &'static str,
    /// Why it would change, was left alone or failed.
    reason: Option<String>,
    size: Option<u64>,
    canonical_size: Option<u64>,
}

impl Row {
    fn of(record: &Record) -> Row {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let reason = match &record.outcome {
            Outcome::WouldChange(reason) => reason.clone(),
            Outcome::LeftAlone(error) | Outcome::Failed(error) => Some(error.to_string()),
            _ => None,
        };
        Row {
            path: text(&record.path),
            links: record.links.iter().map(text).collect(),
            outcome: name_of(&record.outcome),
            reason,
            size: record.sizes.map(|sizes| sizes.before),
            canonical_size: record.sizes.map(|sizes| sizes.after),
        }
    }
}

fn name_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Normalized => "normalized",
        Outcome::WouldChange(_) => "would-change",
        Outcome::LeftAlone(_) => "left-alone",
        Outcome::Failed(_) => "failed",
        Outcome::NotBegun => "not-begun",
    }
}

/// How many files came to which end.
#[derive(Default, Serialize)]
struct Summary {
    files: usize,
    unchanged: usize,
    normalized: usize,
    would_change: usize,
    left_alone: usize,
    failed: usize,
    /// Because the run was interrupted.
    not_begun: usize,
}

impl Summary {
    fn of(records: &[Record]) -> Summary {
        let mut summary = Summary { files: records.len(), ..Summary::default() };
        for record in records {
            *match record.outcome {
                Outcome::Unchanged => &mut summary.unchanged,
                Outcome::Normalized => &mut summary.normalized,
                Outcome::WouldChange(_) => &mut summary.would_change,
                Outcome::LeftAlone(_) => &mut summary.left_alone,
                Outcome::Failed(_) => &mut summary.failed,
                Outcome::NotBegun => &mut summary.not_begun,
            } += 1;
        }
        summary
    }

    fn text(&self, check: bool) -> String {
        let changed =
            if check { (self.would_change, "would change") } else { (self.normalized, "rewritten") };
        let mut text = format!("{} file{}", self.files, if self.files == 1 { "" } else { "s" });
        let parts = [changed, (self.unchanged, "already canonical")];
        let rare = [(self.left_alone, "left alone"), (self.failed, "failed")];
        let rare = rare.into_iter().filter(|(count, _)| *count > 0);
        for (place, (count, what)) in parts.into_iter().chain(rare).enumerate() {
            text += &format!("{} {count} {what}", if place == 0 { ":" } else { "," });
        }
        text
    }

    fn exit(&self) -> Exit {
        if self.failed > 0 {
            Exit::Trouble
        } else if self.would_change > 0 {
            Exit::Negative
        } else {
            Exit::Fine
        }
    }
}
