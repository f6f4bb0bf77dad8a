//! What a run writes: to standard output and into files, whatever becomes of either.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod standard_output;
