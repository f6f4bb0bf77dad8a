//! `repr()` of constants.

use crate::constant::{Const, ConstId, Constants};
use crate::number::Integer;
use crate::rules::UnicodeVersion;
use crate::symbol::Symbols;
use crate::unicode::is_printable;

/// Writes constants as Python's `repr` does.
pub(super) struct Repr<'a> {
    pub(super) symbols: &'a Symbols,
    pub(super) constants: &'a Constants,
    pub(super) unicode: UnicodeVersion,
}

impl Repr<'_> {
    /// A constant of a tree; infinity, which has no literal, is a number too big.
    pub(super) fn constant(&self, out: &mut Vec<u8>, id: ConstId) {
        match &self.constants[id] {
            Const::None => out.extend_from_slice(b"None"),
            Const::True => out.extend_from_slice(b"True"),
            Const::False => out.extend_from_slice(b"False"),
            Const::Ellipsis => out.extend_from_slice(b"..."),
            Const::Int(value) => integer(out, value),
            Const::Float(bits) => out.extend_from_slice(finite(&float(f64::from_bits(*bits))).as_bytes()),
            Const::Complex(real, imag) => {
                let text = complex(f64::from_bits(*real), f64::from_bits(*imag));
                out.extend_from_slice(finite(&text).as_bytes());
            }
            Const::Str(text) => self.string(out, self.symbols.bytes(*text)),
            Const::Bytes(id) => bytes(out, self.constants.bytes(*id)),
            Const::Tuple(items) => self.tuple(out, items),
            // No literal is any of these.
            Const::FrozenSet(_) | Const::Slice(_) | Const::Code(_) => {}
        }
    }

    fn tuple(&self, out: &mut Vec<u8>, items: &[ConstId]) {
        out.push(b'(');
        for (place, &item) in items.iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(b", ");
            }
            // Inside a tuple CPython asks the constant itself.
            if self.constants[item] == Const::Ellipsis {
                out.extend_from_slice(b"Ellipsis");
            } else {
                self.constant(out, item);
            }
        }
        out.extend_from_slice(if items.len() == 1 { b",)" } else { b")" });
    }

    /// A string in WTF-8.
    pub(super) fn string(&self, out: &mut Vec<u8>, text: &[u8]) {
        let quote = quote_for(text);
        out.push(quote);
        let mut rest = text;
        while let Some((point, len)) = first_point(rest) {
            let (head, tail) = rest.split_at(len);
            self.character(out, point, head, quote);
            rest = tail;
        }
        out.push(quote);
    }

    fn is_printable(&self, point: u32) -> bool {
        char::from_u32(point).is_some_and(|c| is_printable(c, self.unicode))
    }

    fn character(&self, out: &mut Vec<u8>, point: u32, text: &[u8], quote: u8) {
        match point {
            0x09 => out.extend_from_slice(b"\\t"),
            0x0a => out.extend_from_slice(b"\\n"),
            0x0d => out.extend_from_slice(b"\\r"),
            _ if point == u32::from(quote) || point == u32::from(b'\\') => {
                out.push(b'\\');
                out.extend_from_slice(text);
            }
            0x20..=0x7e => out.extend_from_slice(text),
            _ if self.is_printable(point) => out.extend_from_slice(text),
            0..=0xff => out.extend_from_slice(format!("\\x{point:02x}").as_bytes()),
            0x100..=0xffff => out.extend_from_slice(format!("\\u{point:04x}").as_bytes()),
            _ => out.extend_from_slice(format!("\\U{point:08x}").as_bytes()),
        }
    }
}

/// Double quotes only where single ones would have to be escaped and double ones not.
fn quote_for(text: &[u8]) -> u8 {
    if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' }
}

/// The first code point of a text in WTF-8, and how many bytes it takes.
fn first_point(text: &[u8]) -> Option<(u32, usize)> {
    let &first = text.first()?;
    let (start, len) = match first {
        0..=0x7f => (u32::from(first), 1),
        0x80..=0xdf => (u32::from(first & 0x1f), 2),
        0xe0..=0xef => (u32::from(first & 0x0f), 3),
        _ => (u32::from(first & 0x07), 4),
    };
    let len = len.min(text.len());
    let point = text[1..len].iter().fold(start, |point, &byte| point << 6 | u32::from(byte & 0x3f));
    Some((point, len))
}

fn bytes(out: &mut Vec<u8>, text: &[u8]) {
    let quote = quote_for(text);
    out.push(b'b');
    out.push(quote);
    for &byte in text {
        match byte {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            _ if byte == quote || byte == b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0x20..=0x7e => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(quote);
}

fn integer(out: &mut Vec<u8>, value: &Integer) {
    let (negative, mut limbs) = value.to_limbs();
    // Nine digits at a time, the lowest first.
    let mut groups = Vec::new();
    while !limbs.is_empty() {
        let mut rest = 0u64;
        for limb in limbs.iter_mut().rev() {
            let part = rest << 32 | u64::from(*limb);
            *limb = (part / 1_000_000_000) as u32;
            rest = part % 1_000_000_000;
        }
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        groups.push(rest);
    }
    if negative {
        out.push(b'-');
    }
    let mut groups = groups.into_iter().rev();
    out.extend_from_slice(groups.next().unwrap_or(0).to_string().as_bytes());
    for group in groups {
        out.extend_from_slice(format!("{group:09}").as_bytes());
    }
}

/// The shortest digits that read back as the same number, as Python lays them out.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = number(value);
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// As [`float`], without `.0`.
fn number(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn complex(real: f64, imag: f64) -> String {
    let part = |value: f64| match value {
        _ if value.is_nan() => "nan".to_owned(),
        _ if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
        _ => number(value),
    };
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imag));
    }
    let imag = part(imag);
    let plus = if imag.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{imag}j)", part(real))
}

/// `inf` as a literal.
fn finite(text: &str) -> String {
    text.replace("inf", "1e309")
}
