//! Sources to bytecode files: many sources for one version or several, on all cores, whatever becomes of the interpreters.
//!
//! A [`Request`] says what to compile and how, [`run`] does it and tells what became of each source.
//! Code comes from a [`Compiler`]: the built-in one ([`Native`]), a [`Pool`] of interpreters, or what is
//! [`Chosen`] of the two; everything else, from
//! the walk over the folders to the canonical form and the writing, does not depend on which it is.

mod aim;
mod choice;
mod chosen;
mod difference;
mod edition_of;
mod exclude;
mod fresh;
mod goal;
mod job;
mod lines;
mod module_path;
mod native;
mod origin;
mod orphans;
mod plan;
mod pool;
pub(crate) mod protocol;
mod pyc_locks;
mod read;
mod recorded;
mod request;
mod run;
mod source;
mod twice;
mod unit;
mod wording;
mod worker;
mod write;

pub use aim::{Aim, AimError};
pub use choice::{BadChoice, Choice};
pub use chosen::{Chosen, Handed, Impossible};
pub(crate) use edition_of::LONGEST_SOURCE;
pub use edition_of::{Editions, editions_of};
pub use exclude::{BadRegex, Exclude};
pub use fresh::State;
pub use goal::Goal;
pub use job::{Failure, PycRecord, Record};
pub use module_path::module_path;
pub use native::{BuiltIn, HandedOver, Native};
pub use origin::Origin;
pub use plan::{Unlisted, sources};
pub use pool::Pool;
pub use recorded::{NoPrefix, Recorded};
pub use request::{Form, PycLocation, Request, Task};
pub use run::{Error, Event, Summary, run, run_for_all};
pub use unit::{Compiler, Diagnostic, Outcome, Unavailable, Unit, Warning};
pub use write::Error as WriteError;

use std::path::PathBuf;

/// The path with these bytes.
#[cfg(unix)]
fn path_from(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

/// The path with these bytes, which were taken out of another path and are whole characters.
#[cfg(not(unix))]
fn path_from(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
