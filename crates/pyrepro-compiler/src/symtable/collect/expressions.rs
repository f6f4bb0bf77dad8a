//! Expressions.

use super::Collector;
use crate::ast::{Context, ExprId, ExprKind, Keyword, List};
use crate::error::{Failure, Result};
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{BlockKind, ScopeKey, Uses};

impl Collector<'_> {
    pub(super) fn exprs(&mut self, exprs: List<ExprId>) -> Result<()> {
        let ast = self.ast;
        ast[exprs].iter().try_for_each(|&expr| self.expr(expr))
    }

    pub(super) fn optional(&mut self, expr: Option<ExprId>) -> Result<()> {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    fn options(&mut self, exprs: List<Option<ExprId>>) -> Result<()> {
        let ast = self.ast;
        ast[exprs].iter().try_for_each(|&expr| self.optional(expr))
    }

    /// Walks down the left side of sums, calls, attributes and subscripts without nesting: real
    /// code strings hundreds of them together.
    pub(super) fn expr(&mut self, mut expr: ExprId) -> Result<()> {
        let ast = self.ast;
        let base = self.spine.len();
        loop {
            let left = match ast[expr].kind {
                ExprKind::Name { id, ctx } => {
                    self.name(id, ctx, ast[expr].span)?;
                    break;
                }
                ExprKind::Constant { .. } => break,
                ExprKind::Attribute { value, attr, ctx } => {
                    self.check_name(attr, ast[expr].span, ctx)?;
                    expr = value;
                    continue;
                }
                ExprKind::BinOp { left, .. } => left,
                ExprKind::Call { func, .. } => func,
                ExprKind::Subscript { value, .. } => value,
                _ => {
                    self.sink()?;
                    self.nested(expr)?;
                    self.rise();
                    break;
                }
            };
            self.spine.push(expr);
            expr = left;
        }
        if self.spine.len() > base {
            self.sink()?;
            while self.spine.len() > base
                && let Some(expr) = self.spine.pop()
            {
                self.right(expr)?;
            }
            self.rise();
        }
        Ok(())
    }

    /// What follows the left side.
    fn right(&mut self, expr: ExprId) -> Result<()> {
        match self.ast[expr].kind {
            ExprKind::BinOp { right, .. } => self.expr(right),
            ExprKind::Subscript { slice, .. } => self.expr(slice),
            ExprKind::Call { args, keywords, .. } => {
                self.exprs(args)?;
                self.keywords(keywords)
            }
            _ => Ok(()),
        }
    }

    fn nested(&mut self, expr: ExprId) -> Result<()> {
        match self.ast[expr].kind {
            ExprKind::BoolOp { values, .. }
            | ExprKind::JoinedStr { values }
            | ExprKind::TemplateStr { values } => self.exprs(values),
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } | ExprKind::Set { elts } => {
                self.exprs(elts)
            }
            ExprKind::UnaryOp { operand: value, .. } | ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::IfExp { test, body, orelse } => {
                [test, body, orelse].into_iter().try_for_each(|part| self.expr(part))
            }
            ExprKind::Dict { keys, values } => {
                self.options(keys)?;
                self.exprs(values)
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().try_for_each(|part| self.optional(part))
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expr(value)?;
                self.optional(format_spec)
            }
            ExprKind::Lambda { .. } => self.lambda(expr),
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => self.comprehension(expr),
            ExprKind::NamedExpr { target, value } => {
                self.check_annotation_like("named expression", expr)?;
                self.named(expr, target, value)
            }
            ExprKind::Yield { value } => self.yields(expr, value),
            ExprKind::YieldFrom { value } => self.yields(expr, Some(value)),
            ExprKind::Await { value } => self.awaits(expr, value),
            ExprKind::Name { .. }
            | ExprKind::Constant { .. }
            | ExprKind::Attribute { .. }
            | ExprKind::BinOp { .. }
            | ExprKind::Call { .. }
            | ExprKind::Subscript { .. } => self.expr(expr),
        }
    }

    pub(super) fn keywords(&mut self, keywords: List<Keyword>) -> Result<()> {
        let ast = self.ast;
        for keyword in &ast[keywords] {
            if let Some(name) = keyword.arg {
                self.check_name(name, keyword.span, Context::Store)?;
            }
        }
        ast[keywords].iter().try_for_each(|keyword| self.expr(keyword.value))
    }

    fn name(&mut self, id: Symbol, ctx: Context, span: Span) -> Result<()> {
        if self.note().in_unevaluated {
            return Ok(());
        }
        if ctx != Context::Load {
            return self.define_as(id, Uses::LOCAL, span, ctx);
        }
        self.define_as(id, Uses::USE, span, ctx)?;
        // `super()` finds its class in `__class__`.
        if id == names::SUPER && self.scope().is_function_like() {
            self.define(names::DUNDER_CLASS, Uses::USE, span)?;
        }
        Ok(())
    }

    fn lambda(&mut self, expr: ExprId) -> Result<()> {
        let ast = self.ast;
        let ExprKind::Lambda { args, body } = ast[expr].kind else {
            return Ok(());
        };
        self.refuse_in_class_annotation("lambda", expr)?;
        self.defaults(&ast[args])?;
        let key = Some(ScopeKey::Expr(expr));
        self.enter(names::LAMBDA, BlockKind::Function, key, ast[expr].span)?;
        self.parameters(args)?;
        self.expr(body)?;
        self.leave();
        Ok(())
    }

    /// Refuses functions in annotation scopes that look names up in a class, where the release does.
    pub(super) fn refuse_in_class_annotation(&self, what: &str, expr: ExprId) -> Result<()> {
        if self.rules.comprehensions_in_class_annotations || !self.scope().can_see_class_scope {
            return Ok(());
        }
        let message = format!("Cannot use {what} in annotation scope within class scope");
        Err(Failure::syntax(message, self.ast[expr].span))
    }

    fn yields(&mut self, expr: ExprId, value: Option<ExprId>) -> Result<()> {
        self.check_annotation_like("yield expression", expr)?;
        self.optional(value)?;
        self.scope_mut().generator = true;
        self.check_yield_in_comprehension(self.ast[expr].span)
    }

    fn awaits(&mut self, expr: ExprId, value: ExprId) -> Result<()> {
        self.check_annotation_like("await expression", expr)?;
        if self.rules.checks_in_symbol_table {
            let span = self.ast[expr].span;
            let scope = self.scope();
            if !scope.is_function_like() {
                return Err(Failure::syntax("'await' outside function", span));
            }
            if !scope.is_async_function() && scope.comprehension.is_none() {
                return Err(Failure::syntax("'await' outside async function", span));
            }
        }
        self.expr(value)?;
        self.scope_mut().coroutine = true;
        Ok(())
    }

    /// Blocks that are evaluated later can neither bind nor yield nor wait.
    fn check_annotation_like(&mut self, what: &str, expr: ExprId) -> Result<()> {
        let place = match self.scope().kind {
            BlockKind::Annotation => "an annotation",
            BlockKind::TypeVariable => self.note().part.unwrap_or("a TypeVar bound"),
            BlockKind::TypeAlias => "a type alias",
            BlockKind::TypeParameters => "the definition of a generic",
            BlockKind::Function | BlockKind::Class | BlockKind::Module => return Ok(()),
        };
        let message = format!("{what} cannot be used within {place}");
        Err(Failure::syntax(message, self.ast[expr].span))
    }
}
