//! The normal form of zip files: wheels, zipapps, jars and any other.

use std::fs::File;
use std::io::Write;

use super::difference::{Aspect, Difference};
use super::error::Error;
use super::form::NormalForm;
use super::wheel::Wheel;
use super::{Job, bytecode, installed, zip_facts};
use crate::archive::zip::{self, Compression, Kind, Member};
use crate::archive::{Content, Digest, Digesting, Entries, Entry, Limits, Order, Shared, Spool, SpoolWriter};
use crate::in_order;

/// More than this before the first member is no `#!` line and no launcher.
const LONGEST_PREFIX: u64 = 64 << 20;

/// What makes a member the first and not to be compressed, in EPUB and OpenDocument files.
const MIMETYPE: &str = "mimetype";

pub(super) type Reader<'a> = zip::Reader<Shared<'a>>;

/// What was found out about a file in an archive while its content was put aside.
pub(super) struct Decoded {
    /// What is to be written.
    pub content: Content,
    /// The hash of what was there.
    pub before: Digest,
    /// The hash of what is to be written.
    pub after: Digest,
    /// In what that differs, if it does.
    pub difference: Option<Difference>,
    /// Why it is bytecode that was left as it was.
    pub warning: Option<String>,
}

/// What a zip file is, which decides the order of its members and whether they are compressed.
enum Shape {
    Wheel(Wheel),
    Zipapp,
    Jar,
    Plain,
}

/// Makes the normal form of an open file. It is taken for a wheel if it must be one, and, where it
/// has no name that tells, if it looks like one.
pub(super) fn normal_form(file: &File, job: &Job<'_>) -> Result<NormalForm, Error> {
    let mut reader = zip::Reader::open(Shared::new(file), Limits::default())?;
    refuse(reader.members())?;
    if reader.prefix_length() > LONGEST_PREFIX {
        return Err(Error::Prefix(reader.prefix_length()));
    }
    let shape = Shape::of(reader.members(), job)?;
    let mut files = decode(file, &reader, job)?;
    let mut dropped = Vec::new();
    if let Shape::Wheel(wheel) = &shape {
        dropped = wheel.normalize(&mut reader, &mut files, job)?;
        let folders = reader.members().iter().enumerate().filter(|(_, member)| member.kind == Kind::Folder);
        dropped.extend(folders.map(|(index, _)| index));
    } else {
        installed::renew_rows(&mut reader, &mut files)?;
    }
    let order = shape.order();
    let entries = entries(reader.members(), &files, &dropped, &order)?;
    let options = zip::Options {
        epoch: job.epoch,
        compression: shape.compression(reader.members()),
        prefix: reader.prefix(LONGEST_PREFIX as usize)?,
        threads: job.threads,
    };
    let bytes = job.write(|output| zip::write(&entries, &options, output))?;

    let warnings = files.iter().flatten().filter_map(|file| file.warning.clone()).collect();
    let mut differences: Vec<Difference> = Vec::new();
    if job.options.check {
        differences = zip_facts::differences(&reader, &bytes, &entries, job.epoch)?;
        differences.extend(files.into_iter().flatten().filter_map(|file| file.difference));
        differences.extend(dropped.iter().map(|&index| why_dropped(&reader.members()[index])));
    }
    Ok(NormalForm { bytes, differences, warnings })
}

/// A wheel has neither signatures that do not hold nor folders: its RECORD lists files alone, and
/// installers make the folders that they need.
fn why_dropped(member: &Member) -> Difference {
    let path = member.path.as_str();
    match member.kind {
        Kind::Folder => Difference::of(path, Aspect::Folder, "wheels have no entries for folders"),
        _ => Difference::of(path, Aspect::Signature, "no longer holds, and is dropped"),
    }
}

/// Refuses what an archive of ours cannot hold.
fn refuse(members: &[Member]) -> Result<(), Error> {
    for member in members {
        let what = match member.kind {
            Kind::File | Kind::Folder => continue,
            Kind::Symlink => "a symbolic link, which not every reader of zip files takes for one",
            Kind::Special => "a device, a pipe or a socket",
        };
        return Err(Error::Member { member: member.path.to_string(), what });
    }
    match members.iter().min_by_key(|member| member.offset) {
        Some(first) if first.path.as_str() == MIMETYPE && !first.deflated => Err(Error::Mimetype),
        _ => Ok(()),
    }
}

impl Shape {
    fn of(members: &[Member], job: &Job<'_>) -> Result<Shape, Error> {
        let has = |path: &str| members.iter().any(|member| member.path.as_str() == path);
        let is_zipapp = has("__main__.py") || has("__main__.pyc");
        if job.is_wheel || job.may_be_wheel && !is_zipapp && Wheel::is_likely(members) {
            return Ok(Shape::Wheel(Wheel::of(members)?));
        }
        Ok(if is_zipapp {
            Shape::Zipapp
        } else if has("META-INF/MANIFEST.MF") {
            Shape::Jar
        } else {
            Shape::Plain
        })
    }

    fn order(&self) -> Order {
        match self {
            Shape::Wheel(wheel) => Order::Wheel { dist_info: wheel.dist_info.clone() },
            Shape::Jar => Order::Jar,
            Shape::Zipapp | Shape::Plain => Order::Path,
        }
    }

    /// Whether a zipapp is compressed is up to who makes it, for it starts faster if not: all members
    /// are or none, as `pyrepro zipapp` has it.
    fn compression(&self, members: &[Member]) -> Compression {
        match self {
            Shape::Zipapp if members.iter().any(|member| member.deflated) => Compression::All,
            Shape::Zipapp => Compression::Stored,
            _ => Compression::Deflated,
        }
    }
}

/// Puts the content of all files aside, on several threads; nothing for a folder.
fn decode(file: &File, reader: &Reader<'_>, job: &Job<'_>) -> Result<Vec<Option<Decoded>>, Error> {
    let spool = job.spool();
    let count = reader.members().len();
    let threads = job.threads.get().min(count / 4);
    in_order::map(0..count, threads, |index| {
        job.check_stop()?;
        decode_one(file, reader, index, &spool, job)
    })
}

fn decode_one(
    file: &File,
    reader: &Reader<'_>,
    index: usize,
    spool: &Spool,
    job: &Job<'_>,
) -> Result<Option<Decoded>, Error> {
    let member = &reader.members()[index];
    if member.kind == Kind::Folder {
        // It has nothing to keep, but what cannot be read must not be made to look as if it could.
        reader.copy_from(Shared::new(file), index, &mut std::io::sink())?;
        return Ok(None);
    }
    if bytecode::is_named(member.path.as_str(), member.size) {
        let mut bytes = Vec::new();
        reader.copy_from(Shared::new(file), index, &mut bytes)?;
        return Ok(Some(bytecode::decoded(member.path.as_str(), bytes, spool, job)?));
    }
    let place = spool.reserve(member.size).map_err(|source| job.not_written(source))?;
    let mut output = Summed { place, sum: Digesting::default() };
    reader.copy_from(Shared::new(file), index, &mut output)?;
    let (hash, _) = output.sum.finish();
    let content = Content::Spooled(output.place.finish());
    Ok(Some(Decoded { content, before: hash, after: hash, difference: None, warning: None }))
}

/// A place that what is written to is hashed on its way.
struct Summed {
    place: SpoolWriter,
    sum: Digesting,
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = self.place.write(bytes)?;
        self.sum.write_all(&bytes[..length])?;
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn entries(
    members: &[Member],
    files: &[Option<Decoded>],
    dropped: &[usize],
    order: &Order,
) -> Result<Entries, Error> {
    let kept = members.iter().zip(files).enumerate().filter(|(index, _)| !dropped.contains(index));
    let entries = kept.map(|(_, (member, file))| {
        let path = member.path.clone();
        let executable = member.mode().is_some_and(|mode| mode & 0o100 != 0);
        let kind = match file {
            Some(file) => crate::archive::Kind::File { content: file.content.clone(), executable },
            None => crate::archive::Kind::Folder,
        };
        Entry::new(path, kind)
    });
    Ok(Entries::new(entries.collect(), order)?)
}
