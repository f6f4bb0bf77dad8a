//! `pyrepro verify`: whether something is what it says it is.

mod artifact;
mod compilers;
mod difference;
mod installed;
mod report;
mod trace;

use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};

use super::compiler::CompilerFlag;
use super::exit::Exit;
use super::terminal::Terminal;
use super::{named, rebuild};

/// Check that an artifact comes from its source, or that installed files match their RECORD
///
/// Compares an artifact with its manifest, builds it again from its source with the recorded options and
/// interpreter, and names every difference. A wheel without a manifest is rebuilt as in `pyrepro
/// rebuild`. --trace only looks up where members come from.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The artifact to check
    #[arg(value_name = "ARTIFACT", required_unless_present = "installed", conflicts_with = "installed")]
    artifact: Option<PathBuf>,
    /// Compile with this interpreter: a path, a command or a version; can be repeated with --installed
    /// [default: one of the recorded version; with --installed those that `pyrepro pythons` lists]
    #[arg(long, value_name = "PYTHON")]
    python: Vec<OsString>,
    #[command(flatten)]
    compiler: CompilerFlag,
    /// Number of files to work on at a time; 0 means one per core
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = crate::cli::named::jobs, allow_negative_numbers = true)]
    jobs: u16,
    /// Only look up where members come from, without building: fast, but no proof
    #[arg(long, conflicts_with = "installed")]
    trace: bool,
    #[command(flatten)]
    statement: rebuild::StatementFlags,
    #[command(flatten)]
    of_artifact: artifact::Flags,
    #[command(flatten)]
    installed: installed::Flags,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro verify dist/app.pyz --source src
  pyrepro verify app.pyz --source app-1.0.tar.gz --any-patch --format json | jq .verdict
  pyrepro verify downloaded-1.0-py3-none-any.whl --source downloaded-1.0.tar.gz
  pyrepro verify app.pyz --find-links wheels --accept content
  pyrepro verify --installed /usr/local
  pyrepro verify --installed .venv --code
  pyrepro verify --installed image/root --format json | jq '.findings[]'

Exit codes: 0 everything matches; 1 something does not; 2 it could not be checked, for example because the
source or the interpreter is missing.";

impl Flags {
    /// A wheel is built again from its source; of other artifacts, members are traced.
    fn without_manifest(
        &self,
        artifact: &Path,
        jobs: NonZero<usize>,
        terminal: &Terminal,
    ) -> anyhow::Result<Exit> {
        let source = self.of_artifact.source();
        let is_wheel = artifact.extension().is_some_and(|extension| extension == "whl");
        let source_of_wheel = source.filter(|_| is_wheel && !self.trace);
        match (source_of_wheel, source) {
            (Some(source), _) => rebuild::verify(artifact, source, &self.python, terminal),
            (None, None) if !self.trace => {
                named::file(artifact, "an artifact in it, or an environment with --installed")?;
                ensure!(
                    named::is_archive(artifact),
                    "{} is not an artifact; name a wheel, a zipapp or a source distribution",
                    artifact.display()
                );
                bail!(
                    "{} has no manifest beside it, and no source to compare it with; give its source distribution \
                     or its folder with --source, or try `pyrepro rebuild NAME==VERSION`, which asks the index",
                    artifact.display()
                )
            }
            _ => trace::run(artifact, source, &self.python, self.compiler.choice()?, jobs, terminal),
        }
    }
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    if let Some(artifact) = &flags.artifact {
        named::existing(artifact)?;
    }
    let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let jobs = NonZero::new(flags.jobs.into()).unwrap_or(all);
    if let (Some(artifact), Some(statement)) = (&flags.artifact, &flags.statement.statement) {
        return flags.statement.run(artifact, statement, flags.of_artifact.source(), terminal);
    }
    match &flags.artifact {
        Some(artifact) if !flags.of_artifact.has_manifest(artifact)? => {
            flags.without_manifest(artifact, jobs, terminal)
        }
        Some(artifact) => {
            ensure!(
                flags.python.len() <= 1,
                "an artifact is built again with one interpreter: give --python once"
            );
            let python = flags.python.first().map(OsString::as_os_str);
            let compiler = flags.compiler.named()?;
            artifact::run(&flags.of_artifact, artifact, python, compiler, jobs, terminal)
        }
        None => installed::run(&flags.installed, &flags.python, flags.compiler.choice()?, jobs, terminal),
    }
}
