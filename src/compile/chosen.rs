//! Which compiler makes the code: the built-in one, an interpreter, or both.

use std::num::NonZeroUsize;
use std::sync::Mutex;

use pyrepro_compiler::Program;

use super::aim::Aim;
use super::choice::Choice;
use super::native::{HandedOver, Native};
use super::pool::Pool;
use super::twice;
use super::unit::{Compiler, Diagnostic, Outcome, Unavailable, Unit};
use crate::lock::lock;
use crate::python::Version;

/// The compilers of one run, as chosen.
pub struct Chosen {
    choice: Choice,
    aim: Aim,
    native: Option<Native>,
    pool: Option<Pool>,
    handed_over: Mutex<Vec<Handed>>,
}

/// A source that an interpreter alone has compiled, where the built-in compiler was wanted too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handed {
    /// The file name that its code has.
    pub name: String,
    /// Why.
    pub reason: String,
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
    /// Compilers for a release. [`Choice::Native`] starts no interpreter, even if there is one.
    pub fn new(choice: Choice, aim: Aim, jobs: NonZeroUsize) -> Result<Chosen, Impossible> {
        let release = aim.release;
        let native = Native::of(release);
        let python = aim.python.as_ref().filter(|_| choice != Choice::Native);
        let wanted = match choice {
            Choice::Interpreter => None,
            Choice::Auto => native.filter(|native| native.is_proven() || python.is_none()),
            Choice::Native | Choice::Both => {
                Some(native.ok_or_else(|| Impossible::NoNative(release.to_string()))?)
            }
        };
        let needs_interpreter = wanted.is_none() || choice == Choice::Both;
        if needs_interpreter && python.is_none() {
            return Err(Impossible::NoInterpreter(release.to_string()));
        }
        let pool = python.map(|python| Pool::new(python, aim.version, jobs));
        Ok(Chosen { choice, aim, native: wanted, pool, handed_over: Mutex::default() })
    }

    /// What it compiles for.
    pub fn aim(&self) -> &Aim {
        &self.aim
    }

    /// What was chosen.
    pub fn choice(&self) -> Choice {
        self.choice
    }

    /// As something that compiles, and for what.
    pub fn for_version(&self) -> (&dyn Compiler, Version) {
        (self, self.aim.version)
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

    /// The built-in compiler, if that compiles, or both do.
    pub fn native(&self) -> Option<&Native> {
        self.native.as_ref()
    }

    /// Sources that an interpreter alone has compiled so far, in the order of their names.
    pub fn handed_over(&self) -> Vec<Handed> {
        let mut all = lock(&self.handed_over).clone();
        all.sort_unstable();
        all
    }

    /// Gives a unit that is too much for the built-in compiler to an interpreter, if that may be started.
    fn hand_over(&self, unit: &Unit<'_>, HandedOver(reason): HandedOver) -> Result<Outcome, Unavailable> {
        let Some(pool) = &self.pool else {
            let way_out = match self.choice {
                Choice::Native => "--compiler auto hands it to an interpreter",
                _ => "install an interpreter of the release",
            };
            let message = format!("the built-in compiler does not do it: {reason}; {way_out}");
            let failure = Some(Diagnostic::whole("NotCompiled", message));
            return Ok(Outcome { failure, ..Outcome::default() });
        };
        let name = String::from_utf8_lossy(unit.name).into_owned();
        lock(&self.handed_over).push(Handed { name, reason });
        pool.compile(unit)
    }

    /// Compiles a unit with what was chosen; `natively` has the built-in compiler do it.
    fn compile_by(
        &self,
        unit: &Unit<'_>,
        natively: impl FnOnce(&Native) -> Result<Outcome, HandedOver>,
    ) -> Result<Outcome, Unavailable> {
        match (&self.native, &self.pool) {
            (Some(native), Some(pool)) if self.choice == Choice::Both => match natively(native) {
                Ok(ours) => Ok(twice::agreed(ours, pool.compile(unit)?, self.aim.version)),
                Err(reason) => self.hand_over(unit, reason),
            },
            (Some(native), pool) => match (natively(native), pool) {
                // An interpreter words errors better, and has the last word on them.
                (Ok(outcome), Some(pool)) if outcome.failure.is_some() => pool.compile(unit),
                (Ok(outcome), _) => Ok(outcome),
                (Err(reason), _) => self.hand_over(unit, reason),
            },
            (None, Some(pool)) => pool.compile(unit),
            // What cannot be made: one of the two is always there.
            (None, None) => Ok(Outcome {
                failure: Some(Diagnostic::whole("NotCompiled", "there is nothing to compile with")),
                ..Outcome::default()
            }),
        }
    }
}

impl Compiler for Chosen {
    fn compile(&self, unit: &Unit<'_>) -> Result<Outcome, Unavailable> {
        self.compile_by(unit, |native| native.compile(unit))
    }

    fn compile_program(&self, unit: &Unit<'_>, program: &mut Program<'_>) -> Result<Outcome, Unavailable> {
        self.compile_by(unit, |native| native.compile_program(unit, program))
    }

    fn waits(&self) -> bool {
        self.native.is_none() || self.choice == Choice::Both
    }

    fn cancel(&self) {
        if let Some(pool) = &self.pool {
            pool.cancel();
        }
    }
}
