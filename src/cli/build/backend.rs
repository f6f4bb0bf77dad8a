//! Which build backend a project names.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;
use pyrepro::project::{Document, MAX_SIZE};

/// What builds a project.
pub enum Backend {
    /// This program.
    Own,
    /// Another one, as pyproject.toml has it.
    Other(String),
}

/// What builds projects that do not say, as the specification has it.
const LEGACY: &str = "setuptools.build_meta:__legacy__";

/// What builds the project in a folder.
pub fn backend_of(source: &Path) -> anyhow::Result<Backend> {
    let path = source.join("pyproject.toml");
    let bytes = match fs::metadata(&path) {
        // What is too large, or no file, is refused by who reads all of it.
        Ok(metadata) if !metadata.is_file() || metadata.len() > MAX_SIZE as u64 => return Ok(Backend::Own),
        Ok(_) => fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(other(LEGACY)),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let document = Document::parse(&bytes)?;
    let table = document.table(&["build-system"])?;
    let backend = table.and_then(|table| table.get("build-backend"));
    Ok(match backend.map(|item| item.text()).transpose()? {
        Some("pyrepro") => Backend::Own,
        name => other(name.unwrap_or(LEGACY)),
    })
}

fn other(name: &str) -> Backend {
    Backend::Other(name.to_owned())
}
