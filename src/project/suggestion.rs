//! The name that was meant.

/// Longer names are no slips of the pen, and comparing takes time in proportion to both lengths.
const LONGEST: usize = 64;

/// The candidate that is nearest to a name, if one is near.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    if length > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let near = |candidate: &str| candidate.chars().count().abs_diff(length) <= allowance(length);
    candidates
        .into_iter()
        .filter(|candidate| near(candidate))
        .map(|candidate| (distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowance(length))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many edits are a slip of the pen.
fn allowance(length: usize) -> usize {
    (length / 3).clamp(1, 3)
}

/// How many insertions, deletions, replacements and swaps of neighbours make one of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let replaced = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_edit_counts_one() {
        for (a, b, edits) in
            [("", "", 0), ("", "ab", 2), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "bc", 1)]
        {
            assert_eq!((distance(a, b), distance(b, a)), (edits, edits), "{a} {b}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let keys = ["authors", "dependencies", "license", "license-files"];
        assert_eq!(nearest("author", keys), Some("authors"));
        assert_eq!(nearest("License", keys), Some("license"));
        assert_eq!(nearest("licence_files", keys), Some("license-files"));
        assert_eq!(nearest("packages", keys), None);
        assert_eq!(nearest(&"a".repeat(1_000_000), keys), None);
    }
}
