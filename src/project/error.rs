//! Why a pyproject.toml gives no metadata, and what is doubtful in one that does.

use std::borrow::Cow;
use std::fmt;
use std::io;

/// What is wrong, and where in pyproject.toml.
///
/// ```
/// use pyrepro::project::Project;
///
/// let error = Project::parse(b"[project]\nname = 'orchard'\nversion = '1.x'\n").unwrap_err();
/// assert_eq!((error.key.as_str(), error.line, error.column), ("project.version", 3, 11));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("pyproject.toml:{line}:{column}: {}{problem}", labelled(.key))]
pub struct Error {
    /// The key, such as `project.authors[0].email`; empty where the file is no TOML.
    pub key: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

fn labelled(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("{}: ", shortened(key)) }
}

/// A message for people, whatever a file says.
fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 400;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// What can be wrong with a pyproject.toml.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is larger than [`MAX_SIZE`](super::MAX_SIZE).
    #[error("the file has {0} bytes; allowed: up to {max}", max = super::MAX_SIZE)]
    TooLarge(usize),
    /// Its bytes are not text.
    #[error("the file is not UTF-8, which TOML has to be")]
    NotUtf8,
    /// It is no TOML, or nested too deeply.
    #[error("this is not TOML: {0}")]
    Toml(String),
    /// A key must be there and is not.
    #[error("is missing; it has to be {allowed}{}", did_you_mean(.suggestion))]
    Missing {
        /// What it could be.
        allowed: &'static str,
        /// A key that may be a slip of the pen for it.
        suggestion: Option<String>,
    },
    /// A key has no meaning.
    #[error("there is no such key; allowed: {}{}", allowed.join(", "), did_you_mean(.suggestion))]
    UnknownKey {
        /// The keys that have one.
        allowed: &'static [&'static str],
        /// The nearest of these.
        suggestion: Option<String>,
    },
    /// A value is of another type.
    #[error("found {found}; allowed: {allowed}")]
    WrongType {
        /// The type.
        found: &'static str,
        /// The types that are possible.
        allowed: &'static str,
    },
    /// A value is of the right type and nothing else.
    #[error(transparent)]
    Value(#[from] BadValue),
    /// Two keys, or two values, exclude each other.
    #[error("{}", shortened(.0))]
    Conflict(String),
    /// A file that is named cannot be read.
    #[error("{} cannot be read: {source}", shortened(.path))]
    File {
        /// As it is named.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A module that the version is to be read from has none.
    #[error("{} does not assign a string to {} at its top level", shortened(.path), shortened(.name))]
    NoVersion {
        /// As it is named.
        path: String,
        /// The name that is to have it.
        name: String,
    },
    /// A file that is named does not hold what it has to.
    #[error("{} {}", shortened(.path), shortened(.reason))]
    Content {
        /// As it is named.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A text that is not what it has to be.
///
/// ```
/// use pyrepro::project::Name;
///
/// let error = "-orchard".parse::<Name>().unwrap_err();
/// assert!(error.to_string().starts_with(r#"found "-orchard"; allowed: "#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found {}; allowed: {}{}", shortened(&format!("{found:?}")), shortened(.allowed), did_you_mean(.suggestion))]
pub struct BadValue {
    /// The text.
    pub found: String,
    /// What it could be.
    pub allowed: String,
    /// Something allowed that may have been meant.
    pub suggestion: Option<String>,
}

impl BadValue {
    pub(super) fn new(found: &str, allowed: impl Into<String>) -> BadValue {
        BadValue { found: found.to_owned(), allowed: allowed.into(), suggestion: None }
    }
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

/// What is accepted, but will not last or does not say what it seems to.
///
/// ```
/// use pyrepro::project::Project;
///
/// let project = Project::parse(b"[project]\nname='a'\nversion='1'\nlicense={text='MIT'}\n")?;
/// assert_eq!(project.warnings[0].key, "project.license");
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The key.
    pub key: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is doubtful, and what to do about it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pyproject.toml:{}:{}: {}: {}", self.line, self.column, self.key, self.message)
    }
}
