//! Python values as a tree, and every way in which marshal data can write one.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use pyrepro::python::{FieldType, Version};

/// A value. The elements of sets are in an order that depends on them alone.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `N`, `T`, `F`, `.` or `S`.
    Atom(u8),
    /// The sign, and the digits of 15 bits, the least significant first.
    Int(bool, Vec<u16>),
    /// The bits.
    Float(u64),
    Complex(u64, u64),
    Bytes(Vec<u8>),
    /// UTF-8 in which surrogates may be encoded.
    Str(Vec<u8>),
    /// The type code, and the elements; of dicts, keys and values alternate.
    Container(u8, Vec<Value>),
    Code(Box<Code>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    numbers: Vec<i32>,
    first_line: i32,
    fields: Vec<Value>,
}

impl Value {
    /// Whether equal values of this may be one object: nothing in it is told apart by identity.
    fn can_be_shared(&self) -> bool {
        match self {
            Value::Container(b'(' | b'>' | b':', parts) => parts.iter().all(Value::can_be_shared),
            Value::Container(..) | Value::Code(_) => false,
            _ => true,
        }
    }

    /// Whether it is a number or made of numbers: a set of such keeps its order before 3.11.
    fn is_number(&self) -> bool {
        match self {
            Value::Atom(code) => b"TF".contains(code),
            Value::Int(..) => true,
            Value::Float(bits) => !f64::from_bits(*bits).is_nan(),
            Value::Complex(real, imaginary) => {
                [real, imaginary].iter().all(|bits| !f64::from_bits(**bits).is_nan())
            }
            Value::Container(b'(' | b'>', parts) => parts.iter().all(Value::is_number),
            _ => false,
        }
    }

    /// The same for all values that Python has as equal, such as `1`, `1.0` and `True`.
    fn equality(&self) -> String {
        match self {
            Value::Atom(b'T') => "1".to_owned(),
            Value::Atom(b'F') => "0".to_owned(),
            Value::Int(negative, digits) => {
                let size = digits.iter().rev().fold(0.0, |sum, digit| sum * 32768.0 + f64::from(*digit));
                format!("{}", if *negative { -size } else { size } + 0.0)
            }
            Value::Float(bits) => format!("{}", f64::from_bits(*bits) + 0.0),
            Value::Complex(real, imaginary) if f64::from_bits(*imaginary) == 0.0 => {
                Value::Float(*real).equality()
            }
            Value::Container(code, parts) => {
                let code = if *code == b'<' { '>' } else { char::from(*code) };
                format!("{code}{:?}", parts.iter().map(Value::equality).collect::<Vec<_>>())
            }
            other => format!("{other:?}"),
        }
    }
}

/// A (frozen)set of those elements that are not equal to others.
fn set(code: u8, mut elements: Vec<Value>) -> Value {
    elements.sort_by_cached_key(Value::equality);
    elements.dedup_by_key(|element| element.equality());
    Value::Container(code, elements)
}

/// Writes a value in one of the ways that marshal data allows; the choices are bytes, used in turn.
pub struct Encoder<'c> {
    version: Version,
    choices: std::iter::Cycle<std::slice::Iter<'c, u8>>,
    out: Vec<u8>,
    /// What can be referred to.
    slots: Vec<Option<Value>>,
}

impl<'c> Encoder<'c> {
    /// There is at least one choice.
    pub fn encode(value: &Value, version: Version, choices: &'c [u8]) -> Vec<u8> {
        let mut encoder =
            Encoder { version, choices: choices.iter().cycle(), out: Vec::new(), slots: Vec::new() };
        encoder.value(value);
        encoder.out
    }

    fn choose(&mut self, count: usize) -> usize {
        usize::from(*self.choices.next().expect("choices never end")) % count
    }

    fn value(&mut self, value: &Value) {
        let same = self.slots.iter().position(|slot| slot.as_ref() == Some(value));
        if let Some(index) = same
            && value.can_be_shared()
            && self.choose(3) > 0
        {
            let code = [b'r', b'r' | 0x80][self.choose(2)];
            return self.number(code, index as i32);
        }
        let start = self.out.len();
        let flag = self.choose(2) == 1;
        if flag && !matches!(value, Value::Atom(_)) {
            self.slots.push(None);
        }
        let slot = self.slots.len();
        self.body(value);
        if flag {
            self.out[start] |= 0x80;
            if !matches!(value, Value::Atom(_)) {
                self.slots[slot - 1] = Some(value.clone());
            }
        }
    }

    fn body(&mut self, value: &Value) {
        match value {
            Value::Atom(code) => self.out.push(*code),
            Value::Int(negative, digits) => self.int(*negative, digits),
            Value::Float(bits) => self.bits(b"g", &[*bits]),
            Value::Complex(real, imaginary) => self.bits(b"y", &[*real, *imaginary]),
            Value::Bytes(bytes) => self.sized(b's', bytes),
            Value::Str(text) => self.text(text),
            Value::Container(code, parts) => self.container(*code, parts),
            Value::Code(code) => self.code(code),
        }
    }

    fn number(&mut self, code: u8, number: i32) {
        self.out.push(code);
        self.out.extend(number.to_le_bytes());
    }

    fn bits(&mut self, code: &[u8], numbers: &[u64]) {
        self.out.extend(code);
        numbers.iter().for_each(|number| self.out.extend(number.to_le_bytes()));
    }

    fn sized(&mut self, code: u8, bytes: &[u8]) {
        self.number(code, bytes.len() as i32);
        self.out.extend(bytes);
    }

    fn int(&mut self, negative: bool, digits: &[u16]) {
        let size = digits
            .iter()
            .rev()
            .try_fold(0i64, |sum, digit| sum.checked_mul(32768).map(|sum| sum + i64::from(*digit)));
        let small = size.and_then(|size| i32::try_from(if negative { -size } else { size }).ok());
        if let Some(small) = small
            && self.choose(2) == 0
        {
            return self.number(b'i', small);
        }
        let count = digits.len() as i32;
        self.number(b'l', if negative { -count } else { count });
        digits.iter().for_each(|digit| self.out.extend(digit.to_le_bytes()));
    }

    fn text(&mut self, text: &[u8]) {
        let codes: &[u8] = match (text.is_ascii(), text.len()) {
            (true, ..256) => b"zZaAut",
            (true, _) => b"aAut",
            (false, _) => b"ut",
        };
        match codes[self.choose(codes.len())] {
            code @ (b'z' | b'Z') => {
                self.out.extend([code, text.len() as u8]);
                self.out.extend(text);
            }
            code => self.sized(code, text),
        }
    }

    fn container(&mut self, code: u8, parts: &[Value]) {
        let mut order: Vec<&Value> = parts.iter().collect();
        match code {
            b'(' if parts.len() < 256 && self.choose(2) == 0 => self.out.extend([b')', parts.len() as u8]),
            b':' | b'{' | b'}' => self.out.push(code),
            b'<' | b'>' => {
                self.shuffle(&mut order);
                self.number(code, parts.len() as i32);
            }
            _ => self.number(code, parts.len() as i32),
        }
        order.into_iter().for_each(|part| self.value(part));
        if matches!(code, b'{' | b'}') {
            self.out.push(b'0');
        }
    }

    /// Another order for the elements of a set, where the order means nothing.
    fn shuffle(&mut self, elements: &mut [&Value]) {
        if self.version.minor() >= 11 || !elements.iter().all(|element| element.is_number()) {
            for end in (1..elements.len()).rev() {
                elements.swap(end, self.choose(end + 1));
            }
        }
    }

    fn code(&mut self, code: &Code) {
        let layout = self.version.code_layout();
        self.out.push(b'c');
        code.numbers.iter().for_each(|number| self.out.extend(number.to_le_bytes()));
        for (place, field) in code.fields.iter().enumerate() {
            if place == layout.first_line_before {
                self.out.extend(code.first_line.to_le_bytes());
            }
            self.value(field);
        }
    }
}

/// Any value, with code objects in it or without. Leaves are few, so that many are equal.
pub fn values(version: Version, with_code: bool) -> impl Strategy<Value = Value> {
    leaves().prop_recursive(5, 60, 6, move |parts| {
        let several = vec(parts.clone(), 0..6);
        let container = |code| several.clone().prop_map(move |parts| Value::Container(code, parts));
        let pairs = |code| {
            let pairs = vec((parts.clone(), parts.clone()), 0..4);
            // Keys differ as elements of sets do: two NaNs that become one object would become one key.
            let flat = |mut pairs: Vec<(Value, Value)>| {
                let mut keys = HashSet::new();
                pairs.retain(|(key, _)| keys.insert(key.equality()));
                pairs.into_iter().flat_map(|(key, value)| [key, value]).collect()
            };
            pairs.prop_map(move |pairs| Value::Container(code, flat(pairs)))
        };
        let sets = |code| several.clone().prop_map(move |parts| set(code, parts));
        let numbers = vec(numbers(), 0..6).prop_map(|numbers| set(b'>', numbers));
        let mut kinds = vec![
            (6, container(b'(').boxed()),
            (4, sets(b'>').boxed()),
            (2, numbers.boxed()),
            (1, container(b'[').boxed()),
            (1, sets(b'<').boxed()),
            (1, pairs(b'{').boxed()),
        ];
        if version.marshal_version() >= 5 {
            let three = vec(parts.clone(), 3).prop_map(|parts| Value::Container(b':', parts));
            kinds.push((2, three.boxed()));
        }
        if version.marshal_version() >= 6 {
            kinds.push((1, pairs(b'}').boxed()));
        }
        if with_code {
            kinds.push((3, codes(version, parts.clone()).boxed()));
        }
        proptest::strategy::Union::new_weighted(kinds)
    })
}

fn codes(
    version: Version,
    parts: impl Strategy<Value = Value> + Clone + 'static,
) -> impl Strategy<Value = Value> {
    let layout = version.code_layout();
    let field = move |kind| match kind {
        FieldType::Bytes => bytes().boxed(),
        FieldType::Str => texts().boxed(),
        FieldType::Names => vec(texts(), 0..4).prop_map(|names| Value::Container(b'(', names)).boxed(),
        FieldType::Tuple => vec(parts.clone(), 0..4).prop_map(|parts| Value::Container(b'(', parts)).boxed(),
    };
    let fields: Vec<_> = layout.fields.iter().map(|description| field(description.kind)).collect();
    (vec(any::<i32>(), layout.numbers.len()), any::<i32>(), fields)
        .prop_map(|(numbers, first_line, fields)| Value::Code(Box::new(Code { numbers, first_line, fields })))
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => prop::sample::select(&b"NTF.S"[..]).prop_map(Value::Atom),
        3 => numbers(),
        1 => bytes(),
        4 => texts(),
    ]
}

fn numbers() -> impl Strategy<Value = Value> {
    const FLOATS: [u64; 8] = [
        0,
        1 << 63,
        0x3ff0_0000_0000_0000,
        0x7ff0_0000_0000_0000,
        0x7ff8_0000_0000_0000,
        0xfff8_0000_0000_0000,
        0x7ff8_0000_0000_0001,
        1,
    ];
    let float = || prop_oneof![4 => prop::sample::select(&FLOATS[..]), 1 => any::<u64>()];
    prop_oneof![
        4 => prop::sample::select(&[0, 1, -1, 2, 8, 16, 255, 256][..]).prop_map(int),
        2 => prop::sample::select(&[1i64 << 31, -(1 << 31), (1 << 31) - 1, -(1 << 31) - 1, 1 << 45][..]).prop_map(int),
        1 => any::<i64>().prop_map(|number| int(number / 2)),
        1 => (any::<bool>(), vec(0u16..0x8000, 0..12)).prop_map(|(negative, digits)| big(negative, digits)),
        2 => float().prop_map(Value::Float),
        1 => (float(), float()).prop_map(|(real, imaginary)| Value::Complex(real, imaginary)),
    ]
}

fn int(number: i64) -> Value {
    let size = number.unsigned_abs();
    big(number < 0, (0..5).map(|place| (size >> (15 * place)) as u16 & 0x7fff).collect())
}

/// The int of these digits, without zeros in front; zero has no sign.
fn big(negative: bool, mut digits: Vec<u16>) -> Value {
    while digits.last() == Some(&0) {
        digits.pop();
    }
    Value::Int(negative && !digits.is_empty(), digits)
}

fn bytes() -> impl Strategy<Value = Value> {
    const BYTES: [&[u8]; 5] = [b"", b"a", b"name", b"\x00\xff", b"not a name"];
    let few = prop::sample::select(&BYTES[..]).prop_map(<[u8]>::to_vec);
    prop_oneof![3 => few, 1 => vec(any::<u8>(), 0..20)].prop_map(Value::Bytes)
}

fn texts() -> impl Strategy<Value = Value> {
    const TEXTS: [&[u8]; 10] = [
        b"",
        b"a",
        b"name",
        b"_x1",
        b"not a name",
        b"<module>",
        b"\xc3\xa9",
        b"\xed\xa0\x80",
        b"\xed\xb0\x80z",
        b"\xf0\x9f\x90\x8d",
    ];
    prop_oneof![
        8 => prop::sample::select(&TEXTS[..]).prop_map(<[u8]>::to_vec),
        2 => ".{0,12}".prop_map(String::into_bytes),
        1 => prop::sample::select(&[255, 256, 300][..]).prop_map(|size| vec![b'x'; size]),
    ]
    .prop_map(Value::Str)
}
