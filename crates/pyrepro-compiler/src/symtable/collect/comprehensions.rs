//! Comprehensions, and `:=`, which in them binds a name of the function around.

use super::Collector;
use crate::ast::{self, ExprId, ExprKind, List};
use crate::error::{Failure, Result};
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{BlockKind, Comprehension, ScopeId, ScopeKey, Uses};

impl Collector<'_> {
    pub(super) fn comprehension(&mut self, expr: ExprId) -> Result<()> {
        // A value comes before its key: `parts` are visited in this order.
        let (kind, name, generators, parts) = match self.ast[expr].kind {
            ExprKind::ListComp { elt, generators } => {
                (Comprehension::List, names::LISTCOMP, generators, [None, Some(elt)])
            }
            ExprKind::SetComp { elt, generators } => {
                (Comprehension::Set, names::SETCOMP, generators, [None, Some(elt)])
            }
            ExprKind::DictComp { key, value, generators } => {
                (Comprehension::Dict, names::DICTCOMP, generators, [value, Some(key)])
            }
            ExprKind::GeneratorExp { elt, generators } => {
                (Comprehension::Generator, names::GENEXPR, generators, [None, Some(elt)])
            }
            _ => return Ok(()),
        };
        let Some(&first) = self.ast[generators].first() else {
            return Ok(());
        };
        self.refuse_in_class_annotation("comprehension", expr)?;
        self.iterable(first.iter)?;
        let span = self.ast[expr].span;
        self.enter(name, BlockKind::Function, Some(ScopeKey::Expr(expr)), span)?;
        self.scope_mut().comprehension = Some(kind);
        self.scope_mut().coroutine = first.is_async;
        self.define(names::DOT_ZERO, Uses::PARAM, span)?;
        self.target(first.target)?;
        self.exprs(first.ifs)?;
        self.generators(generators.from(1))?;
        parts.into_iter().try_for_each(|part| self.optional(part))?;
        let is_generator = kind == Comprehension::Generator;
        self.scope_mut().generator = is_generator;
        let is_async = self.scope().coroutine && !is_generator;
        self.leave();
        if is_async {
            self.check_async_comprehension(span)?;
            self.scope_mut().coroutine = true;
        }
        Ok(())
    }

    fn generators(&mut self, generators: List<ast::Comprehension>) -> Result<()> {
        let ast = self.ast;
        for generator in &ast[generators] {
            self.target(generator.target)?;
            self.iterable(generator.iter)?;
            self.exprs(generator.ifs)?;
            self.scope_mut().coroutine |= generator.is_async;
        }
        Ok(())
    }

    fn target(&mut self, target: ExprId) -> Result<()> {
        self.note().in_target = true;
        self.expr(target)?;
        self.note().in_target = false;
        Ok(())
    }

    fn iterable(&mut self, iter: ExprId) -> Result<()> {
        self.note().iterables += 1;
        self.expr(iter)?;
        self.note().iterables -= 1;
        Ok(())
    }

    fn check_async_comprehension(&self, span: Span) -> Result<()> {
        let scope = self.scope();
        let fine = scope.is_async_function() || scope.comprehension.is_some();
        if fine || !self.rules.checks_in_symbol_table {
            return Ok(());
        }
        let message = "asynchronous comprehension outside of an asynchronous function";
        Err(Failure::syntax(message, span))
    }

    pub(super) fn check_yield_in_comprehension(&self, span: Span) -> Result<()> {
        let message = match self.scope().comprehension {
            None => return Ok(()),
            Some(Comprehension::List) => "'yield' inside list comprehension",
            Some(Comprehension::Set) => "'yield' inside set comprehension",
            Some(Comprehension::Dict) => "'yield' inside dict comprehension",
            Some(Comprehension::Generator) => "'yield' inside generator expression",
        };
        Err(Failure::syntax(message, span))
    }

    /// `target := value`
    pub(super) fn named(&mut self, expr: ExprId, target: ExprId, value: ExprId) -> Result<()> {
        if self.note().iterables > 0 {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(Failure::syntax(message, self.ast[expr].span));
        }
        if self.scope().comprehension.is_some()
            && let ExprKind::Name { id, .. } = self.ast[target].kind
        {
            self.bind_around(id, self.ast[target].span)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// Binds a name in the nearest function or in the module, through comprehensions.
    fn bind_around(&mut self, name: Symbol, span: Span) -> Result<()> {
        for place in (0..self.stack.len()).rev() {
            let scope = self.stack[place];
            let known = match self.rules.named_expressions_look_up_as_written {
                true => self.table[scope].variables.uses(name),
                false => self.known(scope, name),
            };
            if self.table[scope].comprehension.is_some() {
                let bound = known.any(Uses::LOCAL) || self.rules.targets_use_as_they_bind;
                if known.any(Uses::COMPREHENSION_TARGET) && bound {
                    let before = "assignment expression cannot rebind comprehension iteration variable '";
                    return Err(self.refuse(before, name, "'", span));
                }
                continue;
            }
            return match self.table[scope].kind {
                BlockKind::Function => {
                    let global = known.any(Uses::GLOBAL);
                    let uses = if global { Uses::GLOBAL } else { Uses::NONLOCAL };
                    self.bind_in(scope, name, uses, Uses::LOCAL, span)
                }
                BlockKind::Module => self.bind_in(scope, name, Uses::GLOBAL, Uses::GLOBAL, span),
                // An annotation is looked through.
                BlockKind::Annotation => continue,
                kind => Err(Failure::syntax(refusal(kind), span)),
            };
        }
        Ok(())
    }

    fn bind_in(&mut self, scope: ScopeId, name: Symbol, here: Uses, there: Uses, span: Span) -> Result<()> {
        self.define(name, here, span)?;
        self.direct(name, span);
        self.define_in(scope, name, there, span)
    }
}

fn refusal(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::TypeParameters => {
            "assignment expression within a comprehension cannot be used within the definition of a generic"
        }
        BlockKind::TypeAlias => "assignment expression within a comprehension cannot be used in a type alias",
        BlockKind::TypeVariable => {
            "assignment expression within a comprehension cannot be used in a TypeVar bound"
        }
        _ => "assignment expression within a comprehension cannot be used in a class body",
    }
}
