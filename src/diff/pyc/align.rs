//! Two lists side by side: what both have, in order, stands in the same row.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::Hash;

use super::{Row, RowKind};

/// How many elements of each list are looked at together. Longer lists are aligned piece by piece.
const WINDOW: usize = 1000;
/// How many pairs of elements one comparison of files looks at. That takes less than a second; no files that a compiler
/// makes come near, but many code objects can share long lists.
const MOST_PAIRS: usize = 100_000_000;
/// How many equal rows are shown around others.
const CONTEXT: usize = 3;
/// How many rows are shown.
const MOST_ROWS: usize = 200;

/// A row of the alignment, by the places of the elements in their lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Their keys are equal.
    Both(usize, usize),
    A(usize),
    B(usize),
}

/// How many pairs of elements may still be looked at. When none are left, all that differs is unlike.
pub(super) struct Effort(Cell<usize>);

impl Effort {
    pub fn new() -> Effort {
        Effort(Cell::new(MOST_PAIRS))
    }

    fn allows(&self, pairs: usize) -> bool {
        let left = self.0.get().checked_sub(pairs);
        self.0.set(left.unwrap_or(self.0.get()));
        left.is_some()
    }
}

/// Aligns two lists by their keys: as many as possible of those that both have, in order.
pub(super) fn align<K: Hash + Eq>(a: &[K], b: &[K], effort: &Effort) -> Vec<Step> {
    let mut numbers = HashMap::new();
    let mut number = |key| {
        let next = numbers.len() as u32;
        *numbers.entry(key).or_insert(next)
    };
    let a: Vec<u32> = a.iter().map(&mut number).collect();
    let b: Vec<u32> = b.iter().map(&mut number).collect();
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut steps: Vec<Step> = (0..head).map(|at| Step::Both(at, at)).collect();
    middle(&a[..a.len() - tail], &b[..b.len() - tail], head, effort, &mut steps);
    steps.extend((0..tail).rev().map(|rest| Step::Both(a.len() - 1 - rest, b.len() - 1 - rest)));
    steps
}

/// Aligns what is behind an equal head, window by window: up to the last common element of each.
fn middle(a: &[u32], b: &[u32], head: usize, effort: &Effort, steps: &mut Vec<Step>) {
    let (mut from_a, mut from_b) = (head, head);
    loop {
        let window = |list: &[u32], from: usize| from..list.len().min(from + WINDOW);
        let (in_a, in_b) = (window(a, from_a), window(b, from_b));
        if in_a.is_empty() || in_b.is_empty() || !effort.allows(in_a.len() * in_b.len()) {
            break;
        }
        let is_last = in_a.end == a.len() && in_b.end == b.len();
        let mut found = common(&a[in_a.clone()], &b[in_b.clone()]);
        let last = found.iter().rposition(|step| matches!(step, Step::Both(..)));
        if let Some(last) = last.filter(|_| !is_last) {
            found.truncate(last + 1);
        }
        for step in found {
            let (next_a, next_b) = (from_a, from_b);
            steps.push(match step {
                Step::Both(..) => Step::Both(next_a, next_b),
                Step::A(_) => Step::A(next_a),
                Step::B(_) => Step::B(next_b),
            });
            from_a += usize::from(!matches!(step, Step::B(_)));
            from_b += usize::from(!matches!(step, Step::A(_)));
        }
    }
    steps.extend((from_a..a.len()).map(Step::A));
    steps.extend((from_b..b.len()).map(Step::B));
}

/// A longest common subsequence, by the table of the lengths of those of all tails.
fn common(a: &[u32], b: &[u32]) -> Vec<Step> {
    let width = b.len() + 1;
    let mut lengths = vec![0u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = if a[i] == b[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            steps.push(Step::Both(i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            steps.push(Step::A(i));
            i += 1;
        } else {
            steps.push(Step::B(j));
            j += 1;
        }
    }
    steps.extend((i..a.len()).map(Step::A));
    steps.extend((j..b.len()).map(Step::B));
    steps
}

/// The two lists as rows. What only one has stands in the place of what only the other has; of long
/// equal runs only the ends are shown. None if all rows are equal.
pub(super) fn rows(
    steps: &[Step],
    is_same: impl Fn(usize, usize) -> bool,
    a: impl Fn(usize) -> String,
    b: impl Fn(usize) -> String,
) -> Option<Vec<Row>> {
    let placed = placed(steps, is_same);
    if placed.iter().all(|row| row.0 == RowKind::Equal) {
        return None;
    }
    let mut rows = Vec::new();
    let mut at = 0;
    while at < placed.len() {
        let hidden = placed[at..].iter().take_while(|row| row.0 == RowKind::Equal).count();
        let (before, after) = (if at == 0 { 0 } else { CONTEXT }, CONTEXT);
        let after = if at + hidden == placed.len() { 0 } else { after };
        if hidden > before + after + 1 {
            let show = |rows: &mut Vec<Row>, range: std::ops::Range<usize>| {
                rows.extend(placed[range].iter().map(|row| shown(*row, &a, &b)));
            };
            show(&mut rows, at..at + before);
            rows.push(skipped(hidden - before - after, "equal"));
            show(&mut rows, at + hidden - after..at + hidden);
            at += hidden;
        } else {
            let end = at + hidden.max(1);
            rows.extend(placed[at..end].iter().map(|row| shown(*row, &a, &b)));
            at = end;
        }
        if rows.len() >= MOST_ROWS && at < placed.len() {
            rows.push(skipped(placed.len() - at, "more"));
            break;
        }
    }
    Some(rows)
}

type Placed = (RowKind, Option<usize>, Option<usize>);

fn placed(steps: &[Step], is_same: impl Fn(usize, usize) -> bool) -> Vec<Placed> {
    let mut placed = Vec::new();
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    let flush = |placed: &mut Vec<Placed>, only_a: &mut Vec<usize>, only_b: &mut Vec<usize>| {
        let both = only_a.len().min(only_b.len());
        let changed = only_a.iter().zip(only_b.iter());
        placed.extend(changed.map(|(a, b)| (RowKind::Changed, Some(*a), Some(*b))));
        placed.extend(only_a.iter().skip(both).map(|a| (RowKind::OnlyA, Some(*a), None)));
        placed.extend(only_b.iter().skip(both).map(|b| (RowKind::OnlyB, None, Some(*b))));
        only_a.clear();
        only_b.clear();
    };
    for step in steps {
        match *step {
            Step::A(a) => only_a.push(a),
            Step::B(b) => only_b.push(b),
            Step::Both(a, b) => {
                flush(&mut placed, &mut only_a, &mut only_b);
                let kind = if is_same(a, b) { RowKind::Equal } else { RowKind::Changed };
                placed.push((kind, Some(a), Some(b)));
            }
        }
    }
    flush(&mut placed, &mut only_a, &mut only_b);
    placed
}

fn shown((kind, in_a, in_b): Placed, a: impl Fn(usize) -> String, b: impl Fn(usize) -> String) -> Row {
    Row { kind, a: in_a.map(a).unwrap_or_default(), b: in_b.map(b).unwrap_or_default() }
}

fn skipped(count: usize, which: &str) -> Row {
    let words = format!("… {count} {which}");
    Row { kind: RowKind::Skipped, a: words.clone(), b: words }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(a: &str, b: &str) -> String {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let steps = align(&a, &b, &Effort::new());
        let rows = rows(&steps, |_, _| true, |at| a[at].to_string(), |at| b[at].to_string());
        let text = |row: &Row| match row.kind {
            RowKind::Skipped => row.a.clone(),
            _ => format!("{}{}", row.a, row.b),
        };
        rows.map_or("equal".to_owned(), |rows| rows.iter().map(text).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn equal_runs_are_cut_and_replacements_share_a_row() {
        for (a, b, expected) in [
            ("abc", "abc", "equal"),
            ("", "", "equal"),
            ("abc", "abxc", "aa bb x cc"),
            ("abc", "ac", "aa b cc"),
            ("aaXa", "aaYa", "aa aa XY aa"),
            ("abcdefghijX", "abcdefghijY", "… 7 equal hh ii jj XY"),
            ("Xabcdefghij", "Yabcdefghij", "XY aa bb cc … 7 equal"),
            ("XabcdefghijX", "YabcdefghijY", "XY aa bb cc … 4 equal hh ii jj XY"),
        ] {
            assert_eq!(told(a, b), expected);
        }
    }

    proptest! {
        #[test]
        fn every_element_stands_in_one_row_and_in_order(
            a in prop::collection::vec(0u8..6, 0..60), b in prop::collection::vec(0u8..6, 0..60),
        ) {
            let steps = align(&a, &b, &Effort::new());
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
    }

    #[test]
    fn lists_longer_than_a_window_are_aligned_to_their_ends() {
        let a: Vec<usize> = (0..5 * WINDOW).collect();
        let mut b = a.clone();
        for at in [10, WINDOW, 3 * WINDOW + 7, 5 * WINDOW - 2] {
            b[at] += 1_000_000;
        }
        b.remove(2 * WINDOW);
        let steps = align(&a, &b, &Effort::new());
        assert_eq!(steps.iter().filter(|step| matches!(step, Step::Both(..))).count(), 5 * WINDOW - 5);
    }
}
