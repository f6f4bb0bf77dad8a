//! `pyrepro rebuild`: whether what others published comes from its source.

mod report;
mod statement;

use std::ffi::OsString;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};
use pyrepro::backend;
use pyrepro::output::{Output, OutputForm, OutputSet, OutputTarget};
use pyrepro::python::Interpreters;
use pyrepro::rebuild::{self, Batch, Grade, Options, Progress, RebuildResult, Strategy, Subject};

pub use statement::StatementFlags;

use super::exit::Exit;
use super::terminal::Terminal;
use super::{environment, interrupt, named};

/// Rebuild published wheels from their source, and compare
///
/// Infers from the wheel and the index how the wheel was built: the backend and its version, the time, the
/// interpreter. Builds it again in a sandbox, without network and without access to your files. What differs decides
/// what is tried next.
#[derive(clap::Args, Default)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// A wheel, or NAME==VERSION on the index
    #[arg(value_name = "WHEEL|NAME==VERSION", required_unless_present = "list")]
    subjects: Vec<Subject>,
    /// A file with one NAME==VERSION per line
    #[arg(short = 'r', long = "requirement", value_name = "LIST")]
    list: Vec<PathBuf>,
    /// The source to use instead of the index's sdist: an sdist, a folder, or a repository (git+URL@TAG)
    #[arg(long, value_name = "SDIST|FOLDER|GIT")]
    source: Option<PathBuf>,
    /// Do not try the repository that the sdist names where it lacks files
    #[arg(long)]
    no_repository: bool,
    /// Build with this version of Python instead of the inferred one
    #[arg(long, value_name = "VERSION")]
    python: Option<String>,
    /// Only try this strategy: JSON, as in the report
    #[arg(long, value_name = "JSON", conflicts_with = "recipe")]
    strategy: Option<String>,
    /// The same from a file
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// The folder for rebuilt wheels
    #[arg(short, long = "out-dir", value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Write an HTML page with the evidence and the differences
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write in-toto statements with SLSA provenance, one per line: how a wheel was rebuilt, and that it is equal
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// Sign statements (DSSE) with this private Ed25519 key, in PEM form
    #[arg(long, value_name = "FILE", requires = "statement")]
    key: Option<PathBuf>,
    /// Also accept this grade and all better ones
    #[arg(long, value_name = "GRADE", value_parser = grade)]
    accept: Option<Grade>,
    /// Number of wheels to rebuild at a time; 0 means one per core
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = crate::cli::named::jobs, allow_negative_numbers = true)]
    jobs: u16,
    /// Reuse results of an earlier run
    #[arg(long)]
    resume: bool,
    /// Maximum number of builds per wheel
    #[arg(long, value_name = "N", default_value_t = ATTEMPTS, value_parser = crate::cli::named::count::<usize>, allow_negative_numbers = true)]
    attempts: usize,
    /// Time limit of each step of a build
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = crate::cli::named::count::<u64>, allow_negative_numbers = true)]
    timeout: u64,
    /// Build without a sandbox: foreign code can then do what you can do
    #[arg(long = "unsafe")]
    no_sandbox: bool,
    /// The folder for build folders [default: /tmp]
    #[arg(long, value_name = "DIR")]
    build_root: Option<PathBuf>,
}

/// The files that a run writes beside its report.
struct Targets {
    page: Option<OutputTarget>,
    statement: Option<OutputTarget>,
}

const ATTEMPTS: usize = 16;
const TIMEOUT: u64 = 600;

const AFTER_HELP: &str = "\
Examples:
  pyrepro rebuild six==1.16.0
  pyrepro rebuild downloaded-1.0-py3-none-any.whl --source downloaded-1.0.tar.gz
  pyrepro rebuild -r requirements.txt --format json | jq '.results[] | {wheel, grade}'

Grades: identical, container and normalised prove that the wheel comes from that source (exit code 0).
metadata, explained and differs do not (1, unless --accept). not-rebuilt: it could not be built (2).";

fn grade(text: &str) -> Result<Grade, String> {
    let found = Grade::ALL.into_iter().find(|grade| grade.name() == text && *grade != Grade::NotRebuilt);
    found.ok_or_else(|| "one of identical, container, normalised, metadata, explained, differs".to_owned())
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let subjects = flags.subjects()?;
    let options = flags.options()?;
    let targets = flags.targets()?;
    let stop = interrupt::flag().context("cannot prepare for Ctrl-C")?;
    let batch = Batch {
        jobs: flags.jobs(),
        resume: flags.resume,
        results: environment::cache()?.join("rebuild/results"),
    };
    let watcher = report::Watcher::new(subjects.len(), terminal);
    let progress = |subject: &Subject, progress: Progress<'_>| watcher.progress(progress, subject);
    let results = batch.rebuild(&subjects, &options, &stop, &progress, &|result| watcher.done(result));
    drop(watcher);
    if stop.load(Ordering::Relaxed) {
        bail!("interrupted after {} of {} wheels; --resume goes on from here", results.len(), subjects.len());
    }
    let mut files = OutputSet::default();
    if let Some(target) = targets.page {
        let mut output = Output::create(target)?;
        output.write_all(rebuild::page(&results).as_bytes())?;
        files.add(output, false)?;
    }
    if let Some(target) = targets.statement {
        let mut output = Output::create(target)?;
        output.write_all(flags.statements(&results)?.as_bytes())?;
        files.add(output, false)?;
    }
    files.put()?;
    if terminal.is_json() {
        terminal.json(&serde_json::json!({ "results": results }))?;
    } else if results.len() > 1 && terminal.reports() {
        report::summary(&results, terminal)?;
    }
    Ok(results.iter().map(|result| flags.exit(result)).max().unwrap_or(Exit::Fine))
}

/// `pyrepro verify WHEEL --source SOURCE`, where there is no manifest.
pub fn verify(
    wheel: &Path,
    source: &Path,
    pythons: &[OsString],
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let flags = Flags {
        subjects: vec![Subject::Wheel(wheel.to_owned())],
        source: Some(source.to_owned()),
        python: pythons.first().map(|python| python.to_string_lossy().into_owned()),
        attempts: ATTEMPTS,
        timeout: TIMEOUT,
        ..Flags::default()
    };
    run(&flags, terminal)
}

impl Flags {
    fn subjects(&self) -> anyhow::Result<Vec<Subject>> {
        let mut subjects = self.subjects.clone();
        for list in &self.list {
            let text = named::text(list)?;
            subjects.extend(Subject::parse_list(&text).with_context(|| list.display().to_string())?);
        }
        if subjects.len() > 1 && self.source.is_some() {
            bail!(
                "--source is the source of one wheel, and there are {}; rebuild them one by one",
                subjects.len()
            );
        }
        Ok(subjects)
    }

    fn options(&self) -> anyhow::Result<Options> {
        let strategy = match (&self.strategy, &self.recipe) {
            (Some(text), _) => Some(text.clone()),
            (None, Some(path)) => Some(named::text(path)?),
            (None, None) => None,
        };
        let strategy: Option<Strategy> = strategy
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .context("the strategy is not one that a report of `pyrepro rebuild` has")?;
        let found = Interpreters::new(environment::search_path()).all();
        let pythons: Vec<_> = found.into_iter().flatten().filter(|python| python.target.is_ok()).collect();
        if pythons.is_empty() {
            bail!("there is no interpreter to build with; `pyrepro pythons` lists what was looked at");
        }
        Ok(Options {
            installer: environment::installer(),
            pythons,
            source: self.source.clone(),
            repository: !self.no_repository,
            strategy,
            python: self.python.clone(),
            cache: environment::cache()?.join("rebuild"),
            keep: self.out_dir.clone(),
            root: self.build_root.clone().unwrap_or_else(backend::default_root),
            explain: self.html.is_some(),
            attempts: self.attempts.max(1),
            time_limit: Duration::from_secs(self.timeout.max(1)),
            sandbox: !self.no_sandbox,
            variables: environment::all(),
        })
    }

    /// Where the files go that were asked for: never over what is read.
    fn targets(&self) -> anyhow::Result<Targets> {
        let wheels = self.subjects.iter().filter_map(|subject| match subject {
            Subject::Wheel(path) => Some(path),
            Subject::Release { .. } => None,
        });
        let read = wheels.chain(&self.list).chain(&self.source).chain(&self.recipe).chain(&self.key);
        let read: Vec<&PathBuf> = read.collect();
        let target = |path: Option<&Path>, form| {
            path.map(|path| OutputTarget::named(path, form)?.apart_from(&read)).transpose()
        };
        Ok(Targets {
            page: target(self.html.as_deref(), OutputForm::Page)?,
            statement: target(self.statement.as_deref(), OutputForm::Json)?,
        })
    }

    /// The statements about all that was rebuilt, a line each.
    fn statements(&self, results: &[RebuildResult]) -> anyhow::Result<String> {
        let key = self.key.as_deref().map(named::text).transpose()?;
        let mut lines = String::new();
        for statement in results.iter().flat_map(rebuild::statements) {
            let line = match &key {
                Some(key) => rebuild::sign(&statement, key)?,
                None => statement,
            };
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
        Ok(lines)
    }

    fn jobs(&self) -> NonZero<usize> {
        let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        NonZero::new(self.jobs.into()).unwrap_or(all)
    }

    fn exit(&self, result: &RebuildResult) -> Exit {
        let accepted = self.accept.unwrap_or(Grade::Normalised).max(Grade::Normalised);
        match result.grade {
            Grade::NotRebuilt => Exit::Trouble,
            grade if grade <= accepted => Exit::Fine,
            _ => Exit::Negative,
        }
    }
}
