//! Names, literals, and what follows them: attributes, calls, subscripts.

use super::Parser;
use crate::ast::{Context, ExprId, ExprKind};
use crate::constant::ConstId;
use crate::error::Result;
use crate::lexer::token::TokenKind;
use crate::span::Span;

impl Parser<'_> {
    /// What a target is read as: a primary, without `await`.
    pub(super) fn target_expression(&mut self) -> Result<ExprId> {
        self.deeper(Self::primary)
    }

    pub(super) fn primary(&mut self) -> Result<ExprId> {
        let start = self.start();
        let mut value = self.atom()?;
        loop {
            let kind = match self.kind() {
                TokenKind::Dot => {
                    self.bump();
                    ExprKind::Attribute { value, attr: self.name()?, ctx: Context::Load }
                }
                TokenKind::LeftParen => self.call(value)?,
                TokenKind::LeftBracket => {
                    self.bump();
                    let slice = self.slices()?;
                    self.expect(TokenKind::RightBracket)?;
                    ExprKind::Subscript { value, slice, ctx: Context::Load }
                }
                _ => return Ok(value),
            };
            value = self.expr(kind, start);
        }
    }

    pub(super) fn atom(&mut self) -> Result<ExprId> {
        let start = self.start();
        let kind = match self.kind() {
            TokenKind::Name => ExprKind::Name { id: self.name()?, ctx: Context::Load },
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart => return self.strings(),
            TokenKind::Number => self.number()?,
            TokenKind::LeftParen => return self.parenthesized(),
            TokenKind::LeftBracket => return self.list(),
            TokenKind::LeftBrace => return self.braces(),
            TokenKind::KwNone => self.constant(ConstId::NONE),
            TokenKind::KwTrue => self.constant(ConstId::TRUE),
            TokenKind::KwFalse => self.constant(ConstId::FALSE),
            TokenKind::Ellipsis => self.constant(ConstId::ELLIPSIS),
            _ => return self.unexpected(),
        };
        Ok(self.expr(kind, start))
    }

    fn constant(&mut self, value: ConstId) -> ExprKind {
        self.bump();
        ExprKind::Constant { value, unicode: false }
    }

    /// What stands between the brackets of a subscript.
    fn slices(&mut self) -> Result<ExprId> {
        let start = self.start();
        let first = self.slice_or_starred()?;
        let starred = matches!(self.ast[first].kind, ExprKind::Starred { .. });
        if !starred && !self.at(TokenKind::Comma) {
            return Ok(first);
        }
        let mark = self.stacks.exprs.len();
        self.stacks.exprs.push(first);
        while self.eat(TokenKind::Comma) {
            if self.at(TokenKind::RightBracket) {
                break;
            }
            let elt = self.slice_or_starred()?;
            self.stacks.exprs.push(elt);
        }
        let elts = self.take_exprs(mark);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: Context::Load }, start))
    }

    fn slice_or_starred(&mut self) -> Result<ExprId> {
        let start = self.start();
        match self.kind() {
            TokenKind::Star => return self.starred_expression(),
            TokenKind::Colon => return self.slice(None, start),
            _ => {}
        }
        let first = self.named_expression()?;
        let named = matches!(self.ast[first].kind, ExprKind::NamedExpr { .. }) && self.ends_with(first);
        if self.at(TokenKind::Colon) && !named { self.slice(Some(first), start) } else { Ok(first) }
    }

    fn slice(&mut self, lower: Option<ExprId>, start: Span) -> Result<ExprId> {
        self.expect(TokenKind::Colon)?;
        let upper = self.slice_part()?;
        let step = if self.eat(TokenKind::Colon) { self.slice_part()? } else { None };
        Ok(self.expr(ExprKind::Slice { lower, upper, step }, start))
    }

    fn slice_part(&mut self) -> Result<Option<ExprId>> {
        match self.kind() {
            TokenKind::Colon | TokenKind::Comma | TokenKind::RightBracket => Ok(None),
            _ => self.expression().map(Some),
        }
    }

    /// `*expression`
    pub(super) fn starred_expression(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        let value = self.expression()?;
        Ok(self.expr(ExprKind::Starred { value, ctx: Context::Load }, start))
    }
}
