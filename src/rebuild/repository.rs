//! A repository as the source of a wheel: one that was named, or the one that the metadata of its sdist names.

use std::path::Path;
use std::time::Duration;

use super::error::Error;
use super::published::{FileName, fields};
use super::result::SourceFacts;
use super::run::plain_url;
use super::source::Source;
use crate::backend;
use crate::backend::process::{Bounds, run};
use crate::git::{Git, Reach, VERBATIM};

/// Where projects have repositories that git reads without asking who is there.
const FORGES: [&str; 5] = ["github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "opendev.org"];

/// How long is waited for a forge that nobody has named to us.
const PATIENCE: Duration = Duration::from_secs(60);

/// A git repository, as pip names one: `git+https://example.org/plum.git@v1.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    url: String,
    /// A tag, a branch or a commit; without, the tag of the version.
    reference: Option<String>,
}

impl Repository {
    pub fn parse(text: &str) -> Option<Repository> {
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
        let url = at.map_or(url, |at| &url[..at]).to_owned();
        Some(Repository { url, reference: reference.map(str::to_owned) })
    }

    /// The repository that metadata names, if it is on a forge that everybody can read.
    pub fn of(metadata: &str) -> Option<Repository> {
        let named = |(name, value): (String, String)| match name.to_ascii_lowercase().as_str() {
            "project-url" => {
                value.split_once(',').map(|(label, url)| (label.to_lowercase(), url.trim().to_owned()))
            }
            "home-page" => Some((String::new(), value)),
            _ => None,
        };
        let mut urls: Vec<(String, String)> = fields(metadata).filter_map(named).collect();
        let is_source =
            |label: &str| ["source", "repo", "code", "git"].iter().any(|word| label.contains(word));
        urls.sort_by_key(|(label, _)| !is_source(label));
        let url = urls.iter().find_map(|(_, url)| repository_of(url))?;
        Some(Repository { url, reference: None })
    }

    pub fn url(&self) -> String {
        plain_url(&self.url)
    }

    /// The same at the tag of the version, of which nothing but that commit is fetched.
    pub fn check_out_tag(self, wheel: &FileName, into: &Path, bounds: &Bounds<'_>) -> Result<Source, Error> {
        let bounds = Bounds { time_limit: bounds.time_limit.map(|limit| limit.min(PATIENCE)), ..*bounds };
        let folder = into.parent().unwrap_or(into);
        let version = &wheel.version;
        let pattern = format!("*{version}");
        let listed =
            self.remote(folder, &["ls-remote", "--tags", "--refs", "--", &self.url, &pattern], &bounds)?;
        let tags: Vec<&str> =
            listed.lines().filter_map(|line| line.split_once("refs/tags/")).map(|(_, tag)| tag).collect();
        let tag =
            tag_of(&tags, wheel).ok_or_else(|| self.no_commit(&format!("a tag for {version}")))?.to_owned();
        self.check_out_at(&tag, &["--depth", "1", "--branch", &tag], into, &bounds)
    }

    /// Clones it and checks out what was named, or the tag of the version.
    pub fn check_out(&self, wheel: &FileName, into: &Path, bounds: &Bounds<'_>) -> Result<Source, Error> {
        match &self.reference {
            Some(reference) => self.check_out_at(reference, &[], into, bounds),
            None => {
                let folder = self.clone_to(&[], into, bounds)?;
                let all = self.local(&folder, &["tag", "--list", &format!("*{}", wheel.version)])?;
                let tags: Vec<&str> = all.lines().collect();
                let wanted = || self.no_commit(&format!("a tag for {}", wheel.version));
                let tag = format!("refs/tags/{}", tag_of(&tags, wheel).ok_or_else(wanted)?);
                self.finish(&folder, &[tag])
            }
        }
    }

    fn check_out_at(
        &self,
        name: &str,
        more: &[&str],
        into: &Path,
        bounds: &Bounds<'_>,
    ) -> Result<Source, Error> {
        let folder = self.clone_to(more, into, bounds)?;
        // Of a branch the clone has what the other side has.
        self.finish(&folder, &[name.to_owned(), format!("origin/{name}")])
    }

    fn clone_to(&self, more: &[&str], into: &Path, bounds: &Bounds<'_>) -> Result<std::path::PathBuf, Error> {
        let folder = into.join("repository");
        let target = folder.to_string_lossy().into_owned();
        let mut arguments = vec!["clone", "--quiet", "--no-checkout"];
        arguments.extend(more);
        arguments.extend(["--", &self.url, &target]);
        self.remote(into.parent().unwrap_or(into), &arguments, bounds)?;
        Ok(folder)
    }

    /// Checks out the first of these that there is.
    fn finish(&self, folder: &Path, wanted: &[String]) -> Result<Source, Error> {
        let resolve = |name: &String| {
            let commit = format!("{name}^{{commit}}");
            let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
            self.local(folder, &arguments).ok()
        };
        let commit = wanted.iter().find_map(resolve).ok_or_else(|| self.no_commit(&wanted.join(", ")))?;
        self.local(folder, &["checkout", "--quiet", "--detach", &commit])?;
        let url = self.url();
        let name = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let facts = SourceFacts { name, url: Some(url), commit: Some(commit), ..SourceFacts::default() };
        Ok(Source { folder: folder.to_owned(), facts })
    }

    fn no_commit(&self, wanted: &str) -> Error {
        Error::NoCommit { repository: self.url(), wanted: wanted.to_owned() }
    }

    /// What git answers of a clone.
    fn local(&self, folder: &Path, arguments: &[&str]) -> Result<String, Error> {
        let answer = Git::new(folder, Reach::Repository).settings(VERBATIM).answer(arguments);
        answer.map_err(|error| self.unreachable(&error))
    }

    /// What git answers of the other side, which can keep us waiting.
    fn remote(&self, folder: &Path, arguments: &[&str], bounds: &Bounds<'_>) -> Result<String, Error> {
        let mut command = Git::new(folder, Reach::Remotes).settings(IMPATIENT).command(arguments);
        let ended = run(&mut command, "git", bounds).map_err(|error| match error {
            backend::Error::Stopped => Error::Stopped,
            other => self.unreachable(&other),
        })?;
        let words = ended.words.0.trim().to_owned();
        if ended.status.success() { Ok(words) } else { Err(self.unreachable(&words)) }
    }

    fn unreachable(&self, reason: &dyn std::fmt::Display) -> Error {
        Error::Network { what: self.url(), reason: reason.to_string() }
    }
}

/// Settings by which a server that has become slow is given up.
const IMPATIENT: [&str; 2] = ["http.lowSpeedLimit=1000", "http.lowSpeedTime=30"];

/// The repository that an address leads into: `https://github.com/NAME/PROJECT` of any page there.
fn repository_of(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let mut parts = rest.split(['/', '?', '#']).filter(|part| !part.is_empty());
    let host = parts.next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let (owner, project) = (parts.next()?, parts.next()?);
    let is_plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    (FORGES.contains(&host) && is_plain(owner) && is_plain(project))
        .then(|| format!("https://{host}/{owner}/{project}"))
}

/// The tag of a version: `v1.0`, `1.0`, or one that has the project's name or a word before it.
fn tag_of<'a>(tags: &[&'a str], wheel: &FileName) -> Option<&'a str> {
    let version = wheel.version.as_str();
    let plain = |tag: &&&str| **tag == version || tag.strip_prefix(['v', 'V']) == Some(version);
    let normal = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
    let before = |tag: &str| tag.strip_suffix(version).map(|rest| normal(rest.trim_end_matches('v')));
    let is_named = |tag: &&&str| {
        before(tag).is_some_and(|rest| {
            let word = rest.trim_end_matches(['-', '@', '=', '/']);
            word.len() < rest.len()
                && (word == normal(&wheel.project) || word == "release" || word == "version")
        })
    };
    tags.iter().find(plain).or_else(|| tags.iter().find(is_named)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_named_as_pip_names_it() {
        let parts = |text| Repository::parse(text).map(|found| (found.url, found.reference));
        let is = |url: &str, reference: Option<&str>| Some((url.to_owned(), reference.map(str::to_owned)));
        assert_eq!(parts("git+https://e.example/a.git@v1"), is("https://e.example/a.git", Some("v1")));
        assert_eq!(parts("git+ssh://git@e.example/a"), is("ssh://git@e.example/a", None));
        assert_eq!(parts("https://e.example/a@b#egg=a"), is("https://e.example/a", Some("b")));
        assert_eq!(parts("plum-1.0.tar.gz"), None);
    }

    #[test]
    fn an_address_of_a_forge_leads_to_its_repository() {
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(repository_of("https://github.com/a/b/issues?x"), is("https://github.com/a/b"));
        assert_eq!(repository_of("http://www.gitlab.com/a/b.git"), is("https://gitlab.com/a/b.git"));
        for other in
            ["https://example.org/a/b", "https://github.com/a", "file:///a/b/c", "https://github.com/a/-x;y"]
        {
            assert_eq!(repository_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_tag_of_a_version_is_no_other_versions() {
        let wheel = FileName::parse("plum_jam-1.0-py3-none-any.whl").unwrap();
        assert_eq!(tag_of(&["v11.0", "v1.0"], &wheel), Some("v1.0"));
        assert_eq!(tag_of(&["1.1.0", "plum-jam-v1.0", "fig-1.0"], &wheel), Some("plum-jam-v1.0"));
        assert_eq!(tag_of(&["plum_jam@1.0"], &wheel), Some("plum_jam@1.0"));
        assert_eq!(tag_of(&["11.0", "fig-1.0", "rc1.0"], &wheel), None);
    }
}
