//! What sources are compiled with again: an interpreter for each version.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZero;

use anyhow::ensure;
use pyrepro::compile::{Aim, Choice, Chosen, Native};
use pyrepro::python::{Interpreters, Version};
use pyrepro::verify::installed::Reference;

use crate::cli::environment;

/// What compiles for each version, and what to call it.
#[derive(Default)]
pub struct Compilers(BTreeMap<Version, (Chosen, String)>);

impl Compilers {
    /// Those that are asked for, or all that there are.
    pub fn find(pythons: &[OsString], choice: Choice, jobs: NonZero<usize>) -> anyhow::Result<Compilers> {
        let interpreters = Interpreters::new(environment::search_path());
        let mut aims: Vec<Aim> = match (pythons, choice) {
            ([], Choice::Native) => Native::newest().filter_map(|native| Aim::of_native(&native)).collect(),
            ([], _) => interpreters.all().into_iter().flatten().filter_map(|one| Aim::of(one).ok()).collect(),
            (requests, _) => {
                let aim = |request: &OsString| Aim::find(&interpreters, Some(request), choice);
                requests.iter().map(aim).collect::<Result<_, _>>()?
            }
        };
        // Of one version the last is taken, which is the newest.
        aims.sort_by_key(|aim| aim.release);
        let compiler = |aim: Aim| {
            let name = format!("Python {}", aim.release);
            Ok((aim.version, (aim.compiler(choice, jobs)?, name)))
        };
        let compilers: BTreeMap<_, _> = aims.into_iter().map(compiler).collect::<anyhow::Result<_>>()?;
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
