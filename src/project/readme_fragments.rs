//! A long description that is put together from parts of files, as hatch-fancy-pypi-readme does it.

use std::borrow::Cow;

use fancy_regex::{Captures, Regex, RegexBuilder};

use super::location::Location;
use super::path::FilePath;
use super::{Error, Item, Name, Problem, ReadFile, Table, Version};

/// `[tool.pyrepro.readme]`: texts one after the other, and what is replaced in the whole.
#[derive(Debug, Clone)]
pub(super) struct Fragments {
    fragments: Vec<Fragment>,
    substitutions: Vec<Substitution>,
}

#[derive(Debug, Clone)]
enum Fragment {
    Text(String),
    File { place: Location, path: FilePath, cuts: Vec<Cut> },
}

/// What of a file is left, in the order in which they are made.
#[derive(Debug, Clone)]
enum Cut {
    StartAfter(String),
    StartAt(String),
    EndBefore(String),
    EndAt(String),
    Pattern(Regex),
}

#[derive(Debug, Clone)]
struct Substitution {
    pattern: Regex,
    replacement: String,
}

/// How often a pattern may go back in a text.
const EFFORT: usize = 1_000_000;

impl Fragments {
    pub(super) fn read(table: &Table<'_>) -> Result<Fragments, Error> {
        let fragments = table.required("fragments", "an array of tables with `text` or `path`")?;
        let fragments =
            fragments.array()?.iter().map(|item| fragment(&item.table()?)).collect::<Result<_, _>>()?;
        let substitutions = table.get("substitutions").map_or_else(|| Ok(Vec::new()), |item| item.array())?;
        let substitutions =
            substitutions.iter().map(|item| substitution(&item.table()?)).collect::<Result<_, _>>()?;
        Ok(Fragments { fragments, substitutions })
    }

    pub(super) fn files(&self) -> Vec<&str> {
        self.fragments
            .iter()
            .filter_map(|fragment| match fragment {
                Fragment::File { path, .. } => Some(path.as_str()),
                Fragment::Text(_) => None,
            })
            .collect()
    }

    pub(super) fn text(
        &self,
        toml: &str,
        read: ReadFile<'_>,
        name: &Name,
        version: &Version,
    ) -> Result<String, Error> {
        let mut text = String::new();
        for fragment in &self.fragments {
            match fragment {
                Fragment::Text(own) => text += own,
                Fragment::File { place, path, cuts } => {
                    let content = super::read_text(toml, place, path.as_str(), read)?;
                    let content = content.replace("\r\n", "\n").replace('\r', "\n");
                    let failed = |reason| {
                        place.error(toml, Problem::Content { path: path.as_str().to_owned(), reason })
                    };
                    text += &cuts.iter().try_fold(content, |text, cut| cut.of(&text)).map_err(failed)?;
                }
            }
        }
        let replaced = |text: String, substitution: &Substitution| {
            let with = |found: &Captures<'_, str>| expanded(&substitution.replacement, found);
            match substitution.pattern.try_replacen(&text, 0, with) {
                Ok(Cow::Borrowed(_)) => Ok(text),
                Ok(Cow::Owned(new)) => Ok(new),
                Err(error) => Err(error.to_string()),
            }
        };
        let text = self.substitutions.iter().try_fold(text, replaced).map_err(|reason| {
            let place = Location { key: "tool.pyrepro.readme.substitutions".into(), ..Location::default() };
            place.error(toml, Problem::Conflict(reason))
        })?;
        Ok(text.replace("$HFPR_VERSION", version.as_str()).replace("$HFPR_PACKAGE_NAME", name.as_written()))
    }
}

fn fragment(table: &Table<'_>) -> Result<Fragment, Error> {
    table.only(&["text", "path", "start-after", "start-at", "end-before", "end-at", "pattern"])?;
    match (table.get("text"), table.get("path")) {
        (Some(text), None) => Ok(Fragment::Text(text.text()?.to_owned())),
        (None, Some(path)) => {
            let mut cuts = Vec::new();
            for (key, cut) in [
                ("start-after", Cut::StartAfter as fn(String) -> Cut),
                ("start-at", Cut::StartAt),
                ("end-before", Cut::EndBefore),
                ("end-at", Cut::EndAt),
            ] {
                if let Some(item) = table.get(key) {
                    cuts.push(cut(item.text()?.to_owned()));
                }
            }
            if let Some(item) = table.get("pattern") {
                cuts.push(Cut::Pattern(regex(&item, "(?s)", 2)?));
            }
            Ok(Fragment::File { place: path.place().clone(), path: path.parse()?, cuts })
        }
        _ => Err(table.item().error(Problem::Conflict("either text or path, and not both".into()))),
    }
}

fn substitution(table: &Table<'_>) -> Result<Substitution, Error> {
    table.only(&["pattern", "replacement", "ignore-case"])?;
    let ignores_case = table.get("ignore-case").map_or(Ok(false), |item| item.boolean())?;
    let pattern = table.required("pattern", "a regular expression")?;
    let replacement = table.required("replacement", "a string")?.text()?.to_owned();
    Ok(Substitution { pattern: regex(&pattern, if ignores_case { "(?i)" } else { "" }, 1)?, replacement })
}

fn regex(item: &Item<'_>, flags: &str, groups: usize) -> Result<Regex, Error> {
    let pattern = format!("{flags}{}", item.text()?);
    let regex = RegexBuilder::new(&pattern).backtrack_limit(EFFORT).build();
    let regex =
        regex.map_err(|error| item.refused(format!("a regular expression, and this is none: {error}")))?;
    match regex.captures_len() < groups {
        true => Err(item.refused("a regular expression with a group for what is taken")),
        false => Ok(regex),
    }
}

impl Cut {
    fn of(&self, text: &str) -> Result<String, String> {
        let parts = |mark: &str| {
            let parts = text.split_once(mark).map(|(before, after)| (before.to_owned(), after.to_owned()));
            parts.ok_or_else(|| format!("has no {mark:?}"))
        };
        match self {
            Cut::StartAfter(mark) => parts(mark).map(|(_, after)| after),
            Cut::StartAt(mark) => parts(mark).map(|(_, after)| format!("{mark}{after}")),
            Cut::EndBefore(mark) => parts(mark).map(|(before, _)| before),
            Cut::EndAt(mark) => parts(mark).map(|(before, _)| format!("{before}{mark}")),
            Cut::Pattern(pattern) => {
                let captures = pattern.captures(text).map_err(|error| error.to_string())?;
                let group = captures.as_ref().and_then(|captures| captures.get(1));
                group
                    .map(|group| group.as_str().to_owned())
                    .ok_or_else(|| format!("has nothing that matches {:?}", pattern.as_str()))
            }
        }
    }
}

/// A replacement as Python's `re.sub` reads it: `\1`, `\g<1>`, `\g<name>`, `\n` and `\\`.
fn expanded(replacement: &str, found: &Captures<'_, str>) -> String {
    let group = |name: &str| {
        let group = name.parse().map_or_else(|_| found.name(name), |number| found.get(number));
        group.map_or("", |group| group.as_str()).to_owned()
    };
    let mut text = String::new();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('\\') {
        text += before;
        let digits = after.bytes().take_while(u8::is_ascii_digit).count().min(2);
        if digits > 0 {
            text += &group(&after[..digits]);
            rest = &after[digits..];
        } else if let Some((name, after)) = after.strip_prefix("g<").and_then(|rest| rest.split_once('>')) {
            text += &group(name);
            rest = after;
        } else {
            let letter = after.chars().next();
            text += &letter.map_or("\\".to_owned(), |letter| match letter {
                'n' => "\n".into(),
                't' => "\t".into(),
                '\\' => "\\".into(),
                other => format!("\\{other}"),
            });
            rest = &after[letter.map_or(0, char::len_utf8)..];
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Document;

    fn made(settings: &str) -> Result<String, String> {
        let document = Document::parse(settings.as_bytes()).unwrap();
        let fragments = Fragments::read(&document.root()).map_err(|error| error.to_string())?;
        let read = |_: &std::path::Path| {
            Ok(b"head\r\n<!-- a -->body<!-- b -->tail\n## 1.0\nnew\n## 0.9\nold\n".to_vec())
        };
        let (name, version) = ("orchard".parse().unwrap(), "1.0".parse().unwrap());
        fragments.text(settings, &read, &name, &version).map_err(|error| error.to_string())
    }

    #[test]
    fn parts_of_files_are_put_together_and_changed() {
        let path = "path='R.md'";
        for (settings, expected) in [
            ("fragments=[{text='a'},{text='$HFPR_PACKAGE_NAME $HFPR_VERSION'}]".to_owned(), "aorchard 1.0"),
            (format!("fragments=[{{{path}, start-after='<!-- a -->', end-before='<!-- b -->'}}]"), "body"),
            (format!("fragments=[{{{path}, start-at='<!-- a', end-at='b -->'}}]"), "<!-- a -->body<!-- b -->"),
            (format!("fragments=[{{{path}, pattern='(## 1.*?\\n)## '}}]"), "## 1.0\nnew\n"),
            (
                "fragments=[{text='see #12, #13'}]\n[[substitutions]]\npattern='#(?P<n>\\d+)'\nreplacement='\\1-\\g<n>'".into(),
                "see 12-12, 13-13",
            ),
        ] {
            assert_eq!(made(&settings).as_deref(), Ok(expected), "{settings}");
        }
    }

    #[test]
    fn what_is_not_there_is_told() {
        for (settings, part) in [
            ("fragments=[{path='R.md', start-after='x'}]", "R.md has no \"x\""),
            ("fragments=[{path='R.md', pattern='(x)y'}]", "nothing that matches"),
            ("fragments=[{path='R.md', pattern='x'}]", "with a group"),
            ("fragments=[{path='R.md', text='x'}]", "not both"),
            ("", "fragments"),
        ] {
            let error = made(settings).unwrap_err();
            assert!(error.contains(part), "{settings} {error}");
        }
    }
}
