//! `pyrepro manifest`: make, check and export manifests.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use pyrepro::archive::Digest;
use pyrepro::manifest::{Change, Manifest, SUFFIX, Scope, changes, describe, export};
use pyrepro::output::{Output, OutputForm, OutputTarget};
use pyrepro::tree::Globs;
use serde::Serialize;
use serde_json::Value;

use super::exit::Exit;
use super::interrupt;
use super::terminal::{BAD, GOOD, Terminal};
use pyrepro::there;

/// Write a manifest of an artifact or a folder, or check one
///
/// A manifest has the digests of the artifact and its members. The manifests of `zipapp`, `build` and
/// `compile --manifest` also say what the artifact was built from, and how.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// A wheel, zip, zipapp, sdist, tar, pyc or other file, or a folder
    #[arg(value_name = "PATH", required_unless_present = "check")]
    path: Option<PathBuf>,
    /// Compare PATH with this manifest [default of PATH: the artifact of the manifest]
    #[arg(long, value_name = "MANIFEST", conflicts_with = "export")]
    check: Option<PathBuf>,
    /// Write another format; PATH may be a manifest, too
    #[arg(long, value_name = "FORMAT", value_enum)]
    export: Option<Export>,
    /// Write to this file [default: standard output]
    #[arg(short, long, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,
    /// Exclude files of a folder that match; can be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Export {
    /// For `sha256sum -c` beside the artifact, or in the folder
    Sha256sum,
    /// For `sha256sum -c` where the artifact was unpacked
    Sha256sumMembers,
    /// An in-toto statement v1 with SLSA provenance v1
    InToto,
    /// A CycloneDX 1.6 list of members
    Cyclonedx,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro manifest app.pyz -o app.pyz.manifest.json
  pyrepro manifest --check app.pyz.manifest.json
  pyrepro manifest --check release.json site-packages --exclude __pycache__/
  pyrepro manifest src --export sha256sum > SHA256SUMS && (cd src && sha256sum -c ../SHA256SUMS)
  pyrepro manifest app.pyz.manifest.json --export in-toto

Exit codes: 0 the manifest is written, or nothing differs; 1 --check found a difference; 2 any other error.";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let itself = flags.check.iter().chain(&flags.output).cloned();
    let scope = Scope { exclude: Globs::new(&flags.exclude)?, without: itself.collect() };
    match (&flags.check, &flags.path) {
        (Some(manifest), path) => check(manifest, path.as_deref(), &scope, terminal),
        (None, Some(path)) => {
            let target = flags.target(path)?;
            let manifest = match is_manifest(path) && flags.export.is_some() {
                true => Manifest::open(path)?,
                false => describe(path, &scope)?,
            };
            let text = text(&manifest, flags.export)?;
            match target {
                Some(target) => interrupt::hold(|| Ok(prepare_text(target, &text)?.finish(false)?))?,
                None => terminal.document(&text)?,
            }
            Ok(Exit::Fine)
        }
        // clap wants one of the two.
        (None, None) => Ok(Exit::Trouble),
    }
}

fn is_manifest(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SUFFIX))
}

fn text(manifest: &Manifest, format: Option<Export>) -> anyhow::Result<String> {
    let json = |value: Value| Ok::<_, serde_json::Error>(serde_json::to_string_pretty(&value)? + "\n");
    Ok(match format {
        None => manifest.to_json(),
        Some(Export::Sha256sum) => export::sha256sum(manifest),
        Some(Export::Sha256sumMembers) => export::sha256sum_of_members(manifest),
        Some(Export::InToto) => json(export::in_toto(manifest))?,
        Some(Export::Cyclonedx) => json(export::cyclonedx(manifest))?,
    })
}

/// A manifest in a file, but for its name.
pub fn prepare(target: OutputTarget, manifest: &Manifest) -> anyhow::Result<Output> {
    let mut output = Output::create(target)?;
    let written = manifest.write_json(&mut output);
    written.with_context(|| format!("cannot write {}", output.path().display()))?;
    Ok(output)
}

fn prepare_text(target: OutputTarget, text: &str) -> anyhow::Result<Output> {
    let mut output = Output::create(target)?;
    output.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", output.path().display()))?;
    Ok(output)
}

/// Takes away what lies beside an artifact that was just written, and is the manifest of another one. The
/// manifest that was written with it, if one was, is beside it too.
pub fn retire(artifact: &Path, written: Digest, has_manifest: bool) -> anyhow::Result<()> {
    let is_old = |place: &Path| Manifest::open_changed(place).is_ok_and(|old| old.artifact.sha256 != written);
    let (hidden, visible) = (Manifest::beside(artifact), Manifest::visible_beside(artifact));
    for place in [(!has_manifest).then_some(hidden), Some(visible)].into_iter().flatten() {
        if there::is_anything(&place).unwrap_or_default() && is_old(&place) {
            fs::remove_file(&place).with_context(|| format!("cannot remove {}", place.display()))?;
        }
    }
    Ok(())
}

impl Flags {
    /// The file to write to, unless that is standard output.
    fn target(&self, path: &Path) -> anyhow::Result<Option<OutputTarget>> {
        let Some(place) = self.output.as_deref().filter(|place| place.as_os_str() != "-") else {
            return Ok(None);
        };
        let form = match self.export {
            Some(Export::Sha256sum | Export::Sha256sumMembers) => OutputForm::Checksums,
            None | Some(Export::InToto | Export::Cyclonedx) => OutputForm::Json,
        };
        Ok(Some(OutputTarget::named(place, form)?.apart_from([path])?))
    }
}

#[derive(Serialize)]
struct Report<'a> {
    artifact: String,
    manifest: String,
    matches: bool,
    changes: &'a [Change],
}

fn check(place: &Path, path: Option<&Path>, scope: &Scope, terminal: &Terminal) -> anyhow::Result<Exit> {
    let expected = Manifest::open(place)?;
    let path = match path {
        Some(path) => path.to_owned(),
        None => beside(place, &expected)?,
    };
    let found = describe(&path, scope)?;
    let changes = changes(&expected, &found);
    let matches = changes.is_empty();
    if terminal.is_json() {
        let (artifact, manifest) =
            (path.to_string_lossy().into_owned(), place.to_string_lossy().into_owned());
        terminal.json(&Report { artifact, manifest, matches, changes: &changes })?;
    } else {
        tell(&path, &expected, &changes, terminal)?;
    }
    Ok(if matches { Exit::Fine } else { Exit::Negative })
}

/// The artifact that a manifest lies beside.
fn beside(place: &Path, manifest: &Manifest) -> anyhow::Result<PathBuf> {
    let path = place.with_file_name(&manifest.artifact.name);
    let is_there = there::is_anything(&path).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(is_there, "there is no {} beside the manifest; name what to check", path.display());
    Ok(path)
}

fn tell(path: &Path, expected: &Manifest, changes: &[Change], terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    for change in changes {
        writeln!(out, "{BAD}{change}{BAD:#}")?;
    }
    if terminal.reports() {
        let (path, count) = (path.display(), expected.members.len());
        match changes.len() {
            0 => writeln!(out, "{path}: {GOOD}as the manifest has it{GOOD:#}, {count} members")?,
            differ => writeln!(out, "{path}: {differ} differences from the manifest, {count} members in it")?,
        }
    }
    out.flush().context("cannot write")
}
