//! No entry_points.txt makes its reader panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::fuzzing;

fuzz_target!(|data: &[u8]| fuzzing::console_scripts(data));
