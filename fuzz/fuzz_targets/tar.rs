//! No tar file makes the reader panic or run on, with its checksums as they are and mended.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::archive::{Limits, tar};

const LIMITS: Limits =
    Limits { members: 100, size: 1 << 20, total: 4 << 20, ratio: 200, path: 300, metadata: 1 << 20 };

fuzz_target!(|data: &[u8]| {
    read(data);
    let mut mended = data.to_vec();
    mend(&mut mended);
    read(&mended);
});

fn read(data: &[u8]) {
    let mut reader = tar::Reader::new(data, LIMITS);
    while let Ok(Some(member)) = reader.next_member() {
        if let Ok(bytes) = reader.bytes() {
            assert_eq!(bytes.len() as u64, member.size);
        }
    }
}

/// Gives every header the checksum that it must have: chance would find none.
fn mend(data: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = data.get_mut(at..at + 512) {
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        if sum > 8 * u32::from(b' ') {
            header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        } else {
            header[148..156].fill(0);
        }
        let digits = std::str::from_utf8(&header[124..135]).unwrap_or_default();
        let size = usize::from_str_radix(digits.trim_matches([' ', '\0']), 8).unwrap_or(0);
        at += 512 + size.next_multiple_of(512);
    }
}
