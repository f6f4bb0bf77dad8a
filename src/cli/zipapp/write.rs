//! Writing the archive: into its place when it is complete, or to standard output.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use pyrepro::archive::{Digest, Output, WriteError};
use pyrepro::dist::zipapp::{App, Error, Options};
use pyrepro::manifest::Manifest;

use super::super::manifest;
use super::super::terminal::Terminal;

/// Writes the archive and its manifest, whole or not at all, and tells the size of the archive.
pub fn write(
    app: &App,
    options: &Options,
    target: &Path,
    manifest: Option<(&Path, impl FnOnce((Digest, u64)) -> Result<Manifest, WriteError>)>,
    stop: &AtomicBool,
    terminal: &Terminal,
) -> anyhow::Result<u64> {
    let result = if super::is_stream(target) {
        to_stdout(app, options, manifest, stop, terminal)
    } else {
        to_file(app, options, target, manifest, stop)
    };
    match result {
        Err(_) if stop.load(Ordering::Relaxed) => Err(Error::Interrupted.into()),
        other => other,
    }
}

/// Both are complete before either gets its name.
fn to_file(
    app: &App,
    options: &Options,
    target: &Path,
    manifest: Option<(&Path, impl FnOnce((Digest, u64)) -> Result<Manifest, WriteError>)>,
    stop: &AtomicBool,
) -> anyhow::Result<u64> {
    let mut output = Output::create(target)?;
    app.write(options, &mut Stoppable { output: &mut output, stop })?;
    let (sum, size) = output.digest()?;
    let manifest =
        manifest.map(|(place, describe)| manifest::prepare(place, &describe((sum, size))?)).transpose()?;
    output.finish(!options.interpreter.is_empty())?;
    manifest.map(|manifest| manifest.finish(false)).transpose()?;
    Ok(size)
}

/// By way of a file without a name: headers are completed behind what they describe, and nothing goes
/// out of what is given up.
fn to_stdout(
    app: &App,
    options: &Options,
    manifest: Option<(&Path, impl FnOnce((Digest, u64)) -> Result<Manifest, WriteError>)>,
    stop: &AtomicBool,
    terminal: &Terminal,
) -> anyhow::Result<u64> {
    let failed = |source| WriteError::Target { path: std::env::temp_dir(), source };
    let mut file = BufWriter::with_capacity(1 << 16, tempfile::tempfile().map_err(failed)?);
    app.write(options, &mut Stoppable { output: &mut file, stop })?;
    let mut file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.rewind().map_err(failed)?;
    let written = Digest::of_reader(&file).map_err(failed)?;
    let manifest =
        manifest.map(|(place, describe)| manifest::prepare(place, &describe(written)?)).transpose()?;
    file.rewind().map_err(failed)?;
    let size = io::copy(&mut file, &mut terminal.raw_out())?;
    if let Some(lost) = terminal.lost_output() {
        return Err(lost);
    }
    manifest.map(|manifest| manifest.finish(false)).transpose()?;
    Ok(size)
}

/// An output that takes nothing more when the user has stopped the run, so that what is half written is
/// taken away.
struct Stoppable<'a, W> {
    output: &'a mut W,
    stop: &'a AtomicBool,
}

impl<W: Write> Write for Stoppable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl<W: Seek> Seek for Stoppable<'_, W> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.output.seek(position)
    }
}
