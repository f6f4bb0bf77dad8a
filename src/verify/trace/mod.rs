//! Where the members of an artifact come from, as far as can be said without a record of its build.
//!
//! Some are files of the source as they are, some every build generates, and bytecode comes from the
//! source beside it or does not: its header may say so and its code be somebody else's, so each is
//! compiled again. What is left over has no origin that anybody can see.

mod bytecode;
mod files;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use crate::archive::ReadError;
use crate::compile::Unavailable;
use crate::record::{self, Hash, Present, Record};
use crate::tree;
use crate::verify::installed::Reference;

use files::Files;

/// What to trace.
pub struct Request<'a> {
    /// A wheel, a zipapp, another zip file, or an sdist.
    pub artifact: &'a Path,
    /// What it is said to be made of: a folder, an sdist, or a wheel. Without it, only bytecode and
    /// RECORD are looked at.
    pub source: Option<&'a Path>,
    /// What sources are compiled with, one for each version.
    pub references: &'a [Reference<'a>],
    /// How many sources to compile at a time.
    pub jobs: NonZero<usize>,
    /// When it becomes true, tracing ends.
    pub stop: &'a AtomicBool,
}

/// Where a member comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "origin", content = "detail", rename_all = "kebab-case")]
pub enum Origin {
    /// It is this file of the source, unchanged.
    Source(String),
    /// It is RECORD, whose rows were held against the members.
    Generated,
    /// It is metadata that a build generates, and nothing here says what it has to be: only a rebuild does.
    Unproven,
    /// It is this file of the source, and the artifact does not have it.
    Missing(String),
    /// It is bytecode of its source: compiled again, that gives the same code.
    Bytecode,
    /// Nobody has said what it should come from.
    NotAsked,
    /// It is this file of the source, with other content.
    Changed(String),
    /// Nothing in the source is like it.
    Unknown,
    /// It is bytecode, and not of its source.
    Forged(String),
    /// It is bytecode that could not be compared.
    NotCompared(String),
}

impl Origin {
    /// Whether there is nothing suspicious about it.
    ///
    /// ```
    /// use pyrepro::verify::trace::Origin;
    ///
    /// assert!(Origin::Generated.is_fine());
    /// assert!(!Origin::Unknown.is_fine());
    /// ```
    pub fn is_fine(&self) -> bool {
        matches!(self, Origin::Source(_) | Origin::Generated | Origin::Bytecode | Origin::NotAsked)
    }

    /// What it is called.
    ///
    /// ```
    /// use pyrepro::verify::trace::Origin;
    ///
    /// assert_eq!(Origin::Unknown.name(), "no origin");
    /// ```
    pub fn name(&self) -> &'static str {
        match self {
            Origin::Source(_) => "source",
            Origin::Generated => "generated",
            Origin::Unproven => "unproven",
            Origin::Missing(_) => "missing",
            Origin::Bytecode => "bytecode",
            Origin::NotAsked => "not asked",
            Origin::Changed(_) => "changed",
            Origin::Unknown => "no origin",
            Origin::Forged(_) => "forged",
            Origin::NotCompared(_) => "not compared",
        }
    }
}

/// A member and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Its path.
    pub path: String,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// What RECORD says of it and is not so.
    pub record: Option<String>,
}

impl Trace {
    /// Whether there is nothing suspicious about it.
    ///
    /// ```
    /// use pyrepro::verify::trace::{Origin, Trace};
    ///
    /// let trace = Trace { path: "m.py".into(), origin: Origin::NotAsked, record: None };
    /// assert!(trace.is_fine());
    /// ```
    pub fn is_fine(&self) -> bool {
        self.origin.is_fine() && self.record.is_none()
    }
}

/// Why nothing can be traced.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An archive that is refused.
    #[error("{}: {source}", .path.display())]
    Archive {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
    /// A folder that cannot be listed.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// A RECORD that cannot be read.
    #[error("{path}: {source}")]
    Record {
        /// Which.
        path: String,
        /// What is wrong with it.
        source: record::Error,
    },
    /// An interpreter that does not compile.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The user has stopped it.
    #[error("interrupted")]
    Interrupted,
}

/// Says of each member of an artifact where it comes from, by path.
///
/// ```
/// use std::num::NonZero;
/// use std::sync::atomic::AtomicBool;
/// use pyrepro::archive::{Entries, Entry, Order, zip};
/// use pyrepro::verify::trace::{Origin, Request, trace};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("m.py"), "x = 1\n")?;
/// let artifact = folder.path().join("m.zip");
/// let entries = vec![Entry::bytes("m.py", "x = 1\n")?, Entry::bytes("n.py", "evil\n")?];
/// let entries = Entries::new(entries, &Order::Path)?;
/// zip::write(&entries, &zip::Options::default(), &mut std::fs::File::create(&artifact)?)?;
///
/// let source = folder.path().join("m.py").parent().map(|path| path.to_owned());
/// let stop = AtomicBool::new(false);
/// let request = Request {
///     artifact: &artifact, source: source.as_deref(), references: &[], jobs: NonZero::<usize>::MIN, stop: &stop,
/// };
/// let traces = trace(&request)?;
/// assert_eq!(traces[0].origin, Origin::Source("m.py".into()));
/// assert_eq!(traces[1].origin, Origin::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trace(request: &Request<'_>) -> Result<Vec<Trace>, Error> {
    let members = Files::of_archive(request.artifact)?;
    let source = request.source.map(Files::of).transpose()?;
    let bytecode = bytecode::origins(&members, source.as_ref(), request)?;
    let recorded = recorded(&members)?;
    let traces = members.iter().map(|(path, file)| {
        let origin = match (bytecode.get(path), &source) {
            (Some(origin), _) => origin.clone(),
            (None, _) if is_record(path) => Origin::Generated,
            (None, None) => Origin::NotAsked,
            (None, Some(source)) if is_generated(path) => generated(path, file, source),
            (None, Some(source)) => match source.at(path) {
                Some((same, found)) if found.sha256 == file.sha256 => Origin::Source(same.to_owned()),
                Some((other, _)) => Origin::Changed(other.to_owned()),
                None => Origin::Unknown,
            },
        };
        Trace { path: path.to_owned(), origin, record: recorded.get(path).cloned() }
    });
    let mut traces: Vec<Trace> = traces.collect();
    let left_out = source.iter().flat_map(|source| source.left_out(&members));
    traces.extend(left_out.map(|(path, from)| Trace { path, origin: Origin::Missing(from), record: None }));
    let missing = recorded.iter().filter(|(path, _)| members.get(path).is_none());
    traces.extend(missing.map(|(path, problem)| Trace {
        path: path.clone(),
        origin: Origin::NotAsked,
        record: Some(problem.clone()),
    }));
    Ok(traces)
}

/// What the RECORD of a wheel says that is not so, by path.
fn recorded(members: &Files) -> Result<BTreeMap<String, String>, Error> {
    let Some(place) = members.iter().map(|(path, _)| path).find(|path| is_record(path)) else {
        return Ok(BTreeMap::new());
    };
    let text = members.get(place).and_then(|file| file.content.as_deref()).unwrap_or_default();
    let record = Record::parse(text).map_err(|source| Error::Record { path: place.to_owned(), source })?;
    let present = members.iter().map(|(path, file)| Present { path, size: file.size });
    let fits = |path: &str, hash: &Hash| {
        Ok::<_, Infallible>(members.get(path).and_then(|file| match hash.algorithm() {
            "sha256" => Some(*hash == Hash::sha256(file.sha256)),
            _ => hash.fits(file.content.as_ref()?),
        }))
    };
    let Ok(mismatches) = record::check(&record, place, present, fits);
    Ok(mismatches.into_iter().map(|mismatch| (mismatch.path().to_owned(), mismatch.to_string())).collect())
}

fn is_record(path: &str) -> bool {
    path.ends_with(".dist-info/RECORD") && path.matches('/').count() == 1
}

/// Metadata that a source distribution has as well is of the source; of the rest only a rebuild can tell.
fn generated(path: &str, file: &files::File, source: &Files) -> Origin {
    let name = path.rsplit('/').next().unwrap_or(path);
    match source.metadata(name) {
        Some((same, found)) if found.sha256 == file.sha256 => Origin::Source(same.to_owned()),
        _ => Origin::Unproven,
    }
}

/// What builds make anew: metadata in its usual places.
fn is_generated(path: &str) -> bool {
    const NAMES: [&str; 9] = [
        "METADATA",
        "WHEEL",
        "RECORD",
        "RECORD.jws",
        "RECORD.p7s",
        "entry_points.txt",
        "top_level.txt",
        "zip-safe",
        "direct_url.json",
    ];
    let Some((folder, name)) = path.rsplit_once('/') else { return path == "PKG-INFO" };
    let is_metadata = folder.ends_with(".dist-info") && !folder.contains('/') && NAMES.contains(&name);
    is_metadata || folder.ends_with(".egg-info") || folder == "EGG-INFO"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_generated_and_nothing_else() {
        for path in ["m-1.dist-info/METADATA", "m-1.dist-info/RECORD", "m.egg-info/SOURCES.txt", "PKG-INFO"] {
            assert!(is_generated(path), "{path}");
        }
        for path in ["m-1.dist-info/evil.py", "m/PKG-INFO", "METADATA", "m/m-1.dist-info/METADATA", "m.pth"] {
            assert!(!is_generated(path), "{path}");
        }
    }
}
