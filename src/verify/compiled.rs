//! Bytecode that `compile` wrote into a tree, compiled again from its sources.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::rebuild::{Built, Cannot, Request};
use crate::archive::Digest;
use crate::compile::{Compiler, Outcome, Unit};
use crate::dist::{Ingredient, Input, Role};
use crate::in_order;
use crate::manifest::{Artifact, Bytecode, Inputs, Manifest, Member, Options, Target, whole};
use crate::marshal;
use crate::pyc::{Header, InvalidationMode, Optimization, Pyc};
use crate::python::Version;

/// What is decided for all files.
struct Recompilation<'a> {
    compiler: &'a dyn Compiler,
    version: Version,
    mode: InvalidationMode,
    sources: &'a Path,
    found: &'a Path,
    recorded: &'a Manifest,
}

/// Compiles again what the manifest lists, into a folder. Names that code records are taken from the
/// bytecode itself, since they can be of the machine that it was made on.
pub(super) fn rebuild(
    request: &Request<'_>,
    recorded: &Manifest,
    options: &Options,
    folder: &Path,
) -> Result<Built, Cannot> {
    if options.text("marshal") != Some("canonical") {
        return Err(Cannot::new(
            "its bytes are the interpreter's own, which vary; compile with --marshal canonical",
        ));
    }
    let mode = options.text("invalidation_mode").unwrap_or_default();
    let mut all =
        [InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash, InvalidationMode::Timestamp]
            .into_iter();
    let mode = all.find(|known| known.name() == mode);
    let mode = mode.ok_or_else(|| Cannot::new("the manifest names no invalidation mode"))?;
    let sources = sources(request)?;
    let chosen = request.compiler_for(recorded)?;
    let (compiler, version) = chosen.for_version();
    let work =
        Recompilation { compiler, version, mode, sources: &sources, found: request.artifact, recorded };
    let place = folder.join("rebuilt");
    fs::create_dir_all(&place)?;
    let mut members = Vec::with_capacity(recorded.members.len());
    let stopped = || request.stop.load(std::sync::atomic::Ordering::Relaxed);
    in_order::work(
        recorded.members.iter(),
        request.jobs.get(),
        |member| work.compile(member),
        stopped,
        |pyc| {
            let (member, bytes): (&Member, Vec<u8>) = pyc?;
            let target = place.join(member.path.as_str());
            fs::create_dir_all(target.parent().unwrap_or(&place))?;
            fs::write(&target, &bytes)?;
            members.push(described(member, &bytes));
            Ok::<(), Cannot>(())
        },
    )?;
    let (sha256, size) = whole(&members);
    let artifact = Artifact { sha256, size, ..recorded.artifact.clone() };
    let inputs = Some(Inputs::new(inputs(recorded, &sources)?));
    let targets = vec![Target::of_chosen(&chosen)];
    Ok(Built { place, manifest: Manifest { artifact, inputs, members, targets, ..recorded.clone() } })
}

/// What there is of the recorded members, and copies of it in a folder, where nothing else is.
pub(super) fn found(tree: &Path, recorded: &[Member], copies: Option<&Path>) -> io::Result<Vec<Member>> {
    let mut members = Vec::with_capacity(recorded.len());
    for member in recorded {
        let bytes = match fs::read(tree.join(member.path.as_str())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            bytes => bytes?,
        };
        if let Some(copies) = copies {
            let copy = copies.join(member.path.as_str());
            fs::create_dir_all(copy.parent().unwrap_or(copies))?;
            fs::write(copy, &bytes)?;
        }
        members.push(described(member, &bytes));
    }
    Ok(members)
}

fn described(member: &Member, bytes: &[u8]) -> Member {
    let level = member.bytecode.as_ref().and_then(|bytecode| bytecode.level);
    let level = level.and_then(|level| level.to_string().parse::<Optimization>().ok());
    Member {
        bytecode: Bytecode::of(&member.path, bytes, level).map(Box::new),
        sha256: Some(Digest::of(bytes)),
        size: Some(bytes.len() as u64),
        ..member.clone()
    }
}

/// The folder with the sources: the one that is named, or the tree itself.
fn sources(request: &Request<'_>) -> Result<PathBuf, Cannot> {
    let folder = request.sources.source.as_deref().unwrap_or(request.artifact);
    match folder.is_dir() {
        true => Ok(folder.to_owned()),
        false => Err(Cannot(format!("{} is not a folder of sources", folder.display()))),
    }
}

/// The recorded sources, as they are now.
fn inputs(recorded: &Manifest, sources: &Path) -> Result<Vec<Input>, Cannot> {
    let digest = |place: &Path| File::open(place).and_then(Digest::of_reader).map(|(digest, _)| digest);
    let all = recorded.inputs.iter().flat_map(|inputs| &inputs.files);
    let there = all.filter(|input| sources.join(input.path.as_str()).is_file());
    let input = |input: &Input| -> io::Result<Input> {
        let found = Ingredient::of_file(&sources.join(input.path.as_str()), Role::Source)?.input(digest)?;
        Ok(Input { path: input.path.clone(), ..found })
    };
    Ok(there.map(input).collect::<Result<_, _>>()?)
}

impl Recompilation<'_> {
    fn compile<'m>(&self, member: &'m Member) -> Result<(&'m Member, Vec<u8>), Cannot> {
        let place = self.source_of(member)?;
        let source = fs::read(&place).map_err(|error| {
            Cannot(format!("{} is made of {}, which cannot be read: {error}", member.path, place.display()))
        })?;
        let mtime = fs::metadata(&place)?;
        let mtime = filetime::FileTime::from_last_modification_time(&mtime).unix_seconds();
        let level = member.bytecode.as_ref().and_then(|bytecode| bytecode.level).unwrap_or_default();
        let level = level.to_string().parse::<Optimization>().unwrap_or_default();
        let name =
            self.recorded_name(member).unwrap_or_else(|| place.as_os_str().as_encoded_bytes().to_vec());
        let unit = Unit { source: &source, name: &name, levels: &[level] };
        let Outcome { codes, failure, .. } = self.compiler.compile(&unit)?;
        let Some((_, code)) = codes.first() else {
            let why = failure.map(|failure| failure.to_string()).unwrap_or_default();
            return Err(Cannot(format!("{} does not compile: {why}", place.display())));
        };
        let mut pyc = Header::of_source(self.version, self.mode, &source, mtime).to_bytes().to_vec();
        marshal::read(code, self.version).and_then(|graph| graph.append_canonical(&mut pyc))?;
        Ok((member, pyc))
    }

    /// The source that the name of a bytecode file leads to, or the only one.
    fn source_of(&self, member: &Member) -> Result<PathBuf, Cannot> {
        let inputs = self.recorded.inputs.as_ref().map(|inputs| &inputs.files[..]).unwrap_or_default();
        let named = member.bytecode.as_ref().map(|bytecode| bytecode.source.as_str());
        let input = match inputs {
            [only] => Some(only),
            all => all.iter().find(|input| Some(input.path.as_str()) == named),
        };
        let input = input.ok_or_else(|| {
            Cannot(format!("the manifest does not say which source {} is made of", member.path))
        })?;
        Ok(self.sources.join(input.path.as_str()))
    }

    fn recorded_name(&self, member: &Member) -> Option<Vec<u8>> {
        let bytes = fs::read(self.found.join(member.path.as_str())).ok()?;
        let pyc = Pyc::parse(&bytes).ok()?;
        Some(pyc.graph.file_names().last()?.to_vec())
    }
}
