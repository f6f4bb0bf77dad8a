//! Does an artifact come from its source? Build it again and compare, member by member.
//!
//! A [`Verdict`] says how far two artifacts are the same, and [`Evidence`] says it of each member:
//! [`compare`] makes both of what is known of the members, whoever made the artifacts.
//! [`verify`] checks an artifact against its manifest, the source against the manifest, and what comes
//! of the source against the artifact.

mod backend;
mod compiled;
mod foreign;
pub mod installed;
mod manifest_diff;
mod members;
mod outcome;
mod project;
mod rebuild;
mod record;
mod sources;
pub mod trace;
mod zipapp;

pub use backend::Installing;
pub use foreign::{Foreign, Intent};
pub use manifest_diff::Claim;
pub use members::{Evidence, Finding, compare, compare_files};
pub use outcome::{Outcome, Rebuilt};
pub use rebuild::{Error, Request, verify, verify_and};
pub use sources::{InputChange, InputDifference, Sources};

pub use crate::Verdict;
