//! Which compiler makes the code: the built-in one, an interpreter, or both.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use super::difference;
use super::native::{HandedOver, Native};
use super::pool::Pool;
use super::unit::{Compiler, Diagnostic, Outcome, Unavailable, Unit};
use crate::marshal;
use crate::python::{Release, Version};

/// What the user wants to compile with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The built-in compiler where it is proven for the release, else the interpreter.
    #[default]
    Auto,
    /// The built-in compiler.
    Native,
    /// The interpreter.
    Interpreter,
    /// Both: a difference between them is an error.
    Both,
}

/// A word that is no choice of compilers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no compiler: write auto, native, interpreter or both")]
pub struct BadChoice(String);

impl FromStr for Choice {
    type Err = BadChoice;

    fn from_str(word: &str) -> Result<Choice, BadChoice> {
        match word {
            "auto" => Ok(Choice::Auto),
            "native" => Ok(Choice::Native),
            "interpreter" => Ok(Choice::Interpreter),
            "both" => Ok(Choice::Both),
            _ => Err(BadChoice(word.to_owned())),
        }
    }
}

/// The compilers of one run, as chosen.
pub struct Chosen {
    choice: Choice,
    native: Option<Native>,
    pool: Option<Pool>,
    version: Version,
}

/// A choice that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// There is no built-in compiler for the release.
    #[error("there is no built-in compiler for Python {0}; leave out --compiler, or name another version")]
    NoNative(String),
    /// There is no interpreter.
    #[error("there is no interpreter of Python {0} to compile with")]
    NoInterpreter(String),
}

impl Chosen {
    /// Compilers for a release. `python` is an interpreter of it, if there is one.
    pub fn new(
        choice: Choice,
        release: Release,
        version: Version,
        python: Option<PathBuf>,
        jobs: NonZeroUsize,
    ) -> Result<Chosen, Impossible> {
        let native = Native::of(release);
        let pool = python.map(|python| Pool::new(python, version, jobs));
        let wanted = match choice {
            Choice::Interpreter => None,
            Choice::Auto => native.filter(|native| native.is_proven() || pool.is_none()),
            Choice::Native | Choice::Both => {
                Some(native.ok_or_else(|| Impossible::NoNative(release.to_string()))?)
            }
        };
        let needs_interpreter = wanted.is_none() || choice == Choice::Both;
        if needs_interpreter && pool.is_none() {
            return Err(Impossible::NoInterpreter(release.to_string()));
        }
        Ok(Chosen { choice, native: wanted, pool, version })
    }

    /// How much memory each interpreter may take; see [`Pool::with_memory`].
    pub fn with_memory(mut self, memory: Option<u64>) -> Chosen {
        self.pool = self.pool.map(|pool| pool.with_memory(memory));
        self
    }

    /// What it compiles with, in a few words.
    pub fn description(&self) -> String {
        let native = self.native.as_ref();
        let built_in = native.map(|native| format!("the built-in compiler for {}", native.edition()));
        match (built_in, self.choice) {
            (Some(built_in), Choice::Both) => format!("{built_in}, and the interpreter"),
            (Some(built_in), _) => built_in,
            (None, _) => "the interpreter".to_owned(),
        }
    }

    fn ask_interpreter(&self, unit: &Unit<'_>, why: &str) -> Result<Outcome, Unavailable> {
        match &self.pool {
            Some(pool) => pool.compile(unit),
            None => {
                let diagnostic = Diagnostic::whole("NotCompiled", why);
                Ok(Outcome { failure: Some(diagnostic), ..Outcome::default() })
            }
        }
    }

    /// Compiles with both and compares.
    fn compile_twice(&self, native: &Native, unit: &Unit<'_>) -> Result<Outcome, Unavailable> {
        let mut theirs = self.ask_interpreter(unit, "there is no interpreter")?;
        let ours = match native.compile(unit) {
            Ok(ours) => ours,
            Err(HandedOver(_)) => return Ok(theirs),
        };
        for (level, code) in &mut theirs.codes {
            let made = ours.codes.iter().find(|(other, _)| other == level);
            let canonical = marshal::read(code, self.version).and_then(|graph| graph.canonical());
            let difference = match (made, canonical) {
                (Some((_, made)), Ok(canonical)) if *made == canonical => continue,
                (Some((_, made)), Ok(canonical)) => difference::first(made, &canonical, self.version),
                (None, _) => "the built-in compiler refuses the source".to_owned(),
                (_, Err(error)) => format!("the interpreter's code makes no sense: {error}"),
            };
            let message = format!("the built-in compiler and the interpreter disagree: {difference}");
            theirs.failure = Some(Diagnostic::whole("Difference", message));
            break;
        }
        if theirs.failure.is_none() && ours.failure.is_some() != theirs.failure.is_some() {
            theirs.failure = ours.failure;
        }
        if theirs.failure.as_ref().is_some_and(|failure| failure.kind == "Difference") {
            theirs.codes.clear();
        }
        Ok(theirs)
    }
}

impl Compiler for Chosen {
    fn compile(&self, unit: &Unit<'_>) -> Result<Outcome, Unavailable> {
        let Some(native) = &self.native else { return self.ask_interpreter(unit, "there is no interpreter") };
        if self.choice == Choice::Both {
            return self.compile_twice(native, unit);
        }
        match native.compile(unit) {
            // An interpreter words errors better, and has the last word on them.
            Ok(outcome)
                if outcome.failure.is_some() && self.choice == Choice::Auto && self.pool.is_some() =>
            {
                self.ask_interpreter(unit, "")
            }
            Ok(outcome) => Ok(outcome),
            Err(why) => self.ask_interpreter(unit, &why.to_string()),
        }
    }

    fn cancel(&self) {
        if let Some(pool) = &self.pool {
            pool.cancel();
        }
    }
}
