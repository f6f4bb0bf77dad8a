//! Which elements of two lists have no counterpart in the other: lines of text, words, instructions.
//!
//! Elements that occur once in both, in the same order, are counterparts; between them, the algorithm of Myers
//! finds the shortest way from one list to the other. Where that would take too long, it goes on from the
//! furthest place that was reached, so that the time is in proportion to the length whatever the lists are.
//! What is counted is work and not time, so that the answer is the same on every machine.

mod longest_increasing;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

pub(crate) use longest_increasing::longest_increasing;

/// How many changes are looked for at a time before it goes on from the furthest place.
const MOST_CHANGES: i64 = 200;
/// How much work is done before the rest counts as replaced: less than a second.
const MOST_WORK: u64 = 200_000_000;
/// Shorter pieces are not worth the search for elements that occur once.
const SHORTEST_ANCHORED: usize = 16;
/// How often pieces are cut at such elements.
const DEEPEST_ANCHORS: usize = 16;

/// Elements of A and those that B has in their place; either may be none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) a: Range<usize>,
    pub(crate) b: Range<usize>,
}

/// An element of one list, or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Their keys are equal.
    Both(usize, usize),
    A(usize),
    B(usize),
}

/// How much work may still be done, in one alignment or in several together. When none is left, all that
/// differs counts as replaced.
pub(crate) struct Effort(Cell<u64>);

impl Default for Effort {
    fn default() -> Effort {
        Effort(Cell::new(MOST_WORK))
    }
}

/// What has to be changed in one list to get the other, in order.
pub(crate) fn changes<K: Hash + Eq>(a: &[K], b: &[K], effort: &Effort) -> Vec<Change> {
    let mut numbers = HashMap::new();
    let mut number = |key| {
        let next = numbers.len() as u32;
        *numbers.entry(key).or_insert(next)
    };
    let a: Vec<u32> = a.iter().map(&mut number).collect();
    let b: Vec<u32> = b.iter().map(&mut number).collect();
    let (ours, theirs) = (Common::of(&a, &b), Common::of(&b, &a));
    let (gone, new) = (vec![false; ours.list.len()], vec![false; theirs.list.len()]);
    let mut search = Search { a: &ours.list, b: &theirs.list, gone, new, work: effort.0.get() };
    search.run();
    effort.0.set(search.work);
    let (mut gone, mut new) = (ours.marks(&search.gone), theirs.marks(&search.new));
    slide(&mut gone, &a);
    slide(&mut new, &b);
    collect(&gone, &new)
}

/// Both lists, element by element.
pub(crate) fn steps<K: Hash + Eq>(a: &[K], b: &[K], effort: &Effort) -> Vec<Step> {
    let mut steps = Vec::with_capacity(a.len().max(b.len()));
    let (mut i, mut j) = (0, 0);
    let end = Change { a: a.len()..a.len(), b: b.len()..b.len() };
    for change in changes(a, b, effort).into_iter().chain([end]) {
        steps.extend((i..change.a.start).zip(j..).map(|(a, b)| Step::Both(a, b)));
        (i, j) = (change.a.end, change.b.end);
        steps.extend(change.a.map(Step::A));
        steps.extend(change.b.map(Step::B));
    }
    steps
}

/// The elements of a list that the other one has anywhere. The rest has no counterpart, whatever is aligned,
/// and would cost the search most of its time.
struct Common {
    list: Vec<u32>,
    /// Of all elements of the whole list, whether it is among them.
    is_common: Vec<bool>,
}

impl Common {
    fn of(list: &[u32], other: &[u32]) -> Common {
        let other: HashSet<u32> = other.iter().copied().collect();
        let is_common: Vec<bool> = list.iter().map(|element| other.contains(element)).collect();
        let list = list.iter().zip(&is_common).filter(|(_, is_common)| **is_common).map(|(at, _)| *at);
        Common { list: list.collect(), is_common }
    }

    /// Marks of the whole list, by those of the common elements.
    fn marks(&self, of_common: &[bool]) -> Vec<bool> {
        let mut of_common = of_common.iter();
        self.is_common.iter().map(|&common| !common || of_common.next().is_none_or(|mark| *mark)).collect()
    }
}

/// Runs of marks as changes. What is not marked corresponds, in order.
fn collect(gone: &[bool], new: &[bool]) -> Vec<Change> {
    let run = |marks: &[bool], from: usize| marks[from..].iter().take_while(|mark| **mark).count();
    let (mut changes, mut i, mut j) = (Vec::new(), 0, 0);
    while i < gone.len() || j < new.len() {
        let (a, b) = (run(gone, i), run(new, j));
        if a + b > 0 {
            changes.push(Change { a: i..i + a, b: j..j + b });
        }
        (i, j) = (i + a + 1, j + b + 1);
    }
    changes
}

/// Moves each run of marks down as far as the list allows, as people are used to: a function that was put
/// between two others begins with its first line and ends with the empty one behind it.
fn slide(marks: &mut [bool], list: &[u32]) {
    let mut start = 0;
    while let Some(first) = marks[start..].iter().position(|mark| *mark).map(|at| start + at) {
        let mut run = first..first + marks[first..].iter().take_while(|mark| **mark).count();
        while run.end < list.len() && !marks[run.end] && list[run.start] == list[run.end] {
            marks.swap(run.start, run.end);
            run = run.start + 1..run.end + 1;
        }
        start = run.end;
    }
}

/// A piece of both lists that is still to be compared.
#[derive(Clone)]
struct Piece {
    a: Range<usize>,
    b: Range<usize>,
    depth: usize,
}

struct Search<'a> {
    a: &'a [u32],
    b: &'a [u32],
    gone: Vec<bool>,
    new: Vec<bool>,
    work: u64,
}

impl Search<'_> {
    fn run(&mut self) {
        let mut pieces = vec![Piece { a: 0..self.a.len(), b: 0..self.b.len(), depth: 0 }];
        while let Some(piece) = pieces.pop() {
            let piece = self.trimmed(piece);
            if piece.a.is_empty() || piece.b.is_empty() || self.work == 0 {
                self.gone[piece.a].fill(true);
                self.new[piece.b].fill(true);
                continue;
            }
            if piece.depth < DEEPEST_ANCHORS && piece.a.len().min(piece.b.len()) >= SHORTEST_ANCHORED {
                let anchors = self.anchors(&piece);
                if !anchors.is_empty() {
                    between(&piece, &anchors, &mut pieces);
                    continue;
                }
            }
            match self.middle(&piece) {
                Some((x, y)) => {
                    pieces.push(Piece { a: piece.a.start..x, b: piece.b.start..y, depth: DEEPEST_ANCHORS });
                    pieces.push(Piece { a: x..piece.a.end, b: y..piece.b.end, depth: piece.depth + 1 });
                }
                None => {
                    self.gone[piece.a].fill(true);
                    self.new[piece.b].fill(true);
                }
            }
        }
    }

    /// Without what is equal at both ends.
    fn trimmed(&self, Piece { a, b, depth }: Piece) -> Piece {
        let (ours, theirs) = (&self.a[a.clone()], &self.b[b.clone()]);
        let head = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
        let (ours, theirs) = (&ours[head..], &theirs[head..]);
        let tail = ours.iter().rev().zip(theirs.iter().rev()).take_while(|(a, b)| a == b).count();
        Piece { a: a.start + head..a.end - tail, b: b.start + head..b.end - tail, depth }
    }

    /// Places of elements that occur once in both, as many of them as are in the same order.
    fn anchors(&self, piece: &Piece) -> Vec<(usize, usize)> {
        // How often each occurs, and where last.
        let mut counts: HashMap<u32, [(u32, usize); 2]> = HashMap::new();
        for (side, range, list) in [(0, &piece.a, self.a), (1, &piece.b, self.b)] {
            for place in range.clone() {
                let count = &mut counts.entry(list[place]).or_default()[side];
                *count = (count.0 + 1, place);
            }
        }
        let mut once: Vec<(usize, usize)> = counts
            .into_values()
            .filter(|[(a, _), (b, _)]| (*a, *b) == (1, 1))
            .map(|[(_, a), (_, b)]| (a, b))
            .collect();
        once.sort_unstable();
        let in_b: Vec<usize> = once.iter().map(|(_, b)| *b).collect();
        let marks = longest_increasing(&in_b);
        once.into_iter().zip(marks).filter(|(_, mark)| *mark).map(|(pair, _)| pair).collect()
    }

    /// A place on a shortest way through a piece, or on a good one; none if that gets no further.
    fn middle(&mut self, piece: &Piece) -> Option<(usize, usize)> {
        let (a, b) = (&self.a[piece.a.clone()], &self.b[piece.b.clone()]);
        let (n, m) = (a.len() as i64, b.len() as i64);
        let most = MOST_CHANGES.min((n + m + 1) / 2);
        let mut forward = Front::new(most);
        let mut backward = Front::new(most);
        let delta = n - m;
        let mut found = None;
        'search: for d in 0..=most {
            self.work = self.work.saturating_sub(2 * d as u64 + 2);
            for k in (-d..=d).step_by(2) {
                let x = forward.step(d, k, n, m, |x, y| a[x] == b[y]);
                let meets = delta % 2 != 0 && (k - delta).abs() < d && x >= 0;
                if meets && x + backward.get(delta - k) >= n {
                    found = Some((x, x - k));
                    break 'search;
                }
            }
            for k in (-d..=d).step_by(2) {
                let x = backward.step(d, k, n, m, |x, y| a[a.len() - 1 - x] == b[b.len() - 1 - y]);
                let meets = delta % 2 == 0 && (k - delta).abs() <= d && x >= 0;
                if meets && x + forward.get(delta - k) >= n {
                    found = Some((n - x, m - (x - k)));
                    break 'search;
                }
            }
        }
        let (x, y) = found.unwrap_or_else(|| forward.furthest(most));
        self.work = self.work.saturating_sub((x + y) as u64);
        let gets_on = (x, y) != (0, 0) && (x, y) != (n, m);
        gets_on.then(|| (piece.a.start + x as usize, piece.b.start + y as usize))
    }
}

/// The pieces between places that correspond.
fn between(piece: &Piece, anchors: &[(usize, usize)], pieces: &mut Vec<Piece>) {
    let (mut i, mut j) = (piece.a.start, piece.b.start);
    for &(a, b) in anchors.iter().chain([&(piece.a.end, piece.b.end)]) {
        if a > i || b > j {
            pieces.push(Piece { a: i..a, b: j..b, depth: piece.depth + 1 });
        }
        (i, j) = (a + 1, b + 1);
    }
}

/// How far one gets on each diagonal with so many changes.
struct Front {
    reached: Vec<i64>,
    middle: i64,
}

/// No way leads there.
const NOWHERE: i64 = i64::MIN / 2;

impl Front {
    fn new(most: i64) -> Front {
        Front { reached: vec![NOWHERE; 2 * most as usize + 3], middle: most + 1 }
    }

    fn get(&self, k: i64) -> i64 {
        let place = usize::try_from(self.middle + k).ok();
        place.and_then(|place| self.reached.get(place)).copied().unwrap_or(NOWHERE)
    }

    /// Goes as far as possible on a diagonal with one change more than before.
    fn step(&mut self, d: i64, k: i64, n: i64, m: i64, equal: impl Fn(usize, usize) -> bool) -> i64 {
        let within = |x: i64| if (0..=n).contains(&x) && (0..=m).contains(&(x - k)) { x } else { NOWHERE };
        let mut x =
            if d == 0 { 0 } else { within(self.get(k + 1)).max(within(self.get(k - 1).saturating_add(1))) };
        while x >= 0 && x < n && x - k < m && equal(x as usize, (x - k) as usize) {
            x += 1;
        }
        // The place is there, since a front is made for all steps that are taken.
        self.reached[(self.middle + k) as usize] = x;
        x
    }

    /// The place that is furthest from the start.
    fn furthest(&self, most: i64) -> (i64, i64) {
        let places = (-most..=most).map(|k| (self.get(k), self.get(k) - k)).filter(|(x, _)| *x >= 0);
        places.max_by_key(|(x, y)| x + y).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply<'a>(a: &[&'a str], b: &[&'a str], changes: &[Change]) -> Vec<&'a str> {
        let (mut list, mut at) = (Vec::new(), 0);
        for change in changes {
            list.extend(&a[at..change.a.start]);
            list.extend(&b[change.b.clone()]);
            at = change.a.end;
        }
        list.extend(&a[at..]);
        list
    }

    fn cost(changes: &[Change]) -> usize {
        changes.iter().map(|change| change.a.len() + change.b.len()).sum()
    }

    /// The length of the shortest way.
    fn shortest(a: &[&str], b: &[&str]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, ours) in a.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, theirs) in b.iter().enumerate() {
                let next = if ours == theirs { diagonal } else { 1 + row[j].min(row[j + 1]) };
                diagonal = std::mem::replace(&mut row[j + 1], next);
            }
        }
        row[b.len()]
    }

    fn lists(length: usize) -> impl Strategy<Value = Vec<&'static str>> {
        let line = prop::sample::select(vec!["a", "b", "c", "d", "e", "f", "g", "h", ""]);
        prop::collection::vec(line, 0..length)
    }

    proptest! {
        #[test]
        fn the_changes_lead_from_one_to_the_other(a in lists(80), b in lists(80)) {
            prop_assert_eq!(apply(&a, &b, &changes(&a, &b, &Effort::default())), b);
        }

        #[test]
        fn every_element_has_one_step_in_order(a in lists(80), b in lists(80)) {
            let steps = steps(&a, &b, &Effort::default());
            let in_a = |step: &Step| match step { Step::Both(a, _) | Step::A(a) => Some(*a), Step::B(_) => None };
            let in_b = |step: &Step| match step { Step::Both(_, b) | Step::B(b) => Some(*b), Step::A(_) => None };
            prop_assert!(steps.iter().filter_map(in_a).eq(0..a.len()));
            prop_assert!(steps.iter().filter_map(in_b).eq(0..b.len()));
            for step in &steps {
                if let Step::Both(i, j) = step {
                    prop_assert_eq!(a[*i], b[*j]);
                }
            }
        }

        #[test]
        fn there_are_as_few_as_possible(a in lists(SHORTEST_ANCHORED), b in lists(SHORTEST_ANCHORED)) {
            prop_assert_eq!(cost(&changes(&a, &b, &Effort::default())), shortest(&a, &b));
        }
    }

    #[test]
    fn without_effort_all_that_differs_is_replaced() {
        let (a, b) = (["x", "y", "a", "end"], ["y", "b", "x", "end"]);
        let none = Effort(Cell::new(0));
        assert_eq!(changes(&a, &b, &none), [Change { a: 0..3, b: 0..3 }]);
    }

    #[test]
    fn a_function_that_was_put_in_begins_with_its_first_line() {
        let a = ["def f():", "    pass", "", "def h():", "    pass"];
        let b = ["def f():", "    pass", "", "def g():", "    pass", "", "def h():", "    pass"];
        assert_eq!(changes(&a, &b, &Effort::default()), [Change { a: 3..3, b: 3..6 }]);
    }
}
