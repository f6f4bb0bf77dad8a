//! The header fields of METADATA and WHEEL, in the order in which the specifications list them.

/// The fields of METADATA, as the core metadata specification has them. Those on one line keep their
/// order among each other: which requirements are for which extra is easier to see that way.
const METADATA: [&[&str]; 27] = [
    &["metadata-version"],
    &["name"],
    &["version"],
    &["dynamic"],
    &["platform"],
    &["supported-platform"],
    &["summary"],
    &["author"],
    &["author-email"],
    &["maintainer"],
    &["maintainer-email"],
    &["home-page"],
    &["download-url"],
    &["license-expression"],
    &["license"],
    &["license-file"],
    &["keywords"],
    &["classifier"],
    &["requires-python"],
    &["requires-external"],
    &["requires-dist", "provides-extra"],
    &["provides-dist", "obsoletes-dist"],
    &["requires", "provides", "obsoletes"],
    &["project-url"],
    &["import-name"],
    &["import-namespace"],
    &["description-content-type"],
];

/// The fields of WHEEL, as PEP 427 has them.
const WHEEL: [&[&str]; 5] = [&["wheel-version"], &["generator"], &["root-is-purelib"], &["tag"], &["build"]];

/// METADATA with its fields in order; nothing if they are, or if it is not made of fields.
pub(crate) fn metadata(text: &[u8]) -> Option<Vec<u8>> {
    in_order(text, &METADATA)
}

/// The same of WHEEL.
pub(crate) fn wheel(text: &[u8]) -> Option<Vec<u8>> {
    in_order(text, &WHEEL)
}

/// Puts fields in order, each with its lines and line ends as they are. Fields of one name keep their
/// order, and unknown ones come last, by name. What follows the first empty line is no field.
fn in_order(text: &[u8], order: &[&[&str]]) -> Option<Vec<u8>> {
    let (fields, body) = split(text)?;
    // A description in a field comes last, for it may be long.
    let rank = |name: &str| order.iter().position(|names| names.contains(&name)).unwrap_or(order.len());
    let key = |field: &Field<'_>| match rank(&field.name) {
        rank if rank == order.len() => (rank, field.name.clone()),
        rank => (rank, String::new()),
    };
    if fields.is_sorted_by_key(key) {
        return None;
    }
    let mut sorted: Vec<&Field<'_>> = fields.iter().collect();
    sorted.sort_by_cached_key(|field| key(field));
    let mut ordered: Vec<u8> = Vec::with_capacity(text.len());
    for field in sorted {
        ordered.extend(field.lines);
    }
    ordered.extend(body);
    Some(ordered)
}

struct Field<'a> {
    /// In lower case, for case says nothing.
    name: String,
    /// All its lines, each with its end.
    lines: &'a [u8],
}

/// The fields, and all from the first empty line on. Nothing if some line is neither a field nor the
/// continuation of one, as some reader or other would see it, or has no end.
fn split(text: &[u8]) -> Option<(Vec<Field<'_>>, &[u8])> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let end = at + text[at..].iter().position(|&byte| byte == b'\n')? + 1;
        let line = text[at..end].strip_suffix(b"\n")?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Some((fields, &text[at..]));
        }
        // Python ends lines at a lone carriage return, too.
        if line.contains(&b'\r') {
            return None;
        }
        if matches!(line[0], b' ' | b'\t') {
            fields.last_mut()?.lines = &text[start..end];
        } else {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if colon == 0 || !line[..colon].iter().all(is_name) {
                return None;
            }
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            start = at;
            fields.push(Field { name, lines: &text[start..end] });
        }
        at = end;
    }
    Some((fields, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_put_in_order_with_their_lines_as_they_are() {
        let text =
            b"Name: b\r\nX-Own: 1\nSummary:  a \n  b\n\tc\nmetadata-version: 2.1\nVersion:1\n\nName: body\n";
        let expected =
            b"metadata-version: 2.1\nName: b\r\nVersion:1\nSummary:  a \n  b\n\tc\nX-Own: 1\n\nName: body\n";
        assert_eq!(metadata(text).as_deref(), Some(&expected[..]));
        assert_eq!(metadata(expected), None);
        assert_eq!(
            wheel(b"Tag: b\nTag: a\nWheel-Version: 1.0\n").as_deref(),
            Some(&b"Wheel-Version: 1.0\nTag: b\nTag: a\n"[..])
        );
    }

    #[test]
    fn fields_of_one_name_and_extras_with_their_requirements_keep_their_order() {
        let text =
            b"Name: a\nClassifier: b\nClassifier: a\nRequires-Dist: c\nProvides-Extra: x\nRequires-Dist: a\n";
        assert_eq!(metadata(text), None);
    }

    #[test]
    fn what_is_not_made_of_fields_is_left() {
        let left: [&[u8]; 8] = [
            b"",
            b"Version: 1\nName: a",
            b"Version: 1\nno field\nName: a\n",
            b" continued\nVersion: 1\nName: a\n",
            b"Version: 1\nName: a\rb\n",
            b"Version: 1\nNa me: a\n",
            b"\nVersion: 1\nName: a\n",
            b"Version: 1\n: a\nName: a\n",
        ];
        for text in left {
            assert_eq!(metadata(text), None, "{text:?}");
        }
    }
}
