//! Bytes to graph, in one pass and without recursion.

use std::borrow::Cow;

use super::MAX_DEPTH;
use super::error::{Error, Problem};
use super::graph::{Graph, Reference};
use super::kind::Kind;
use super::object::{Marks, Object, ObjectId};
use crate::python::{CodeLayout, FieldType, Version};

const FLAG_REF: u8 = 0x80;
/// What a slot holds until its object is complete.
const INCOMPLETE: ObjectId = ObjectId(u32::MAX);

/// Reads the one object that the data from `start` on consists of, and checks its type if asked to.
pub(super) fn graph(
    data: &[u8],
    start: usize,
    version: Version,
    root: Option<Kind>,
) -> Result<Graph<'_>, Error> {
    if data.len() > i32::MAX as usize {
        return Err(Problem::TooLarge.nowhere());
    }
    let mut reader = Reader::new(data, start, version);
    let id = reader.outermost()?;
    let found = reader.objects[id.index()].kind;
    if let Some(expected) = root
        && found != expected
    {
        return Err(Problem::Root { found, expected }.at(start));
    }
    if reader.at < data.len() {
        return Err(Problem::Trailing(data.len() - reader.at).at(reader.at));
    }
    let Reader { objects, parts, references, .. } = reader;
    Ok(Graph { data: Cow::Borrowed(data), start, version, objects, parts, references, root: id })
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    version: Version,
    layout: &'static CodeLayout,
    objects: Vec<Object>,
    parts: Vec<ObjectId>,
    references: Vec<Reference>,
    /// What references may refer to.
    slots: Vec<ObjectId>,
    /// The containers that are being read, the outermost first.
    open: Vec<Open>,
    /// The parts so far of all open containers.
    pending: Vec<ObjectId>,
}

/// A container that is being read.
struct Open {
    kind: Kind,
    offset: u32,
    /// Its slot, if it had FLAG_REF.
    slot: Option<u32>,
    /// How many parts are to come; of a dict, whose parts are not counted, 1.
    missing: u32,
    /// Where in `pending` its parts begin.
    first: u32,
    /// Of a code object, where its first line number stands.
    first_line: u32,
}

/// What one token of the stream is.
enum Token {
    /// An object that is complete, or a reference to one.
    Whole(ObjectId),
    /// A container whose parts follow.
    Opening,
    /// The end of a dict.
    End,
}

impl<'a> Reader<'a> {
    fn new(data: &'a [u8], start: usize, version: Version) -> Self {
        // An object takes about ten bytes in real files; a hostile one only makes the vectors grow.
        let objects = (data.len() - start) / 10;
        Reader {
            data,
            at: start,
            version,
            layout: version.code_layout(),
            objects: Vec::with_capacity(objects),
            parts: Vec::with_capacity(objects),
            references: Vec::with_capacity(objects / 2),
            slots: Vec::with_capacity(objects / 4),
            open: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn outermost(&mut self) -> Result<ObjectId, Error> {
        loop {
            let start = self.at;
            let mut whole = match self.token()? {
                Token::Whole(id) => Some(id),
                Token::Opening => None,
                Token::End => self.end(),
            };
            // A part may complete its container, and that the next one.
            let mut part_start = start;
            loop {
                let Some(open) = self.open.last_mut() else {
                    return Ok(whole.expect("only a container that is open leaves nothing whole"));
                };
                if let Some(id) = whole.take() {
                    self.pending.push(id);
                    if open.kind == Kind::Code {
                        self.code_field(id, part_start)?;
                    } else if !matches!(open.kind, Kind::Dict | Kind::FrozenDict) {
                        open.missing -= 1;
                    }
                }
                if self.open.last().is_some_and(|open| open.missing > 0) {
                    break;
                }
                part_start = self.open.last().map_or(start, |open| open.offset as usize);
                whole = self.end();
            }
        }
    }

    /// Completes the innermost open container.
    fn end(&mut self) -> Option<ObjectId> {
        let open = self.open.pop()?;
        let start = self.parts.len() as u32;
        self.parts.extend(self.pending.drain(open.first as usize..));
        let size = match open.kind {
            Kind::Code => open.first_line,
            _ => self.parts.len() as u32 - start,
        };
        let mut marks = Marks::default();
        if open.slot.is_some() {
            marks.set(Marks::FLAGGED);
        }
        Some(self.complete(Object { kind: open.kind, marks, offset: open.offset, start, size }, open.slot))
    }

    fn complete(&mut self, object: Object, slot: Option<u32>) -> ObjectId {
        let id = ObjectId(self.objects.len() as u32);
        self.objects.push(object);
        if let Some(slot) = slot {
            self.slots[slot as usize] = id;
        }
        id
    }

    fn token(&mut self) -> Result<Token, Error> {
        let start = self.at;
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::TooDeep.at(start));
        }
        let byte = self.take(1)?[0];
        let code = byte & !FLAG_REF;
        if code == b'r' {
            return self.reference(start).map(Token::Whole);
        }
        if let Some(kind) = atom(code) {
            return Ok(Token::Whole(self.complete(object(kind, start, 0, 0), None)));
        }
        if code == b'0' {
            return if self.is_at_key() { Ok(Token::End) } else { Err(Problem::Null.at(start)) };
        }
        let slot = (byte != code).then(|| {
            self.slots.push(INCOMPLETE);
            self.slots.len() as u32 - 1
        });
        let mut object = match code {
            b'i' => {
                let value = self.int()?;
                object(Kind::Int, start, value as u32, 0)
            }
            b'l' => self.long(start)?,
            b'g' => self.leaf(Kind::Float, start, 8)?,
            b'y' => self.leaf(Kind::Complex, start, 16)?,
            b's' => {
                let size = self.count()?;
                self.leaf(Kind::Bytes, start, size)?
            }
            b'z' | b'Z' | b'a' | b'A' | b'u' | b't' => self.text(code, start)?,
            _ => return self.container(code, start, slot),
        };
        if slot.is_some() {
            object.marks.set(Marks::FLAGGED);
        }
        Ok(Token::Whole(self.complete(object, slot)))
    }

    /// Whether the next object is the key of a dict, in whose place its end may come.
    fn is_at_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            matches!(open.kind, Kind::Dict | Kind::FrozenDict)
                && (self.pending.len() - open.first as usize).is_multiple_of(2)
        })
    }

    fn reference(&mut self, start: usize) -> Result<ObjectId, Error> {
        let index = self.int()?;
        let target = usize::try_from(index).ok().and_then(|index| self.slots.get(index).copied());
        match target {
            None => Err(Problem::Dangling { index, count: self.slots.len() }.at(start)),
            Some(INCOMPLETE) => Err(Problem::Cycle(index as u32).at(start)),
            Some(target) => {
                self.references.push(Reference { offset: start as u32, target });
                Ok(target)
            }
        }
    }

    fn long(&mut self, start: usize) -> Result<Object, Error> {
        let payload = self.at;
        let count = self.int()?;
        let digits = self.take(2 * count.unsigned_abs() as usize)?;
        let is_normalized = digits.chunks_exact(2).all(|digit| digit[1] < 0x80) && !digits.ends_with(&[0, 0]);
        if !is_normalized {
            return Err(Problem::Digits.at(start));
        }
        Ok(match small(count, digits) {
            Some(value) => object(Kind::Int, start, value as u32, 0),
            None => object(Kind::Int, start, payload as u32, 4 + digits.len() as u32),
        })
    }

    fn text(&mut self, code: u8, start: usize) -> Result<Object, Error> {
        let size = match code {
            b'z' | b'Z' => usize::from(self.take(1)?[0]),
            _ => self.count()?,
        };
        let mut text = self.leaf(Kind::Str, start, size)?;
        let bytes = &self.data[text.start as usize..][..size];
        if matches!(code, b'u' | b't') {
            check_utf8(bytes).map_err(|reason| Problem::NotUtf8(reason).at(start))?;
        } else if !bytes.is_ascii() {
            return Err(Problem::NotAscii.at(start));
        }
        if matches!(code, b'Z' | b'A' | b't') {
            text.marks.set(Marks::INTERNED);
        }
        Ok(text)
    }

    fn leaf(&mut self, kind: Kind, start: usize, size: usize) -> Result<Object, Error> {
        let payload = self.at;
        self.take(size)?;
        Ok(object(kind, start, payload as u32, size as u32))
    }

    fn container(&mut self, code: u8, start: usize, slot: Option<u32>) -> Result<Token, Error> {
        let (kind, missing) = match code {
            b')' => (Kind::Tuple, usize::from(self.take(1)?[0])),
            b'(' => (Kind::Tuple, self.count()?),
            b'[' => (Kind::List, self.count()?),
            b'<' => (Kind::Set, self.count()?),
            b'>' => (Kind::FrozenSet, self.count()?),
            b':' if self.version.has_slices() => (Kind::Slice, 3),
            b'{' => (Kind::Dict, 1),
            b'}' if self.version.has_frozendicts() => (Kind::FrozenDict, 1),
            b'c' => {
                self.take(4 * self.layout.numbers.len())?;
                (Kind::Code, self.layout.fields.len())
            }
            _ => return Err(Problem::UnknownType { code, version: self.version }.at(start)),
        };
        self.open.push(Open {
            kind,
            offset: start as u32,
            slot,
            missing: missing as u32,
            first: self.pending.len() as u32,
            first_line: 0,
        });
        Ok(Token::Opening)
    }

    /// Checks the newest field of the innermost open container, a code object.
    fn code_field(&mut self, id: ObjectId, start: usize) -> Result<(), Error> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let position = self.pending.len() - 1 - open.first as usize;
        open.missing -= 1;
        let field = self.layout.fields[position];
        let kind = self.objects[id.index()].kind;
        let expected = match field.kind {
            FieldType::Bytes => Kind::Bytes,
            FieldType::Str => Kind::Str,
            FieldType::Tuple | FieldType::Names => Kind::Tuple,
        };
        if kind != expected {
            return Err(Problem::FieldType { field: field.name, kind }.at(start));
        }
        if field.kind == FieldType::Names {
            self.names(id, field.name)?;
        }
        if position + 1 == self.layout.first_line_before {
            let first_line = self.at as u32;
            self.take(4)?;
            if let Some(open) = self.open.last_mut() {
                open.first_line = first_line;
            }
        }
        Ok(())
    }

    /// Marks a tuple as one of names. Each is looked at once, however many code objects share it.
    fn names(&mut self, id: ObjectId, field: &'static str) -> Result<(), Error> {
        let tuple = self.objects[id.index()];
        if tuple.marks.has(Marks::NAMES) {
            return Ok(());
        }
        for part in &self.parts[tuple.start as usize..][..tuple.size as usize] {
            let Object { kind, offset, .. } = self.objects[part.index()];
            if kind != Kind::Str {
                return Err(Problem::NameType { field, kind }.at(offset as usize));
            }
        }
        self.objects[id.index()].marks.set(Marks::NAMES);
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let left = self.data.len() - self.at;
        if count > left {
            return Err(Problem::Truncated { needed: count, left }.at(self.at));
        }
        let taken = &self.data[self.at..][..count];
        self.at += count;
        Ok(taken)
    }

    fn int(&mut self) -> Result<i32, Error> {
        let bytes = self.take(4)?;
        Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A number of bytes or parts. A part takes at least one byte, so a check against what is left
    /// keeps a false count from costing memory.
    fn count(&mut self) -> Result<usize, Error> {
        let start = self.at;
        let length = self.int()?;
        let left = self.data.len() - self.at;
        match usize::try_from(length) {
            Ok(count) if count <= left => Ok(count),
            _ => Err(Problem::Length { length, left }.at(start)),
        }
    }
}

fn object(kind: Kind, offset: usize, start: u32, size: u32) -> Object {
    Object { kind, marks: Marks::default(), offset: offset as u32, start, size }
}

fn atom(code: u8) -> Option<Kind> {
    Some(match code {
        b'N' => Kind::None,
        b'T' => Kind::True,
        b'F' => Kind::False,
        b'.' => Kind::Ellipsis,
        b'S' => Kind::StopIteration,
        _ => return None,
    })
}

/// The value of an int that fits 32 bits though it was written digit by digit.
fn small(count: i32, digits: &[u8]) -> Option<i32> {
    if digits.len() > 6 {
        return None;
    }
    let value = digits
        .chunks_exact(2)
        .rev()
        .fold(0i64, |value, digit| value << 15 | i64::from(u16::from_le_bytes([digit[0], digit[1]])));
    i32::try_from(if count < 0 { -value } else { value }).ok()
}

/// Checks for UTF-8 in which surrogates may be encoded like other code points.
pub(super) fn check_utf8(mut bytes: &[u8]) -> Result<(), &'static str> {
    while let Err(error) = std::str::from_utf8(bytes) {
        let rest = &bytes[error.valid_up_to()..];
        bytes = match rest {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] => after,
            [0x80..=0xc1 | 0xf5..=0xff, ..] => return Err("invalid start byte"),
            _ if error.error_len().is_none() => return Err("unexpected end of data"),
            _ => return Err("invalid continuation byte"),
        };
    }
    Ok(())
}
