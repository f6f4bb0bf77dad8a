//! `pyrepro verify --installed`: an environment, held against its RECORDs and sources.

use std::ffi::OsString;
use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use pyrepro::compile::Choice;
use pyrepro::tree::Globs;
use pyrepro::verify::installed::{self, Environment, Finding, Options};
use serde::Serialize;

use super::compilers::Compilers;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::terminal::{BAD, FAINT, Terminal};

#[derive(clap::Args)]
#[command(next_help_heading = "What is installed")]
#[group(id = "what-is-installed")]
pub struct Flags {
    /// Check the packages installed below PREFIX, or in a site-packages folder: every file against its RECORD,
    /// every bytecode file against its source
    #[arg(long, value_name = "PREFIX")]
    installed: Option<PathBuf>,
    /// Compile every source again and compare the code. Without it, only the headers of bytecode files are
    /// compared with their sources
    #[arg(long, requires = "installed")]
    code: bool,
    /// Exclude files that match, by their path in site-packages; can be repeated
    #[arg(long, value_name = "GLOB", requires = "installed")]
    exclude: Vec<String>,
}

pub fn run(
    flags: &Flags,
    pythons: &[OsString],
    choice: Choice,
    jobs: NonZero<usize>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let prefix = flags.installed.as_deref().context("name an artifact, or a folder with --installed")?;
    let stop = interrupt::flag()?;
    let exclude = Globs::new(flags.exclude.iter().map(String::as_str))?;
    let environment = Environment::find(prefix, &exclude)?;

    // The environment's own interpreter is not trusted.
    let compilers = match flags.code || !pythons.is_empty() {
        true => Compilers::find(pythons, choice, jobs)?,
        false => Compilers::default(),
    };
    let options = Options { references: &compilers.references(), jobs, stop: &stop };
    let report = environment.check(&options, |_| ())?;
    match terminal.is_json() {
        true => terminal.json(&Report::of(&report))?,
        false => tell(&report, start, terminal)?,
    }
    Ok(match report.findings.is_empty() {
        true => Exit::Fine,
        // Nothing is known to be another.
        false if report.is_only_unreadable() => Exit::Trouble,
        false => Exit::Negative,
    })
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
