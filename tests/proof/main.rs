//! What is held against something else: `normalize`, `manifest`, `verify`, `diff` and `prove`.

#[path = "../common/mod.rs"]
mod common;

mod diff;
mod formats;
mod manifest;
mod normalize;
mod normalize_archives;
mod prove;
mod rebuild;
mod rebuild_index;
mod rebuild_real;
mod rebuild_tampered;
mod recipes;
mod transcripts;
mod verify;
mod verify_backend;
mod verify_installed;
mod verify_mutations;
mod verify_reports;
mod verify_trace;
