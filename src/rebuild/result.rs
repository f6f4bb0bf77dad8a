//! The answer for one wheel, with its evidence.

use serde::{Deserialize, Serialize};

use super::compare::MemberDifference;
use super::evidence::Inference;
use super::grade::Grade;
use super::strategy::Strategy;
use crate::archive::Digest;
use crate::backend::Installed;

/// What a rebuild came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RebuildResult {
    /// The wheel: its file name, or what was asked for if there is none.
    pub wheel: String,
    /// The project and version, as they were asked for or as the wheel's name has them.
    pub release: String,
    /// How good the answer is.
    pub grade: Grade,
    /// The SHA-256 of the published wheel.
    pub sha256: Option<Digest>,
    /// Where the index has the published wheel.
    #[serde(default)]
    pub url: Option<String>,
    /// The rebuilt wheel of the best attempt.
    #[serde(default)]
    pub rebuilt: Option<RebuiltFacts>,
    /// What it was rebuilt from.
    pub source: Option<SourceFacts>,
    /// How the first strategy was found.
    pub inference: Vec<Inference>,
    /// The strategy of the best attempt.
    pub strategy: Option<Strategy>,
    /// The build environment of the best attempt.
    pub environment: Vec<Installed>,
    /// All attempts, in order.
    pub attempts: Vec<Attempt>,
    /// What still differs after the best attempt.
    pub differences: Vec<MemberDifference>,
    /// Where it could not be rebuilt: which part failed.
    pub stage: Option<String>,
    /// Where it could not be rebuilt: why.
    pub reason: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// The difference in full, as HTML, of a run that was asked to explain.
    #[serde(skip)]
    pub explanation: Option<String>,
}

impl RebuildResult {
    /// Whether another run would come to the same: what failed by the network or was stopped may do better.
    pub fn is_final(&self) -> bool {
        !matches!(self.stage.as_deref(), Some("network" | "index" | "stopped" | "system" | "sandbox"))
    }
}

/// What a wheel was rebuilt from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SourceFacts {
    /// The file or folder.
    pub name: String,
    /// Where the index has it.
    pub url: Option<String>,
    /// The SHA-256 of the file.
    pub sha256: Option<Digest>,
    /// The commit, of a source that came from a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The source distribution that this is in place of, because it lacks files that the wheel has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<String>,
}

/// What came out of the best attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RebuiltFacts {
    /// The SHA-256 of the rebuilt wheel.
    pub sha256: Digest,
    /// The same after `pyrepro normalize`, if it can be made normal: two wheels of equal members have one.
    pub normal_sha256: Option<Digest>,
}

/// One build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// What was tried.
    pub strategy: Strategy,
    /// How many members differed, if a wheel came out.
    pub differences: Option<usize>,
    /// Why none came out.
    pub failure: Option<String>,
    /// How long it took.
    pub seconds: f64,
}
