//! What a run writes: to standard output and into files, whatever becomes of either.

#![cfg(unix)]

#[cfg(target_os = "linux")]
mod faults;
mod leftovers;
mod standard_output;
mod targets;
