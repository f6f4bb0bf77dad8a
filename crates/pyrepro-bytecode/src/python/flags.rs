//! The flags of code objects by name.

use super::version::Version;

/// Flags that mean the same in every version that has them.
static FLAGS: [(u32, &str); 12] = [
    (0x1, "OPTIMIZED"),
    (0x2, "NEWLOCALS"),
    (0x4, "VARARGS"),
    (0x8, "VARKEYWORDS"),
    (0x10, "NESTED"),
    (0x20, "GENERATOR"),
    (0x40, "NOFREE"),
    (0x80, "COROUTINE"),
    (0x100, "ITERABLE_COROUTINE"),
    (0x200, "ASYNC_GENERATOR"),
    (0x400_0000, "HAS_DOCSTRING"),
    (0x800_0000, "METHOD"),
];

/// What `from __future__ import …` sets, by 3.8 and later; 3.7 has each four bits lower.
static FUTURES: [(u32, &str); 8] = [
    (0x2_0000, "FUTURE_DIVISION"),
    (0x4_0000, "FUTURE_ABSOLUTE_IMPORT"),
    (0x8_0000, "FUTURE_WITH_STATEMENT"),
    (0x10_0000, "FUTURE_PRINT_FUNCTION"),
    (0x20_0000, "FUTURE_UNICODE_LITERALS"),
    (0x40_0000, "FUTURE_BARRY_AS_BDFL"),
    (0x80_0000, "FUTURE_GENERATOR_STOP"),
    (0x100_0000, "FUTURE_ANNOTATIONS"),
];

impl Version {
    /// The names of a code object's flags, the lowest bit first; of bits without a name, the bits.
    ///
    /// ```
    /// use pyrepro_bytecode::python::Version;
    ///
    /// let version = Version::new(3, 13).unwrap();
    /// assert_eq!(version.flag_names(0x1000_0003), ["OPTIMIZED", "NEWLOCALS", "0x10000000"]);
    /// ```
    pub fn flag_names(self, flags: u32) -> Vec<String> {
        let shift = if self.minor() == 7 { 4 } else { 0 };
        let futures = FUTURES.iter().map(|(bit, name)| (bit >> shift, *name));
        let known: Vec<_> = FLAGS.iter().copied().chain(futures).collect();
        let name_of = |bit| known.iter().find(|(known, _)| *known == bit).map(|(_, name)| (*name).to_owned());
        (0..32)
            .map(|shift| 1 << shift)
            .filter(|bit| flags & bit != 0)
            .map(|bit| name_of(bit).unwrap_or_else(|| format!("{bit:#x}")))
            .collect()
    }
}
