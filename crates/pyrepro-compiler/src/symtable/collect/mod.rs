//! The first pass: what every block says of every name, and the errors that show on the way.
//!
//! The order of visits is CPython's, for the order of names and of errors comes from it.

mod annotations;
mod comprehensions;
mod define;
mod expressions;
mod generics;
mod imports;
mod patterns;
mod statements;

use hashbrown::{HashMap, HashSet};

use super::{BlockKind, MangledNames, Scope, ScopeId, ScopeKey, SymbolTable, Uses};
use crate::ast::{Ast, ExprId};
use crate::constant::Constants;
use crate::error::{Handover, Result};
use crate::future::Future;
use crate::rules::Rules;
use crate::span::Span;
use crate::symbol::{Symbol, Symbols, names};

/// Nesting that the stack of a thread holds for sure; long chains of operators, calls and `elif`
/// are walked without nesting.
const DEEPEST: u32 = 1000;

/// What the first pass notes about a block besides the table.
#[derive(Default)]
pub(super) struct Notes {
    /// The `global` and `nonlocal` statements and the `:=` that act like them.
    pub(super) directives: Vec<Directive>,
    /// Between `for` and `in` of a comprehension.
    in_target: bool,
    /// How many iterables of comprehensions are around.
    iterables: u32,
    /// Under an `if`, a loop, `try`, `with` or `match`.
    in_conditional: bool,
    /// In a `try` statement, where imports cannot be lazy.
    in_try: bool,
    /// In an annotation that is never evaluated.
    in_unevaluated: bool,
    /// Which part of a type parameter the block is, for messages.
    part: Option<&'static str>,
}

/// A statement or expression that says where a name lives.
pub(super) struct Directive {
    /// The mangled name.
    pub(super) name: Symbol,
    pub(super) span: Span,
}

/// The table without bindings, and the notes of each block.
pub(super) fn collect(
    ast: &Ast,
    symbols: &mut Symbols,
    constants: &Constants,
    future: &Future,
    rules: &Rules,
) -> Result<(SymbolTable, Vec<Notes>)> {
    let mut collector = Collector {
        ast,
        symbols,
        constants,
        future,
        rules,
        table: SymbolTable {
            scopes: Vec::with_capacity(ast.count::<crate::ast::Stmt>() / 8),
            keys: HashMap::default(),
            mangled_names: Vec::new(),
        },
        notes: Vec::new(),
        stack: Vec::new(),
        private: None,
        depth: 0,
        spine: Vec::new(),
    };
    let span = Span::new(0, 0, 0, 0);
    collector.enter(names::TOP, BlockKind::Module, Some(ScopeKey::Module), span)?;
    collector.body(ast.body)?;
    collector.leave();
    Ok((collector.table, collector.notes))
}

struct Collector<'a> {
    ast: &'a Ast,
    symbols: &'a mut Symbols,
    constants: &'a Constants,
    future: &'a Future,
    rules: &'a Rules,
    table: SymbolTable,
    notes: Vec<Notes>,
    /// The blocks around, the current one last.
    stack: Vec<ScopeId>,
    /// The class whose private names are mangled.
    private: Option<Symbol>,
    depth: u32,
    /// Expressions whose left part is being visited.
    spine: Vec<ExprId>,
}

impl Collector<'_> {
    fn current(&self) -> ScopeId {
        self.stack.last().copied().unwrap_or(ScopeId::MODULE)
    }

    fn scope(&self) -> &Scope {
        &self.table[self.current()]
    }

    fn scope_mut(&mut self) -> &mut Scope {
        let current = self.current();
        &mut self.table[current]
    }

    fn note(&mut self) -> &mut Notes {
        let current = self.current();
        &mut self.notes[current.index()]
    }

    /// Makes a block and enters it.
    fn enter(&mut self, name: Symbol, kind: BlockKind, key: Option<ScopeKey>, span: Span) -> Result<ScopeId> {
        let id = self.make(name, kind, key, span);
        self.enter_made(id, true);
        let takes_format =
            matches!(kind, BlockKind::Annotation | BlockKind::TypeVariable | BlockKind::TypeAlias);
        if takes_format && self.rules.annotation_scopes {
            self.define(names::DOT_FORMAT, Uses::PARAM, span)?;
            self.define(names::DOT_FORMAT, Uses::USE, span)?;
        }
        Ok(id)
    }

    /// Makes a block that is entered later.
    fn make(&mut self, name: Symbol, kind: BlockKind, key: Option<ScopeKey>, span: Span) -> ScopeId {
        let mut scope = Scope::new(kind, name, span);
        if !self.stack.is_empty() {
            let around = self.scope();
            scope.nested = around.nested || around.is_function_like();
            scope.method = around.kind == BlockKind::Class && kind == BlockKind::Function;
        }
        let id = ScopeId(self.table.scopes.len() as u32);
        self.table.scopes.push(scope);
        self.notes.push(Notes::default());
        if let Some(key) = key {
            self.table.keys.insert(key, id);
        }
        id
    }

    fn enter_made(&mut self, id: ScopeId, is_child: bool) {
        if let Some(&around) = self.stack.last() {
            self.notes[id.index()].iterables = self.notes[around.index()].iterables;
            let kind = self.table[id].kind;
            let mangled = self.table[around].mangled_names;
            // In a class every private name is mangled.
            if mangled.is_some() && kind != BlockKind::Class {
                self.table[id].mangled_names = mangled;
            }
            // Annotations that become text have no effect on the program.
            let is_text = kind == BlockKind::Annotation && self.future.annotations;
            if is_child && !is_text {
                self.table[around].children.push(id);
            }
        }
        self.stack.push(id);
    }

    fn leave(&mut self) {
        self.stack.pop();
    }

    /// One level deeper; every caller gives the level back with `rise`.
    fn sink(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Handover::TooDeep.into());
        }
        Ok(())
    }

    fn rise(&mut self) {
        self.depth -= 1;
    }

    /// A fresh set of the names that are mangled in this block and those inside.
    fn mangle_only_type_parameters(&mut self) {
        if self.rules.generic_class_mangles_all {
            return;
        }
        let set = MangledNames(self.table.mangled_names.len() as u32);
        self.table.mangled_names.push(HashSet::default());
        self.scope_mut().mangled_names = Some(set);
    }
}
