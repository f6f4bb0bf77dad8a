//! `pyrepro normalize`: make artifacts of others the same for the same content, in place.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use pyrepro::archive::Format;
use pyrepro::epoch::{Epoch, EpochChoice};
use pyrepro::normalize::{
    self, Aspect, Destination, Difference, Files, Kind, Options, Outcome, Record, Search, Skipped,
};
use pyrepro::tree::{AsideReason, Globs};
use serde::Serialize;

use super::exit::Exit;
use super::progress::Progress;
use super::terminal::{BAD, FAINT, GOOD, Terminal};
use super::{environment, interrupt};

/// Make wheels, archives and bytecode deterministic, in place
///
/// Rewrites wheels, zipapps, jars and other zip files, sdists and other tar files (plain or gzip), and
/// .pyc files of CPython 3.7 to 3.15, so that their bytes depend only on their content. Order, times,
/// modes, headers and compression are fixed, bytecode becomes canonical, and a wheel's RECORD is
/// updated. Files that are deterministic already are not touched. A file is replaced whole or not at all. It
/// keeps its mode, owner, modification time and hard links.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// Files, folders whose artifacts are normalised, or - for standard input to standard output. In folders,
    /// virtual environments, version control, caches and installed packages are skipped
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write to this file or folder, and do not change the originals
    #[arg(short, long, value_name = "PATH", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Only normalise files of these kinds in folders [default: all]
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',')]
    only: Vec<Only>,
    /// Skip what matches in folders: *.zip at any depth, vendor/ for folders, /a/*.whl from the top; can be
    /// repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Remove RECORD.jws and RECORD.p7s of signed wheels, which are errors otherwise: a signature does not
    /// match a new RECORD
    #[arg(long)]
    drop_signatures: bool,
    /// Change nothing; list what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Number of files to work on at a time; 0 means one per core
    #[arg(short, long, value_name = "N", default_value_t = 0, value_parser = crate::cli::named::jobs, allow_negative_numbers = true)]
    jobs: u16,
    /// Follow symbolic links; otherwise they are skipped or refused
    #[arg(long)]
    follow_symlinks: bool,
    /// Time of all members of archives, and the latest modification time of rewritten files: seconds since
    /// 1970, or `git` for the time of the last commit [default: $SOURCE_DATE_EPOCH; else 1980 for members,
    /// and files keep their time]
    #[arg(long, value_name = "N|git", allow_negative_numbers = true)]
    source_date_epoch: Option<EpochChoice>,
}

/// Kinds of artifacts in folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// *.pyc
    Pyc,
    /// *.whl
    Wheel,
    /// *.pyz, *.pyzw, *.zip and *.jar
    Zip,
    /// *.tar, *.tar.gz and *.tgz
    Tar,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro normalize dist/*.whl dist/*.tar.gz
  pyrepro normalize --check -v site-packages app.pyz
  pyrepro normalize --source-date-epoch git -o normal/ dist
  pyrepro normalize --only pyc debian/tmp/usr/lib/python3
  pyrepro normalize - < stock.pyc > canonical.pyc
  pyrepro normalize --check --format json . | jq -r '.files[] | select(.outcome == \"would-change\") | .path'

The content of an archive does not change, except for the form of bytecode and, in a wheel, RECORD and the
order of fields in METADATA and WHEEL. Archives inside archives are not changed. In folders, eggs and .pyc
files of other Pythons are reported and skipped.

Exit codes: 0 everything is deterministic now; 1 --check found a file that is not; 2 a file is broken, cannot
be read or written, or was named and is of an unknown kind.";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    if flags.paths.iter().any(|path| path.as_os_str() == "-") {
        return filter(flags, terminal);
    }
    let options = flags.options(terminal)?;
    let stop = interrupt::flag()?;
    let start = Instant::now();

    let files = flags.files()?;
    let doing = if flags.check { "Checking" } else { "Normalizing" };
    let progress = Progress::new(terminal, doing, files.len());
    let skipped = files.skipped().to_vec();
    let records = files.normalize(&options, &stop, || progress.advance());
    drop(progress);

    let summary = Summary::of(&records);
    if terminal.is_json() {
        let files = records.iter().map(Row::of).collect();
        terminal.json(&Report {
            check: flags.check,
            files,
            skipped: skipped.iter().map(SkippedRow::of).collect(),
            summary: &summary,
        })?;
    } else {
        records.iter().try_for_each(|record| tell(record, terminal))?;
        if terminal.reports() {
            tell_skipped(&skipped, terminal)?;
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

impl Flags {
    fn options(&self, terminal: &Terminal) -> anyhow::Result<Options> {
        let decided = environment::epoch(self.source_date_epoch, Path::new("."))?;
        let epoch = decided.epoch;
        if epoch.clamp_to(Epoch::DOS).changed {
            let nearest = epoch.clamp_to(Epoch::DOS).epoch;
            terminal
                .warn(format_args!("zip files cannot hold {epoch}; {nearest} is written to those instead"));
        }
        Ok(Options {
            check: self.check,
            epoch: decided.if_given(),
            drop_signatures: self.drop_signatures,
            latest: decided.if_given(),
            jobs: NonZeroUsize::new(self.jobs.into()),
        })
    }

    fn files(&self) -> anyhow::Result<Files> {
        let search = Search {
            only: self.only.iter().flat_map(|only| only.kinds()).collect(),
            exclude: Globs::new(&self.exclude).context("--exclude")?,
            follow_symlinks: self.follow_symlinks,
        };
        let files = Files::find(&self.paths, &search);
        let Some(output) = &self.output else { return Ok(files) };
        let ends_in_slash = output.as_os_str().as_encoded_bytes().ends_with(b"/");
        let is_one_file = matches!(&self.paths[..], [path] if !path.is_dir());
        let destination = if is_one_file && !ends_in_slash && !output.is_dir() {
            Destination::File(output.clone())
        } else {
            Destination::Folder(output.clone())
        };
        Ok(files.send_to(&destination)?)
    }
}

impl Only {
    fn kinds(self) -> Vec<Kind> {
        match self {
            Only::Pyc => vec![Kind::Pyc],
            Only::Wheel => vec![Kind::Wheel],
            Only::Zip => vec![Kind::Zip],
            // Those in other compressions, too, so that they are named as left alone.
            Only::Tar => [Format::Bzip2, Format::Xz, Format::Zstandard]
                .map(Kind::Compressed)
                .into_iter()
                .chain([Kind::Tar])
                .collect(),
        }
    }
}

/// From standard input to standard output.
fn filter(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    ensure!(flags.paths.len() == 1, "- takes no other paths beside it; run pyrepro once for each");
    ensure!(
        !terminal.is_json(),
        "standard output cannot take an artifact and JSON; leave out - or --format json"
    );
    let options = flags.options(terminal)?;
    let mut file = tempfile::tempfile().context("cannot put standard input aside")?;
    io::copy(&mut io::stdin().lock(), &mut file).context("cannot read standard input")?;
    let name = Path::new("-");
    let form = normalize::normal_form(name, file.try_clone()?, &options).context("standard input")?;
    for warning in &form.warnings {
        terminal.warn(format_args!("standard input: {warning}"));
    }
    if flags.check {
        return Ok(if form.is_in(&file)? { Exit::Fine } else { Exit::Negative });
    }
    if let Some(output) = &flags.output {
        bail!("- goes to standard output; leave out -o {}", output.display());
    }
    let mut out = terminal.raw_out();
    form.copy_to(&mut out)?;
    out.flush()?;
    Ok(Exit::Fine)
}

/// Tells people what became of a file, where they want to know.
fn tell(record: &Record, terminal: &Terminal) -> io::Result<()> {
    let path = record.path.display();
    let changes = record.sizes.map(|sizes| format!("{} → {} bytes", sizes.before, sizes.after));
    let changes = changes.unwrap_or_default();
    for warning in &record.warnings {
        terminal.warn(format_args!("{path}: {warning}"));
    }
    match &record.outcome {
        Outcome::WouldChange(differences) if terminal.reports() => {
            let mut out = terminal.out();
            writeln!(out, "{BAD}would change{BAD:#} {path} {FAINT}{changes}{FAINT:#}")?;
            let lines = if terminal.is_verbose() { each(differences) } else { grouped(differences) };
            for line in lines {
                writeln!(out, "  {FAINT}{line}{FAINT:#}")?;
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

/// How many skipped folders are named where nobody asks for all.
const NAMED: usize = 5;

fn tell_skipped(skipped: &[Skipped], terminal: &Terminal) -> io::Result<()> {
    let shown = if terminal.is_verbose() { skipped.len() } else { skipped.len().min(NAMED) };
    let mut names: Vec<String> = skipped[..shown]
        .iter()
        .map(|folder| format!("{} ({})", folder.path.display(), folder.reason))
        .collect();
    match skipped.len() - shown {
        0 => {}
        more => names.push(format!("{more} more (-v names them)")),
    }
    if !names.is_empty() {
        writeln!(terminal.out(), "{FAINT}skipped {}{FAINT:#}", names.join(", "))?;
    }
    Ok(())
}

/// A line for each difference.
fn each(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(|difference| format!("{}: {difference}", difference.aspect)).collect()
}

/// A line for each aspect, with the first difference and how many more there are.
fn grouped(differences: &[Difference]) -> Vec<String> {
    let mut groups: BTreeMap<Aspect, (&Difference, usize)> = BTreeMap::new();
    for difference in differences {
        groups.entry(difference.aspect).or_insert((difference, 0)).1 += 1;
    }
    let line = |(aspect, (first, count)): (&Aspect, &(&Difference, usize))| match count - 1 {
        0 => format!("{aspect}: {first}"),
        more => format!("{aspect}: {first}, and {more} more"),
    };
    groups.iter().map(line).collect()
}

#[derive(Serialize)]
struct Report<'a> {
    check: bool,
    files: Vec<Row<'a>>,
    skipped: Vec<SkippedRow>,
    summary: &'a Summary,
}

/// A folder that was not looked into.
#[derive(Serialize)]
struct SkippedRow {
    path: String,
    reason: AsideReason,
}

impl SkippedRow {
    fn of(folder: &Skipped) -> SkippedRow {
        SkippedRow { path: folder.path.to_string_lossy().into_owned(), reason: folder.reason }
    }
}

/// A record as programs want to see it.
#[derive(Serialize)]
struct Row<'a> {
    path: String,
    /// Other names of the same file.
    links: Vec<String>,
    kind: Option<String>,
    outcome: &'static str,
    /// Why it would change, was left alone or failed.
    reason: Option<String>,
    /// All that would change.
    differences: &'a [Difference],
    warnings: &'a [String],
    /// Where it was written, if not in its place.
    output: Option<String>,
    size: Option<u64>,
    canonical_size: Option<u64>,
}

impl Row<'_> {
    fn of(record: &Record) -> Row<'_> {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let reason = match &record.outcome {
            Outcome::WouldChange(differences) if differences.is_empty() => None,
            Outcome::WouldChange(differences) => Some(grouped(differences).join("; ")),
            Outcome::LeftAlone(error) | Outcome::Failed(error) => Some(error.to_string()),
            _ => None,
        };
        let differences: &[Difference] = match &record.outcome {
            Outcome::WouldChange(differences) => differences,
            _ => &[],
        };
        Row {
            path: text(&record.path),
            kind: record.kind.map(word),
            differences,
            warnings: &record.warnings,
            output: record.target.as_ref().map(text),
            links: record.links.iter().map(text).collect(),
            outcome: name_of(&record.outcome),
            reason,
            size: record.sizes.map(|sizes| sizes.before),
            canonical_size: record.sizes.map(|sizes| sizes.after),
        }
    }
}

fn word(kind: Kind) -> String {
    let word = match kind {
        Kind::Pyc => "pyc",
        Kind::Wheel => "wheel",
        Kind::Zip => "zip",
        Kind::Tar => "tar",
        Kind::Egg => "egg",
        Kind::Compressed(compression) => return format!("tar in {}", compression.name()),
        _ => "other",
    };
    word.to_owned()
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
