//! The programs to compare, in the order in which `tests/it/oracle/whole.py` compiles them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A source and what it is called.
pub struct Program {
    pub name: String,
    pub source: Vec<u8>,
    /// One of the many in a file, which has no file of its own.
    pub is_bundled: bool,
}

/// The files below the paths: Python sources of folders, and everything that is named itself.
pub fn files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let path = std::path::absolute(path)?;
        if path.is_dir() { walk(&path, &mut files)? } else { files.push(path) }
    }
    // A list of names has one a line.
    files.retain(|file| file.to_str().is_some_and(|name| !name.contains('\n')));
    Ok(files)
}

/// Whether a file holds many programs.
pub fn is_bundle(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "bin")
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> =
        folder.read_dir()?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() && !entry.is_symlink() {
            walk(&entry, files)?;
        } else if entry.is_file() && entry.extension().is_some_and(|extension| extension == "py") {
            files.push(entry);
        }
    }
    Ok(())
}

/// All programs of the files. A file named `*.bin` holds many, each behind its length (4 bytes, little endian).
pub fn programs(files: &[PathBuf]) -> impl Iterator<Item = io::Result<Program>> {
    files.iter().flat_map(|file| match programs_of(file) {
        Ok(programs) => programs.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}

fn programs_of(file: &Path) -> io::Result<Vec<Program>> {
    let data = fs::read(file)?;
    let name = file.to_string_lossy().into_owned();
    if !is_bundle(file) {
        return Ok(vec![Program { name, source: data, is_bundled: false }]);
    }
    let mut programs = Vec::new();
    let mut rest = data.as_slice();
    while let Some((size, tail)) = rest.split_first_chunk::<4>() {
        let size = u32::from_le_bytes(*size) as usize;
        let (source, tail) = tail.split_at_checked(size).ok_or(io::ErrorKind::UnexpectedEof)?;
        let name = format!("{name}:{}", programs.len());
        programs.push(Program { name, source: source.to_vec(), is_bundled: true });
        rest = tail;
    }
    Ok(programs)
}
