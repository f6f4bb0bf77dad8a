//! `pyrepro verify ARTIFACT`: an artifact, held against its manifest and its source.

use std::ffi::OsStr;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use pyrepro::compile::Choice;
use pyrepro::manifest::Manifest;
use pyrepro::project::Requirement;
use pyrepro::python::Interpreters;
use pyrepro::verify::{Finding, Foreign, Installing, Intent, Outcome, Request, Sources, Verdict, verify};
use serde::Serialize;

use crate::cli::build::config_setting;
use crate::cli::exit::Exit;
use crate::cli::terminal::{BAD, FAINT, GOOD, Terminal};
use crate::cli::{environment, interrupt};
use pyrepro::there;

#[derive(clap::Args)]
#[command(next_help_heading = "An artifact")]
#[group(id = "an-artifact")]
pub struct Flags {
    /// What to build from: the source folder, an sdist, or the wheel or archive that it was made from
    #[arg(long, value_name = "SRC", requires = "artifact")]
    source: Option<PathBuf>,
    /// A folder with the wheels, archives and lists that it was made from, or with wheels of build
    /// requirements; can be repeated
    #[arg(long, value_name = "FOLDER", requires = "artifact")]
    find_links: Vec<PathBuf>,
    /// Use only the folders of --find-links for build requirements, and no index
    #[arg(long, visible_alias = "offline", requires = "find_links")]
    no_index: bool,
    /// A build requirement that it was built with (`build --with`); can be repeated
    #[arg(long, value_name = "REQ", requires = "artifact")]
    with: Vec<Requirement>,
    /// Allow this backend setting of the manifest; can be repeated
    #[arg(short = 'C', long = "config-setting", value_name = "KEY[=VALUE]", requires = "artifact", value_parser = config_setting)]
    settings: Vec<(String, String)>,
    /// Run no build backend, which is foreign code; its artifacts are then not built again
    #[arg(long, requires = "artifact")]
    no_backend: bool,
    /// Its manifest [default: the file beside it, under its name with .manifest.json]
    #[arg(long, value_name = "FILE", requires = "artifact")]
    manifest: Option<PathBuf>,
    /// Compile with another patch release, if the recorded one is not here
    #[arg(long, requires = "artifact")]
    any_patch: bool,
    /// Also accept this verdict; by default only the same bytes are accepted
    #[arg(long, value_name = "WHAT", value_enum, requires = "artifact")]
    accept: Option<Accept>,
}

impl Flags {
    /// Whether there is a manifest to go by, or one is named.
    pub fn has_manifest(&self, artifact: &Path) -> anyhow::Result<bool> {
        let place = Manifest::beside(artifact);
        let is_beside =
            || there::is_anything(&place).with_context(|| format!("cannot read {}", place.display()));
        Ok(self.manifest.is_some() || is_beside()?)
    }

    /// What the artifact is said to be made of.
    pub fn source(&self) -> Option<&Path> {
        self.source.as_deref()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Accept {
    /// The same content with other archive metadata: order, times, compression
    Content,
    /// Also the same meaning: bytecode that decodes to equal code
    Meaning,
}

impl Accept {
    fn worst(self) -> Verdict {
        match self {
            Accept::Content => Verdict::Content,
            Accept::Meaning => Verdict::Meaning,
        }
    }
}

/// What it was done with.
#[derive(Serialize)]
struct Report<'a> {
    artifact: String,
    accepted: bool,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

pub fn run(
    flags: &Flags,
    artifact: &Path,
    python: Option<&OsStr>,
    compiler: Option<Choice>,
    jobs: NonZero<usize>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let is_file = there::is_file(artifact).with_context(|| format!("cannot read {}", artifact.display()))?;
    ensure!(is_file, "{} is no file; name an artifact", artifact.display());
    let stop = interrupt::flag()?;
    let interpreters = Interpreters::new(environment::search_path());
    let announce = |intent: &Intent| terminal.note(intent);
    let outcome = verify(&Request {
        artifact,
        manifest: flags.manifest.as_deref(),
        sources: Sources { source: flags.source.clone(), find_links: flags.find_links.clone() },
        interpreters: &interpreters,
        python,
        any_patch: flags.any_patch,
        installing: Installing {
            installer: environment::installer(),
            no_index: flags.no_index,
            with: flags.with.iter().map(ToString::to_string).collect(),
            settings: flags.settings.clone(),
            variables: environment::all(),
        },
        compiler,
        foreign: if flags.no_backend { Foreign::Refused } else { Foreign::Announced(&announce) },
        jobs,
        stop: &stop,
    })?;
    let accepted = outcome.verdict <= flags.accept.map_or(Verdict::Identical, Accept::worst);
    if terminal.is_json() {
        let artifact = artifact.to_string_lossy().into_owned();
        terminal.json(&Report { artifact, accepted, outcome: &outcome })?;
    } else {
        tell(&outcome, artifact, start, terminal)?;
    }
    Ok(match outcome.verdict {
        Verdict::NotRebuilt => Exit::Trouble,
        _ if accepted => Exit::Fine,
        _ => Exit::Negative,
    })
}

fn tell(outcome: &Outcome, artifact: &Path, start: Instant, terminal: &Terminal) -> anyhow::Result<()> {
    let Outcome { verdict, reason, as_recorded, claims, inputs, members, rebuilt, notes } = outcome;
    let mut out = terminal.out();
    for note in notes {
        terminal.warn(note);
    }
    for input in inputs {
        let (role, path, words) = (input.role.name(), &input.path, input.difference.words());
        writeln!(out, "{role} {path}: {BAD}{words}{BAD:#}")?;
    }
    for claim in claims {
        let (field, recorded, found) = (&claim.field, &claim.recorded, &claim.found);
        writeln!(out, "manifest {field}: {BAD}{recorded}, but it is {found}{BAD:#}")?;
    }
    for evidence in members.iter().filter(|evidence| evidence.finding != Finding::Same) {
        let detail = match (&evidence.expected, &evidence.found) {
            (Some(expected), Some(found)) => format!(": {found}, and not {expected}"),
            _ => String::new(),
        };
        let (path, words) = (&evidence.path, evidence.finding.words());
        writeln!(out, "member {path}: {BAD}{words}{BAD:#}{FAINT}{detail}{FAINT:#}")?;
    }
    if terminal.reports() {
        let style = if *verdict == Verdict::Identical { GOOD } else { BAD };
        // A reason can be what a program has said, over several lines.
        let mut reason = reason.iter().flat_map(|reason| reason.lines());
        let first = reason.next().map(|line| format!(": {line}")).unwrap_or_default();
        writeln!(out, "{}: {style}{verdict}{style:#}{first}", artifact.display())?;
        reason.try_for_each(|line| {
            let indent = if line.starts_with("  ") { "" } else { "  " };
            writeln!(out, "{indent}{line}")
        })?;
        let by = rebuilt.as_ref().and_then(|rebuilt| rebuilt.backend.as_ref());
        let by = by.map(|backend| format!(" by {}", backend.name)).unwrap_or_default();
        let with = match rebuilt.as_ref().map(|rebuilt| &rebuilt.targets[..]) {
            None => "not built again".to_owned(),
            Some([]) => format!("built again{by} without bytecode"),
            Some([target, ..]) => format!("built again{by} with Python {}", target.version),
        };
        let file = if *as_recorded { "the file of the manifest" } else { "not the file of the manifest" };
        let (members, time) = (members.len(), start.elapsed().as_secs_f64());
        writeln!(out, "{FAINT}{file}, {members} members, {with}; {time:.2} s{FAINT:#}")?;
    }
    Ok(out.flush()?)
}
