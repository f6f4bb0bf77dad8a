//! What was found, as much of it as is told.

use super::{Change, Finding, Row, RowKind};

/// How many findings are told.
const MOST: usize = 1000;
/// How many rows all findings have together.
const MOST_ROWS: usize = 20_000;

/// The findings of a comparison under way.
#[derive(Default)]
pub(super) struct Findings {
    pub list: Vec<Finding>,
    /// How many there are beyond those in the list.
    pub left_out: usize,
    rows: usize,
}

impl Findings {
    /// One value in the place of another, unless it is the same.
    pub fn values(&mut self, path: &str, field: &str, a: String, b: String) {
        if a != b {
            self.push(path, field, Change::Values { a, b });
        }
    }

    pub fn note(&mut self, path: &str, field: &str, note: impl Into<String>) {
        self.push(path, field, Change::Note { note: note.into() });
    }

    /// Lists side by side; beyond what is told of all, how many rows differ.
    pub fn rows(&mut self, path: &str, field: &str, rows: Vec<Row>) {
        if self.rows + rows.len() > MOST_ROWS {
            let differ =
                rows.iter().filter(|row| !matches!(row.kind, RowKind::Equal | RowKind::Skipped)).count();
            return self.note(path, field, format!("{differ} rows differ or more, which are left out"));
        }
        self.rows += rows.len();
        self.push(path, field, Change::Rows { rows });
    }

    fn push(&mut self, path: &str, field: &str, change: Change) {
        if self.list.len() == MOST {
            self.left_out += 1;
        } else {
            self.list.push(Finding { path: path.to_owned(), field: field.to_owned(), change });
        }
    }
}
