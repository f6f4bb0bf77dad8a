//! The work on one file: what all kinds of archives need for it.

use std::io::{self, BufWriter};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::difference::{Aspect, Difference};
use super::draft::Draft;
use super::error::Error;
use super::form::{Bytes, NormalForm};
use super::kind::Kind;
use super::original::Original;
use super::{Options, bytecode, own_epoch, tar, zip};
use crate::archive::{Spool, WriteError};
use crate::epoch::Epoch;
use crate::output::{UntilStopped, folder_of};
use crate::pyc;

/// How much content, and how much of the normal form, is kept in memory for each thread, which is all of
/// most archives. The rest goes to the disk.
const IN_MEMORY: u64 = 16 << 20;

pub(super) struct Job<'a> {
    pub options: &'a Options,
    /// How many threads may work on it.
    pub threads: NonZeroUsize,
    pub stop: &'a AtomicBool,
    /// Where there is room for what has none in memory.
    pub folder: &'a Path,
    /// The time of all members.
    pub epoch: Epoch,
    /// Whether a zip file must be a wheel.
    pub is_wheel: bool,
    /// Whether it may be one, because its name says nothing else.
    pub may_be_wheel: bool,
}

impl<'a> Job<'a> {
    pub fn new(
        path: &'a Path,
        kind: Kind,
        options: &'a Options,
        threads: NonZeroUsize,
        stop: &'a AtomicBool,
    ) -> Job<'a> {
        let may_be_wheel = Kind::by_name(path).is_none();
        let is_wheel = kind == Kind::Wheel;
        let epoch = options.epoch.unwrap_or(Epoch::DEFAULT);
        Job { options, threads, stop, folder: folder_of(path), epoch, is_wheel, may_be_wheel }
    }

    /// The normal form, and in what the file differs from it if that is asked for.
    ///
    /// Whoever made a normal archive chose its time. Where nobody asks for another, that one stays.
    pub fn normal_form(mut self, kind: Kind, original: &Original) -> Result<NormalForm, Error> {
        if self.options.epoch.is_none()
            && let Some(epoch) = own_epoch::of(&original.file, kind)?
            && epoch != self.epoch
        {
            let default = std::mem::replace(&mut self.epoch, epoch);
            let form = self.at_epoch(kind, original)?;
            if form.is_in(&original.file).map_err(Error::Unreadable)? {
                return Ok(form);
            }
            self.epoch = default;
        }
        self.at_epoch(kind, original)
    }

    fn at_epoch(&self, kind: Kind, original: &Original) -> Result<NormalForm, Error> {
        let mut form = match kind {
            Kind::Pyc => self.bytecode(&original.bytecode()?)?,
            Kind::Wheel | Kind::Zip => zip::normal_form(&original.file, self)?,
            Kind::Tar => tar::normal_form(&original.file, self)?,
            Kind::Egg => return Err(Error::Egg),
            Kind::Compressed(compression) => return Err(Error::Compression(compression)),
        };
        if self.options.check && form.differences.is_empty() && kind != Kind::Pyc {
            let reason = "the compressed data, or what fills up the file, is another program's";
            form.differences.push(Difference::of_all(Aspect::Compression, reason));
        }
        Ok(form)
    }

    fn bytecode(&self, content: &[u8]) -> Result<NormalForm, pyc::Error> {
        let canonical = bytecode::canonical(content)?;
        let mut differences = Vec::new();
        if self.options.check
            && canonical != content
            && let Some(reason) = bytecode::first_difference(content)
        {
            differences.push(Difference::of_all(Aspect::Bytecode, reason));
        }
        Ok(NormalForm::of(canonical, differences))
    }

    /// Room for the content of members.
    pub fn spool(&self) -> Spool {
        Spool::new(self.folder, self.in_memory())
    }

    /// Has the normal form written, by something that writes in large pieces or not.
    pub fn write(
        &self,
        write: impl FnOnce(&mut BufWriter<UntilStopped<'_, Draft<'_>>>) -> Result<(), WriteError>,
    ) -> Result<Bytes, Error> {
        let draft = UntilStopped::new(Draft::new(self.in_memory(), self.folder), self.stop);
        let mut draft = BufWriter::with_capacity(1 << 18, draft);
        write(&mut draft).map_err(|error| self.write_error(error))?;
        let draft = draft.into_inner().map_err(|error| self.write_error(error.into_error().into()))?;
        Ok(draft.into_inner().bytes())
    }

    fn in_memory(&self) -> u64 {
        IN_MEMORY * self.threads.get() as u64
    }

    pub fn not_written(&self, source: io::Error) -> Error {
        Error::NotWritten { folder: self.folder.to_owned(), source }
    }

    pub fn write_error(&self, error: WriteError) -> Error {
        match error {
            _ if self.stop.load(Ordering::Relaxed) => Error::Stopped,
            WriteError::Output(source) => self.not_written(source),
            error => Error::Write(error),
        }
    }

    pub fn check_stop(&self) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }
}
