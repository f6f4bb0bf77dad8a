//! No gzip file makes the reader panic or run on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::archive::{Limits, gzip, tar};

const LIMITS: Limits =
    Limits { members: 100, size: 1 << 20, total: 4 << 20, ratio: 200, path: 300, metadata: 1 << 20 };

fuzz_target!(|data: &[u8]| {
    let Ok(source) = gzip::Reader::new(data, LIMITS) else { return };
    let mut reader = tar::Reader::new(source, LIMITS);
    while let Ok(Some(_)) = reader.next_member() {
        let _ = reader.copy(&mut std::io::sink());
    }
});
