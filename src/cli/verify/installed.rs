//! `pyrepro verify --installed`: an environment, held against its RECORDs and sources.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use pyrepro::compile::Pool;
use pyrepro::installed::{self, Environment, Finding, Options, Reference};
use pyrepro::python::{Interpreter, Interpreters, Version};
use pyrepro::tree::Globs;
use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::terminal::{BAD, FAINT, Terminal};
use crate::cli::{environment, interrupt};

#[derive(clap::Args)]
#[command(next_help_heading = "What is installed")]
#[group(id = "what-is-installed")]
pub struct Flags {
    /// Check what is installed below PREFIX, or in a site-packages folder: every file against its
    /// RECORD, and every bytecode file against its source
    #[arg(long, value_name = "PREFIX")]
    installed: PathBuf,
    /// Compile every source again, and compare its bytecode's code. Without it, bytecode only has to
    /// say that it is of its source
    #[arg(long)]
    code: bool,
    /// Compile with this interpreter: a path, a command or a version; for several versions, give it
    /// again [default: those that `pyrepro pythons` lists]
    #[arg(long, value_name = "PYTHON")]
    python: Vec<OsString>,
    /// Leave out what matches, by its path from the site-packages folder; may be given again
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Work on N files at a time; 0 is one for each processor
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u16).range(..=1024))]
    jobs: u16,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let stop = interrupt::flag().context("cannot prepare for Ctrl-C")?;
    let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let jobs = NonZero::new(flags.jobs.into()).unwrap_or(all);
    let exclude = Globs::new(flags.exclude.iter().map(String::as_str))?;
    let environment = Environment::find(&flags.installed, &exclude)?;

    let pools = if flags.code || !flags.python.is_empty() { pools(flags, jobs)? } else { BTreeMap::new() };
    let references: Vec<Reference<'_>> = pools
        .iter()
        .map(|(version, (pool, name))| Reference { version: *version, compiler: pool, name: name.clone() })
        .collect();
    let options = Options { references: &references, jobs, stop: &stop };
    let report = environment.check(&options, |_| ())?;
    match terminal.is_json() {
        true => terminal.json(&Report::of(&report))?,
        false => tell(&report, start, terminal)?,
    }
    Ok(if report.findings.is_empty() { Exit::Fine } else { Exit::Negative })
}

/// What compiles for each version. The environment's own interpreter is not trusted with that.
fn pools(flags: &Flags, jobs: NonZero<usize>) -> anyhow::Result<BTreeMap<Version, (Pool, String)>> {
    let interpreters = Interpreters::new(environment::search_path());
    let mut found: Vec<Interpreter> = match flags.python.is_empty() {
        true => interpreters.all().into_iter().flatten().collect(),
        false => flags.python.iter().map(|request| interpreters.find(request)).collect::<Result<_, _>>()?,
    };
    // Of one version the last is taken, which is the newest.
    found.sort_by_key(|python| python.release);
    let usable = found.into_iter().filter_map(|python| {
        let version = *python.target.as_ref().ok()?;
        let name = format!("Python {}", python.release);
        Some((version, (Pool::new(&python.path, version, jobs), name)))
    });
    let pools: BTreeMap<_, _> = usable.collect();
    if pools.is_empty() {
        bail!("there is no Python to compile with: install one, or name it with --python");
    }
    Ok(pools)
}

fn tell(report: &installed::Report, start: Instant, terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    for Finding { path, distribution, problem } in &report.findings {
        let of = distribution.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        writeln!(out, "{}{FAINT}{of}{FAINT:#}: {BAD}{problem}{BAD:#}", path.display())?;
    }
    if terminal.reports() {
        let installed::Report { distributions, files, bytecode, compared, .. } = report;
        let counts: Vec<String> =
            report.counts().iter().map(|(name, count)| format!("{count} {name}")).collect();
        let verdict = if counts.is_empty() { "all as it should be".to_owned() } else { counts.join(", ") };
        writeln!(
            out,
            "{} distributions, {files} files, {bytecode} bytecode files ({compared} compiled again): {verdict}; {:.2} s",
            distributions.len(),
            start.elapsed().as_secs_f64()
        )?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Report<'a> {
    sites: Vec<String>,
    distributions: Vec<Distribution<'a>>,
    files: usize,
    bytecode: usize,
    compiled_again: usize,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct Distribution<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> Report<'a> {
    fn of(report: &'a installed::Report) -> Report<'a> {
        let distributions = report.distributions.iter();
        Report {
            sites: report.sites.iter().map(|site| site.to_string_lossy().into_owned()).collect(),
            distributions: distributions
                .map(|distribution| Distribution { name: &distribution.name, version: &distribution.version })
                .collect(),
            files: report.files,
            bytecode: report.bytecode,
            compiled_again: report.compared,
            findings: &report.findings,
        }
    }
}
