//! How far two things are the same: one word for `verify`, `diff` and traces.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// How far something is what it should be, or is the same as something else. Later ones are worse.
///
/// `verify`, `diff` and `verify --trace` have it in the field `verdict` of their JSON documents.
///
/// ```
/// use pyrepro::Verdict;
///
/// assert!(Verdict::Identical < Verdict::Container);
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
    Container,
    /// The same meaning: bytecode that decodes to equal code, in other bytes.
    Meaning,
    /// Every member was traced to the source. Nothing was built, so this is no proof.
    Traced,
    /// A trace found nothing suspicious, but only a rebuild can prove some members.
    Unproven,
    /// Something else.
    Differs,
    /// It could not be built again, so there is nothing to compare with.
    NotRebuilt,
}

impl Verdict {
    /// All of them, from the best to the worst.
    pub const ALL: [Verdict; 7] = [
        Verdict::Identical,
        Verdict::Container,
        Verdict::Meaning,
        Verdict::Traced,
        Verdict::Unproven,
        Verdict::Differs,
        Verdict::NotRebuilt,
    ];

    /// Its name in reports for programs.
    ///
    /// ```
    /// # use pyrepro::Verdict;
    /// assert_eq!(Verdict::NotRebuilt.name(), "not-rebuilt");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Identical => "identical",
            Verdict::Container => "container",
            Verdict::Meaning => "meaning",
            Verdict::Traced => "traced",
            Verdict::Unproven => "unproven",
            Verdict::Differs => "differs",
            Verdict::NotRebuilt => "not-rebuilt",
        }
    }

    /// The verdict in words.
    ///
    /// ```
    /// # use pyrepro::Verdict;
    /// assert_eq!(Verdict::Identical.words(), "bit for bit the same");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Identical => "bit for bit the same",
            Verdict::Container => "the same content in another container",
            Verdict::Meaning => "the same meaning in other bytes",
            Verdict::Traced => "every member comes from the source; nothing was built",
            Verdict::Unproven => "nothing suspicious, but only a rebuild can prove it",
            Verdict::Differs => "differs",
            Verdict::NotRebuilt => "cannot be rebuilt",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// A text that names no verdict.
///
/// ```
/// # use pyrepro::Verdict;
/// assert!("nearly".parse::<Verdict>().unwrap_err().to_string().contains("identical, container"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a verdict; there are {all}", all = Verdict::ALL.map(Verdict::name).join(", "))]
pub struct UnknownVerdict(pub String);

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Verdict, UnknownVerdict> {
        let mut all = Verdict::ALL.into_iter();
        all.find(|verdict| verdict.name() == text).ok_or_else(|| UnknownVerdict(text.to_owned()))
    }
}
