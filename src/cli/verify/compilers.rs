//! What sources are compiled with again: an interpreter for each version.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZero;

use anyhow::ensure;
use pyrepro::compile::Chosen;
use pyrepro::python::{Interpreter, Interpreters, Version};
use pyrepro::verify::installed::Reference;

use crate::cli::environment;

/// What compiles for each version, and what to call it.
#[derive(Default)]
pub struct Compilers(BTreeMap<Version, (Chosen, String)>);

impl Compilers {
    /// Those that are asked for, or all that there are.
    pub fn find(pythons: &[OsString], jobs: NonZero<usize>) -> anyhow::Result<Compilers> {
        let interpreters = Interpreters::new(environment::search_path());
        let mut found: Vec<Interpreter> = match pythons.is_empty() {
            true => interpreters.all().into_iter().flatten().collect(),
            false => pythons.iter().map(|request| interpreters.find(request)).collect::<Result<_, _>>()?,
        };
        // Of one version the last is taken, which is the newest.
        found.sort_by_key(|python| python.release);
        let choice = environment::compiler()?;
        let usable = found.into_iter().filter_map(|python| {
            let version = *python.target.as_ref().ok()?;
            let name = format!("Python {}", python.release);
            let chosen = Chosen::new(choice, python.release, version, Some(python.path), jobs);
            Some(chosen.map(|chosen| (version, (chosen, name))))
        });
        let compilers: BTreeMap<_, _> = usable.collect::<Result<_, _>>()?;
        ensure!(
            !compilers.is_empty(),
            "there is no Python to compile with: install one, or name it with --python"
        );
        Ok(Compilers(compilers))
    }

    /// As the library takes them.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let all = self.0.iter();
        all.map(|(version, (pool, name))| Reference { version: *version, compiler: pool, name: name.clone() })
            .collect()
    }
}
