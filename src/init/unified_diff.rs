//! The difference of two texts as `diff -u` shows it.

use std::fmt::Write;

use crate::alignment::{self, Effort, Step};

/// How many equal lines are shown around a difference.
const CONTEXT: usize = 3;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Same,
    Out,
    In,
}

/// A line and whether it is in both texts.
type Line<'a> = (Kind, &'a str);

pub fn diff(name: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let steps = lines(&old, &new);
    if steps.iter().all(|(kind, _)| *kind == Kind::Same) {
        return String::new();
    }
    let from = if before.is_empty() { "/dev/null".to_owned() } else { format!("a/{name}") };
    let mut out = format!("--- {from}\n+++ b/{name}\n");
    let mut at = 0;
    while let Some(change) = steps[at..].iter().position(|(kind, _)| *kind != Kind::Same) {
        let start = (at + change).saturating_sub(CONTEXT).max(at);
        let end = end_of_hunk(&steps, at + change);
        hunk(&mut out, &steps, start, end);
        at = end;
    }
    out
}

/// Where so many lines are equal that the next difference is another hunk's.
fn end_of_hunk(steps: &[Line<'_>], first: usize) -> usize {
    let mut last = first;
    for (index, (kind, _)) in steps.iter().enumerate().skip(first) {
        if *kind != Kind::Same {
            last = index;
        } else if index > last + 2 * CONTEXT {
            break;
        }
    }
    (last + 1 + CONTEXT).min(steps.len())
}

fn hunk(out: &mut String, steps: &[Line<'_>], start: usize, end: usize) {
    let count = |range: &[Line<'_>], without: Kind| range.iter().filter(|(kind, _)| *kind != without).count();
    let range = |without: Kind| {
        let (before, length) = (count(&steps[..start], without), count(&steps[start..end], without));
        let first = if length == 0 { before } else { before + 1 };
        if length == 1 { first.to_string() } else { format!("{first},{length}") }
    };
    // Writing to a String cannot fail.
    let _ = writeln!(out, "@@ -{} +{} @@", range(Kind::In), range(Kind::Out));
    for (kind, line) in &steps[start..end] {
        let sign = match kind {
            Kind::Same => ' ',
            Kind::Out => '-',
            Kind::In => '+',
        };
        let _ = writeln!(out, "{sign}{line}");
    }
}

fn lines<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let steps = alignment::steps(old, new, &Effort::default());
    let line = |step| match step {
        Step::Both(place, _) => (Kind::Same, old[place]),
        Step::A(place) => (Kind::Out, old[place]),
        Step::B(place) => (Kind::In, new[place]),
    };
    steps.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_shown_as_diff_shows_them() {
        let old = (1..=20).map(|n| format!("{n}\n")).collect::<String>();
        let new = old.replace("5\n6\n", "5\nnew\n").replace("19\n", "");
        let expected = "--- a/f\n+++ b/f\n@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-6\n+new\n 7\n 8\n 9\n\
                        @@ -16,5 +16,4 @@\n 16\n 17\n 18\n-19\n 20\n";
        assert_eq!(diff("f", &old, &new), expected);
        assert_eq!(diff("f", "", "a\n"), "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(diff("f", &old, &old), "");
    }
}
