//! Entering and leaving units, and what a unit knows while it is being made.

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

use crate::ast::StmtId;
use crate::constant::ConstId;
use crate::error::{Handover, Result};
use crate::instruction::Sequence;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Joint, Symbol, Symbols, names};
use crate::symtable::{Binding, ScopeId, ScopeKey, SymbolTable, Uses, mangle};

use super::block::Block;
use super::emit::resume;
use super::table::Indexed;
use super::unit::{Unit, flag};
use super::{Backend, Codegen};

/// What kind of code a unit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    /// Type parameters, and from 3.14 on also annotations and lazily evaluated values.
    Annotations,
}

/// How many parameters of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub positional: u32,
    pub positional_only: u32,
    pub keyword_only: u32,
}

/// A unit that is about to be made.
pub(super) struct Entry {
    pub kind: UnitKind,
    pub scope: ScopeId,
    pub name: Symbol,
    pub first_line: i32,
    /// The class whose private names are mangled; that of the unit around where there is none.
    pub private: Option<Symbol>,
    pub counts: Counts,
}

/// A unit that is being made.
pub(super) struct Builder {
    pub kind: UnitKind,
    pub scope: ScopeId,
    pub private: Option<Symbol>,
    pub name: Symbol,
    pub qualname: Symbol,
    pub first_line: i32,
    pub counts: Counts,
    pub sequence: Sequence,
    /// Instructions for the start of the module.
    pub annotations: Option<Sequence>,
    pub constants: Indexed<ConstId>,
    pub names: Indexed<Symbol>,
    pub varnames: Indexed<Symbol>,
    pub cellvars: Indexed<Symbol>,
    pub freevars: Indexed<Symbol>,
    pub blocks: Vec<Block>,
    /// What was visited last, where its place lingers.
    pub place: Span,
    /// How many inlined comprehensions stand around the code that is being made.
    pub inlined: u32,
    /// Names that mean something else while an inlined comprehension is made.
    pub overlay: HashMap<Symbol, Overlaid, RandomState>,
    /// Names of inlined comprehensions that are fast locals now, although the unit is no function.
    pub fast_hidden: HashSet<Symbol, RandomState>,
    /// All names that ever were in `fast_hidden`.
    pub hidden: Indexed<Symbol>,
    /// Attributes of `self` that methods of this class store.
    pub static_attributes: HashSet<Symbol, RandomState>,
    /// How many statements stand around that may or may not run.
    pub conditional: u32,
    /// Annotations to be evaluated later, with the number of those that may not be reached.
    pub deferred: Vec<(StmtId, Option<u32>)>,
    pub next_conditional: u32,
    /// What a generator expression goes through, and whether it does so asynchronously, if the expression itself
    /// makes the iterator of it.
    pub iterable: Option<(Span, bool)>,
}

/// What an inlined comprehension makes of a name of the unit.
#[derive(Clone, Copy)]
pub(super) struct Overlaid {
    pub binding: Option<Binding>,
    pub imported: bool,
}

/// A finished unit, and the variables it takes from around.
pub(super) struct Finished {
    pub code: ConstId,
    pub freevars: Vec<Symbol>,
}

impl Builder {
    /// Whether it is what a call runs: the names in it are its locals.
    fn is_called(&self) -> bool {
        matches!(self.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda)
    }

    /// A unit in the memory of an empty one.
    fn new(entry: Entry, table: &SymbolTable, symbols: &Symbols, memory: Unit) -> Self {
        let scope = &table[entry.scope];
        let cells = table.sorted_names(entry.scope, Binding::Cell, Uses::COMPREHENSION_CELL, symbols);
        let free = table.sorted_names(entry.scope, Binding::Free, Uses::FREE_CLASS, symbols);
        let mut cellvars = memory.cellvars.with(cells);
        for (needed, name) in [
            (scope.needs_class_closure, names::DUNDER_CLASS),
            (scope.needs_classdict, names::DUNDER_CLASSDICT),
            (scope.has_conditional_annotations, names::DUNDER_CONDITIONAL_ANNOTATIONS),
        ] {
            if needed {
                cellvars.add(name);
            }
        }
        Builder {
            kind: entry.kind,
            scope: entry.scope,
            name: entry.name,
            qualname: entry.name,
            first_line: entry.first_line,
            private: entry.private,
            counts: entry.counts,
            sequence: memory.sequence,
            annotations: None,
            constants: memory.constants,
            names: memory.names,
            varnames: memory.varnames.with(scope.parameters.iter().copied()),
            cellvars,
            freevars: memory.freevars.with(free),
            blocks: Vec::new(),
            place: Span::NONE,
            inlined: 0,
            overlay: HashMap::default(),
            fast_hidden: HashSet::default(),
            hidden: memory.hidden,
            static_attributes: HashSet::default(),
            conditional: 0,
            deferred: Vec::new(),
            next_conditional: 0,
            iterable: None,
        }
    }

    /// The unit of the module.
    pub(super) fn module(table: &SymbolTable, symbols: &Symbols, memory: Unit) -> Self {
        let entry = Entry {
            kind: UnitKind::Module,
            scope: ScopeId::MODULE,
            name: names::MODULE,
            first_line: 1,
            private: None,
            counts: Counts::default(),
        };
        Self::new(entry, table, symbols, memory)
    }

    /// What `name`, already mangled, is here.
    pub(super) fn binding(&self, table: &SymbolTable, name: Symbol) -> Option<Binding> {
        match self.overlay.get(&name) {
            Some(overlaid) => overlaid.binding,
            None => table[self.scope].variables.binding(name),
        }
    }

    /// Whether an import binds `name` here.
    pub(super) fn is_imported(&self, table: &SymbolTable, name: Symbol) -> bool {
        match self.overlay.get(&name) {
            Some(overlaid) => overlaid.imported,
            None => table[self.scope].variables.uses(name).any(Uses::IMPORT),
        }
    }

    fn finished(
        self,
        flags: u32,
        yields: bool,
        parameters: u32,
        first_varname_shown: Option<Symbol>,
    ) -> Unit {
        Unit {
            name: self.name,
            qualname: self.qualname,
            first_line: self.first_line,
            flags,
            yields,
            positional: self.counts.positional,
            positional_only: self.counts.positional_only,
            keyword_only: self.counts.keyword_only,
            parameters,
            names: self.names,
            constants: self.constants,
            varnames: self.varnames,
            cellvars: self.cellvars,
            freevars: self.freevars,
            hidden: self.hidden,
            first_varname_shown,
            sequence: self.sequence,
            annotations: self.annotations,
        }
    }
}

impl<B: Backend> Codegen<'_, B> {
    /// Starts the unit of the module, which is there already.
    pub(super) fn start_module(&mut self) {
        let at = Span::new(0, 0, 1, 0);
        self.op_arg(Op::Resume, resume::START, at);
        if self.rules.annotation_scopes {
            self.op(Op::AnnotationsPlaceholder, at);
        }
    }

    /// Starts a unit inside the present one.
    pub(super) fn enter(&mut self, entry: Entry) {
        let at = Span::new(entry.first_line, 0, entry.first_line, 0);
        let memory = self.finished.pop().unwrap_or_default();
        let mut builder = Builder::new(entry, self.table, self.symbols, memory);
        builder.private = builder.private.or(self.unit.private);
        self.outer.push(std::mem::replace(&mut self.unit, builder));
        self.unit.qualname = self.qualname();
        self.op_arg(Op::Resume, resume::START, at);
    }

    /// The scope of a node: every node that makes a unit has one.
    pub(super) fn scope_of(&self, key: ScopeKey) -> Result<ScopeId> {
        self.table.find(key).ok_or_else(|| Handover::Unsupported("a unit without a scope").into())
    }

    /// The dotted name of the unit, from the units around.
    fn qualname(&mut self) -> Symbol {
        let name = self.unit.name;
        let Some(parent) = self.named_parent() else {
            return name;
        };
        let parent = &self.outer[parent];
        let is_definition =
            matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class);
        if is_definition {
            let mangled = mangle(parent.private, name, self.symbols);
            if parent.binding(self.table, mangled) == Some(Binding::GlobalExplicit) {
                return name;
            }
        }
        let joint = if parent.is_called() { Joint::Local } else { Joint::Member };
        let make = |symbols: &Symbols| {
            let mut text = prefix(parent, symbols);
            text.extend_from_slice(symbols.bytes(name));
            text
        };
        self.symbols.made(joint, parent.qualname, name, make)
    }

    /// The dotted name of the unit as if it stood in `owner`, which stands where it does. A generic function at the
    /// top of a module does not own its annotations.
    pub(super) fn qualname_within(&mut self, owner: Symbol) -> Symbol {
        let parent = self.named_parent();
        if parent.is_none() && self.outer.len() > 1 {
            return self.unit.name;
        }
        let mut text = parent.map_or(Vec::new(), |parent| prefix(&self.outer[parent], self.symbols));
        for part in [self.symbols.bytes(owner), b".", self.symbols.bytes(self.unit.name)] {
            text.extend_from_slice(part);
        }
        self.symbols.intern_wtf8(&text)
    }

    /// The unit whose name goes before that of the present one; none at the top of a module.
    fn named_parent(&self) -> Option<usize> {
        let mut parent = self.outer.len() - 1;
        if parent > 0 && self.outer[parent].kind == UnitKind::Annotations {
            parent -= 1;
        }
        (parent > 0).then_some(parent)
    }

    /// Ends the unit with a return, and gives its code.
    pub(super) fn leave(&mut self, returns_none: bool) -> Result<Finished> {
        self.leave_showing(returns_none, None)
    }

    /// The same for a unit whose first variable is shown under another name.
    pub(super) fn leave_showing(
        &mut self,
        returns_none: bool,
        first_varname_shown: Option<Symbol>,
    ) -> Result<Finished> {
        if !(self.rules.returns_once && self.unit.sequence.has_returned()) {
            if returns_none {
                self.load_none(Span::NONE);
            }
            self.op(Op::ReturnValue, Span::NONE);
        }
        let flags = self.flags();
        let scope = &self.table[self.unit.scope];
        // True of a module or class whose `yield` stands in an `assert` that is left out, too, though no flag tells.
        let yields = scope.generator || scope.coroutine;
        if self.rules.generator_starts_in_code && yields {
            self.start_generator();
        }
        let parameters = self.table[self.unit.scope].parameters.len() as u32;
        // Behind the module's unit comes nothing: an empty one takes its place.
        let outer =
            self.outer.pop().unwrap_or_else(|| Builder::module(self.table, self.symbols, Unit::default()));
        let unit = std::mem::replace(&mut self.unit, outer);
        let freevars = unit.freevars.items().to_vec();
        let unit = unit.finished(flags, yields, parameters, first_varname_shown);
        let code = self.backend.finish(&unit, self.symbols, self.constants, self.locations)?;
        self.finished.push(unit.cleared());
        Ok(Finished { code, freevars })
    }

    fn flags(&self) -> u32 {
        let scope = &self.table[self.unit.scope];
        let mut flags = self.future_flags();
        if scope.is_function_like() {
            let bits = [
                (true, flag::OPTIMIZED | flag::NEWLOCALS),
                (scope.nested, flag::NESTED),
                (scope.generator && !scope.coroutine, flag::GENERATOR),
                (scope.coroutine && !scope.generator, flag::COROUTINE),
                (scope.generator && scope.coroutine, flag::ASYNC_GENERATOR),
                (scope.varargs, flag::VARARGS),
                (scope.varkeywords, flag::VARKEYWORDS),
                (scope.has_docstring && self.rules.flags_docstrings_and_methods, flag::HAS_DOCSTRING),
                (scope.method && self.rules.flags_docstrings_and_methods, flag::METHOD),
            ];
            flags |= bits.iter().filter(|(set, _)| *set).fold(0, |flags, (_, bit)| flags | bit);
        }
        flags
    }

    /// Bits that every unit of a file with future imports has.
    fn future_flags(&self) -> u32 {
        let bits = [
            (self.future.annotations, flag::FUTURE_ANNOTATIONS),
            (self.future.barry_as_flufl, flag::FUTURE_BARRY_AS_BDFL),
        ];
        bits.iter().filter(|(set, _)| *set).fold(0, |flags, (_, bit)| flags | bit)
    }

    /// What `name`, already mangled, is in the present unit.
    pub(super) fn binding(&self, name: Symbol) -> Option<Binding> {
        self.unit.binding(self.table, name)
    }

    pub(super) fn is_function_like(&self) -> bool {
        self.table[self.unit.scope].is_function_like()
    }

    /// The unit of the module.
    pub(super) fn module_unit(&self) -> &Builder {
        self.outer.first().unwrap_or(&self.unit)
    }
}

/// What goes before the names of units in a unit.
fn prefix(parent: &Builder, symbols: &Symbols) -> Vec<u8> {
    let name = symbols.bytes(parent.qualname);
    let mut text = Vec::with_capacity(name.len() + 40);
    text.extend_from_slice(name);
    if parent.is_called() {
        text.extend_from_slice(b".<locals>");
    }
    text.push(b'.');
    text
}
