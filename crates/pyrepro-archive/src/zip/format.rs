//! The records of a zip file: signatures, lengths and the fixed values that we write.

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const DESCRIPTOR: u32 = 0x0807_4b50;
pub(super) const END: u32 = 0x0605_4b50;
pub(super) const END64: u32 = 0x0606_4b50;
pub(super) const LOCATOR64: u32 = 0x0706_4b50;

/// How long the records are without what varies.
pub(super) const LOCAL_LENGTH: usize = 30;
pub(super) const CENTRAL_LENGTH: usize = 46;
pub(super) const END_LENGTH: usize = 22;
pub(super) const END64_LENGTH: usize = 56;
pub(super) const LOCATOR64_LENGTH: usize = 20;

/// What 32 and 16 bits hold where the value is in a zip64 field.
pub(super) const IN_ZIP64: u32 = u32::MAX;
pub(super) const IN_ZIP64_SHORT: u16 = u16::MAX;
/// The extra field of that.
pub(super) const ZIP64: u16 = 1;

/// The extra field for the name in UTF-8 where the name itself is in some other encoding.
pub(super) const UNICODE_PATH: u16 = 0x7075;

pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;

/// The names and comments of this member are UTF-8.
pub(super) const FLAG_UTF8: u16 = 1 << 11;
/// Sizes and checksum follow the data.
pub(super) const FLAG_DESCRIPTOR: u16 = 1 << 3;
/// Encrypted, strongly encrypted, or with a masked local header.
pub(super) const FLAGS_ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// A patch to some other file's data.
pub(super) const FLAG_PATCH: u16 = 1 << 5;

/// Made on Unix, which is what makes the modes count, by version 2.0 of the specification.
pub(super) const UNIX: u8 = 3;
pub(super) const VERSION: u16 = 20;
pub(super) const VERSION64: u16 = 45;

/// Kinds of files in Unix modes.
pub(super) const S_IFMT: u32 = 0o170_000;
pub(super) const S_IFREG: u32 = 0o100_000;
pub(super) const S_IFDIR: u32 = 0o040_000;
pub(super) const S_IFLNK: u32 = 0o120_000;
/// The folder bit of MS-DOS.
pub(super) const DOS_FOLDER: u32 = 0x10;
