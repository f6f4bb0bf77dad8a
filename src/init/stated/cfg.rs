//! `[metadata]` and `[options]` of setup.cfg, as setuptools reads them.

use std::path::Path;

use super::super::refusal::Refusal;
use super::value::{Argument, Find, Value};

const FILE: &str = "setup.cfg";

/// A key of a section, with its value's lines.
struct Entry {
    section: String,
    key: String,
    lines: Vec<String>,
    number: usize,
}

/// Whether it has metadata at all: many projects have it for other tools.
pub fn has_metadata(text: &str) -> bool {
    entries(text).iter().any(|entry| is_ours(&entry.section))
}

fn is_ours(section: &str) -> bool {
    matches!(section, "metadata" | "options") || section.starts_with("options.")
}

/// What it says, as arguments of `setup()`.
pub fn read(text: &str) -> (Vec<Argument>, Vec<Refusal>) {
    let (mut arguments, mut refusals): (Vec<Argument>, Vec<Refusal>) = Default::default();
    let mut find = Find::default();
    for entry in entries(text) {
        let say =
            |name: &str, value| Argument { name: name.to_owned(), value, file: FILE, line: entry.number };
        let key = entry.key.replace('-', "_");
        match entry.section.as_str() {
            "metadata" => match metadata(&key, &entry) {
                Ok((name, value)) => arguments.push(say(name, value)),
                Err(reason) => refusals.push(refusal(&entry, reason)),
            },
            "options" => match option(&key, &entry) {
                Some(value) => arguments.push(say(&key, value)),
                None => refusals.push(refusal(&entry, "has no equivalent in pyrepro")),
            },
            "options.packages.find" => match key.as_str() {
                "where" => find.folder = entry.lines.first().cloned(),
                "include" => find.include = entry.list(),
                "exclude" => find.exclude = entry.list(),
                _ => refusals.push(refusal(&entry, "has no equivalent in pyrepro")),
            },
            "options.package_data"
            | "options.exclude_package_data"
            | "options.extras_require"
            | "options.entry_points" => {
                let name = entry.section.trim_start_matches("options.");
                let values = if name.ends_with("data") { entry.list() } else { entry.rows() };
                let pair = (entry.key.clone(), Value::List(values.into_iter().map(Value::Text).collect()));
                match arguments
                    .iter_mut()
                    .find(|argument| argument.name == name)
                    .map(|found| &mut found.value)
                {
                    Some(Value::Pairs(pairs)) => pairs.push(pair),
                    _ => arguments.push(say(name, Value::Pairs(vec![pair]))),
                }
            }
            "egg_info" if key == "tag_build" && !entry.text().is_empty() => {
                refusals.push(refusal(&entry, "changes the version; write the version as it is to be"));
            }
            "bdist_wheel" if key == "universal" && is_true(&entry.text()) => {
                arguments.push(say("universal", Value::Flag(true)))
            }
            section if is_ours(section) => {
                refusals.push(refusal(&entry, "has no equivalent in pyrepro"));
            }
            _ => {}
        }
    }
    for argument in arguments.iter_mut().filter(|argument| argument.name == "packages") {
        if let Value::Found(found) = &mut argument.value {
            *found = Find { namespaces: found.namespaces, ..find.clone() };
        }
    }
    (arguments, refusals)
}

fn refusal(entry: &Entry, reason: &str) -> Refusal {
    let reason = format!("{} in [{}] {reason}", entry.key, entry.section);
    Refusal::of_file(Path::new(FILE), Some(entry.number), reason)
}

/// A key of `[metadata]` under the name that `setup()` has for it.
fn metadata<'k>(key: &'k str, entry: &Entry) -> Result<(&'k str, Value), &'static str> {
    let name = match key {
        "home_page" => "url",
        "summary" => "description",
        "license_file" => "license_files",
        "classifier" => "classifiers",
        key => key,
    };
    let text = entry.text();
    let value = match name {
        _ if text.starts_with("file:") => match entry.file() {
            Some(path) => Value::Content(path),
            None => return Err("is put together of several files; write it as one"),
        },
        "version" => match text.strip_prefix("attr:") {
            Some(attribute) => Value::Attribute(attribute.trim().to_owned()),
            None => Value::Text(text),
        },
        "classifiers" | "license_files" | "platforms" => {
            Value::List(entry.list().into_iter().map(Value::Text).collect())
        }
        "project_urls" => entry.pairs(),
        _ => Value::Text(text),
    };
    Ok((name, value))
}

fn option(key: &str, entry: &Entry) -> Option<Value> {
    let text = entry.text();
    let listed = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
    Some(match key {
        "zip_safe" | "include_package_data" => Value::Flag(is_true(&text)),
        "install_requires" | "setup_requires" | "tests_require" => listed(entry.rows()),
        "python_requires" | "test_suite" => Value::Text(text),
        "package_dir" => entry.pairs(),
        "packages" => match text.as_str() {
            "find:" => Value::Found(Find::default()),
            "find_namespace:" => Value::Found(Find { namespaces: true, ..Find::default() }),
            _ => listed(entry.list()),
        },
        "py_modules" | "scripts" | "namespace_packages" => listed(entry.list()),
        "entry_points" if text.starts_with("file:") => return None,
        "entry_points" => Value::Text(entry.lines.join("\n")),
        _ => return None,
    })
}

fn is_true(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "1" | "yes" | "on")
}

impl Entry {
    fn text(&self) -> String {
        self.lines.join("\n").trim().to_owned()
    }

    fn rows(&self) -> Vec<String> {
        let lines = self.lines.iter().flat_map(|line| match self.lines.len() {
            1 => line.split(';').collect::<Vec<_>>(),
            _ => vec![line.as_str()],
        });
        // A marker has a semicolon as well; setuptools splits there on one line all the same.
        lines
            .map(|row| row.trim().to_owned())
            .filter(|row| !row.is_empty() && !row.starts_with('#'))
            .collect()
    }

    /// One on each line, or all on one with commas.
    fn list(&self) -> Vec<String> {
        let parts = match self.lines.len() {
            1 => self.lines[0].split(',').collect::<Vec<_>>(),
            _ => self.lines.iter().map(String::as_str).collect(),
        };
        parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }

    /// `key = value` on each line, or with commas.
    fn pairs(&self) -> Value {
        let pair = |text: String| {
            let (key, value) = text.split_once('=')?;
            Some((key.trim().to_owned(), Value::Text(value.trim().to_owned())))
        };
        self.list().into_iter().map(pair).collect::<Option<Vec<_>>>().map_or(Value::Unknown, Value::Pairs)
    }

    /// The path behind `file:`, if it is one.
    fn file(&self) -> Option<String> {
        let text = self.text();
        let path = text.strip_prefix("file:")?.trim();
        (!path.contains([',', '\n'])).then(|| path.to_owned())
    }
}

/// The keys of all sections. Lines that are further in belong to the key before them.
fn entries(text: &str) -> Vec<Entry> {
    let (mut all, mut section): (Vec<Entry>, _) = (Vec::new(), String::new());
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(last) = all.last_mut() {
                last.lines.push(content.to_owned());
            }
        } else if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some(at) = content.find(['=', ':']) {
            let value = content[at + 1..].trim();
            all.push(Entry {
                section: section.clone(),
                key: content[..at].trim().to_owned(),
                lines: if value.is_empty() { Vec::new() } else { vec![value.to_owned()] },
                number: index + 1,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const CFG: &str = "[metadata]\nname = orchard\nversion = attr: orchard.__version__\nlong_description = file: README.md\n\
                       classifiers =\n    Typing :: Typed\n    # none\n    Topic :: Utilities\n\n[options]\npackages = find:\n\
                       package_dir =\n    = src\n[options.packages.find]\nwhere = src\n[flake8]\nmax-line-length = 3\n";

    #[test]
    fn keys_are_read_as_setuptools_reads_them() {
        let (arguments, refusals) = read(CFG);
        assert!(refusals.is_empty(), "{refusals:?}");
        let value =
            |name: &str| &arguments.iter().find(|argument| argument.name == name).expect("it is said").value;
        assert_eq!(value("version"), &Value::Attribute("orchard.__version__".into()));
        assert_eq!(value("long_description"), &Value::Content("README.md".into()));
        assert_eq!(value("classifiers").texts().expect("texts"), ["Typing :: Typed", "Topic :: Utilities"]);
        assert_eq!(value("package_dir"), &Value::Pairs(vec![(String::new(), Value::Text("src".into()))]));
        let Value::Found(find) = value("packages") else { panic!() };
        assert_eq!(find.folder.as_deref(), Some("src"));
        assert!(has_metadata(CFG) && !has_metadata("[flake8]\nname = x\n"));
    }

    #[test]
    fn what_changes_the_build_is_refused_with_its_line() {
        let (_, refusals) =
            read("[egg_info]\ntag_build = dev\n[options]\nfoo = 1\n[options.data_files]\na = b\n");
        let lines: Vec<_> = refusals.iter().map(|refusal| refusal.line).collect();
        assert_eq!(lines, [Some(2), Some(4), Some(6)]);
    }
}
