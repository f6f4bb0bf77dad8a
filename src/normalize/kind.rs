//! The kinds of artifact that can be normalized.

use std::path::Path;

/// A kind of artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A bytecode file.
    Pyc,
    /// A wheel.
    Wheel,
    /// Any other zip file: a zipapp, a jar.
    Zip,
    /// A tar file, in gzip or not.
    Tar,
    /// An egg, which is left alone.
    Egg,
    /// A tar file in a compression that pyrepro does not write.
    Compressed(Compression),
}

/// A compression of tar files that pyrepro does not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Compression {
    /// That of `.tar.bz2`.
    Bzip2,
    /// That of `.tar.xz`.
    Xz,
    /// That of `.tar.zst`.
    Zstandard,
}

impl Compression {
    /// Its name.
    ///
    /// ```
    /// assert_eq!(pyrepro::normalize::Compression::Bzip2.name(), "bzip2");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
            Compression::Zstandard => "zstd",
        }
    }
}

/// What files are called.
const ENDINGS: [(&str, Kind); 17] = [
    (".pyc", Kind::Pyc),
    (".whl", Kind::Wheel),
    (".pyz", Kind::Zip),
    (".pyzw", Kind::Zip),
    (".zip", Kind::Zip),
    (".jar", Kind::Zip),
    (".tar", Kind::Tar),
    (".tar.gz", Kind::Tar),
    (".tgz", Kind::Tar),
    (".egg", Kind::Egg),
    (".tar.bz2", Kind::Compressed(Compression::Bzip2)),
    (".tbz2", Kind::Compressed(Compression::Bzip2)),
    (".tbz", Kind::Compressed(Compression::Bzip2)),
    (".tar.xz", Kind::Compressed(Compression::Xz)),
    (".txz", Kind::Compressed(Compression::Xz)),
    (".tar.zst", Kind::Compressed(Compression::Zstandard)),
    (".tzst", Kind::Compressed(Compression::Zstandard)),
];

impl Kind {
    /// Patterns of all names that [`Kind::by_name`] knows, so that a walk need not look at others.
    pub(super) fn globs() -> impl Iterator<Item = String> {
        ENDINGS.iter().map(|(ending, _)| format!("*{ending}"))
    }

    /// What a file is by its name alone, which decides what is taken from a folder.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// assert_eq!(Kind::by_name("m.cpython-313.pyc".as_ref()), Some(Kind::Pyc));
    /// assert_eq!(Kind::by_name("m-1.tar.gz".as_ref()), Some(Kind::Tar));
    /// assert_eq!(Kind::by_name("m.py".as_ref()), None);
    /// ```
    pub fn by_name(name: &Path) -> Option<Kind> {
        let name = name.file_name()?.as_encoded_bytes();
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending.as_bytes())).map(|&(_, kind)| kind)
    }

    /// What a file is by how it begins, or by its name where that tells nothing. How many of the first
    /// 512 bytes are given is what there are.
    ///
    /// ```
    /// use pyrepro::normalize::Kind;
    ///
    /// assert_eq!(Kind::of("cache".as_ref(), b"\xf3\x0d\x0d\x0a"), Some(Kind::Pyc));
    /// assert_eq!(Kind::of("cut-off.pyc".as_ref(), b""), Some(Kind::Pyc));
    /// assert_eq!(Kind::of("data".as_ref(), b"PK\x03\x04"), Some(Kind::Zip));
    /// assert_eq!(Kind::of("notes".as_ref(), b"To do"), None);
    /// ```
    pub fn of(name: &Path, head: &[u8]) -> Option<Kind> {
        let by_name = Kind::by_name(name);
        match head {
            [_, _, b'\r', b'\n', ..] => Some(Kind::Pyc),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => match by_name {
                Some(Kind::Wheel | Kind::Egg) => by_name,
                _ => Some(Kind::Zip),
            },
            [0x1f, 0x8b, ..] => Some(Kind::Tar),
            [b'B', b'Z', b'h', ..] => Some(Kind::Compressed(Compression::Bzip2)),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Kind::Compressed(Compression::Xz)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Kind::Compressed(Compression::Zstandard)),
            head if head.get(257..262) == Some(b"ustar") => Some(Kind::Tar),
            _ => by_name,
        }
    }
}
