//! How two bytecode files differ: by header, code object, field, instruction; or in form alone.

mod code;
mod digest;
mod fields;
mod findings;
mod form;
mod header;
mod pairs;
mod rows;
mod shown;
mod source;

pub use source::{SourceComparison, compare_with_source};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::alignment::Effort;
use crate::pyc::{self, HEADER_SIZE, Pyc};
use crate::python::Version;
use fields::Files;
use findings::Findings;
use form::Forms;
use pairs::{Pairs, Side};

/// How many bytes of code and parts of lists are compared: code objects can share them.
const MOST_COMPARED: usize = 50_000_000;
/// The path of the outermost code object.
const MODULE: &str = "<module>";

/// How two bytecode files differ.
///
/// ```
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// # let form = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/canonical/sample.cpython-313.pyc"));
/// let comparison = pyrepro::diff::pyc::compare(file, form)?;
/// assert!(!comparison.equal && comparison.equal_canonical);
/// # Ok::<(), pyrepro::diff::pyc::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The versions whose bytecode the files are. Of different versions, only what these share is compared.
    pub python: [Version; 2],
    /// Whether the files are the same, byte for byte.
    pub equal: bool,
    /// Whether the code is the same in canonical form, whatever the headers say.
    pub equal_canonical: bool,
    /// What differs in the headers.
    pub header: Vec<Finding>,
    /// What differs in the code, code object by code object.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those.
    pub left_out: usize,
    /// Where equal values are written in other bytes, if the code is equal but for that. Of many, the first.
    pub marshal_only: Vec<MarshalOnly>,
    /// How many such places there are of each kind.
    pub marshal_only_counts: BTreeMap<FormKind, usize>,
}

/// A difference, and where it is.
///
/// ```
/// use pyrepro::diff::pyc::{Change, Finding};
///
/// let change = Change::Values { a: "3".to_owned(), b: "4".to_owned() };
/// let finding = Finding { path: "Class.method".to_owned(), field: "stacksize".to_owned(), change };
/// assert_eq!(finding.to_string(), "Class.method: stacksize: 3 → 4");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The code object: names from the module down, `<module>` for the module itself; the second of the
    /// same name is `name#2`. Empty in headers.
    pub path: String,
    /// What of it differs.
    pub field: String,
    /// How.
    pub change: Change,
}

/// How a field differs.
///
/// ```
/// use pyrepro::diff::pyc::{Change, Row, RowKind};
///
/// let row = Row { kind: RowKind::OnlyB, a: String::new(), b: "'new'".to_owned() };
/// let json = serde_json::to_string(&Change::Rows { rows: vec![row] }).unwrap();
/// assert_eq!(json, r#"{"rows":[{"kind":"only-b","a":"","b":"'new'"}]}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Change {
    /// One value in the place of another.
    Values {
        /// That of the first file.
        a: String,
        /// That of the second.
        b: String,
    },
    /// Lists, side by side.
    Rows {
        /// The rows around what differs.
        rows: Vec<Row>,
    },
    /// Something else, in words.
    Note {
        /// The words.
        note: String,
    },
}

/// A row of two lists side by side.
///
/// ```
/// use pyrepro::diff::pyc::{Row, RowKind};
///
/// let row = Row { kind: RowKind::Skipped, a: "12 equal rows".to_owned(), b: "12 equal rows".to_owned() };
/// assert_eq!(row.kind, RowKind::Skipped);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// How the two sides are to each other.
    pub kind: RowKind,
    /// The first file's side; empty where it has none.
    pub a: String,
    /// The second file's.
    pub b: String,
}

/// How the two sides of a row are to each other.
///
/// ```
/// assert_eq!(serde_json::to_string(&pyrepro::diff::pyc::RowKind::OnlyA).unwrap(), "\"only-a\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// Both sides are the same.
    Equal,
    /// One stands in the place of the other.
    Changed,
    /// The first file alone has it.
    OnlyA,
    /// The second file alone has it.
    OnlyB,
    /// Rows that are left out; both sides say how many.
    Skipped,
}

/// A place where two files write equal values in other bytes.
///
/// ```
/// use pyrepro::diff::pyc::FormKind;
///
/// assert_eq!(serde_json::to_string(&FormKind::SetOrder).unwrap(), "\"set-order\"");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarshalOnly {
    /// In which way.
    pub kind: FormKind,
    /// The code object that it is in.
    pub path: String,
    /// The field of that; empty for a code object itself that nothing is around.
    pub field: &'static str,
    /// Where it stands in each file.
    pub offsets: [usize; 2],
    /// What is different, in words.
    pub what: String,
}

/// In which way two files write equal values in other bytes.
///
/// ```
/// use pyrepro::diff::pyc::FormKind;
///
/// assert_eq!(FormKind::Flag.to_string(), "marked as referred to");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// One refers to an earlier object where the other writes an equal one again.
    Shared,
    /// Both refer to an earlier object, but not to the same.
    Reference,
    /// One marks it as referred to and the other does not.
    Flag,
    /// One marks it as interned and the other does not.
    Interned,
    /// The elements of a set are in another order.
    SetOrder,
    /// Another type code for the same value.
    Encoding,
}

/// Why two files cannot be compared.
///
/// ```
/// let error = pyrepro::diff::pyc::compare(b"", b"").unwrap_err();
/// assert!(error.to_string().starts_with("the first file: "));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The first is no bytecode.
    #[error("the first file: {0}")]
    First(pyc::Error),
    /// The second is no bytecode.
    #[error("the second file: {0}")]
    Second(pyc::Error),
}

/// Compares two bytecode files.
///
/// ```
/// # let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
/// # let other = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-312.pyc"));
/// let comparison = pyrepro::diff::pyc::compare(file, other)?;
/// assert_eq!(comparison.header[0].field, "python");
/// # Ok::<(), pyrepro::diff::pyc::Error>(())
/// ```
pub fn compare(a: &[u8], b: &[u8]) -> Result<Comparison, Error> {
    let (first, second) = (Pyc::parse(a).map_err(Error::First)?, Pyc::parse(b).map_err(Error::Second)?);
    let forms = (first.canonical().map_err(Error::First)?, second.canonical().map_err(Error::Second)?);
    let same_version = first.header.version == second.header.version;
    let equal_canonical = same_version && forms.0[HEADER_SIZE..] == forms.1[HEADER_SIZE..];
    let mut comparison = Comparison {
        python: [first.header.version, second.header.version],
        equal: a == b,
        equal_canonical,
        header: header::differences((&first.header, a), (&second.header, b)),
        findings: Vec::new(),
        left_out: 0,
        marshal_only: Vec::new(),
        marshal_only_counts: BTreeMap::new(),
    };
    if a[HEADER_SIZE..] != b[HEADER_SIZE..] || !same_version {
        comparison.code((&Side::new(&first.graph), a), (&Side::new(&second.graph), b));
    }
    Ok(comparison)
}

impl Comparison {
    fn code(&mut self, a: (&Side, &[u8]), b: (&Side, &[u8])) {
        let mut found = Findings::default();
        if self.python[0] != self.python[1] {
            let note = "of different versions: instructions, flags, stack sizes and tables are not compared";
            found.note(MODULE, "python", note);
        }
        let pairs = Pairs::of(a.0, b.0);
        let files = Files { a: a.0, b: b.0, pairs: &pairs, effort: Effort::default() };
        let mut budget = MOST_COMPARED;
        for pair in &pairs.pairs {
            match budget.checked_sub(a.0.extent(pair.a) + b.0.extent(pair.b)) {
                Some(rest) => {
                    budget = rest;
                    files.compare(pair, &mut found);
                }
                None => found.note(&pair.path, "code object", "differs; there is too much to say in what"),
            }
            for (paths, side) in pair.only.iter().zip(["first", "second"]) {
                let note = format!("in the {side} file alone");
                paths.iter().for_each(|path| found.note(path, "code object", note.clone()));
            }
        }
        if pairs.is_cut {
            found.note(MODULE, "code object", "there are more code objects than are compared");
        }
        if pairs.pairs.is_empty() && self.python[0] == self.python[1] {
            let forms = Forms::of(a, b);
            self.marshal_only = forms.found;
            self.marshal_only_counts = forms.counts.into_iter().collect();
            if self.marshal_only.is_empty() {
                // Such as a flag where none has a meaning.
                let at = a.1.iter().zip(b.1).skip(HEADER_SIZE).position(|(a, b)| a != b).unwrap_or_default();
                let what = "bytes that mean the same".to_owned();
                let offsets = [HEADER_SIZE + at; 2];
                self.marshal_only.push(MarshalOnly {
                    kind: FormKind::Encoding,
                    path: MODULE.to_owned(),
                    field: "",
                    offsets,
                    what,
                });
                self.marshal_only_counts.insert(FormKind::Encoding, 1);
            }
            if !self.equal_canonical {
                let note = "the same values; but which of them are one object, or the order of sets of numbers, is another";
                found.note(MODULE, "code object", note);
            }
        }
        self.findings = found.list;
        self.left_out = found.left_out;
    }
}

impl std::fmt::Display for FormKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FormKind::Shared => "shared or written again",
            FormKind::Reference => "referred to, of several equal ones",
            FormKind::Flag => "marked as referred to",
            FormKind::Interned => "marked as interned",
            FormKind::SetOrder => "order of a set",
            FormKind::Encoding => "encoding",
        })
    }
}

impl std::fmt::Display for Finding {
    /// One line: of lists, how many rows differ.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match &self.change {
            Change::Values { a, b } => write!(f, "{}: {a} → {b}", self.field),
            Change::Note { note } => write!(f, "{}: {note}", self.field),
            Change::Rows { rows } => {
                let differ = |row: &&Row| !matches!(row.kind, RowKind::Equal | RowKind::Skipped);
                write!(f, "{}: {} rows differ", self.field, rows.iter().filter(differ).count())
            }
        }
    }
}
