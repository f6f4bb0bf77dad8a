//! A wheel as somebody published it: what is in it, and how it was packed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::archive::{Digest, Digesting, Limits, ReadError, zip};

/// A wheel that was read whole.
#[derive(Debug, Clone)]
pub struct Published {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, by which its tags are known.
    pub file_name: FileName,
    /// The SHA-256 of the file.
    pub digest: Digest,
    /// What is in it, in the order of the archive.
    pub members: Vec<PublishedMember>,
    /// The content of the generated members, by their names in the `.dist-info` folder.
    pub generated: BTreeMap<String, Vec<u8>>,
    /// What is in the file and in no member, in words: a launcher before the first one, a comment.
    pub hidden: Option<String>,
}

/// A member: what it says, and how it is packed.
#[derive(Debug, Clone)]
pub struct PublishedMember {
    /// All that the archive says of it.
    pub facts: zip::Member,
    /// The SHA-256 of its content.
    pub digest: Digest,
}

impl PublishedMember {
    /// Its path, without the slash of a folder.
    pub fn path(&self) -> &str {
        self.facts.path.as_str()
    }

    /// Whether it is more than an entry for a folder.
    pub fn has_content(&self) -> bool {
        self.facts.kind != zip::Kind::Folder
    }
}

/// The parts of a wheel's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The project, as the name spells it.
    pub project: String,
    /// The version, as the name spells it.
    pub version: String,
    /// The tags of Python, such as `py2.py3`.
    pub python: String,
    /// The tags of the binary interface.
    pub abi: String,
    /// The tags of the platform.
    pub platform: String,
}

impl FileName {
    /// Reads the name of a wheel. Its parts come into requirements and commands, so they are letters, digits and what
    /// versions have, or it is none.
    ///
    /// ```
    /// use pyrepro::rebuild::FileName;
    ///
    /// let name = FileName::parse("six-1.16.0-py2.py3-none-any.whl").unwrap();
    /// assert_eq!((name.version.as_str(), name.is_pure()), ("1.16.0", true));
    /// assert_eq!(FileName::parse("six-1.16.0.tar.gz"), None);
    /// assert_eq!(FileName::parse("six;ls-1.16.0-py3-none-any.whl"), None);
    /// ```
    pub fn parse(name: &str) -> Option<FileName> {
        let parts: Vec<&str> = name.strip_suffix(".whl")?.split('-').collect();
        let (project, version, tags) = match parts[..] {
            [project, version, ref tags @ ..] if tags.len() == 3 => (project, version, tags),
            [project, version, build, ref tags @ ..]
                if tags.len() == 3 && build.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                (project, version, tags)
            }
            _ => return None,
        };
        let is_plain = |part: &&&str| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "._+!".contains(c))
        };
        if parts.iter().filter(is_plain).count() < parts.len() {
            return None;
        }
        Some(FileName {
            project: project.to_owned(),
            version: version.to_owned(),
            python: tags[0].to_owned(),
            abi: tags[1].to_owned(),
            platform: tags[2].to_owned(),
        })
    }

    /// Whether the wheel is for every platform.
    pub fn is_pure(&self) -> bool {
        self.platform == "any"
    }
}

/// Why a wheel cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// It cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not a whole zip file.
    #[error("{path}: {source}", path = path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
    /// Its name is not that of a wheel.
    #[error("{path} does not have the name of a wheel, such as name-1.0-py3-none-any.whl", path = .0.display())]
    Name(PathBuf),
    /// It has no metadata, or metadata twice.
    #[error("{path} has {count} `.dist-info` folders with METADATA; a wheel has one", path = path.display())]
    DistInfo {
        /// The file.
        path: PathBuf,
        /// How many it has.
        count: usize,
    },
}

impl Published {
    /// Reads a wheel, with every byte that is in it.
    pub fn open(path: &Path) -> Result<Published, PublishedError> {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(FileName::parse);
        let file_name = name.ok_or_else(|| PublishedError::Name(path.to_owned()))?;
        let io = |source| PublishedError::Io { path: path.to_owned(), source };
        let bad = |source| PublishedError::Archive { path: path.to_owned(), source: Box::new(source) };
        let (digest, _) = Digest::of_reader(File::open(path).map_err(io)?).map_err(io)?;
        let file = BufReader::new(File::open(path).map_err(io)?);
        let mut reader = zip::Reader::open(file, Limits::default()).map_err(bad)?;
        let dist_info = dist_info(reader.members(), path)?;
        let (mut members, mut generated) = (Vec::new(), BTreeMap::new());
        for index in 0..reader.members().len() {
            let facts = reader.members()[index].clone();
            let inside = facts.path.as_str().strip_prefix(&dist_info).and_then(|rest| rest.strip_prefix('/'));
            let digest = match inside {
                Some(inside) if facts.kind == zip::Kind::File && facts.size <= KEPT => {
                    let content = reader.bytes(index).map_err(bad)?;
                    let digest = Digest::of(&content);
                    generated.insert(inside.to_owned(), content);
                    digest
                }
                _ => {
                    let mut sum = Digesting::default();
                    reader.copy(index, &mut sum).map_err(bad)?;
                    sum.finish().0
                }
            };
            members.push(PublishedMember { facts, digest });
        }
        let hidden = hidden(&reader);
        Ok(Published { path: path.to_owned(), file_name, digest, members, generated, hidden })
    }

    /// The text of a generated member, such as `METADATA`, as far as it is text.
    pub fn text(&self, name: &str) -> String {
        self.generated
            .get(name)
            .map(|content| String::from_utf8_lossy(content).into_owned())
            .unwrap_or_default()
    }

    /// The value of a field in the head of a generated member.
    pub fn field(&self, file: &str, field: &str) -> Option<String> {
        fields(&self.text(file)).find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| value)
    }
}

fn hidden<R>(reader: &zip::Reader<R>) -> Option<String>
where
    R: std::io::Read + std::io::Seek,
{
    let (prefix, unclaimed) = (reader.prefix_length(), reader.unclaimed());
    if prefix > 0 {
        return Some(format!("{prefix} bytes before the first member"));
    }
    if !reader.comment().is_empty() {
        return Some(format!("a comment of {} bytes", reader.comment().len()));
    }
    (unclaimed > 0).then(|| format!("{unclaimed} bytes that belong to no member"))
}

/// How large a generated member may be to be kept in memory.
const KEPT: u64 = 4 << 20;

/// The fields of a head, each with its first line.
pub(super) fn fields(text: &str) -> impl Iterator<Item = (String, String)> {
    let head = text.lines().take_while(|line| !line.trim_end().is_empty());
    head.filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
}

fn dist_info(members: &[zip::Member], path: &Path) -> Result<String, PublishedError> {
    let folder = |member: &zip::Member| {
        let (folder, file) = member.path.as_str().split_once('/')?;
        (folder.ends_with(".dist-info") && file == "METADATA").then(|| folder.to_owned())
    };
    let mut found: Vec<String> = members.iter().filter_map(folder).collect();
    match (found.pop(), found.len()) {
        (Some(folder), 0) => Ok(folder),
        (last, rest) => {
            Err(PublishedError::DistInfo { path: path.to_owned(), count: rest + usize::from(last.is_some()) })
        }
    }
}
