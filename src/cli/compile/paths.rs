//! The files and folders that are named: by arguments, in a list, on standard input.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// All that are named, in that order. A single `-` stands for the lines of standard input, as for
/// `py_compile`.
pub fn named(arguments: &[PathBuf], list: Option<&Path>) -> anyhow::Result<Vec<PathBuf>> {
    let standard_input = Path::new("-");
    let mut paths = match arguments {
        [one] if one == standard_input => lines(&read_input()?),
        others => others.to_vec(),
    };
    if let Some(list) = list {
        let text = if list == standard_input {
            read_input()?
        } else {
            fs::read(list).with_context(|| format!("cannot read the list {}", list.display()))?
        };
        paths.extend(lines(&text));
    }
    Ok(paths)
}

fn read_input() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text).context("cannot read standard input")?;
    Ok(text)
}

/// The paths on the lines that are not blank, without the blanks around them.
fn lines(text: &[u8]) -> Vec<PathBuf> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).map(path).collect()
}

#[cfg(unix)]
fn path(line: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(line).into()
}

#[cfg(not(unix))]
fn path(line: &[u8]) -> PathBuf {
    String::from_utf8_lossy(line).into_owned().into()
}
