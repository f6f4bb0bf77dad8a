//! RECORD: what a wheel says that is in it, held against what is.

use std::collections::BTreeMap;

use crate::record::{Record, Row};

use super::wheel::WheelProblem;

/// Checks that a wheel has the files that its RECORD lists, as it lists them, and no other. `files`
/// are all but the folders.
pub(super) fn check<'a>(
    record: &[u8],
    dist_info: &str,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), WheelProblem> {
    let mut listed = BTreeMap::new();
    for row in Record::parse(record)?.rows {
        if let Some(twice) = listed.insert(row.path.clone(), row) {
            return Err(WheelProblem::ListedTwice(twice.path));
        }
    }
    for (path, bytes) in files {
        match listed.remove(path) {
            None if is_unlisted(path, dist_info) => {}
            None => return Err(WheelProblem::NotListed(path.to_owned())),
            Some(row) if is_unlisted(path, dist_info) && row.hash.is_none() => {}
            Some(row) => check_row(&row, bytes)?,
        }
    }
    // RECORD may list itself as long as it is there, which it is, and signatures that were taken off.
    match listed.into_keys().find(|path| !is_unlisted(path, dist_info) && !path.ends_with('/')) {
        Some(path) => Err(WheelProblem::Missing(path)),
        None => Ok(()),
    }
}

fn check_row(row: &Row, bytes: &[u8]) -> Result<(), WheelProblem> {
    let hash_fits = row.hash.as_ref().and_then(|hash| hash.fits(bytes));
    let size_fits = row.size.is_none_or(|size| size == bytes.len() as u64);
    match hash_fits {
        None => Err(WheelProblem::NoHash(row.path.clone())),
        Some(true) if size_fits => Ok(()),
        Some(_) => Err(WheelProblem::Differs(row.path.clone())),
    }
}

/// RECORD cannot tell its own hash, nor that of its signatures.
fn is_unlisted(path: &str, dist_info: &str) -> bool {
    let name = path.strip_prefix(dist_info).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| matches!(name, "RECORD" | "RECORD.jws" | "RECORD.p7s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIST_INFO: &str = "m-1.dist-info";

    fn check_one(record: &str, bytes: &[u8]) -> Result<(), WheelProblem> {
        let files = [("m.py", bytes), ("m-1.dist-info/RECORD", record.as_bytes())];
        check(record.as_bytes(), DIST_INFO, files.into_iter())
    }

    #[test]
    fn what_is_listed_is_there_and_nothing_else() {
        let hash = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
        let line = |hash: &str, size: &str| format!("m.py,{hash},{size}\nm-1.dist-info/RECORD,,\n");
        assert!(check_one(&line(hash, "3"), b"abc").is_ok());
        assert!(check_one(&line(hash, ""), b"abc").is_ok());
        assert!(matches!(check_one(&line(hash, "4"), b"abc"), Err(WheelProblem::Differs(_))));
        assert!(matches!(check_one(&line(hash, "3"), b"abd"), Err(WheelProblem::Differs(_))));
        assert!(matches!(check_one(&line("", "3"), b"abc"), Err(WheelProblem::NoHash(_))));
        assert!(matches!(
            check_one(&line("md5=kAFQmDzST7DWlj99KOF_cg", ""), b"abc"),
            Err(WheelProblem::NoHash(_))
        ));
        assert!(matches!(check_one("m-1.dist-info/RECORD,,\n", b"abc"), Err(WheelProblem::NotListed(_))));
        let more = format!("{}n.py,{hash},3\n", line(hash, "3"));
        assert!(matches!(check_one(&more, b"abc"), Err(WheelProblem::Missing(_))));
        assert!(matches!(check_one("m.py,x\n", b"abc"), Err(WheelProblem::Record(_))));
    }
}
