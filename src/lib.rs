//! Python packages that come out the same, byte for byte.
//!
//! CPython's compiler gives equal code for equal source, but the bytes that `marshal` writes of it
//! also tell what happened to be shared, counted and interned in the compiling process. This
//! library reads the bytecode files of CPython 3.7 to 3.15 and writes them in a canonical form that
//! is a function of the value alone, builds wheels, sdists and zipapps that are a function of their
//! source, makes those of others deterministic, and tells whether and how two of them differ.
//!
//! The rooms, each of which uses only rooms named before it:
//!
//! - [`epoch`]: SOURCE_DATE_EPOCH as a type.
//! - [`there`]: whether something is at a path.
//! - [`tree`]: the sorted list of what is in a source tree.
//! - [`python`]: versions and interpreters.
//! - [`marshal`]: bytes to graph to canonical graph to bytes.
//! - [`pyc`]: headers, hashes and names of bytecode files.
//! - [`disassemble`]: instructions, lines and exception tables of code objects.
//! - [`archive`]: lists of members, deterministic zip and tar.gz files of them, bounded readers.
//! - [`output`]: files that appear whole or not at all, and nothing else of anybody's.
//! - [`record`]: what wheels and installed distributions say is in them.
//! - [`inspect`]: what is in a bytecode file, for people and programs.
//! - [`compile`]: sources to bytecode files, on all cores.
//! - [`project`]: pyproject.toml to the metadata of packages.
//! - [`dist`]: artifacts made of sources, wheels and bytecode.
//! - [`normalize`]: make artifacts that others wrote deterministic, in place.
//! - [`backend`]: wheels and sdists of projects with other backends, built through PEP 517.
//! - [`manifest`]: what was built, of what and how, for everybody to check.
//! - [`recipe`]: how artifacts are made, written down so that it can be done again.
//! - [`diff`]: how two artifacts differ, explained.
//! - [`verify`]: artifacts rebuilt and compared; members traced to the source; environments checked.
//! - [`rebuild`]: wheels that others published, built again and graded.
//! - [`prove`]: whether a build depends on anything but its source.
//! - [`init`]: how a project comes to be built by pyrepro.

mod alignment;
pub mod backend;
pub mod bounded;
pub mod compile;
pub mod diff;
pub mod dist;
pub mod epoch;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod git;
pub mod hidden;
mod in_order;
pub mod init;
pub mod inspect;
mod lock;
pub mod manifest;
pub mod normalize;
pub mod output;
pub mod project;
pub mod prove;
pub mod python;
pub mod rebuild;
pub mod recipe;
pub mod there;
pub mod tree;
pub mod unpack;
mod vcs;
mod verdict;
pub mod verify;

pub use pyrepro_archive as archive;
pub use pyrepro_archive::record;
pub use pyrepro_bytecode::{disassemble, marshal, pyc};
pub use verdict::{UnknownVerdict, Verdict};
