//! The bytes that go to a worker and come back; `worker.py` is the other side.

use std::io::{self, Read, Write};

use super::lines::Lines;
use super::unit::{Diagnostic, Outcome, Unit, Warning};
use crate::pyc::Optimization;

/// What no source and no answer is longer than.
pub const LONGEST: u32 = 1 << 30;

/// Sends one unit, to be answered under `number`. The worker ends itself `seconds` after.
pub fn send(to: &mut impl Write, number: u32, unit: &Unit<'_>, seconds: u32) -> io::Result<()> {
    let mut head = Vec::with_capacity(20 + unit.levels.len() + unit.name.len());
    head.extend(number.to_le_bytes());
    head.extend((unit.levels.len() as u32).to_le_bytes());
    head.extend((unit.name.len() as u32).to_le_bytes());
    head.extend((unit.source.len() as u32).to_le_bytes());
    head.extend(seconds.to_le_bytes());
    head.extend(unit.levels.iter().map(|level| level.number()));
    head.extend(unit.name);
    to.write_all(&head)?;
    to.write_all(unit.source)?;
    to.flush()
}

/// Why an answer is of no use.
#[derive(Debug, thiserror::Error)]
pub enum BadAnswer {
    #[error("it stopped in the middle of an answer: {0}")]
    Cut(#[from] io::Error),
    #[error("an answer {0} bytes long")]
    Length(u32),
    #[error("an answer to request {0}, expected {1}")]
    Number(u32, u32),
    #[error("an answer that makes no sense")]
    Junk,
}

/// Receives the fields of the answer that must come next.
pub fn receive(from: &mut impl Read, number: u32) -> Result<Vec<Option<Vec<u8>>>, BadAnswer> {
    let length = read_number(from)?;
    if !(4..=LONGEST).contains(&length) {
        return Err(BadAnswer::Length(length));
    }
    let answered = read_number(from)?;
    if answered != number {
        return Err(BadAnswer::Number(answered, number));
    }
    let mut left = length - 4;
    let mut fields = Vec::new();
    while left > 0 {
        left = left.checked_sub(4).ok_or(BadAnswer::Junk)?;
        let length = read_number(from)?;
        if length == u32::MAX {
            fields.push(None);
            continue;
        }
        left = left.checked_sub(length).ok_or(BadAnswer::Junk)?;
        fields.push(Some(read_bytes(from, length)?));
    }
    Ok(fields)
}

fn read_number(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Reads so many bytes, and takes memory only as they come.
fn read_bytes(from: &mut impl Read, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(1 << 20) as usize);
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// What the worker says of itself when it starts: the version, and the magic number.
pub fn greeting(fields: Vec<Option<Vec<u8>>>) -> Result<(String, Vec<u8>), BadAnswer> {
    match <[_; 3]>::try_from(fields) {
        Ok([Some(name), Some(version), Some(magic)]) if name == b"pyrepro" => {
            Ok((String::from_utf8(version).map_err(|_| BadAnswer::Junk)?, magic))
        }
        _ => Err(BadAnswer::Junk),
    }
}

/// Reads an outcome out of the fields of an answer, and checks that each level is accounted for.
pub fn outcome(fields: Vec<Option<Vec<u8>>>, unit: &Unit<'_>) -> Result<Outcome, BadAnswer> {
    let mut fields = Fields(fields.into_iter());
    let mut outcome = Outcome::default();
    while let Some(kind) = fields.0.next() {
        match kind.as_deref() {
            Some(b"code") => {
                let level = fields.level()?;
                outcome.codes.push((level, fields.next()?.ok_or(BadAnswer::Junk)?));
            }
            Some(b"warning") => outcome.warnings.push(Warning {
                category: fields.text()?,
                message: fields.text()?,
                line: fields.count()?,
                text: None,
            }),
            Some(b"error") => {
                fields.level()?;
                outcome.failure = Some(fields.diagnostic()?);
            }
            _ => return Err(BadAnswer::Junk),
        }
    }
    let compiled = outcome.codes.iter().map(|(level, _)| level);
    let expected = unit.levels.iter().take(outcome.codes.len());
    let complete = outcome.codes.len() == unit.levels.len();
    if !outcome.warnings.is_empty() {
        let lines = Lines::of(unit.source);
        for warning in &mut outcome.warnings {
            warning.text = warning.line.and_then(|line| lines.shown(line));
        }
    }
    match compiled.eq(expected) && complete != outcome.failure.is_some() {
        true => Ok(outcome),
        false => Err(BadAnswer::Junk),
    }
}

struct Fields(std::vec::IntoIter<Option<Vec<u8>>>);

impl Fields {
    fn next(&mut self) -> Result<Option<Vec<u8>>, BadAnswer> {
        self.0.next().ok_or(BadAnswer::Junk)
    }

    fn optional_text(&mut self) -> Result<Option<String>, BadAnswer> {
        self.next()?.map(|bytes| String::from_utf8(bytes).map_err(|_| BadAnswer::Junk)).transpose()
    }

    fn text(&mut self) -> Result<String, BadAnswer> {
        self.optional_text()?.ok_or(BadAnswer::Junk)
    }

    /// A line or a column. CPython has been seen to give 0 and -1 where it knows none.
    fn count(&mut self) -> Result<Option<u32>, BadAnswer> {
        Ok(self.optional_text()?.and_then(|text| text.parse().ok()).filter(|&count| count > 0))
    }

    fn level(&mut self) -> Result<Optimization, BadAnswer> {
        self.text()?.parse().map_err(|_| BadAnswer::Junk)
    }

    fn diagnostic(&mut self) -> Result<Diagnostic, BadAnswer> {
        Ok(Diagnostic {
            kind: self.text()?,
            message: self.text()?,
            wording: self.text()?,
            line: self.count()?,
            column: self.count()?,
            end_line: self.count()?,
            end_column: self.count()?,
            text: self.optional_text()?.map(|line| line.trim_end_matches('\n').to_owned()),
        })
    }
}
