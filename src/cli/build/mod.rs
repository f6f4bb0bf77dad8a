//! `pyrepro build`: wheels, sdists and zipapps of a project, the same each time.

mod backend;
mod other;
mod python;
mod report;
mod status;
mod write;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, ensure};
use pyrepro::compile::{Aim, Chosen};
use pyrepro::dist::{self, Ingredient, Package};
use pyrepro::epoch::{DecidedEpoch, EpochChoice};
use pyrepro::output::Scratch;
use pyrepro::pyc::Optimization;
use pyrepro::python::Interpreters;
use pyrepro::recipe::{BytecodeRecipe, Product};

use super::compiler::{self, CompilerFlag};
use super::exit::Exit;
use super::mode::HashMode;
use super::terminal::Terminal;
use super::{environment, interrupt, named};
use backend::{Backend, backend_of};
pub use other::config_setting;
use pyrepro::there;
use python::fits;
use report::Report;
use status::Status;
use write::Item;

/// Build reproducible wheels, sdists and zipapps
///
/// If pyproject.toml has build-backend = "pyrepro", pyrepro builds the project itself. Otherwise it calls the
/// project's build backend, in an environment that is the same each time, and normalises the result.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The project's folder, or an sdist of it
    #[arg(value_name = "SRC", default_value = ".")]
    source: PathBuf,
    /// The output folder
    #[arg(short, long, value_name = "DIR", default_value = "dist")]
    out_dir: PathBuf,
    /// Build a wheel; the default
    #[arg(long)]
    wheel: bool,
    /// Build an sdist
    #[arg(long)]
    sdist: bool,
    /// Build a zipapp that runs the project's script
    #[arg(long)]
    zipapp: bool,
    /// Build an editable wheel: imports use the sources in SRC
    #[arg(long, conflicts_with = "wheel")]
    editable: bool,
    /// Only write the wheel's .dist-info folder into DIR
    #[arg(long, value_name = "DIR", conflicts_with_all = ["wheel", "sdist", "zipapp", "editable", "list"])]
    metadata: Option<PathBuf>,
    /// List the content of the artifacts, and write nothing
    #[arg(long, conflicts_with = "zipapp")]
    list: bool,
    /// Number of files to work on at a time; 0 means one per core
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = crate::cli::named::jobs, allow_negative_numbers = true)]
    jobs: u16,
    /// Write no manifests
    #[arg(long, overrides_with = "no_manifest")]
    no_manifest: bool,
    /// Time of all members: seconds since 1970, or `git` for the time of the last commit
    /// [default: $SOURCE_DATE_EPOCH, or 1980-01-01]
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    source_date_epoch: Option<EpochChoice>,

    /// Add bytecode to wheels and zipapps
    #[arg(long, value_name = "MODE", value_enum, help_heading = "Bytecode")]
    pyc: Option<HashMode>,
    /// The interpreter to compile for, and to run other backends: a path, a command or a version
    /// [default: $PYREPRO_PYTHON, the active virtual environment's, or python3]
    #[arg(long, value_name = "PYTHON", help_heading = "Bytecode")]
    python: Option<OsString>,
    #[command(flatten)]
    compiler: CompilerFlag,
    /// Optimisation level: 0, 1 or 2 [default: 0]
    #[arg(short = 'O', long, value_name = "LEVEL", requires = "pyc", help_heading = "Bytecode")]
    optimize: Option<Optimization>,
    /// Include bytecode only, without sources
    #[arg(long, requires = "pyc", help_heading = "Bytecode")]
    sourceless: bool,

    /// What the zipapp runs: a function such as pkg.mod:main, or a script [default: the only script]
    #[arg(short, long, value_name = "MAIN", requires = "zipapp", help_heading = "Zipapps")]
    main: Option<String>,
    /// The interpreter for the zipapp's #! line [default: no such line]
    #[arg(short = 'p', long, value_name = "INTERPRETER", requires = "zipapp", help_heading = "Zipapps")]
    interpreter: Option<String>,

    #[command(flatten)]
    other: other::OtherFlags,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro build                          a wheel of the current folder, in dist
  pyrepro build --sdist --wheel -o out project
  pyrepro build dist/orchard-1.2.0.tar.gz
  pyrepro build --list --sdist           list the content of the sdist
  pyrepro build --pyc checked-hash --python 3.13
  pyrepro build --zipapp -p '/usr/bin/env python3'
  pyrepro build -n --python /usr/bin/python3       with installed packages
  pyrepro build -c constraints.txt -f wheels --no-index

Exit codes: 0 all artifacts are written; 2 none is.";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let source = Source::open(&flags.source)?;
    match backend_of(&source.root)? {
        Backend::Own => {}
        Backend::Other(name) => return other::run(flags, &source.root, &name, terminal),
    }
    ensure!(
        !(flags.editable && flags.source.is_file()),
        "{} is an archive: unpack it to have something to edit",
        flags.source.display()
    );
    ensure!(flags.python.is_none() || flags.pyc.is_some(), "--python is of no use without --pyc here");
    let epoch = flags.epoch(&source.root)?;
    let package = Package::open_at(&source.root, Some(&flags.out_dir), epoch.if_given())?;
    let mut report = Report::default();
    for warning in &package.project().warnings {
        report.warn(warning, terminal);
    }
    if let Some(folder) = &flags.metadata {
        let metadata = package.prepared_metadata()?;
        let place = metadata.write_folder(folder)?;
        report.add_folder(&metadata, &place, terminal);
        report.show(terminal)?;
        return Ok(Exit::Fine);
    }
    let stop = interrupt::flag()?;
    let maker = Maker {
        flags,
        package: &package,
        compiler: flags.compiler(terminal)?,
        epoch,
        stop,
        ingredients: OnceCell::new(),
    };
    if let Some(chosen) = &maker.compiler {
        fits(package.project().requires_python.as_ref(), chosen.aim().release)?;
    }
    let status = Status::new(terminal);
    status.tell(&format!("building {}", package.stem()));
    let mut items = maker.artifacts()?;
    if flags.list {
        items.iter().filter_map(Item::artifact).for_each(|artifact| report.list(artifact, terminal));
    } else {
        if flags.zipapp {
            items.push(maker.item(maker.zipapp()?)?);
        }
        status.tell(&format!("writing to {}", flags.out_dir.display()));
        maker.write(&items, &mut report, status, terminal)?;
    }
    maker.compiler.iter().for_each(|chosen| compiler::tell_handed_over(chosen, terminal));
    report.show(terminal)?;
    Ok(Exit::Fine)
}

/// A project's folder, which an sdist is unpacked to.
struct Source {
    root: PathBuf,
    _unpacked: Option<Scratch>,
}

impl Source {
    fn open(path: &Path) -> anyhow::Result<Source> {
        named::project(path)?;
        let unreadable = || format!("cannot read {}", path.display());
        if there::is_file(path).with_context(unreadable)? {
            let unpacked = Scratch::new().context("cannot make a temporary folder")?;
            let root = dist::unpack(path, unpacked.path())?;
            return Ok(Source { root, _unpacked: Some(unpacked) });
        }
        Ok(Source { root: path.to_owned(), _unpacked: None })
    }
}

impl Flags {
    fn epoch(&self, root: &Path) -> anyhow::Result<DecidedEpoch> {
        Ok(environment::epoch(self.source_date_epoch, root)?)
    }

    fn jobs(&self) -> NonZero<usize> {
        let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        NonZero::new(self.jobs.into()).unwrap_or(all)
    }

    fn bytecode(&self) -> Option<BytecodeRecipe> {
        let HashMode(mode) = self.pyc?;
        Some(BytecodeRecipe { mode, level: self.optimize.unwrap_or_default(), sourceless: self.sourceless })
    }

    /// What compiles, if there is to be bytecode.
    fn compiler(&self, terminal: &Terminal) -> anyhow::Result<Option<Chosen>> {
        if self.pyc.is_none() {
            return Ok(None);
        }
        let interpreters = Interpreters::new(environment::search_path());
        let choice = self.compiler.choice()?;
        let chosen =
            Aim::find(&interpreters, self.python.as_deref(), choice)?.compiler(choice, self.jobs())?;
        compiler::announce(&chosen, terminal);
        Ok(Some(chosen))
    }
}

/// What makes the artifacts that the user asks for.
struct Maker<'a> {
    flags: &'a Flags,
    package: &'a Package,
    compiler: Option<Chosen>,
    epoch: DecidedEpoch,
    stop: Arc<AtomicBool>,
    ingredients: OnceCell<Vec<Ingredient>>,
}

impl Maker<'_> {
    /// All artifacts but the zipapp, of which there is no list.
    fn artifacts(&self) -> anyhow::Result<Vec<Item>> {
        let Flags { wheel, sdist, zipapp, editable, .. } = *self.flags;
        let mut items = Vec::new();
        if sdist {
            items.push(self.item(Product::Sdist)?);
        }
        if wheel || !(sdist || zipapp || editable) {
            items.push(self.item(Product::Wheel)?);
        }
        if editable {
            items.push(self.editable()?);
        }
        Ok(items)
    }
}
