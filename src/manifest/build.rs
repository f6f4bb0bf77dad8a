//! The manifest of an artifact, made while it is built.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::member::may_be_bytecode;
use super::{
    Artifact, ArtifactKind, Backend, Bytecode, Epoch, Inputs, Kind, Manifest, Member, Options, SCHEMA,
    Target, Tool,
};
use crate::archive::{Content, Digest, Entries, Entry, Mode, WriteError};
use crate::dist::{Ingredient, Input, Known};
use crate::epoch::DecidedEpoch;
use crate::in_order;
use crate::output::UntilStopped;
use crate::pyc::Optimization;

/// All that a build knows of the artifact that it writes.
///
/// ```
/// use pyrepro::archive::{Digest, Entries, Entry, Order};
/// use pyrepro::epoch;
/// use pyrepro::manifest::{ArtifactKind, Build, Options};
///
/// let entries = Entries::new(vec![Entry::bytes("__main__.py", "print(1)\n")?], &Order::Path)?;
/// let build = Build {
///     kind: ArtifactKind::Zipapp,
///     entries: &entries,
///     levels: Default::default(),
///     inputs: vec![],
///     options: Options::new("zipapp"),
///     epoch: epoch::decide(None, None, ".".as_ref())?,
///     targets: vec![],
///     backend: None,
///     jobs: std::num::NonZero::<usize>::MIN,
///     stop: &Default::default(),
/// };
/// let manifest = build.manifest("dist/app.pyz".as_ref(), (Digest::of(b"the file"), 8))?;
/// assert_eq!((manifest.artifact.name.as_str(), manifest.members.len()), ("app.pyz", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Build<'a> {
    /// What is built.
    pub kind: ArtifactKind,
    /// What is in it.
    pub entries: &'a Entries,
    /// The levels of the bytecode files whose names do not tell, by path.
    pub levels: BTreeMap<String, Optimization>,
    /// What was read for it.
    pub inputs: Vec<Ingredient>,
    /// How it is made.
    pub options: Options,
    /// The one time in it, within what the format can hold, and what decided it.
    pub epoch: DecidedEpoch,
    /// The interpreters that its bytecode was made with.
    pub targets: Vec<Target>,
    /// The build backend, where there was one.
    pub backend: Option<Backend>,
    /// How many members to look at at a time.
    pub jobs: NonZero<usize>,
    /// When set, it ends with an error.
    pub stop: &'a AtomicBool,
}

impl Build<'_> {
    /// The manifest, once the artifact is written: where, and which digest and size it has.
    pub fn manifest(mut self, place: &Path, (sha256, size): (Digest, u64)) -> Result<Manifest, WriteError> {
        let member = |entry| match self.is_stopped() {
            true => Err(interrupted().into()),
            false => self.member(entry),
        };
        let members = in_order::map(self.entries.iter(), self.jobs.get(), member)?;
        let ingredients = std::mem::take(&mut self.inputs);
        let inputs = self.inputs(ingredients, &members)?;
        if self.is_stopped() {
            return Err(interrupted().into());
        }
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (seconds, source) = (self.seconds(), self.epoch.source);
        Ok(Manifest {
            artifact: Artifact { kind: self.kind, name, sha256, size },
            backend: self.backend,
            epoch: Some(Epoch { seconds, source }),
            inputs: Some(Inputs::new(inputs)),
            members,
            options: Some(self.options),
            pyrepro: Tool::this(),
            schema: SCHEMA,
            sha256: None,
            targets: self.targets,
        })
    }

    /// Zip files hold every other second.
    fn seconds(&self) -> u64 {
        let seconds = self.epoch.epoch.seconds();
        match self.kind {
            ArtifactKind::Wheel | ArtifactKind::Zipapp | ArtifactKind::Zip => seconds - seconds % 2,
            _ => seconds,
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The inputs with their digests. Of a file that a member is made of as it is, that is the member's: it
    /// is not read again, when it may be another.
    fn inputs(&self, ingredients: Vec<Ingredient>, members: &[Member]) -> Result<Vec<Input>, WriteError> {
        let places = self.entries.iter().zip(members);
        let known: HashMap<&Path, &Member> =
            places.filter_map(|(entry, member)| Some((entry.place()?, member))).collect();
        let input = |mut ingredient: Ingredient| {
            if let Known::Place(place, _) = &ingredient.content
                && let Some(Member { sha256: Some(sha256), size: Some(size), .. }) =
                    known.get(place.as_path())
            {
                ingredient.content = Known::Digest(*sha256, *size);
            }
            ingredient.input(|place| self.digest(place))
        };
        ingredients.into_iter().map(input).collect()
    }

    fn digest(&self, place: &Path) -> Result<Digest, WriteError> {
        let read = |file| Digest::of_reader(UntilStopped::new(file, self.stop)).map(|(digest, _)| digest);
        File::open(place)
            .and_then(read)
            .map_err(|source| WriteError::Unreadable { path: place.to_owned(), source })
    }

    fn digest_of(&self, entry: &Entry) -> Result<Option<Digest>, WriteError> {
        match entry.content() {
            // What is long is read so that it can be given up.
            Some(Content::File { path, sha256: None, .. }) => self.digest(path).map(Some),
            _ => entry.digest(),
        }
    }

    fn member(&self, entry: &Entry) -> Result<Member, WriteError> {
        let mode = Some(Mode::new(entry.mode()));
        let path = entry.path.clone();
        let Some(content) = entry.content() else {
            return Ok(Member {
                bytecode: None,
                kind: Kind::Folder,
                mode,
                path,
                sha256: None,
                size: None,
                target: None,
            });
        };
        let bytecode = match content {
            _ if !may_be_bytecode(path.as_str()) => None,
            Content::File { path: place, .. } => {
                let unreadable = |source| WriteError::Unreadable { path: place.clone(), source };
                Bytecode::of(&path, &std::fs::read(place).map_err(unreadable)?, None)
            }
            Content::Bytes(_) | Content::Spooled(_) => {
                let level = self.levels.get(path.as_str()).copied();
                content.held()?.and_then(|bytes| Bytecode::of(&path, &bytes, level))
            }
        };
        Ok(Member {
            bytecode: bytecode.map(Box::new),
            kind: Kind::File,
            mode,
            path,
            sha256: self.digest_of(entry)?,
            size: Some(entry.size()),
            target: None,
        })
    }
}

fn interrupted() -> io::Error {
    io::Error::other("interrupted")
}
