//! Texts: their encodings, line ends, and lines.

use std::borrow::Cow;

use super::super::options::Options;
use super::super::report::{Body, Fact, Hunk, Lines, Section};
use super::note;
use crate::alignment::{Change, Effort, changes};

/// How many bytes of a line are shown.
const LONGEST_LINE: usize = 600;
/// How much is shown before the first difference of a line that is longer.
const LEAD: usize = 120;

/// Bytes as text.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    encoding: &'static str,
}

pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.starts_with('\u{feff}') => {
            Decoded { text: text.into(), encoding: "UTF-8 with a mark" }
        }
        Ok(text) => Decoded { text: text.into(), encoding: "UTF-8" },
        // Each byte is a character of its own, so that no difference gets lost.
        Err(_) => Decoded {
            text: bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into(),
            encoding: "not UTF-8, shown as Latin-1",
        },
    }
}

/// What differs between texts beside their lines, or has to be known to read them.
pub(super) fn notes(a: &Decoded<'_>, b: &Decoded<'_>) -> Vec<Section> {
    let mut notes = Vec::new();
    if a.encoding != b.encoding {
        notes.push(note(format!("encoding: {} → {}", a.encoding, b.encoding)));
    } else if a.encoding != "UTF-8" {
        notes.push(note(format!("encoding: {}", a.encoding)));
    }
    if let Some((ours, theirs)) = other_line_endings(a, b) {
        notes.push(note(format!("line endings: {ours} → {theirs}")));
    }
    notes
}

/// The line endings of both texts, where they are not the same.
fn other_line_endings(a: &Decoded<'_>, b: &Decoded<'_>) -> Option<(&'static str, &'static str)> {
    let (ours, theirs) = (line_ends(&a.text), line_ends(&b.text));
    let is_told = ours != theirs && ours != "none" && theirs != "none";
    is_told.then_some((ours, theirs))
}

/// Texts for the comparison of lines: where one note tells of all line endings, no line has to.
pub(super) fn comparable<'a>(a: &'a Decoded<'_>, b: &'a Decoded<'_>) -> [Cow<'a, str>; 2] {
    match other_line_endings(a, b) {
        Some(_) => [a, b].map(|side| Cow::Owned(side.text.replace("\r\n", "\n"))),
        None => [a, b].map(|side| Cow::Borrowed(&*side.text)),
    }
}

fn line_ends(text: &str) -> &'static str {
    let all = text.matches('\n').count();
    match text.matches("\r\n").count() {
        0 if all == 0 => "none",
        0 => "LF",
        crlf if crlf == all => "CRLF",
        _ => "some LF, some CRLF",
    }
}

/// The lines that differ, with those around them.
pub(super) fn lines(title: &str, a: &str, b: &str, options: &Options) -> Option<Section> {
    let split = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let lines = between(&split(a), &split(b), options);
    (!lines.hunks.is_empty()).then(|| Section { title: title.into(), body: Body::Lines(lines) })
}

/// The difference between two lists of lines.
fn between(a: &[&str], b: &[&str], options: &Options) -> Lines {
    let changes = changes(a, b, &Effort::default());
    let mut lines = Lines { numbered: true, ..Lines::default() };
    let mut room = options.max_lines;
    for group in changes.chunk_by(|one, next| next.a.start - one.a.end <= options.context.saturating_mul(2)) {
        let hunk = hunk(group, a, b, options.context);
        let taken = hunk.lines.len().min(room);
        lines.left_out += hunk.lines.len() - taken;
        room -= taken;
        if taken > 0 {
            lines.hunks.push(Hunk { lines: hunk.lines.into_iter().take(taken).collect(), ..hunk });
        }
    }
    lines
}

fn hunk(group: &[Change], a: &[&str], b: &[&str], context: usize) -> Hunk {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let before = context.min(first.a.start);
    let after = context.min(a.len() - last.a.end);
    let (start_a, start_b) = (first.a.start - before, first.b.start - before);
    let mut lines = Vec::new();
    let mut at = start_a;
    for change in group {
        lines.extend(a[at..change.a.start].iter().flat_map(|line| shown(' ', line, 0)));
        replaced(&a[change.a.clone()], &b[change.b.clone()], &mut lines);
        at = change.a.end;
    }
    lines.extend(a[at..at + after].iter().flat_map(|line| shown(' ', line, 0)));
    // A run without lines on a side has the number of the line before it.
    let number = |start: usize, sign: char| {
        start + usize::from(lines.iter().any(|(other, _)| *other == ' ' || *other == sign))
    };
    Hunk { a: number(start_a, '-'), b: number(start_b, '+'), lines, ..Hunk::default() }
}

fn replaced(a: &[&str], b: &[&str], lines: &mut Vec<(char, String)>) {
    // Of long lines that are in each other's place, the part that differs is shown.
    let start = |ours: &[&str], theirs: &[&str], index: usize| match theirs.get(index) {
        Some(other) if ours[index].len() > LONGEST_LINE => common(ours[index], other).saturating_sub(LEAD),
        _ => 0,
    };
    for (index, line) in a.iter().enumerate() {
        lines.extend(shown('-', line, start(a, b, index)));
    }
    for (index, line) in b.iter().enumerate() {
        lines.extend(shown('+', line, start(b, a, index)));
    }
}

fn common(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// A line without its end, from a byte on; a second one says that the end is missing.
fn shown(sign: char, line: &str, from: usize) -> impl Iterator<Item = (char, String)> {
    let has_end = line.ends_with('\n');
    let text = window(line.strip_suffix('\n').unwrap_or(line), from);
    let missing = (!has_end).then(|| ('\\', "no newline at the end".to_owned()));
    std::iter::once((sign, text)).chain(missing)
}

/// As much of a text as is shown, from a byte on.
fn window(text: &str, from: usize) -> String {
    let from = text.floor_char_boundary(from);
    let to = text.floor_char_boundary(text.len().min(from + LONGEST_LINE));
    let mut window = text[from..to].to_owned();
    if from > 0 {
        window.insert_str(0, &format!("[{from} bytes] …"));
    }
    if to < text.len() {
        window.push_str(&format!("… [{} bytes]", text.len() - to));
    }
    window
}

/// Cuts values that are long to where they differ.
pub(super) fn cut(fact: &mut Fact) {
    let from = match (&fact.a, &fact.b) {
        (Some(a), Some(b)) if a.len().max(b.len()) > LONGEST_LINE => common(a, b).saturating_sub(LEAD),
        _ => 0,
    };
    for value in [&mut fact.a, &mut fact.b].into_iter().flatten() {
        *value = window(value, from);
    }
}
