//! Which kind of archive a file is.

use std::io::{self, Read, Seek};

use super::{gzip, tar, zip};

/// A kind of archive, or a compression of one.
///
/// ```
/// use std::io::Cursor;
/// use pyrepro_archive::Format;
///
/// let launcher_and_zip = [&b"MZ launcher PK\x05\x06"[..], &[0; 18]].concat();
/// assert_eq!(Format::detect(&mut Cursor::new(launcher_and_zip))?, Some(Format::Zip));
/// assert_eq!(Format::detect(&mut Cursor::new("To do"))?, None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// A zip file, with anything before it: a wheel, a zipapp, a launcher for Windows.
    Zip,
    /// A tar file that is not compressed.
    Tar,
    /// A gzip file, which usually holds a tar file.
    Gzip,
    /// A file of bzip2, which is recognized and not read.
    Bzip2,
    /// A file of xz, which is recognized and not read.
    Xz,
    /// A file of zstd, which is recognized and not read.
    Zstandard,
}

/// What archives are called.
const ENDINGS: [(&str, Format); 16] = [
    (".whl", Format::Zip),
    (".pyz", Format::Zip),
    (".pyzw", Format::Zip),
    (".zip", Format::Zip),
    (".jar", Format::Zip),
    (".egg", Format::Zip),
    (".tar", Format::Tar),
    (".tar.gz", Format::Gzip),
    (".tgz", Format::Gzip),
    (".tar.bz2", Format::Bzip2),
    (".tbz2", Format::Bzip2),
    (".tbz", Format::Bzip2),
    (".tar.xz", Format::Xz),
    (".txz", Format::Xz),
    (".tar.zst", Format::Zstandard),
    (".tzst", Format::Zstandard),
];

/// How much of the beginning is looked at: the header of a tar file.
const HEAD: u64 = 512;

impl Format {
    /// Recognizes a file by its content, whatever it is called; None for everything that is no archive.
    /// The source is at its start afterwards.
    pub fn detect(source: &mut (impl Read + Seek)) -> io::Result<Option<Format>> {
        source.rewind()?;
        let mut head = Vec::new();
        source.by_ref().take(HEAD).read_to_end(&mut head)?;
        let format = match Format::by_head(&head) {
            // Modules that read zip files contain the signatures.
            None if is_bytecode(&head) => None,
            // A script with a damaged zip file behind it is worth an error that says so.
            None => zip::ends_here(source, head.starts_with(b"#!"))?.then_some(Format::Zip),
            format => format,
        };
        source.rewind()?;
        Ok(format)
    }

    fn by_head(head: &[u8]) -> Option<Format> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Format::Zip),
            head if head.starts_with(&gzip::MAGIC) => Some(Format::Gzip),
            [b'B', b'Z', b'h', ..] => Some(Format::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Format::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Format::Zstandard),
            head => tar::begins(head).then_some(Format::Tar),
        }
    }

    /// The kind of archive that a file with this name should be.
    ///
    /// ```
    /// use pyrepro_archive::Format;
    ///
    /// assert_eq!(Format::by_name("dist/m-1.tar.gz"), Some(Format::Gzip));
    /// assert_eq!(Format::by_name("m.py"), None);
    /// ```
    pub fn by_name(name: &str) -> Option<Format> {
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|&(_, format)| format)
    }

    /// The endings that [`Format::by_name`] knows.
    pub fn endings() -> impl Iterator<Item = &'static str> {
        ENDINGS.iter().map(|&(ending, _)| ending)
    }

    /// Its name in reports and errors.
    ///
    /// ```
    /// assert_eq!(pyrepro_archive::Format::Zstandard.name(), "zstd");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Format::Zip => "zip",
            Format::Tar => "tar",
            Format::Gzip => "gzip",
            Format::Bzip2 => "bzip2",
            Format::Xz => "xz",
            Format::Zstandard => "zstd",
        }
    }

    /// Whether [`Archive::open`](super::Archive::open) can read it.
    pub fn is_readable(self) -> bool {
        matches!(self, Format::Zip | Format::Tar | Format::Gzip)
    }
}

/// Whether a file begins as bytecode of CPython does: two bytes for the version, and an end of line.
fn is_bytecode(head: &[u8]) -> bool {
    head.get(2..4) == Some(b"\r\n")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{Entries, Entry, Order};

    fn entries() -> Entries {
        Entries::new(vec![Entry::bytes("m.py", "x = 1\n").unwrap()], &Order::Path).unwrap()
    }

    fn zip_behind(prefix: &[u8]) -> Vec<u8> {
        let options = zip::Options { prefix: prefix.to_vec(), ..zip::Options::default() };
        let mut file = Cursor::new(Vec::new());
        zip::write(&entries(), &options, &mut file).unwrap();
        file.into_inner()
    }

    fn tar() -> Vec<u8> {
        let mut file = Vec::new();
        tar::write(&entries(), &tar::Options::default(), &mut file).unwrap();
        file
    }

    fn detect(content: impl AsRef<[u8]>) -> Option<Format> {
        Format::detect(&mut Cursor::new(content)).unwrap()
    }

    #[test]
    fn a_zip_file_is_one_whatever_stands_before_it() {
        for prefix in [&b""[..], b"#!/usr/bin/python3\n", b"MZ\x90\0 a launcher", &[0x7f; 100_000]] {
            assert_eq!(detect(zip_behind(prefix)), Some(Format::Zip), "{:?}", prefix.get(..2));
        }
    }

    #[test]
    fn the_signature_of_a_zip_file_makes_none() {
        let program = [&b"\x7fELF reads zip files: PK\x05\x06"[..], &[0; 400]].concat();
        assert_eq!(detect(program), None);
        let module = [&b"\xf3\x0d\x0d\x0a"[..], &zip_behind(b"")].concat();
        assert_eq!(detect(module), None);
        assert_eq!(detect("PK is a pair of letters"), None);
    }

    #[test]
    fn a_tar_file_is_one_in_any_format_and_with_a_zip_file_at_its_end() {
        assert_eq!(detect(tar()), Some(Format::Tar));
        let mut old = tar();
        old[257..265].fill(0);
        old[148..156].fill(b' ');
        let sum: u32 = old[..512].iter().map(|&byte| u32::from(byte)).sum();
        old[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        assert_eq!(detect(&old), Some(Format::Tar));
        assert_eq!(detect([tar(), zip_behind(b"")].concat()), Some(Format::Tar));
    }

    #[test]
    fn a_damaged_archive_behind_a_script_is_still_an_archive() {
        let mut app = zip_behind(b"#!/usr/bin/python3\n");
        let end = app.len() - 22;
        app[end - 10..end].fill(0);
        app[end + 12] ^= 1;
        assert_eq!(detect(app), Some(Format::Zip));
        assert_eq!(detect("#!/bin/sh\necho\n"), None);
    }
}
