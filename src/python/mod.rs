//! What pyrepro knows of Pythons: their versions, and the interpreters on this machine.

mod layout;
mod version;

pub use layout::{CodeLayout, Field, FieldType};
pub use version::{UnknownVersion, Version, writer_of};
