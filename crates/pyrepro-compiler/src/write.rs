//! The bytes of a code object in canonical form 1: a function of its value alone.
//!
//! Equal values have one id, so what marshal's references need is only how often each id is met.

use crate::code::{Code, Codes};
use crate::constant::{Const, ConstId, Constants};
use crate::number::Integer;
use crate::symbol::{Symbol, Symbols};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

const FLAG_REF: u8 = 0x80;

/// Writes one file's code. `file_name` is what `co_filename` says.
pub fn write(
    root: ConstId,
    file_name: ConstId,
    codes: &Codes,
    constants: &Constants,
    symbols: &Symbols,
) -> Vec<u8> {
    let nodes = Nodes::new(constants);
    let mut writer = Writer {
        file_name,
        codes,
        constants,
        symbols,
        nodes,
        names: vec![false; symbols.len() + 1],
        uses: vec![0; constants.len()],
        index: vec![None; constants.len()],
        written: 0,
        out: Vec::with_capacity(constants.byte_count() + symbols.byte_count()),
        spare: Vec::new(),
    };
    writer.count(root);
    writer.object(root);
    writer.out
}

struct Writer<'a> {
    file_name: ConstId,
    codes: &'a Codes,
    constants: &'a Constants,
    symbols: &'a Symbols,
    nodes: Nodes,
    /// Strings that code objects use as names.
    names: Vec<bool>,
    /// How often each constant is met.
    uses: Vec<u32>,
    /// The reference to each constant that is written and needed again.
    index: Vec<Option<u32>>,
    written: u32,
    out: Vec<u8>,
    /// Tables of zeros for values that are written on their own.
    spare: Vec<(Vec<u32>, Vec<Option<u32>>)>,
}

/// The object fields of a code object, in the order of marshal, around its first line.
fn fields(code: &Code, file_name: ConstId) -> ([ConstId; 8], [ConstId; 2]) {
    let Code { code: bytes, constants, names, locals, kinds, name, qualname, locations, exceptions, .. } =
        *code;
    ([bytes, constants, names, locals, kinds, file_name, name, qualname], [locations, exceptions])
}

impl Writer<'_> {
    fn count(&mut self, id: ConstId) {
        let id = self.nodes.of(id);
        let uses = &mut self.uses[id.index()];
        *uses += 1;
        if *uses > 1 {
            return;
        }
        let constants = self.constants;
        match &constants[id] {
            Const::Tuple(items) | Const::FrozenSet(items) => items.iter().for_each(|item| self.count(*item)),
            Const::Slice(parts) => parts.iter().for_each(|part| self.count(*part)),
            Const::Code(code) => {
                let code = &self.codes[*code];
                self.name(code.name);
                for names in [code.names, code.locals] {
                    if let Const::Tuple(items) = &constants[names] {
                        items.iter().for_each(|item| self.name(*item));
                    }
                }
                let (before, behind) = fields(code, self.file_name);
                before.into_iter().chain(behind).for_each(|field| self.count(field));
            }
            _ => {}
        }
    }

    fn name(&mut self, id: ConstId) {
        if let Const::Str(text) = self.constants[id] {
            self.names[text.index()] = true;
        }
    }

    fn object(&mut self, id: ConstId) {
        let id = self.nodes.of(id);
        if let Some(index) = self.index[id.index()] {
            self.out.push(b'r');
            return self.number(index);
        }
        let start = self.out.len();
        let constants = self.constants;
        let constant = &constants[id];
        self.head(constant);
        let atom = matches!(constant, Const::None | Const::True | Const::False | Const::Ellipsis);
        if self.uses[id.index()] > 1 && !atom {
            self.index[id.index()] = Some(self.written);
            self.written += 1;
            self.out[start] |= FLAG_REF;
        }
        match constant {
            Const::Tuple(items) => items.iter().for_each(|item| self.object(*item)),
            Const::Slice(parts) => parts.iter().for_each(|part| self.object(*part)),
            Const::FrozenSet(items) => {
                for item in self.sorted(items) {
                    self.object(item);
                }
            }
            Const::Code(code) => self.code(&self.codes[*code]),
            _ => {}
        }
    }

    fn code(&mut self, code: &Code) {
        for number in [code.arguments, code.positional_only, code.keyword_only, code.stack, code.flags] {
            self.number(number);
        }
        let (before, behind) = fields(code, self.file_name);
        before.into_iter().for_each(|field| self.object(field));
        self.number(code.first_line as u32);
        behind.into_iter().for_each(|field| self.object(field));
    }

    /// The bytes of a value up to its first part.
    fn head(&mut self, constant: &Const) {
        match constant {
            Const::None => self.out.push(b'N'),
            Const::True => self.out.push(b'T'),
            Const::False => self.out.push(b'F'),
            Const::Ellipsis => self.out.push(b'.'),
            Const::Int(value) => self.integer(value),
            Const::Float(bits) => {
                self.out.push(b'g');
                self.out.extend(bits.to_le_bytes());
            }
            Const::Complex(real, imag) => {
                self.out.push(b'y');
                self.out.extend(real.to_le_bytes());
                self.out.extend(imag.to_le_bytes());
            }
            Const::Str(text) => self.text(*text),
            Const::Bytes(bytes) => {
                let bytes = self.constants.bytes(*bytes);
                self.long_head(b's', bytes.len());
                self.out.extend(bytes);
            }
            Const::Tuple(items) => match u8::try_from(items.len()) {
                Ok(count) => self.out.extend([b')', count]),
                Err(_) => self.long_head(b'(', items.len()),
            },
            Const::FrozenSet(items) => self.long_head(b'>', items.len()),
            Const::Slice(_) => self.out.push(b':'),
            Const::Code(_) => self.out.push(b'c'),
        }
    }

    fn long_head(&mut self, kind: u8, count: usize) {
        self.out.push(kind);
        self.number(count as u32);
    }

    fn number(&mut self, number: u32) {
        self.out.extend(number.to_le_bytes());
    }

    fn integer(&mut self, value: &Integer) {
        if let Integer::Small(value) = value
            && let Ok(value) = i32::try_from(*value)
        {
            self.out.push(b'i');
            return self.number(value as u32);
        }
        let (negative, digits) = digits_of_15_bits(value);
        let count = digits.len() as i32;
        self.out.push(b'l');
        self.number(if negative { -count } else { count } as u32);
        for digit in digits {
            self.out.extend(digit.to_le_bytes());
        }
    }

    fn text(&mut self, text: Symbol) {
        let bytes = self.symbols.bytes(text);
        let name_like = || bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let interned = self.names[text.index()] || name_like();
        let kind = |interned_kind, plain| if interned { interned_kind } else { plain };
        if !bytes.is_ascii() {
            self.long_head(kind(b't', b'u'), bytes.len());
        } else if let Ok(length) = u8::try_from(bytes.len()) {
            self.out.extend([kind(b'Z', b'z'), length]);
        } else {
            self.long_head(kind(b'A', b'a'), bytes.len());
        }
        self.out.extend(bytes);
    }

    /// The elements of a set in the order of their own bytes.
    fn sorted(&mut self, items: &[ConstId]) -> Vec<ConstId> {
        let mut keyed: Vec<(Vec<u8>, ConstId)> =
            items.iter().map(|item| (self.alone(*item), *item)).collect();
        keyed.sort();
        keyed.into_iter().map(|(_, item)| item).collect()
    }

    /// The bytes of a value as if it were the outermost.
    fn alone(&mut self, id: ConstId) -> Vec<u8> {
        let constants = self.constants;
        if !holds_items(&constants[id]) {
            let out = std::mem::take(&mut self.out);
            self.head(&constants[id]);
            return std::mem::replace(&mut self.out, out);
        }
        let (uses, index) = self.spare.pop().unwrap_or_default();
        let mut writer = Writer {
            nodes: std::mem::take(&mut self.nodes),
            names: std::mem::take(&mut self.names),
            uses,
            index,
            written: 0,
            out: Vec::new(),
            spare: std::mem::take(&mut self.spare),
            ..*self
        };
        writer.uses.resize(constants.len(), 0);
        writer.index.resize(constants.len(), None);
        writer.count(id);
        writer.object(id);
        writer.forget(id);
        self.nodes = writer.nodes;
        self.names = writer.names;
        self.spare = writer.spare;
        self.spare.push((writer.uses, writer.index));
        writer.out
    }

    /// Undoes what counting and writing a value that holds items has noted.
    fn forget(&mut self, id: ConstId) {
        let id = self.nodes.of(id);
        if std::mem::take(&mut self.uses[id.index()]) == 0 {
            return;
        }
        self.index[id.index()] = None;
        match &self.constants[id] {
            Const::Tuple(items) | Const::FrozenSet(items) => items.iter().for_each(|item| self.forget(*item)),
            Const::Slice(parts) => parts.iter().for_each(|part| self.forget(*part)),
            _ => {}
        }
    }
}

/// A number's sign and digits, the lowest first, none of them zero at the end.
fn digits_of_15_bits(value: &Integer) -> (bool, Vec<u16>) {
    let (negative, limbs) = value.to_limbs();
    let bits = limbs.len() * 32;
    let bit = |place: usize| limbs.get(place / 32).is_some_and(|limb| limb >> (place % 32) & 1 != 0);
    let mut digits: Vec<u16> = (0..bits.div_ceil(15))
        .map(|digit| (0..15).fold(0, |sum, place| sum | u16::from(bit(digit * 15 + place)) << place))
        .collect();
    while digits.last() == Some(&0) {
        digits.pop();
    }
    (negative, digits)
}

fn holds_items(value: &Const) -> bool {
    matches!(value, Const::Tuple(_) | Const::FrozenSet(_) | Const::Slice(_))
}

/// Which constants are written as one. Constants are told apart where their values are, save NaNs, which
/// are never equal, but are one in the bytes if they have the same bits.
#[derive(Default)]
struct Nodes {
    /// For each constant the one it is written as; nothing if there is no NaN.
    same: Vec<ConstId>,
}

impl Nodes {
    fn new(constants: &Constants) -> Self {
        if !constants.has_nan() {
            return Self::default();
        }
        let mut nodes = Self { same: Vec::with_capacity(constants.len()) };
        // Only NaNs, and what holds one, can be equal to another constant.
        let mut known: HashMap<(u8, Box<[u64]>), ConstId, RandomState> = HashMap::default();
        for id in constants.ids() {
            let parts = |items: &[ConstId]| items.iter().map(|item| nodes.of(*item).index() as u64).collect();
            let key: Option<(u8, Box<[u64]>)> = match &constants[id] {
                Const::Tuple(items) => Some((b'(', parts(items))),
                Const::FrozenSet(items) => Some((b'>', parts(items))),
                Const::Slice(items) => Some((b':', parts(items))),
                Const::Float(bits) if constants.is_nan(id) => Some((b'g', [*bits].into())),
                Const::Complex(real, imag) if constants.is_nan(id) => Some((b'y', [*real, *imag].into())),
                _ => None,
            };
            nodes.same.push(key.map_or(id, |key| *known.entry(key).or_insert(id)));
        }
        nodes
    }

    fn of(&self, id: ConstId) -> ConstId {
        self.same.get(id.index()).copied().unwrap_or(id)
    }
}
