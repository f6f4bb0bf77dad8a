//! Bytecode files, as sections: header, code objects by path, form.

use std::collections::BTreeMap;

use super::super::options::Options;
use super::super::pyc::{self, Change, Comparison, Finding, Row, RowKind};
use super::super::report::{Body, Fact, Hunk, Lines, Section};
use super::{fields, note};

/// What differs between two bytecode files, and whether that is only how they are marshalled. None where one is no
/// bytecode.
pub(in super::super) fn sections(a: &[u8], b: &[u8], options: &Options) -> Option<(Vec<Section>, bool)> {
    let comparison = pyc::compare(a, b).ok()?;
    let header = comparison.header.iter().filter_map(|finding| fact(finding, &finding.field)).collect();
    let mut sections = fields("header", header, options);
    for of_one in comparison.findings.chunk_by(|one, next| one.path == next.path) {
        sections.extend(code_object(of_one, options));
    }
    if comparison.left_out > 0 {
        sections.push(note(format!("{} more differences are left out", comparison.left_out)));
    }
    sections.extend(form(&comparison, options));
    Some((sections, comparison.equal_canonical && comparison.header.is_empty()))
}

/// How a bytecode file stands to a source; None where it is no bytecode.
pub(in super::super) fn with_source(file: &[u8], source: &[u8]) -> Option<Section> {
    let found = pyc::compare_with_source(file, source, None).ok()?;
    let (of, mode) = (found.python, found.mode);
    let sentence = if found.matches {
        format!("the header ({mode}, Python {of}) is that of this source: {}", found.found)
    } else {
        format!(
            "the header ({mode}, Python {of}) is not that of this source: it has {}, and {} is expected",
            found.found, found.expected
        )
    };
    Some(note(sentence))
}

fn code_object(findings: &[Finding], options: &Options) -> Vec<Section> {
    let path = &findings[0].path;
    let values = findings.iter().filter_map(|finding| fact(finding, &finding.field)).collect();
    let mut sections = fields(path, values, options);
    for Finding { field, change, .. } in findings {
        match change {
            Change::Values { .. } => {}
            Change::Note { note: words } => sections.push(note(format!("{path}: {field}: {words}"))),
            Change::Rows { rows } => {
                sections.push(Section {
                    title: format!("{path}: {field}"),
                    body: Body::Lines(lines(rows, options)),
                });
            }
        }
    }
    sections
}

fn fact(finding: &Finding, name: &str) -> Option<Fact> {
    match &finding.change {
        Change::Values { a, b } => Some(Fact { name: name.into(), a: Some(a.clone()), b: Some(b.clone()) }),
        _ => None,
    }
}

fn lines(rows: &[Row], options: &Options) -> Lines {
    let mut lines = Lines { numbered: false, ..Lines::default() };
    let mut room = options.max_lines;
    for run in rows.split(|row| row.kind == RowKind::Skipped).filter(|run| !run.is_empty()) {
        let taken = run.len().min(room);
        room -= taken;
        lines.left_out += run.len() - taken;
        if taken > 0 {
            lines.hunks.push(signed(&run[..taken]));
        }
    }
    lines
}

/// Rows as lines: of those that differ, all of A before all of B.
fn signed(rows: &[Row]) -> Hunk {
    let (mut lines, mut other) = (Vec::new(), BTreeMap::new());
    for run in rows.chunk_by(|one, next| (one.kind == RowKind::Equal) == (next.kind == RowKind::Equal)) {
        if run[0].kind == RowKind::Equal {
            for row in run {
                if row.a != row.b {
                    other.insert(lines.len(), row.b.clone());
                }
                lines.push((' ', row.a.clone()));
            }
            continue;
        }
        let has = |row: &&Row, without: RowKind| row.kind != without;
        lines.extend(run.iter().filter(|row| has(row, RowKind::OnlyB)).map(|row| ('-', row.a.clone())));
        lines.extend(run.iter().filter(|row| has(row, RowKind::OnlyA)).map(|row| ('+', row.b.clone())));
    }
    Hunk { a: 1, b: 1, lines, other }
}

/// What is said of the canonical form, and of what only differs in how it is marshalled.
fn form(comparison: &Comparison, options: &Options) -> Vec<Section> {
    let mut notes = Vec::new();
    if comparison.equal_canonical {
        notes.push("canonical: equal".to_owned());
    }
    for (kind, count) in &comparison.marshal_only_counts {
        notes.push(format!("marshalled otherwise: {kind}: {count}"));
    }
    let places = comparison.marshal_only.iter().take(options.max_lines).map(|place| {
        let [a, b] = place.offsets;
        let offset = if a == b { format!("offset {a}") } else { format!("offsets {a} and {b}") };
        format!("{offset}, in {}: {}", place.path, place.what)
    });
    notes.extend(places);
    if notes.is_empty() { vec![] } else { vec![Section { title: "form".into(), body: Body::Notes(notes) }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_counts_as_the_same_shows_what_b_has_there() {
        let row = |kind, a: &str, b: &str| Row { kind, a: a.to_owned(), b: b.to_owned() };
        let hunk = signed(&[
            row(RowKind::Equal, "  0 RESUME 0", "  0 RESUME 0"),
            row(RowKind::OnlyB, "", "  2 NOP"),
            row(RowKind::Equal, "  2 LOAD_CONST 1 (9)", "  4 LOAD_CONST 2 (9)"),
        ]);
        assert_eq!(hunk.lines.iter().map(|(sign, _)| *sign).collect::<String>(), " + ");
        assert_eq!(hunk.other, BTreeMap::from([(2, "  4 LOAD_CONST 2 (9)".to_owned())]));
    }
}
