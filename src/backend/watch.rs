//! What a build tells of itself while it goes on.

use std::path::Path;

use super::artifact::Artifact;
use super::system::BuildSystem;

/// Something that has begun or come out of a program.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Another build of the same project has this folder.
    Waiting(&'a Path),
    /// An environment for the backend is being made.
    Preparing,
    /// Requirements are being installed.
    Installing(&'a [String]),
    /// The backend is at work.
    Building(Artifact, &'a BuildSystem),
    /// An installer or the backend has written this to its standard output or standard error.
    Output(&'a [u8]),
}

/// Who is told.
pub type Watch<'a> = &'a dyn Fn(Event<'_>);
