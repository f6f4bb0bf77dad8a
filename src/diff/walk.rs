//! The walk through what two containers hold, member by member.

use std::collections::HashMap;
use std::io;

use super::Error;
use super::blob::Blob;
use super::budget::Budget;
use super::content::{self, bytecode};
use super::editions::{self, LARGEST_BYTECODE};
use super::fields::{self, Formats};
use super::kind::{self, Kind};
use super::listing::{Listed, Listing, What};
use super::options::Options;
use super::pairing::{self, Pair, Pairing};
use super::report::{Body, Fact, Member, Section, Status};
use crate::archive::Format;

/// How many members archives in archives may have. What goes beyond is compared as it is packed.
const NESTED_MEMBERS: usize = 1_000_000;

pub(super) struct Walk<'a> {
    pub(super) options: &'a Options,
    pub(super) members: Vec<Member>,
    pub(super) notes: Vec<String>,
    /// Whether folders have other names, and so whatever is in them has another path.
    pub(super) other_paths: bool,
    /// What may still be unpacked.
    pub(super) budget: Budget,
    /// How many members archives in archives may still have.
    nested: usize,
    /// What may still be compiled to tell who made bytecode.
    pub(super) allowance: editions::Allowance,
}

/// What differs between two contents, as far as it is told in the place of their member.
#[derive(Default)]
pub(super) struct Differing {
    pub(super) sections: Vec<Section>,
    /// Whether they are bytecode that means the same.
    pub(super) same_meaning: bool,
    /// Whether they are containers whose members are all equal.
    pub(super) same_members: bool,
}

/// Two containers that are compared.
struct Containers<'a> {
    a: &'a Listing,
    b: &'a Listing,
    /// What stands before the paths of their members.
    prefix: &'a str,
    depth: usize,
}

impl Containers<'_> {
    fn formats(&self) -> Formats {
        if self.a.format == self.b.format { Formats::Same } else { Formats::Other }
    }

    fn notes(&self) -> Vec<String> {
        let of = |side: &str, listing: &Listing| -> Vec<String> {
            let place = match self.prefix {
                "" => side.to_owned(),
                prefix => format!("{} in {side}", prefix.trim_end_matches("!/")),
            };
            listing.problems.iter().map(|problem| format!("{place}: {problem}")).collect()
        };
        [of("A", self.a), of("B", self.b)].concat()
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(options: &'a Options) -> Walk<'a> {
        Walk {
            options,
            members: vec![],
            notes: vec![],
            other_paths: false,
            budget: Budget::default(),
            nested: NESTED_MEMBERS,
            allowance: editions::Allowance::default(),
        }
    }

    /// Compares two containers: tells of the members, and gives what differs beside them.
    pub(super) fn containers(
        &mut self,
        prefix: &str,
        a: &Listing,
        b: &Listing,
        depth: usize,
    ) -> Result<Vec<Fact>, Error> {
        let containers = Containers { a, b, prefix, depth };
        for listing in [a, b].into_iter().filter(|listing| listing.format == "folder") {
            self.budget.given(listing.members.iter().map(|member| member.size).sum());
        }
        let formats = containers.formats();
        self.notes.extend(containers.notes());
        let options = self.options;
        let selects = |member: &Listed| options.selects(&member.path, member.what == What::Folder);
        let Pairing { pairs, folders } = pairing::pairs(a, b, selects, &mut self.budget)?;
        // Folders have no order of their own.
        let ordered = formats == Formats::Same && a.format != "folder";
        let moved = if ordered { pairing::moved(&pairs) } else { HashMap::new() };
        let first = self.members.len();
        for (index, pair) in pairs.iter().enumerate() {
            match (pair.a.map(|place| &a.members[place]), pair.b.map(|place| &b.members[place])) {
                (Some(ours), Some(theirs)) => {
                    let order = moved.get(&index).map(|places| order(*places));
                    self.both(&containers, [ours, theirs], pair, order)?;
                }
                (Some(listed), None) => self.alone(&containers, listed, Status::OnlyA, pair)?,
                (None, Some(listed)) => self.alone(&containers, listed, Status::OnlyB, pair)?,
                (None, None) => {}
            }
        }
        let is_same = |member: &Member| matches!(member.status, Status::Equal | Status::Container);
        let same = self.members[first..].iter().all(is_same) && self.options.is_whole();
        let mut facts = Vec::new();
        if formats == Formats::Other {
            let said = |listing: &Listing| Some(listing.format.to_owned());
            facts.push(Fact { name: "format".into(), a: said(a), b: said(b) });
        } else {
            self.other_paths |= !folders.is_empty();
        }
        facts.extend(folders);
        facts.extend(fields::differences(&a.fields, &b.fields, formats, same));
        Ok(facts)
    }

    fn alone(
        &mut self,
        containers: &Containers<'_>,
        listed: &Listed,
        status: Status,
        pair: &Pair,
    ) -> Result<(), Error> {
        if pair.implied && containers.formats() == Formats::Other {
            return Ok(());
        }
        let in_a = status == Status::OnlyA;
        let (kind, sections) = match listed.what {
            What::File => {
                let blob = self.budget.open(&listed.content)?.blob;
                let kind = Kind::of(&listed.path, &blob)?;
                let is_told = self.options.details && !kind.is_container();
                let sections =
                    if is_told { content::alone(kind, &blob, in_a, self.options)? } else { vec![] };
                (kind.name(), sections)
            }
            other => (other.name(), vec![]),
        };
        let either = |value: String| if in_a { (Some(value), None) } else { (None, Some(value)) };
        let (a, b) = either("listed".into());
        let facts = if pair.implied { vec![Fact { name: "folder".into(), a, b }] } else { vec![] };
        let size = (listed.what != What::Folder).then_some(listed.size);
        self.members.push(Member {
            path: format!("{}{}", containers.prefix, listed.path),
            path_b: None,
            status: if pair.implied { Status::Container } else { status },
            kind,
            sizes: if in_a { [size, None] } else { [None, size] },
            facts,
            sections,
        });
        Ok(())
    }

    fn both(
        &mut self,
        containers: &Containers<'_>,
        [a, b]: [&Listed; 2],
        pair: &Pair,
        order: Option<Fact>,
    ) -> Result<(), Error> {
        let path = format!("{}{}", containers.prefix, a.path);
        let place = self.members.len();
        let (kind, mut differing) = self.contents(&path, a, b, containers.depth)?;
        if let Some(differing) = &mut differing
            && kind == Kind::Pyc.name()
            && self.options.details
            && !differing.same_meaning
        {
            differing.sections.extend(self.editions(containers, [a, b])?);
        }
        let mut facts = self.facts(containers.formats(), [a, b], differing.is_none())?;
        facts.extend(order);
        let status = match &differing {
            Some(Differing { same_meaning: true, .. }) => Status::Meaning,
            Some(Differing { same_members: true, .. }) => Status::Container,
            Some(_) => Status::Content,
            None if pair.renamed => Status::Renamed,
            None if a.what != b.what => Status::Content,
            None if facts.is_empty() => Status::Equal,
            None => Status::Container,
        };
        let member = Member {
            path,
            path_b: (a.path != b.path).then(|| format!("{}{}", containers.prefix, b.path)),
            status,
            kind,
            sizes: [a, b].map(|listed| (listed.what != What::Folder).then_some(listed.size)),
            facts,
            sections: differing.map(|differing| differing.sections).unwrap_or_default(),
        };
        // Before what it holds.
        self.members.insert(place, member);
        Ok(())
    }

    /// What the containers say otherwise of a member.
    fn facts(&self, formats: Formats, [a, b]: [&Listed; 2], same: bool) -> Result<Vec<Fact>, Error> {
        let mut facts = fields::differences(&a.fields, &b.fields, formats, same);
        if a.path != b.path {
            // That they have different names is told already.
            facts.retain(|fact| !fact.name.starts_with("name in") && !fact.name.starts_with("prefix in"));
        }
        let methods_differ = facts.iter().any(|fact| fact.name == "compression");
        if same
            && a.what == b.what
            && formats == Formats::Same
            && !methods_differ
            && !a.content.is_packed_like(&b.content)?
        {
            facts.push(packing());
        }
        if a.what != b.what {
            let said = |listed: &Listed| Some(listed.what.name().to_owned());
            facts.push(Fact { name: "kind".into(), a: said(a), b: said(b) });
        }
        Ok(facts)
    }

    /// What the contents are, and what differs between them, if anything.
    fn contents(
        &mut self,
        path: &str,
        a: &Listed,
        b: &Listed,
        depth: usize,
    ) -> Result<(&'static str, Option<Differing>), Error> {
        if a.what == What::Folder || a.what != b.what {
            return Ok((a.what.name(), None));
        }
        if a.content.is_packed_like(&b.content)? {
            let kind = if a.what == What::File { kind_by_name(&a.path) } else { a.what.name() };
            return Ok((kind, None));
        }
        let (ours, theirs) = (self.budget.open(&a.content)?, self.budget.open(&b.content)?);
        let problems: Vec<String> = [("A", &ours.problem), ("B", &theirs.problem)]
            .into_iter()
            .filter_map(|(side, problem)| problem.as_ref().map(|problem| format!("in {side}: {problem}")))
            .collect();
        let kinds = [Kind::of(&a.path, &ours.blob)?, Kind::of(&b.path, &theirs.blob)?];
        let name = if a.what == What::File { kinds[0].name() } else { a.what.name() };
        let mut differing = if ours.blob.equals(&theirs.blob)? {
            None
        } else if self.options.details {
            Some(self.differing(path, [&a.path, &b.path], kinds, [&ours.blob, &theirs.blob], depth)?)
        } else {
            Some(Differing::default())
        };
        if !problems.is_empty() {
            let section = Section { title: "damage".into(), body: Body::Notes(problems) };
            differing.get_or_insert_default().sections.insert(0, section);
        }
        Ok((name, differing))
    }

    /// What differs between two contents that are known to.
    pub(super) fn differing(
        &mut self,
        path: &str,
        names: [&str; 2],
        kinds: [Kind; 2],
        blobs: [&Blob; 2],
        depth: usize,
    ) -> Result<Differing, Error> {
        if kinds.iter().all(|kind| kind.is_container()) && depth < self.options.depth {
            let listings = (self.list(kinds[0], blobs[0])?, self.list(kinds[1], blobs[1])?);
            if let (Some(a), Some(b)) = listings {
                return self.nested(path, &a, &b, depth);
            }
        }
        if kinds.contains(&Kind::Pyc)
            && let Some(found) = self.bytecode(kinds, blobs)?
        {
            return Ok(found);
        }
        let sections = content::sections(names, kinds, blobs, self.options)?;
        Ok(Differing { sections, ..Differing::default() })
    }

    /// Bytecode against bytecode, or against a source.
    fn bytecode(&self, kinds: [Kind; 2], blobs: [&Blob; 2]) -> Result<Option<Differing>, Error> {
        if blobs.iter().any(|blob| blob.len() > LARGEST_BYTECODE) {
            return Ok(None);
        }
        let [a, b] = [blobs[0].bytes(0..LARGEST_BYTECODE)?, blobs[1].bytes(0..LARGEST_BYTECODE)?];
        let with_source = |sections: Option<Section>| sections.map(|section| (vec![section], false));
        let found = match kinds {
            [Kind::Pyc, Kind::Pyc] => bytecode::sections(&a, &b, self.options),
            [Kind::Pyc, Kind::Text] => with_source(bytecode::with_source(&a, &b)),
            [Kind::Text, Kind::Pyc] => with_source(bytecode::with_source(&b, &a)),
            _ => None,
        };
        Ok(found.map(|(sections, same_meaning)| Differing { sections, same_meaning, ..Differing::default() }))
    }

    /// Which releases make the code of two members that are bytecode, if not the same make both.
    fn editions(
        &mut self,
        containers: &Containers<'_>,
        [a, b]: [&Listed; 2],
    ) -> Result<Option<Section>, Error> {
        let mut of = |listed: &Listed, container: &Listing| -> io::Result<Option<String>> {
            let Some(source) = self.allowance.source_of(&listed.path, container) else { return Ok(None) };
            let (file, source) =
                (self.budget.open(&listed.content)?.blob, self.budget.open(&source.content)?.blob);
            self.allowance.of(&file, &source)
        };
        Ok(editions::section([of(a, containers.a)?, of(b, containers.b)?]))
    }

    /// Takes an archive in an archive apart, if that can still be afforded.
    fn list(&mut self, kind: Kind, blob: &Blob) -> io::Result<Option<Listing>> {
        if self.budget.is_spent() || self.nested == 0 {
            return Ok(None);
        }
        let listing = kind::list(kind, blob)?;
        if let Some(listing) = &listing {
            self.nested = self.nested.saturating_sub(listing.members.len());
            if kind == Kind::Gzip {
                self.budget.unpacked(listing.members.iter().map(|member| member.size).sum());
            }
        }
        Ok(listing)
    }

    fn nested(&mut self, path: &str, a: &Listing, b: &Listing, depth: usize) -> Result<Differing, Error> {
        let first = self.members.len();
        let facts = self.containers(&format!("{path}!/"), a, b, depth + 1)?;
        let found = &self.members[first..];
        let is = |wanted: &[Status]| found.iter().all(|member| wanted.contains(&member.status));
        let same_members = is(&[Status::Equal, Status::Container]);
        let same_meaning = !same_members && is(&[Status::Equal, Status::Container, Status::Meaning]);
        let mut sections = Vec::new();
        if !facts.is_empty() {
            sections.push(Section { title: "container".into(), body: Body::Fields(facts) });
        }
        let changed = found.iter().filter(|member| member.status != Status::Equal).count();
        let sentence = match changed {
            0 if sections.is_empty() => "bytes differ that belong to no member and no field".to_owned(),
            0 => "all that it holds is equal".to_owned(),
            1 => "one of its members differs; it follows".to_owned(),
            more => format!("{more} of its members differ; they follow"),
        };
        sections.push(Section { title: "note".into(), body: Body::Notes(vec![sentence]) });
        Ok(Differing { sections, same_meaning, same_members })
    }
}

fn order((from, to): (usize, usize)) -> Fact {
    Fact { name: "place in the order".into(), a: Some(from.to_string()), b: Some(to.to_string()) }
}

fn packing() -> Fact {
    let said = |text: &str| Some(text.to_owned());
    Fact { name: "compressed data".into(), a: said("the same content"), b: said("in other bytes") }
}

/// What a member that need not be read most probably is.
fn kind_by_name(path: &str) -> &'static str {
    if let Some(format) = Format::by_name(path) {
        return format.name();
    }
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("pyc") => "pyc",
        Some("so" | "pyd" | "dll" | "png" | "gif" | "jpg" | "ico" | "mo" | "woff" | "woff2") => "binary",
        Some("gz") => "gzip",
        _ => "text",
    }
}
