//! How pyrepro writes: files that appear whole or not at all, and nothing else of anybody's.
//!
//! A [`OutputTarget`] is a place to write to, judged before anything is made: a regular file is replaced, a device
//! or a named pipe is written to, and what is read by the run or is of another kind is refused. An [`Output`]
//! is a file on its way there. An [`OutputSet`] puts several in place when all of them are complete on disk,
//! or none. Below these, a [`Replacement`] is a file under a temporary name, for the rooms that decide by
//! themselves what they may replace.
//!
//! An error at any point, closing included, leaves what was there before.

mod error;
mod file;
mod folder;
mod form;
mod identity;
mod leftovers;
mod plain;
mod replacement;
mod scratch;
mod set;
mod stop;
mod target;

use std::path::Path;

pub use error::OutputError;
pub use file::Output;
pub use folder::replace_folder;
pub use form::OutputForm;
pub use identity::FileId;
pub use leftovers::is_leftover;
pub use plain::create;
pub(crate) use plain::digest;
pub use replacement::{Complete, Link, Replacement, Worth};
pub(crate) use replacement::{close_another, replace};
pub use scratch::Scratch;
pub use set::OutputSet;
pub use stop::UntilStopped;
pub use target::OutputTarget;

/// The folder that a path is in.
///
/// ```
/// assert_eq!(pyrepro::output::folder_of("a.py".as_ref()), std::path::Path::new("."));
/// ```
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
