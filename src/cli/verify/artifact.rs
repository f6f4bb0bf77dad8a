//! `pyrepro verify ARTIFACT`: an artifact, held against its manifest and its source.

use std::ffi::OsStr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use pyrepro::Verdict;
use pyrepro::compile::Choice;
use pyrepro::manifest::Manifest;
use pyrepro::output::{Output, OutputForm, OutputTarget, replace_folder};
use pyrepro::project::Requirement;
use pyrepro::python::Interpreters;
use pyrepro::verify::{Foreign, Installing, Intent, Outcome, Request, Sources, verify_and};
use serde::Serialize;

use super::report::tell;
use crate::cli::build::config_setting;
use crate::cli::diff::page;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
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
    /// Its manifest [default: the file .ARTIFACT.manifest.json beside it, or ARTIFACT.manifest.json]
    #[arg(long, value_name = "FILE", requires = "artifact")]
    manifest: Option<PathBuf>,
    /// Compile with another patch release, if the recorded one is not here
    #[arg(long, requires = "artifact")]
    any_patch: bool,
    /// Also accept this verdict; by default only the same bytes are accepted
    #[arg(long, value_name = "WHAT", value_enum, requires = "artifact")]
    accept: Option<Accept>,
    /// Also write a page for browsers that shows how the artifact differs from the rebuilt one
    #[arg(long, value_name = "FILE", requires = "artifact")]
    html: Option<PathBuf>,
    /// Leave the rebuilt artifact in this folder
    #[arg(long, value_name = "FOLDER", requires = "artifact")]
    keep: Option<PathBuf>,
}

impl Flags {
    /// Whether there is a manifest to go by, or one is named.
    pub fn has_manifest(&self, artifact: &Path) -> anyhow::Result<bool> {
        let found =
            || Manifest::find(artifact).with_context(|| format!("cannot read {}", artifact.display()));
        Ok(self.manifest.is_some() || found()?.is_some())
    }

    /// The page to write, which is none of what is read.
    fn page(&self, artifact: &Path) -> anyhow::Result<Option<OutputTarget>> {
        let Some(page) = &self.html else { return Ok(None) };
        Ok(Some(OutputTarget::named(page, OutputForm::Page)?.apart_from([artifact])?))
    }

    /// Leaves the rebuilt artifact where the user wants it.
    fn keep(&self, rebuilt: &Path, artifact: &Path) -> anyhow::Result<()> {
        let (Some(folder), Some(name)) = (&self.keep, rebuilt.file_name()) else { return Ok(()) };
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if rebuilt.is_dir() {
            return Ok(replace_folder(&folder.join(name), |new| copy_tree(rebuilt, new))?);
        }
        let place = folder.join(name);
        let target = OutputTarget::chosen(&place, OutputForm::Archive)?.apart_from([artifact])?;
        let mut output = Output::create(target)?;
        let mut file = std::fs::File::open(rebuilt)?;
        std::io::copy(&mut file, &mut output).with_context(|| format!("cannot write {}", place.display()))?;
        Ok(output.finish(false)?)
    }

    /// What the artifact is said to be made of.
    pub fn source(&self) -> Option<&Path> {
        self.source.as_deref()
    }
}

/// Copies a folder that is ours, and has nothing but files and folders.
fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            std::fs::create_dir(&to)?;
            copy_tree(&from, &to)?;
        } else {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Accept {
    /// The same content with other archive metadata: order, times, compression
    #[value(alias = "content")]
    Container,
    /// Also the same meaning: bytecode that decodes to equal code
    Meaning,
}

impl Accept {
    fn worst(self) -> Verdict {
        match self {
            Accept::Container => Verdict::Container,
            Accept::Meaning => Verdict::Meaning,
        }
    }
}

/// What it was done with.
#[derive(Serialize)]
struct Report<'a> {
    report: &'static str,
    schema: u32,
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
    let looked = || format!("cannot read {}", artifact.display());
    ensure!(
        there::is_file(artifact).with_context(looked)? || there::is_folder(artifact).with_context(looked)?,
        "there is no {}; name an artifact, or a tree of bytecode",
        artifact.display()
    );
    let stop = interrupt::flag()?;
    let interpreters = Interpreters::new(environment::search_path());
    let announce = |intent: &Intent| terminal.note(intent);
    let page_target = flags.page(artifact)?;
    let request = Request {
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
    };
    let outcome = verify_and(&request, |rebuilt| flags.keep(rebuilt, artifact))?;
    if let Some(target) = page_target {
        match &outcome.difference {
            Some(difference) => page::write(target, difference)?,
            None => terminal.warn("there is no page, since there is no difference from a rebuilt artifact"),
        }
    }
    let accepted = outcome.verdict <= flags.accept.map_or(Verdict::Identical, Accept::worst);
    if terminal.is_json() {
        let artifact = artifact.to_string_lossy().into_owned();
        terminal.json(&Report { report: "verify", schema: 1, artifact, accepted, outcome: &outcome })?;
    } else {
        tell(&outcome, artifact, start, terminal)?;
    }
    Ok(match outcome.verdict {
        Verdict::NotRebuilt => Exit::Trouble,
        _ if accepted => Exit::Fine,
        _ => Exit::Negative,
    })
}
