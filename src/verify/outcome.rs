//! What came of a verification.

use serde::Serialize;

use super::{Claim, Evidence, InputChange, Verdict};
use crate::diff;
use crate::manifest::{Backend, Target, Tool};

/// What came of a verification, with all that it rests on.
///
/// The verdict is about the artifact: whether it is what its source gives, and what its manifest says of
/// it. How it was made is told beside that, in the inputs and notes, and has no part in the verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// How far the artifact is what its source gives and its manifest says.
    pub verdict: Verdict,
    /// Why it could not be rebuilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the file is, bit for bit, the one that the manifest was written for.
    pub as_recorded: bool,
    /// What the manifest says of the artifact and is not so.
    pub claims: Vec<Claim>,
    /// In what the source is another than the one that the manifest was written for.
    pub inputs: Vec<InputChange>,
    /// What is to be said of each member.
    pub members: Vec<Evidence>,
    /// How the artifact (B) differs from the rebuilt one (A), where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<diff::Report>,
    /// What is wrong with the archive, and where, if it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// What it was built again with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilt: Option<Rebuilt>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// What an artifact was built again with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The program.
    pub pyrepro: Tool,
    /// The interpreters.
    pub targets: Vec<Target>,
    /// The build backend, where it was another's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<Backend>,
}
