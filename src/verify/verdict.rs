//! How far two artifacts are the same.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// How far an artifact is what it should be. Later ones are worse.
///
/// ```
/// use pyrepro::verify::Verdict;
///
/// assert!(Verdict::Identical < Verdict::Content);
/// assert_eq!(Verdict::Identical.max(Verdict::Meaning), Verdict::Meaning);
/// assert_eq!("meaning".parse(), Ok(Verdict::Meaning));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Bit for bit the same.
    #[default]
    Identical,
    /// The same content in another container: other order, times, compression.
    Content,
    /// The same meaning: bytecode that decodes to equal code, in other bytes.
    Meaning,
    /// Something else.
    Differs,
    /// There is nothing to compare with.
    NotRebuilt,
}

impl Verdict {
    /// Its name in reports for programs.
    ///
    /// ```
    /// # use pyrepro::verify::Verdict;
    /// assert_eq!(Verdict::NotRebuilt.name(), "not-rebuilt");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Identical => "identical",
            Verdict::Content => "content",
            Verdict::Meaning => "meaning",
            Verdict::Differs => "differs",
            Verdict::NotRebuilt => "not-rebuilt",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Identical => "bit for bit the same",
            Verdict::Content => "the same content in another container",
            Verdict::Meaning => "the same meaning in other bytes",
            Verdict::Differs => "differs",
            Verdict::NotRebuilt => "cannot be rebuilt",
        })
    }
}

/// A text that names no verdict.
///
/// ```
/// # use pyrepro::verify::Verdict;
/// assert!("nearly".parse::<Verdict>().unwrap_err().to_string().contains("identical, content"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no verdict; there are identical, content, meaning, differs and not-rebuilt")]
pub struct UnknownVerdict(pub String);

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Verdict, UnknownVerdict> {
        let all =
            [Verdict::Identical, Verdict::Content, Verdict::Meaning, Verdict::Differs, Verdict::NotRebuilt];
        all.into_iter().find(|verdict| verdict.name() == text).ok_or_else(|| UnknownVerdict(text.to_owned()))
    }
}
