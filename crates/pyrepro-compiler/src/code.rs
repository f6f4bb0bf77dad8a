//! Finished code objects of one file.

use crate::constant::{CodeId, ConstId, Constants};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// A code object. Names, constants and byte strings are constants of the file, so equal parts have equal ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// `co_argcount`
    pub arguments: u32,
    /// `co_posonlyargcount`
    pub positional_only: u32,
    /// `co_kwonlyargcount`
    pub keyword_only: u32,
    /// `co_stacksize`
    pub stack: u32,
    /// `co_flags`
    pub flags: u32,
    /// `co_code`
    pub code: ConstId,
    /// `co_consts`
    pub constants: ConstId,
    /// `co_names`
    pub names: ConstId,
    /// Names of locals, cells and free variables.
    pub locals: ConstId,
    /// What each of them is.
    pub kinds: ConstId,
    /// `co_name`
    pub name: ConstId,
    /// `co_qualname`
    pub qualname: ConstId,
    /// `co_firstlineno`
    pub first_line: i32,
    /// `co_linetable`
    pub locations: ConstId,
    /// `co_exceptiontable`
    pub exceptions: ConstId,
}

/// What CPython compares when it asks whether two code objects are equal.
type Key = ([u32; 4], i32, [ConstId; 7]);

impl Code {
    fn key(&self) -> Key {
        (
            [self.arguments, self.positional_only, self.keyword_only, self.flags],
            self.first_line,
            [self.code, self.constants, self.names, self.locals, self.name, self.locations, self.exceptions],
        )
    }
}

/// All code objects of a file. Equal ones are one: of two that are, the first stays.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    codes: Vec<Code>,
    /// The constant of each.
    constants: Vec<ConstId>,
    known: HashMap<Key, u32, RandomState>,
}

impl Codes {
    /// The constant for a code object.
    pub fn add(&mut self, code: Code, constants: &mut Constants) -> ConstId {
        let next = self.codes.len() as u32;
        let id = *self.known.entry(code.key()).or_insert(next);
        if id == next {
            self.codes.push(code);
            self.constants.push(constants.add_code(CodeId(id)));
        }
        self.constants[id as usize]
    }
}

impl std::ops::Index<CodeId> for Codes {
    type Output = Code;

    fn index(&self, id: CodeId) -> &Code {
        &self.codes[id.0 as usize]
    }
}
