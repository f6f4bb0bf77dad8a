//! The files of a project that go into its artifacts, found in its folder.

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::excludes::Excludes;
use crate::archive::MemberPath;
use crate::dist::{BuildWarning, Error};
use crate::lock::lock;
use crate::project::LicensePattern;
use crate::tree::{self, Globs, Kind, Tree};

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dist) struct File {
    /// Where it is.
    pub place: PathBuf,
    pub size: u64,
    pub executable: bool,
}

/// Files by their path from the project's folder, which a member of an archive could have.
#[derive(Debug, Default)]
pub(in crate::dist) struct Files {
    pub by_path: BTreeMap<String, File>,
    pub warnings: Vec<BuildWarning>,
}

/// What was found in folders, each walked once for all artifacts that leave out the same.
#[derive(Debug, Default)]
pub(in crate::dist) struct Walks(Mutex<HashMap<Walk, Arc<[tree::Entry]>>>);

/// A folder, and the patterns of what is left out of it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Walk {
    folder: String,
    excludes: Vec<String>,
}

/// How the files of a project are found.
pub(in crate::dist) struct Finder<'a> {
    pub root: &'a Path,
    pub excludes: &'a Excludes,
    pub walks: &'a Walks,
    /// Says which files are artifacts that were made of the project before.
    pub is_output: &'a dyn Fn(&Path) -> bool,
}

impl Finder<'_> {
    /// Adds a file that is needed, whatever excludes say.
    pub fn add_file(&self, files: &mut Files, path: &str) -> Result<(), Error> {
        let entry = Tree::entry(self.root, Path::new(path))?;
        self.put(files, &entry)
    }

    /// Adds a file unless it is excluded.
    pub fn add_module_file(&self, files: &mut Files, path: &str) -> Result<(), Error> {
        match self.excludes.silent.matches(path.as_ref(), false) {
            true => Ok(()),
            false => self.add_file(files, path),
        }
    }

    /// Adds everything below a folder that is not excluded.
    pub fn add_folder(&self, files: &mut Files, folder: &str) -> Result<(), Error> {
        let walk = Walk { folder: folder.to_owned(), excludes: self.excludes.patterns.clone() };
        let known = lock(&self.walks.0).get(&walk).cloned();
        let entries = match known {
            Some(entries) => entries,
            None => {
                let tree = Tree::walk(self.root, &self.options(folder, Globs::default()))?;
                let entries: Arc<[tree::Entry]> = tree.entries().into();
                lock(&self.walks.0).insert(walk, Arc::clone(&entries));
                entries
            }
        };
        self.put_files(files, &entries)
    }

    /// Adds what matches patterns, each of which begins with a `/`, and what is below of it.
    pub fn add_matching(&self, files: &mut Files, patterns: &[String]) -> Result<(), Error> {
        for pattern in patterns {
            // Only the folder that a pattern is about is looked into.
            let path = pattern.strip_prefix('/').unwrap_or(pattern);
            let (folder, is_deep) = split(path);
            match is_deep {
                // What is not there has nothing to include.
                true if !self.root.join(folder).is_dir() => {}
                true => self.walk(files, folder, Globs::new([pattern])?)?,
                false => self.add_matching_in(files, folder, &Globs::new([pattern])?)?,
            }
        }
        Ok(())
    }

    /// The same for what is directly in a folder.
    fn add_matching_in(&self, files: &mut Files, folder: &str, globs: &Globs) -> Result<(), Error> {
        for (path, is_folder) in self.list(folder)? {
            let is_out = || self.excludes.silent.matches(path.as_ref(), is_folder);
            if !globs.matches(path.as_ref(), is_folder) || is_out() {
                continue;
            }
            match is_folder {
                true => self.add_folder(files, &path)?,
                false => self.put(files, &Tree::entry(self.root, path.as_ref())?)?,
            }
        }
        Ok(())
    }

    /// The paths of files that match licence patterns.
    pub fn licenses(&self, patterns: &[LicensePattern]) -> Result<Vec<String>, Error> {
        let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut found = Vec::new();
        for pattern in patterns {
            let text = pattern.to_string();
            let (folder, is_deep) = split(&text);
            if is_deep {
                let mut files = Files::default();
                self.walk(&mut files, folder, Globs::new([format!("/{text}")])?)?;
                found.extend(files.by_path.into_keys().filter(|path| pattern.matches(path)));
                continue;
            }
            let paths = match listed.entry(folder.to_owned()) {
                Place::Occupied(place) => place.into_mut(),
                Place::Vacant(place) => place.insert(self.files_in(folder)?),
            };
            found.extend(paths.iter().filter(|path| pattern.matches(path)).cloned());
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|path| path != PKG_INFO);
        Ok(found)
    }

    /// The paths of what is in a folder and is none.
    fn files_in(&self, folder: &str) -> Result<Vec<String>, Error> {
        let files = self.list(folder)?.into_iter().filter(|(_, is_folder)| !is_folder);
        Ok(files.map(|(path, _)| path).collect())
    }

    /// The paths of what is in a folder and has a name that is text, and whether each is a folder.
    fn list(&self, folder: &str) -> Result<Vec<(String, bool)>, Error> {
        let place = self.root.join(folder);
        let failed = |source| Error::Read { path: place.clone(), source };
        let mut found = Vec::new();
        if !crate::there::is_folder(&place).map_err(failed)? {
            return Ok(found);
        }
        for entry in std::fs::read_dir(&place).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if let Ok(name) = entry.file_name().into_string() {
                let is_folder = crate::there::is_folder(&entry.path()).map_err(failed)?;
                found.push((super::modules::below(folder, &name), is_folder));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn walk(&self, files: &mut Files, folder: &str, include: Globs) -> Result<(), Error> {
        self.put_files(files, Tree::walk(self.root, &self.options(folder, include))?.entries())
    }

    fn options(&self, folder: &str, include: Globs) -> tree::Options {
        tree::Options {
            below: folder.into(),
            include,
            exclude: self.excludes.silent.clone(),
            ..tree::Options::default()
        }
    }

    fn put_files(&self, files: &mut Files, entries: &[tree::Entry]) -> Result<(), Error> {
        let mut found = entries.iter().filter(|entry| matches!(entry.kind, Kind::File { .. }));
        found.try_for_each(|entry| self.put(files, entry))
    }

    fn put(&self, files: &mut Files, entry: &tree::Entry) -> Result<(), Error> {
        let place = self.root.join(&entry.path);
        if (self.is_output)(&place) || entry.path == Path::new(PKG_INFO) {
            return Ok(());
        }
        let Kind::File { executable, size } = entry.kind else {
            return Err(Error::NotAFile { path: place });
        };
        let path = MemberPath::from_path(&entry.path)?.to_string();
        if self.excludes.is_secret(path.rsplit('/').next().unwrap_or(&path)) {
            files.warnings.push(BuildWarning::LeftOut(path));
            return Ok(());
        }
        if is_key(&place, size) {
            files.warnings.push(BuildWarning::Key(path.clone()));
        }
        files.by_path.insert(path, File { place, size, executable });
        Ok(())
    }
}

/// Whether there is a private key in a file that may well hold one.
fn is_key(place: &Path, size: u64) -> bool {
    const LONGEST: u64 = 1 << 16;
    let mark = b"PRIVATE KEY-----";
    place.extension().is_some_and(|ending| ending == "pem" || ending == "key")
        && size <= LONGEST
        && crate::bounded::read(place, crate::bounded::DOCUMENT)
            .is_ok_and(|bytes| bytes.windows(mark.len()).any(|part| part == mark))
}

/// What an sdist has of its metadata, which is made anew for each.
const PKG_INFO: &str = "PKG-INFO";

/// The folder that all matches of a pattern are in, and whether they may be deeper than that.
fn split(pattern: &str) -> (&str, bool) {
    let magic = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    let end = pattern[..magic].trim_end_matches('/').rfind('/');
    // What has no magic at all is matched by its last name.
    let end = if magic == pattern.len() { end } else { pattern[..magic].rfind('/') };
    let is_deep = |rest: &str| rest.contains("**") || rest.trim_end_matches('/').contains('/');
    match end {
        Some(end) => (&pattern[..end], is_deep(&pattern[end + 1..])),
        None => ("", is_deep(pattern)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_looked_for_in_the_one_folder_that_it_is_about() {
        for (pattern, expected) in [
            ("README.md", ("", false)),
            ("docs/a.md", ("docs", false)),
            ("docs/", ("", false)),
            ("a/docs/", ("a", false)),
            ("docs/*.md", ("docs", false)),
            ("docs/**", ("docs", true)),
            ("docs/**/*.md", ("docs", true)),
            ("*/a.md", ("", true)),
            ("**/LICENSE", ("", true)),
            ("a/b*/c", ("a", true)),
            ("LICEN[CS]E*", ("", false)),
        ] {
            assert_eq!(split(pattern), expected, "{pattern}");
        }
    }
}
