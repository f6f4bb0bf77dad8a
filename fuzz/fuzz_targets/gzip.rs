//! No gzip file makes the reader panic or run on, and what it gives is within the limits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::archive::{Limits, gzip};

const LIMITS: Limits =
    Limits { members: 100, size: 1 << 20, total: 4 << 20, ratio: 200, path: 300, metadata: 1 << 20 };

fuzz_target!(|data: &[u8]| {
    let Ok(mut reader) = gzip::Reader::new(data, LIMITS) else { return };
    let _ = reader.header();
    let copied = std::io::copy(&mut reader, &mut std::io::sink());
    assert!(copied.is_ok_and(|size| size <= LIMITS.total) || reader.streams() > 0);
});
