//! The long description.

use std::fmt;
use std::str::FromStr;

use super::location::Location;
use super::path::FilePath;
use super::readme_fragments::Fragments;
use super::{BadValue, Document, Error, Item, Name, Problem, ReadFile, Version};

/// Where the long description is, and what it is written in.
///
/// ```
/// use pyrepro::project::Project;
///
/// let project = Project::parse(b"[project]\nname='a'\nversion='1'\nreadme='README.md'\n")?;
/// let readme = project.readme.unwrap();
/// assert_eq!(readme.content_type.to_string(), "text/markdown");
/// assert_eq!(readme.file(), Some("README.md"));
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Readme {
    /// What it is written in.
    pub content_type: ContentType,
    place: Location,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    File(FilePath),
    Text(String),
    Fragments(Fragments),
}

impl Readme {
    /// The path of its file, if it is in one.
    pub fn file(&self) -> Option<&str> {
        match &self.source {
            Source::File(path) => Some(path.as_str()),
            Source::Text(_) | Source::Fragments(_) => None,
        }
    }

    /// The paths of all files that it is made of.
    pub(super) fn files(&self) -> Vec<&str> {
        match &self.source {
            Source::Fragments(fragments) => fragments.files(),
            _ => self.file().into_iter().collect(),
        }
    }

    /// Reads `[tool.pyrepro.readme]`, which `dynamic` says that there is.
    pub(super) fn put_together(document: &Document<'_>, dynamic: &Item<'_>) -> Result<Readme, Error> {
        let allowed = "a table with `content-type` and `fragments`, since `readme` is dynamic";
        let table = document.table(&["tool", "pyrepro", "readme"])?;
        let table = table.ok_or_else(|| dynamic.missing("tool.pyrepro.readme", allowed))?;
        table.only(&["content-type", "fragments", "substitutions"])?;
        let content_type = table.required("content-type", "a string such as \"text/markdown\"")?.parse()?;
        let source = Source::Fragments(Fragments::read(&table)?);
        Ok(Readme { content_type, place: table.item().place().clone(), source })
    }

    /// Its text, with lines that end in `\n` alone, so that it is the same from every checkout.
    pub(super) fn text(
        &self,
        toml: &str,
        read: ReadFile<'_>,
        name: &Name,
        version: &Version,
    ) -> Result<String, Error> {
        let text = match &self.source {
            Source::File(path) => super::read_text(toml, &self.place, path.as_str(), read)?,
            Source::Text(text) => text.clone(),
            Source::Fragments(fragments) => fragments.text(toml, read, name, version)?,
        };
        Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// Reads `project.readme`.
    pub(super) fn read(item: &Item<'_>) -> Result<Readme, Error> {
        if item.is_text() {
            let path = item.parse()?;
            let content_type = ContentType::of_file(&path).ok_or_else(|| {
                item.refused("files that end in .md, .rst or .txt, or a table with `file` and `content-type`")
            })?;
            return Ok(Readme { content_type, place: item.place().clone(), source: Source::File(path) });
        }
        if !item.is_table() {
            return Err(item.wrong_type("a string with the path of a file, or a table"));
        }
        Readme::from_table(item)
    }

    fn from_table(item: &Item<'_>) -> Result<Readme, Error> {
        let table = item.table()?;
        table.only(&["content-type", "file", "text"])?;
        let (place, source) = match (table.get("file"), table.get("text")) {
            (Some(file), None) => (file.place().clone(), Source::File(file.parse()?)),
            (None, Some(text)) => (text.place().clone(), Source::Text(text.text()?.to_owned())),
            _ => return Err(item.error(Problem::Conflict("either file or text, and not both".into()))),
        };
        let content_type = table.required("content-type", "a string such as \"text/markdown\"")?.parse()?;
        Ok(Readme { content_type, place, source })
    }
}

/// What a long description is written in.
///
/// ```
/// use pyrepro::project::ContentType;
///
/// let markdown: ContentType = "Text/Markdown; variant=CommonMark".parse()?;
/// assert_eq!(markdown.to_string(), "text/markdown; variant=CommonMark");
/// assert!("text/html".parse::<ContentType>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType(String);

impl ContentType {
    fn of_file(path: &FilePath) -> Option<ContentType> {
        let (_, suffix) = path.as_str().rsplit_once('.')?;
        let name = match suffix.to_ascii_lowercase().as_str() {
            "md" => "text/markdown",
            "rst" => "text/x-rst",
            "txt" => "text/plain",
            _ => return None,
        };
        Some(ContentType(name.to_owned()))
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ContentType {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<ContentType, BadValue> {
        normal(text).map(ContentType).ok_or_else(|| {
            BadValue::new(
                text,
                "text/markdown, text/x-rst or text/plain, with `; charset=UTF-8` if need be, and for markdown \
                 `; variant=GFM` or `; variant=CommonMark`",
            )
        })
    }
}

fn normal(text: &str) -> Option<String> {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next()?.to_ascii_lowercase();
    if !matches!(kind.as_str(), "text/markdown" | "text/x-rst" | "text/plain") {
        return None;
    }
    let (mut charset, mut variant) = ("", "");
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "charset" if charset.is_empty() && value.eq_ignore_ascii_case("utf-8") => {
                charset = "; charset=UTF-8"
            }
            "variant" if variant.is_empty() && kind == "text/markdown" => {
                variant = match value.to_ascii_lowercase().as_str() {
                    "gfm" => "; variant=GFM",
                    "commonmark" => "; variant=CommonMark",
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    Some(format!("{kind}{charset}{variant}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_have_a_uniform_spelling() {
        let forms = [
            ("text/plain", "text/plain"),
            ("TEXT/X-RST;charset=utf-8", "text/x-rst; charset=UTF-8"),
            ("text/markdown; variant=gfm; charset=\"UTF-8\"", "text/markdown; charset=UTF-8; variant=GFM"),
        ];
        for (written, normal) in forms {
            assert_eq!(written.parse::<ContentType>().unwrap().to_string(), normal);
        }
        for text in [
            "",
            "text/html",
            "markdown",
            "text/markdown; variant=x",
            "text/plain; variant=GFM",
            "text/plain; charset=latin-1",
            "text/plain; a=b",
            "text/plain; charset",
        ] {
            assert!(text.parse::<ContentType>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn suffixes_tell_content_types_whatever_their_case() {
        let kind = |path: &str| ContentType::of_file(&path.parse().unwrap()).map(|kind| kind.to_string());
        assert_eq!(kind("README.MD").as_deref(), Some("text/markdown"));
        assert_eq!(kind("docs/a.Rst").as_deref(), Some("text/x-rst"));
        assert_eq!(kind("a.txt").as_deref(), Some("text/plain"));
        assert_eq!(kind("README"), None);
        assert_eq!(kind("a.adoc"), None);
    }
}
