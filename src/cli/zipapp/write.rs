//! Writing the archive: into its place when it is complete, or to standard output.

use std::io::{self, BufWriter, Seek};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use pyrepro::archive::{Digest, WriteError};
use pyrepro::dist::zipapp::{App, Error, Options};
use pyrepro::manifest::Manifest;
use pyrepro::output::{Output, OutputError, OutputSet, OutputTarget, UntilStopped};

use super::super::manifest;
use super::super::terminal::Terminal;

/// Where the archive and its manifest go.
pub struct Targets {
    /// Nothing for standard output.
    pub archive: Option<OutputTarget>,
    pub manifest: Option<OutputTarget>,
}

impl Targets {
    /// The same, if none of these files would be replaced.
    pub fn apart_from(self, inputs: &[PathBuf]) -> Result<Targets, OutputError> {
        let apart = |target: Option<OutputTarget>| target.map(|target| target.apart_from(inputs)).transpose();
        Ok(Targets { archive: apart(self.archive)?, manifest: apart(self.manifest)? })
    }
}

/// Writes the archive and its manifest, whole or not at all, and tells the size of the archive.
pub fn write(
    app: &App,
    options: &Options,
    targets: Targets,
    describe: impl FnOnce((Digest, u64)) -> Result<Manifest, WriteError>,
    stop: &AtomicBool,
    terminal: &Terminal,
) -> anyhow::Result<u64> {
    let result = match targets.archive {
        None => to_stdout(app, options, targets.manifest, describe, stop, terminal),
        Some(archive) => to_file(app, options, archive, targets.manifest, describe, stop),
    };
    match result {
        Err(_) if stop.load(Ordering::Relaxed) => Err(Error::Interrupted.into()),
        other => other,
    }
}

fn to_file(
    app: &App,
    options: &Options,
    archive: OutputTarget,
    manifest: Option<OutputTarget>,
    describe: impl FnOnce((Digest, u64)) -> Result<Manifest, WriteError>,
    stop: &AtomicBool,
) -> anyhow::Result<u64> {
    let mut output = Output::create(archive)?;
    let written = app.write(options, &mut UntilStopped::new(&mut output, stop));
    written.map_err(|error| output.explain(error))?;
    let (sum, size) = output.digest()?;
    let path = output.path().to_owned();
    let is_beside = manifest.as_ref().is_some_and(|place| place.path() == Manifest::beside(&path));
    let mut set = OutputSet::default();
    set.add(output, !options.interpreter.is_empty())?;
    if let Some(target) = manifest {
        set.add(manifest::prepare(target, &describe((sum, size))?)?, false)?;
    }
    set.put()?;
    manifest::retire(&path, sum, is_beside)?;
    Ok(size)
}

/// By way of a file without a name: headers are completed behind what they describe, and nothing goes
/// out of what is given up.
fn to_stdout(
    app: &App,
    options: &Options,
    manifest: Option<OutputTarget>,
    describe: impl FnOnce((Digest, u64)) -> Result<Manifest, WriteError>,
    stop: &AtomicBool,
    terminal: &Terminal,
) -> anyhow::Result<u64> {
    let aside = || format!("cannot write a temporary file in {}", std::env::temp_dir().display());
    let mut file = BufWriter::with_capacity(1 << 16, tempfile::tempfile().with_context(aside)?);
    app.write(options, &mut UntilStopped::new(&mut file, stop))?;
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(aside)?;
    file.rewind().with_context(aside)?;
    let written = Digest::of_reader(&file).with_context(aside)?;
    let mut set = OutputSet::default();
    if let Some(target) = manifest {
        set.add(manifest::prepare(target, &describe(written)?)?, false)?;
    }
    file.rewind().with_context(aside)?;
    let size = io::copy(&mut file, &mut terminal.raw_out())?;
    if let Some(lost) = terminal.lost_output() {
        return Err(lost);
    }
    set.put()?;
    Ok(size)
}
