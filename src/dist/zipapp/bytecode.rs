//! Bytecode beside the sources of an application, where zipimport looks for it.

use super::Error;
use super::members::Members;
use crate::archive::{Entry, MemberPath};
use crate::compile::{Diagnostic, Warning};
use crate::dist::Bytecode;

/// What recorded file names begin with. Without it, whoever shows source lines would take a file of
/// that name in the current folder for the source; so nothing is there to be found but by the
/// loader, which has the source.
pub const RECORDED_BELOW: &str = "<zipapp>/";

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

/// Compiles every source among the members, and puts its bytecode beside it or in its place.
pub(super) fn add(bytecode: &Bytecode<'_>, members: &mut Members) -> Result<Compiled, Error> {
    let attempts = bytecode.compile(members.sources(), RECORDED_BELOW)?.ok_or(Error::Interrupted)?;
    let mut compiled = Compiled::default();
    for attempt in attempts {
        let path = attempt.path;
        compiled.warnings.extend(attempt.warnings.into_iter().map(|warning| (path.clone(), warning)));
        match attempt.pyc {
            Ok(pyc) => {
                let entry = Entry::of(MemberPath::new(format!("{path}c"))?, pyc);
                members.put_bytecode(&path, entry, bytecode.recipe.sourceless);
                compiled.sources.push(path);
            }
            Err(diagnostic) => compiled.failures.push((path, *diagnostic)),
        }
    }
    Ok(compiled)
}
