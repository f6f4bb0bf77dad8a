//! The files in an archive or a folder: the hash of each, and the content of those that tell something.

use std::collections::BTreeMap;
use std::fs::File as Handle;
use std::path::Path;

use super::Error;
use crate::archive::{Archive, Digest, Format, Limits, MemberKind};
use crate::tree::{Globs, Kind, Options, Symlinks, Tree};

/// Folders of a source that nothing is made of.
const NO_SOURCE: [&str; 4] = [".git/", ".hg/", ".svn/", "__pycache__/"];

/// Files by their paths.
#[derive(Debug, Default)]
pub(super) struct Files {
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
pub(super) struct File {
    pub sha256: Digest,
    pub size: u64,
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
            let content = crate::bounded::read(&place, crate::bounded::SOURCE)
                .map_err(|source| Error::Read { path: place, source })?;
            files.add(entry.path.to_string_lossy().into_owned(), content);
        }
        Ok(files)
    }

    /// An sdist has everything in one folder, which does not count.
    pub fn of_archive(path: &Path) -> Result<Files, Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        let refused = |source| Error::Archive { path: path.to_owned(), source: Box::new(source) };
        let mut file = Handle::open(path).map_err(read)?;
        let by_name = || Format::by_name(&path.to_string_lossy());
        let format = Format::detect(&mut file).map_err(read)?.or_else(by_name);
        let mut archive = match format {
            Some(format) => Archive::open_as(format, file, Limits::default()),
            None => Archive::open(file, Limits::default()),
        }
        .map_err(refused)?;
        let is_in_folder = matches!(archive, Archive::Tar(_));
        let (mut files, mut members) = (Files::default(), archive.members());
        while let Some(mut member) = members.next_member().map_err(refused)? {
            if member.kind == MemberKind::File {
                let content = member.bytes().map_err(refused)?;
                let path = member.path.as_str();
                let inner = path.split_once('/').filter(|_| is_in_folder).map_or(path, |(_, inner)| inner);
                files.add(inner.to_owned(), content);
            }
        }
        Ok(files)
    }

    fn add(&mut self, path: String, content: Vec<u8>) {
        let sha256 = Digest::of(&content);
        let tells = [".py", ".pyc", "/RECORD"].iter().any(|ending| path.ends_with(ending));
        let size = content.len() as u64;
        self.files.insert(path, File { sha256, size, content: tells.then_some(content) });
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// The file of a source that a build would put at this path: a build keeps the paths of modules, below one
    /// of a few folders, and never takes a file from anywhere else because it looks alike.
    pub fn at(&self, path: &str) -> Option<(&str, &File)> {
        let candidates = match Installed::of(path) {
            Installed::Module(path) => ROOTS.iter().map(|root| format!("{root}{path}")).collect(),
            Installed::Script(name) => SCRIPTS.iter().map(|root| format!("{root}{name}")).collect(),
            Installed::Licence(path) => vec![path.to_owned()],
        };
        let found = candidates.iter().find_map(|path| self.files.get_key_value(path))?;
        Some((found.0, found.1))
    }

    /// The metadata that a source distribution brings along, which a build puts there again.
    pub fn metadata(&self, name: &str) -> Option<(&str, &File)> {
        let is_it = |path: &&String| match path.rsplit_once('/') {
            None => name == "METADATA" && *path == "PKG-INFO",
            Some((folder, file)) => {
                let is_egg_info = folder.ends_with(".egg-info") && folder.matches('/').count() <= 1;
                is_egg_info && (file == name || name == "METADATA" && file == "PKG-INFO")
            }
        };
        let path = self.files.keys().find(is_it)?;
        Some((path, self.files.get(path)?))
    }

    /// The modules of this source that a build would put beside those of an artifact, and that are not in it:
    /// where each would be, and the file.
    pub fn left_out(&self, artifact: &Files) -> Vec<(String, String)> {
        let mut missing = Vec::new();
        for path in self.files.keys().filter(|path| path.ends_with(".py")) {
            let root = ROOTS.iter().rev().find(|root| path.starts_with(**root)).copied().unwrap_or_default();
            let installed = &path[root.len()..];
            let Some((top, _)) = installed.split_once('/') else { continue };
            let has_top = artifact.files.contains_key(&format!("{top}/__init__.py"));
            if has_top && !artifact.files.contains_key(installed) {
                missing.push((installed.to_owned(), path.clone()));
            }
        }
        missing
    }
}

/// The folders of a project that packages lie in.
const ROOTS: [&str; 4] = ["", "lib/", "python/", "src/"];

/// The folders of a project that scripts lie in.
const SCRIPTS: [&str; 4] = ["", "bin/", "scripts/", "tools/"];

/// What a member of a wheel is, and its path without what only wheels have.
enum Installed<'a> {
    Module(&'a str),
    Script(&'a str),
    Licence(&'a str),
}

impl Installed<'_> {
    fn of(path: &str) -> Installed<'_> {
        let mut parts = path.splitn(3, '/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(data), Some("scripts"), Some(rest)) if data.ends_with(".data") => Installed::Script(rest),
            (Some(data), Some(_), Some(rest)) if data.ends_with(".data") => Installed::Module(rest),
            (Some(info), Some("licenses" | "license_files"), Some(rest)) if info.ends_with(".dist-info") => {
                Installed::Licence(rest)
            }
            (Some(info), Some(name), None) if info.ends_with(".dist-info") => Installed::Licence(name),
            _ => Installed::Module(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_at_its_own_place_and_nowhere_else() {
        let mut files = Files::default();
        for path in
            ["a/m.py", "src/pkg/m.py", "src/pkg/n.py", "bin/tool.sh", "LICENSE", "pkg.egg-info/top_level.txt"]
        {
            files.add(path.to_owned(), path.as_bytes().to_vec());
        }
        let at = |path| files.at(path).map(|(path, _)| path);
        assert_eq!(at("pkg/n.py"), Some("src/pkg/n.py"));
        assert_eq!(at("m.py"), None);
        assert_eq!(at("pkg/elsewhere.py"), None);
        assert_eq!(at("m-1.data/scripts/tool.sh"), Some("bin/tool.sh"));
        assert_eq!(at("m-1.dist-info/licenses/LICENSE"), Some("LICENSE"));
        assert_eq!(files.metadata("top_level.txt").map(|(path, _)| path), Some("pkg.egg-info/top_level.txt"));
        assert_eq!(files.metadata("METADATA").map(|(path, _)| path), None);
    }

    #[test]
    fn a_module_that_was_left_out_is_missed() {
        let (mut source, mut artifact) = (Files::default(), Files::default());
        for path in ["src/pkg/__init__.py", "src/pkg/m.py", "tests/t.py", "setup.py"] {
            source.add(path.to_owned(), Vec::new());
        }
        artifact.add("pkg/__init__.py".to_owned(), Vec::new());
        assert_eq!(source.left_out(&artifact), [("pkg/m.py".to_owned(), "src/pkg/m.py".to_owned())]);
    }
}
