//! Zip files: written as a function of their entries, read within limits.

mod cp437;
mod directory;
mod end;
mod fields;
mod format;
mod local;
mod read;
mod write;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

pub(crate) use end::ends_here;

pub use directory::{Kind, Member};
pub use fields::Extra;
pub use read::Reader;
pub use write::{Compression, Options, write};
