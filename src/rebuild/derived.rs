//! Members that differ, and that are a rebuilt member in another form: said how, or left as they are.

use std::io::BufReader;

use super::compare::{Class, MemberDifference, is_native};
use super::native;
use super::published::Published;
use crate::archive::{Limits, gzip, zip};

/// The largest member that is looked into.
const LARGEST: u64 = 256 << 20;

/// Gives the differences another class that are explained by a rebuilt member.
pub(super) fn explain(published: &Published, rebuilt: &Published, differences: &mut Vec<MemberDifference>) {
    let mut sources = Vec::new();
    for difference in differences.iter_mut() {
        let Some((class, detail, source)) = explanation(published, rebuilt, difference) else { continue };
        (difference.class, difference.detail) = (class, detail);
        sources.extend(source);
    }
    // What became another member is not one that was added.
    differences
        .retain(|difference| difference.class != Class::Added || !sources.contains(&difference.member));
}

type Explanation = (Class, String, Option<String>);

fn explanation(
    published: &Published,
    rebuilt: &Published,
    difference: &MemberDifference,
) -> Option<Explanation> {
    let path = &difference.member;
    match difference.class {
        Class::Content | Class::Generated => {
            let (theirs, ours) = (content(published, path)?, content(rebuilt, path)?);
            let same = same_but_for_line_ends(&theirs, &ours);
            same.then(|| {
                (Class::LineEnds, "lines end with CR LF in one and LF in the other".to_owned(), None)
            })
        }
        Class::Native if is_native(path) => {
            let (theirs, ours) = (content(published, path)?, content(rebuilt, path)?);
            match native::compare(&theirs, &ours) {
                native::Outcome::LoadedTheSame(detail) => Some((Class::Debug, detail, None)),
                native::Outcome::Differs(detail) => Some((Class::Native, detail, None)),
                native::Outcome::Unknown => None,
            }
        }
        Class::Missing => {
            let original = path.strip_suffix(".gz")?;
            let ours = content(rebuilt, original)?;
            let packed = content(published, path)?;
            (unpacked(&packed, ours.len())? == ours).then(|| {
                let detail = format!("{original} of the rebuild, compressed");
                (Class::Derived, detail, Some(original.to_owned()))
            })
        }
        _ => None,
    }
}

fn unpacked(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    use std::io::Read;
    let reader = gzip::Reader::new(packed, Limits::default()).ok()?;
    let mut content = Vec::new();
    reader.take(size as u64 + 1).read_to_end(&mut content).ok()?;
    Some(content)
}

fn content(wheel: &Published, path: &str) -> Option<Vec<u8>> {
    let index = wheel.members.iter().position(|member| member.path() == path)?;
    if wheel.members[index].facts.size > LARGEST {
        return None;
    }
    let file = BufReader::new(std::fs::File::open(&wheel.path).ok()?);
    zip::Reader::open(file, Limits::default()).ok()?.bytes(index).ok()
}

fn same_but_for_line_ends(a: &[u8], b: &[u8]) -> bool {
    let lines = |content: &[u8]| {
        let mut plain = Vec::with_capacity(content.len());
        for (at, byte) in content.iter().enumerate() {
            if *byte != b'\r' || content.get(at + 1) != Some(&b'\n') {
                plain.push(*byte);
            }
        }
        plain
    };
    !a.contains(&0) && lines(a) == lines(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ends_of_lines_may_differ() {
        assert!(same_but_for_line_ends(b"a\r\nb\n", b"a\nb\n"));
        assert!(!same_but_for_line_ends(b"a\rb\n", b"ab\n"));
        assert!(!same_but_for_line_ends(b"a\nb", b"ab"));
        assert!(!same_but_for_line_ends(b"\0\r\n", b"\0\n"), "no text");
    }
}
