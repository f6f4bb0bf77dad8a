//! Where something stands in the source.

/// CPython's four numbers: lines from 1, columns from 0 in bytes of UTF-8, the end exclusive.
///
/// -1 stands for "nowhere", as in nodes that the compiler makes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First line.
    pub line: i32,
    /// Column in the first line.
    pub col: i32,
    /// Last line.
    pub end_line: i32,
    /// Column behind the end in the last line.
    pub end_col: i32,
}

impl Span {
    /// No place at all.
    pub const NONE: Self = Self::new(-1, -1, -1, -1);

    /// The place of the instruction that follows.
    pub const NEXT: Self = Self::new(-2, -2, -2, -2);

    /// A span of four numbers.
    pub const fn new(line: i32, col: i32, end_line: i32, end_col: i32) -> Self {
        Self { line, col, end_line, end_col }
    }

    /// From the start of this one to the end of another.
    pub const fn to(self, end: Self) -> Self {
        Self::new(self.line, self.col, end.end_line, end.end_col)
    }
}
