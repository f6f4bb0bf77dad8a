//! Code of others: whether it may run, and what is said before it does.

use std::fmt;
use std::path::PathBuf;

use super::rebuild::{Cannot, Request};
use crate::backend::BuildSystem;
use crate::manifest::Backend;
use crate::recipe::BackendRecipe;

/// Whether a build backend may run, which is code of others. None does before somebody was told.
#[derive(Clone, Copy, Default)]
pub enum Foreign<'a> {
    /// None runs.
    #[default]
    Refused,
    /// One that the source itself declares runs, once this was told of it.
    Announced(&'a dyn Fn(&Intent)),
}

impl fmt::Debug for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::Refused => "Refused",
            Foreign::Announced(_) => "Announced",
        })
    }
}

/// What is about to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The backend.
    pub backend: String,
    /// The source that declares it.
    pub source: PathBuf,
    /// What the source asks to have installed for it; nothing where the installed backend is taken.
    pub installs: Vec<String>,
    /// What it is told.
    pub settings: Vec<(String, String)>,
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Intent { backend, source, installs, settings } = self;
        write!(f, "runs the build backend {backend}, which {} declares", source.display())?;
        if !installs.is_empty() {
            write!(f, "; installs {}", installs.join(", "))?;
        }
        for (key, value) in settings {
            write!(f, "; setting {key}={value}")?;
        }
        Ok(())
    }
}

/// Sees to it that nothing runs but what the source declares and the user has not refused, and says what
/// it is. The manifest has no say in that.
pub(super) fn permit(
    request: &Request<'_>,
    made_by: &Backend,
    recipe: &BackendRecipe,
    root: &std::path::Path,
) -> Result<(), Cannot> {
    let system = BuildSystem::of(root)?;
    let source = request.sources.source.clone().unwrap_or_else(|| root.to_owned());
    if system.is_own() {
        return Err(Cannot(format!(
            "its manifest says that the backend {:?} built it, but {} is built by pyrepro itself; nothing was run",
            made_by.name,
            source.display()
        )));
    }
    if system.backend != made_by.name {
        return Err(Cannot(format!(
            "its manifest says that the backend {:?} built it, but {} declares {:?}; nothing was run",
            made_by.name,
            source.display(),
            system.backend
        )));
    }
    let allowed = &request.installing.settings;
    if let Some((key, value)) = recipe.settings.iter().find(|setting| !allowed.contains(setting)) {
        return Err(Cannot(format!(
            "its manifest has the setting {key}={value} for the backend, and a setting can name a program; \
             if you know it, give it with --config-setting"
        )));
    }
    let installs = if recipe.isolation { system.requires } else { Vec::new() };
    let intent = Intent { backend: system.backend, source, installs, settings: recipe.settings.clone() };
    match request.foreign {
        Foreign::Announced(tell) => {
            tell(&intent);
            Ok(())
        }
        Foreign::Refused => Err(Cannot(format!(
            "to build it again is to run the build backend {}, which is refused; leave out --no-backend to run it",
            intent.backend
        ))),
    }
}
