//! Bytes that are no text: a window around the first difference.

use std::io;

use super::super::blob::Blob;
use super::super::report::{Body, Hunk, Lines, Section};
use super::note;

const ROW: u64 = 16;
/// How many rows are shown before and from the first difference on.
const BEFORE: u64 = 2;
const ROWS: u64 = 10;

pub(super) fn sections(blobs: [&Blob; 2]) -> io::Result<Vec<Section>> {
    let [a, b] = blobs;
    let Some(at) = a.first_difference(b)? else { return Ok(vec![]) };
    let start = (at / ROW).saturating_sub(BEFORE) * ROW;
    let window = |blob: &Blob| blob.bytes(start..start + (BEFORE + ROWS) * ROW);
    let (ours, theirs) = (window(a)?, window(b)?);
    let end = start + (BEFORE + ROWS) * ROW;
    let left = a.len().max(b.len()).saturating_sub(end);
    let mut sentence = format!("the first difference is at byte {at} of {} and {}", a.len(), b.len());
    if left > 0 {
        sentence.push_str(&format!("; {left} bytes behind this window are not shown"));
    }
    let hunk = Hunk { a: 1, b: 1, lines: rows(start, &ours, &theirs), ..Hunk::default() };
    let lines = Lines { numbered: false, hunks: vec![hunk], left_out: 0 };
    Ok(vec![note(sentence), Section { title: "bytes".into(), body: Body::Lines(lines) }])
}

/// Rows of both, those that are equal once.
fn rows(start: u64, a: &[u8], b: &[u8]) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    let (mut ours, mut theirs) = (a.chunks(ROW as usize), b.chunks(ROW as usize));
    let mut pending: (Vec<_>, Vec<_>) = Default::default();
    let mut offset = start;
    loop {
        let pair = (ours.next(), theirs.next());
        if pair.0 == pair.1 || pair == (None, None) {
            lines.append(&mut pending.0);
            lines.append(&mut pending.1);
        }
        match pair {
            (None, None) => break,
            (a, b) if a == b => lines.extend(a.map(|row| (' ', dump(offset, row)))),
            (a, b) => {
                pending.0.extend(a.map(|row| ('-', dump(offset, row))));
                pending.1.extend(b.map(|row| ('+', dump(offset, row))));
            }
        }
        offset += ROW;
    }
    lines
}

fn dump(offset: u64, row: &[u8]) -> String {
    let mut text = format!("{offset:08x} ");
    for index in 0..ROW as usize {
        text.push_str(if index == 8 { "  " } else { " " });
        match row.get(index) {
            Some(byte) => text.push_str(&format!("{byte:02x}")),
            None => text.push_str("  "),
        }
    }
    let letters =
        row.iter().map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' });
    format!("{text}  |{}|", letters.collect::<String>())
}
