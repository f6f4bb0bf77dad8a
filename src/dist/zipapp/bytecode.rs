//! Bytecode beside the sources of an application, where zipimport looks for it.

use std::convert::Infallible;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Error;
use super::members::Members;
use crate::archive::{Content, Entry};
use crate::compile::{Compiler, Diagnostic, Outcome, Unavailable, Unit, Warning, in_order};
use crate::marshal;
use crate::pyc::{Header, InvalidationMode, Optimization};
use crate::python::Version;

/// What recorded file names begin with. Without it, whoever shows source lines would take a file of
/// that name in the current folder for the source; so nothing is there to be found but by the
/// loader, which has the source.
pub const RECORDED_BELOW: &str = "<zipapp>/";

/// How to make bytecode.
pub struct Bytecode<'a> {
    /// What compiles.
    pub compiler: &'a dyn Compiler,
    /// For which version.
    pub version: Version,
    /// Whether imports compare it with the source. There is no use for timestamps in an archive that
    /// is the same each time.
    pub checked: bool,
    /// At which level; there is room for one.
    pub level: Optimization,
    /// Whether to leave out the sources that compile.
    pub sourceless: bool,
    /// How many sources to compile at a time.
    pub jobs: NonZero<usize>,
    /// When set, nothing more is compiled, and there is no application.
    pub stop: &'a AtomicBool,
}

/// What became of the sources.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Those that have bytecode now, at the level that was asked for.
    pub sources: Vec<String>,
    /// Those that have none, and why.
    pub failures: Vec<(String, Diagnostic)>,
    /// What the compiler warned of.
    pub warnings: Vec<(String, Warning)>,
}

/// A source with what the compiler made of it.
struct Attempt {
    path: String,
    pyc: Result<Vec<u8>, Box<Diagnostic>>,
    warnings: Vec<Warning>,
}

impl Bytecode<'_> {
    /// Compiles every source among the members, and puts its bytecode beside it or in its place.
    pub(super) fn add(&self, members: &mut Members) -> Result<Compiled, Error> {
        let mut attempts = Vec::new();
        let work = |(path, source)| self.attempt(path, source);
        let keep = |attempt| {
            attempts.push(attempt);
            Ok::<(), Infallible>(())
        };
        let stopped = || {
            let stop = self.stop.load(Ordering::Relaxed);
            if stop {
                self.compiler.cancel();
            }
            stop
        };
        let Ok(()) = in_order(members.sources(), self.jobs.get(), work, stopped, keep);
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }

        let mut compiled = Compiled::default();
        for attempt in attempts {
            let Attempt { path, pyc, warnings } = attempt?;
            compiled.warnings.extend(warnings.into_iter().map(|warning| (path.clone(), warning)));
            match pyc {
                Ok(pyc) => {
                    members.put_bytecode(&path, Entry::bytes(format!("{path}c"), pyc)?, self.sourceless);
                    compiled.sources.push(path);
                }
                Err(diagnostic) => compiled.failures.push((path, *diagnostic)),
            }
        }
        Ok(compiled)
    }

    fn attempt(&self, path: &str, source: &[u8]) -> Result<Attempt, Unavailable> {
        let name = format!("{RECORDED_BELOW}{path}");
        let unit = Unit { source, name: name.as_bytes(), levels: &[self.level] };
        let Outcome { codes, failure, warnings } = self.compiler.compile(&unit)?;
        let pyc = match (codes.first(), failure) {
            (Some((_, code)), None) => self.pyc(source, code),
            (_, failure) => {
                let failure = failure.unwrap_or_else(|| Diagnostic::whole("Crash", "it gave no code"));
                Err(Box::new(failure))
            }
        };
        Ok(Attempt { path: path.to_owned(), pyc, warnings })
    }

    fn pyc(&self, source: &[u8], code: &[u8]) -> Result<Vec<u8>, Box<Diagnostic>> {
        let mode = if self.checked { InvalidationMode::CheckedHash } else { InvalidationMode::UncheckedHash };
        let mut pyc = Header::of_source(self.version, mode, source, 0).to_bytes().to_vec();
        marshal::read(code, self.version)
            .and_then(|graph| graph.append_canonical(&mut pyc))
            .map_err(|error| Diagnostic::whole("Crash", format!("code that makes no sense: {error}")))
            .map_err(Box::new)?;
        Ok(pyc)
    }
}

/// The source in a member, if it is one.
pub(super) fn source_of(entry: &Entry) -> Option<&[u8]> {
    match entry.content() {
        Some(Content::Bytes(bytes)) if entry.path.as_str().ends_with(".py") => Some(bytes),
        _ => None,
    }
}
