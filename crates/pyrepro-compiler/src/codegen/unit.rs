//! What code generation hands to the back end: one unit for each code object.

use crate::constant::ConstId;
use crate::instruction::Sequence;
use crate::symbol::Symbol;

use super::table::Indexed;

/// Bits of `co_flags`.
pub mod flag {
    /// Locals live in slots.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes a new namespace.
    pub const NEWLOCALS: u32 = 0x2;
    /// There is an `*args` parameter.
    pub const VARARGS: u32 = 0x4;
    /// There is a `**kwargs` parameter.
    pub const VARKEYWORDS: u32 = 0x8;
    /// The function stands inside another function.
    pub const NESTED: u32 = 0x10;
    /// A generator.
    pub const GENERATOR: u32 = 0x20;
    /// A coroutine.
    pub const COROUTINE: u32 = 0x80;
    /// An asynchronous generator.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// Whatever a call does not run, but makes something that can be run.
    pub const ANY_GENERATOR: u32 = GENERATOR | COROUTINE | ASYNC_GENERATOR;
    /// `from __future__ import barry_as_FLUFL`
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
    /// `from __future__ import annotations`
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    /// The first constant is the docstring.
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    /// A function directly in a class body.
    pub const METHOD: u32 = 0x800_0000;
}

/// Code of one code object, before the control-flow passes.
#[derive(Debug, Default)]
pub struct Unit {
    /// `co_name`.
    pub name: Symbol,
    /// `co_qualname`.
    pub qualname: Symbol,
    /// `co_firstlineno`.
    pub first_line: i32,
    /// `co_flags`.
    pub flags: u32,
    /// Whether its scope has a `yield` or `await`, be it one that is left out.
    pub yields: bool,
    /// `co_argcount`, without the positional-only parameters.
    pub positional: u32,
    /// `co_posonlyargcount`.
    pub positional_only: u32,
    /// `co_kwonlyargcount`.
    pub keyword_only: u32,
    /// How many of `varnames` are parameters, `*args` and `**kwargs` included.
    pub parameters: u32,
    /// `co_names`.
    pub names: Indexed<Symbol>,
    /// `co_consts`, with those that no instruction uses.
    pub constants: Indexed<ConstId>,
    /// Local variables, parameters first.
    pub varnames: Indexed<Symbol>,
    /// Variables that inner units see.
    pub cellvars: Indexed<Symbol>,
    /// Variables of outer units.
    pub freevars: Indexed<Symbol>,
    /// Variables of inlined comprehensions in a class or module: fast, but hidden from `locals()`.
    pub hidden: Indexed<Symbol>,
    /// The name that stands in the finished code for `varnames[0]`: an annotation scope calls its
    /// parameter `.format`, so that no annotation can mean it, and shows `format`.
    pub first_varname_shown: Option<Symbol>,
    /// The instructions.
    pub sequence: Sequence,
    /// Instructions that belong where `Op::AnnotationsPlaceholder` stands.
    pub annotations: Option<Sequence>,
}

impl Unit {
    /// An empty unit in the memory of this one.
    pub(super) fn cleared(mut self) -> Self {
        self.constants.clear();
        for table in
            [&mut self.names, &mut self.varnames, &mut self.cellvars, &mut self.freevars, &mut self.hidden]
        {
            table.clear();
        }
        self.sequence.clear();
        self.annotations = None;
        self
    }
}
