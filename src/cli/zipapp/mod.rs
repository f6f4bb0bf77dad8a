//! `pyrepro zipapp`: what `python -m zipapp` does, with bytecode inside, the same each time.

mod report;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use pyrepro::archive::{Digest, Output};
use pyrepro::compile::Pool;
use pyrepro::dist::zipapp::{self, App, Bytecode, Options, Request, Source, shebang};
use pyrepro::epoch::{Epoch, EpochChoice, EpochSource};
use pyrepro::manifest::{self, ArtifactKind, BytecodeRecipe, Manifest, ZipappRecipe};
use pyrepro::pyc::Optimization;
use pyrepro::python::{Interpreter, Interpreters, Version};
use serde::Serialize;

use super::exit::Exit;
use super::terminal::Terminal;
use super::{environment, interrupt};
use report::Report;

/// Make one file of an application, which Python runs, with bytecode that it takes
///
/// Takes what `python -m zipapp` takes, except that --python is the interpreter to compile for, and
/// the one to run with is -p or --interpreter. The archive is the same each time that it is made.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The application's folder, or an archive to make another of; `-` reads one from standard input.
    /// Not needed where wheels are all there is
    #[arg(value_name = "SRC", required_unless_present_any = ["wheel", "requirements"])]
    source: Option<PathBuf>,
    /// The archive to write; `-` is standard output [default: SRC with .pyz for its ending]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The interpreter that shall run it, for the #! line [default: no such line]
    #[arg(short = 'p', long, value_name = "INTERPRETER")]
    interpreter: Option<String>,
    /// What to start: a function such as pkg.mod:main, or a console script of a wheel
    /// [default: the __main__.py that is there]
    #[arg(short, long, value_name = "MAIN")]
    main: Option<String>,
    /// Compress
    #[arg(short, long)]
    compress: bool,
    /// Say which interpreter runs the archive SRC, and do nothing else
    #[arg(long)]
    info: bool,
    /// Work on N files at a time; 0 is one for each processor
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u16).range(..=1024))]
    jobs: u16,
    /// Write the manifest to this file, and not beside the archive under its name with .manifest.json
    #[arg(long, value_name = "FILE", conflicts_with = "no_manifest")]
    manifest: Option<PathBuf>,
    /// Write no manifest
    #[arg(long)]
    no_manifest: bool,
    /// Time of all members: seconds since 1970, or git for the last commit's
    /// [default: $SOURCE_DATE_EPOCH, or 1980-01-01]
    #[arg(long, value_name = "TIME")]
    source_date_epoch: Option<EpochChoice>,

    /// The interpreter to compile for, where the one of -p is not on this machine: a path, a command
    /// or a version [default: $PYREPRO_PYTHON, the active virtual environment's, or python3]
    #[arg(long, value_name = "PYTHON", help_heading = "Bytecode")]
    python: Option<OsString>,
    /// Put in sources alone
    #[arg(long, conflicts_with_all = ["sourceless", "invalidation_mode", "optimize", "strict", "python"], help_heading = "Bytecode")]
    no_compile: bool,
    /// Put in bytecode alone, for the one version of Python; tracebacks show no lines then
    #[arg(long, help_heading = "Bytecode")]
    sourceless: bool,
    /// Whether imports compare bytecode with its source [default: unchecked-hash]
    #[arg(long, value_name = "MODE", value_enum, help_heading = "Bytecode")]
    invalidation_mode: Option<Mode>,
    /// The level of optimisation: 0, 1 or 2 [default: 0]
    #[arg(long, value_name = "LEVEL", help_heading = "Bytecode")]
    optimize: Option<Optimization>,
    /// Write nothing if a source does not compile
    #[arg(long, help_heading = "Bytecode")]
    strict: bool,

    /// Leave out what matches; for several patterns, give it again
    #[arg(long, value_name = "GLOB", help_heading = "Contents")]
    exclude: Vec<String>,
    /// Unpack wheels into the archive
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Contents")]
    wheel: Vec<PathBuf>,
    /// The same for the wheels that a list names
    #[arg(long, value_name = "FILE", requires = "find_links", help_heading = "Contents")]
    requirements: Option<PathBuf>,
    /// The folder that has these wheels
    #[arg(long, value_name = "FOLDER", requires = "requirements", help_heading = "Contents")]
    find_links: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro zipapp src -m app.cli:main -p '/usr/bin/env python3' -o app.pyz
  pyrepro zipapp src -c --requirements requirements.txt --find-links wheels -m app:main
  pyrepro zipapp --wheel wheels/pip-25.0-py3-none-any.whl -m pip -o pip.pyz
  pyrepro zipapp --info app.pyz
  pyrepro zipapp app.pyz -p python3.12 -o - | ssh host 'cat > app.pyz'

Exit status: 0 if the archive is written; 1 if --strict finds a source that does not compile;
2 for anything else. Where it is not 0, nothing is written.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// They do not: it cannot change in the archive
    UncheckedHash,
    /// They do; 3.7 does not take such bytecode from archives
    CheckedHash,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    if flags.info {
        return info(flags, terminal);
    }
    let started = Instant::now();
    let source = flags.source()?;
    let target = flags.target(&source)?;
    ensure!(
        !(terminal.is_json() && is_stream(&target)),
        "standard output cannot take an archive and JSON; leave out -o - or --format json"
    );
    let place = flags.manifest_place(&target)?;
    let (options, epoch) = flags.options(terminal)?;
    let python = flags.python(terminal)?;
    let request = flags.request(source, &target);
    let stop = interrupt::flag().context("cannot prepare for Ctrl-C")?;
    let app = gather(flags, &request, python.as_ref(), &stop)?;
    tell_doubts(&app, flags.strict, terminal);
    let failed = app.compiled.as_ref().is_some_and(|compiled| !compiled.failures.is_empty());
    let refused = failed && flags.strict;
    let size = match refused {
        true => None,
        false => {
            let manifest =
                place.clone().map(|place| ManifestWriter { flags, epoch, python: python.as_ref(), place });
            Some(write(&app, &options, &target, manifest)?)
        }
    };
    let report = Report::new(&app, &options, &target, place.filter(|_| !refused), python.as_ref(), size);
    if terminal.is_json() {
        terminal.json(&report)?;
    } else if terminal.reports() && !is_stream(&target) && !refused {
        let mut out = terminal.out();
        writeln!(out, "{}; {:.2} s", report.text(), started.elapsed().as_secs_f64())?;
        out.flush()?;
    }
    Ok(if refused { Exit::Negative } else { Exit::Fine })
}

fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What `python -m zipapp --info` prints.
fn info(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let source = flags.source.as_deref().context("--info needs an archive")?;
    let interpreter = if is_stream(source) {
        shebang::interpreter(io::stdin().lock())
    } else {
        ensure!(source.is_file(), "{} is no file: --info is for archives", source.display());
        File::open(source).and_then(shebang::interpreter)
    };
    let interpreter = interpreter.with_context(|| format!("cannot read {}", source.display()))?;
    if terminal.is_json() {
        terminal.json(&Info { interpreter: interpreter.as_deref() })?;
    } else {
        let mut out = terminal.out();
        writeln!(out, "Interpreter: {}", interpreter.as_deref().unwrap_or("<none>"))?;
        out.flush()?;
    }
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Info<'a> {
    interpreter: Option<&'a str>,
}

impl Flags {
    fn source(&self) -> anyhow::Result<Option<Source>> {
        let Some(path) = &self.source else { return Ok(None) };
        let source = if is_stream(path) {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
            Source::Bytes(bytes)
        } else if path.is_file() {
            Source::Archive(path.clone())
        } else {
            ensure!(path.exists(), "there is no {}", path.display());
            Source::Folder(path.clone())
        };
        let is_archive = !matches!(source, Source::Folder(_));
        ensure!(
            !is_archive || self.main.is_none(),
            "an archive keeps the function that it starts with; leave out -m"
        );
        Ok(Some(source))
    }

    fn target(&self, source: &Option<Source>) -> anyhow::Result<PathBuf> {
        match (&self.output, source) {
            (Some(target), Some(Source::Archive(path))) => {
                let is_source = target.exists() && path.canonicalize().ok() == target.canonicalize().ok();
                ensure!(!is_source, "{} is the source: name another file with -o", target.display());
                Ok(target.clone())
            }
            (Some(target), _) => Ok(target.clone()),
            (None, Some(Source::Folder(folder))) => match folder.file_name() {
                Some(_) => Ok(folder.with_extension("pyz")),
                None => bail!("{} has no name to call the archive by: name it with -o", folder.display()),
            },
            (None, Some(Source::Bytes(_))) => Ok(PathBuf::from("-")),
            (None, Some(Source::Archive(path))) => {
                bail!("{} is not changed in place: name another file with -o", path.display())
            }
            (None, None) => bail!("there is no SRC to call the archive by: name it with -o"),
        }
    }

    /// Where the manifest goes: beside the archive, and nowhere for one that has no place itself.
    fn manifest_place(&self, target: &Path) -> anyhow::Result<Option<PathBuf>> {
        let beside = || Manifest::beside(target);
        let place = match &self.manifest {
            Some(place) => {
                ensure!(!is_stream(place), "the manifest goes into a file: name one with --manifest");
                ensure!(place != target, "the manifest and the archive cannot both be {}", place.display());
                Some(place.clone())
            }
            None => (!self.no_manifest && !is_stream(target)).then(beside),
        };
        Ok(place)
    }

    fn request(&self, source: Option<Source>, target: &Path) -> Request {
        // That of an earlier run is no part of the application either, even if this one writes none.
        let beside = Manifest::beside(target);
        let outputs = [target.to_owned(), beside].into_iter().chain(self.manifest.clone());
        Request {
            source,
            outputs: outputs.filter(|path| !is_stream(path)).collect(),
            main: self.main.clone(),
            exclude: self.exclude.clone(),
            wheels: self.wheel.clone(),
            requirements: self.requirements.clone().zip(self.find_links.clone()),
        }
    }

    fn jobs(&self) -> NonZero<usize> {
        let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        NonZero::new(self.jobs.into()).unwrap_or(all)
    }

    fn recipe(&self, compress: bool) -> ZipappRecipe {
        let bytecode = BytecodeRecipe {
            checked: self.invalidation_mode == Some(Mode::CheckedHash),
            level: self.optimize.unwrap_or_default(),
            sourceless: self.sourceless,
        };
        ZipappRecipe {
            bytecode: (!self.no_compile).then_some(bytecode),
            compress,
            exclude: self.exclude.clone(),
            interpreter: self.interpreter.clone().unwrap_or_default(),
            main: self.main.clone(),
        }
    }

    fn options(&self, terminal: &Terminal) -> anyhow::Result<(Options, EpochSource)> {
        let interpreter = self.interpreter.clone().unwrap_or_default();
        ensure!(!interpreter.contains(['\n', '\r', '\0']), "the interpreter of -p must be one line");
        let folder = self.source.as_deref().filter(|source| source.is_dir()).unwrap_or(Path::new("."));
        let (epoch, source) = environment::epoch(self.source_date_epoch, folder)?;
        let clamped = epoch.clamp_to(Epoch::DOS);
        if clamped.changed {
            terminal.warn(format_args!("{epoch} has no place in a zip file; it becomes {}", clamped.epoch));
        }
        let (compress, epoch, jobs) = (self.compress, clamped.epoch, self.jobs());
        Ok((Options { interpreter, compress, epoch, jobs }, source))
    }

    /// The interpreter to compile for: that of -p where it is here, else that of --python, else the default.
    fn python(&self, terminal: &Terminal) -> anyhow::Result<Option<Python>> {
        if self.no_compile {
            return Ok(None);
        }
        let interpreters = Interpreters::new(environment::search_path());
        let named = self.interpreter.as_deref().and_then(shebang::command);
        let named = named.and_then(|command| interpreters.find(command).ok());
        if let Some(python) = named
            && let Ok(version) = python.target
            && let Some(target) = manifest::Target::of(&python)
        {
            if let Some(request) = &self.python
                && interpreters.find(request)?.target != Ok(version)
            {
                terminal.warn(format_args!(
                    "the interpreter of -p is Python {version}, so that is what bytecode is for, not {}",
                    request.to_string_lossy()
                ));
            }
            return Ok(Some(Python { path: python.path, version, target }));
        }
        let python = match &self.python {
            Some(request) => interpreters.find(request)?,
            None => interpreters.default()?,
        };
        target_of(python).map(Some)
    }
}

/// The interpreter to compile for.
struct Python {
    path: PathBuf,
    version: Version,
    target: manifest::Target,
}

fn target_of(python: Interpreter) -> anyhow::Result<Python> {
    match (manifest::Target::of(&python), python.target) {
        (Some(target), Ok(version)) => Ok(Python { path: python.path, version, target }),
        (_, Err(reason)) => bail!("cannot compile for {}: {reason}", python.path.display()),
        (None, _) => bail!("cannot compile for {}", python.path.display()),
    }
}

fn gather(
    flags: &Flags,
    request: &Request,
    python: Option<&Python>,
    stop: &AtomicBool,
) -> anyhow::Result<App> {
    let Some((Python { path, version, .. }, recipe)) = python.zip(flags.recipe(false).bytecode) else {
        return Ok(zipapp::gather(request, None)?);
    };
    let BytecodeRecipe { checked, level, sourceless } = recipe;
    let (version, jobs) = (*version, flags.jobs());
    let pool = Pool::new(path, version, jobs);
    let bytecode = Bytecode { compiler: &pool, version, checked, level, sourceless, jobs, stop };
    Ok(zipapp::gather(request, Some(&bytecode))?)
}

fn tell_doubts(app: &App, strict: bool, terminal: &Terminal) {
    for doubt in &app.doubts {
        terminal.warn(doubt);
    }
    for (path, warning) in app.warnings() {
        let line = warning.line.map(|line| format!(":{line}")).unwrap_or_default();
        terminal.warn(format_args!("{path}{line}: {}: {}", warning.category, warning.message));
    }
    for (path, diagnostic) in app.compiled.iter().flat_map(|compiled| &compiled.failures) {
        let line = diagnostic.line.map(|line| format!(":{line}")).unwrap_or_default();
        match strict {
            true => terminal.error(format_args!("{path}{line}: {diagnostic}")),
            false => terminal.warn(format_args!("{path}{line}: {diagnostic}; it goes in as source")),
        }
    }
}

/// Writes the archive and its manifest, whole or not at all, and tells the size of the archive.
fn write(
    app: &App,
    options: &Options,
    target: &Path,
    manifest: Option<ManifestWriter<'_>>,
) -> anyhow::Result<u64> {
    if is_stream(target) {
        let mut file = Cursor::new(Vec::new());
        app.write(options, &mut file)?;
        let (bytes, size) = (file.get_ref(), file.get_ref().len() as u64);
        let manifest = manifest
            .map(|manifest| manifest.write(app, options, target, (Digest::of(bytes), size)))
            .transpose()?;
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        manifest.map(|manifest| manifest.finish(false)).transpose()?;
        return Ok(size);
    }
    let mut output = Output::create(target)?;
    app.write(options, &mut output)?;
    let (sum, size) = output.digest()?;
    let manifest = manifest.map(|manifest| manifest.write(app, options, target, (sum, size))).transpose()?;
    output.finish(!options.interpreter.is_empty())?;
    manifest.map(|manifest| manifest.finish(false)).transpose()?;
    Ok(size)
}

/// What a manifest has that is not in the application.
struct ManifestWriter<'a> {
    flags: &'a Flags,
    epoch: EpochSource,
    python: Option<&'a Python>,
    place: PathBuf,
}

impl ManifestWriter<'_> {
    /// Writes the manifest, but for putting it in its place: that comes when the archive is in its own.
    fn write(
        self,
        app: &App,
        options: &Options,
        target: &Path,
        written: (Digest, u64),
    ) -> anyhow::Result<Output> {
        let ManifestWriter { flags, epoch, python, place } = self;
        let recipe = flags.recipe(options.compress || app.was_compressed);
        let build = manifest::Build {
            kind: ArtifactKind::Zipapp,
            entries: &app.entries,
            levels: app.levels(flags.optimize.unwrap_or_default()),
            inputs: app.inputs.clone(),
            options: recipe.to_options(),
            epoch: (options.epoch, epoch),
            targets: python.map(|python| python.target.clone()).into_iter().collect(),
            backend: None,
            jobs: options.jobs,
        };
        let manifest = build.manifest(target, written)?;
        let mut output = Output::create(&place)?;
        output.write_all(manifest.to_json().as_bytes())?;
        Ok(output)
    }
}
