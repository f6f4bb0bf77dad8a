//! Tar files, plain and in gzip: written as a function of their entries, read within limits.

mod format;
mod header;
mod pax;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use header::begins;

pub use header::Format;
pub use read::{Kind, Member, Reader};
pub use write::{Options, write, write_gz};
