//! The walk through what two containers hold, member by member.

use super::Error;
use super::blob::Blob;
use super::content::{self, bytecode};
use super::fields::{self, Formats};
use super::kind::{self, Kind};
use super::listing::{Listed, Listing, What};
use super::options::Options;
use super::pairing::{self, Pair};
use super::report::{Body, Fact, Member, Section, Status};

/// What is larger is compared as bytes.
const LARGEST_BYTECODE: u64 = 64 << 20;

pub(super) struct Walk<'a> {
    pub(super) options: &'a Options,
    pub(super) members: Vec<Member>,
    pub(super) notes: Vec<String>,
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

impl Walk<'_> {
    /// Compares two containers: tells of the members, and gives what differs beside them.
    pub(super) fn containers(
        &mut self,
        prefix: &str,
        a: &Listing,
        b: &Listing,
        depth: usize,
    ) -> Result<Vec<Fact>, Error> {
        let formats = if a.format == b.format { Formats::Same } else { Formats::Other };
        for (side, listing) in [("A", a), ("B", b)] {
            let place = if prefix.is_empty() { side.to_owned() } else { format!("{prefix} in {side}") };
            self.notes.extend(listing.problems.iter().map(|problem| format!("{place}: {problem}")));
        }
        let selects = |member: &Listed| self.options.selects(&member.path, member.what == What::Folder);
        let pairs = pairing::pairs(a, b, selects)?;
        let moved = if formats == Formats::Same && a.format != "folder" {
            pairing::moved(&pairs)
        } else {
            Default::default()
        };
        let first = self.members.len();
        for (index, pair) in pairs.iter().enumerate() {
            let order = moved.get(&index).map(|(from, to)| Fact {
                name: "place in the order".into(),
                a: Some(from.to_string()),
                b: Some(to.to_string()),
            });
            self.pair(prefix, a, b, pair, formats, order, depth)?;
        }
        let same = self.members[first..]
            .iter()
            .all(|member| matches!(member.status, Status::Equal | Status::Container));
        let same = same && self.options.is_whole();
        Ok(fields::differences(&a.fields, &b.fields, formats, same))
    }

    #[expect(clippy::too_many_arguments, reason = "one call, from the loop above")]
    fn pair(
        &mut self,
        prefix: &str,
        a: &Listing,
        b: &Listing,
        pair: &Pair,
        formats: Formats,
        order: Option<Fact>,
        depth: usize,
    ) -> Result<(), Error> {
        match (pair.a.map(|place| &a.members[place]), pair.b.map(|place| &b.members[place])) {
            (Some(ours), Some(theirs)) => {
                self.both(prefix, ours, theirs, pair.renamed, formats, order, depth)
            }
            (Some(listed), None) => self.alone(prefix, listed, Status::OnlyA),
            (None, Some(listed)) => self.alone(prefix, listed, Status::OnlyB),
            (None, None) => Ok(()),
        }
    }

    fn alone(&mut self, prefix: &str, listed: &Listed, status: Status) -> Result<(), Error> {
        let size = Some(listed.size);
        let kind = match listed.what {
            What::File => Kind::of(&listed.path, &listed.content.open()?.blob)?.name(),
            other => other.name(),
        };
        self.members.push(Member {
            path: format!("{prefix}{}", listed.path),
            path_b: None,
            status,
            kind,
            sizes: if status == Status::OnlyA { [size, None] } else { [None, size] },
            facts: vec![],
            sections: vec![],
        });
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
    fn both(
        &mut self,
        prefix: &str,
        a: &Listed,
        b: &Listed,
        renamed: bool,
        formats: Formats,
        order: Option<Fact>,
        depth: usize,
    ) -> Result<(), Error> {
        let path = format!("{prefix}{}", a.path);
        let place = self.members.len();
        let (kind, differing) = self.contents(&path, a, b, depth)?;
        let same_content = differing.is_none();
        let mut facts = fields::differences(&a.fields, &b.fields, formats, same_content);
        facts.extend(order);
        if same_content
            && a.content.is_packed_like(&b.content).is_ok_and(|same| !same)
            && formats == Formats::Same
        {
            facts.push(packing());
        }
        if a.what != b.what {
            facts.push(Fact {
                name: "kind".into(),
                a: Some(a.what.name().into()),
                b: Some(b.what.name().into()),
            });
        }
        let status = match &differing {
            Some(Differing { same_meaning: true, .. }) => Status::Meaning,
            Some(Differing { same_members: true, .. }) => Status::Container,
            Some(_) => Status::Content,
            None if renamed => Status::Renamed,
            None if a.what != b.what => Status::Content,
            None if facts.is_empty() => Status::Equal,
            None => Status::Container,
        };
        let member = Member {
            path,
            path_b: (a.path != b.path).then(|| format!("{prefix}{}", b.path)),
            status,
            kind,
            sizes: [Some(a.size), Some(b.size)],
            facts,
            sections: differing.map(|differing| differing.sections).unwrap_or_default(),
        };
        // Before what it holds.
        self.members.insert(place, member);
        Ok(())
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
        let (ours, theirs) = (a.content.open()?, b.content.open()?);
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
            let listings = (kind::list(kinds[0], blobs[0])?, kind::list(kinds[1], blobs[1])?);
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

fn packing() -> Fact {
    let said = |text: &str| Some(text.to_owned());
    Fact { name: "compressed data".into(), a: said("the same content"), b: said("in other bytes") }
}

/// What a member that need not be read most probably is.
fn kind_by_name(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("pyc") => "pyc",
        Some("so" | "pyd" | "dll" | "png" | "gif" | "jpg" | "ico" | "mo" | "woff" | "woff2") => "binary",
        Some("zip" | "whl" | "pyz" | "egg" | "jar") => "zip",
        Some("gz") => "gzip",
        Some("tar") => "tar",
        _ => "text",
    }
}
