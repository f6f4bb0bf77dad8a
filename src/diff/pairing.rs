//! Which member of A belongs to which of B.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use super::budget::Budget;
use super::listing::{Content, Listed, Listing, What};
use super::report::Fact;
use crate::alignment::longest_increasing;
use crate::archive::Digest;

/// Members that belong together, by their places in the two lists, in the order of their paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) a: Option<usize>,
    pub(super) b: Option<usize>,
    /// Whether they have found each other by their content.
    pub(super) renamed: bool,
    /// Whether it is a folder that one side lists and the other just has something in.
    pub(super) implied: bool,
}

impl Pair {
    fn is_folder(&self, a: &Listing, b: &Listing) -> bool {
        let is = |listing: &Listing, place: Option<usize>| {
            place.is_none_or(|place| listing.members[place].what == What::Folder)
        };
        is(a, self.a) && is(b, self.b)
    }
}

/// Which members belong together, and the folders that have another name in B.
pub(super) struct Pairing {
    pub(super) pairs: Vec<Pair>,
    pub(super) folders: Vec<Fact>,
}

/// Pairs members: by path; by path below folders that have a version in their names; by content.
pub(super) fn pairs(
    a: &Listing,
    b: &Listing,
    selects: impl Fn(&Listed) -> bool,
    budget: &mut Budget,
) -> io::Result<Pairing> {
    let folders = Folders::of(a, b);
    let mut found: BTreeMap<(String, usize), Pair> = BTreeMap::new();
    let mut take_in = |list: &Listing, side: usize| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (place, member) in list.members.iter().enumerate().filter(|(_, member)| selects(member)) {
            let path = folders.key(side, &member.path);
            let count = counts.entry(path.clone()).or_default();
            let pair = found.entry((path, *count)).or_default();
            *if side == 0 { &mut pair.a } else { &mut pair.b } = Some(place);
            *count += 1;
        }
    };
    take_in(a, 0);
    take_in(b, 1);
    let mut pairs: Vec<Pair> = found.into_values().collect();
    let around = [folders.around(0, a), folders.around(1, b)];
    for pair in &mut pairs {
        pair.implied = match *pair {
            Pair { a: Some(place), b: None, .. } => {
                around[1].contains(&folders.key(0, &a.members[place].path))
            }
            Pair { a: None, b: Some(place), .. } => {
                around[0].contains(&folders.key(1, &b.members[place].path))
            }
            _ => false,
        } && pair.is_folder(a, b);
    }
    rename(&mut pairs, a, b, budget)?;
    Ok(Pairing { pairs, folders: folders.facts() })
}

/// Folders whose names have a version in them, and by what they are known when members are paired.
struct Folders([Vec<(String, String)>; 2]);

impl Folders {
    fn of(a: &Listing, b: &Listing) -> Folders {
        let mut in_b = Vec::new();
        for end in [".dist-info", ".egg-info", ".data"] {
            if let (Some(ours), Some(theirs)) = (top_folder(a, end), top_folder(b, end)) {
                in_b.push((theirs, ours));
            }
        }
        let has = |listing: &Listing, top: &str| tops(listing).any(|other| other == top);
        let mut in_a = Vec::new();
        match (only_top(a), only_top(b)) {
            (Some(ours), Some(theirs)) => in_b.push((theirs, ours)),
            // A source distribution beside the tree that it was made of.
            (Some(ours), None) if !has(b, &ours) => in_a.push((ours, String::new())),
            (None, Some(theirs)) if !has(a, &theirs) => in_b.push((theirs, String::new())),
            _ => {}
        }
        in_b.retain(|(theirs, ours)| theirs != ours);
        Folders([in_a, in_b])
    }

    fn facts(&self) -> Vec<Fact> {
        let fact = |a: &str, b: &str| {
            let said = |name: &str| Some(if name.is_empty() { "none".to_owned() } else { name.to_owned() });
            Fact { name: "folder".into(), a: said(a), b: said(b) }
        };
        let [in_a, in_b] = &self.0;
        let facts = in_a.iter().map(|(ours, theirs)| fact(ours, theirs));
        facts.chain(in_b.iter().map(|(theirs, ours)| fact(ours, theirs))).collect()
    }

    /// The path that a member of a side goes by.
    fn key(&self, side: usize, path: &str) -> String {
        let renamed =
            self.0[side].iter().find_map(|(folder, known)| match path.strip_prefix(folder.as_str())? {
                "" => Some(known.clone()),
                rest if known.is_empty() => rest.strip_prefix('/').map(str::to_owned),
                rest => rest.starts_with('/').then(|| format!("{known}{rest}")),
            });
        renamed.unwrap_or_else(|| path.to_owned())
    }

    /// All folders that members of a side are in, whether it lists them or not.
    fn around(&self, side: usize, listing: &Listing) -> HashSet<String> {
        let mut folders = HashSet::from([String::new()]);
        for member in &listing.members {
            let key = self.key(side, &member.path);
            let mut rest = key.as_str();
            while let Some((folder, _)) = rest.rsplit_once('/') {
                if !folders.insert(folder.to_owned()) {
                    break;
                }
                rest = folder;
            }
        }
        folders
    }
}

fn tops(listing: &Listing) -> impl Iterator<Item = &str> {
    listing.members.iter().filter_map(|member| match member.path.split_once('/') {
        Some((top, _)) => Some(top),
        None => (member.what == What::Folder).then_some(member.path.as_str()),
    })
}

/// The folder with that end of its name, if there is one alone.
fn top_folder(listing: &Listing, end: &str) -> Option<String> {
    let mut folders = tops(listing).filter(|top| top.ends_with(end));
    let first = folders.next()?;
    folders.all(|top| top == first).then(|| first.to_owned())
}

/// The folder that everything is in, as in an sdist.
fn only_top(listing: &Listing) -> Option<String> {
    let all = listing.members.iter().all(|member| member.path.contains('/') || member.what == What::Folder);
    all.then(|| top_folder(listing, "")).flatten()
}

/// How many equal contents are looked through for one of the same name.
const NAMESAKES: usize = 50;

/// Marries members that only one side has if their contents are equal, as far as they can be unpacked.
fn rename(pairs: &mut Vec<Pair>, a: &Listing, b: &Listing, budget: &mut Budget) -> io::Result<()> {
    let alone = |pairs: &[Pair], listing: &Listing, of: fn(&Pair) -> Option<usize>| -> Vec<(usize, usize)> {
        let places = pairs.iter().enumerate().filter_map(|(index, pair)| Some((index, of(pair)?)));
        let is_file =
            |place: usize| listing.members[place].what == What::File && listing.members[place].size > 0;
        places.filter(|(_, place)| is_file(*place)).collect()
    };
    let ours = alone(pairs, a, |pair| pair.a.filter(|_| pair.b.is_none()));
    let theirs = alone(pairs, b, |pair| pair.b.filter(|_| pair.a.is_none()));
    let sizes = |listing: &Listing, list: &[(usize, usize)]| -> HashSet<u64> {
        list.iter().map(|(_, place)| listing.members[*place].size).collect()
    };
    let (in_a, in_b) = (sizes(a, &ours), sizes(b, &theirs));
    // What has a size that the other side has not is not read.
    let mut by_content: HashMap<Digest, Vec<(usize, usize)>> = HashMap::new();
    for (index, place) in theirs.into_iter().filter(|(_, place)| in_a.contains(&b.members[*place].size)) {
        let Some(digest) = digest(&b.members[place].content, budget)? else { break };
        by_content.entry(digest).or_default().push((index, place));
    }
    for (index, place) in ours.into_iter().filter(|(_, place)| in_b.contains(&a.members[*place].size)) {
        let Some(digest) = digest(&a.members[place].content, budget)? else { break };
        let Some(found) = by_content.get_mut(&digest) else { continue };
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let wanted = name(&a.members[place].path);
        let same =
            found.iter().take(NAMESAKES).position(|(_, other)| name(&b.members[*other].path) == wanted);
        if found.is_empty() {
            continue;
        }
        let (other, place) = found.remove(same.unwrap_or(0));
        pairs[other].b = None;
        pairs[index].b = Some(place);
        pairs[index].renamed = true;
    }
    pairs.retain(|pair| pair.a.is_some() || pair.b.is_some());
    Ok(())
}

/// The digest of what a member holds; none where nothing more is unpacked.
fn digest(content: &Content, budget: &mut Budget) -> io::Result<Option<Digest>> {
    if budget.is_spent() {
        return Ok(None);
    }
    budget.open(content)?.blob.digest().map(Some)
}

/// Which pairs stand in another order in B: as few as explain all of it. Each with its place among the
/// members that both have, from 1 on.
pub(super) fn moved(pairs: &[Pair]) -> HashMap<usize, (usize, usize)> {
    let mut both: Vec<(usize, usize, usize)> =
        pairs.iter().enumerate().filter_map(|(index, pair)| Some((pair.a?, pair.b?, index))).collect();
    both.sort_unstable();
    let mut in_b: Vec<usize> = both.iter().map(|(_, b, _)| *b).collect();
    in_b.sort_unstable();
    let ranks: Vec<usize> = both.iter().map(|(_, b, _)| in_b.partition_point(|other| other < b)).collect();
    let staying = longest_increasing(&ranks);
    let places = both.iter().zip(&ranks).enumerate();
    places
        .filter(|(place, _)| !staying[*place])
        .map(|(place, ((_, _, index), rank))| (*index, (place + 1, rank + 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_as_possible_have_moved() {
        let pairs = |order: &[usize]| -> Vec<Pair> {
            let pair = |(a, &b): (usize, &usize)| Pair { a: Some(a), b: Some(b), ..Pair::default() };
            order.iter().enumerate().map(pair).collect()
        };
        assert!(moved(&pairs(&[0, 1, 2, 5, 7])).is_empty());
        assert_eq!(moved(&pairs(&[3, 0, 1, 2])), HashMap::from([(0, (1, 4))]));
        assert_eq!(moved(&pairs(&[1, 2, 3, 0])), HashMap::from([(3, (4, 1))]));
        assert_eq!(moved(&pairs(&[2, 1, 0])).len(), 2);
    }
}
