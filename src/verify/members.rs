//! The members of two artifacts, compared one by one.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use serde::Serialize;

use super::{Verdict, record};
use crate::archive::{Limits, Mode, zip};
use crate::manifest::{Bytecode, Kind, Member};

/// What is to be said of a member.
///
/// ```
/// use pyrepro::verify::{Finding, Verdict};
///
/// assert_eq!(Finding::OtherCode.verdict(), Verdict::Differs);
/// assert_eq!(Finding::OtherMarshal.verdict(), Verdict::Meaning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Nothing: it is the same.
    Same,
    /// It has other permissions, but not for who may execute it.
    OtherMode,
    /// A RECORD that differs from the expected one as the members do, and is right of them.
    OtherRecord,
    /// Bytecode whose decoded code is equal, in other bytes.
    OtherMarshal,
    /// It may be executed here and not there.
    Executable,
    /// It is of another kind, such as a link in place of a file.
    OtherKind,
    /// A link to something else.
    OtherTarget,
    /// Another content.
    OtherContent,
    /// Bytecode with equal code that is tied to another source, or in another way.
    OtherHeader,
    /// Bytecode of other code.
    OtherCode,
    /// It should be there and is not.
    Missing,
    /// It is there and should not be.
    Added,
    /// What stands before the first member, such as the `#!` line, is different.
    OtherPrefix,
}

impl Finding {
    /// How bad that is.
    pub fn verdict(self) -> Verdict {
        match self {
            Finding::Same => Verdict::Identical,
            // What is bad about its members is said of them.
            Finding::OtherMode | Finding::OtherRecord => Verdict::Container,
            Finding::OtherMarshal => Verdict::Meaning,
            _ => Verdict::Differs,
        }
    }

    /// In words.
    ///
    /// ```
    /// # use pyrepro::verify::Finding;
    /// assert_eq!(Finding::Missing.words(), "is missing");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Finding::Same => "is the same",
            Finding::OtherMode => "has other permissions",
            Finding::OtherRecord => "differs as the members do",
            Finding::OtherMarshal => "has equal code in other bytes",
            Finding::Executable => "differs in who may execute it",
            Finding::OtherKind => "is of another kind",
            Finding::OtherTarget => "leads elsewhere",
            Finding::OtherContent => "has another content",
            Finding::OtherHeader => "has equal code, tied to its source otherwise",
            Finding::OtherCode => "has other code",
            Finding::Missing => "is missing",
            Finding::Added => "should not be there",
            Finding::OtherPrefix => "differs before the first member",
        }
    }
}

/// What is to be said of a member, with the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The member; the artifact's name for what is before the first one.
    pub path: String,
    /// What is to be said.
    pub finding: Finding,
    /// What was expected, where there is a word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// Compares what is known of members: first those that are expected, in their order, then what was
/// added. Order does not matter.
///
/// ```
/// use pyrepro::manifest::{self, Scope};
/// use pyrepro::verify::{Finding, compare};
///
/// let members = manifest::describe("LICENSE".as_ref(), &Scope::default())?.members;
/// assert_eq!(compare(&members, &members)[0].finding, Finding::Same);
/// assert_eq!(compare(&members, &[])[0].finding, Finding::Missing);
/// # Ok::<(), manifest::DescribeError>(())
/// ```
pub fn compare(expected: &[Member], found: &[Member]) -> Vec<Evidence> {
    let there: HashMap<_, _> = found.iter().map(|member| (&member.path, member)).collect();
    let known: HashSet<_> = expected.iter().map(|member| &member.path).collect();
    let absent = |member: &Member, finding| Evidence {
        path: member.path.to_string(),
        finding,
        expected: None,
        found: None,
    };
    let pairs = expected.iter().map(|member| match there.get(&member.path) {
        Some(found) => evidence(member, found),
        None => absent(member, Finding::Missing),
    });
    let added = found.iter().filter(|member| !known.contains(&member.path));
    pairs.chain(added.map(|member| absent(member, Finding::Added))).collect()
}

/// The same, with what only the files of the artifacts tell: what is before the first member of archives,
/// and whether RECORD differs as the members do. Files that are no zip files have neither.
///
/// ```
/// use pyrepro::verify::compare_files;
///
/// let file = ("LICENSE".as_ref(), &[][..]);
/// assert!(compare_files(file, file).is_empty());
/// ```
pub fn compare_files(expected: (&Path, &[Member]), found: (&Path, &[Member])) -> Vec<Evidence> {
    let mut evidence = compare(expected.1, found.1);
    record::follow(expected.0, found, &mut evidence);
    let prefixes = [expected.0, found.0].map(prefix);
    if prefixes[0] != prefixes[1] {
        let [expected, text] = prefixes.map(|prefix| {
            let line = String::from_utf8_lossy(&prefix).chars().take(200).collect::<String>();
            Some(format!("{line:?}"))
        });
        let path = found.0.file_name().unwrap_or_default().to_string_lossy().into_owned();
        evidence.insert(0, Evidence { path, finding: Finding::OtherPrefix, expected, found: text });
    }
    evidence
}

fn prefix(path: &Path) -> Vec<u8> {
    let reader = File::open(path).ok().and_then(|file| zip::Reader::open(file, Limits::default()).ok());
    reader.and_then(|mut reader| reader.prefix(1 << 20).ok()).unwrap_or_default()
}

fn evidence(expected: &Member, found: &Member) -> Evidence {
    fn told<T: ToString>(value: Option<T>) -> Option<String> {
        value.map(|value| value.to_string())
    }
    let executable = |mode: Option<Mode>| mode.is_some_and(Mode::is_executable);
    let (finding, expected_words, found_words) = if expected.kind != found.kind {
        (Finding::OtherKind, told(Some(expected.kind.name())), told(Some(found.kind.name())))
    } else if expected.target != found.target {
        (Finding::OtherTarget, expected.target.clone(), found.target.clone())
    } else if expected.sha256 != found.sha256 {
        content(expected, found)
    } else if expected.mode == found.mode {
        (Finding::Same, None, None)
    } else if expected.kind == Kind::File && executable(expected.mode) != executable(found.mode) {
        (Finding::Executable, told(expected.mode), told(found.mode))
    } else {
        (Finding::OtherMode, told(expected.mode), told(found.mode))
    };
    Evidence { path: found.path.to_string(), finding, expected: expected_words, found: found_words }
}

/// What is different of two files whose bytes differ.
fn content(expected: &Member, found: &Member) -> (Finding, Option<String>, Option<String>) {
    let sums = (expected.sha256.map(|sum| sum.to_string()), found.sha256.map(|sum| sum.to_string()));
    let (Some(a), Some(b)) = (&expected.bytecode, &found.bytecode) else {
        return (Finding::OtherContent, sums.0, sums.1);
    };
    if a.code_sha256 != b.code_sha256 || a.python != b.python {
        let words =
            |bytecode: &Bytecode| Some(format!("Python {}, {}", bytecode.python, bytecode.code_sha256));
        return (Finding::OtherCode, words(a), words(b));
    }
    if (&a.invalidation_mode, &a.source_hash) != (&b.invalidation_mode, &b.source_hash) {
        let words = |bytecode: &Bytecode| {
            let hash = bytecode.source_hash.as_deref().unwrap_or("no hash");
            Some(format!("{}, {hash}", bytecode.invalidation_mode))
        };
        return (Finding::OtherHeader, words(a), words(b));
    }
    (Finding::OtherMarshal, sums.0, sums.1)
}
