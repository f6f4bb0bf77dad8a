//! The longest increasing subsequence.

/// Marks the members of a longest increasing subsequence.
pub(crate) fn longest_increasing(numbers: &[usize]) -> Vec<bool> {
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
    fn the_longest_is_found() {
        assert!(longest_increasing(&[]).is_empty());
        assert_eq!(longest_increasing(&[3, 0, 1, 2]), [false, true, true, true]);
        assert_eq!(longest_increasing(&[0, 5, 1, 2, 9, 3]), [true, false, true, true, false, true]);
    }
}
