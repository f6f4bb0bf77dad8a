//! What a comparison found: a summary, facts of containers, and what differs in each member.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Verdict;

/// The answer to how two things differ.
///
/// ```
/// use pyrepro::diff::{self, Options};
///
/// let report = diff::diff("Cargo.toml".as_ref(), "Cargo.toml".as_ref(), &Options::default())?;
/// assert!(report.equal);
/// # Ok::<(), pyrepro::diff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Which document this is: `diff`.
    pub report: &'static str,
    /// The version of this document's layout.
    pub schema: u32,
    /// The one.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// Whether there is no difference at all.
    pub equal: bool,
    /// The kind of difference, the gravest that was found.
    pub verdict: Verdict,
    /// How many members there are of each kind of difference.
    pub summary: Summary,
    /// What differs in the container itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// What has to be said of the comparison.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The members in the order of their paths; those of an archive in an archive follow it.
    pub members: Vec<Member>,
}

/// One of the two things.
///
/// ```
/// # use pyrepro::diff::{self, Options};
/// let report = diff::diff("Cargo.toml".as_ref(), "src".as_ref(), &Options::default())?;
/// assert_eq!((report.a.kind, report.b.kind), ("text", "folder"));
/// # Ok::<(), pyrepro::diff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Its name, as it was given.
    pub name: String,
    /// What it is: `folder`, `zip`, `tar`, `tar.gz`, `gzip`, `pyc`, `text` and so on.
    pub kind: &'static str,
    /// Its size, unless it is a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its digest, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// How many members there are of each kind.
///
/// ```
/// # use pyrepro::diff::Summary;
/// assert_eq!(Summary::default().content, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Members of A that B lacks.
    pub only_a: usize,
    /// Members of B that A lacks.
    pub only_b: usize,
    /// Members that have another path in B.
    pub renamed: usize,
    /// Members whose content differs.
    pub content: usize,
    /// Bytecode that is the same but for how it is marshalled.
    pub meaning: usize,
    /// Members of which only what the container says differs.
    pub container: usize,
    /// Members without any difference.
    pub equal: usize,
}

/// How a member differs.
///
/// ```
/// # use pyrepro::diff::Status;
/// assert_eq!(Status::OnlyA.name(), "only-a");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// B lacks it.
    OnlyA,
    /// A lacks it.
    OnlyB,
    /// It has another path in B, and the same content.
    Renamed,
    /// Its content differs.
    Content,
    /// It is bytecode that is the same but for how it is marshalled.
    Meaning,
    /// Only what the container says of it differs.
    Container,
    /// Not at all.
    Equal,
}

impl Status {
    /// Its name in JSON.
    ///
    /// ```
    /// # use pyrepro::diff::Status;
    /// assert_eq!(Status::Content.name(), "content");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Status::OnlyA => "only-a",
            Status::OnlyB => "only-b",
            Status::Renamed => "renamed",
            Status::Content => "content",
            Status::Meaning => "meaning",
            Status::Container => "container",
            Status::Equal => "equal",
        }
    }
}

/// A member of one container or both; or, where plain files are compared, the file.
///
/// ```
/// # use pyrepro::diff::{self, Options, Status};
/// # let folder = tempfile::tempdir()?;
/// # let (a, b) = (folder.path().join("a.txt"), folder.path().join("b.txt"));
/// std::fs::write(&a, "1\n")?;
/// std::fs::write(&b, "2\n")?;
/// let report = diff::diff(&a, &b, &Options::default())?;
/// assert_eq!(report.members[0].status, Status::Content);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    /// Its path. What is in an archive that is a member itself follows a `!/`.
    pub path: String,
    /// Its path in B, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_b: Option<String>,
    /// How it differs.
    pub status: Status,
    /// What it is, as [`Side::kind`] says; `link` and `special` beside that.
    pub kind: &'static str,
    /// Its size in A and in B.
    pub sizes: [Option<u64>; 2],
    /// What the container says of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// What differs in its content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
}

/// Something that has one value in A and another in B. None is where it is not said at all.
///
/// ```
/// # use pyrepro::diff::Fact;
/// let fact = Fact { name: "mode".into(), a: Some("0644".into()), b: None };
/// assert_eq!(fact.name, "mode");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// Its value in A.
    pub a: Option<String>,
    /// Its value in B.
    pub b: Option<String>,
}

/// A part of what differs in a content.
///
/// ```
/// # use pyrepro::diff::{Body, Section};
/// let section = Section { title: "encoding".into(), body: Body::Notes(vec!["not UTF-8".into()]) };
/// assert_eq!(serde_json::to_value(&section)?["kind"], "notes");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// What it is of.
    pub title: String,
    /// What differs there.
    #[serde(flatten)]
    pub body: Body,
}

/// What a section holds.
///
/// ```
/// # use pyrepro::diff::Body;
/// assert_ne!(Body::Notes(vec![]), Body::Fields(vec![]));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "body", rename_all = "kebab-case")]
pub enum Body {
    /// Values, field by field.
    Fields(Vec<Fact>),
    /// Lines, of which some differ.
    Lines(Lines),
    /// Sentences.
    Notes(Vec<String>),
}

/// Lines of A and B, those that differ with some around them.
///
/// ```
/// # use pyrepro::diff::Lines;
/// assert!(Lines::default().hunks.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Lines {
    /// Whether the lines have numbers: those of a text have, rows of a hexdump have not.
    pub numbered: bool,
    /// Runs of lines.
    pub hunks: Vec<Hunk>,
    /// How many lines were left out at the end, because there are too many.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A run of lines.
///
/// ```
/// # use pyrepro::diff::Hunk;
/// let lines = vec![(' ', "same".into()), ('-', "old".into())];
/// let hunk = Hunk { a: 1, b: 1, lines, ..Hunk::default() };
/// assert_eq!(hunk.header(), "@@ -1,2 +1,1 @@");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Hunk {
    /// The number of its first line in A, from 1 on.
    pub a: usize,
    /// The same for B.
    pub b: usize,
    /// Its lines, each with a `' '` if it is in both, `'-'` if in A and `'+'` if in B alone.
    pub lines: Vec<(char, String)>,
    /// What B has in a line that counts as the same, by its place among the lines: an instruction at another
    /// offset, or with another number of the same constant.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other: BTreeMap<usize, String>,
}

impl Hunk {
    /// The line before it in a unified diff.
    ///
    /// ```
    /// # use pyrepro::diff::Hunk;
    /// let hunk = Hunk { a: 0, b: 1, lines: vec![('+', "new".into())], ..Hunk::default() };
    /// assert_eq!(hunk.header(), "@@ -0,0 +1,1 @@");
    /// ```
    pub fn header(&self) -> String {
        let count = |side| self.lines.iter().filter(|(sign, _)| [' ', side].contains(sign)).count();
        format!("@@ -{},{} +{},{} @@", self.a, count('-'), self.b, count('+'))
    }
}

impl Summary {
    /// Counts members.
    ///
    /// ```
    /// # use pyrepro::diff::Summary;
    /// assert_eq!(Summary::of(&[]), Summary::default());
    /// ```
    pub fn of(members: &[Member]) -> Summary {
        let mut summary = Summary::default();
        for member in members {
            *match member.status {
                Status::OnlyA => &mut summary.only_a,
                Status::OnlyB => &mut summary.only_b,
                Status::Renamed => &mut summary.renamed,
                Status::Content => &mut summary.content,
                Status::Meaning => &mut summary.meaning,
                Status::Container => &mut summary.container,
                Status::Equal => &mut summary.equal,
            } += 1;
        }
        summary
    }

    /// The gravest kind of difference among the members.
    ///
    /// ```
    /// # use pyrepro::{Verdict, diff::Summary};
    /// assert_eq!(Summary { equal: 3, ..Summary::default() }.verdict(), Verdict::Identical);
    /// ```
    pub fn verdict(&self) -> Verdict {
        if self.only_a + self.only_b + self.renamed + self.content > 0 {
            Verdict::Differs
        } else if self.meaning > 0 {
            Verdict::Meaning
        } else if self.container > 0 {
            Verdict::Container
        } else {
            Verdict::Identical
        }
    }
}
