//! The files in an archive or a folder: the hash of each, and the content of those that tell something.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File as Handle};
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Error;
use crate::archive::{Limits, gzip, tar, zip};
use crate::tree::{Globs, Kind, Options, Symlinks, Tree};

/// Folders of a source that nothing is made of.
const NO_SOURCE: [&str; 4] = [".git/", ".hg/", ".svn/", "__pycache__/"];

/// Files by their paths.
#[derive(Debug, Default)]
pub(super) struct Files {
    files: BTreeMap<String, File>,
    /// The paths of files with this content, in order.
    by_content: HashMap<[u8; 32], Vec<String>>,
    /// The paths of files with this name, in order.
    by_name: HashMap<String, Vec<String>>,
}

#[derive(Debug)]
pub(super) struct File {
    pub sha256: [u8; 32],
    /// Of sources, bytecode and RECORD.
    pub content: Option<Vec<u8>>,
}

impl Files {
    /// What is in a folder, an sdist or a wheel.
    pub fn of(path: &Path) -> Result<Files, Error> {
        if !path.is_dir() {
            return Files::of_archive(path);
        }
        let exclude = Globs::new(NO_SOURCE).expect("these are patterns");
        let options = Options { exclude, symlinks: Symlinks::Skip, skip_special: true, ..Options::default() };
        let tree = Tree::walk(path, &options)?;
        let mut files = Files::default();
        for entry in tree.entries().iter().filter(|entry| matches!(entry.kind, Kind::File { .. })) {
            let place = tree.locate(entry);
            let content = fs::read(&place).map_err(|source| Error::Read { path: place, source })?;
            files.add(entry.path.to_string_lossy().into_owned(), content);
        }
        Ok(files)
    }

    pub fn of_archive(path: &Path) -> Result<Files, Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        let mut file = Handle::open(path).map_err(read)?;
        let mut head = [0; 2];
        let length = file.read(&mut head).map_err(read)?;
        file.rewind().map_err(read)?;
        let refused = |source| Error::Archive { path: path.to_owned(), source: Box::new(source) };
        match head[..length] {
            [0x1f, 0x8b] => {
                let unpacked = gzip::Reader::new(BufReader::new(file), Limits::default()).map_err(refused)?;
                Files::of_tar(unpacked).map_err(refused)
            }
            _ if is_tar(path) => Files::of_tar(BufReader::new(file)).map_err(refused),
            _ => Files::of_zip(file).map_err(refused),
        }
    }

    fn of_zip(file: Handle) -> Result<Files, crate::archive::ReadError> {
        let mut reader = zip::Reader::open(file, Limits::default())?;
        let mut files = Files::default();
        for index in 0..reader.members().len() {
            if reader.members()[index].kind == zip::Kind::File {
                let content = reader.bytes(index)?;
                files.add(reader.members()[index].path.to_string(), content);
            }
        }
        Ok(files)
    }

    /// An sdist has everything in one folder, which does not count.
    fn of_tar(source: impl Read) -> Result<Files, crate::archive::ReadError> {
        let mut reader = tar::Reader::new(source, Limits::default());
        let mut files = Files::default();
        while let Some(member) = reader.next_member()? {
            if matches!(member.kind, tar::Kind::File) {
                let path = member.path.as_str();
                let path = path.split_once('/').map_or(path, |(_, rest)| rest).to_owned();
                files.add(path, reader.bytes()?);
            }
        }
        Ok(files)
    }

    fn add(&mut self, path: String, content: Vec<u8>) {
        let sha256: [u8; 32] = Sha256::digest(&content).into();
        self.by_content.entry(sha256).or_default().push(path.clone());
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        self.by_name.entry(name).or_default().push(path.clone());
        let tells = [".py", ".pyc", "/RECORD"].iter().any(|ending| path.ends_with(ending));
        self.files.insert(path, File { sha256, content: tells.then_some(content) });
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// The path of a file with this content, that of the same path where there are several.
    pub fn with_content(&self, path: &str, sha256: &[u8; 32]) -> Option<&str> {
        let same = self.by_content.get(sha256)?;
        let installed = installed(path);
        let best = same.iter().find(|other| ends_with(other, installed));
        best.or(same.first()).map(String::as_str)
    }

    /// The file that would be installed at a path: modules may be below `src` or another folder.
    pub fn at(&self, path: &str) -> Option<(&str, &File)> {
        let installed = installed(path);
        let name = installed.rsplit('/').next().unwrap_or(installed);
        let likely = self.by_name.get(name)?.iter().find(|other| ends_with(other, installed))?;
        Some((likely, self.files.get(likely)?))
    }
}

/// A member's path without the folder of a scheme, such as `m-1.data/scripts/`.
fn installed(path: &str) -> &str {
    let mut parts = path.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(data), Some(_), Some(rest)) if data.ends_with(".data") => rest,
        _ => path,
    }
}

fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with('/'))
}

fn is_tar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_content_and_by_its_place() {
        let mut files = Files::default();
        for (path, content) in
            [("a/m.py", "1"), ("src/pkg/m.py", "1"), ("src/pkg/n.py", "2"), ("tool.sh", "3")]
        {
            files.add(path.to_owned(), content.as_bytes().to_vec());
        }
        let hash = |text: &str| Sha256::digest(text).into();
        assert_eq!(files.with_content("pkg/m.py", &hash("1")), Some("src/pkg/m.py"));
        assert_eq!(files.with_content("elsewhere.py", &hash("1")), Some("a/m.py"));
        assert_eq!(files.with_content("pkg/m.py", &hash("9")), None);
        assert_eq!(files.at("pkg/n.py").map(|(path, _)| path), Some("src/pkg/n.py"));
        assert_eq!(files.at("m-1.data/scripts/tool.sh").map(|(path, _)| path), Some("tool.sh"));
        assert_eq!(files.at("g/n.py").map(|(path, _)| path), None);
    }
}
