//! The `#!` line of an application.

use std::io::{self, BufRead, BufReader, Read};

/// No interpreter has a longer name; what goes on for longer is no text.
const LONGEST: u64 = 1 << 16;

/// The first line of an application that this interpreter is to run; nothing if none is named.
///
/// ```
/// use pyrepro::dist::zipapp::shebang;
///
/// assert_eq!(shebang::line("/usr/bin/env python3"), b"#!/usr/bin/env python3\n");
/// assert_eq!(shebang::line(""), b"");
/// ```
pub fn line(interpreter: &str) -> Vec<u8> {
    match interpreter {
        "" => Vec::new(),
        _ => format!("#!{interpreter}\n").into_bytes(),
    }
}

/// The interpreter that a file names in its first line.
///
/// ```
/// use pyrepro::dist::zipapp::shebang;
///
/// let named = shebang::interpreter(&b"#!/usr/bin/python3 \nPK"[..])?;
/// assert_eq!(named.as_deref(), Some("/usr/bin/python3"));
/// assert_eq!(shebang::interpreter(&b"PK"[..])?, None);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn interpreter(file: impl Read) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    BufReader::new(file.take(LONGEST)).read_until(b'\n', &mut line)?;
    let named = line.strip_prefix(b"#!").map(|rest| String::from_utf8_lossy(rest).trim().to_owned());
    Ok(named.filter(|name| !name.is_empty()))
}

/// The command or path that such a line runs in the end, without options and `env`.
///
/// ```
/// use pyrepro::dist::zipapp::shebang;
///
/// assert_eq!(shebang::command("/usr/bin/env -S python3.12 -I"), Some("python3.12"));
/// assert_eq!(shebang::command("/opt/py/bin/python -OO"), Some("/opt/py/bin/python"));
/// assert_eq!(shebang::command("/usr/bin/env"), None);
/// ```
pub fn command(interpreter: &str) -> Option<&str> {
    let mut words = interpreter.split_whitespace();
    let first = words.next()?;
    match first.rsplit('/').next() {
        Some("env") => words.find(|word| !word.starts_with('-') && !word.contains('=')),
        _ => Some(first),
    }
}
