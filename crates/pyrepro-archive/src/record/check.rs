//! RECORD held against the files of its wheel.

use std::collections::HashMap;

use super::{Hash, Record, Row};

/// A file that there is, but for its content.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// Its path in the wheel.
    pub path: &'a str,
    /// How many bytes it has.
    pub size: u64,
}

/// Something that RECORD says and is not so, or does not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Two rows of one path.
    #[error("RECORD has two rows for {0:?}")]
    Twice(String),
    /// A file without a row.
    #[error("RECORD has no row for {0:?}")]
    NotListed(String),
    /// A row without a file.
    #[error("RECORD has a row for {0:?}, which is not there")]
    Missing(String),
    /// A row that does not say what the file is.
    #[error("{:?} is not what the RECORD says, {:?}", .0.path, .0.to_string())]
    Differs(Row),
    /// A row without a hash, or with one that does not protect.
    #[error("RECORD has no SHA-2 hash in the row {:?}, so nobody can tell whether the file was changed", .0.to_string())]
    NoHash(Row),
}

impl Mismatch {
    /// The file that it is about.
    ///
    /// ```
    /// use pyrepro_archive::record::Mismatch;
    ///
    /// assert_eq!(Mismatch::NotListed("m.py".to_owned()).path(), "m.py");
    /// ```
    pub fn path(&self) -> &str {
        match self {
            Mismatch::Twice(path) | Mismatch::NotListed(path) | Mismatch::Missing(path) => path,
            Mismatch::Differs(row) | Mismatch::NoHash(row) => &row.path,
        }
    }
}

/// Holds a RECORD against all files of its wheel, folders left out. `place` is the path of the RECORD itself,
/// which cannot tell its own hash, and `fits` says whether a file has a hash (nothing of one that does not
/// protect).
///
/// What is listed twice comes first, then what is wrong with files in their order, then what is not there in
/// the order of the rows. Rows of folders and of signatures that were taken off are no mismatch.
///
/// ```
/// use std::convert::Infallible;
/// use pyrepro_archive::record::{Mismatch, Present, Record, check};
///
/// let record = Record::parse(b"n.py,,\n")?;
/// let files = [Present { path: "m.py", size: 3 }];
/// let found = check(&record, "m-1.dist-info/RECORD", files, |_, hash| Ok::<_, Infallible>(hash.fits(b"abc")));
/// let names = ["m.py", "n.py"].map(str::to_owned);
/// let [there, listed] = names;
/// assert_eq!(found.unwrap(), [Mismatch::NotListed(there), Mismatch::Missing(listed)]);
/// # Ok::<(), pyrepro_archive::record::Error>(())
/// ```
pub fn check<'a, E>(
    record: &Record,
    place: &str,
    files: impl IntoIterator<Item = Present<'a>>,
    mut fits: impl FnMut(&str, &Hash) -> Result<Option<bool>, E>,
) -> Result<Vec<Mismatch>, E> {
    let mut mismatches = Vec::new();
    let mut rows: HashMap<&str, &Row> = HashMap::with_capacity(record.rows.len());
    for row in &record.rows {
        if rows.insert(&row.path, row).is_some() {
            mismatches.push(Mismatch::Twice(row.path.clone()));
        }
    }
    for Present { path, size } in files {
        let row = rows.remove(path);
        if path == place {
            continue;
        }
        match row {
            None if is_signature(path, place) => {}
            None => mismatches.push(Mismatch::NotListed(path.to_owned())),
            Some(row) if row.hash.is_none() && is_signature(path, place) => {}
            Some(row) => {
                let fits = row.hash.as_ref().map_or(Ok(None), |hash| fits(path, hash))?;
                mismatches.extend(of_row(row, size, fits));
            }
        }
    }
    let may_be_gone = |path: &str| path == place || is_signature(path, place) || path.ends_with('/');
    let missing = record.rows.iter().map(|row| row.path.as_str());
    // Each once, though there may be two rows.
    let missing = missing.filter(|path| !may_be_gone(path) && rows.remove(path).is_some());
    mismatches.extend(missing.map(|path| Mismatch::Missing(path.to_owned())).collect::<Vec<_>>());
    Ok(mismatches)
}

fn of_row(row: &Row, size: u64, fits: Option<bool>) -> Option<Mismatch> {
    match fits {
        None => Some(Mismatch::NoHash(row.clone())),
        Some(true) if row.size.is_none_or(|said| said == size) => None,
        Some(_) => Some(Mismatch::Differs(row.clone())),
    }
}

/// What signs a RECORD cannot be in it with its hash.
fn is_signature(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| matches!(rest, ".jws" | ".p7s"))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const PLACE: &str = "m-1.dist-info/RECORD";
    const HASH: &str = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";

    fn check_one(record: &str, content: &[u8]) -> Vec<Mismatch> {
        let record = Record::parse(record.as_bytes()).unwrap();
        let signature = format!("{PLACE}.jws");
        let files = [("m.py", content.len() as u64), (PLACE, 9), (&signature, 9)];
        let files = files.map(|(path, size)| Present { path, size });
        check(&record, PLACE, files, |_, hash| Ok::<_, Infallible>(hash.fits(content))).unwrap()
    }

    #[test]
    fn what_is_listed_is_there_and_nothing_else() {
        let line = |hash: &str, size: &str| format!("m.py,{hash},{size}\n{PLACE},,\n");
        let row = |text: &str| Record::parse(text.as_bytes()).unwrap().rows.remove(0);
        assert_eq!(check_one(&line(HASH, "3"), b"abc"), []);
        assert_eq!(check_one(&line(HASH, ""), b"abc"), []);
        for (text, content) in [(line(HASH, "4"), b"abc"), (line(HASH, "3"), b"abd")] {
            assert_eq!(check_one(&text, content), [Mismatch::Differs(row(&text))]);
        }
        for text in [line("", "3"), line("md5=kAFQmDzST7DWlj99KOF_cg", "")] {
            assert_eq!(check_one(&text, b"abc"), [Mismatch::NoHash(row(&text))]);
        }
        assert_eq!(check_one(&format!("{PLACE},,\n"), b"abc"), [Mismatch::NotListed("m.py".to_owned())]);
        let more = format!("{}n.py,{HASH},3\nfolder/,,\n{PLACE}.p7s,,\n", line(HASH, "3"));
        assert_eq!(check_one(&more, b"abc"), [Mismatch::Missing("n.py".to_owned())]);
        let twice = line(HASH, "3") + &line(HASH, "3");
        let names = ["m.py", PLACE].map(|path| Mismatch::Twice(path.to_owned()));
        assert_eq!(check_one(&twice, b"abc"), names);
    }

    #[test]
    fn longer_hashes_protect_too() {
        let long: Hash =
            "sha512=3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05ohkpkqJ0_BqDa6PCOj_uu9RU1EI2Q86A4qmslPpUyknw"
                .parse()
                .unwrap();
        assert_eq!(long.fits(b"abc"), Some(true));
        assert_eq!(check_one(&format!("m.py,{long},3\n"), b"abc"), []);
    }
}
