//! The table of CPython feature releases: the only place with version numbers.

use std::fmt;
use std::str::FromStr;

use super::layout::{self, CodeLayout};

/// What distinguishes one feature release from another, as far as bytecode files go.
struct Row {
    minor: u8,
    /// The magic number that every final release of the version writes.
    magic: u16,
    /// The magic numbers its pre-releases used before, with layouts of their own.
    first_magic: u16,
    marshal: u8,
    layout: &'static CodeLayout,
    /// SipHash-1-3 for the source hash, where older versions have SipHash-2-4.
    fast_source_hash: bool,
    /// Marshal sorts the elements of sets itself (bpo-37596).
    sorts_sets: bool,
}

const fn row(minor: u8, first_magic: u16, magic: u16, marshal: u8, layout: &'static CodeLayout) -> Row {
    let since_3_11 = minor >= 11;
    Row { minor, magic, first_magic, marshal, layout, fast_source_hash: since_3_11, sorts_sets: since_3_11 }
}

static TABLE: [Row; 9] = [
    row(7, 3390, 3394, 4, &layout::NO_POSITIONAL_ONLY),
    row(8, 3400, 3413, 4, &layout::POSITIONAL_ONLY),
    row(9, 3420, 3425, 4, &layout::POSITIONAL_ONLY),
    row(10, 3430, 3439, 4, &layout::LINE_RANGES),
    row(11, 3450, 3495, 4, &layout::LOCALS_PLUS),
    row(12, 3500, 3531, 4, &layout::LOCALS_PLUS),
    row(13, 3550, 3571, 4, &layout::LOCALS_PLUS),
    row(14, 3600, 3627, 5, &layout::LOCALS_PLUS),
    row(15, 3650, 3666, 6, &layout::LOCALS_PLUS),
];

/// Magic numbers before the table's, each with the version that used it last.
static OLDER: [(u16, &str); 8] = [
    (3379, "Python 3.6"),
    (3351, "Python 3.5"),
    (3310, "Python 3.4"),
    (3230, "Python 3.3"),
    (3180, "Python 3.2"),
    (3151, "Python 3.1"),
    (3131, "Python 3.0"),
    (2999, "PyPy"),
];

/// A CPython feature release whose bytecode pyrepro reads and writes, such as 3.13.
///
/// ```
/// use pyrepro_bytecode::python::Version;
///
/// let version: Version = "3.13".parse()?;
/// assert_eq!(version.magic(), 3571);
/// assert_eq!(version.cache_tag(), "cpython-313");
/// assert!(version > Version::from_magic(3531).unwrap());
/// # Ok::<(), pyrepro_bytecode::python::UnknownVersion>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// Every version, oldest first.
    ///
    /// ```
    /// use pyrepro_bytecode::python::Version;
    ///
    /// assert_eq!(Version::all().next().unwrap().to_string(), "3.7");
    /// assert_eq!(Version::all().last().unwrap().to_string(), "3.15");
    /// ```
    pub fn all() -> impl DoubleEndedIterator<Item = Version> {
        (0..TABLE.len() as u8).map(Version)
    }

    /// The version with this major and minor number, if it is in the table.
    ///
    /// ```
    /// use pyrepro_bytecode::python::Version;
    ///
    /// assert!(Version::new(3, 7).is_some());
    /// assert!(Version::new(2, 7).is_none());
    /// ```
    pub fn new(major: u8, minor: u8) -> Option<Version> {
        let index = TABLE.iter().position(|row| major == 3 && row.minor == minor)?;
        Some(Version(index as u8))
    }

    /// The version whose final releases write this magic number.
    ///
    /// ```
    /// use pyrepro_bytecode::python::Version;
    ///
    /// assert_eq!(Version::from_magic(3394), Version::new(3, 7));
    /// assert_eq!(Version::from_magic(3393), None); // a beta of 3.7
    /// ```
    pub fn from_magic(magic: u16) -> Option<Version> {
        let index = TABLE.iter().position(|row| row.magic == magic)?;
        Some(Version(index as u8))
    }

    /// The number after `3.`.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// assert_eq!(Version::new(3, 9).unwrap().minor(), 9);
    /// ```
    pub fn minor(self) -> u8 {
        self.row().minor
    }

    /// The magic number of its bytecode files.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// assert_eq!(Version::new(3, 14).unwrap().magic(), 3627);
    /// ```
    pub fn magic(self) -> u16 {
        self.row().magic
    }

    /// The first four bytes of its bytecode files: the magic number and a line end.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// assert_eq!(Version::new(3, 13).unwrap().magic_bytes(), [0xf3, 0x0d, 0x0d, 0x0a]);
    /// ```
    pub fn magic_bytes(self) -> [u8; 4] {
        let [low, high] = self.magic().to_le_bytes();
        [low, high, b'\r', b'\n']
    }

    /// The part of a file name in `__pycache__` that names the version.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// assert_eq!(Version::new(3, 7).unwrap().cache_tag(), "cpython-37");
    /// ```
    pub fn cache_tag(self) -> String {
        format!("cpython-3{}", self.minor())
    }

    /// The version of the marshal format in its bytecode files.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// assert_eq!(Version::new(3, 13).unwrap().marshal_version(), 4);
    /// ```
    pub fn marshal_version(self) -> u8 {
        self.row().marshal
    }

    /// The fields of its code objects.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// let layout = Version::new(3, 8).unwrap().code_layout();
    /// assert!(layout.numbers.contains(&"posonlyargcount"));
    /// ```
    pub fn code_layout(self) -> &'static CodeLayout {
        self.row().layout
    }

    /// Whether its source hash is SipHash-1-3 and not SipHash-2-4.
    pub(crate) fn hashes_sources_fast(self) -> bool {
        self.row().fast_source_hash
    }

    /// Whether its marshal writes set elements in an order of its own and not in that of iteration.
    pub(crate) fn sorts_sets(self) -> bool {
        self.row().sorts_sets
    }

    /// Whether marshal data may hold slices (since marshal version 5).
    pub(crate) fn has_slices(self) -> bool {
        self.row().marshal >= 5
    }

    /// Whether marshal data may hold frozendicts (since marshal version 6).
    pub(crate) fn has_frozendicts(self) -> bool {
        self.row().marshal >= 6
    }

    /// Whether it has `sys.pycache_prefix`.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::Version;
    /// assert!(!Version::new(3, 7).unwrap().has_pycache_prefix());
    /// ```
    pub fn has_pycache_prefix(self) -> bool {
        self.minor() >= 8
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }
}

/// Who writes a magic number that no supported release writes, as far as the number tells.
///
/// ```
/// use pyrepro_bytecode::python::writer_of;
///
/// assert_eq!(writer_of(3379), "Python 3.6");
/// assert_eq!(writer_of(3570), "a pre-release of Python 3.13");
/// assert_eq!(writer_of(62211), "Python 2");
/// ```
pub fn writer_of(magic: u16) -> String {
    if let Some(version) = Version::from_magic(magic) {
        return format!("Python {version}");
    }
    if let Some(row) = TABLE.iter().find(|row| (row.first_magic..row.magic).contains(&magic)) {
        return format!("a pre-release of Python 3.{}", row.minor);
    }
    let newest = &TABLE[TABLE.len() - 1];
    if magic > newest.magic && magic < 20000 {
        return format!("a Python newer than 3.{}, or a pre-release", newest.minor);
    }
    if magic >= 20000 {
        return "Python 2".to_owned();
    }
    OLDER.iter().rev().find(|(last, _)| magic <= *last).map_or("no known Python", |(_, name)| name).to_owned()
}

/// A text that names no version in the table.
///
/// ```
/// use pyrepro_bytecode::python::{UnknownVersion, Version};
///
/// assert_eq!("3.6".parse::<Version>(), Err(UnknownVersion("3.6".to_owned())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Python version that pyrepro knows; it knows 3.7 to 3.15")]
pub struct UnknownVersion(pub String);

impl FromStr for Version {
    type Err = UnknownVersion;

    /// Takes `3.13`, and ignores a patch level as in `3.13.0`.
    fn from_str(text: &str) -> Result<Version, UnknownVersion> {
        let unknown = || UnknownVersion(text.to_owned());
        let mut numbers = text.split('.').map(|part| part.parse::<u8>().map_err(|_| unknown()));
        let major = numbers.next().ok_or_else(unknown)??;
        let minor = numbers.next().ok_or_else(unknown)??;
        if numbers.try_fold(0, |count, part| part.map(|_| count + 1))? > 1 {
            return Err(unknown());
        }
        Version::new(major, minor).ok_or_else(unknown)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.minor())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({self})")
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_a_patch_level() {
        assert_eq!("3.10".parse(), Ok(Version::new(3, 10).unwrap()));
        assert_eq!("3.10.13".parse(), Ok(Version::new(3, 10).unwrap()));
        for text in ["", "3", "3.", "3.6", "2.7", "3.16", "3.10.1.2", "3.x", "3.10.x", " 3.10"] {
            assert_eq!(text.parse::<Version>(), Err(UnknownVersion(text.to_owned())));
        }
    }

    #[test]
    fn every_magic_number_has_a_writer() {
        let expected = [
            (0, "PyPy"),
            (3000, "Python 3.0"),
            (3131, "Python 3.0"),
            (3351, "Python 3.5"),
            (3360, "Python 3.6"),
            (3394, "Python 3.7"),
            (3400, "a pre-release of Python 3.8"),
            (3540, "no known Python"),
            (3667, "a Python newer than 3.15, or a pre-release"),
        ];
        for (magic, name) in expected {
            assert_eq!(writer_of(magic), name, "{magic}");
        }
    }
}
