//! Names and strings of one file, each kept once.
//!
//! Text is WTF-8: UTF-8 that may hold lone surrogates, for `"\ud800"` is a string in Python.
//! A [`Symbols`] belongs to one file, so that nothing is locked and nothing outlives the file.

use std::num::NonZeroU32;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

/// How many bytes the texts of a file may have together: so many, and so many for each byte of the source.
const TEXT: usize = 256 << 20;
const TEXT_PER_BYTE: usize = 8;

/// A piece of text of the file, a name or a string: equal text, equal symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    const fn at(index: usize) -> Self {
        // The index of a table that was checked to fit when it grew.
        match NonZeroU32::new(index as u32 + 1) {
            Some(number) => Self(number),
            None => panic!("more texts than a file of 4 GiB can hold"),
        }
    }

    /// The place in a table with one entry for each symbol: symbols are numbered from 0 without gaps.
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Default for Symbol {
    /// The empty text.
    fn default() -> Self {
        names::EMPTY
    }
}

/// Byte strings that are kept once and found by number; the first is the empty one.
#[derive(Clone)]
pub(crate) struct Pool {
    bytes: Vec<u8>,
    /// Where each entry ends; it starts where the one before ends.
    ends: Vec<u32>,
    table: HashTable<u32>,
    /// Another one in each run: nobody can write a source all of whose strings have one hash.
    hasher: RandomState,
    /// How many bytes there may be in all.
    most: u32,
    is_full: bool,
}

impl Pool {
    pub(crate) fn new(most: u32) -> Self {
        let mut pool = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            table: HashTable::new(),
            hasher: RandomState::default(),
            most,
            is_full: false,
        };
        pool.intern(b"");
        pool
    }

    /// Whether something found no room: it was taken for the empty string, so nothing here can be used any more.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Makes room for entries and their bytes.
    pub(crate) fn reserve(&mut self, entries: usize, bytes: usize) {
        let Self { bytes: known, ends, table, hasher, .. } = self;
        ends.reserve(entries);
        known.reserve(bytes);
        table.reserve(entries, |&index| hasher.hash_one(entry(known, ends, index as usize)));
    }

    /// How many bytes all entries have.
    pub(crate) fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        entry(&self.bytes, &self.ends, index)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |&index| self.get(index as usize) == text).map(|&index| index as usize)
    }

    pub(crate) fn intern(&mut self, text: &[u8]) -> usize {
        let Self { bytes, ends, table, hasher, most, is_full } = self;
        let hash = hasher.hash_one(text);
        let found = table.entry(
            hash,
            |&index| entry(bytes, ends, index as usize) == text,
            |&index| hasher.hash_one(entry(bytes, ends, index as usize)),
        );
        match found {
            hashbrown::hash_table::Entry::Occupied(found) => *found.get() as usize,
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                let index = ends.len();
                let end = u32::try_from(bytes.len() + text.len()).ok().filter(|end| end <= most);
                let Some(end) = end else {
                    *is_full = true;
                    return 0;
                };
                vacant.insert(index as u32);
                bytes.extend_from_slice(text);
                ends.push(end);
                index
            }
        }
    }
}

fn entry<'a>(bytes: &'a [u8], ends: &[u32], index: usize) -> &'a [u8] {
    let start = match index {
        0 => 0,
        _ => ends[index - 1] as usize,
    };
    &bytes[start..ends[index] as usize]
}

/// The symbols of one file.
#[derive(Clone)]
pub struct Symbols {
    pool: Pool,
    /// For each symbol whether it can be a name that is private to a class.
    private: Vec<bool>,
    /// Names that are made of two others: long ones are not put together again for each use.
    made: HashMap<(Joint, Symbol, Symbol), Symbol, RandomState>,
}

/// How a name is made of two others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Joint {
    /// The name of a class, and a name that is private to it.
    Private,
    /// The qualified name of a class, and the name of what is in it.
    Member,
    /// The qualified name of a function, and the name of what is in it.
    Local,
}

impl Default for Symbols {
    fn default() -> Self {
        Self::new()
    }
}

impl Symbols {
    /// A table that knows the [`names`] that the compiler itself uses.
    pub fn new() -> Self {
        Self::for_source(0)
    }

    /// The same for a source of so many bytes, which decides how much text there may be: names that a compiler
    /// makes, such as qualified ones, are many times longer than the source only where it is made for that.
    pub fn for_source(length: usize) -> Self {
        let most = u32::try_from(TEXT + TEXT_PER_BYTE * length).unwrap_or(u32::MAX);
        // The pool begins with the empty text.
        let mut symbols = Self { pool: Pool::new(most), private: vec![false], made: HashMap::default() };
        let entries = names::ALL.len() + length / 40;
        symbols.pool.reserve(entries, length / 4);
        symbols.private.reserve(entries);
        for name in names::ALL {
            symbols.intern(name);
        }
        symbols
    }

    /// Whether a text found no room, so that nothing here can be used any more.
    pub fn is_full(&self) -> bool {
        self.pool.is_full()
    }

    /// How many bytes all symbols have.
    pub fn byte_count(&self) -> usize {
        self.pool.byte_count()
    }

    /// The symbol of a name.
    pub fn intern(&mut self, text: &str) -> Symbol {
        self.intern_wtf8(text.as_bytes())
    }

    /// The symbol of text in WTF-8.
    pub fn intern_wtf8(&mut self, text: &[u8]) -> Symbol {
        let index = self.pool.intern(text);
        if index == self.private.len() {
            // A name with a dot is a module's: `import __a.b`.
            let private = text.starts_with(b"__") && !text.ends_with(b"__") && !text.contains(&b'.');
            self.private.push(private);
        }
        Symbol::at(index)
    }

    /// Whether it can be a name that is private to a class: it begins with two underscores, and does not end so.
    pub fn can_be_private(&self, symbol: Symbol) -> bool {
        self.private[symbol.index()]
    }

    /// The name that is made of two others, which is put together once.
    pub(crate) fn made(
        &mut self,
        joint: Joint,
        left: Symbol,
        right: Symbol,
        make: impl FnOnce(&Self) -> Vec<u8>,
    ) -> Symbol {
        let key = (joint, left, right);
        if let Some(&known) = self.made.get(&key) {
            return known;
        }
        if self.is_full() {
            return names::EMPTY;
        }
        let name = make(self);
        let name = self.intern_wtf8(&name);
        self.made.insert(key, name);
        name
    }

    /// The symbol of a text, if the file has it.
    pub fn find(&self, text: &[u8]) -> Option<Symbol> {
        self.pool.find(text).map(Symbol::at)
    }

    /// The text in WTF-8.
    pub fn bytes(&self, symbol: Symbol) -> &[u8] {
        self.pool.get(symbol.index())
    }

    /// The text, unless it holds a lone surrogate.
    pub fn text(&self, symbol: Symbol) -> Option<&str> {
        std::str::from_utf8(self.bytes(symbol)).ok()
    }

    /// The text for a message: a lone surrogate is replaced.
    pub fn lossy(&self, symbol: Symbol) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(symbol))
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.pool.len()
    }

    /// Whether there are none, which is never so: see [`names`].
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Names that the compiler itself uses: every [`Symbols`] starts with them.
pub mod names {
    use super::Symbol;

    macro_rules! names {
        ($($name:ident = $text:literal,)*) => {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "they become constants")]
            enum Place { $($name,)* }
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Symbol = Symbol::at(Place::$name as usize);
            )*
            pub(super) const ALL: &[&str] = &[$($text,)*];
        };
    }

    names! {
        EMPTY = "",
        UNDERSCORE = "_",
        MATCH = "match",
        CASE = "case",
        TYPE = "type",
        LAZY = "lazy",
        PRINT = "print",
        EXEC = "exec",
        STAR = "*",
        FUTURE = "__future__",
        ANNOTATIONS = "annotations",
        BARRY_AS_FLUFL = "barry_as_FLUFL",
        DEBUG = "__debug__",
        DUNDER_CLASS = "__class__",
        DUNDER_CLASSDICT = "__classdict__",
        DUNDER_CLASSCELL = "__classcell__",
        DUNDER_CLASSDICTCELL = "__classdictcell__",
        DUNDER_CONDITIONAL_ANNOTATIONS = "__conditional_annotations__",
        DUNDER_ANNOTATIONS = "__annotations__",
        DUNDER_ANNOTATE = "__annotate__",
        DUNDER_ANNOTATE_FUNC = "__annotate_func__",
        DUNDER_NAME = "__name__",
        DUNDER_MODULE = "__module__",
        DUNDER_QUALNAME = "__qualname__",
        DUNDER_DOC = "__doc__",
        DUNDER_FIRSTLINENO = "__firstlineno__",
        DUNDER_STATIC_ATTRIBUTES = "__static_attributes__",
        DUNDER_TYPE_PARAMS = "__type_params__",
        SUPER = "super",
        SELF = "self",
        FORMAT = "format",
        DOT_FORMAT = ".format",
        DOT_ZERO = ".0",
        DOT_DEFAULTS = ".defaults",
        DOT_KWDEFAULTS = ".kwdefaults",
        DOT_TYPE_PARAMS = ".type_params",
        DOT_GENERIC_BASE = ".generic_base",
        LAMBDA = "<lambda>",
        LISTCOMP = "<listcomp>",
        SETCOMP = "<setcomp>",
        DICTCOMP = "<dictcomp>",
        GENEXPR = "<genexpr>",
        MODULE = "<module>",
        TOP = "top",
        RETURN = "return",
        JOIN = "join",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_text_has_one_symbol_and_seeds_are_found() {
        let mut symbols = Symbols::new();
        let first = symbols.intern("café");
        assert_eq!(symbols.intern("café"), first);
        assert_ne!(symbols.intern("cafe"), first);
        assert_eq!(symbols.text(first), Some("café"));
        assert_eq!(symbols.intern("__class__"), names::DUNDER_CLASS);
        assert_eq!(symbols.bytes(names::EMPTY), b"");
    }

    #[test]
    fn a_table_that_is_full_says_so_and_takes_nothing_more() {
        let mut pool = Pool::new(3);
        let text = pool.intern(b"ab");
        assert!(!pool.is_full());
        assert_eq!(pool.intern(b"cd"), 0);
        assert!(pool.is_full());
        assert_eq!((pool.get(text), pool.get(0), pool.len()), (&b"ab"[..], &b""[..], 2));
    }

    #[test]
    fn a_lone_surrogate_is_kept() {
        let mut symbols = Symbols::new();
        let lone = symbols.intern_wtf8(b"\xed\xa0\x80");
        assert_eq!(symbols.bytes(lone), b"\xed\xa0\x80");
        assert_eq!(symbols.text(lone), None);
    }
}
