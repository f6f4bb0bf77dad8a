//! How good an answer is.

use serde::{Deserialize, Serialize};

/// What a comparison of a published wheel with its rebuild comes to, from the best to the worst.
///
/// ```
/// use pyrepro::rebuild::Grade;
///
/// assert!(Grade::Identical.is_proof() && !Grade::Metadata.is_proof());
/// assert!(Grade::Identical < Grade::Differs);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The rebuild has the published bytes.
    Identical,
    /// Every member has the published bytes; packed with the published times, modes and order, the file has them too.
    Container,
    /// Every member has the published bytes, and what packed them is not known.
    Normalised,
    /// Nothing but generated metadata differs.
    Metadata,
    /// Every member that differs is derived from one that was rebuilt, and it is said how.
    Explained,
    /// Something differs, is missing, or was added.
    Differs,
    /// It could not be tried.
    NotRebuilt,
}

impl Grade {
    /// All of them.
    pub const ALL: [Grade; 7] = [
        Grade::Identical,
        Grade::Container,
        Grade::Normalised,
        Grade::Metadata,
        Grade::Explained,
        Grade::Differs,
        Grade::NotRebuilt,
    ];

    /// Whether it says that the wheel is made from the source.
    pub fn is_proof(self) -> bool {
        self <= Grade::Normalised
    }

    /// Its name, as documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Identical => "identical",
            Grade::Container => "container",
            Grade::Normalised => "normalised",
            Grade::Metadata => "metadata",
            Grade::Explained => "explained",
            Grade::Differs => "differs",
            Grade::NotRebuilt => "not-rebuilt",
        }
    }

    /// What it proves, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Grade::Identical => "The rebuild has the same bytes as the published wheel.",
            Grade::Container => {
                "Every member has the published bytes. Packed with the published times, modes and order, \
                 the whole file has them too."
            }
            Grade::Normalised => {
                "Every member has the published bytes. Only the packing differs, by a program that is not known."
            }
            Grade::Metadata => "Only generated metadata differs. The code is the same.",
            Grade::Explained => "What differs is derived from members that were rebuilt.",
            Grade::Differs => "The rebuild has other content. This does not say which of the two is wrong.",
            Grade::NotRebuilt => "It could not be rebuilt, so nothing is proven.",
        }
    }
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
