//! Zipapps, built again from their manifests.

use std::path::{Path, PathBuf};

use super::rebuild::{Built, Cannot, Request, write};
use super::sources::Found;
use crate::compile::Chosen;
use crate::dist::Role;
use crate::dist::zipapp::Source;
use crate::epoch::DecidedEpoch;
use crate::manifest::{Manifest, Target};
use crate::recipe::{ZipappRecipe, ZipappSources};

/// Builds a zipapp again, in a folder.
pub(super) fn rebuild(
    request: &Request<'_>,
    recorded: &Manifest,
    recipe: &ZipappRecipe,
    found: &Found,
    folder: &Path,
) -> Result<Built, Cannot> {
    let epoch = recorded.epoch.ok_or_else(|| Cannot::new("the manifest has no epoch"))?;
    let chosen = recipe.bytecode.map(|_| request.compiler_for(recorded)).transpose()?;
    let compiler = chosen.as_ref().map(Chosen::for_version);

    let wanted = recipe.request(sources(request, found));
    let app = recipe.gather(&wanted, compiler, request.jobs, request.stop)?;
    let epoch = DecidedEpoch::from(epoch);
    let options = recipe.write_options(epoch.epoch, request.jobs);
    let place = folder.join("rebuilt").join(&recorded.artifact.name);
    let written = write(&place, |output| app.write(&options, output))?;
    let target = chosen.as_ref().map(Target::of_chosen);
    let build = recipe.build(&app, epoch, target, request.jobs, request.stop);
    let manifest = build.manifest(&place, written)?;
    Ok(Built { place, manifest })
}

fn sources(request: &Request<'_>, found: &Found) -> ZipappSources {
    let of_role = |role| {
        let files = found.files.iter().filter(move |(its, _)| *its == role);
        files.map(|(_, place)| place.clone()).collect::<Vec<PathBuf>>()
    };
    let archive = of_role(Role::Archive).into_iter().next().map(Source::Archive);
    ZipappSources {
        source: archive.or_else(|| found.folder.clone().map(Source::Folder)),
        // They may lie among the sources now as they did then.
        outputs: vec![
            request.artifact.to_owned(),
            request.manifest_place(),
            Manifest::beside(request.artifact),
            Manifest::visible_beside(request.artifact),
        ],
        wheels: of_role(Role::Wheel),
        requirements: None,
        environment: None,
    }
}
