//! Which member of A belongs to which of B.

use std::collections::{BTreeMap, HashMap};
use std::io;

use super::listing::{Content, Listed, Listing, What};

/// Members that belong together, by their places in the two lists, in the order of their paths.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) a: Option<usize>,
    pub(super) b: Option<usize>,
    /// Whether they have found each other by their content.
    pub(super) renamed: bool,
}

/// Pairs members: by path; by path below folders that have a version in their names; by content.
pub(super) fn pairs(a: &Listing, b: &Listing, selects: impl Fn(&Listed) -> bool) -> io::Result<Vec<Pair>> {
    let folders = Folders::of(a, b);
    let mut found: BTreeMap<(String, usize), Pair> = BTreeMap::new();
    let mut take_in = |list: &Listing, is_a: bool| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (place, member) in list.members.iter().enumerate().filter(|(_, member)| selects(member)) {
            let path = if is_a { member.path.clone() } else { folders.in_a(&member.path) };
            let count = counts.entry(path.clone()).or_default();
            let pair = found.entry((path, *count)).or_insert(Pair { a: None, b: None, renamed: false });
            *if is_a { &mut pair.a } else { &mut pair.b } = Some(place);
            *count += 1;
        }
    };
    take_in(a, true);
    take_in(b, false);
    let mut pairs: Vec<Pair> = found.into_values().collect();
    rename(&mut pairs, a, b)?;
    Ok(pairs)
}

/// Folders of B and what they are called in A.
struct Folders(Vec<(String, String)>);

impl Folders {
    fn of(a: &Listing, b: &Listing) -> Folders {
        let mut folders = Vec::new();
        for end in [".dist-info", ".egg-info", ".data"] {
            if let (Some(ours), Some(theirs)) = (top_folder(a, end), top_folder(b, end)) {
                folders.push((theirs, ours));
            }
        }
        if let (Some(ours), Some(theirs)) = (only_top(a), only_top(b)) {
            folders.push((theirs, ours));
        }
        folders.retain(|(theirs, ours)| theirs != ours);
        Folders(folders)
    }

    fn in_a(&self, path: &str) -> String {
        let renamed = self.0.iter().find_map(|(theirs, ours)| match path.strip_prefix(theirs.as_str())? {
            "" => Some(ours.clone()),
            rest => rest.starts_with('/').then(|| format!("{ours}{rest}")),
        });
        renamed.unwrap_or_else(|| path.to_owned())
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

/// Marries members that only one side has if their contents are equal.
fn rename(pairs: &mut Vec<Pair>, a: &Listing, b: &Listing) -> io::Result<()> {
    let is_file = |listed: &Listed| listed.what == What::File && listed.size > 0;
    let mut theirs: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        if let Pair { a: None, b: Some(place), .. } = *pair
            && is_file(&b.members[place])
        {
            theirs.entry(b.members[place].size).or_default().push(index);
        }
    }
    let mut digests = Digests::default();
    for index in 0..pairs.len() {
        let Pair { a: Some(place), b: None, .. } = pairs[index] else { continue };
        let ours = &a.members[place];
        let Some(candidates) = theirs.get_mut(&ours.size).filter(|_| is_file(ours)) else { continue };
        let digest = digests.of(0, place, &ours.content)?;
        let mut matching = Vec::new();
        for (at, &other) in candidates.iter().enumerate() {
            let Some(place) = pairs[other].b else { continue };
            if digests.of(1, place, &b.members[place].content)? == digest {
                matching.push((at, place));
            }
        }
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let best = matching.iter().find(|(_, place)| name(&b.members[*place].path) == name(&ours.path));
        if let Some(&(at, place)) = best.or(matching.first()) {
            let other = candidates.remove(at);
            pairs[other].b = None;
            pairs[index].b = Some(place);
            pairs[index].renamed = true;
        }
    }
    pairs.retain(|pair| pair.a.is_some() || pair.b.is_some());
    Ok(())
}

/// Digests of contents, each made once.
#[derive(Default)]
struct Digests(HashMap<(u8, usize), [u8; 32]>);

impl Digests {
    fn of(&mut self, side: u8, place: usize, content: &Content) -> io::Result<[u8; 32]> {
        if let Some(digest) = self.0.get(&(side, place)) {
            return Ok(*digest);
        }
        let digest = content.open()?.blob.sha256()?;
        self.0.insert((side, place), digest);
        Ok(digest)
    }
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
    let staying = longest_rising(&ranks);
    let places = both.iter().zip(&ranks).enumerate();
    places
        .filter(|(place, _)| !staying[*place])
        .map(|(place, ((_, _, index), rank))| (*index, (place + 1, rank + 1)))
        .collect()
}

/// Marks the members of a longest run of rising numbers.
fn longest_rising(numbers: &[usize]) -> Vec<bool> {
    // For each length, where the run of that length with the lowest end has this.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (place, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|&end| numbers[end] < *number);
        before[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }
    let mut marks = vec![false; numbers.len()];
    let mut at = ends.last().copied();
    while let Some(place) = at {
        marks[place] = true;
        at = before[place];
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_as_possible_have_moved() {
        let pairs = |order: &[usize]| -> Vec<Pair> {
            let pair = |(a, &b): (usize, &usize)| Pair { a: Some(a), b: Some(b), renamed: false };
            order.iter().enumerate().map(pair).collect()
        };
        assert!(moved(&pairs(&[0, 1, 2, 5, 7])).is_empty());
        assert_eq!(moved(&pairs(&[3, 0, 1, 2])), HashMap::from([(0, (1, 4))]));
        assert_eq!(moved(&pairs(&[1, 2, 3, 0])), HashMap::from([(3, (4, 1))]));
        assert_eq!(moved(&pairs(&[2, 1, 0])).len(), 2);
    }
}
