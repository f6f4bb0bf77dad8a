//! Constants as Python would show them.

use std::fmt::Write;

use super::{Graph, Kind, ObjectId, Value};

/// How a constant looks in Python source, or nearly so: cut at about `limit` bytes, with an
/// ellipsis to tell. Code objects are shown by name, ints beyond 32 bits in hexadecimal.
///
/// ```
/// use pyrepro_bytecode::{marshal, python::Version};
///
/// let data = b"\x29\x02\x7a\x04it'sg\x00\x00\x00\x00\x00\x00\xf8\x3f";
/// let graph = marshal::read(data, Version::new(3, 13).unwrap())?;
/// assert_eq!(marshal::repr(&graph, graph.root(), 80), r#"("it's", 1.5)"#);
/// # Ok::<(), marshal::Error>(())
/// ```
pub fn repr(graph: &Graph, id: ObjectId, limit: usize) -> String {
    let mut out = String::new();
    let mut todo = vec![Piece::Object(id)];
    while let Some(piece) = todo.pop() {
        if out.len() > limit {
            out.push('…');
            break;
        }
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Object(id) => match graph.value(id) {
                Value::Container(kind, parts) => open(kind, parts, limit, &mut out, &mut todo),
                leaf => self::leaf(graph, leaf, limit, &mut out),
            },
        }
    }
    out
}

/// What is still to be shown, the next piece last.
enum Piece {
    Object(ObjectId),
    Text(&'static str),
}

fn open(kind: Kind, parts: &[ObjectId], limit: usize, out: &mut String, todo: &mut Vec<Piece>) {
    let (start, end) = match kind {
        Kind::Tuple if parts.len() == 1 => ("(", ",)"),
        Kind::Tuple => ("(", ")"),
        Kind::FrozenSet => ("frozenset({", "})"),
        Kind::Slice => ("slice(", ")"),
        Kind::List => ("[", "]"),
        Kind::FrozenDict => ("frozendict({", "})"),
        _ => ("{", "}"),
    };
    out.push_str(start);
    todo.push(Piece::Text(end));
    let separator = |place: usize| match kind {
        Kind::Dict | Kind::FrozenDict if place % 2 == 1 => ": ",
        _ => ", ",
    };
    // More parts than bytes would not be shown.
    for (place, part) in parts.iter().enumerate().take(limit).rev() {
        todo.push(Piece::Object(*part));
        if place > 0 {
            todo.push(Piece::Text(separator(place)));
        }
    }
}

fn leaf(graph: &Graph, value: Value, limit: usize, out: &mut String) {
    match value {
        Value::Atom(kind) => out.push_str(&kind.to_string()),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::BigInt { negative, digits } => hexadecimal(negative, digits, limit, out),
        Value::Float(value) => out.push_str(&float(value)),
        Value::Complex(real, imaginary) => complex(real, imaginary, out),
        Value::Bytes(bytes) => quoted_bytes(bytes, limit, out),
        Value::Str(text) => quoted(text, limit, out),
        Value::Code(code) => {
            let name = code.field("name").map(|name| repr(graph, name, limit)).unwrap_or_default();
            let _ = write!(out, "<code object {}>", name.trim_matches(['\'', '"']));
        }
        Value::Container(..) => {}
    }
}

/// Digits of 15 bits do not meet those of 4: goes through bits, the most significant first.
fn hexadecimal(negative: bool, digits: &[u8], limit: usize, out: &mut String) {
    let bits = digits.len() / 2 * 15;
    let bit = |place: usize| match place < bits {
        true => u32::from(digits[place / 15 * 2 + place % 15 / 8] >> (place % 15 % 8) & 1),
        false => 0,
    };
    let nibble = |place: usize| (0..4).map(|at| bit(place * 4 + at) << at).sum();
    let nibbles = (0..bits.div_ceil(4)).rev().map(nibble).skip_while(|nibble: &u32| *nibble == 0);
    out.push_str(if negative { "-0x" } else { "0x" });
    out.extend(nibbles.take(limit + 1).filter_map(|nibble| char::from_digit(nibble, 16)));
}

/// A float as Python writes it: the shortest digits that lead back to it.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = shortest(value);
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..16) => positional(digits, exponent),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        Err(_) => scientific,
    }
}

/// The shortest digits that lead back to a float; of two that are as near, Python takes the even one.
fn shortest(value: f64) -> String {
    let short = format!("{value:e}");
    let digits = short.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
    let even = format!("{value:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(value) { even } else { short }
}

/// `-1.25` and an exponent of 1 are `-12.5`.
fn positional(digits: &str, exponent: i32) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits = digits.replace('.', "");
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    }
    let whole = exponent as usize + 1;
    let digits = format!("{digits:0<whole$}");
    let (whole, rest) = digits.split_at(whole);
    format!("{sign}{whole}.{}", if rest.is_empty() { "0" } else { rest })
}

fn complex(real: f64, imaginary: f64, out: &mut String) {
    let short = |value| float(value).trim_end_matches(".0").to_owned();
    let _ = if real == 0.0 && real.is_sign_positive() {
        write!(out, "{}j", short(imaginary))
    } else {
        let plus = if imaginary.is_sign_negative() && !imaginary.is_nan() { "" } else { "+" };
        write!(out, "({}{plus}{}j)", short(real), short(imaginary))
    };
}

fn quoted_bytes(bytes: &[u8], limit: usize, out: &mut String) {
    let quote = quote_for(bytes);
    out.push('b');
    out.push(quote);
    for &byte in bytes.iter().take(limit + 1) {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ if byte == quote as u8 => out.extend(['\\', quote]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}

fn quoted(text: &[u8], limit: usize, out: &mut String) {
    let quote = quote_for(text);
    out.push(quote);
    // A character that the cut goes through is left out.
    let mut rest = &text[..text.len().min(limit + 1)];
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let (text, after) = rest.split_at(valid);
        String::from_utf8_lossy(text).chars().for_each(|character| escaped(character, quote, out));
        rest = match after {
            [0xed, b, c, after @ ..] => {
                let _ = write!(out, "\\u{:04x}", 0xd000 | u32::from(b & 63) << 6 | u32::from(c & 63));
                after
            }
            _ => &[],
        };
    }
    out.push(quote);
}

fn escaped(character: char, quote: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\\' => out.push_str("\\\\"),
        _ if character == quote => out.extend(['\\', quote]),
        // What Rust would escape is what a terminal cannot show, or would obey.
        '\'' | '"' => out.push(character),
        _ if character.escape_debug().len() == 1 => out.push(character),
        _ => {
            let code = u32::from(character);
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02x}"),
                0x100..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
        }
    }
}

/// Python prefers the apostrophe, but not where it would have to be escaped and quotes would not.
fn quote_for(text: &[u8]) -> char {
    if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marshal;
    use crate::python::Version;

    fn shown(data: &[u8], limit: usize) -> String {
        let graph = marshal::read(data, Version::new(3, 15).unwrap()).unwrap();
        repr(&graph, graph.root(), limit)
    }

    #[test]
    fn constants_look_as_in_python() {
        let float = |value: f64| shown(&[&b"g"[..], &value.to_le_bytes()].concat(), 80);
        let complex = |a: f64, b: f64| shown(&[&b"y"[..], &a.to_le_bytes(), &b.to_le_bytes()].concat(), 80);
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-1.5e300, "-1.5e+300"),
            (-0.0, "-0.0"),
            (123.456, "123.456"),
            (-1e3, "-1000.0"),
            (0.00012, "0.00012"),
            (2f64.powi(-25), "2.9802322387695312e-08"),
            (5e-324, "5e-324"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(float(value), text);
        }
        assert_eq!(complex(0.0, 1.0), "1j");
        assert_eq!(complex(1.5, -2.0), "(1.5-2j)");
        assert_eq!(complex(-0.0, 2.0), "(-0+2j)");
        assert_eq!(shown(b"\x29\x01N", 80), "(None,)");
        assert_eq!(shown(b"\x29\x00", 80), "()");
        assert_eq!(shown(b">\x02\0\0\0TF", 80), "frozenset({True, False})");
        assert_eq!(shown(b"{z\x01aNz\x01bT0", 80), "{'a': None, 'b': True}");
        assert_eq!(shown(b":NTF", 80), "slice(None, True, False)");
        assert_eq!(shown(b"l\x03\0\0\0\0\0\0\0\x04\0", 80), "0x100000000");
        assert_eq!(shown(b"l\xfd\xff\xff\xff\x01\0\x01\0\x04\0", 80), "-0x100008001");
    }

    #[test]
    fn strings_are_quoted_and_escaped_as_in_python() {
        let text = |text: &[u8]| shown(&[b"u", &(text.len() as u32).to_le_bytes()[..], text].concat(), 80);
        assert_eq!(text("it's".as_bytes()), "\"it's\"");
        assert_eq!(text("it's \"so\"".as_bytes()), "'it\\'s \"so\"'");
        assert_eq!(text("é\n\u{1b}[31m\u{202e}".as_bytes()), "'é\\n\\x1b[31m\\u202e'");
        assert_eq!(text(b"a\xed\xb2\x80b"), "'a\\udc80b'");
        assert_eq!(shown(b"s\x03\0\0\0\0a\xff", 80), "b'\\x00a\\xff'");
    }

    #[test]
    fn long_and_deep_constants_are_cut() {
        let long = [b"a", &1000u32.to_le_bytes()[..], &[b'x'; 1000]].concat();
        assert!(shown(&long, 20).len() < 30);
        let deep = [&b"\x29\x01".repeat(1999)[..], b"N"].concat();
        assert!(shown(&deep, 20).ends_with('…'));
    }
}
