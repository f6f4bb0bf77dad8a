//! What is in a bytecode file or an archive, for people and programs.

mod archive;
mod codes;
mod difference;
mod disassembly;
mod lines;

pub use crate::marshal::repr;
pub use archive::{Archive, Member, RecordCheck};
pub use codes::{Arguments, CodeObject};
pub use difference::{Difference, first_difference};
pub use disassembly::{Disassembly, disassembly};

use std::collections::HashMap;

use serde::Serialize;

use crate::marshal::{self, Graph, Kind};
use crate::pyc::{self, Invalidation, Pyc};
use crate::python::Version;

/// How many of the objects that are referred to most are named.
const MOST_SHARED: usize = 5;
/// How much of each is shown.
const SHOWN: usize = 60;

/// All that can be told of a bytecode file without its source.
///
/// ```no_run
/// use pyrepro::inspect::Inspection;
///
/// let file = std::fs::read("__pycache__/module.cpython-313.pyc")?;
/// let inspection = Inspection::of(&file)?;
/// for code in &inspection.code {
///     println!("{:>6} {}", code.size, code.path);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The size of the file.
    pub size: usize,
    /// What stands before the code.
    pub header: HeaderFacts,
    /// Whether it is canonical, and if not, why.
    pub form: Form,
    /// How its objects are shared.
    pub sharing: Sharing,
    /// Its code objects, each before those that are in it.
    pub code: Vec<CodeObject>,
}

/// What the header says.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// assert_eq!(inspection.header.mode, "checked-hash");
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderFacts {
    /// The Python that it belongs to.
    pub python: Version,
    /// The magic number.
    pub magic: u16,
    /// How staleness is told: `checked-hash`, `unchecked-hash` or `timestamp`.
    pub mode: &'static str,
    /// The source's hash, of hash-based files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_hash: Option<String>,
    /// The source's time of modification, of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_mtime: Option<u32>,
    /// The source's size, of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_size: Option<u32>,
}

/// How the file stands to its canonical form.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// assert!(!inspection.form.canonical && inspection.form.first_difference.is_some());
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// The version of the canonical form.
    pub version: u32,
    /// Whether the file is canonical.
    pub canonical: bool,
    /// Where it first differs.
    pub first_difference: Option<Difference>,
    /// How large the canonical file is.
    pub canonical_size: usize,
}

/// How the objects of a file are shared.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// assert!(inspection.sharing.marked_in_vain > 0);
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sharing {
    /// How many objects there are, those that are written several times counted each time.
    pub objects: usize,
    /// How many references there are.
    pub references: usize,
    /// How many objects are marked as referred to.
    pub marked: usize,
    /// How many of them nothing refers to.
    pub marked_in_vain: usize,
    /// How many strings are marked as interned.
    pub interned: usize,
    /// The objects that are referred to most.
    pub most_shared: Vec<Shared>,
}

/// An object that is referred to.
///
/// ```
/// # use pyrepro::inspect::Inspection;
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// let inspection = Inspection::of(file)?;
/// assert!(inspection.sharing.most_shared.iter().all(|shared| shared.references > 0));
/// # Ok::<(), pyrepro::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// Its type.
    pub kind: Kind,
    /// How it looks, cut if it is long.
    pub repr: String,
    /// How often it is referred to.
    pub references: usize,
}

impl Inspection {
    /// Reads a bytecode file and looks at all that is in it.
    ///
    /// ```
    /// # use pyrepro::inspect::Inspection;
    /// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
    /// let inspection = Inspection::of(file)?;
    /// assert_eq!(inspection.header.python.to_string(), "3.13");
    /// # Ok::<(), pyrepro::pyc::Error>(())
    /// ```
    pub fn of(file: &[u8]) -> Result<Inspection, pyc::Error> {
        let pyc = Pyc::parse(file)?;
        let canonical = pyc.canonical()?;
        Ok(Inspection {
            size: file.len(),
            header: HeaderFacts::of(&pyc),
            form: Form {
                version: marshal::FORM,
                canonical: canonical == file,
                first_difference: first_difference(file, &pyc)?,
                canonical_size: canonical.len(),
            },
            sharing: Sharing::of(&pyc.graph),
            code: codes::all(&pyc.graph),
        })
    }
}

impl HeaderFacts {
    fn of(pyc: &Pyc) -> HeaderFacts {
        let invalidation = pyc.header.invalidation;
        let (source_mtime, source_size) = match invalidation {
            Invalidation::Timestamp { mtime, size } => (Some(mtime), Some(size)),
            _ => (None, None),
        };
        HeaderFacts {
            python: pyc.header.version,
            magic: pyc.header.version.magic(),
            mode: invalidation.mode().name(),
            source_hash: invalidation.source_hash().map(|hash| hash.to_string()),
            source_mtime,
            source_size,
        }
    }
}

impl Sharing {
    fn of(graph: &Graph) -> Sharing {
        let mut uses = HashMap::new();
        for reference in graph.references() {
            *uses.entry(reference.target).or_insert(0) += 1;
        }
        let marked: Vec<_> = graph.objects().filter(|id| graph.is_flagged(*id)).collect();
        let mut most: Vec<_> = uses.iter().map(|(id, count)| (*count, *id)).collect();
        most.sort_unstable_by_key(|(count, id)| (std::cmp::Reverse(*count), *id));
        Sharing {
            objects: graph.objects().count(),
            references: graph.references().len(),
            marked: marked.len(),
            marked_in_vain: marked.iter().filter(|id| !uses.contains_key(id)).count(),
            interned: graph.objects().filter(|id| graph.is_interned(*id)).count(),
            most_shared: most
                .into_iter()
                .take(MOST_SHARED)
                .map(|(references, id)| Shared {
                    kind: graph.kind(id),
                    repr: repr(graph, id, SHOWN),
                    references,
                })
                .collect(),
        }
    }
}
