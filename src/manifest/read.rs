//! Manifests of others, read within bounds and refused for anything that is not in the schema.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use super::{ArtifactKind, CompilerName, Inputs, Kind, Manifest, Member, SCHEMA, Tool, describe};
use crate::epoch::{Epoch, EpochSource};

/// The longest manifest that is read: enough for some 200,000 members.
pub const MAX_SIZE: u64 = 128 << 20;
/// How many members, inputs, options and the like there may be.
const MAX_COUNT: usize = 200_000;
/// The longest path and other text.
const MAX_TEXT: usize = 4096;

/// Why a manifest is refused.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is none.
    #[error("{path}: {source}", path = path.display())]
    Invalid {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: Invalid,
    },
}

/// What can be wrong with a manifest.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// It is longer than any that is made.
    #[error("it is longer than {MAX_SIZE} bytes, and no manifest is that long")]
    TooLong,
    /// It is no JSON, or its parts are others than those of the schema.
    #[error("not a manifest, which is a JSON document that `pyrepro build` writes: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is of a newer program.
    #[error(
        "its schema is {0}, and this pyrepro reads schema {SCHEMA}; use the pyrepro that wrote it, or a newer one"
    )]
    Newer(u64),
    /// Its schema is none that there ever was.
    #[error("its schema is {0}, and the first one is 1")]
    NoSchema(u64),
    /// More of something than can be.
    #[error("it has more than {MAX_COUNT} {0}")]
    TooMany(&'static str),
    /// A text that is too long.
    #[error("its {0} has more than {MAX_TEXT} bytes")]
    LongText(&'static str),
    /// It is not as it was written.
    #[error("it was changed after it was written: the digest in it does not match the rest")]
    Changed,
    /// Something that does not go together.
    #[error("{0}")]
    Inconsistent(String),
}

impl Manifest {
    /// Reads the document in a file.
    ///
    /// ```
    /// use pyrepro::manifest::Manifest;
    ///
    /// assert!(Manifest::open("Cargo.toml".as_ref()).unwrap_err().to_string().contains("not a manifest"));
    /// ```
    pub fn open(path: &Path) -> Result<Manifest, ReadError> {
        let manifest = Manifest::open_changed(path)?;
        match manifest.is_intact() {
            true => Ok(manifest),
            false => Err(ReadError::Invalid { path: path.to_owned(), source: Invalid::Changed }),
        }
    }

    /// Reads the document in a file, even if its digest says that it was changed.
    ///
    /// ```
    /// use pyrepro::manifest::Manifest;
    ///
    /// assert!(Manifest::open_changed("Cargo.toml".as_ref()).is_err());
    /// ```
    pub fn open_changed(path: &Path) -> Result<Manifest, ReadError> {
        let mut text = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut text))
            .map_err(|source| ReadError::Unreadable { path: path.to_owned(), source })?;
        Manifest::parse(&text).map_err(|source| ReadError::Invalid { path: path.to_owned(), source })
    }

    /// Reads a document. Anything that the schema does not have is refused, and what is said twice has
    /// to be said the same.
    ///
    /// ```
    /// use pyrepro::manifest::Manifest;
    ///
    /// let error = Manifest::read(br#"{"schema": 2, "news": []}"#).unwrap_err();
    /// assert!(error.to_string().starts_with("its schema is 2, and this pyrepro reads schema 1"));
    /// ```
    pub fn read(document: &[u8]) -> Result<Manifest, Invalid> {
        let manifest = Manifest::parse(document)?;
        if manifest.is_intact() { Ok(manifest) } else { Err(Invalid::Changed) }
    }

    pub(crate) fn parse(document: &[u8]) -> Result<Manifest, Invalid> {
        if document.len() as u64 > MAX_SIZE {
            return Err(Invalid::TooLong);
        }
        match serde_json::from_slice::<Schema>(document)?.schema {
            0 => return Err(Invalid::NoSchema(0)),
            schema if schema > u64::from(SCHEMA) => return Err(Invalid::Newer(schema)),
            _ => {}
        }
        let manifest: Manifest = serde_json::from_slice(document)?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.sha256.is_none() {
            return Err(inconsistent(format_args!("not a manifest: missing field `sha256`")));
        }
        check_count("members", self.members.len())?;
        check_count("targets", self.targets.len())?;
        check_name("artifact's name", &self.artifact.name)?;
        check_tool(&self.pyrepro)?;
        let mut paths = HashSet::new();
        for member in &self.members {
            member.check()?;
            if !paths.insert(&member.path) {
                return Err(inconsistent(format_args!("the member {} is there twice", member.path)));
            }
        }
        for compiler in self.targets.iter().filter_map(|target| target.compiler.as_ref()) {
            if compiler.edition.is_some() == (compiler.name == CompilerName::Interpreter) {
                return Err(inconsistent(format_args!(
                    "a compiler has an edition if it is the built-in one, and only then"
                )));
            }
        }
        if let Some(epoch) = &self.epoch
            && epoch.source == EpochSource::Default
            && epoch.seconds != Epoch::DEFAULT.seconds()
        {
            return Err(inconsistent(format_args!("the epoch is said to be the default, and is another")));
        }
        if let Some(inputs) = &self.inputs {
            inputs.check()?;
        }
        if let Some(options) = &self.options {
            check_count("options", options.values.len())?;
        }
        if let Some(backend) = &self.backend {
            check_count("requirements", backend.requirements.len())?;
        }
        let is_tree = matches!(self.artifact.kind, ArtifactKind::Tree | ArtifactKind::Bytecode);
        // A tree can be the folder that is worked in, and a file can not.
        if !is_tree && self.artifact.name == "." {
            return Err(inconsistent(format_args!(
                "the artifact's name is \".\", which is no name of a file"
            )));
        }
        if is_tree && describe::whole(&self.members) != (self.artifact.sha256, self.artifact.size) {
            return Err(inconsistent(format_args!(
                "the artifact's digest and size are not those of its members; the manifest was changed"
            )));
        }
        Ok(())
    }
}

impl Member {
    fn check(&self) -> Result<(), Invalid> {
        let Member { bytecode, kind, path, sha256, size, target, .. } = self;
        check_text("path", path.as_str())?;
        let is_file = sha256.is_some() && size.is_some() && target.is_none();
        let is_nothing = sha256.is_none() && size.is_none() && bytecode.is_none();
        let fits = match kind {
            Kind::File => is_file,
            Kind::Folder => is_nothing && target.is_none(),
            Kind::Symlink | Kind::Hardlink => is_nothing && target.is_some(),
        };
        if !fits {
            return Err(inconsistent(format_args!(
                "the member {path} has not just what a {} has: a file its digest and size, a link its target",
                kind.name()
            )));
        }
        let Some(bytecode) = bytecode else { return Ok(()) };
        let is_hash = |hash: &String| {
            hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let mode: Result<crate::pyc::InvalidationMode, _> = bytecode.invalidation_mode.parse();
        let has_hash = bytecode.invalidation_mode != "timestamp";
        let problem = if mode.is_err() {
            "invalidation mode"
        } else if bytecode.python.parse::<crate::python::Version>().is_err() {
            "version of Python"
        } else if bytecode.level.is_some_and(|level| level > 2) {
            "level"
        } else if !bytecode.source_hash.as_ref().map_or(!has_hash, |hash| has_hash && is_hash(hash)) {
            "source hash"
        } else if crate::archive::MemberPath::new(bytecode.source.as_str()).is_err() {
            "source"
        } else {
            return Ok(());
        };
        Err(inconsistent(format_args!("the bytecode {path} has a {problem} that there is none such")))
    }
}

impl Inputs {
    fn check(&self) -> Result<(), Invalid> {
        check_count("inputs", self.files.len())?;
        for file in &self.files {
            check_text("path", file.path.as_str())?;
        }
        if !self.files.is_sorted_by(|a, b| a.key() < b.key()) {
            return Err(inconsistent(format_args!(
                "the inputs are not in the order of their roles and paths"
            )));
        }
        if self.sha256 != Inputs::digest(&self.files) {
            return Err(inconsistent(format_args!(
                "the digest of the inputs is not that of its files; the manifest was changed"
            )));
        }
        Ok(())
    }
}

/// What is looked at before anything else.
#[derive(Deserialize)]
struct Schema {
    schema: u64,
}

fn check_tool(tool: &Tool) -> Result<(), Invalid> {
    check_text("version of pyrepro", &tool.version)?;
    check_text("encoder", &tool.encoder)
}

fn check_count(what: &'static str, count: usize) -> Result<(), Invalid> {
    if count > MAX_COUNT { Err(Invalid::TooMany(what)) } else { Ok(()) }
}

fn check_text(what: &'static str, text: &str) -> Result<(), Invalid> {
    if text.len() > MAX_TEXT { Err(Invalid::LongText(what)) } else { Ok(()) }
}

/// A name is never a path: who reads it may look for a file of that name.
fn check_name(what: &'static str, name: &str) -> Result<(), Invalid> {
    check_text(what, name)?;
    if name.is_empty() || name == ".." || name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        return Err(inconsistent(format_args!("the {what} is {name:?}, which is no name of a file")));
    }
    Ok(())
}

fn inconsistent(what: std::fmt::Arguments<'_>) -> Invalid {
    Invalid::Inconsistent(what.to_string())
}

/// A field that may be missing, but not `null`: of two ways to say the same, one is enough.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
