//! A file that tells a project's version to its own code, made anew for each artifact.

use super::path::FilePath;
use super::{Error, Table, Version};

/// `version-file` and `version-file-template` of `[tool.pyrepro.version]`.
#[derive(Debug, Clone)]
pub(super) struct VersionFile {
    path: String,
    template: Template,
}

#[derive(Debug, Clone)]
enum Template {
    Module,
    Text,
    Own(String),
}

const PLACEHOLDERS: [&str; 4] = ["{version}", "{version!r}", "{version_tuple}", "{version_tuple!r}"];

impl VersionFile {
    pub(super) fn read(table: &Table<'_>) -> Result<Option<VersionFile>, Error> {
        let (item, own) = (table.get("version-file"), table.get("version-file-template"));
        let Some(item) = item else {
            return match own {
                Some(own) => {
                    Err(own.missing("tool.pyrepro.version.version-file", "the path of the file to make"))
                }
                None => Ok(None),
            };
        };
        let path = item.parse::<FilePath>()?.as_str().to_owned();
        let template = match own {
            Some(own) if is_template(own.text()?) => Template::Own(own.text()?.to_owned()),
            Some(own) => {
                return Err(
                    own.refused(format!("text with {} in it, and no other braces", PLACEHOLDERS.join(", ")))
                );
            }
            None if path.ends_with(".py") => Template::Module,
            None if path.ends_with(".txt") => Template::Text,
            None => {
                return Err(
                    item.refused("a path that ends with .py or .txt, or a version-file-template beside it")
                );
            }
        };
        Ok(Some(VersionFile { path, template }))
    }

    /// Its path and content.
    pub(super) fn content(&self, version: &Version) -> (String, String) {
        let version_tuple = tuple(version);
        let text = match &self.template {
            Template::Text => version.to_string(),
            // No commit is told: a wheel that is made of an sdist is the same as one of the repository.
            Template::Module => format!(
                "# Made by pyrepro from the version of the project, for each artifact. Do not commit it.\n\
                 __all__ = [\n    \"__version__\",\n    \"__version_tuple__\",\n    \"version\",\n    \"version_tuple\",\n    \
                 \"__commit_id__\",\n    \"commit_id\",\n]\n\n\
                 __version__ = version = '{version}'\n\
                 __version_tuple__ = version_tuple = {version_tuple}\n\n\
                 __commit_id__ = commit_id = None\n"
            ),
            Template::Own(template) => {
                let quoted = format!("'{version}'");
                let values = [version.as_str(), &quoted, &version_tuple, &version_tuple];
                let pairs = PLACEHOLDERS.iter().zip(values);
                pairs.fold(template.clone(), |text, (name, value)| text.replace(name, value))
            }
        };
        (self.path.clone(), text)
    }
}

/// Whether all braces are those of placeholders.
pub(crate) fn is_template(text: &str) -> bool {
    let rest = PLACEHOLDERS.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
    !rest.contains(['{', '}'])
}

/// The parts of a version as a tuple of Python's: numbers first, then texts.
fn tuple(version: &Version) -> String {
    let (public, local) = version.as_str().split_once('+').unwrap_or((version.as_str(), ""));
    let (epoch, public) = public.split_once('!').map_or((None, public), |(epoch, rest)| (Some(epoch), rest));
    let mut parts: Vec<String> = epoch.iter().map(|epoch| format!("'{epoch}!'")).collect();
    for part in public.split('.') {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, label) = part.split_at(digits);
        parts.extend((!number.is_empty()).then(|| number.to_owned()));
        parts.extend((!label.is_empty()).then(|| format!("'{label}'")));
    }
    parts.extend((!local.is_empty()).then(|| format!("'{local}'")));
    match parts.as_slice() {
        [one] => format!("({one},)"),
        several => format!("({})", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_tuple_of_numbers_and_labels() {
        for (version, expected) in [
            ("1", "(1,)"),
            ("1.2.3", "(1, 2, 3)"),
            ("2!1.0rc1.post2.dev3+gabc.d1", "('2!', 1, 0, 'rc1', 'post2', 'dev3', 'gabc.d1')"),
        ] {
            assert_eq!(tuple(&version.parse().unwrap()), expected);
        }
    }
}
