//! The compiler that is built in: it needs no interpreter.

use std::collections::HashSet;

use pyrepro_compiler::edition::{self, Edition, Evidence};
use pyrepro_compiler::error::{self, Failure, SyntaxError};
use pyrepro_compiler::{Compiled, Program};
use serde::Serialize;

use super::job::marshal_text;
use super::lines::Lines;
use super::unit::{Diagnostic, Outcome, Unit, Warning};
use super::wording;
use crate::pyc::Optimization;
use crate::python::{Level, Release, Version};

/// Compiles as the releases of one edition do. Its code is canonical.
#[derive(Debug, Clone, Copy)]
pub struct Native {
    edition: &'static Edition,
    release: Release,
}

/// A source that the built-in compiler leaves to an interpreter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HandedOver(pub String);

/// Releases that the built-in compiler stands for.
#[derive(Debug, Clone, Serialize)]
pub struct BuiltIn {
    /// `3.13.1–3.13.3, 3.13.5 and later`
    pub releases: String,
    /// The newest one that its code was compared with.
    pub proven_to: String,
    /// What that release was: an `interpreter`, or CPython as `WebAssembly`; or `nothing`.
    pub evidence: &'static str,
}

impl Native {
    /// The compiler for a version such as `3.14`, for its newest edition, or `3.14.2`.
    ///
    /// ```
    /// use pyrepro::compile::Native;
    ///
    /// assert_eq!(Native::named("3.13.7").unwrap().edition(), "3.13.6–3.13.12");
    /// assert!(Native::named("3.7").is_err());
    /// ```
    pub fn named(name: &str) -> Result<Native, edition::UnknownRelease> {
        let found = Edition::of(name)?;
        let micro = found.micro.unwrap_or(found.edition.proven_to);
        let (minor, micro) = (found.edition.minor, u16::from(micro));
        Ok(Native {
            edition: found.edition,
            release: Release { major: 3, minor, micro, level: Level::Final, serial: 0 },
        })
    }

    /// The compiler for the release of an interpreter, if there is one.
    pub fn of(release: Release) -> Option<Native> {
        let is_final = release.level == Level::Final;
        let native = is_final.then(|| Native::named(&release.to_string()).ok()).flatten()?;
        Some(Native { release, ..native })
    }

    /// The release that it stands for.
    pub fn release(&self) -> Release {
        self.release
    }

    /// What bytecode files it makes.
    pub fn version(&self) -> Option<Version> {
        Version::new(3, self.edition.minor)
    }

    /// The releases that compile alike.
    pub fn edition(&self) -> String {
        self.edition.to_string()
    }

    /// The first of these releases, by which documents name the edition.
    pub fn first(&self) -> Release {
        Release { micro: self.edition.first().into(), ..self.release }
    }

    /// Counts up with each correction of the edition that changes what is made.
    pub fn edition_version(&self) -> u32 {
        self.edition.version
    }

    /// Whether its code was compared with that of the release, or of a later one of the same edition.
    pub fn is_proven(&self) -> bool {
        self.edition.evidence == Evidence::Interpreter
            && self.release.micro <= u16::from(self.edition.proven_to)
    }

    /// All editions.
    pub fn editions() -> impl Iterator<Item = BuiltIn> {
        edition::EDITIONS.iter().map(|edition| BuiltIn {
            releases: edition.to_string(),
            proven_to: format!("3.{}.{}", edition.minor, edition.proven_to),
            evidence: match edition.evidence {
                Evidence::Interpreter => "interpreter",
                Evidence::WebAssembly => "WebAssembly",
                Evidence::Nothing => "nothing",
            },
        })
    }

    /// The newest release of each version that is built in.
    pub fn newest() -> impl Iterator<Item = Native> {
        let mut minors: Vec<u8> = edition::EDITIONS.iter().map(|edition| edition.minor).collect();
        minors.dedup();
        minors.into_iter().filter_map(|minor| Native::named(&format!("3.{minor}")).ok())
    }

    /// Compiles one unit.
    pub fn compile(&self, unit: &Unit<'_>) -> Result<Outcome, HandedOver> {
        compile(unit, |name, levels| pyrepro_compiler::compile(unit.source, name, self.edition, levels))
    }

    /// Compiles one unit of a program, which is parsed once for all editions that read it the same way.
    pub fn compile_program(&self, unit: &Unit<'_>, program: &mut Program<'_>) -> Result<Outcome, HandedOver> {
        compile(unit, |name, levels| program.compile(name, self.edition, levels))
    }
}

/// Compiles a unit with a function from file name and levels to code.
fn compile(
    unit: &Unit<'_>,
    mut code: impl FnMut(&[u8], &[u8]) -> Result<Compiled, Failure>,
) -> Result<Outcome, HandedOver> {
    let name = marshal_text(unit.name);
    let mut at_levels = |levels: &[Optimization], outcome: &mut Outcome| {
        let numbers: Vec<u8> = levels.iter().map(|level| level.number()).collect();
        take(code(&name, &numbers), unit, levels, outcome)
    };
    let mut outcome = Outcome { is_canonical: true, ..Outcome::default() };
    match at_levels(unit.levels, &mut outcome)? {
        Ok(()) => return Ok(outcome),
        Err(error) if unit.levels.len() < 2 => outcome.failure = Some(diagnostic(unit, &error)),
        // Of several levels the first may do: what -O leaves out can be what is wrong.
        Err(_) => {
            for level in unit.levels {
                if let Err(error) = at_levels(&[*level], &mut outcome)? {
                    outcome.failure = Some(diagnostic(unit, &error));
                    break;
                }
            }
        }
    }
    Ok(outcome)
}

/// Takes what some levels came to into the outcome, or gives what is wrong with the source.
fn take(
    made: Result<Compiled, Failure>,
    unit: &Unit<'_>,
    levels: &[Optimization],
    outcome: &mut Outcome,
) -> Result<Result<(), Box<SyntaxError>>, HandedOver> {
    match made {
        Ok(made) => {
            outcome.codes.extend(levels.iter().copied().zip(made.code));
            if !made.warnings.is_empty() {
                warn(made.warnings, unit, outcome);
            }
            Ok(Ok(()))
        }
        Err(Failure::Syntax(error)) => Ok(Err(error)),
        Err(Failure::Handover(reason)) => Err(HandedOver(reason.to_string())),
    }
}

/// Takes warnings into the outcome, each once.
fn warn(warnings: Vec<error::Warning>, unit: &Unit<'_>, outcome: &mut Outcome) {
    let lines = Lines::of(unit.source);
    let mut known: HashSet<Told> = outcome.warnings.iter().map(told).collect();
    for warning in warnings {
        let line = u32::try_from(warning.line).ok().filter(|line| *line > 0);
        let warning = Warning {
            category: warning.category.name().to_owned(),
            message: warning.message.into_owned(),
            line,
            text: line.and_then(|line| lines.shown(line)),
        };
        if known.insert(told(&warning)) {
            outcome.warnings.push(warning);
        }
    }
}

/// What is wrong with a source, as `py_compile` says it.
fn diagnostic(unit: &Unit<'_>, error: &SyntaxError) -> Diagnostic {
    wording::diagnostic(error, unit.name, Lines::of(unit.source).text(error.span.line))
}

/// A warning that was told, which is not told again.
type Told = (String, String, Option<u32>);

fn told(warning: &Warning) -> Told {
    (warning.category.clone(), warning.message.clone(), warning.line)
}
