//! The project's addresses.

use super::item::Entry;
use super::{Error, Item};

/// An address with its label.
///
/// ```
/// use pyrepro::project::{Project, WellKnown};
///
/// let toml = b"[project]\nname='a'\nversion='1'\nurls={'Bug Tracker'='https://example.org/bugs'}\n";
/// let project = Project::parse(toml)?;
/// assert_eq!(project.urls[0].label, "Bug Tracker");
/// assert_eq!(project.urls[0].well_known(), Some(WellKnown::Issues));
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// The label as it is written.
    pub label: String,
    /// The address.
    pub address: String,
}

/// What the label of an address says that everybody understands (PEP 753).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WellKnown {
    /// The project's home page.
    Homepage,
    /// Where the source is.
    Source,
    /// Where releases are.
    Download,
    /// What changed.
    Changelog,
    /// What changed in a release.
    ReleaseNotes,
    /// How it is used.
    Documentation,
    /// Where errors are reported.
    Issues,
    /// Where money is given.
    Funding,
}

impl Url {
    /// What the label says, if it is one of the well-known ones, without regard to case, space and
    /// punctuation.
    pub fn well_known(&self) -> Option<WellKnown> {
        let label: String =
            self.label.chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace()).collect();
        Some(match label.to_lowercase().as_str() {
            "homepage" => WellKnown::Homepage,
            "source" | "repository" | "sourcecode" | "github" => WellKnown::Source,
            "download" => WellKnown::Download,
            "changelog" | "changes" | "whatsnew" | "history" => WellKnown::Changelog,
            "releasenotes" => WellKnown::ReleaseNotes,
            "documentation" | "docs" => WellKnown::Documentation,
            "issues" | "bugs" | "issue" | "tracker" | "issuetracker" | "bugtracker" => WellKnown::Issues,
            "funding" | "sponsor" | "donate" | "donation" => WellKnown::Funding,
            _ => return None,
        })
    }
}

/// Indexes refuse longer labels.
const LONGEST_LABEL: usize = 32;

/// Reads `project.urls`.
pub(super) fn read(item: &Item<'_>) -> Result<Vec<Url>, Error> {
    item.table()?.entries().iter().map(url).collect()
}

fn url(entry: &Entry<'_>) -> Result<Url, Error> {
    let label = entry.name.trim();
    let is_plain = |c: char| !c.is_control() && !matches!(c, ',' | '\u{2028}' | '\u{2029}');
    if label.is_empty() || label.chars().count() > LONGEST_LABEL || !label.chars().all(is_plain) {
        // Readers end the label at the first comma.
        return Err(entry.refused(format!("labels of 1 to {LONGEST_LABEL} characters without commas")));
    }
    let address = entry.value.line()?;
    let has_host = match address.split_once("://") {
        Some(("http" | "https", rest)) => !rest.is_empty() && !rest.starts_with('/'),
        _ => true,
    };
    if !has_scheme(address) || !has_host || address.contains(char::is_whitespace) {
        return Err(entry
            .value
            .refused("a URL with its scheme and without white space, such as https://example.org"));
    }
    Ok(Url { label: label.to_owned(), address: address.to_owned() })
}

/// Whether a text starts as a URL does, with something after it.
pub(super) fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(is_inner)
            && !rest.is_empty()
    })
}
