//! Bytecode for the sources in an artifact.

use std::convert::Infallible;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::archive::{Content, Entry, Spool};
use crate::compile::{Compiler, Diagnostic, Form, Unavailable, Unit, Warning};
use crate::in_order;
use crate::pyc::{Header, InvalidationMode, Optimization};
use crate::python::Version;

/// How to make bytecode.
pub struct Bytecode<'a> {
    /// What compiles.
    pub compiler: &'a dyn Compiler,
    /// For which version.
    pub version: Version,
    /// How.
    pub recipe: BytecodeRecipe,
    /// How many sources to compile at a time.
    pub jobs: NonZero<usize>,
    /// When set, nothing more is compiled, and there is no application.
    pub stop: &'a AtomicBool,
}

/// How the sources of an artifact are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BytecodeRecipe {
    /// Whether imports compare bytecode with its source. Timestamps are of no use in an archive that is
    /// the same each time.
    pub mode: InvalidationMode,
    /// At which level; there is room for one.
    pub level: Optimization,
    /// Whether sources that compile are left out.
    pub sourceless: bool,
}

/// How many bytes of bytecode are kept in memory. All of it is there before an archive is begun.
const IN_MEMORY: u64 = 16 << 20;

/// A source with what the compiler made of it.
pub(super) struct Attempt {
    /// The path of the source.
    pub path: String,
    pub pyc: Result<Content, Box<Diagnostic>>,
    pub warnings: Vec<Warning>,
}

impl Bytecode<'_> {
    /// Compiles sources, each a path and its content, in their order; nothing if it is to stop. The paths
    /// that code objects have recorded begin with `recorded_below`.
    pub(super) fn compile<'m>(
        &self,
        sources: impl Iterator<Item = (&'m str, &'m Content)> + Send,
        recorded_below: &str,
    ) -> Result<Option<Vec<Attempt>>, Unavailable> {
        let mut attempts = Vec::new();
        let spool = Spool::new(&std::env::temp_dir(), IN_MEMORY);
        let work = |(path, source)| self.attempt(path, source, recorded_below, &spool);
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
        let Ok(()) = in_order::work(sources, self.jobs.get(), work, stopped, keep);
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        attempts.into_iter().collect::<Result<_, _>>().map(Some)
    }

    fn attempt(
        &self,
        path: &str,
        source: &Content,
        recorded_below: &str,
        spool: &Spool,
    ) -> Result<Attempt, Unavailable> {
        let source = match source.held() {
            Ok(source) => source.unwrap_or_default(),
            Err(error) => {
                let pyc = Err(Box::new(Diagnostic::whole("OSError", error.to_string())));
                return Ok(Attempt { path: path.to_owned(), pyc, warnings: Vec::new() });
            }
        };
        let name = format!("{recorded_below}{path}");
        let unit = Unit { source: &source, name: name.as_bytes(), levels: &[self.recipe.level] };
        let mut outcome = self.compiler.compile(&unit)?;
        let failure = outcome.failure.take();
        let pyc = match (outcome.codes.first(), failure) {
            (Some((_, code)), None) => {
                let header = Header::of_source(self.version, self.recipe.mode, &source, 0);
                outcome.pyc(&header, code, Form::Canonical).map(|pyc| put_aside(pyc, spool))
            }
            (_, failure) => {
                let failure = failure.unwrap_or_else(|| Diagnostic::whole("Crash", "it gave no code"));
                Err(Box::new(failure))
            }
        };
        Ok(Attempt { path: path.to_owned(), pyc, warnings: outcome.warnings })
    }

    /// The path and the content of a member that is a source and was read.
    pub(super) fn source_of(entry: &Entry) -> Option<(&str, &Content)> {
        match entry.content() {
            Some(content @ (Content::Bytes(_) | Content::Spooled(_)))
                if entry.path.as_str().ends_with(".py") =>
            {
                Some((entry.path.as_str(), content))
            }
            _ => None,
        }
    }
}

/// Bytecode that is out of the way, or in memory where the disk takes none of it.
fn put_aside(pyc: Vec<u8>, spool: &Spool) -> Content {
    match spool.keep(&pyc) {
        Ok(slice) => Content::Spooled(slice),
        Err(_) => Content::Bytes(pyc),
    }
}
