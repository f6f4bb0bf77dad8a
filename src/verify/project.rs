//! Wheels, source distributions and zipapps of projects, built again from their manifests.

use std::path::Path;

use super::rebuild::{Built, Cannot, Request, write};
use super::sources::Found;
use crate::compile::Chosen;
use crate::dist::Package;
use crate::epoch::DecidedEpoch;
use crate::manifest::{Manifest, Target};
use crate::recipe::BuildRecipe;

/// Builds an artifact of a project again, in a folder.
pub(super) fn rebuild(
    request: &Request<'_>,
    recorded: &Manifest,
    recipe: &BuildRecipe,
    found: &Found,
    folder: &Path,
) -> Result<Built, Cannot> {
    let epoch = recorded.epoch.ok_or_else(|| Cannot::new("the manifest has no epoch"))?;
    let epoch = DecidedEpoch::from(epoch);
    let root =
        found.folder.as_deref().ok_or_else(|| Cannot::new("name the project's folder with --source"))?;
    let chosen = recipe.bytecode.map(|_| request.compiler_for(recorded)).transpose()?;
    let compiler = chosen.as_ref().map(Chosen::for_version);

    // Artifacts lie beside each other, in the project's folder or elsewhere.
    let package = Package::open_at(root, request.artifact.parent(), Some(epoch.epoch))?;
    let made = recipe.make(&package, compiler, request.jobs, request.stop)?;
    let place = folder.join("rebuilt").join(&recorded.artifact.name);
    let written = write(&place, |output| made.write(epoch.epoch, request.jobs, output))?;
    let target = chosen.as_ref().map(Target::of_chosen);
    let inputs = package.ingredients()?;
    let build = recipe.build(made.entries(), inputs, epoch, target, request.jobs, request.stop);
    let manifest = build.manifest(&place, written)?;
    Ok(Built { place, manifest })
}
