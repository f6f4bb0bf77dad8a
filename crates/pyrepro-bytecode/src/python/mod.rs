//! What distinguishes the versions of CPython: magic numbers, code layouts, flags, release numbers.

mod flags;
mod layout;
mod release;
mod version;

pub use layout::{CodeLayout, Field, FieldType, LineTable};
pub use release::{BadRelease, Level, Release};
pub use version::{UnknownVersion, Version, writer_of};
