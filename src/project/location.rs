//! Where something is in pyproject.toml.

use super::{Error, Problem, Warning};

/// A key, and the offset of its value. Lines and columns are counted only once they are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) key: String,
    pub(super) offset: usize,
}

impl Location {
    pub(super) fn error(&self, toml: &str, problem: impl Into<Problem>) -> Error {
        let (line, column) = line_and_column(toml, self.offset);
        Error { key: self.key.clone(), line, column, problem: problem.into() }
    }

    pub(super) fn warning(&self, toml: &str, message: impl Into<String>) -> Warning {
        let (line, column) = line_and_column(toml, self.offset);
        Warning { key: self.key.clone(), line, column, message: message.into() }
    }
}

fn line_and_column(toml: &str, offset: usize) -> (usize, usize) {
    let before = toml.get(..offset).unwrap_or(toml);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        assert_eq!(line_and_column("", 0), (1, 1));
        assert_eq!(line_and_column("a\nßb", 4), (2, 2));
        assert_eq!(line_and_column("a\r\nb", 3), (2, 1));
    }
}
