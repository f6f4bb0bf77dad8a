//! The symbol table: which names each block of a program has, and where each of them lives.
//!
//! Two passes, as in CPython's `symtable.c`. `collect` walks the tree, notes what every block
//! says of every name and raises the errors that can be seen on the way. `analyze` decides
//! where each name lives and inlines comprehensions.
//!
//! A node finds its block by a [`ScopeKey`]. Names are mangled before they enter a block, so a
//! reader mangles too: [`SymbolTable::mangle`].

mod analyze;
mod collect;
mod inline;
mod mangle;
mod scope;
mod variable;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

pub use mangle::mangle;
use scope::MangledNames;
pub use scope::{BlockKind, Comprehension, Scope, ScopeId};
pub use variable::{Binding, Uses, Variable, Variables};

use crate::ast::{Ast, ExprId, Id, StmtId, TypeParam};
use crate::constant::Constants;
use crate::error::Result;
use crate::future::Future;
use crate::rules::Rules;
use crate::symbol::{Symbol, Symbols};

/// Which node a block belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeKey {
    /// The file.
    Module,
    /// The body of a `def` or a `class`, the value of a `type` statement.
    Stmt(StmtId),
    /// A lambda or a comprehension.
    Expr(ExprId),
    /// The type parameters of a `def`, a `class` or a `type` statement.
    TypeParams(StmtId),
    /// The bound or the constraints of a type variable.
    Bound(Id<TypeParam>),
    /// The default of a type parameter.
    Default(Id<TypeParam>),
    /// The annotations of a `def` (3.14+).
    Annotations(StmtId),
}

/// The blocks of one file.
pub struct SymbolTable {
    scopes: Vec<Scope>,
    keys: HashMap<ScopeKey, ScopeId, RandomState>,
    mangled_names: Vec<HashSet<Symbol, RandomState>>,
}

impl SymbolTable {
    /// Collects and analyses.
    pub fn build(
        ast: &Ast,
        symbols: &mut Symbols,
        constants: &Constants,
        future: &Future,
        rules: &Rules,
    ) -> Result<Self> {
        let (mut table, notes) = collect::collect(ast, symbols, constants, future, rules)?;
        analyze::analyze(&mut table, &notes, symbols, rules)?;
        Ok(table)
    }

    /// The block of a node, if the node has one.
    pub fn find(&self, key: ScopeKey) -> Option<ScopeId> {
        self.keys.get(&key).copied()
    }

    /// The name as this block knows it, in the class `private`.
    ///
    /// In the type-parameter block of a generic class only the type parameters are mangled.
    pub fn mangle(
        &self,
        scope: ScopeId,
        private: Option<Symbol>,
        name: Symbol,
        symbols: &mut Symbols,
    ) -> Symbol {
        match self[scope].mangled_names {
            Some(MangledNames(set)) if !self.mangled_names[set as usize].contains(&name) => name,
            _ => mangle(private, name, symbols),
        }
    }

    /// The names of a block with a binding or a use, sorted as `co_cellvars` and `co_freevars` are.
    pub fn sorted_names(
        &self,
        scope: ScopeId,
        binding: Binding,
        uses: Uses,
        symbols: &Symbols,
    ) -> Vec<Symbol> {
        let mut names: Vec<Symbol> = self[scope]
            .variables
            .iter()
            .filter(|variable| variable.binding == Some(binding) || variable.uses.any(uses))
            .map(|variable| variable.name)
            .collect();
        // The bytes of WTF-8 sort as the code points do.
        names.sort_unstable_by(|left, right| symbols.bytes(*left).cmp(symbols.bytes(*right)));
        names
    }
}

impl std::ops::Index<ScopeId> for SymbolTable {
    type Output = Scope;

    fn index(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }
}

impl std::ops::IndexMut<ScopeId> for SymbolTable {
    fn index_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.index()]
    }
}
