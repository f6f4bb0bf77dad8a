//! `pyrepro verify ARTIFACT` where there is no manifest: what can be said of its members all the same.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

use pyrepro::Verdict;
use pyrepro::compile::Choice;
use pyrepro::verify::trace::{Origin, Request, Trace, trace};
use serde::Serialize;

use super::compilers::Compilers;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::terminal::{BAD, FAINT, GOOD, Terminal};

pub fn run(
    artifact: &Path,
    source: Option<&Path>,
    pythons: &[OsString],
    choice: Choice,
    jobs: NonZero<usize>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let stop = interrupt::flag()?;
    let compilers = match Compilers::find(pythons, choice, jobs) {
        // What needs none is traced without.
        Err(_) if pythons.is_empty() => Compilers::default(),
        compilers => compilers?,
    };
    let references = compilers.references();
    let traces = trace(&Request { artifact, source, references: &references, jobs, stop: &stop })?;
    let is_fine = traces.iter().all(Trace::is_fine);
    match terminal.is_json() {
        true => terminal.json(&Report {
            report: "trace",
            schema: 1,
            artifact: &artifact.to_string_lossy(),
            verdict: verdict(&traces, source.is_some()),
            manifest: None,
            members: &traces,
        })?,
        false => tell(&traces, artifact, source.is_some(), start, terminal)?,
    }
    Ok(match (is_fine, source) {
        (true, Some(_)) => Exit::Fine,
        // Nothing was compared but the artifact with itself.
        (true, None) => Exit::Trouble,
        (false, _) => Exit::Negative,
    })
}

/// What the traces come to. What only a rebuild could prove is not called different.
fn verdict(traces: &[Trace], has_source: bool) -> Verdict {
    let only_unproven = |trace: &Trace| {
        trace.record.is_none() && (trace.origin.is_fine() || trace.origin == Origin::Unproven)
    };
    match traces.iter().all(Trace::is_fine) {
        true if has_source => Verdict::Traced,
        true => Verdict::Unproven,
        false if traces.iter().all(only_unproven) => Verdict::Unproven,
        false => Verdict::Differs,
    }
}

fn tell(
    traces: &[Trace],
    artifact: &Path,
    has_source: bool,
    start: Instant,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let mut out = terminal.out();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for Trace { path, origin, record } in traces {
        *counts.entry(origin.name()).or_default() += 1;
        if !origin.is_fine() {
            let detail = match origin {
                Origin::Changed(from) => format!("it is not {from} of the source"),
                Origin::Forged(why) | Origin::NotCompared(why) => why.clone(),
                Origin::Missing(from) => format!("{from} of the source is not in it"),
                Origin::Unproven => "only a rebuild can tell whether a build generates it".to_owned(),
                _ => "nothing in the source is at its place".to_owned(),
            };
            writeln!(out, "{path}: {BAD}{}{BAD:#}: {detail}", origin.name())?;
        } else if terminal.is_verbose() {
            writeln!(out, "{path}: {FAINT}{}{FAINT:#}", origin.name())?;
        }
        if let Some(problem) = record {
            writeln!(out, "{path}: {BAD}{problem}{BAD:#}")?;
        }
    }
    if terminal.reports() {
        let (style, verdict) = match verdict(traces, has_source) {
            Verdict::Traced => (GOOD, "every member is of the source"),
            Verdict::Unproven if !has_source => {
                (BAD, "not compared with anything; name its source with --source")
            }
            Verdict::Unproven => {
                (BAD, "all of the source's own files are as they are there; the rest is unproven")
            }
            _ => (BAD, "not all of it comes from the source"),
        };
        writeln!(out, "{}: {style}{verdict}{style:#}", artifact.display())?;
        let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let seconds = start.elapsed().as_secs_f64();
        writeln!(out, "{FAINT}traced, not built again; {}; {seconds:.2} s{FAINT:#}", counts.join(", "))?;
    }
    Ok(out.flush()?)
}

#[derive(Serialize)]
struct Report<'a> {
    report: &'static str,
    schema: u32,
    artifact: &'a str,
    verdict: Verdict,
    /// There is none.
    manifest: Option<()>,
    members: &'a [Trace],
}
