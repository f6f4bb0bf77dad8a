//! Noting a name in a block.

use super::{Collector, Directive};
use crate::ast::Context;
use crate::error::{Failure, Result};
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{MangledNames, ScopeId, Uses};

impl Collector<'_> {
    /// Notes a name in the current block; everything but a use binds.
    pub(super) fn define(&mut self, name: Symbol, uses: Uses, span: Span) -> Result<()> {
        let ctx = if uses == Uses::USE { Context::Load } else { Context::Store };
        self.define_as(name, uses, span, ctx)
    }

    /// Notes a name in the current block.
    pub(super) fn define_as(&mut self, name: Symbol, uses: Uses, span: Span, ctx: Context) -> Result<()> {
        if uses.any(Uses::BOUND) {
            self.check_name(name, span, ctx)?;
        }
        let current = self.current();
        if uses.any(Uses::TYPE_PARAM)
            && let Some(MangledNames(set)) = self.table[current].mangled_names
        {
            self.table.mangled_names[set as usize].insert(name);
        }
        self.define_in(current, name, uses, span)
    }

    /// Notes a name in a block, which may be one around; it is mangled as in the current one.
    pub(super) fn define_in(&mut self, scope: ScopeId, name: Symbol, uses: Uses, span: Span) -> Result<()> {
        let mangled = self.mangle(name);
        let variables = &self.table[scope].variables;
        let place = variables.place(mangled);
        let known = place.map_or(Uses::default(), |place| variables.at(place).uses);
        if uses.any(Uses::PARAM) && known.any(Uses::PARAM) {
            let name = self.symbols.lossy(name);
            let word = self.rules.grammar.parameter_word;
            let message = format!("duplicate {word} '{name}' in function definition");
            return Err(Failure::syntax(message, span));
        }
        if uses.any(Uses::TYPE_PARAM) && known.any(Uses::TYPE_PARAM) {
            return Err(self.refuse("duplicate type parameter '", name, "'", span));
        }
        let mut added = uses;
        if self.notes[scope.index()].in_target {
            if known.with(uses).any(Uses::GLOBAL.with(Uses::NONLOCAL)) {
                let before = "comprehension inner loop cannot rebind assignment expression target '";
                return Err(self.refuse(before, name, "'", span));
            }
            added = added.with(Uses::COMPREHENSION_TARGET);
        }
        self.table[scope].variables.add_at(place, mangled, added);
        if uses.any(Uses::PARAM) {
            self.table[scope].parameters.push(mangled);
        } else if uses.any(Uses::GLOBAL) {
            self.table[ScopeId::MODULE].variables.add(mangled, uses);
        }
        Ok(())
    }

    /// What the block says of a name.
    pub(super) fn known(&mut self, scope: ScopeId, name: Symbol) -> Uses {
        let mangled = self.mangle(name);
        self.table[scope].variables.uses(mangled)
    }

    /// Remembers which statement says where a name lives, for errors that show later.
    pub(super) fn direct(&mut self, name: Symbol, span: Span) {
        let name = self.mangle(name);
        self.note().directives.push(Directive { name, span });
    }

    /// Refuses to bind or delete `__debug__`.
    pub(super) fn check_name(&self, name: Symbol, span: Span, ctx: Context) -> Result<()> {
        if name != names::DEBUG || !self.rules.checks_in_symbol_table {
            return Ok(());
        }
        match ctx {
            Context::Load => Ok(()),
            Context::Store => Err(Failure::syntax("cannot assign to __debug__", span)),
            Context::Del => Err(Failure::syntax("cannot delete __debug__", span)),
        }
    }

    pub(super) fn refuse(&self, before: &str, name: Symbol, after: &str, span: Span) -> Failure {
        Failure::syntax(format!("{before}{}{after}", self.symbols.lossy(name)), span)
    }

    fn mangle(&mut self, name: Symbol) -> Symbol {
        let current = self.current();
        self.table.mangle(current, self.private, name, self.symbols)
    }
}
