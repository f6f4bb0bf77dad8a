//! Variables by which a source leaves its extension modules out of the build.
//!
//! Projects with optional extension modules publish a wheel without them too, and each has a variable of its own
//! for that. Its name is in the build's own code, and says what it does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How deep below the source's root build code lies, how long a file of it is, and how many there are.
const DEPTH: usize = 2;
const LONGEST: u64 = 256 << 10;
const FILES: usize = 60;

/// What is in the name of a variable that takes extensions away.
const AWAY: [&str; 9] = [
    "NO_EXT",
    "NO_CEXT",
    "NO_C_EXT",
    "NO_CYTHON",
    "NO_SPEEDUPS",
    "DISABLE_",
    "PURE_PYTHON",
    "SKIP_",
    "WITHOUT_",
];

/// What is in the name of one that brings them in.
const IN: [&str; 6] = ["INSTALL_EXT", "BUILD_EXT", "WITH_EXT", "USE_CYTHON", "WITH_CYTHON", "USE_MYPYC"];

/// What such names are about.
const ABOUT: [&str; 6] = ["EXT", "CYTHON", "SPEEDUP", "PURE", "MYPYC", "COMPIL"];

/// Variables with the values that leave extension modules out, as the build code of a source suggests them.
pub(super) fn without_extensions(source: &Path) -> Vec<(String, String)> {
    let mut names = BTreeSet::new();
    for text in build_code(source) {
        names.extend(constants(&text).map(str::to_owned));
    }
    let has = |name: &str, parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let mut switches = Vec::new();
    for name in names.iter().filter(|name| has(name, &ABOUT)) {
        if has(name, &AWAY) {
            switches.push((name.clone(), "1".to_owned()));
        } else if has(name, &IN) {
            switches.push((name.clone(), "false".to_owned()));
            switches.push((name.clone(), "no".to_owned()));
        }
    }
    switches
}

/// The text of what can be part of the build: `setup.py`, a backend in the source, and what they import.
fn build_code(source: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![(source.to_owned(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            let is_code = path.extension().is_some_and(|ending| ending == "py");
            let is_short = || entry.metadata().is_ok_and(|found| found.len() <= LONGEST);
            if kind.is_dir() && depth < DEPTH {
                pending.push((path, depth + 1));
            } else if kind.is_file() && is_code && is_short() && (depth == 0 || is_for_builds(source, &path))
            {
                found.extend(fs::read_to_string(&path));
            }
            if found.len() >= FILES {
                return found;
            }
        }
    }
    found
}

/// Whether a file lies where projects have what they build with, and not what they are.
fn is_for_builds(source: &Path, path: &Path) -> bool {
    let inside = path.strip_prefix(source).unwrap_or(path).to_string_lossy().to_ascii_lowercase();
    ["build", "packaging", "pep517", "setup"].iter().any(|part| inside.contains(part))
}

/// Words in capitals with an underscore, as variables are named.
fn constants(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| {
        let is_upper =
            word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        is_upper
            && word.len() < 64
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.contains('_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_found_where_builds_are_and_nowhere_else() {
        let source = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = source.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "setup.py",
            "ext = not os.environ.get('PLUM_NO_EXTENSIONS')\nfast = os.environ['BUILD_EXTENSION']\n",
        );
        write("packaging/backend.py", "DISABLE_PLUM_CEXT = 'x'\nOPTIONS_OF_BUILD = 1\n");
        write("plum/core.py", "FIG_NO_EXTENSIONS = 1\n");
        let found = without_extensions(source.path());
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            found,
            [
                ("BUILD_EXTENSION", "false"),
                ("BUILD_EXTENSION", "no"),
                ("DISABLE_PLUM_CEXT", "1"),
                ("PLUM_NO_EXTENSIONS", "1")
            ]
        );
    }
}
