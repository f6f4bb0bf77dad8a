//! Manifests for other programs: lists of checksums, in-toto statements, CycloneDX documents.

mod cyclonedx;
mod in_toto;
mod sha256sum;

pub use cyclonedx::cyclonedx;
pub use in_toto::{BUILD_TYPE, in_toto};
pub use sha256sum::{sha256sum, sha256sum_of_members};
