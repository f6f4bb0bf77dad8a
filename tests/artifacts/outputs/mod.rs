//! What a run writes: to standard output and into files, whatever becomes of either.

#![cfg(unix)]

mod standard_output;
