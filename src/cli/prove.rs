//! `pyrepro prove`: build again and again with something else changed each time, and compare.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use clap::builder::PossibleValue;
use pyrepro::archive::Digest;
use pyrepro::compile::{self, Aim};
use pyrepro::diff;
use pyrepro::prove::{self, Difference, Proof, Request, Trial, Variation, Verdict};
use pyrepro::python::Interpreters;
use serde::Serialize;

use super::compiler::CompilerFlag;
use super::diff::text;
use super::exit::Exit;
use super::terminal::{BAD, FAINT, GOOD, STRONG, Terminal};
use super::{environment, interrupt, named};

/// Build under varying conditions, and compare
///
/// Runs `pyrepro build` on copies of the source. Compares the first build byte for byte with one build per
/// variation: another hash seed, time zone, locale, umask, path, user, file order, file times, clock, number of
/// jobs, processor, compiler, and all of these together. Shows which variation changes what.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The project's folder, or an sdist
    #[arg(value_name = "SRC", default_value = ".")]
    source: PathBuf,
    /// Only try this variation; can be repeated [default: all]
    #[arg(long, value_name = "VARIATION", value_delimiter = ',')]
    only: Vec<Choice>,
    /// Build N times for each variation, with other values each time
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = times, allow_negative_numbers = true)]
    times: u8,
    #[command(flatten)]
    compiler: CompilerFlag,
    /// Options for `pyrepro build`
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro prove
  pyrepro prove path/to/project -- --wheel --sdist
  pyrepro prove --only together -n 4 mypackage-1.0.tar.gz
  pyrepro prove --only hash-seed,locale -- --no-isolation

The variation `clock` needs faketime, and `processor` needs qemu-x86_64. Without them they are not tried.
The variation `compiler` needs bytecode (--pyc) and an interpreter.

Exit codes: 0 everything that was tried gave the same bytes; 1 something did not; 2 the first build failed.";

impl Flags {
    /// Why no other compiler can be tried, if that is so.
    fn only_compiler(&self, variables: &[(String, OsString)]) -> Option<String> {
        if variables.iter().any(|(name, _)| name == "PYREPRO_COMPILER") || self.option("--compiler").is_some()
        {
            return Some("--compiler or PYREPRO_COMPILER chooses it".to_owned());
        }
        if self.option("--pyc").is_none() {
            return Some("the build makes no bytecode".to_owned());
        }
        let interpreters = Interpreters::new(environment::search_path());
        let python = self.option("--python");
        let found = Aim::find(&interpreters, python.as_deref(), compile::Choice::Interpreter);
        found.err().map(|error| error.to_string())
    }

    /// The value of an option of `pyrepro build`, if it is given; empty where it stands last.
    fn option(&self, name: &str) -> Option<OsString> {
        self.options.iter().enumerate().find_map(|(index, option)| {
            match option.to_string_lossy().strip_prefix(name)? {
                "" => Some(self.options.get(index + 1).cloned().unwrap_or_default()),
                rest => rest.strip_prefix('=').map(OsString::from),
            }
        })
    }
}

/// A variation by its name.
#[derive(Clone, Copy)]
struct Choice(Variation);

impl ValueEnum for Choice {
    fn value_variants<'a>() -> &'a [Choice] {
        const ALL: [Choice; Variation::ALL.len()] = {
            let mut all = [Choice(Variation::Together); Variation::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = Choice(Variation::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// How often to build for each variation.
fn times(text: &str) -> Result<u8, String> {
    let number = text.trim().parse().ok().filter(|times| *times > 0);
    number.ok_or_else(|| "expected a number from 1 to 255".to_owned())
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    named::project(&flags.source)?;
    if flags.source.is_dir() {
        let says_how = |name: &str| flags.source.join(name).is_file();
        ensure!(
            says_how("pyproject.toml") || says_how("setup.py"),
            "{} has neither pyproject.toml nor setup.py, so nothing says how to build it; name a project's folder",
            flags.source.display()
        );
    }
    let stop = interrupt::flag()?;
    let variations = match flags.only.is_empty() {
        true => Variation::ALL.to_vec(),
        false => flags.only.iter().map(|choice| choice.0).collect(),
    };
    let mut variables = environment::needed_by_builds();
    if let Some(choice) = flags.compiler.given() {
        variables.retain(|(name, _)| name != "PYREPRO_COMPILER");
        variables.push(("PYREPRO_COMPILER".to_owned(), choice.name().into()));
    }
    let request = Request {
        program: env::current_exe().context("cannot tell where pyrepro is")?,
        source: std::path::absolute(&flags.source).context("cannot tell where the source is")?,
        arguments: flags.options.clone(),
        variations,
        rounds: flags.times.into(),
        only_compiler: flags.only_compiler(&variables),
        variables,
        path: environment::path(),
    };
    let mut failed = Ok(());
    let proof = prove::prove(&request, &stop, |trial| {
        if !terminal.is_json() && terminal.reports() && failed.is_ok() {
            failed = tell(trial, terminal);
        }
    })?;
    failed?;
    match terminal.is_json() {
        true => terminal.json(&Report::of(&proof))?,
        false => conclude(&proof, terminal)?,
    }
    Ok(if proof.holds() { Exit::Fine } else { Exit::Negative })
}

/// A row of the table, as soon as it is known.
fn tell(trial: &Trial, terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    let (style, word) = match &trial.verdict {
        Verdict::Same => (GOOD, "same"),
        Verdict::Differs(_) => (BAD, "differs"),
        Verdict::Failed(_) => (BAD, "fails"),
        Verdict::NotTried(_) => (FAINT, "not tried"),
    };
    let about = match &trial.verdict {
        Verdict::NotTried(why) => why,
        _ => &trial.change,
    };
    writeln!(out, "{:<11} {style}{word:<9}{style:#}  {FAINT}{about}{FAINT:#}", trial.variation.name())?;
    Ok(out.flush()?)
}

/// The explanations, and what was compared.
fn conclude(proof: &Proof, terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    for trial in &proof.trials {
        match &trial.verdict {
            Verdict::Failed(words) => {
                writeln!(out)?;
                writeln!(out, "{STRONG}{}{STRONG:#}: the build {words}", trial.variation.name())?;
            }
            Verdict::Differs(differences) => {
                for difference in differences {
                    let heading = format!("{}: {}", trial.variation.name(), difference.name);
                    writeln!(out)?;
                    writeln!(out, "{STRONG}{heading}{STRONG:#}")?;
                    explain(difference, &mut out, terminal)?;
                }
            }
            Verdict::Same | Verdict::NotTried(_) => {}
        }
    }
    if terminal.reports() {
        for (name, sha256) in &proof.artifacts {
            writeln!(out, "{FAINT}{sha256}  {name}{FAINT:#}")?;
        }
    }
    Ok(out.flush()?)
}

fn explain(difference: &Difference, out: &mut impl Write, terminal: &Terminal) -> anyhow::Result<()> {
    match (&difference.first, &difference.other) {
        (Some(first), Some(other)) => {
            let options = diff::Options { max_lines: 60, ..diff::Options::default() };
            text::write(out, &diff::diff(first, other, &options)?, terminal.width())?;
        }
        (Some(_), None) => writeln!(out, "only the first build made it")?,
        _ => writeln!(out, "the first build did not make it")?,
    }
    Ok(())
}

#[derive(Serialize)]
struct Report<'a> {
    reproducible: bool,
    artifacts: Vec<Artifact<'a>>,
    trials: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Artifact<'a> {
    name: &'a str,
    sha256: &'a Digest,
}

#[derive(Serialize)]
struct Row<'a> {
    variation: &'static str,
    round: usize,
    change: &'a str,
    verdict: &'static str,
    /// The artifacts that differ, why it was not tried, or what the failed build has said.
    differing: Vec<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Report<'a> {
    fn of(proof: &'a Proof) -> Report<'a> {
        let artifacts = proof.artifacts.iter().map(|(name, sha256)| Artifact { name, sha256 });
        Report {
            reproducible: proof.holds(),
            artifacts: artifacts.collect(),
            trials: proof.trials.iter().map(Row::of).collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn of(trial: &'a Trial) -> Row<'a> {
        let (verdict, differing, reason) = match &trial.verdict {
            Verdict::Same => ("same", vec![], None),
            Verdict::Differs(differences) => {
                ("differs", differences.iter().map(|difference| difference.name.as_str()).collect(), None)
            }
            Verdict::Failed(words) => ("fails", vec![], Some(words.as_str())),
            Verdict::NotTried(why) => ("not-tried", vec![], Some(why.as_str())),
        };
        let (variation, round) = (trial.variation.name(), trial.round);
        Row { variation, round, change: &trial.change, verdict, differing, reason }
    }
}
