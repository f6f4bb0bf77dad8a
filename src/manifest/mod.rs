//! Manifests: what was built, of what, with what and how, for everybody to check.
//!
//! A [`Manifest`] holds no time of day, and nothing of the machine: the same build writes the same
//! manifest, byte for byte. [`Build`] makes one of an artifact while it is built, [`describe`] one of
//! an artifact or a tree that is there, with what can be known of it. [`Manifest::read`] takes those
//! of others, and is strict and bounded. [`changes`] says in what an artifact differs from its
//! manifest, and [`export`] what other programs read.

mod build;
mod compare;
mod compiled;
mod describe;
pub mod export;
mod member;
mod options;
mod read;
mod target;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::archive::{self, Digest, Digesting};
use crate::dist::Input;
use crate::epoch::{self, DecidedEpoch, EpochSource};
use crate::marshal;
use crate::there;

pub use build::Build;
pub use compare::{Change, Difference, changes};
pub use compiled::{Compiled, CompiledError};
pub(crate) use describe::whole;
pub use describe::{DescribeError, Problem, Scope, describe, describe_file};
pub use member::{Bytecode, Kind, Member};
pub use options::{Options, Setting};
pub use read::{Invalid, MAX_SIZE, ReadError};
pub use target::{CompiledBy, CompilerName, Edition, Requirement, Target};

/// The version of the schema that is written, and the newest that is read.
pub const SCHEMA: u32 = 1;

/// What was built, of what, with what and how.
///
/// Fields that are not known of an artifact are not there: of one that was only looked at, the
/// inputs, the options and the epoch.
///
/// ```
/// use pyrepro::manifest::{self, Manifest};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.py"), "x = 1\n")?;
/// let manifest = manifest::describe(folder.path(), &Default::default())?;
/// assert_eq!(manifest.members[0].path.as_str(), "a.py");
/// let read = Manifest::read(manifest.to_json().as_bytes())?;
/// assert_eq!(Manifest { sha256: None, ..read }, manifest);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    // All fields of all types here are in the order of their names, which is that of the document.
    /// The artifact as a whole.
    pub artifact: Artifact,
    /// The build backend that made the files of the artifact, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub backend: Option<Backend>,
    /// The one time in the artifact.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub epoch: Option<Epoch>,
    /// The files that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub inputs: Option<Inputs>,
    /// What is in it, in the order in which it is there.
    pub members: Vec<Member>,
    /// How it was made.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub options: Option<Options>,
    /// What made it, or looked at it.
    pub pyrepro: Tool,
    /// The version of the schema.
    pub schema: u32,
    /// The digest of the document without this field; none of one that was not read.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub sha256: Option<Digest>,
    /// The interpreters that its bytecode was made with.
    pub targets: Vec<Target>,
}

/// An artifact as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// The name of its file.
    pub name: String,
    /// The digest of its bytes; of what is no single file, that of its members, as of [`Inputs`].
    pub sha256: Digest,
    /// How many bytes it has; of what is no single file, all its files together.
    pub size: u64,
}

/// What an artifact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// The bytecode files that one run of `compile` is responsible for, wherever they are in a tree.
    Bytecode,
    /// A file that is nothing of the others.
    File,
    /// A single bytecode file.
    Pyc,
    /// A source distribution.
    Sdist,
    /// Another tar file, compressed or not.
    Tar,
    /// A folder with all that is in it.
    Tree,
    /// A wheel.
    Wheel,
    /// Another zip file.
    Zip,
    /// An application in a zip file.
    Zipapp,
}

/// The build backend of a project, and the distributions it ran with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backend {
    /// Its name in pyproject.toml, such as `hatchling.build`.
    pub name: String,
    /// What was installed for the build, by name.
    pub requirements: Vec<Requirement>,
}

/// The one time in an artifact, and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Seconds since 1970, within what the artifact's format can hold.
    pub seconds: u64,
    /// What decided it.
    pub source: EpochSource,
}

impl From<DecidedEpoch> for Epoch {
    fn from(DecidedEpoch { epoch, source }: DecidedEpoch) -> Epoch {
        Epoch { seconds: epoch.seconds(), source }
    }
}

impl From<Epoch> for DecidedEpoch {
    fn from(Epoch { seconds, source }: Epoch) -> DecidedEpoch {
        DecidedEpoch { epoch: epoch::Epoch::from_seconds(seconds), source }
    }
}

/// The files that something was made of, by role and path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Each of them.
    pub files: Vec<Input>,
    /// The digest of them all.
    pub sha256: Digest,
}

impl Inputs {
    /// These files, with the digest of them all: the SHA-256 of a text with a line for each, which has
    /// its digest, mode, role and path, with one space between them and a newline behind.
    ///
    /// ```
    /// use pyrepro::{archive::Digest, manifest::Inputs};
    ///
    /// assert_eq!(Inputs::new(vec![]).sha256, Digest::of(b""));
    /// ```
    pub fn new(mut files: Vec<Input>) -> Inputs {
        files.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        files.dedup_by(|a, b| a.key() == b.key());
        let sha256 = Inputs::digest(&files);
        Inputs { files, sha256 }
    }

    fn digest(files: &[Input]) -> Digest {
        let mut sum = Digesting::default();
        for Input { mode, path, role, sha256, .. } in files {
            // It takes all that is written.
            let _ = writeln!(sum, "{sha256} {mode} {} {path}", role.name());
        }
        sum.finish().0
    }
}

/// The program that wrote a manifest, with what its bytes depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The version of the canonical form of bytecode.
    pub canonical_form: u32,
    /// What compresses: [`archive::ENCODER`].
    pub encoder: String,
    /// The version of the program.
    pub version: String,
}

impl Tool {
    /// This program.
    ///
    /// ```
    /// assert_eq!(pyrepro::manifest::Tool::this().canonical_form, 1);
    /// ```
    pub fn this() -> Tool {
        Tool {
            canonical_form: marshal::FORM,
            encoder: archive::ENCODER.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

impl Manifest {
    /// Where the manifest of an artifact lies: beside it, under a name that `dist/*` does not match, so that
    /// programs which take all of a folder for artifacts do not see it.
    ///
    /// ```
    /// use pyrepro::manifest::Manifest;
    ///
    /// let place = Manifest::beside("dist/app.pyz".as_ref());
    /// assert_eq!(place, std::path::Path::new("dist/.app.pyz.manifest.json"));
    /// ```
    pub fn beside(artifact: &Path) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(artifact.file_name().unwrap_or_default());
        name.push(SUFFIX);
        artifact.with_file_name(name)
    }

    /// Where somebody may have put a manifest that is to be seen, as pyrepro 0.1 did.
    ///
    /// ```
    /// use pyrepro::manifest::Manifest;
    ///
    /// let place = Manifest::visible_beside("dist/app.pyz".as_ref());
    /// assert_eq!(place, std::path::Path::new("dist/app.pyz.manifest.json"));
    /// ```
    pub fn visible_beside(artifact: &Path) -> PathBuf {
        let mut place = artifact.as_os_str().to_owned();
        place.push(SUFFIX);
        place.into()
    }

    /// The manifest that lies beside an artifact: the hidden one, or the one that is to be seen.
    ///
    /// ```
    /// # use pyrepro::manifest::Manifest;
    /// assert_eq!(Manifest::find("LICENSE".as_ref())?, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn find(artifact: &Path) -> io::Result<Option<PathBuf>> {
        for place in [Manifest::beside(artifact), Manifest::visible_beside(artifact)] {
            if there::is_anything(&place)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The document, which is the same for the same manifest: UTF-8, keys in order, two blanks for each
    /// level, and a newline at the end; what Python's `json.dumps(document, ensure_ascii=False, indent=2,
    /// sort_keys=True)` writes.
    ///
    /// It has a digest of itself, which tells of accidents, and not of those who know how to make one.
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        // Memory takes all that is written.
        let _ = self.write_json(&mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Writes the document of [`Self::to_json`] without holding it in memory.
    ///
    /// ```
    /// use pyrepro::manifest::{self, Scope};
    ///
    /// let manifest = manifest::describe("LICENSE".as_ref(), &Scope::default())?;
    /// let mut document = Vec::new();
    /// manifest.write_json(&mut document)?;
    /// assert_eq!(document, manifest.to_json().as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_json(&self, out: impl Write) -> io::Result<()> {
        self.document(Some(self.digest())).write(out)
    }

    /// Whether its digest, if it was read, is that of the rest.
    ///
    /// ```
    /// use pyrepro::manifest::{self, Manifest, Scope};
    ///
    /// let manifest = manifest::describe("LICENSE".as_ref(), &Scope::default())?;
    /// let read = Manifest::read(manifest.to_json().as_bytes())?;
    /// assert!(read.is_intact());
    /// assert!(!Manifest { targets: vec![], members: vec![], ..read }.is_intact());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_intact(&self) -> bool {
        self.sha256.is_none_or(|sum| sum == self.digest())
    }

    /// The digest of all but the digest.
    pub(crate) fn digest(&self) -> Digest {
        let mut sum = Digesting::default();
        // It takes all that is written.
        let _ = self.document(None).write(&mut sum);
        sum.finish().0
    }

    fn document(&self, sha256: Option<Digest>) -> Document<'_> {
        let Manifest { artifact, backend, epoch, inputs, members, options, pyrepro, targets, .. } = self;
        let schema = self.schema;
        Document { artifact, backend, epoch, inputs, members, options, pyrepro, schema, sha256, targets }
    }
}

/// A manifest as it is written: with another digest than its own, or none.
#[derive(Serialize)]
struct Document<'a> {
    // The fields of `Manifest`.
    artifact: &'a Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: &'a Option<Backend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: &'a Option<Epoch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: &'a Option<Inputs>,
    members: &'a [Member],
    #[serde(skip_serializing_if = "Option::is_none")]
    options: &'a Option<Options>,
    pyrepro: &'a Tool,
    schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Digest>,
    targets: &'a [Target],
}

impl Document<'_> {
    fn write(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// What is put behind the name of an artifact for that of its manifest.
pub const SUFFIX: &str = ".manifest.json";
