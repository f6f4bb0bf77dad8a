//! RECORD: what a wheel, or an installed distribution, says that is in it.

mod check;
mod csv;
mod hash;

use std::fmt;

pub use check::{Mismatch, Present, check};
pub use hash::{BadHash, Hash};

/// The rows of a RECORD, in their order.
///
/// ```
/// use pyrepro_archive::record::{Record, Row};
///
/// let record = Record { rows: vec![Row::of("m.py", b"abc"), Row::unhashed("m-1.dist-info/RECORD")] };
/// let text = "m.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\nm-1.dist-info/RECORD,,\n";
/// assert_eq!(record.to_string(), text);
/// assert_eq!(Record::parse(text.as_bytes())?, record);
/// # Ok::<(), pyrepro_archive::record::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// One for each file.
    pub rows: Vec<Row>,
}

/// What is said of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its path, from where the distribution is.
    pub path: String,
    /// The hash of its content. RECORD cannot tell its own.
    pub hash: Option<Hash>,
    /// Its size in bytes.
    pub size: Option<u64>,
}

impl Row {
    /// The row of a file with this content.
    ///
    /// ```
    /// # use pyrepro_archive::record::Row;
    /// assert_eq!(Row::of("empty.py", b"").size, Some(0));
    /// ```
    pub fn of(path: impl Into<String>, content: &[u8]) -> Row {
        let (hash, size) = (Hash::sha256_of(content), content.len() as u64);
        Row { path: path.into(), hash: Some(hash), size: Some(size) }
    }

    /// The row of RECORD itself.
    ///
    /// ```
    /// # use pyrepro_archive::record::Row;
    /// assert_eq!(Row::unhashed("m-1.dist-info/RECORD").hash, None);
    /// ```
    pub fn unhashed(path: impl Into<String>) -> Row {
        Row { path: path.into(), hash: None, size: None }
    }
}

impl Record {
    /// Reads a RECORD. What is there once only in a well-formed one, is not checked.
    ///
    /// ```
    /// # use pyrepro_archive::record::Record;
    /// let error = Record::parse(b"m.py,,\nm.py\n").unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: \"m.py\" is not a path, a hash and a size");
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Record, Error> {
        let text = std::str::from_utf8(bytes).map_err(|error| Error::NotUtf8(error.valid_up_to()))?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
        let rows =
            lines.map(|(index, line)| row(line).map_err(|problem| Error::Row { line: index + 1, problem }));
        Ok(Record { rows: rows.collect::<Result<_, _>>()? })
    }
}

fn row(line: &str) -> Result<Row, Problem> {
    let shown = || line.chars().take(200).collect();
    let [path, hash, size] =
        <[String; 3]>::try_from(csv::fields(line)).map_err(|_| Problem::Fields(shown()))?;
    let hash = match hash.as_str() {
        "" => None,
        hash => Some(hash.parse()?),
    };
    let size = match size.as_str() {
        "" => None,
        size => Some(size.parse().map_err(|_| Problem::Size(shown()))?),
    };
    Ok(Row { path, hash, size })
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},", csv::field(&self.path))?;
        if let Some(hash) = &self.hash {
            write!(f, "{hash}")?;
        }
        match self.size {
            Some(size) => write!(f, ",{size}"),
            None => write!(f, ","),
        }
    }
}

/// Why something is not a RECORD.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not text.
    #[error("it is not UTF-8 at offset {0}")]
    NotUtf8(usize),
    /// A line that is no row.
    #[error("line {line}: {problem}")]
    Row {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What can be wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// More or less than three fields.
    #[error("{0:?} is not a path, a hash and a size")]
    Fields(String),
    /// A size that is no number.
    #[error("{0:?} does not end with a size")]
    Size(String),
    /// A hash that is none.
    #[error(transparent)]
    Hash(#[from] BadHash),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for path in ["a.py", "a,b.py", "with \"quotes\".py", "été.py", " ", "\"", "#,\""] {
            let record = Record { rows: vec![Row::of(path, b"x"), Row::unhashed(path)] };
            assert_eq!(Record::parse(record.to_string().as_bytes()), Ok(record));
        }
    }

    #[test]
    fn either_line_end_will_do() {
        assert_eq!(Record::parse(b"a,,\r\nb,,\r\n"), Record::parse(b"a,,\nb,,"));
    }

    #[test]
    fn what_is_no_row_is_told_with_its_line() {
        for (text, told) in [
            (&b"a,b\n"[..], "line 1: \"a,b\" is not a path, a hash and a size"),
            (b"a,,\n\nb,,x\n", "line 3: \"b,,x\" does not end with a size"),
            (b"a,,-1\n", "line 1: \"a,,-1\" does not end with a size"),
            (b"a,\"sha256=a\"\"b\",1\n", "line 1: \"sha256=a\\\"b\" is not a hash such as sha256=…"),
            (b"a,abc,\n", "line 1: \"abc\" is not a hash such as sha256=…"),
            (b"\xff,,\n", "it is not UTF-8 at offset 0"),
        ] {
            assert_eq!(Record::parse(text).unwrap_err().to_string(), told);
        }
    }
}
