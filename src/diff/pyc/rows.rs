//! Two aligned lists as rows: what both have, in order, stands in the same row.

use super::{Row, RowKind};
use crate::alignment::Step;

/// How many equal rows are shown around others.
const CONTEXT: usize = 3;
/// How many rows are shown.
const MOST_ROWS: usize = 200;

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
    use super::*;
    use crate::alignment::{Effort, steps};

    fn told(a: &str, b: &str) -> String {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let steps = steps(&a, &b, &Effort::default());
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
}
