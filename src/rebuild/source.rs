//! The source of a wheel: a source distribution, unpacked, a folder, or a commit of a repository.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::published::FileName;
use super::result::SourceFacts;
use crate::archive::Digest;
use crate::dist;
use crate::git::{Git, GitError, Reach};

/// A source that is ready to be built.
pub(super) struct Source {
    pub folder: PathBuf,
    pub facts: SourceFacts,
}

impl Source {
    /// Unpacks a source distribution into a folder that is empty, takes a folder as it is, or clones a repository.
    pub fn open(path: &Path, url: Option<String>, wheel: &FileName, into: &Path) -> Result<Source, Error> {
        if let Some(repository) = path.to_str().and_then(Repository::parse) {
            return repository.check_out(wheel, into);
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if path.is_dir() {
            let facts = SourceFacts { name, url, sha256: None, commit: None };
            return Ok(Source { folder: path.to_owned(), facts });
        }
        let file = File::open(path).map_err(|source| Error::io(path, source))?;
        let (digest, _) = Digest::of_reader(file).map_err(|source| Error::io(path, source))?;
        let folder = dist::unpack(path, into)?;
        Ok(Source { folder, facts: SourceFacts { name, url, sha256: Some(digest), commit: None } })
    }
}

/// What a clone is called.
const FOLDER: &str = "repository";

/// A git repository, as pip names one: `git+https://example.org/plum.git@v1.0`.
struct Repository<'a> {
    url: &'a str,
    /// A tag, a branch or a commit; without, the tag of the version.
    reference: Option<&'a str>,
}

impl Repository<'_> {
    fn parse(text: &str) -> Option<Repository<'_>> {
        let url = match text.strip_prefix("git+") {
            Some(url) => url,
            None if text.contains("://") => text,
            None => return None,
        };
        let url = url.split('#').next().unwrap_or_default();
        let (scheme, rest) = url.split_once("://")?;
        // An @ before the path is of the user, behind it of the reference.
        let path = rest.find('/').map_or(scheme.len() + 3, |at| scheme.len() + 3 + at);
        let at = url[path..].rfind('@').map(|at| path + at);
        let reference = at.map(|at| &url[at + 1..]).filter(|reference| !reference.is_empty());
        Some(Repository { url: at.map_or(url, |at| &url[..at]), reference })
    }

    fn check_out(&self, wheel: &FileName, into: &Path) -> Result<Source, Error> {
        let folder = into.join(FOLDER);
        let failed = |error: GitError| Error::Network {
            what: super::run::plain_url(self.url),
            reason: error.to_string(),
        };
        let git = |folder: &Path| Git::new(folder, Reach::Remotes);
        fs::create_dir_all(into).map_err(|source| Error::io(into, source))?;
        git(into).answer(&["clone", "--quiet", "--no-checkout", "--", self.url, FOLDER]).map_err(failed)?;
        let version = wheel.version.as_str();
        let tags = [format!("v{version}"), version.to_owned(), format!("{}-{version}", wheel.project)];
        let wanted: Vec<String> = match self.reference {
            // Of a branch the clone has what the other side has.
            Some(name) => vec![name.to_owned(), format!("origin/{name}")],
            None => tags.iter().map(|tag| format!("refs/tags/{tag}")).collect(),
        };
        let resolve = |name: &String| {
            let commit = format!("{name}^{{commit}}");
            git(&folder).answer(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).ok()
        };
        let commit = wanted.iter().find_map(resolve).ok_or_else(|| Error::NoCommit {
            repository: super::run::plain_url(self.url),
            wanted: wanted.join(", "),
        })?;
        git(&folder).answer(&["checkout", "--quiet", "--detach", &commit]).map_err(failed)?;
        let url = super::run::plain_url(self.url);
        let name = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Source { folder, facts: SourceFacts { name, url: Some(url), sha256: None, commit: Some(commit) } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_named_as_pip_names_it() {
        let parts = |text| Repository::parse(text).map(|found| (found.url, found.reference));
        assert_eq!(parts("git+https://e.example/a.git@v1"), Some(("https://e.example/a.git", Some("v1"))));
        assert_eq!(parts("git+ssh://git@e.example/a"), Some(("ssh://git@e.example/a", None)));
        assert_eq!(parts("https://e.example/a@b#egg=a"), Some(("https://e.example/a", Some("b"))));
        assert_eq!(parts("plum-1.0.tar.gz"), None);
    }
}
