//! The difference of two texts as `diff -u` shows it.

use std::fmt::Write;

/// How many equal lines are shown around a difference.
const CONTEXT: usize = 3;

/// Larger tables of what lines are common are not made.
const MAX_CELLS: usize = 16 << 20;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Same,
    Out,
    In,
}

/// A line and whether it is in both texts.
type Step<'a> = (Kind, &'a str);

pub fn diff(name: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let steps = steps(&old, &new);
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
fn end_of_hunk(steps: &[Step<'_>], first: usize) -> usize {
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

fn hunk(out: &mut String, steps: &[Step<'_>], start: usize, end: usize) {
    let count = |range: &[Step<'_>], without: Kind| range.iter().filter(|(kind, _)| *kind != without).count();
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

/// The shortest way from one text to the other, by the longest common subsequence of their lines.
fn steps<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Step<'a>> {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (head, old, new) = (&old[..same], &old[same..], &new[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, tail) = old.split_at(old.len() - tail);
    let new = &new[..new.len() - tail.len()];
    let mut steps: Vec<Step<'a>> = head.iter().map(|line| (Kind::Same, *line)).collect();
    steps.extend(middle(old, new));
    steps.extend(tail.iter().map(|line| (Kind::Same, *line)));
    steps
}

fn middle<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Step<'a>> {
    let width = new.len() + 1;
    if (old.len() + 1).saturating_mul(width) > MAX_CELLS {
        let out = old.iter().map(|line| (Kind::Out, *line));
        return out.chain(new.iter().map(|line| (Kind::In, *line))).collect();
    }
    // How many lines are common from each pair of places on.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            steps.push((Kind::Same, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            steps.push((Kind::Out, old[i]));
            i += 1;
        } else {
            steps.push((Kind::In, new[j]));
            j += 1;
        }
    }
    steps
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
