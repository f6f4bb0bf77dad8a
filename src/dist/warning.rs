//! What may not be as wanted in an artifact that is made nevertheless.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::archive::Entry;
use crate::compile::{Diagnostic, Warning};

/// Something that may not be as wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildWarning {
    /// A file whose name says that it is secret.
    #[error(
        "{0} is left out, since files of this name hold secrets; rename it, or set default-excludes = false in \
         [tool.pyrepro]"
    )]
    LeftOut(String),
    /// A file that has a private key in it.
    #[error(
        "{0} holds a private key, and everybody will have it; leave it out with source-exclude if that is wrong"
    )]
    Key(String),
    /// Two paths that name the same file on some systems.
    #[error("{0:?} and {1:?} are the same name where case or the form of letters does not count; rename one")]
    Alike(String, String),
    /// A path that Windows has no file of.
    #[error("{0:?} cannot be unpacked on Windows, where {1}; rename it")]
    NotOnWindows(String, &'static str),
    /// A module in machine code.
    #[error("{0} is machine code, but the wheel's tag says that it works on every platform")]
    Extension(String),
    /// What becomes of bytecode in wheels.
    #[error(
        "the wheel is for Python {0} alone, and not all installers keep its bytecode: uv and pip with --no-compile \
         do; pip without it writes its own over it, as does uv with --compile-bytecode; installer drops it from \
         version 1.0 on"
    )]
    Bytecode(String),
    /// The same for bytecode without sources.
    #[error(
        "the wheel is for Python {0} alone, and has no sources: tracebacks show no lines, and nobody can read it"
    )]
    Sourceless(String),
    /// A source that goes in without bytecode.
    #[error("{path}: {}; it goes in as source", at_line(.diagnostic.line, .diagnostic))]
    NotCompiled {
        /// The source.
        path: String,
        /// Why.
        diagnostic: Box<Diagnostic>,
    },
    /// What the compiler warns of.
    #[error("{path}: {}", at_line(.warning.line, format!("{}: {}", .warning.category, .warning.message)))]
    Compiler {
        /// The source.
        path: String,
        /// What it says.
        warning: Box<Warning>,
    },
}

fn at_line(line: Option<u32>, message: impl std::fmt::Display) -> String {
    line.map_or_else(|| message.to_string(), |line| format!("line {line}: {message}"))
}

/// What is doubtful about the paths of members.
pub(super) fn of_paths<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<BuildWarning> {
    let mut warnings = Vec::new();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for entry in entries {
        let path = entry.path.as_str();
        // Folders that are one elsewhere are as bad as files.
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for name in ends.map(|end| &path[..end]) {
            if let Some(other) = seen.insert(folded(name), name)
                && other != name
            {
                warnings.push(BuildWarning::Alike(other.to_owned(), name.to_owned()));
                break;
            }
        }
        if let Some(reason) = path.split('/').find_map(refused_by_windows) {
            warnings.push(BuildWarning::NotOnWindows(path.to_owned(), reason));
        }
    }
    warnings
}

/// A path as systems see it that mind neither case nor the form of letters.
fn folded(path: &str) -> String {
    match path.is_ascii() {
        true => path.to_ascii_lowercase(),
        false => path.nfd().flat_map(char::to_lowercase).nfc().collect(),
    }
}

fn refused_by_windows(name: &str) -> Option<&'static str> {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        let digit = stem.strip_prefix(prefix);
        digit.is_some_and(|digit| matches!(digit.as_bytes(), [b'1'..=b'9']))
    };
    if DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt") {
        Some("this is the name of a device")
    } else if name.contains([':', '*', '?', '"', '<', '>', '|']) {
        Some("names have none of : * ? \" < > |")
    } else if name.ends_with(['.', ' ']) {
        Some("names do not end in a dot or space")
    } else {
        None
    }
}

/// Modules in machine code, by the endings that platforms have for them.
pub(super) fn of_extensions<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<BuildWarning> {
    let paths = entries.into_iter().map(|entry| entry.path.as_str());
    let is_extension = |path: &&str| [".so", ".pyd", ".dylib", ".dll"].iter().any(|e| path.ends_with(e));
    paths.filter(is_extension).map(|path| BuildWarning::Extension(path.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(paths: &[&str]) -> Vec<String> {
        let entries: Vec<Entry> = paths.iter().map(|path| Entry::bytes(*path, "").unwrap()).collect();
        of_paths(&entries).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn paths_that_are_one_on_some_systems_are_told() {
        assert_eq!(told(&["a/b.py", "a/c.py", "ab.py"]), [""; 0]);
        assert_eq!(
            told(&["a/B.py", "A/b.py"]),
            [r#""a" and "A" are the same name where case or the form of letters does not count; rename one"#]
        );
        assert_eq!(told(&["a/B.py", "a/b.py"]).len(), 1);
        assert_eq!(told(&["a/B/c", "a/b"]).len(), 1);
        assert_eq!(told(&["\u{e9}.py", "e\u{301}.py"]).len(), 1);
        assert_eq!(told(&["\u{c9}.py", "e\u{301}.py"]).len(), 1);
    }

    #[test]
    fn names_that_windows_lacks_are_told() {
        for path in ["a/aux.py", "con", "COM1.txt", "ab:c", "what?", "a /b", "b./c", "lpt9"] {
            assert_eq!(told(&[path]).len(), 1, "{path}");
        }
        assert_eq!(told(&["auxiliary.py", "com0", "com", "lpt10", ".gitkeep", "a b"]), [""; 0]);
    }
}
