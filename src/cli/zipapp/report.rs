//! What `pyrepro zipapp` tells of an archive, to people and programs.

use std::path::{Path, PathBuf};

use pyrepro::compile::Aim;
use pyrepro::dist::zipapp::{App, Compiled, Options};
use pyrepro::epoch::Epoch;
use serde::Serialize;

/// An archive that was written, or was not to be.
#[derive(Serialize)]
pub struct Report {
    target: String,
    /// How many bytes it has, if it was written.
    size: Option<u64>,
    /// How many bytes are in its members.
    unpacked: u64,
    interpreter: Option<String>,
    compressed: bool,
    source_date_epoch: Epoch,
    /// How many members there are, folders included.
    members: usize,
    /// None if nothing was to be compiled.
    bytecode: Option<BytecodeReport>,
    wheels: Vec<String>,
    /// Where its manifest was written, if one was.
    manifest: Option<String>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct BytecodeReport {
    /// The interpreter of the release, if there is one.
    python: Option<String>,
    version: String,
    compiled: usize,
    failed: Vec<FailureReport>,
}

#[derive(Serialize)]
struct FailureReport {
    path: String,
    reason: String,
    line: Option<u32>,
}

impl Report {
    pub fn new(
        app: &App,
        options: &Options,
        target: &Path,
        manifest: Option<PathBuf>,
        aim: Option<&Aim>,
        size: Option<u64>,
    ) -> Report {
        let bytecode = app.compiled.as_ref().zip(aim);
        Report {
            target: target.to_string_lossy().into_owned(),
            size,
            unpacked: app.size(),
            interpreter: Some(options.interpreter.clone()).filter(|interpreter| !interpreter.is_empty()),
            compressed: options.compress || app.was_compressed,
            source_date_epoch: options.epoch,
            members: app.entries.iter().count(),
            bytecode: bytecode.map(|(compiled, aim)| BytecodeReport::new(compiled, aim)),
            wheels: app.wheels.iter().map(|wheel| wheel.to_string_lossy().into_owned()).collect(),
            manifest: manifest.map(|manifest| manifest.to_string_lossy().into_owned()),
            warnings: app.warnings.iter().map(ToString::to_string).collect(),
        }
    }

    pub fn text(&self) -> String {
        let interpreter = match &self.interpreter {
            Some(interpreter) => format!("run by {interpreter}"),
            None => "no #! line".to_owned(),
        };
        let bytecode = match &self.bytecode {
            Some(bytecode) => format!("{} compiled for Python {}", bytecode.compiled, bytecode.version),
            None => "no bytecode".to_owned(),
        };
        let Report { target, members, .. } = self;
        let size = self.size.unwrap_or_default();
        format!("{target}: {members} members, {size} bytes, {bytecode}, {interpreter}")
    }
}

impl BytecodeReport {
    fn new(compiled: &Compiled, aim: &Aim) -> BytecodeReport {
        let failed = compiled.failures.iter().map(|(path, diagnostic)| FailureReport {
            path: path.clone(),
            reason: diagnostic.to_string(),
            line: diagnostic.line,
        });
        BytecodeReport {
            python: aim.python.as_ref().map(|python| python.to_string_lossy().into_owned()),
            version: aim.version.to_string(),
            compiled: compiled.sources.len(),
            failed: failed.collect(),
        }
    }
}
