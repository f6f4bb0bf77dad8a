//! All that is in a folder of distributions, and what its RECORDs claim.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::distribution::{self, Distribution};
use super::finding::{Finding, Problem};
use super::{Error, walk};
use crate::pyc::CachedName;
use crate::record::{Hash, Row};
use crate::tree::Globs;

/// A folder of distributions.
#[derive(Debug)]
pub(super) struct Listing {
    /// What is installed there, in order.
    pub distributions: Vec<Distribution>,
    /// What is to be looked at, by path.
    pub files: Vec<Listed>,
    /// What the listing itself has brought to light.
    pub findings: Vec<Finding>,
}

/// A file, with what is known of it before it is read.
#[derive(Debug)]
pub(super) struct Listed {
    pub path: PathBuf,
    /// What RECORD says.
    pub claim: Option<Claim>,
    /// Its bytecode.
    pub bytecode: Vec<PathBuf>,
}

/// What a distribution says of a file.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// Which distribution, by its number.
    pub distribution: usize,
    pub hash: Option<Hash>,
    pub size: Option<u64>,
    /// Whether RECORD need not tell a hash.
    pub may_lack_hash: bool,
}

/// What is found on the way to a [`Listing`].
struct Work<'a> {
    site: &'a Path,
    prefix: PathBuf,
    exclude: &'a Globs,
    distributions: Vec<Distribution>,
    /// By the path as text: paths themselves are compared part by part, which takes long.
    claims: HashMap<OsString, Claim>,
    findings: Vec<Finding>,
    /// Whether there is a RECORD that cannot be read, which could list anything.
    unread: bool,
}

impl Listing {
    pub fn of(site: &Path, exclude: &Globs) -> Result<Listing, Error> {
        let site =
            &std::path::absolute(site).map_err(|source| Error::Read { path: site.to_owned(), source })?;
        let there = walk::files(site, exclude)?;
        let mut work = Work {
            site,
            prefix: prefix(site),
            exclude,
            distributions: Vec::new(),
            claims: HashMap::new(),
            findings: Vec::new(),
            unread: false,
        };
        for folder in there.dist_infos {
            work.take(&folder);
        }
        Ok(work.listing(there.files))
    }
}

/// Where the environment is that a folder of distributions is in, as far as its path tells.
fn prefix(site: &Path) -> PathBuf {
    let is = |path: &Path, start: &str| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start))
    };
    match site.parent() {
        Some(python) if is(python, "python") || is(python, "pypy") => {
            python.ancestors().nth(2).unwrap_or(python).to_owned()
        }
        Some(library) if is(library, "lib") || is(library, "Lib") => {
            library.parent().unwrap_or(library).to_owned()
        }
        _ => site.to_owned(),
    }
}

impl Work<'_> {
    /// Takes what a `.dist-info` folder claims.
    fn take(&mut self, folder: &Path) {
        let Some(distribution) = Distribution::named(folder) else { return };
        let number = self.distributions.len();
        self.distributions.push(distribution);
        match distribution::record(folder) {
            Ok(rows) => rows.into_iter().for_each(|row| self.claim(number, folder, row)),
            Err(problem) => {
                self.unread |= matches!(problem, Problem::Unreadable(_));
                self.find(folder.join("RECORD"), Some(number), problem);
            }
        }
    }

    fn claim(&mut self, distribution: usize, dist_info: &Path, row: Row) {
        let path = distribution::place(self.site, &row.path);
        if path.strip_prefix(self.site).is_ok_and(|path| self.exclude.matches(path, false)) {
            return;
        }
        if !path.starts_with(&self.prefix) {
            return self.find(path, Some(distribution), Problem::Outside);
        }
        let may_lack_hash = is_bytecode(&path) || path.parent() == Some(dist_info) && is_record(&path);
        let claim = Claim { distribution, hash: row.hash, size: row.size, may_lack_hash };
        match self.claims.get(path.as_os_str()) {
            Some(other) if other.hash != claim.hash => {
                let other = self.distributions[other.distribution].to_string();
                self.find(path, Some(distribution), Problem::Contested(other));
            }
            Some(_) => {}
            None => drop(self.claims.insert(path.into_os_string(), claim)),
        }
    }

    fn find(&mut self, path: PathBuf, distribution: Option<usize>, problem: Problem) {
        let distribution = distribution.map(|number| self.distributions[number].to_string());
        self.findings.push(Finding { path, distribution, problem });
    }

    /// Brings together the files that are there, what is claimed of them, and their bytecode.
    fn listing(mut self, there: Vec<OsString>) -> Listing {
        let present: HashSet<&OsStr> = there.iter().map(OsString::as_os_str).collect();
        let mut bytecode: HashMap<PathBuf, Vec<PathBuf>> = HashMap::new();
        let mut files = Vec::with_capacity(there.len());
        for place in &there {
            let path = Path::new(place);
            let claim = self.claims.remove(place);
            let compiled = is_bytecode(path).then(|| CachedName::parse(path)).flatten();
            let source = compiled.map(|name| name.source);
            match source {
                Some(source) if present.contains(source.as_os_str()) => {
                    bytecode.entry(source).or_default().push(path.to_owned());
                }
                Some(_) => {
                    let distribution = claim.as_ref().map(|claim| claim.distribution);
                    self.find(path.to_owned(), distribution, Problem::Orphaned);
                }
                None if claim.is_none() && self.unread => {}
                None if claim.is_none() => self.find(path.to_owned(), None, Problem::Unrecorded),
                None => {}
            }
            // Of what no RECORD lists there is nothing to check but its bytecode.
            if let Some(claim) = claim {
                files.push(Listed { path: path.to_owned(), claim: Some(claim), bytecode: Vec::new() });
            }
        }
        for (place, claim) in std::mem::take(&mut self.claims) {
            // Who takes __pycache__ away does no harm.
            let path = PathBuf::from(place);
            if claim.hash.is_some() || !is_bytecode(&path) {
                files.push(Listed { path, claim: Some(claim), bytecode: Vec::new() });
            }
        }
        for file in &mut files {
            file.bytecode = bytecode.remove(&file.path).unwrap_or_default();
        }
        files.extend(bytecode.into_iter().map(|(path, bytecode)| Listed { path, claim: None, bytecode }));
        files.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
        Listing { distributions: self.distributions, files, findings: self.findings }
    }
}

/// Whether a file is where interpreters put bytecode.
fn is_bytecode(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b".pyc")
        && CachedName::parse(path).is_some_and(|name| name.cache_tag.is_some())
}

/// What cannot be listed with its hash, since its hash depends on the list's.
fn is_record(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    matches!(name, Some("RECORD" | "RECORD.jws" | "RECORD.p7s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_what_the_library_is_in() {
        for (site, expected) in [
            ("/env/lib/python3.13/site-packages", "/env"),
            ("/usr/lib/python3/dist-packages", "/usr"),
            ("/env/Lib/site-packages", "/env"),
            ("/target", "/target"),
        ] {
            assert_eq!(prefix(Path::new(site)), Path::new(expected));
        }
    }
}
