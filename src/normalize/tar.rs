//! The normal form of tar files, sdists among them, in gzip or not.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;

use super::difference::{Aspect, Difference, out_of_order};
use super::error::Error;
use super::form::NormalForm;
use super::{Job, bytecode, tar_facts};
use crate::archive::tar::{self, Kind, Member};
use crate::archive::{self, Content, Entries, Entry, Limits, MemberPath, Order, Shared, Spool, TarSource};

/// What was read of a tar file.
#[derive(Default)]
struct Contents {
    entries: Vec<Entry>,
    /// The links to files, each with where it leads.
    hard_links: Vec<(MemberPath, MemberPath)>,
    differences: Vec<Difference>,
    warnings: Vec<String>,
}

/// Makes the normal form of an open file.
pub(super) fn normal_form(file: &File, job: &Job<'_>) -> Result<NormalForm, Error> {
    let source = TarSource::open(Shared::new(file), Limits::default())?;
    let mut reader = tar::Reader::new(source, Limits::default());
    let mut contents = Contents::read(&mut reader, job)?;
    let gzip = reader.source().gzip();
    contents.differences.extend(gzip.into_iter().flat_map(tar_facts::of_gzip));
    let is_zipped = gzip.is_some();
    let found: Vec<String> = contents.paths().map(str::to_owned).collect();
    let Contents { mut entries, hard_links, mut differences, warnings } = contents;
    link(&mut entries, hard_links, &mut differences)?;
    let entries = Entries::new(entries, &Order::Path)?;
    let wanted = entries.iter().map(|entry| entry.path.as_str());
    differences.extend(out_of_order(found.iter().map(String::as_str), wanted));

    let options = tar::Options { epoch: job.epoch, threads: job.threads };
    let bytes = job.write(|output| match is_zipped {
        true => tar::write_gz(&entries, &options, output),
        false => tar::write(&entries, &options, output),
    })?;
    Ok(NormalForm { bytes, differences, warnings })
}

impl Contents {
    fn read<R: Read>(reader: &mut tar::Reader<R>, job: &Job<'_>) -> Result<Contents, Error> {
        let spool = job.spool();
        let mut contents = Contents::default();
        while let Some(member) = reader.next_member()? {
            job.check_stop()?;
            if job.options.check {
                tar_facts::of_member(&member, job.epoch, &mut contents.differences);
            }
            contents.add(member, reader, &spool, job)?;
        }
        if job.options.check && !reader.global().is_empty() {
            let reason = "has a header for all members, as git archive writes it";
            contents.differences.push(Difference::of_all(Aspect::Header, reason));
        }
        Ok(contents)
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.path.as_str())
    }

    fn add<R: Read>(
        &mut self,
        member: Member,
        reader: &mut tar::Reader<R>,
        spool: &Spool,
        job: &Job<'_>,
    ) -> Result<(), Error> {
        let executable = member.mode & 0o100 != 0;
        let Member { path, kind, size, .. } = member;
        let kind = match kind {
            Kind::File => {
                archive::Kind::File { content: self.content(&path, size, reader, spool, job)?, executable }
            }
            Kind::Folder => archive::Kind::Folder,
            Kind::Symlink(target) => archive::Kind::Symlink(symlink_target(&path, target)?),
            Kind::HardLink(target) => {
                let target = hard_link_target(&path, target)?;
                self.hard_links.push((path.clone(), target.clone()));
                archive::Kind::HardLink { target, executable }
            }
            Kind::Special(_) => {
                let what = "a device or a pipe, which has no place in an archive of files";
                return Err(Error::Member { member: path.to_string(), what });
            }
        };
        self.entries.push(Entry::new(path, kind));
        Ok(())
    }

    fn content<R: Read>(
        &mut self,
        path: &MemberPath,
        size: u64,
        reader: &mut tar::Reader<R>,
        spool: &Spool,
        job: &Job<'_>,
    ) -> Result<Content, Error> {
        if bytecode::is_named(path.as_str(), size) {
            let decoded = bytecode::decoded(path.as_str(), reader.bytes()?, spool, job)?;
            self.differences.extend(decoded.difference);
            self.warnings.extend(decoded.warning);
            return Ok(decoded.content);
        }
        let mut place = spool.reserve(size).map_err(|source| job.not_written(source))?;
        reader.copy(&mut place)?;
        Ok(Content::Spooled(place.finish()))
    }
}

/// The target of a symbolic link, as it is, if it stays in the archive. It may go up first and then
/// down; up after down could lead out by way of another link.
fn symlink_target(path: &MemberPath, target: Vec<u8>) -> Result<String, Error> {
    let outside = |what| Error::Member { member: path.to_string(), what };
    let target = String::from_utf8(target).map_err(|_| outside("a link to a path that is not UTF-8"))?;
    if target.is_empty() || target.starts_with('/') || target.contains(['\\', '\0']) {
        return Err(outside("a symbolic link to an absolute path, or to none"));
    }
    let parts = || target.split('/').filter(|part| !part.is_empty() && *part != ".");
    let ups = parts().take_while(|part| *part == "..").count();
    let depth = path.as_str().matches('/').count();
    if ups > depth || parts().skip(ups).any(|part| part == "..") {
        return Err(outside("a symbolic link that leads out of the archive, or may do so"));
    }
    Ok(target)
}

fn hard_link_target(path: &MemberPath, target: Vec<u8>) -> Result<MemberPath, Error> {
    let outside = |what| Error::Member { member: path.to_string(), what };
    let target = String::from_utf8(target).map_err(|_| outside("a link to a path that is not UTF-8"))?;
    let mut target = target.as_str();
    while let Some(rest) = target.strip_prefix("./") {
        target = rest;
    }
    MemberPath::new(target).map_err(|_| outside("a hard link that leads out of the archive"))
}

/// Makes the first name of each file, in order, the file, and the others links to it.
fn link(
    entries: &mut [Entry],
    hard_links: Vec<(MemberPath, MemberPath)>,
    differences: &mut Vec<Difference>,
) -> Result<(), Error> {
    if hard_links.is_empty() {
        return Ok(());
    }
    let places: HashMap<MemberPath, usize> =
        entries.iter().enumerate().map(|(index, entry)| (entry.path.clone(), index)).collect();
    // The file that each link leads to. A link comes after what it leads to, so chains are resolved.
    let mut files: HashMap<usize, usize> = HashMap::new();
    let mut names: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (path, target) in hard_links {
        let missing = || Error::Member {
            member: path.to_string(),
            what: "a hard link to something that is no file before it in the archive",
        };
        let (link, target) = (places[&path], *places.get(&target).ok_or_else(missing)?);
        let file = files.get(&target).copied().unwrap_or(target);
        if target >= link || entries[file].content().is_none() {
            return Err(missing());
        }
        files.insert(link, file);
        names.entry(file).or_default().push(link);
    }
    for (file, mut links) in names {
        links.push(file);
        links.sort_unstable_by(|&a, &b| entries[a].path.cmp(&entries[b].path));
        let first = links[0];
        let executable = entries[file].mode() & 0o100 != 0;
        let target = entries[first].path.clone();
        if first != file {
            let reason = format!("is the file of which {target} is a link");
            differences.push(Difference::of(entries[file].path.as_str(), Aspect::HardLink, reason));
            let kind = entries[file].kind.clone();
            entries[first].kind = kind;
        }
        for &name in &links[1..] {
            entries[name].kind = archive::Kind::HardLink { target: target.clone(), executable };
        }
    }
    Ok(())
}
