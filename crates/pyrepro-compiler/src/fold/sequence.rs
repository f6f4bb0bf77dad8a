//! Strings, bytes and tuples: joined, repeated, indexed and sliced.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{Fold, number};
use crate::constant::{Const, ConstId, Constants};
use crate::number::Number;

/// Items of a tuple that repetition makes, at most; of all tuples in it; and characters or bytes.
const MOST_ITEMS: i64 = 256;
const MOST_ITEMS_INSIDE: i64 = 1024;
const MOST_CHARACTERS: i64 = 4096;

/// Positions from a start, upwards or downwards by a step.
struct Positions {
    start: i64,
    step: i64,
    count: usize,
}

impl Fold<'_> {
    pub(super) fn concatenated(&mut self, left: ConstId, right: ConstId) -> Option<ConstId> {
        match (&self.constants[left], &self.constants[right]) {
            (Const::Str(left), Const::Str(right)) => {
                let text = [self.symbols.bytes(*left), self.symbols.bytes(*right)].concat();
                let symbol = self.symbols.intern_wtf8(&text);
                Some(self.constants.add_str(symbol))
            }
            (Const::Bytes(left), Const::Bytes(right)) => {
                let bytes = [self.constants.bytes(*left), self.constants.bytes(*right)].concat();
                Some(self.constants.add_bytes(&bytes))
            }
            (Const::Tuple(left), Const::Tuple(right)) => {
                let items = [&left[..], &right[..]].concat();
                Some(self.constants.add(Const::Tuple(items.into())))
            }
            _ => None,
        }
    }

    pub(super) fn repeated(&mut self, sequence: ConstId, count: &BigInt) -> Option<ConstId> {
        let most = match &self.constants[sequence] {
            Const::Tuple(_) => MOST_ITEMS,
            Const::Str(_) | Const::Bytes(_) => MOST_CHARACTERS,
            _ => return None,
        };
        let length = self.length(sequence)?;
        let count = count.to_i64()?;
        if length == 0 {
            return Some(sequence);
        }
        if count < 0 || count > most / length {
            return None;
        }
        let times = count as usize;
        match &self.constants[sequence] {
            Const::Tuple(items) => {
                if count > 0 && room(items, MOST_ITEMS_INSIDE / count, self.constants) < 0 {
                    return None;
                }
                let items = items.repeat(times);
                Some(self.constants.add(Const::Tuple(items.into())))
            }
            Const::Str(text) => {
                let text = self.symbols.bytes(*text).repeat(times);
                let symbol = self.symbols.intern_wtf8(&text);
                Some(self.constants.add_str(symbol))
            }
            Const::Bytes(bytes) => {
                let bytes = self.constants.bytes(*bytes).repeat(times);
                Some(self.constants.add_bytes(&bytes))
            }
            _ => None,
        }
    }

    pub(super) fn subscript(&mut self, sequence: ConstId, index: ConstId) -> Option<ConstId> {
        let length = self.length(sequence)?;
        if let Const::Slice(parts) = self.constants[index] {
            let positions = self.positions(parts, length)?;
            return Some(self.sliced(sequence, &positions));
        }
        let Some(Number::Int(index)) = number(&self.constants[index]) else { return None };
        let index = index.to_i64()?;
        let index = if index < 0 { index + length } else { index };
        if !(0..length).contains(&index) {
            return None;
        }
        match &self.constants[sequence] {
            Const::Tuple(items) => Some(items[index as usize]),
            Const::Bytes(bytes) => {
                let byte = self.constants.bytes(*bytes)[index as usize];
                Some(self.constants.add_int(i64::from(byte)))
            }
            _ => Some(self.sliced(sequence, &Positions { start: index, step: 1, count: 1 })),
        }
    }

    /// Items, bytes or characters of a sequence.
    fn length(&self, sequence: ConstId) -> Option<i64> {
        let length = match &self.constants[sequence] {
            Const::Tuple(items) => items.len(),
            Const::Bytes(bytes) => self.constants.bytes(*bytes).len(),
            Const::Str(text) => characters(self.symbols.bytes(*text)).count(),
            _ => return None,
        };
        i64::try_from(length).ok()
    }

    fn sliced(&mut self, sequence: ConstId, positions: &Positions) -> ConstId {
        match &self.constants[sequence] {
            Const::Tuple(items) => {
                let items = positions.pick(items);
                self.constants.add(Const::Tuple(items.into()))
            }
            Const::Bytes(bytes) => {
                let bytes = positions.pick(self.constants.bytes(*bytes));
                self.constants.add_bytes(&bytes)
            }
            Const::Str(text) => {
                let characters: Vec<&[u8]> = characters(self.symbols.bytes(*text)).collect();
                let text = positions.pick(&characters).concat();
                let symbol = self.symbols.intern_wtf8(&text);
                self.constants.add_str(symbol)
            }
            _ => sequence,
        }
    }

    /// What a slice takes of a sequence; nothing if it is an error.
    fn positions(&self, [start, stop, step]: [ConstId; 3], length: i64) -> Option<Positions> {
        let step = self.bound(step)?.unwrap_or(1);
        if step == 0 {
            return None;
        }
        let last = if step < 0 { -1 } else { 0 };
        let clip = |bound: i64| {
            let bound = if bound < 0 { bound.saturating_add(length) } else { bound };
            bound.clamp(last, length + last)
        };
        let (first, end) = if step < 0 { (length - 1, -1) } else { (0, length) };
        let start = self.bound(start)?.map_or(first, clip);
        let stop = self.bound(stop)?.map_or(end, clip);
        let distance = if step < 0 { start - stop } else { stop - start };
        let count = if distance <= 0 { 0 } else { (distance - 1) / step.saturating_abs() + 1 };
        Some(Positions { start, step, count: count as usize })
    }

    /// A part of a slice: none, or an integer, cut to what fits. Anything else is an error.
    fn bound(&self, part: ConstId) -> Option<Option<i64>> {
        if part == ConstId::NONE {
            return Some(None);
        }
        let Some(Number::Int(value)) = number(&self.constants[part]) else { return None };
        let limit = if value.is_negative() { i64::MIN } else { i64::MAX };
        Some(Some(value.to_i64().unwrap_or(limit)))
    }
}

impl Positions {
    fn pick<T: Copy>(&self, items: &[T]) -> Vec<T> {
        // The last step may lead beyond all numbers.
        (0..self.count as i64).map(|number| items[(self.start + number * self.step) as usize]).collect()
    }
}

/// The characters of a text in WTF-8.
fn characters(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.chunk_by(|_, &next| next & 0xc0 == 0x80)
}

/// What is left of a limit behind all items, those of tuples inside too; below zero if it is not enough.
fn room(items: &[ConstId], limit: i64, constants: &Constants) -> i64 {
    items.iter().fold(limit - items.len() as i64, |limit, &item| match &constants[item] {
        Const::Tuple(items) | Const::FrozenSet(items) if limit >= 0 => room(items, limit, constants),
        _ => limit,
    })
}
