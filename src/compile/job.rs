//! What is done for one source: read, look, compile, canonicalise, write.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use pyrepro_compiler::Program;
use serde::Serialize;

use super::fresh::{Expected, State};
use super::goal::Goal;
use super::read::{Allowance, Text, read, read_pyc};
use super::recorded::NoPrefix;
use super::request::{PycLocation, Request, Task};
use super::source::Source;
use super::unit::{Diagnostic, Unavailable, Unit, Warning};
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
    pub goals: &'a [Goal<'a>],
    pub writer: Writer,
    pub allowance: Allowance,
}

/// A source that was read, and what can be said of it for all goals.
struct Job<'a> {
    text: &'a Text<'a>,
    /// The file name that code records, as the file system has it.
    name: &'a [u8],
    program: Program<'a>,
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

    /// Whether what is there is what is to be there, as was found out by making it.
    fn is_there(&self) -> bool {
        self.new.is_some() && self.there == self.new
    }
}

impl JobContext<'_> {
    /// Does all that there is to do: a record for each goal, or one where the source cannot be read, or none if it has
    /// vanished since it was found.
    pub fn run(&self, source: &Source) -> Result<Vec<Record>, Unavailable> {
        let (name, no_prefix) = self.request.recorded.name(source);
        let record = |failure| Record {
            source: source.path.clone(),
            pycs: vec![],
            warnings: vec![],
            failure,
            no_prefix: no_prefix.clone(),
        };
        let unreadable = |error| vec![record(Some(Failure::Read { path: source.path.clone(), error }))];
        for _ in 0..TRIES {
            match read(&source.path, &self.allowance) {
                Ok(text) => {
                    let mut records: Vec<Record> = self.goals.iter().map(|_| record(None)).collect();
                    if self.bring_up_to_date(&mut records, &text, &name)? {
                        return Ok(records);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && !source.named => return Ok(vec![]),
                Err(error) => return Ok(unreadable(error)),
            }
        }
        Ok(unreadable(io::Error::other("it changes while it is read")))
    }

    /// Does what there is to do for this text. Stops and says so if the text cannot be trusted.
    fn bring_up_to_date(
        &self,
        records: &mut [Record],
        text: &Text<'_>,
        name: &Path,
    ) -> Result<bool, Unavailable> {
        let name = name.as_os_str().as_encoded_bytes();
        let mut job = Job { text, name, program: Program::new(&text.bytes) };
        for (goal, record) in self.goals.iter().zip(records) {
            if !self.reach(goal, &mut job, record)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn reach(&self, goal: &Goal<'_>, job: &mut Job<'_>, record: &mut Record) -> Result<bool, Unavailable> {
        let text = job.text;
        let mtime = FileTime::from_last_modification_time(&text.metadata).unix_seconds();
        let header = Header::of_source(goal.version, self.request.mode, &text.bytes, mtime);
        let expected = Expected { header, name: &marshal_text(job.name), form: self.request.form };
        let mut outputs = self.look(goal, &record.source, &expected);
        if self.request.task != Task::Check {
            let levels = self.stale_levels(&outputs);
            if !levels.is_empty() {
                if text.is_torn().unwrap_or(true) {
                    return Ok(false);
                }
                record.failure =
                    self.compile(goal, job, &levels, &header, &mut outputs, &mut record.warnings)?;
            }
            self.say_what_was_there(&mut outputs, &expected);
            let written = self.write(&mut outputs, &text.metadata);
            record.failure = record.failure.take().or(written.err().map(Failure::Write));
        }
        record.pycs = outputs.into_iter().map(|output| output.record).collect();
        Ok(true)
    }

    /// What is there for each level.
    fn look(&self, goal: &Goal<'_>, source: &Path, expected: &Expected<'_>) -> Vec<Output> {
        let levels = match goal.place {
            PycLocation::Cache | PycLocation::Prefix(_) => self.request.levels.as_slice(),
            // One file for all levels, so the highest, which would be written last, has it.
            _ => &self.request.levels[self.request.levels.len().saturating_sub(1)..],
        };
        let mut outputs: Vec<Output> = Vec::with_capacity(levels.len());
        for &level in levels {
            let path = match &goal.place {
                PycLocation::Cache => CachedName::path(source, &goal.cache_tag, level),
                PycLocation::Prefix(prefix) => CachedName::path_below(prefix, source, &goal.cache_tag, level),
                PycLocation::Legacy => CachedName::legacy_path(source),
                PycLocation::File(path) => path.clone(),
            };
            let there = read_pyc(&path);
            let state = match &there {
                // What is made anyway is compared with it afterwards.
                Ok(_) if self.request.force => State::Foreign,
                Ok(bytes) => expected.state(bytes),
                Err(error) if is_absence(error) => State::Missing,
                Err(_) => State::Foreign,
            };
            let record = PycRecord { path, level, state, written: false };
            outputs.push(Output { record, there: there.ok(), new: None });
        }
        outputs
    }

    /// Finds out what was there before a forced run.
    fn say_what_was_there(&self, outputs: &mut [Output], expected: &Expected<'_>) {
        for output in outputs.iter_mut().filter(|_| self.request.force) {
            if let Some(there) = &output.there {
                output.record.state = if output.is_there() { State::Fresh } else { expected.state(there) };
            }
        }
    }

    fn stale_levels(&self, outputs: &[Output]) -> Vec<Optimization> {
        let stale = outputs.iter().filter(|out| self.request.force || out.record.state != State::Fresh);
        stale.map(|out| out.record.level).collect()
    }

    fn compile(
        &self,
        goal: &Goal<'_>,
        job: &mut Job<'_>,
        levels: &[Optimization],
        header: &Header,
        outputs: &mut [Output],
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Failure>, Unavailable> {
        let unit = Unit { source: &job.text.bytes, name: job.name, levels };
        let mut outcome = match self.goals.len() {
            1 => goal.compiler.compile(&unit)?,
            _ => goal.compiler.compile_program(&unit, &mut job.program)?,
        };
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
                && (self.request.force || !output.is_there())
            {
                match output.is_there() {
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
