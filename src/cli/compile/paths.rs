//! The files and folders that are named: by arguments, in a list, on standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// What ends a name in a list.
#[derive(Clone, Copy)]
pub enum Ends {
    /// The line. Blanks around the name are not of it.
    Line,
    /// A NUL, so that a name may have anything in it.
    Nul,
}

/// All that are named, in that order. A single `-` stands for the lines of standard input, as for
/// `py_compile`.
pub fn named(arguments: &[PathBuf], list: Option<&Path>, ends: Ends) -> anyhow::Result<Vec<PathBuf>> {
    let standard_input = Path::new("-");
    let mut paths = match arguments {
        [one] if one == standard_input => names(&read_input()?, ends),
        others => others.to_vec(),
    };
    if let Some(list) = list {
        let text = if list == standard_input {
            read_input()?
        } else {
            read_all(File::open(list)).with_context(|| format!("cannot read the list {}", list.display()))?
        };
        paths.extend(names(&text, ends));
    }
    Ok(paths)
}

fn read_input() -> anyhow::Result<Vec<u8>> {
    read_all(Ok(io::stdin().lock())).context("cannot read standard input")
}

/// The longest list.
const LONGEST: u64 = 1 << 30;

fn read_all(list: io::Result<impl Read>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    list?.take(LONGEST + 1).read_to_end(&mut text)?;
    match text.len() as u64 <= LONGEST {
        true => Ok(text),
        false => Err(io::Error::other(format!("it has more than {LONGEST} bytes"))),
    }
}

/// The paths in a list, without empty ones.
fn names(text: &[u8], ends: Ends) -> Vec<PathBuf> {
    let names: Vec<&[u8]> = match ends {
        Ends::Line => text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect(),
        Ends::Nul => text.split(|byte| *byte == 0).collect(),
    };
    names.into_iter().filter(|name| !name.is_empty()).map(path).collect()
}

#[cfg(unix)]
fn path(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(name).into()
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).into_owned().into()
}
