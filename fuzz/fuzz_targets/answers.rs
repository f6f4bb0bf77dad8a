//! Nothing that a process says in the place of an interpreter makes who listens panic: one that compiles (its answers
//! are bytes), and one that is asked which it is (a line).

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::fuzzing;

fuzz_target!(|data: &[u8]| {
    fuzzing::worker_answers(data);
    if let Ok(text) = std::str::from_utf8(data) {
        fuzzing::probe_answer(text);
    }
});
