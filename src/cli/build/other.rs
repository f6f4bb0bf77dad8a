//! Projects with other backends: these build, and what they build is made normal.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::bail;
use clap::ValueEnum;
use pyrepro::archive::Digest;
use pyrepro::backend::{
    self, Artifact, BuildSystem, Built, Event, Installer, Isolation, Made, Request, Session,
};
use pyrepro::compile::{Aim, Chosen};
use pyrepro::dist::Bytecode;
use pyrepro::epoch::{DecidedEpoch, Epoch};
use pyrepro::manifest::{Manifest, Target};
use pyrepro::output::{Output, OutputForm, OutputSet, OutputTarget, UntilStopped};
use pyrepro::project::Requirement;
use pyrepro::python::{Interpreter, Interpreters};
use pyrepro::recipe::{BackendRecipe, Provenance};

use super::Flags;
use super::python::fits;
use super::report::Report;
use super::status::Status;
use super::write::into_folder;
use crate::cli::compiler;
use crate::cli::exit::Exit;
use crate::cli::printable::ProgramOutput;
use crate::cli::terminal::{Terminal, say};
use crate::cli::{environment, interrupt, manifest};

/// What is for projects of other backends alone.
#[derive(clap::Args)]
#[command(next_help_heading = "Other backends")]
pub struct OtherFlags {
    /// Use installed packages, as distributions do
    #[arg(short = 'n', long, conflicts_with_all = ["constraints", "find_links", "no_index", "installer"])]
    no_isolation: bool,
    /// The program that installs build requirements [default: uv if it is on PATH, else pip]
    #[arg(long, value_name = "PROGRAM", value_enum)]
    installer: Option<Installing>,
    /// Constraints file for build requirements; can be repeated
    #[arg(short, long, value_name = "FILE")]
    constraints: Vec<PathBuf>,
    /// A folder with wheels of build requirements; can be repeated
    #[arg(short, long, value_name = "DIR")]
    find_links: Vec<PathBuf>,
    /// Use only these folders, and no index
    #[arg(long, visible_alias = "offline", requires = "find_links")]
    no_index: bool,
    /// A build requirement that the project does not declare; give it again for more
    #[arg(long, value_name = "REQ", conflicts_with = "no_isolation")]
    with: Vec<Requirement>,
    /// A setting for the backend; can be repeated
    #[arg(short = 'C', long = "config-setting", value_name = "KEY[=VALUE]", value_parser = config_setting)]
    settings: Vec<(String, String)>,
    /// Pass this environment variable to the backend; can be repeated
    #[arg(long, value_name = "NAME")]
    keep_env: Vec<String>,
    /// A further folder that the backend may write to; can be repeated
    #[arg(long, value_name = "DIR")]
    allow_write: Vec<PathBuf>,
    /// Time limit of each installation and each call of the backend [default: no limit]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// The folder for build folders; machine code can contain its path [default: /tmp]
    #[arg(long, value_name = "DIR")]
    build_root: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Installing {
    Uv,
    Pip,
}

/// A setting for a backend, as a key and a value.
pub fn config_setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    if key.is_empty() || text.contains('\0') {
        return Err("a setting has a name, such as KEY=VALUE".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "a number of seconds above 0".to_owned())
}

/// Has the project's backend build, and writes what comes out.
pub fn run(flags: &Flags, root: &Path, name: &str, terminal: &Terminal) -> anyhow::Result<Exit> {
    flags.refuse_own(name)?;
    let decided = flags.epoch(root)?;
    let epoch = decided.epoch;
    let clamped = epoch.clamp_to(Epoch::DOS);
    if clamped.changed {
        terminal.warn(format_args!("{epoch} has no place in a zip file; it becomes {}", clamped.epoch));
    }
    let python = flags.interpreter()?;
    fits(BuildSystem::of(root)?.requires_python.as_ref(), python.release)?;
    let stop = interrupt::flag()?;
    let request = flags.build_request(root, &python, epoch)?;
    let compiler = flags.compiler_of(python, terminal)?;
    let maker = Maker { flags, epoch: decided, compiler, stop };
    let report = maker.make(&request, terminal)?;
    report.show(terminal)?;
    Ok(Exit::Fine)
}

impl Flags {
    /// Refuses what only pyrepro itself can make.
    fn refuse_own(&self, name: &str) -> anyhow::Result<()> {
        let own = [
            (self.zipapp, "zipapp", "build the wheel, and give it to `pyrepro zipapp --wheel`"),
            (self.editable, "editable", "use `pip install --editable`"),
            (self.metadata.is_some(), "metadata", "build the wheel, which has it"),
            (self.list, "list", "build it, and look with `unzip -l`"),
        ];
        match own.into_iter().find(|(is_asked, ..)| *is_asked) {
            Some((_, flag, way_out)) => {
                bail!(
                    "--{flag} is for projects that pyrepro is the backend of, and this one has {name}: {way_out}"
                )
            }
            None => Ok(()),
        }
    }

    /// How an artifact is made, for its manifest.
    fn recipe_for(&self, artifact: Artifact) -> BackendRecipe {
        BackendRecipe {
            artifact,
            settings: self.other.settings.clone(),
            isolation: !self.other.no_isolation,
            bytecode: self.bytecode().filter(|_| artifact == Artifact::Wheel),
        }
    }

    fn interpreter(&self) -> anyhow::Result<Interpreter> {
        let interpreters = Interpreters::new(environment::search_path());
        Ok(match &self.python {
            Some(request) => interpreters.find(request)?,
            None => interpreters.default()?,
        })
    }

    /// What compiles, if there is to be bytecode. The backend's interpreter says for which release.
    fn compiler_of(&self, python: Interpreter, terminal: &Terminal) -> anyhow::Result<Option<Chosen>> {
        if self.bytecode().is_none() {
            return Ok(None);
        }
        let chosen = Aim::of(python)?.compiler(self.compiler.choice()?, self.jobs())?;
        compiler::announce(&chosen, terminal);
        Ok(Some(chosen))
    }

    fn build_request(&self, root: &Path, python: &Interpreter, epoch: Epoch) -> anyhow::Result<Request> {
        let other = &self.other;
        Ok(Request {
            left_out: vec![self.out_dir.clone()],
            isolation: other.isolation()?,
            settings: other.settings.clone(),
            with: other.with.iter().map(ToString::to_string).collect(),
            epoch,
            variables: environment::all(),
            keep: other.keep_env.clone(),
            writable: other.allow_write.clone(),
            time_limit: other.timeout,
            root: other.build_root.clone().unwrap_or_else(backend::default_root),
            ..Request::new(root.to_owned(), python.path.clone())
        })
    }
}

impl OtherFlags {
    fn isolation(&self) -> anyhow::Result<Isolation> {
        if self.no_isolation {
            return Ok(Isolation::Installed);
        }
        let installer = match (self.installer, environment::installer()) {
            (Some(Installing::Pip), _) => Installer::Pip,
            (Some(Installing::Uv), Installer::Pip) => bail!("there is no uv on PATH; use --installer pip"),
            (_, installer) => installer,
        };
        Ok(Isolation::Fresh {
            installer,
            constraints: self.constraints.clone(),
            find_links: self.find_links.clone(),
            no_index: self.no_index,
        })
    }
}

/// What makes the artifacts that the user asks for.
struct Maker<'a> {
    flags: &'a Flags,
    epoch: DecidedEpoch,
    compiler: Option<Chosen>,
    stop: Arc<AtomicBool>,
}

impl Maker<'_> {
    fn make(&self, request: &Request, terminal: &Terminal) -> anyhow::Result<Report> {
        let Flags { wheel, sdist, ref out_dir, .. } = *self.flags;
        let output = RefCell::default();
        let status = Status::new(terminal);
        let watch = |event: Event<'_>| tell(event, &output, &status, terminal);
        let mut report = Report::default();
        let mut session = Session::start(request, &self.stop, &watch)?;
        let mut all = Vec::new();
        for (is_asked, artifact) in [(sdist, Artifact::Sdist), (wheel || !sdist, Artifact::Wheel)] {
            if is_asked {
                let built = session.build(artifact, &watch)?;
                status.tell(&format!("normalising {}", built.file_name));
                all.push(status.aside(|| self.made(built, &mut report, terminal))?);
            }
        }
        report.backend(&session);
        let provenance = (!self.flags.no_manifest).then(|| Provenance::of(&session)).transpose()?;
        drop(session);
        status.tell(&format!("writing to {}", out_dir.display()));
        let sums = into_folder(out_dir, || {
            let mut set = OutputSet::default();
            let add = |made| self.add(made, provenance.as_ref(), &mut set);
            let sums = all.iter().map(add).collect::<anyhow::Result<Vec<_>>>()?;
            set.put()?;
            Ok(sums)
        })?;
        drop(status);
        for (made, sum) in all.iter().zip(sums) {
            let path = out_dir.join(&made.name);
            manifest::retire(&path, sum.0, provenance.is_some())?;
            report.add_built(&made.built, &path, sum, terminal);
        }
        Ok(report)
    }

    /// What is written of an artifact, with bytecode in it if that is wanted.
    fn made(&self, built: Built, report: &mut Report, terminal: &Terminal) -> anyhow::Result<Made> {
        let jobs = self.flags.jobs();
        let recipe = self.flags.bytecode().filter(|_| built.artifact == Artifact::Wheel);
        let bytecode = self.compiler.as_ref().zip(recipe).map(|(chosen, recipe)| {
            let (compiler, version) = chosen.for_version();
            Bytecode { compiler, version, recipe, jobs, stop: &self.stop }
        });
        let made = built.make(self.epoch.epoch, bytecode.as_ref(), jobs)?;
        self.compiler.iter().for_each(|chosen| compiler::tell_handed_over(chosen, terminal));
        for warning in &made.warnings {
            report.warn(warning, terminal);
        }
        Ok(made)
    }

    /// An artifact and its manifest, complete but for their names.
    fn add(
        &self,
        made: &Made,
        provenance: Option<&Provenance>,
        set: &mut OutputSet,
    ) -> anyhow::Result<(Digest, u64)> {
        let mut output = self.flags.output(&made.name)?;
        let written =
            made.write(self.epoch.epoch, self.flags.jobs(), &mut UntilStopped::new(&mut output, &self.stop));
        written.map_err(|error| output.explain(error))?;
        let sum = output.digest()?;
        let manifest =
            provenance.map(|provenance| self.manifest(made, provenance, &mut output)).transpose()?;
        set.add(output, false)?;
        manifest.map_or(Ok(()), |manifest| set.add(manifest, false))?;
        Ok(sum)
    }

    fn manifest(&self, made: &Made, provenance: &Provenance, output: &mut Output) -> anyhow::Result<Output> {
        let recipe = self.flags.recipe_for(made.built.artifact);
        let target = self.compiler.as_ref().map(Target::of_chosen);
        let written = output.reopen()?;
        let manifest = provenance.manifest(&recipe, self.epoch, target, written, output.path())?;
        let target = OutputTarget::chosen(&Manifest::beside(output.path()), OutputForm::Json)?;
        manifest::prepare(target, &manifest)
    }
}

/// Says what goes on: on a terminal in one line, and with everything that the programs write to those who
/// want to know.
fn tell(event: Event<'_>, output: &RefCell<ProgramOutput>, status: &Status, terminal: &Terminal) {
    let step = |what: String| {
        status.tell(&what);
        if terminal.is_verbose() {
            terminal.note(what);
        }
    };
    match event {
        Event::Waiting(folder) => status.aside(|| {
            let folder = folder.display();
            terminal.warn(format_args!("another build of this project has {folder}; waiting for it"));
        }),
        Event::Preparing => step("making an environment for the backend".to_owned()),
        Event::Installing(requires) => step(format!("resolving and installing {}", requires.join(", "))),
        Event::Building(artifact, system) => {
            let what = if artifact == Artifact::Wheel { "a wheel" } else { "an sdist" };
            step(format!("{} builds {what}", system.backend));
        }
        Event::Output(bytes) if terminal.is_verbose() => {
            output.borrow_mut().tell(bytes, say);
        }
        Event::Output(_) => {}
    }
}
