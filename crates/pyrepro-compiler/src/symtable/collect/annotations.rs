//! Annotations: expressions in place (up to 3.13), blocks of their own (PEP 649, from 3.14 on), or
//! text (`from __future__ import annotations`), which may say nothing of any name.

use super::Collector;
use crate::ast::{Arg, Arguments, ExprId, ExprKind, Id, List, StmtId};
use crate::error::Result;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{BlockKind, ScopeKey, Uses};

impl Collector<'_> {
    /// The annotation of a variable.
    pub(super) fn variable_annotation(&mut self, annotation: ExprId) -> Result<()> {
        if !self.rules.annotation_scopes {
            return self.plain_annotation(annotation);
        }
        let around = self.current();
        let kind = self.scope().kind;
        let span = self.ast[annotation].span;
        self.note_condition(span)?;
        match self.scope().annotation_block {
            Some(block) => self.enter_made(block, false),
            None => {
                let name = names::DUNDER_ANNOTATE;
                let block = self.enter(name, BlockKind::Annotation, None, span)?;
                self.table[around].annotation_block = Some(block);
                if kind == BlockKind::Class && !self.future.annotations {
                    self.see_class(span)?;
                }
            }
        }
        // Annotations in functions are never evaluated.
        let unevaluated = kind == BlockKind::Function;
        self.note().in_unevaluated |= unevaluated;
        self.expr(annotation)?;
        self.note().in_unevaluated &= !unevaluated;
        self.leave();
        Ok(())
    }

    /// Whether an annotation was executed is recorded at run time: always in modules, which may be
    /// executed in part, and in classes under a condition.
    fn note_condition(&mut self, span: Span) -> Result<()> {
        let scope = self.scope();
        let known = scope.has_conditional_annotations;
        let conditional = match scope.kind {
            BlockKind::Module => true,
            BlockKind::Class => self.note().in_conditional,
            _ => false,
        };
        if conditional && !known {
            self.scope_mut().has_conditional_annotations = true;
            self.define(names::DUNDER_CONDITIONAL_ANNOTATIONS, Uses::USE, span)?;
        }
        Ok(())
    }

    /// The annotations of the `def` that is `owner`.
    pub(super) fn function_annotations(
        &mut self,
        owner: StmtId,
        args: Id<Arguments>,
        returns: Option<ExprId>,
    ) -> Result<()> {
        let span = self.ast[owner].span;
        if self.rules.annotation_scopes {
            let around = self.scope();
            let sees_class = around.can_see_class_scope || around.kind == BlockKind::Class;
            let key = Some(ScopeKey::Annotations(owner));
            self.enter(names::DUNDER_ANNOTATE, BlockKind::Annotation, key, span)?;
            if sees_class {
                self.see_class(span)?;
            }
            self.parameter_annotations(args)?;
            if let Some(returns) = returns {
                self.annotation(Some(returns))?;
            }
            self.leave();
            return Ok(());
        }
        if self.future.annotations {
            self.enter(names::UNDERSCORE, BlockKind::Annotation, None, span)?;
        }
        self.parameter_annotations(args)?;
        if self.future.annotations {
            self.leave();
        }
        returns.map_or(Ok(()), |returns| self.plain_annotation(returns))
    }

    fn plain_annotation(&mut self, annotation: ExprId) -> Result<()> {
        if self.future.annotations {
            let span = self.ast[annotation].span;
            self.enter(names::UNDERSCORE, BlockKind::Annotation, None, span)?;
        }
        self.expr(annotation)?;
        if self.future.annotations {
            self.leave();
        }
        Ok(())
    }

    fn parameter_annotations(&mut self, args: Id<Arguments>) -> Result<()> {
        let ast = self.ast;
        let args = &ast[args];
        let mut list = |args: List<Arg>| ast[args].iter().try_for_each(|arg| self.annotation(arg.annotation));
        list(args.posonlyargs)?;
        list(args.args)?;
        for arg in [args.vararg, args.kwarg].into_iter().flatten() {
            self.annotation(ast[arg].annotation)?;
        }
        ast[args.kwonlyargs].iter().try_for_each(|arg| self.annotation(arg.annotation))
    }

    fn annotation(&mut self, annotation: Option<ExprId>) -> Result<()> {
        let Some(annotation) = annotation else {
            return Ok(());
        };
        self.scope_mut().annotations_used = true;
        self.expr(annotation)
    }

    /// `target: annotation = value`
    pub(super) fn annotated_assignment(
        &mut self,
        span: Span,
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    ) -> Result<()> {
        self.scope_mut().annotations_used = true;
        let place = self.ast[target].span;
        match self.ast[target].kind {
            ExprKind::Name { id, .. } => {
                self.check_annotated(id, span, simple)?;
                if simple {
                    self.define(id, Uses::ANNOTATED.with(Uses::LOCAL), place)?;
                } else if value.is_some() {
                    self.define(id, Uses::LOCAL, place)?;
                }
            }
            _ => self.expr(target)?,
        }
        self.variable_annotation(annotation)?;
        self.optional(value)
    }

    fn check_annotated(&mut self, name: Symbol, span: Span, simple: bool) -> Result<()> {
        let current = self.current();
        let known = self.known(current, name);
        if !simple || self.scope().kind == BlockKind::Module {
            return Ok(());
        }
        let what = match () {
            () if known.any(Uses::GLOBAL) => "' can't be global",
            () if known.any(Uses::NONLOCAL) => "' can't be nonlocal",
            () => return Ok(()),
        };
        Err(self.refuse("annotated name '", name, what, span))
    }
}
