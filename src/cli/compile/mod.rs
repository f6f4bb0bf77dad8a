//! `pyrepro compile`: what `python -m compileall` and `python -m py_compile` do, reproducibly.

mod paths;
mod report;
mod serve;

use std::ffi::OsString;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::ValueEnum;
use clap::builder::{OsStringValueParser, TypedValueParser};
use pyrepro::compile::{
    self, Aim, Choice, Compiler, Event, Exclude, Form, Goal, Pool, PycLocation, Recorded, Request, Summary,
    Task,
};
use pyrepro::epoch::EpochChoice;
use pyrepro::manifest::{self, Compiled};
use pyrepro::output::{OutputForm, OutputTarget};
use pyrepro::pyc::Optimization;
use pyrepro::python::Version;

use super::compiler::{self, CompilerFlag};
use super::environment;
use super::exit::Exit;
use super::mode::Mode;
use super::printable::printable;
use super::terminal::Terminal;
use paths::Ends;
use report::Report;
use serve::Session;

/// Compile Python sources to reproducible bytecode
///
/// Accepts the options of `python -m compileall` and `python -m py_compile`. Files that are up to date are
/// skipped, in every invalidation mode.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// Files and folders; `-` reads names from standard input [default: the folders of the interpreter's
    /// sys.path, without subfolders]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Answer requests from standard input, for programs; see src/cli/compile/serve.rs
    #[arg(long, hide = true, exclusive = true)]
    serve: bool,
    /// The interpreter to compile for: a path, a command or a version; can be repeated
    /// [default: $PYREPRO_PYTHON, the active virtual environment's, or python3]
    #[arg(long, value_name = "PYTHON")]
    python: Vec<OsString>,
    #[command(flatten)]
    compiler: CompilerFlag,
    /// Compile files that are up to date, too
    #[arg(short, long)]
    force: bool,
    /// Write nothing; list bytecode that is missing, stale, mismatched, foreign or orphaned
    #[arg(long, conflicts_with_all = ["force", "prune"])]
    check: bool,
    /// Remove the interpreter's bytecode in __pycache__ whose source is gone
    #[arg(long)]
    prune: bool,
    /// Number of sources to compile at a time; 0 means one per core
    #[arg(
        short,
        long,
        visible_alias = "workers",
        value_name = "N",
        value_parser = super::named::jobs,
        allow_negative_numbers = true,
        default_value_t = 0,
        hide_default_value = true
    )]
    jobs: u16,
    /// Memory limit of each interpreter in MiB; 0 means no limit (Linux) [default: 4096]
    #[arg(long, value_name = "N", value_parser = super::named::count::<u64>, allow_negative_numbers = true)]
    memory_limit: Option<u64>,

    /// Do not recurse into subfolders
    #[arg(short = 'l', help_heading = "What to compile")]
    local: bool,
    /// Recurse at most N levels deep; overrides -l
    #[arg(short = 'r', value_name = "N", value_parser = number::<i64>, allow_negative_numbers = true, help_heading = "What to compile")]
    recursion: Option<i64>,
    /// Skip sources whose path matches this Python regular expression
    #[arg(short = 'x', value_name = "REGEX", help_heading = "What to compile")]
    exclude: Option<String>,
    /// Also read files and folders from the lines of this file; `-` is standard input
    #[arg(short = 'i', value_name = "FILE", value_parser = perhaps_empty(), help_heading = "What to compile")]
    list: Option<PathBuf>,
    /// Names in a list or on standard input end with NUL, not with a newline
    #[arg(short = '0', long, help_heading = "What to compile")]
    null: bool,
    /// Skip symbolic links that point outside of DIR
    #[arg(short = 'e', value_name = "DIR", value_parser = perhaps_empty(), help_heading = "What to compile")]
    links_within: Option<PathBuf>,

    /// Optimisation level 0, 1 or 2; can be repeated [default: 0]
    #[arg(short, long, value_name = "LEVEL", allow_negative_numbers = true, help_heading = "What to write")]
    optimize: Vec<String>,
    /// How imports detect that a source has changed
    #[arg(long, value_name = "MODE", value_enum, default_value_t, help_heading = "What to write")]
    invalidation_mode: Mode,
    /// Record file names below DIR instead of the folders on the command line
    #[arg(short = 'd', value_name = "DIR", value_parser = perhaps_empty(), conflicts_with_all = ["strip", "prepend"], help_heading = "What to write")]
    destination: Option<PathBuf>,
    /// Strip DIR from recorded file names
    #[arg(short = 's', value_name = "DIR", value_parser = perhaps_empty(), help_heading = "What to write")]
    strip: Option<PathBuf>,
    /// Prepend DIR to recorded file names
    #[arg(short = 'p', value_name = "DIR", value_parser = perhaps_empty(), help_heading = "What to write")]
    prepend: Option<PathBuf>,
    /// Record this file name; for a single source
    #[arg(long, value_name = "NAME", value_parser = perhaps_empty(), conflicts_with_all = ["destination", "strip", "prepend"], help_heading = "What to write")]
    dfile: Option<PathBuf>,
    /// Write m.pyc beside m.py instead of into __pycache__
    #[arg(short = 'b', help_heading = "What to write")]
    legacy: bool,
    /// Write to this file; for a single source
    #[arg(long, value_name = "FILE", conflicts_with = "legacy", help_heading = "What to write")]
    cfile: Option<PathBuf>,
    /// Hard-link equal files of different levels
    #[arg(long, help_heading = "What to write")]
    hardlink_dupes: bool,
    /// Canonical form 1, or the interpreter's own bytes, which vary
    #[arg(long, value_name = "FORM", value_enum, default_value_t, help_heading = "What to write")]
    marshal: Marshal,
    /// Write a manifest of the sources and their bytecode to this file
    #[arg(long, value_name = "FILE", conflicts_with = "check", help_heading = "What to write")]
    manifest: Option<PathBuf>,
    /// Modification time of written files: seconds since 1970, or `git` for the time of the last commit
    /// [default: $SOURCE_DATE_EPOCH, or the current time]
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, help_heading = "What to write")]
    source_date_epoch: Option<EpochChoice>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro compile src
  pyrepro compile --python 3.12 --python 3.13 -q /usr/lib/python3/dist-packages
  pyrepro compile -s build/root -p / -o 0 -o 1 -o 2 build/root/usr/lib
  pyrepro compile --check --format json src
  pyrepro compile -s build/root -p / --manifest bytecode.json build/root/usr/lib

Exit codes: 0 everything is compiled or up to date; 1 a source does not compile, or --check found something;
2 any other error, such as a file that cannot be read or written.";

#[derive(Clone, Copy, Default, ValueEnum)]
enum Marshal {
    /// Depends on the source alone
    #[default]
    Canonical,
    /// As the interpreter writes it
    Interpreter,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    if flags.serve {
        return serve::serve();
    }
    run_in(&Session::new()?, flags, terminal)
}

fn run_in(session: &Session, flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let choice = flags.choice()?;
    let aims = session.aims(&flags.python, choice)?;
    let first = aims.first().context("there is no interpreter to compile for")?;
    let mut request = flags.request(first.version)?;
    let mut compiled = flags.manifest.is_some().then(|| Compiled::below(&request.paths)).transpose()?;
    if compiled.is_some() && request.paths.is_empty() {
        bail!("--manifest is for paths that are named: name what to compile");
    }
    let place = flags.manifest.as_deref().map(|place| {
        let sources = request.paths.iter().chain(&flags.list);
        OutputTarget::named(place, OutputForm::Json)?.apart_from(sources)
    });
    let place = place.transpose()?;
    let mut report = Report::new(terminal, request.task, aims.len() > 1)?;
    let mut summary = Summary::default();
    if request.paths.is_empty() && unless_empty(&flags.list).is_none() && flags.paths.is_empty() {
        let python = first.python.as_ref().context("name what to compile: there is no interpreter to ask")?;
        request.paths = compile::module_path(python)?;
        // Behind the current folder, as Python has it.
        request.paths.splice(1..1, environment::python_path());
        request.depth = Some(0);
    }
    let mut outcome = Ok(());
    let mut targets = Vec::new();
    let chosen = aims.iter().map(|aim| session.compiler(aim, choice, request.jobs, flags.memory()));
    let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
    // Sources are read once for all versions that are built in. Interpreters of one version after the other take less memory.
    for together in chosen.chunk_by(|one, next| !one.waits() && !next.waits()) {
        let versions: Vec<Version> = together.iter().map(|chosen| chosen.aim().version).collect();
        request.version = versions[0];
        request.place = flags.place(versions[0]);
        let goals = together.iter().map(|chosen| {
            let (compiler, version) = chosen.for_version();
            Goal::new(version, flags.place(version), compiler)
        });
        let goals: Vec<Goal<'_>> = goals.collect();
        for chosen in together {
            compiler::announce(chosen, terminal);
            let python = chosen.aim().python.as_deref();
            report.begin(chosen.aim().version, python.unwrap_or(Path::new("no interpreter")))?;
        }
        let done = compile::run_for_all(&request, &goals, &session.stop, |goal, event| {
            if let (Some(compiled), Event::Source(record)) = (&mut compiled, &event) {
                compiled.add(record);
            }
            report.tell(versions[goal], event)
        });
        for chosen in together {
            compiler::tell_handed_over(chosen, terminal);
            targets.push(manifest::Target::of_chosen(chosen));
        }
        match done {
            Ok(done) => summary += done,
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    report.end(&summary, started.elapsed())?;
    outcome?;
    let exit = exit(&summary, request.task);
    if let (Some(compiled), Some(place), Exit::Fine) = (compiled, place, exit) {
        let manifest = compiled.manifest(&request, flags.epoch()?, targets)?;
        super::manifest::prepare(place, &manifest)?.finish(false)?;
    }
    Ok(exit)
}

fn exit(summary: &Summary, task: Task) -> Exit {
    let to_do = task == Task::Check && summary.orphaned > 0;
    if summary.troubles > 0 || summary.interrupted {
        Exit::Trouble
    } else if summary.failed > 0 || summary.outdated > 0 || to_do {
        Exit::Negative
    } else {
        Exit::Fine
    }
}

impl Flags {
    /// How many bytes of memory an interpreter may take, if there is a limit.
    fn memory(&self) -> Option<u64> {
        match self.memory_limit {
            None => Some(Pool::MEMORY),
            Some(0) => None,
            Some(mebibytes) => Some(mebibytes.saturating_mul(1 << 20)),
        }
    }

    fn request(&self, version: Version) -> anyhow::Result<Request> {
        let jobs = NonZeroUsize::new(self.jobs.into());
        let mut request = Request {
            depth: self.depth(),
            links_within: unless_empty(&self.links_within).map(Path::to_owned),
            exclude: self.exclude()?,
            task: self.task(),
            levels: levels(&self.optimize)?,
            mode: self.invalidation_mode.0,
            form: self.marshal.into(),
            place: self.place(version),
            recorded: self.recorded(),
            force: self.force,
            link_equal: self.hardlink_dupes,
            epoch: environment::epoch_if_given(self.source_date_epoch)?,
            ..Request::new(version, paths::named(&self.paths, unless_empty(&self.list), self.ends())?)
        };
        request.jobs = jobs.unwrap_or(request.jobs);
        if self.hardlink_dupes && request.levels.len() < 2 {
            bail!("--hardlink-dupes makes sense only for more than one optimisation level: give -o twice");
        }
        let of_one_file = self.cfile.is_some() || self.dfile.is_some();
        if of_one_file && !matches!(request.paths.as_slice(), [one] if !one.is_dir()) {
            bail!("--cfile and --dfile are for one source file: name that and no other");
        }
        if self.cfile.is_some() && request.levels.len() > 1 {
            bail!("--cfile is for one optimisation level: give -o once");
        }
        Ok(request)
    }

    /// The time of what is written, if it is not the clock's.
    fn epoch(&self) -> anyhow::Result<Option<manifest::Epoch>> {
        let decided = environment::epoch(self.source_date_epoch, Path::new("."))?;
        Ok(decided.if_given().map(|_| decided.into()))
    }

    /// What to compile with. Only an interpreter has bytes of its own.
    fn choice(&self) -> anyhow::Result<Choice> {
        match (self.compiler.choice()?, self.marshal) {
            (Choice::Auto, Marshal::Interpreter) => Ok(Choice::Interpreter),
            (Choice::Native | Choice::Both, Marshal::Interpreter) => {
                bail!(
                    "only an interpreter has bytes of its own: leave out --compiler, or --marshal interpreter"
                )
            }
            (choice, _) => Ok(choice),
        }
    }

    fn ends(&self) -> Ends {
        if self.null { Ends::Nul } else { Ends::Line }
    }

    fn depth(&self) -> Option<usize> {
        match self.recursion {
            Some(depth) => Some(usize::try_from(depth).unwrap_or(0)),
            None => self.local.then_some(0),
        }
    }

    fn exclude(&self) -> anyhow::Result<Option<Exclude>> {
        let pattern = self.exclude.as_ref().filter(|pattern| !pattern.is_empty());
        pattern.map(|pattern| pattern.parse()).transpose().context("-x")
    }

    fn task(&self) -> Task {
        match (self.check, self.prune) {
            (true, _) => Task::Check,
            (_, true) => Task::Prune,
            _ => Task::Compile,
        }
    }

    fn place(&self, version: Version) -> PycLocation {
        match &self.cfile {
            Some(file) => PycLocation::File(file.clone()),
            None if self.legacy => PycLocation::Legacy,
            None => environment::pycache_prefix()
                .filter(|_| version.has_pycache_prefix())
                .map_or(PycLocation::Cache, PycLocation::Prefix),
        }
    }

    fn recorded(&self) -> Recorded {
        let moved = || Recorded::Moved { strip: self.strip.clone(), prepend: self.prepend.clone() };
        let below = || self.destination.clone().map(Recorded::Below);
        let is_moved = self.strip.is_some() || self.prepend.is_some();
        let exactly = unless_empty(&self.dfile).map(|name| Recorded::Exactly(name.to_owned()));
        exactly.or_else(below).or_else(|| is_moved.then(moved)).unwrap_or_default()
    }
}

impl From<Marshal> for Form {
    fn from(marshal: Marshal) -> Form {
        match marshal {
            Marshal::Canonical => Form::Canonical,
            Marshal::Interpreter => Form::Interpreter,
        }
    }
}

/// A number as `compileall` takes it, with blanks around it: `'-r 2'` is one argument there and common.
fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.trim().parse().map_err(|_| "expected a whole number".to_owned())
}

/// A path, or nothing: scripts pass `-s "$DESTDIR"`, and `compileall` takes an empty value.
fn perhaps_empty() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// The option, unless its value is empty where that means the same as no option.
fn unless_empty(value: &Option<PathBuf>) -> Option<&Path> {
    value.as_deref().filter(|path| !path.as_os_str().is_empty())
}

/// Levels in order, each once. As for `compileall`, -1 is what the interpreter does by default: 0.
fn levels(numbers: &[String]) -> anyhow::Result<Vec<Optimization>> {
    let level = |number: &String| match number.trim() {
        "-1" => Ok(Optimization::default()),
        number => number.parse(),
    };
    let mut levels = numbers.iter().map(level).collect::<Result<Vec<_>, _>>()?;
    if levels.is_empty() {
        levels.push(Optimization::default());
    }
    levels.sort_unstable();
    levels.dedup();
    Ok(levels)
}

/// A compiler that is ready for one request after the other.
pub struct Prepared {
    aim: Aim,
    compiler: compile::Chosen,
}

impl Prepared {
    /// For an interpreter or a release; without one for the default.
    pub fn new(python: Option<&OsString>) -> anyhow::Result<Prepared> {
        let choice = environment::compiler()?.unwrap_or(Choice::Auto);
        let aim = Aim::find(&environment::interpreters(), python.map(OsString::as_os_str), choice)?;
        let compiler = aim.compiler(choice, NonZeroUsize::MIN)?;
        Ok(Prepared { aim, compiler })
    }

    /// A request for one source.
    pub fn request(&self, source: PathBuf) -> Request {
        Request { jobs: NonZeroUsize::MIN, ..Request::new(self.aim.version, vec![source]) }
    }

    /// Compiles, and tells in `output` what does not.
    pub fn run(&self, request: &Request, output: &mut Vec<u8>) -> anyhow::Result<Exit> {
        // Who waits for requests is ended by a signal, as any program.
        let never = AtomicBool::new(false);
        // Whoever asked shows it on a terminal in the end.
        let mut tell = |words: String| writeln!(output, "{}", printable(&words));
        let summary = compile::run(request, &self.compiler, &never, |event| match event {
            Event::Source(record) => match &record.failure {
                Some(failure) => tell(format!("{}: {failure}", record.source.display())),
                None => Ok(()),
            },
            Event::Trouble { path, error } => tell(format!("{}: {error}", path.display())),
            Event::Folder { .. } => Ok(()),
        })?;
        Ok(exit(&summary, request.task))
    }
}

/// What to compile for: interpreters, and releases that the built-in compiler stands for.
fn aims(requests: &[OsString], choice: Choice) -> anyhow::Result<Vec<Aim>> {
    let interpreters = environment::interpreters();
    if requests.is_empty() {
        return Ok(vec![Aim::find(&interpreters, None, choice)?]);
    }
    let aim = |request: &OsString| Ok(Aim::find(&interpreters, Some(request), choice)?);
    requests.iter().map(aim).collect()
}
