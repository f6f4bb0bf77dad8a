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
    installed: Option<PathBuf>,
    /// Compile every source again, and compare its bytecode's code. Without it, bytecode only has to
    /// say that it is of its source
    #[arg(long, requires = "installed")]
    code: bool,
    /// Leave out what matches, by its path from the site-packages folder; may be given again
    #[arg(long, value_name = "GLOB", requires = "installed")]
    exclude: Vec<String>,
}

pub fn run(
    flags: &Flags,
    pythons: &[OsString],
    jobs: NonZero<usize>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let prefix = flags.installed.as_deref().context("name an artifact, or a folder with --installed")?;
    let stop = interrupt::flag().context("cannot prepare for Ctrl-C")?;
    let exclude = Globs::new(flags.exclude.iter().map(String::as_str))?;
    let environment = Environment::find(prefix, &exclude)?;

    let pools = if flags.code || !pythons.is_empty() { pools(pythons, jobs)? } else { BTreeMap::new() };
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
fn pools(pythons: &[OsString], jobs: NonZero<usize>) -> anyhow::Result<BTreeMap<Version, (Pool, String)>> {
    let interpreters = Interpreters::new(environment::search_path());
    let mut found: Vec<Interpreter> = match pythons.is_empty() {
        true => interpreters.all().into_iter().flatten().collect(),
        false => pythons.iter().map(|request| interpreters.find(request)).collect::<Result<_, _>>()?,
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
