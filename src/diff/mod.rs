//! How two artifacts differ: archives and folders member by member, what containers say apart from what
//! is in them, and each content by what it is.
//!
//! It reads whatever it is given, broken archives too, and what is wrong with them is among what it
//! tells. Nothing is unpacked to disk but into temporary files without a name, nothing is run, and no
//! interpreter is needed.

mod blob;
mod budget;
mod container;
mod content;
mod editions;
mod fields;
pub mod html;
mod kind;
mod listing;
mod options;
mod pairing;
pub mod pyc;
mod report;
mod walk;

pub use options::Options;
pub use report::{Body, Fact, Hunk, Lines, Member, Report, Section, Side, Status, Summary};

use std::io;
use std::path::{Path, PathBuf};

use blob::Blob;
use kind::Kind;
use listing::Listing;
use walk::{Differing, Walk};

use crate::{Verdict, tree};

/// The version of the layout of [`Report`] as JSON.
const SCHEMA: u32 = 1;

/// Why two things cannot be compared at all.
///
/// ```
/// use pyrepro::diff::{self, Options};
///
/// let error = diff::diff("no such file".as_ref(), "Cargo.toml".as_ref(), &Options::default()).unwrap_err();
/// assert!(error.to_string().starts_with("cannot read no such file: "));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One cannot be read.
    #[error("cannot read {path}: {error}", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A folder cannot be listed.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// A member cannot be read or unpacked, for a reason that lies with the system.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Compares two files or folders.
///
/// ```
/// use pyrepro::{Verdict, diff::{self, Options}};
///
/// let folder = tempfile::tempdir()?;
/// let (a, b) = (folder.path().join("a.txt"), folder.path().join("b.txt"));
/// std::fs::write(&a, "one\ntwo\n")?;
/// std::fs::write(&b, "one\n2\n")?;
/// let report = diff::diff(&a, &b, &Options::default())?;
/// assert_eq!(report.verdict, Verdict::Differs);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(a: &Path, b: &Path, options: &Options) -> Result<Report, Error> {
    let (ours, theirs) = (Item::open(a)?, Item::open(b)?);
    let mut sides = [ours.side()?, theirs.side()?];
    if let (Some(a), Some(b)) = (&ours.blob, &theirs.blob)
        && a.equals(b)?
    {
        return Ok(finish(sides, vec![], Walk::new(options)));
    }
    let mut walk = Walk::new(options);
    [&ours, &theirs]
        .into_iter()
        .filter_map(|item| item.blob.as_ref())
        .for_each(|blob| walk.budget.given(blob.len()));
    let facts = match (ours.list()?, theirs.list()?) {
        (Some(a), Some(b)) => {
            let mut facts = walk.containers("", &a, &b, 0)?;
            sides[0].kind = a.format;
            sides[1].kind = b.format;
            facts.extend(unexplained(&ours, &theirs, &facts, &walk)?);
            facts
        }
        _ => {
            files(&mut walk, &ours, &theirs)?;
            vec![]
        }
    };
    Ok(finish(sides, facts, walk))
}

fn finish([a, b]: [Side; 2], facts: Vec<Fact>, walk: Walk<'_>) -> Report {
    let summary = Summary::of(&walk.members);
    let beside = match facts.is_empty() {
        _ if walk.other_paths => Verdict::Differs,
        true => Verdict::Identical,
        false => Verdict::Container,
    };
    let verdict = summary.verdict().max(beside);
    let equal = verdict == Verdict::Identical;
    let report = "diff";
    Report {
        report,
        schema: SCHEMA,
        a,
        b,
        equal,
        verdict,
        summary,
        facts,
        notes: walk.notes,
        members: walk.members,
    }
}

/// What is compared.
struct Item {
    path: PathBuf,
    kind: Kind,
    /// None of a folder.
    blob: Option<Blob>,
}

impl Item {
    fn open(path: &Path) -> Result<Item, Error> {
        let unreadable = |error| Error::Unreadable { path: path.to_owned(), error };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            return Ok(Item { path: path.to_owned(), kind: Kind::Folder, blob: None });
        }
        let blob = Blob::open(path).map_err(unreadable)?;
        let kind = Kind::of(&path.to_string_lossy(), &blob).map_err(unreadable)?;
        Ok(Item { path: path.to_owned(), kind, blob: Some(blob) })
    }

    fn name(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    fn side(&self) -> io::Result<Side> {
        let digest = self.blob.as_ref().map(Blob::digest).transpose()?;
        Ok(Side {
            name: self.name(),
            kind: self.kind.name(),
            size: self.blob.as_ref().map(Blob::len),
            sha256: digest.map(|digest| digest.to_string()),
        })
    }

    fn list(&self) -> Result<Option<Listing>, Error> {
        match &self.blob {
            None => Ok(Some(container::folder::list(&self.path)?)),
            Some(blob) => Ok(kind::list(self.kind, blob)?),
        }
    }
}

/// Compares what are no containers both.
fn files(walk: &mut Walk<'_>, a: &Item, b: &Item) -> Result<(), Error> {
    let last = |item: &Item| {
        item.path.file_name().map_or_else(|| item.name(), |name| name.to_string_lossy().into_owned())
    };
    let names = [last(a), last(b)];
    let kinds = [a.kind, b.kind];
    let mut differing = match (&a.blob, &b.blob) {
        (Some(ours), Some(theirs)) if walk.options.details => {
            walk.differing(&names[0], [&names[0], &names[1]], kinds, [ours, theirs], 0)?
        }
        _ => Differing::default(),
    };
    if let (Some(ours), Some(theirs), true) = (&a.blob, &b.blob, walk.options.details)
        && kinds == [Kind::Pyc; 2]
        && !differing.same_meaning
    {
        let made_by = [walk.allowance.of_file(&a.path, ours)?, walk.allowance.of_file(&b.path, theirs)?];
        differing.sections.extend(editions::section(made_by));
    }
    let mut facts = Vec::new();
    if a.kind != b.kind {
        facts.push(Fact {
            name: "kind".into(),
            a: Some(a.kind.name().into()),
            b: Some(b.kind.name().into()),
        });
    }
    let [name, other] = names;
    walk.members.push(Member {
        path_b: (name != other).then_some(other),
        path: name,
        status: if differing.same_meaning { Status::Meaning } else { Status::Content },
        kind: a.kind.name(),
        sizes: [a, b].map(|item| item.blob.as_ref().map(Blob::len)),
        facts,
        sections: differing.sections,
    });
    Ok(())
}

/// The first place where two archives differ of which nothing else was told.
fn unexplained(a: &Item, b: &Item, facts: &[Fact], walk: &Walk<'_>) -> Result<Option<Fact>, Error> {
    let told = !facts.is_empty() || walk.members.iter().any(|member| member.status != Status::Equal);
    let (Some(ours), Some(theirs), false) = (&a.blob, &b.blob, told) else { return Ok(None) };
    if !walk.options.is_whole() {
        return Ok(None);
    }
    let Some(at) = ours.first_difference(theirs)? else { return Ok(None) };
    let window = |blob: &Blob| blob.bytes(at..at + 16).map(|bytes| fields::hex(&bytes));
    let name = format!("bytes from offset {at} on, which no field stands for");
    Ok(Some(Fact { name, a: Some(window(ours)?), b: Some(window(theirs)?) }))
}
