//! What is assigned to or deleted.

use super::Parser;
use crate::ast::{Context, ExprId, ExprKind, List};
use crate::constant::ConstId;
use crate::error::Result;
use crate::lexer::token::TokenKind;

impl Parser<'_> {
    /// The targets of a `for`, up to `in`.
    pub(super) fn star_targets(&mut self) -> Result<ExprId> {
        let start = self.start();
        let first = self.star_target()?;
        if !self.at(TokenKind::Comma) {
            return Ok(first);
        }
        let mark = self.stacks.exprs.len();
        self.stacks.exprs.push(first);
        while self.eat(TokenKind::Comma) {
            if self.at(TokenKind::KwIn) || !self.starts_expression() {
                break;
            }
            let target = self.star_target()?;
            self.stacks.exprs.push(target);
        }
        let elts = self.take_exprs(mark);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: Context::Store }, start))
    }

    /// One target, which may be starred: what stands behind `as` in a `with`.
    pub(super) fn star_target(&mut self) -> Result<ExprId> {
        let start = self.start();
        if self.eat(TokenKind::Star) {
            let value = self.target_expression()?;
            self.make_assigned(value)?;
            return Ok(self.expr(ExprKind::Starred { value, ctx: Context::Store }, start));
        }
        let target = self.target_expression()?;
        self.make_assigned(target)?;
        Ok(target)
    }

    /// Turns an expression that was read into one that is assigned to.
    pub(super) fn make_assigned(&mut self, expr: ExprId) -> Result<()> {
        self.make_target(expr, Context::Store)
    }

    /// Turns an expression that was read into one that is deleted.
    pub(super) fn make_deleted(&mut self, expr: ExprId) -> Result<()> {
        self.make_target(expr, Context::Del)
    }

    fn make_target(&mut self, expr: ExprId, context: Context) -> Result<()> {
        let deleted = context == Context::Del;
        match &mut self.ast[expr].kind {
            ExprKind::Name { ctx, .. }
            | ExprKind::Attribute { ctx, .. }
            | ExprKind::Subscript { ctx, .. } => *ctx = context,
            ExprKind::Starred { value, ctx } if !deleted => {
                *ctx = context;
                let value = *value;
                return self.deeper(|parser| parser.make_target(value, context));
            }
            ExprKind::Tuple { elts, ctx } | ExprKind::List { elts, ctx } => {
                *ctx = context;
                let elts = *elts;
                return self.deeper(|parser| parser.make_all(elts, context));
            }
            kind => {
                let what = describe(*kind);
                let verb = if deleted { "delete" } else { "assign to" };
                let span = self.ast[expr].span;
                return self.refuse(format!("cannot {verb} {what}"), span);
            }
        }
        Ok(())
    }

    fn make_all(&mut self, elts: List<ExprId>, context: Context) -> Result<()> {
        for place in 0..elts.len() {
            let elt = self.ast[elts][place];
            self.make_target(elt, context)?;
        }
        Ok(())
    }

    /// What CPython calls an expression in a message.
    pub(super) fn describe(&self, kind: ExprKind) -> &'static str {
        describe(kind)
    }
}

fn describe(kind: ExprKind) -> &'static str {
    match kind {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } => "subscript",
        ExprKind::Starred { .. } => "starred",
        ExprKind::Name { .. } => "name",
        ExprKind::List { .. } => "list",
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "expression",
        ExprKind::GeneratorExp { .. } => "generator expression",
        ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => "yield expression",
        ExprKind::Await { .. } => "await expression",
        ExprKind::ListComp { .. } => "list comprehension",
        ExprKind::SetComp { .. } => "set comprehension",
        ExprKind::DictComp { .. } => "dict comprehension",
        ExprKind::Dict { .. } => "dict literal",
        ExprKind::Set { .. } => "set display",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::TemplateStr { .. } | ExprKind::Interpolation { .. } => "t-string expression",
        ExprKind::Constant { value: ConstId::NONE, .. } => "None",
        ExprKind::Constant { value: ConstId::TRUE, .. } => "True",
        ExprKind::Constant { value: ConstId::FALSE, .. } => "False",
        ExprKind::Constant { value: ConstId::ELLIPSIS, .. } => "ellipsis",
        ExprKind::Constant { .. } => "literal",
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
        ExprKind::Slice { .. } => "slice",
    }
}
