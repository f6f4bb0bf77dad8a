//! Where the fields of a tar header are.

use std::ops::Range;

/// Headers are of this length, and contents are filled up to a multiple of it.
pub(super) const BLOCK: usize = 512;

pub(super) const NAME: Range<usize> = 0..100;
pub(super) const MODE: Range<usize> = 100..108;
pub(super) const USER: Range<usize> = 108..116;
pub(super) const GROUP: Range<usize> = 116..124;
pub(super) const SIZE: Range<usize> = 124..136;
pub(super) const TIME: Range<usize> = 136..148;
pub(super) const CHECKSUM: Range<usize> = 148..156;
pub(super) const TYPE: usize = 156;
pub(super) const LINK: Range<usize> = 157..257;
pub(super) const MAGIC: Range<usize> = 257..265;
pub(super) const USER_NAME: Range<usize> = 265..297;
pub(super) const GROUP_NAME: Range<usize> = 297..329;
pub(super) const MAJOR: Range<usize> = 329..337;
pub(super) const MINOR: Range<usize> = 337..345;
pub(super) const PREFIX: Range<usize> = 345..500;

/// Magic and version together.
pub(super) const USTAR: &[u8; 8] = b"ustar\x0000";
pub(super) const GNU: &[u8; 8] = b"ustar  \0";

pub(super) const FILE: u8 = b'0';
pub(super) const HARD_LINK: u8 = b'1';
pub(super) const SYMLINK: u8 = b'2';
pub(super) const FOLDER: u8 = b'5';
pub(super) const PAX: u8 = b'x';

/// The sum of all bytes of a header, where those of the sum itself count as spaces.
pub(super) fn checksum(header: &[u8; BLOCK]) -> u32 {
    let own: u32 = header[CHECKSUM].iter().copied().map(u32::from).sum();
    let all: u32 = header.iter().copied().map(u32::from).sum();
    all - own + CHECKSUM.len() as u32 * u32::from(b' ')
}

/// How many bytes fill up content of this length.
pub(super) fn padding(size: u64) -> usize {
    (size.wrapping_neg() % BLOCK as u64) as usize
}
