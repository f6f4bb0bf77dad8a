//! A version that tags of version control give, by the rules of setuptools-scm and hatch-vcs.

use std::str::FromStr;

use fancy_regex::Regex;

use super::{BadValue, Error, Item, Table, Version};

/// What version control says of the commit that a project is at.
///
/// ```
/// use pyrepro::project::Described;
///
/// let described: Described = "v1.5.0-3-g4060507deadbeef-dirty".parse().unwrap();
/// assert_eq!((described.tag.as_deref(), described.distance), (Some("v1.5.0"), 3));
/// assert_eq!(described.node.as_deref(), Some("g4060507deadbeef"));
/// assert!(described.is_dirty);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The nearest tag; none if there is no tag.
    pub tag: Option<String>,
    /// How many commits were made after it, or all of them if there is no tag.
    pub distance: u64,
    /// The commit, with `g` before it.
    pub node: Option<String>,
    /// Whether files that are tracked differ from the commit.
    pub is_dirty: bool,
}

/// Reads the output of `git describe --long`, or a tag alone.
impl FromStr for Described {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Described, Self::Err> {
        let (text, is_dirty) = text.strip_suffix("-dirty").map_or((text, false), |clean| (clean, true));
        let long = || {
            let (rest, node) = text.rsplit_once("-g")?;
            let (tag, distance) = rest.rsplit_once('-')?;
            let is_node = !node.is_empty() && node.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            is_node.then_some((tag, distance.parse().ok()?, format!("g{node}")))
        };
        Ok(match long() {
            Some((tag, distance, node)) => {
                Described { tag: Some(tag.to_owned()), distance, node: Some(node), is_dirty }
            }
            None => Described { tag: Some(text.to_owned()), is_dirty, ..Described::default() },
        })
    }
}

/// How a version is made of what version control says: `[tool.pyrepro.version]` with `source = "git"`.
#[derive(Debug, Clone)]
pub(super) struct TagVersion {
    /// Where the repository is, from the project's folder.
    pub(super) root: String,
    tag_pattern: Option<String>,
    scheme: Scheme,
    local: LocalScheme,
    fallback: Option<Version>,
}

/// What the version is called between tags.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scheme {
    GuessNextDev,
    NoGuessDev,
    OnlyVersion,
    PostRelease,
}

const SCHEMES: [(&str, Scheme); 4] = [
    ("guess-next-dev", Scheme::GuessNextDev),
    ("no-guess-dev", Scheme::NoGuessDev),
    ("only-version", Scheme::OnlyVersion),
    ("post-release", Scheme::PostRelease),
];

/// What is told of the commit after a `+`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum LocalScheme {
    NodeAndDate,
    DirtyTag,
    NoLocalVersion,
}

const LOCAL_SCHEMES: [(&str, LocalScheme); 3] = [
    ("node-and-date", LocalScheme::NodeAndDate),
    ("dirty-tag", LocalScheme::DirtyTag),
    ("no-local-version", LocalScheme::NoLocalVersion),
];

/// The names of schemes that have an equivalent here, for those who come from other backends.
pub(crate) fn is_scheme(name: &str) -> bool {
    SCHEMES.iter().any(|(known, _)| *known == name)
}

/// The same for what is told after a `+`.
pub(crate) fn is_local_scheme(name: &str) -> bool {
    LOCAL_SCHEMES.iter().any(|(known, _)| *known == name)
}

/// Words of any text before a dash are no part of the version, and neither is what comes after a `+`.
const TAG: &str = r"^(?:[\w-]+-)?(?P<version>[vV]?\d+(?:\.\d+){0,2}[^\+]*)(?:\+.*)?$";

/// The letters of a commit that are told, with the `g` before it.
const NODE_LENGTH: usize = 10;

impl TagVersion {
    pub(super) fn read(table: &Table<'_>) -> Result<TagVersion, Error> {
        let root = table.get("root").map(|item| repository(&item)).transpose()?;
        Ok(TagVersion {
            root: root.unwrap_or_default(),
            tag_pattern: table
                .get("tag-pattern")
                .map(|item| super::dynamic_version::group(&item))
                .transpose()?,
            scheme: chosen(table.get("scheme"), &SCHEMES)?.unwrap_or(Scheme::GuessNextDev),
            local: chosen(table.get("local-scheme"), &LOCAL_SCHEMES)?.unwrap_or(LocalScheme::NodeAndDate),
            fallback: table.get("fallback").map(|item| item.parse()).transpose()?,
        })
    }

    pub(super) fn fallback(&self) -> Option<&Version> {
        self.fallback.as_ref()
    }

    /// The version, given year, month and day for what is not committed.
    pub(super) fn version(&self, found: &Described, date: (u64, u64, u64)) -> Result<Version, String> {
        let tagged = match &found.tag {
            Some(tag) => self.of_tag(tag)?,
            None => self.fallback.clone().map_or_else(|| "0.0".parse().map_err(said), Ok)?,
        };
        let (public, own) = tagged.as_str().split_once('+').unwrap_or((tagged.as_str(), ""));
        let mut local: Vec<&str> = own.split('.').filter(|part| !part.is_empty()).collect();
        let scheme_local = self.local(found, date);
        for part in scheme_local.split('.').filter(|part| !part.is_empty()) {
            if !local.contains(&part) {
                local.push(part);
            }
        }
        let mut text = self.scheme.public(public, found)?;
        if !local.is_empty() {
            text += &format!("+{}", local.join("."));
        }
        text.parse().map_err(said)
    }

    fn of_tag(&self, tag: &str) -> Result<Version, String> {
        let pattern =
            Regex::new(self.tag_pattern.as_deref().unwrap_or(TAG)).map_err(|error| error.to_string())?;
        // As Python's `match` has it: from the start of the tag on.
        let captures = pattern.captures(tag).map_err(|error| error.to_string())?;
        let captures = captures.filter(|captures| captures.get(0).is_some_and(|all| all.start() == 0));
        let no_version = || format!("the tag {tag:?} has no version in it that the pattern of tags finds");
        let captures = captures.ok_or_else(no_version)?;
        let group = captures.name("version").or_else(|| captures.get(1)).ok_or_else(no_version)?;
        let rest = &tag[group.end()..captures.get(0).map_or(group.end(), |all| all.end())];
        let bare: Version =
            group.as_str().parse().map_err(|bad| format!("the tag {tag:?}: {}", said(bad)))?;
        Ok(format!("{}{rest}", group.as_str()).parse().unwrap_or(bare))
    }

    /// The part after the `+`, without it.
    fn local(&self, found: &Described, (year, month, day): (u64, u64, u64)) -> String {
        let date = format!("d{year:04}{month:02}{day:02}");
        match (self.local, &found.node) {
            (LocalScheme::NoLocalVersion, _) => String::new(),
            (LocalScheme::DirtyTag, _) => {
                if found.is_dirty {
                    "dirty".into()
                } else {
                    String::new()
                }
            }
            (LocalScheme::NodeAndDate, Some(node)) if !found.is_exact() => {
                let node: String = node.chars().take(NODE_LENGTH).collect();
                if found.is_dirty { format!("{node}.{date}") } else { node }
            }
            (LocalScheme::NodeAndDate, _) => {
                if found.is_dirty {
                    date
                } else {
                    String::new()
                }
            }
        }
    }
}

impl Described {
    /// Whether it is what was tagged, and nothing else.
    fn is_exact(&self) -> bool {
        self.distance == 0 && !self.is_dirty
    }
}

impl Scheme {
    fn public(self, tag: &str, found: &Described) -> Result<String, String> {
        let distance = found.distance;
        if found.is_exact() || self == Scheme::OnlyVersion {
            return Ok(tag.to_owned());
        }
        match self {
            Scheme::PostRelease => Ok(format!("{tag}.post{distance}")),
            Scheme::GuessNextDev => {
                let next = before_dev(tag)?.map_or_else(|| increased(tag), Ok)?;
                Ok(format!("{next}.dev{distance}"))
            }
            Scheme::NoGuessDev | Scheme::OnlyVersion => {
                let next = before_dev(tag)?;
                if next.is_none() && tag.contains("post") {
                    return Err(format!(
                        "{tag} is a post-release already, so there is no name for what follows it"
                    ));
                }
                Ok(format!("{}.dev{distance}", next.unwrap_or_else(|| format!("{tag}.post1"))))
            }
        }
    }
}

/// What a tag that ends with `.dev0` leads to.
fn before_dev(tag: &str) -> Result<Option<String>, String> {
    match tag.rsplit_once(".dev") {
        None => Ok(None),
        Some((before, "0")) => Ok(Some(before.to_owned())),
        Some(_) => {
            Err(format!("the tag {tag} has a number after .dev; only tags with .dev0 can be counted from"))
        }
    }
}

/// The version with its last number one higher.
fn increased(tag: &str) -> Result<String, String> {
    let digits = tag.len() - tag.bytes().rev().take_while(u8::is_ascii_digit).count();
    let number: Option<u64> = tag[digits..].parse().ok();
    let next = number.and_then(|number| number.checked_add(1));
    next.map(|next| format!("{}{next}", &tag[..digits]))
        .ok_or_else(|| format!("the tag {tag} does not end with a number that could be counted up"))
}

fn said(bad: BadValue) -> String {
    bad.to_string()
}

fn chosen<T: Copy>(item: Option<Item<'_>>, known: &[(&'static str, T)]) -> Result<Option<T>, Error> {
    let Some(item) = item else { return Ok(None) };
    let name = item.word()?;
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let found = known.iter().find(|(known, _)| *known == name).map(|(_, value)| Some(*value));
    found.ok_or_else(|| item.refused(names.join(", ")))
}

/// Where the repository is: the project's folder, or one above it.
fn repository(item: &Item<'_>) -> Result<String, Error> {
    let path = item.line()?.trim_end_matches('/');
    if matches!(path, "" | ".") {
        return Ok(String::new());
    }
    match path.split('/').all(|part| part == "..") {
        true => Ok(path.to_owned()),
        false => {
            let allowed =
                "\".\", or as many \"..\" as the repository is above the project, such as \"../..\"";
            Err(item.refused(allowed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Document;

    fn version(settings: &str, described: &str) -> Result<String, String> {
        let text = format!("[version]\n{settings}");
        let document = Document::parse(text.as_bytes()).unwrap();
        let table = document.table(&["version"]).unwrap().unwrap();
        let tags = TagVersion::read(&table).map_err(|error| error.to_string())?;
        let described = described.parse().unwrap();
        tags.version(&described, (2026, 3, 9)).map(|version| version.to_string())
    }

    #[test]
    fn schemes_name_what_lies_between_tags() {
        let node = "g4060507deadbeef";
        for (settings, described, expected) in [
            ("", "v1.5.0".into(), "1.5.0"),
            ("", format!("v1.5.0-0-{node}"), "1.5.0"),
            ("", format!("v1.5.0-0-{node}-dirty"), "1.5.1.dev0+g4060507de.d20260309"),
            ("", format!("v1.5.0-3-{node}"), "1.5.1.dev3+g4060507de"),
            ("", format!("v1.5.0-3-{node}-dirty"), "1.5.1.dev3+g4060507de.d20260309"),
            ("", format!("orchard-tools-1.5.0rc1-37-{node}"), "1.5.0rc2.dev37+g4060507de"),
            ("", format!("1.6.dev0-2-{node}"), "1.6.dev2+g4060507de"),
            ("", format!("1.6+build.7-0-{node}"), "1.6+build.7"),
            ("scheme='no-guess-dev'", format!("1.5-2-{node}"), "1.5.post1.dev2+g4060507de"),
            ("scheme='post-release'\nlocal-scheme='no-local-version'", format!("1.5-2-{node}"), "1.5.post2"),
            ("scheme='only-version'\nlocal-scheme='dirty-tag'", format!("1.5-2-{node}-dirty"), "1.5+dirty"),
            ("tag-pattern='release/(.*)'", format!("release/2.0-0-{node}"), "2.0"),
        ] {
            assert_eq!(version(settings, &described).as_deref(), Ok(expected), "{settings} {described}");
        }
    }

    #[test]
    fn tags_and_settings_without_a_meaning_are_refused() {
        for (settings, described, part) in [
            ("", "release", "\"release\" has no version in it"),
            ("", "1.5.dev3-2-gabc", ".dev0"),
            ("scheme='no-guess-dev'", "1.5.post1-2-gabc", "post-release already"),
            ("scheme='calver'", "1", "allowed: guess-next-dev, no-guess-dev"),
            ("root='../a'", "1", "as many \"..\""),
            ("tag-pattern='a'", "1", "a group"),
        ] {
            let error = version(settings, described).unwrap_err();
            assert!(error.contains(part), "{settings} {described} {error}");
        }
    }
}
