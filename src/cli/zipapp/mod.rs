//! `pyrepro zipapp`: what `python -m zipapp` does, with bytecode inside, the same each time.

mod interpreter;
mod report;
mod write;

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use pyrepro::compile::{self, Aim, Chosen};
use pyrepro::dist::zipapp::{App, Request, Source, shebang};
use pyrepro::epoch::{DecidedEpoch, Epoch, EpochChoice};
use pyrepro::manifest::{Manifest, Target};
use pyrepro::output::{OutputForm, OutputTarget};
use pyrepro::pyc::{InvalidationMode, Optimization};
use pyrepro::python::Environment;
use pyrepro::recipe::{BytecodeRecipe, ZipappRecipe, ZipappSources};
use serde::Serialize;

use super::compiler::{self, CompilerFlag};
use super::exit::Exit;
use super::mode::HashMode;
use super::terminal::Terminal;
use super::{environment, interrupt, named};
use interpreter::Choice;

use pyrepro::there;
use report::Report;
use write::Targets;

/// Package an application as one runnable file, with bytecode
///
/// Accepts the options of `python -m zipapp`. The archive has the same bytes each time.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The application's folder, or an existing archive; `-` reads an archive from standard input. Not
    /// needed with wheels
    #[arg(value_name = "SRC", required_unless_present_any = ["wheel", "requirements"])]
    source: Option<PathBuf>,
    /// The archive to write; `-` is standard output [default: SRC with the suffix .pyz]
    #[arg(short, long, value_name = "FILE", overrides_with = "output")]
    output: Option<PathBuf>,
    #[command(flatten)]
    interpreter: Choice,
    #[command(flatten)]
    compiler: CompilerFlag,
    /// What to run: a function such as pkg.mod:main, or a console script of a wheel
    /// [default: __main__.py of SRC]
    #[arg(short, long, value_name = "MAIN", overrides_with = "main")]
    main: Option<String>,
    /// Compress members
    #[arg(short, long, overrides_with = "compress")]
    compress: bool,
    /// Print the interpreter of the archive SRC, and exit
    #[arg(long)]
    info: bool,
    /// Number of files to work on at a time; 0 means one per core
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = crate::cli::named::jobs, allow_negative_numbers = true)]
    jobs: u16,
    /// Write the manifest to this file [default: .FILE.manifest.json beside the archive FILE]
    #[arg(long, value_name = "FILE", conflicts_with = "no_manifest")]
    manifest: Option<PathBuf>,
    /// Write no manifest
    #[arg(long)]
    no_manifest: bool,
    /// Time of all members: seconds since 1970, or `git` for the time of the last commit
    /// [default: $SOURCE_DATE_EPOCH, or 1980-01-01]
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    source_date_epoch: Option<EpochChoice>,

    /// Include sources only, without bytecode
    #[arg(long, conflicts_with_all = ["sourceless", "invalidation_mode", "optimize", "strict"], help_heading = "Bytecode")]
    no_compile: bool,
    /// Include bytecode only, without sources; tracebacks then show no lines
    #[arg(long, help_heading = "Bytecode")]
    sourceless: bool,
    /// Whether imports check bytecode against its source; Python 3.7 ignores checked-hash in archives
    /// [default: unchecked-hash]
    #[arg(long, value_name = "MODE", value_enum, help_heading = "Bytecode")]
    invalidation_mode: Option<HashMode>,
    /// Optimisation level: 0, 1 or 2 [default: 0]
    #[arg(long, value_name = "LEVEL", help_heading = "Bytecode")]
    optimize: Option<Optimization>,
    /// Fail if a source does not compile
    #[arg(long, help_heading = "Bytecode")]
    strict: bool,

    /// Exclude files that match; can be repeated
    #[arg(long, value_name = "GLOB", help_heading = "Contents")]
    exclude: Vec<String>,
    /// Unpack wheels into the archive
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Contents")]
    wheel: Vec<PathBuf>,
    /// Also unpack the wheels that this requirements file names
    #[arg(long, value_name = "FILE", requires = "find_links", help_heading = "Contents")]
    requirements: Option<PathBuf>,
    /// The folder with these wheels
    #[arg(long, value_name = "FOLDER", requires = "requirements", help_heading = "Contents")]
    find_links: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro zipapp src -m app.cli:main -p '/usr/bin/env python3' -o app.pyz
  pyrepro zipapp src -c --requirements requirements.txt --find-links wheels -m app:main
  pyrepro zipapp --wheel wheels/pip-25.0-py3-none-any.whl -m pip -o pip.pyz
  pyrepro zipapp --info app.pyz
  pyrepro zipapp src --python=/usr/bin/python3
  pyrepro zipapp src --python 3.12
  pyrepro zipapp app.pyz -p /usr/bin/python3.12 -o - | ssh host 'cat > app.pyz'

Exit codes: 0 the archive is written; 1 --strict found a source that does not compile; 2 any other error.
Unless it is 0, nothing is written.";

/// How much of standard input is taken into memory.
const LONGEST_INPUT: u64 = 512 << 20;

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
    let epoch = flags.epoch(terminal)?;
    let recipe = flags.recipe()?;
    let chosen = flags.compiler(terminal)?;
    let aim = chosen.as_ref().map(Chosen::aim);
    let environment = flags.environment(aim, terminal)?;
    let request = recipe.request(flags.sources(source, &target, environment));
    let stop = interrupt::flag()?;
    let targets = flags.targets(&target, place.as_deref(), &request)?;
    let jobs = flags.jobs();
    let app = recipe.gather(&request, chosen.as_ref().map(Chosen::for_version), jobs, &stop)?;
    if let Some(chosen) = &chosen {
        compiler::tell_handed_over(chosen, terminal);
    }
    let targets = targets.apart_from(&app.wheels)?;
    tell_warnings(&app, flags.strict, terminal);
    let failed = app.compiled.as_ref().is_some_and(|compiled| !compiled.failures.is_empty());
    let refused = failed && flags.strict;
    let options = recipe.write_options(epoch.epoch, jobs);
    let describe = |written| {
        let made_with = chosen.as_ref().map(Target::of_chosen);
        recipe.build(&app, epoch, made_with, jobs, &stop).manifest(&target, written)
    };
    let size = match refused {
        true => None,
        false => Some(write::write(&app, &options, targets, describe, &stop, terminal)?),
    };
    let report = Report::new(&app, &options, &target, place.filter(|_| !refused), aim, size);
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
        let is_file = there::is_file(source).with_context(|| format!("cannot read {}", source.display()))?;
        ensure!(is_file, "{} is not a file: --info is for archives", source.display());
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
            let read = io::stdin().lock().take(LONGEST_INPUT + 1).read_to_end(&mut bytes);
            let length = read.context("cannot read standard input")? as u64;
            ensure!(
                length <= LONGEST_INPUT,
                "there are more than {} MiB on standard input; give so large an archive as a file",
                LONGEST_INPUT >> 20
            );
            Source::Bytes(bytes)
        } else if there::is_file(path).with_context(|| format!("cannot read {}", path.display()))? {
            Source::Archive(path.clone())
        } else {
            named::existing(path)?;
            Source::Folder(path.clone())
        };
        let is_archive = !matches!(source, Source::Folder(_));
        ensure!(
            !is_archive || self.main().is_none(),
            "an archive keeps the function that it starts with; leave out -m"
        );
        Ok(Some(source))
    }

    /// An empty value is no function, as for `python -m zipapp`.
    fn main(&self) -> Option<&str> {
        self.main.as_deref().filter(|main| !main.is_empty())
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
        let place = match &self.manifest {
            Some(place) => {
                ensure!(!is_stream(place), "the manifest goes into a file: name one with --manifest");
                ensure!(place != target, "the manifest and the archive cannot both be {}", place.display());
                Some(place.clone())
            }
            None => (!self.no_manifest && !is_stream(target)).then(|| Manifest::beside(target)),
        };
        Ok(place)
    }

    /// What may be done at these places, none of which is that of something that goes in.
    fn targets(&self, archive: &Path, manifest: Option<&Path>, request: &Request) -> anyhow::Result<Targets> {
        let judge = |path: &Path, is_named: bool, form| {
            let target =
                if is_named { OutputTarget::named(path, form) } else { OutputTarget::chosen(path, form) };
            let source = self.source.iter().filter(|source| source.is_file());
            target?.apart_from(source.chain(&self.requirements).chain(&request.wheels))
        };
        let archive =
            (!is_stream(archive)).then(|| judge(archive, self.output.is_some(), OutputForm::Archive));
        let manifest = manifest.map(|manifest| judge(manifest, self.manifest.is_some(), OutputForm::Json));
        Ok(Targets { archive: archive.transpose()?, manifest: manifest.transpose()? })
    }

    fn recipe(&self) -> anyhow::Result<ZipappRecipe> {
        let bytecode = BytecodeRecipe {
            mode: self.invalidation_mode.map_or(InvalidationMode::UncheckedHash, |mode| mode.0),
            level: self.optimize.unwrap_or_default(),
            sourceless: self.sourceless,
        };
        Ok(ZipappRecipe {
            bytecode: (!self.no_compile).then_some(bytecode),
            compress: self.compress,
            exclude: self.exclude.clone(),
            interpreter: self.interpreter.first_line()?.to_owned(),
            main: self.main().map(str::to_owned),
        })
    }

    fn sources(
        &self,
        source: Option<Source>,
        target: &Path,
        environment: Option<Environment>,
    ) -> ZipappSources {
        // A manifest of an earlier run is no part of the application either, even if this one writes none.
        let outputs = [target.to_owned(), Manifest::beside(target), Manifest::visible_beside(target)];
        let outputs = outputs.into_iter().chain(self.manifest.clone());
        ZipappSources {
            source,
            outputs: outputs.filter(|path| !is_stream(path)).collect(),
            wheels: self.wheel.clone(),
            requirements: self.requirements.clone().zip(self.find_links.clone()),
            environment,
        }
    }

    /// Where the archive is to run, if there are wheels, which may be for somewhere else.
    fn environment(&self, aim: Option<&Aim>, terminal: &Terminal) -> anyhow::Result<Option<Environment>> {
        if self.wheel.is_empty() && self.requirements.is_none() {
            return Ok(None);
        }
        let path = match aim {
            Some(aim) => aim.python.clone(),
            // Sources alone are for any interpreter, if nobody names one that is here.
            None if self.interpreter.is_named() => {
                let named = self.interpreter.aim(compile::Choice::Interpreter, terminal);
                named.ok().and_then(|aim| aim.python)
            }
            None => None,
        };
        Ok(path.map(|path| Environment::of(&path)).transpose()?)
    }

    /// What compiles, if anything is to be compiled.
    fn compiler(&self, terminal: &Terminal) -> anyhow::Result<Option<Chosen>> {
        if self.no_compile {
            return Ok(None);
        }
        let choice = self.compiler.choice()?;
        let chosen = self.interpreter.aim(choice, terminal)?.compiler(choice, self.jobs())?;
        compiler::announce(&chosen, terminal);
        Ok(Some(chosen))
    }

    fn jobs(&self) -> NonZero<usize> {
        let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        NonZero::new(self.jobs.into()).unwrap_or(all)
    }

    fn epoch(&self, terminal: &Terminal) -> anyhow::Result<DecidedEpoch> {
        let folder = self.source.as_deref().filter(|source| source.is_dir()).unwrap_or(Path::new("."));
        let decided = environment::epoch(self.source_date_epoch, folder)?;
        let epoch = decided.epoch;
        let clamped = epoch.clamp_to(Epoch::DOS);
        if clamped.changed {
            terminal.warn(format_args!("{epoch} has no place in a zip file; it becomes {}", clamped.epoch));
        }
        Ok(decided.moved_to(clamped.epoch))
    }
}

fn tell_warnings(app: &App, strict: bool, terminal: &Terminal) {
    for warning in &app.warnings {
        terminal.warn(warning);
    }
    for (path, warning) in app.compiler_warnings() {
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
