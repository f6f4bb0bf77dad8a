//! What a backend has built: whether it is what it says, and what is in it.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::Error;
use crate::archive::{Limits, ReadError, gzip, tar, zip};
use crate::project::{Name, Version};

/// What a backend can be asked to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Artifact {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
}

impl Artifact {
    pub(super) fn hook(self) -> &'static str {
        match self {
            Artifact::Wheel => "build_wheel",
            Artifact::Sdist => "build_sdist",
        }
    }

    pub(super) fn requires_hook(self) -> &'static str {
        match self {
            Artifact::Wheel => "get_requires_for_build_wheel",
            Artifact::Sdist => "get_requires_for_build_sdist",
        }
    }
}

/// An artifact as the backend wrote it, in the session's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What it is.
    pub artifact: Artifact,
    /// Where it is, for as long as the session lives.
    pub path: PathBuf,
    /// Its name, which is right.
    pub file_name: String,
    /// The name in its metadata.
    pub name: String,
    /// The version in its metadata.
    pub version: String,
    /// How many members it has.
    pub members: usize,
    /// The members of a wheel that a compiler made, in order: the same each time only as far as it is.
    pub native: Vec<String>,
}

/// What can be wrong with what a backend says it made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadArtifact {
    /// The name is no name of such a file.
    #[error("returned {0:?}, which is not the name of a wheel or sdist")]
    Name(String),
    /// Nothing of this name is there.
    #[error("returned {name:?}, but {}", there(.found))]
    Missing {
        /// The name.
        name: String,
        /// What is there instead.
        found: Vec<String>,
    },
    /// It cannot be opened.
    #[error("made {name}, which cannot be opened: {source}")]
    Closed {
        /// Its name.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// It is no archive that can be read.
    #[error("made {name}, which cannot be read: {problem}")]
    Unreadable {
        /// Its name.
        name: String,
        /// What is wrong.
        problem: Box<ReadError>,
    },
    /// It has no metadata, or several.
    #[error("made {name}, in which there is not one {wanted}, but {count}")]
    NoMetadata {
        /// Its name.
        name: String,
        /// What there should be.
        wanted: &'static str,
        /// How many there are.
        count: usize,
    },
    /// Its metadata is of something else.
    #[error("made {name}, whose metadata names {found:?}")]
    Misnamed {
        /// Its name.
        name: String,
        /// Name and version in its metadata.
        found: String,
    },
}

fn there(found: &[String]) -> String {
    match found {
        [] => "has written nothing".to_owned(),
        names => format!("has written {}", names.join(", ")),
    }
}

/// Checks what a hook has returned and left in its folder.
pub fn check(artifact: Artifact, folder: &Path, file_name: &str) -> Result<Built, Error> {
    let checked = match artifact {
        Artifact::Wheel => wheel(folder, file_name),
        Artifact::Sdist => sdist(folder, file_name),
    };
    checked.map_err(|problem| Error::Artifact { hook: artifact.hook(), problem })
}

fn wheel(folder: &Path, file_name: &str) -> Result<Built, BadArtifact> {
    let parts: Vec<&str> = file_name.strip_suffix(".whl").unwrap_or_default().split('-').collect();
    let (name, version) = match parts[..] {
        [name, version, _, _, _] => (name, version),
        [name, version, build, _, _, _] if build.starts_with(|c: char| c.is_ascii_digit()) => (name, version),
        _ => return Err(BadArtifact::Name(file_name.to_owned())),
    };
    let (path, file) = open(folder, file_name, name, version)?;
    let unreadable =
        |problem| BadArtifact::Unreadable { name: file_name.to_owned(), problem: Box::new(problem) };
    let mut reader = zip::Reader::open(file, Limits::default()).map_err(unreadable)?;
    let is_metadata = |path: &str| {
        path.split_once('/').is_some_and(|(top, rest)| top.ends_with(".dist-info") && rest == "METADATA")
    };
    let members = reader.members();
    let count = members.len();
    let metadata: Vec<usize> =
        (0..members.len()).filter(|&index| is_metadata(members[index].path.as_str())).collect();
    let [index] = metadata[..] else {
        return Err(BadArtifact::NoMetadata {
            name: file_name.to_owned(),
            wanted: "METADATA",
            count: metadata.len(),
        });
    };
    let metadata = reader.bytes(index).map_err(unreadable)?;
    agree(file_name, name, version, &metadata)?;
    let (name, version) = named(&metadata);
    let native = native(&mut reader).map_err(unreadable)?;
    Ok(Built {
        artifact: Artifact::Wheel,
        path,
        file_name: file_name.to_owned(),
        name,
        version,
        members: count,
        native,
    })
}

fn sdist(folder: &Path, file_name: &str) -> Result<Built, BadArtifact> {
    let stem = file_name.strip_suffix(".tar.gz").unwrap_or_default();
    let Some((name, version)) = stem.rsplit_once('-') else {
        return Err(BadArtifact::Name(file_name.to_owned()));
    };
    let (path, file) = open(folder, file_name, name, version)?;
    let unreadable =
        |problem| BadArtifact::Unreadable { name: file_name.to_owned(), problem: Box::new(problem) };
    let source = gzip::Reader::new(file, Limits::default()).map_err(unreadable)?;
    let mut reader = tar::Reader::new(source, Limits::default());
    let wanted = format!("{stem}/PKG-INFO");
    let (mut metadata, mut members) = (Vec::new(), 0);
    while let Some(member) = reader.next_member().map_err(unreadable)? {
        members += 1;
        if member.path.as_str() == wanted {
            metadata.push(reader.bytes().map_err(unreadable)?);
        }
    }
    let [metadata] = &metadata[..] else {
        return Err(BadArtifact::NoMetadata {
            name: file_name.to_owned(),
            wanted: "PKG-INFO",
            count: metadata.len(),
        });
    };
    agree(file_name, name, version, metadata)?;
    let (name, version) = named(metadata);
    Ok(Built {
        artifact: Artifact::Sdist,
        path,
        file_name: file_name.to_owned(),
        name,
        version,
        members,
        native: Vec::new(),
    })
}

/// Opens a file that must be there under its own name and not through a link.
fn open(
    folder: &Path,
    file_name: &str,
    name: &str,
    version: &str,
) -> Result<(PathBuf, BufReader<File>), BadArtifact> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!');
    let is_version = |version: &str| version.replace('_', "-").parse::<Version>().is_ok();
    if !file_name.chars().all(is_plain) || name.parse::<Name>().is_err() || !is_version(version) {
        return Err(BadArtifact::Name(file_name.to_owned()));
    }
    let path = folder.join(file_name);
    let is_file = fs::symlink_metadata(&path).map(|found| found.is_file());
    match is_file.and_then(|is_file| Ok((is_file, File::open(&path)?))) {
        Ok((true, file)) => Ok((path, BufReader::new(file))),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(BadArtifact::Closed { name: file_name.to_owned(), source: error })
        }
        _ => {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut found: Vec<_> =
                entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            found.sort();
            Err(BadArtifact::Missing { name: file_name.to_owned(), found })
        }
    }
}

/// The members that a compiler made: by their names, or by how they begin where names say nothing.
fn native<R: Read + Seek>(reader: &mut zip::Reader<R>) -> Result<Vec<String>, ReadError> {
    let mut native = Vec::new();
    for index in 0..reader.members().len() {
        let path = reader.members()[index].path.to_string();
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_program = path.contains(".data/") || !name.contains('.');
        let mut head = Head::default();
        if is_program {
            reader.copy(index, &mut head)?;
        }
        if is_library(name) || MACHINE_CODE.contains(&head.0) {
            native.push(path);
        }
    }
    Ok(native)
}

/// How files begin that are in machine code: ELF, and Mach-O in its forms.
const MACHINE_CODE: [[u8; 4]; 4] =
    [*b"\x7fELF", *b"\xcf\xfa\xed\xfe", *b"\xce\xfa\xed\xfe", *b"\xca\xfe\xba\xbe"];

fn is_library(name: &str) -> bool {
    [".so", ".pyd", ".dll", ".dylib", ".a", ".lib", ".exe"].iter().any(|ending| name.ends_with(ending))
        || name.contains(".so.")
}

/// Keeps the first bytes of what is written.
#[derive(Default)]
struct Head([u8; 4], usize);

impl Write for Head {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes.iter().take(self.0.len() - self.1) {
            self.0[self.1] = *byte;
            self.1 += 1;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether the metadata is of the project and version that the file is named after.
fn agree(file_name: &str, name: &str, version: &str, metadata: &[u8]) -> Result<(), BadArtifact> {
    let (found_name, found_version) = named(metadata);
    let same_name = match (name.parse::<Name>(), found_name.parse::<Name>()) {
        (Ok(name), Ok(found)) => name == found,
        _ => false,
    };
    let same_version = match (version.replace('_', "-").parse::<Version>(), found_version.parse::<Version>())
    {
        (Ok(version), Ok(found)) => version == found,
        _ => false,
    };
    if same_name && same_version {
        return Ok(());
    }
    Err(BadArtifact::Misnamed { name: file_name.to_owned(), found: format!("{found_name} {found_version}") })
}

/// Name and version in the head of core metadata.
fn named(metadata: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(metadata);
    let field = |wanted: &str| {
        let mut head =
            text.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
        let found = head.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    (field("Name"), field("Version"))
}
