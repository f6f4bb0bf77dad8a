//! Wheels and source distributions of other backends, built again with what is recorded of their builds.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::foreign;
use super::rebuild::{Built, Cannot, Request, write};
use super::sources::Found;
use crate::backend::{self, Artifact, Installed, Installer, Isolation, Session};
use crate::compile::Chosen;
use crate::dist::Bytecode;
use crate::epoch::DecidedEpoch;
use crate::manifest::{Backend, Manifest, Requirement, Target};
use crate::project::{Name, Version};
use crate::recipe::{BackendRecipe, Provenance};

/// How backends and what they need are had.
///
/// ```
/// use pyrepro::verify::Installing;
///
/// assert!(!Installing::default().no_index);
/// ```
#[derive(Debug, Clone)]
pub struct Installing {
    /// What makes the environment.
    pub installer: Installer,
    /// Whether the folders of [`Sources::find_links`](super::Sources::find_links) are all there is.
    pub no_index: bool,
    /// Build requirements that the project does not declare, and that it was built with.
    pub with: Vec<String>,
    /// Settings for the backend that the user knows. A manifest that has others is refused.
    pub settings: Vec<(String, String)>,
    /// All variables of the user, as [`backend::Request::variables`] has them.
    pub variables: Vec<(OsString, OsString)>,
}

impl Default for Installing {
    fn default() -> Installing {
        Installing {
            installer: Installer::Pip,
            no_index: false,
            with: Vec::new(),
            settings: Vec::new(),
            variables: Vec::new(),
        }
    }
}

/// The interpreter that runs the backend, and compiles if there is bytecode.
struct Python {
    path: PathBuf,
    compiler: Option<Chosen>,
}

/// Has a backend build an artifact again.
pub(super) fn rebuild(
    request: &Request<'_>,
    (recorded, made_by): (&Manifest, &Backend),
    recipe: &BackendRecipe,
    found: &Found,
    folder: &Path,
) -> Result<Built, Cannot> {
    let epoch = recorded.epoch.ok_or_else(|| Cannot::new("the manifest has no epoch"))?;
    let root = found.folder.clone().ok_or_else(|| Cannot::new("name the project's folder with --source"))?;
    foreign::permit(request, made_by, recipe, &root)?;
    let python = interpreter(request, recorded, recipe)?;
    let epoch = DecidedEpoch::from(epoch);
    let at = epoch.epoch;
    let artifact = request.artifact;
    let beside = artifact.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let build = backend::Request {
        left_out: [beside, artifact, &request.manifest_place()].map(Path::to_owned).to_vec(),
        isolation: isolation(request, made_by, recipe, folder)?,
        with: request.installing.with.clone(),
        settings: recipe.settings.clone(),
        epoch: at,
        variables: request.installing.variables.clone(),
        ..backend::Request::new(root, python.path.clone())
    };
    let mut session = Session::start(&build, request.stop, &|_| ())
        .map_err(|error| Cannot::new(format!("{error}\nit was built with {}", listed(made_by))))?;
    let built = built(&mut session, recipe.artifact, made_by)?;

    let jobs = request.jobs;
    let bytecode = python.compiler.as_ref().zip(recipe.bytecode).map(|(chosen, recipe)| {
        let (compiler, version) = chosen.for_version();
        Bytecode { compiler, version, recipe, jobs, stop: request.stop }
    });
    let made = built.make(at, bytecode.as_ref(), jobs)?;
    let place = folder.join("rebuilt").join(&made.name);
    write(&place, |output| made.write(at, jobs, output))?;
    let target = python.compiler.as_ref().map(Target::of_chosen);
    let file = fs::File::open(&place)?;
    let manifest = Provenance::of(&session)?.manifest(recipe, epoch, target, file, &place)?;
    Ok(Built { place, manifest })
}

/// An artifact, built where everything is that is recorded. An sdist and a wheel of one run share an
/// environment, which has what both asked for.
fn built(session: &mut Session<'_>, artifact: Artifact, made_by: &Backend) -> Result<backend::Built, Cannot> {
    let built = session.build(artifact, &|_| ())?;
    if unmet(made_by, session.installed()).is_empty() {
        return Ok(built);
    }
    let other = if artifact == Artifact::Wheel { Artifact::Sdist } else { Artifact::Wheel };
    session.build(other, &|_| ())?;
    let built = session.build(artifact, &|_| ())?;
    match &unmet(made_by, session.installed())[..] {
        [] => Ok(built),
        unmet => Err(Cannot::new(format!("it was built with {}", unmet.join(", ")))),
    }
}

/// What was there when it was built, and is not now.
fn unmet(made_by: &Backend, installed: &[Installed]) -> Vec<String> {
    let there: HashMap<&str, &str> =
        installed.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
    let requirements = made_by.requirements.iter();
    let unmet = requirements.filter_map(|Requirement { name, version }| match there.get(name.as_str()) {
        Some(found) if found == version => None,
        // Who installs has no part in what is built.
        _ if name == "pip" => None,
        Some(found) => Some(format!("{name} {version}, and here is {found}")),
        None => Some(format!("{name} {version}, which is not here")),
    });
    unmet.collect()
}

fn listed(made_by: &Backend) -> String {
    let all = made_by.requirements.iter().map(|Requirement { name, version }| format!("{name} {version}"));
    match &all.collect::<Vec<_>>()[..] {
        [] => "nothing".to_owned(),
        all => all.join(", "),
    }
}

/// Where the backend comes from. The manifest has a say in the versions, and not in what is installed.
fn isolation(
    request: &Request<'_>,
    made_by: &Backend,
    recipe: &BackendRecipe,
    folder: &Path,
) -> Result<Isolation, Cannot> {
    if !recipe.isolation {
        return Ok(Isolation::Installed);
    }
    let constraints = folder.join("constraints.txt");
    let lines = made_by.requirements.iter().map(|Requirement { name, version }| {
        // Any other text could be an option of the installer.
        let is_sound = name.parse::<Name>().is_ok() && version.parse::<Version>().is_ok();
        is_sound.then(|| format!("{name}=={version}\n")).ok_or_else(|| {
            Cannot::new(format!("the manifest has {name:?} {version:?}, which nothing can be installed by"))
        })
    });
    fs::write(&constraints, lines.collect::<Result<String, _>>()?)?;
    Ok(Isolation::Fresh {
        installer: request.installing.installer.clone(),
        constraints: vec![constraints],
        find_links: request.sources.find_links.clone(),
        no_index: request.installing.no_index,
    })
}

/// The recorded interpreter; where none is, that of the tags, or any.
fn interpreter(request: &Request<'_>, recorded: &Manifest, recipe: &BackendRecipe) -> Result<Python, Cannot> {
    if recipe.bytecode.is_some() {
        let compiler = request.compiler_for(recorded)?;
        let path = match &compiler.aim().python {
            Some(path) => path.clone(),
            None => request.interpreters.default()?.path,
        };
        return Ok(Python { path, compiler: Some(compiler) });
    }
    let found = match (request.python, tagged(&recorded.artifact.name)) {
        (Some(python), _) => request.interpreters.find(python)?,
        (None, Some(minor)) => request.interpreters.of_feature_release(3, minor)?,
        (None, None) => request.interpreters.default()?,
    };
    Ok(Python { path: found.path, compiler: None })
}

/// The minor version of the one Python that a wheel with machine code is for.
fn tagged(name: &str) -> Option<u8> {
    let parts: Vec<&str> = name.strip_suffix(".whl")?.rsplitn(4, '-').collect();
    let [_, abi, python, _] = parts[..] else { return None };
    python.strip_prefix("cp3").filter(|_| abi == python)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_code_is_for_one_version() {
        assert_eq!(tagged("a-1-cp313-cp313-linux_x86_64.whl"), Some(13));
        for name in ["a-1-py3-none-any.whl", "a-1-cp39-abi3-linux_x86_64.whl", "a-1.tar.gz"] {
            assert_eq!(tagged(name), None, "{name}");
        }
    }
}
