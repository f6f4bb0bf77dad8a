//! What is done for one source: read, look, compile, canonicalise, write.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use serde::Serialize;

use super::fresh::{Expected, State};
use super::read::{Allowance, Text, read, read_pyc};
use super::recorded::NoPrefix;
use super::request::{PycLocation, Request, Task};
use super::source::Source;
use super::unit::{Compiler, Diagnostic, Unavailable, Unit, Warning};
use super::write::{self, Writer};
use crate::pyc::{CachedName, Header, Optimization};

/// How often to read a source again that changes meanwhile.
const TRIES: usize = 3;

/// What became of a source.
#[derive(Debug)]
pub struct Record {
    /// The source.
    pub source: PathBuf,
    /// Its bytecode files, in the order of levels.
    pub pycs: Vec<PycRecord>,
    /// What the compiler warned of.
    pub warnings: Vec<Warning>,
    /// Why not all of them are there.
    pub failure: Option<Failure>,
    /// A prefix that was to be taken off its path and is not there.
    pub no_prefix: Option<NoPrefix>,
}

/// A bytecode file of a source.
#[derive(Debug, Clone, Serialize)]
pub struct PycRecord {
    /// Where it is.
    #[serde(skip)]
    pub path: PathBuf,
    /// The level of optimisation.
    #[serde(serialize_with = "number")]
    pub level: Optimization,
    /// What it was before.
    pub state: State,
    /// Whether it was written.
    pub written: bool,
}

fn number<S: serde::Serializer>(level: &Optimization, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(level.number())
}

/// Why a source has no bytecode.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It does not compile.
    #[error("{0}")]
    Source(Diagnostic),
    /// It cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The source.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Its bytecode cannot be written.
    #[error(transparent)]
    Write(#[from] write::Error),
}

impl Failure {
    /// The file that the system would not let be read or written, and its number for why.
    ///
    /// ```
    /// use pyrepro::compile::{Diagnostic, Failure};
    ///
    /// assert!(Failure::Source(Diagnostic::whole("Crash", "killed")).of_system().is_none());
    /// ```
    pub fn of_system(&self) -> Option<(&Path, i32)> {
        match self {
            Failure::Read { path, error } | Failure::Write(write::Error::Io { path, source: error }) => {
                Some((path, error.raw_os_error()?))
            }
            Failure::Source(_) | Failure::Write(write::Error::NotRegular { .. }) => None,
        }
    }
}

impl Record {
    /// Whether all bytecode was, or would have been, left as it was.
    pub fn is_fresh(&self) -> bool {
        self.failure.is_none() && self.pycs.iter().all(|pyc| pyc.state == State::Fresh && !pyc.written)
    }
}

/// What jobs have in common.
pub struct JobContext<'a> {
    pub request: &'a Request,
    pub compiler: &'a dyn Compiler,
    pub writer: Writer,
    pub allowance: Allowance,
    pub cache_tag: String,
}

/// A bytecode file on its way: what is there, and what is to be there.
struct Output {
    record: PycRecord,
    there: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
}

impl Output {
    fn bytes(&self) -> Option<&[u8]> {
        self.new.as_ref().or(self.there.as_ref()).map(Vec::as_slice)
    }
}

impl JobContext<'_> {
    /// Does all that there is to do. None if the source has vanished since it was found.
    pub fn run(&self, source: &Source) -> Result<Option<Record>, Unavailable> {
        let (name, no_prefix) = self.request.recorded.name(source);
        let mut record =
            Record { source: source.path.clone(), pycs: vec![], warnings: vec![], failure: None, no_prefix };
        let unreadable = |error| Some(Failure::Read { path: source.path.clone(), error });
        for _ in 0..TRIES {
            match read(&source.path, &self.allowance) {
                Ok(text) if self.bring_up_to_date(&mut record, &text, &name)? => return Ok(Some(record)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !source.named => return Ok(None),
                Err(error) => {
                    record.failure = unreadable(error);
                    return Ok(Some(record));
                }
            }
        }
        record.failure = unreadable(io::Error::other("it changes while it is read"));
        Ok(Some(record))
    }

    /// Does what there is to do for this text. Does nothing and says so if the text cannot be trusted.
    fn bring_up_to_date(
        &self,
        record: &mut Record,
        text: &Text<'_>,
        name: &Path,
    ) -> Result<bool, Unavailable> {
        let mtime = FileTime::from_last_modification_time(&text.metadata).unix_seconds();
        let header = Header::of_source(self.request.version, self.request.mode, &text.bytes, mtime);
        let name = name.as_os_str().as_encoded_bytes();
        let expected = Expected { header, name: &marshal_text(name), form: self.request.form };
        let mut outputs = self.look(&record.source, &expected);
        if self.request.task != Task::Check {
            let levels = self.stale_levels(&outputs);
            if !levels.is_empty() {
                if text.is_torn().unwrap_or(true) {
                    return Ok(false);
                }
                let unit = Unit { source: &text.bytes, name, levels: &levels };
                record.failure = self.compile(&unit, &header, &mut outputs, &mut record.warnings)?;
            }
            let written = self.write(&mut outputs, &text.metadata);
            record.failure = record.failure.take().or(written.err().map(Failure::Write));
        }
        record.pycs = outputs.into_iter().map(|output| output.record).collect();
        Ok(true)
    }

    /// What is there for each level.
    fn look(&self, source: &Path, expected: &Expected<'_>) -> Vec<Output> {
        let levels = match self.request.place {
            PycLocation::Cache | PycLocation::Prefix(_) => self.request.levels.as_slice(),
            // One file for all levels, so the highest, which would be written last, has it.
            _ => &self.request.levels[self.request.levels.len().saturating_sub(1)..],
        };
        let mut outputs: Vec<Output> = Vec::with_capacity(levels.len());
        for &level in levels {
            let path = match &self.request.place {
                PycLocation::Cache => CachedName::path(source, &self.cache_tag, level),
                PycLocation::Prefix(prefix) => CachedName::path_below(prefix, source, &self.cache_tag, level),
                PycLocation::Legacy => CachedName::legacy_path(source),
                PycLocation::File(path) => path.clone(),
            };
            let there = read_pyc(&path);
            let state = match &there {
                Ok(bytes) => expected.state(bytes),
                Err(error) if is_absence(error) => State::Missing,
                Err(_) => State::Foreign,
            };
            let record = PycRecord { path, level, state, written: false };
            outputs.push(Output { record, there: there.ok(), new: None });
        }
        outputs
    }

    fn stale_levels(&self, outputs: &[Output]) -> Vec<Optimization> {
        let stale = outputs.iter().filter(|out| self.request.force || out.record.state != State::Fresh);
        stale.map(|out| out.record.level).collect()
    }

    fn compile(
        &self,
        unit: &Unit<'_>,
        header: &Header,
        outputs: &mut [Output],
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Failure>, Unavailable> {
        let mut outcome = self.compiler.compile(unit)?;
        *warnings = std::mem::take(&mut outcome.warnings);
        for (level, code) in &outcome.codes {
            let file = match outcome.pyc(header, code, self.request.form) {
                Ok(file) => file,
                Err(diagnostic) => return Ok(Some(Failure::Source(*diagnostic))),
            };
            if let Some(output) = outputs.iter_mut().find(|output| output.record.level == *level) {
                output.new = Some(file);
            }
        }
        Ok(outcome.failure.map(Failure::Source))
    }

    fn write(&self, outputs: &mut [Output], source: &Metadata) -> Result<(), write::Error> {
        for index in 0..outputs.len() {
            let (before, from_here) = outputs.split_at_mut(index);
            let output = &mut from_here[0];
            let twin = before.last().filter(|_| self.request.link_equal && output.bytes().is_some());
            let path = &output.record.path;
            if let Some(twin) = twin.filter(|twin| twin.bytes() == output.bytes()) {
                if !is_one_file(path, &twin.record.path) {
                    self.writer.link(path, &twin.record.path)?;
                    output.record.written = true;
                }
            } else if let Some(new) = &output.new
                && (self.request.force || output.there.as_ref() != Some(new))
            {
                match output.there.as_ref() == Some(new) {
                    true => self.writer.renew(path, new, source)?,
                    false => self.writer.write(path, new, source)?,
                }
                output.record.written = true;
            } else if output.new.is_some() {
                output.record.state = State::Fresh;
            }
        }
        Ok(())
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn is_one_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| fs::symlink_metadata(path).map(|found| (found.dev(), found.ino())).ok();
    identity(a).is_some_and(|a| identity(b) == Some(a))
}

#[cfg(not(unix))]
fn is_one_file(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).is_ok_and(|a| fs::canonicalize(b).is_ok_and(|b| a == b))
}

/// A file name as Python decodes it, in the encoding of marshal: bytes that are not UTF-8 become
/// lone surrogates.
pub(super) fn marshal_text(name: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        // U+DC00 and the byte, in three bytes.
        let escaped = chunk.invalid().iter().flat_map(|byte| [0xed, 0xb0 | byte >> 6, 0x80 | byte & 0x3f]);
        text.extend(escaped);
    }
    text
}
