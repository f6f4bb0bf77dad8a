//! Whether an interpreter is one that a project is for.

use anyhow::bail;
use pyrepro::project::{Specifiers, Version};
use pyrepro::python::{Interpreters, Release};

use crate::cli::environment;

/// An error where the project says that it is not for this Python.
pub fn fits(wanted: Option<&Specifiers>, release: Release) -> anyhow::Result<()> {
    let Some(wanted) = wanted.filter(|wanted| !takes(wanted, release)) else { return Ok(()) };
    bail!(
        "the project requires Python {wanted} (project.requires-python), and this build is with Python {release}; {}",
        way_out(wanted)
    )
}

/// Pre-releases count as what they become, as they do for pip.
fn takes(wanted: &Specifiers, Release { major, minor, micro, .. }: Release) -> bool {
    let version = format!("{major}.{minor}.{micro}").parse::<Version>();
    version.is_ok_and(|version| wanted.take(&version))
}

fn way_out(wanted: &Specifiers) -> String {
    let all = Interpreters::new(environment::search_path()).all();
    let fitting = all.into_iter().flatten().filter(|python| takes(wanted, python.release));
    match fitting.max_by_key(|python| python.release) {
        Some(python) => format!("give --python {}", python.path.display()),
        None => "install such a Python, or name one with --python".to_owned(),
    }
}
