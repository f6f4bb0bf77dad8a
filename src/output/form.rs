//! What is written to a file, and which files may be replaced by it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::archive::Format;

/// What is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// A zip or tar file, compressed or not.
    Archive,
    /// A bytecode file.
    Bytecode,
    /// A JSON document, a manifest for instance.
    Json,
    /// A list of digests for `sha256sum -c`.
    Checksums,
    /// A page for browsers.
    Page,
    /// A page for `man`.
    Manual,
}

/// How much of a file's beginning tells what it is.
const HEAD: u64 = 512;
/// How long the name of a digest is in hexadecimal.
const SHA256: usize = 64;

impl OutputForm {
    pub(super) fn article(self) -> &'static str {
        match self {
            OutputForm::Archive => "an archive",
            OutputForm::Bytecode => "bytecode",
            OutputForm::Json => "a JSON document",
            OutputForm::Checksums => "a list of digests",
            OutputForm::Page => "an HTML page",
            OutputForm::Manual => "a manual page",
        }
    }

    /// Whether files of this form have such a name.
    fn is_called(self, name: &str) -> bool {
        let endings: &[&str] = match self {
            OutputForm::Archive => return Format::by_name(name).is_some(),
            OutputForm::Bytecode => &[".pyc", ".pyo"],
            OutputForm::Json => &[".manifest.json"],
            OutputForm::Checksums => &[".sha256", "SHA256SUMS"],
            OutputForm::Page => &[".html", ".htm"],
            OutputForm::Manual => &[".1"],
        };
        endings.iter().any(|ending| name.ends_with(ending))
    }

    /// Whether a file may be replaced by one of this form: by its name or its content it is of the same, or
    /// it is empty and no module.
    pub(super) fn may_replace(self, path: &Path) -> io::Result<bool> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if self.is_called(&name) {
            return Ok(true);
        }
        let mut file = File::open(path)?;
        let mut head = Vec::new();
        (&mut file).take(HEAD).read_to_end(&mut head)?;
        if head.is_empty() {
            let is_module = path.extension().is_some_and(|ending| ending.to_string_lossy().starts_with("py"));
            return Ok(!is_module);
        }
        let text = String::from_utf8_lossy(&head);
        let text = text.trim_start();
        Ok(match self {
            OutputForm::Archive => Format::detect(&mut file)?.is_some(),
            OutputForm::Bytecode => head.len() >= 4 && head[2..4] == *b"\r\n",
            OutputForm::Json => text.starts_with('{'),
            OutputForm::Checksums => is_checksum(text),
            OutputForm::Page => ["<!doctype html", "<html"].iter().any(|start| starts_with(text, start)),
            OutputForm::Manual => text.starts_with(['.', '\'']),
        })
    }
}

fn is_checksum(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > SHA256 && bytes[..SHA256].iter().all(u8::is_ascii_hexdigit) && bytes[SHA256] == b' '
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_by_its_like_alone() {
        let folder = tempfile::tempdir().unwrap();
        let digest = "0".repeat(SHA256) + "  a\n";
        for (form, name, content, expected) in [
            (OutputForm::Archive, "app.pyz", "anything", true),
            (OutputForm::Archive, "app", "PK\x03\x04", true),
            (OutputForm::Archive, "app", "#!/bin/python3\n...PK\x05\x06", true),
            (OutputForm::Archive, "app", "#!/bin/sh\n", false),
            (OutputForm::Archive, "app", "", true),
            (OutputForm::Archive, "__init__.py", "", false),
            (OutputForm::Bytecode, "m", "\u{2}\u{3}\r\n", true),
            (OutputForm::Bytecode, "m.py", "x = 1\n", false),
            (OutputForm::Json, "m.json", "{\n}\n", true),
            (OutputForm::Json, "pyproject.toml", "[project]\n", false),
            (OutputForm::Checksums, "sums", &digest, true),
            (OutputForm::Checksums, "sums", "zero", false),
            (OutputForm::Page, "index", "<!DOCTYPE html>", true),
            (OutputForm::Page, "README.md", "# Read me\n", false),
            (OutputForm::Manual, "page", ".TH a\n", true),
            (OutputForm::Manual, "page", "a\n", false),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            assert_eq!(form.may_replace(&path).unwrap(), expected, "{form:?} {name} {content:?}");
        }
    }
}
