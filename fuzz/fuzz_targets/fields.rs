//! No METADATA or WHEEL makes those panic that read it or put it in order, and no line is lost or added.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::fuzzing;

fuzz_target!(|data: &[u8]| {
    fuzzing::ordered_fields(data);
    fuzzing::wheel_fields(data);
});
