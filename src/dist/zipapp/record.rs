//! RECORD: what a wheel says that is in it, held against what is.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::wheel::WheelProblem;

/// Checks that a wheel has the files that its RECORD lists, as it lists them, and no other. `files`
/// are all but the folders.
pub(super) fn check<'a>(
    record: &[u8],
    dist_info: &str,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), WheelProblem> {
    let text = std::str::from_utf8(record).map_err(|_| WheelProblem::Record("is not UTF-8".to_owned()))?;
    let mut listed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let fields = fields(line);
        let [path, hash, size] = <[String; 3]>::try_from(fields)
            .map_err(|_| WheelProblem::Record(format!("has the line {line:?}, which is not three fields")))?;
        if listed.insert(path.clone(), (hash, size)).is_some() {
            return Err(WheelProblem::Record(format!("lists {path:?} twice")));
        }
    }
    for (path, bytes) in files {
        let Some((hash, size)) = listed.remove(path) else {
            if is_unlisted(path, dist_info) {
                continue;
            }
            return Err(WheelProblem::NotListed(path.to_owned()));
        };
        if is_unlisted(path, dist_info) && hash.is_empty() {
            continue;
        }
        let size_fits = size.is_empty() || size.parse() == Ok(bytes.len());
        if !size_fits || !hash_fits(&hash, bytes).ok_or_else(|| WheelProblem::NoHash(path.to_owned()))? {
            return Err(WheelProblem::Differs(path.to_owned()));
        }
    }
    // RECORD may list itself as long as it is there, which it is, and signatures that were taken off.
    match listed.into_keys().find(|path| !is_unlisted(path, dist_info) && !path.ends_with('/')) {
        Some(path) => Err(WheelProblem::Missing(path)),
        None => Ok(()),
    }
}

/// RECORD cannot tell its own hash, nor that of its signatures.
fn is_unlisted(path: &str, dist_info: &str) -> bool {
    let name = path.strip_prefix(dist_info).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| matches!(name, "RECORD" | "RECORD.jws" | "RECORD.p7s"))
}

/// None if there is no hash, or one that does not protect.
fn hash_fits(hash: &str, bytes: &[u8]) -> Option<bool> {
    let (algorithm, digest) = hash.split_once('=')?;
    let digest = digest.trim_end_matches('=');
    Some(match algorithm {
        "sha256" => base64(&Sha256::digest(bytes)) == digest,
        "sha384" => base64(&Sha384::digest(bytes)) == digest,
        "sha512" => base64(&Sha512::digest(bytes)) == digest,
        _ => return None,
    })
}

/// Base 64 in the alphabet for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = (0..=three.len()).map(|place| ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
        text.extend(digits.map(char::from));
    }
    text
}

/// The fields of a line of comma-separated values. No path in a wheel has a line end in it.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        let last = fields.len() - 1;
        match character {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                fields[last].push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields[last].push(other),
        }
    }
    fields
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

    #[test]
    fn base_64_has_no_padding_and_suits_urls() {
        for (bytes, text) in
            [(&b""[..], ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")]
        {
            assert_eq!(base64(bytes), text);
        }
    }

    #[test]
    fn fields_may_be_quoted() {
        assert_eq!(fields(r#""a,""b""",c,"#), ["a,\"b\"", "c", ""]);
    }
}
