//! What stands in parentheses, brackets or braces: tuples, lists, sets, dicts and comprehensions.

use super::Parser;
use crate::ast::{Context, ExprId, ExprKind, List};
use crate::error::Result;
use crate::lexer::token::TokenKind;
use crate::span::Span;

impl Parser<'_> {
    /// A tuple, a generator expression, or an expression in parentheses.
    pub(super) fn parenthesized(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        match self.kind() {
            TokenKind::RightParen => {
                self.bump();
                return Ok(self.expr(ExprKind::Tuple { elts: List::EMPTY, ctx: Context::Load }, start));
            }
            TokenKind::KwYield => {
                let value = self.yield_expression()?;
                self.expect(TokenKind::RightParen)?;
                return Ok(value);
            }
            TokenKind::Star => return self.parenthesized_unpacking(start),
            TokenKind::DoubleStar => {
                let double_star = self.start();
                self.bump();
                self.expression()?;
                let message = "cannot use double starred expression here";
                return self.refuse(message, double_star);
            }
            _ => {}
        }
        let first = self.named_expression()?;
        match self.kind() {
            TokenKind::RightParen => {
                self.bump();
                Ok(first)
            }
            TokenKind::Comma => self.tuple(first, start),
            _ if self.at_comprehension() => self.generator_expression(first, start),
            _ => self.unexpected(),
        }
    }

    /// `(*a, …)`, or `(*a for …)`, where more than an operand may follow the star.
    fn parenthesized_unpacking(&mut self, start: Span) -> Result<ExprId> {
        let star = self.start();
        self.bump();
        let operand = self.start();
        let mut value = self.deeper(Self::bitwise_or)?;
        if self.at(TokenKind::Comma) {
            let first = self.expr(ExprKind::Starred { value, ctx: Context::Load }, star);
            return self.tuple(first, start);
        }
        value = self.expression_after(value, operand)?;
        let elt = self.expr(ExprKind::Starred { value, ctx: Context::Load }, star);
        if self.at_comprehension() {
            return self.generator_expression(elt, start);
        }
        if self.at(TokenKind::RightParen) {
            return self.refuse("cannot use starred expression here", self.ast[elt].span);
        }
        self.unexpected()
    }

    fn generator_expression(&mut self, elt: ExprId, start: Span) -> Result<ExprId> {
        let generators = self.generators_of(elt)?;
        self.expect(TokenKind::RightParen)?;
        Ok(self.expr(ExprKind::GeneratorExp { elt, generators }, start))
    }

    fn tuple(&mut self, first: ExprId, start: Span) -> Result<ExprId> {
        let elts = self.elements(first, TokenKind::RightParen)?;
        self.expect(TokenKind::RightParen)?;
        Ok(self.expr(ExprKind::Tuple { elts, ctx: Context::Load }, start))
    }

    /// The elements of a display of which the first was read, up to what closes it.
    fn elements(&mut self, first: ExprId, close: TokenKind) -> Result<List<ExprId>> {
        let mark = self.stacks.exprs.len();
        self.stacks.exprs.push(first);
        while self.eat(TokenKind::Comma) {
            if self.at(close) {
                break;
            }
            let elt = self.star_named_expression()?;
            self.stacks.exprs.push(elt);
        }
        if self.at_comprehension() && close != TokenKind::RightParen {
            let span = self.ast[first].span;
            return self
                .refuse("did you forget parentheses around the comprehension target?", self.span(span));
        }
        Ok(self.take_exprs(mark))
    }

    /// A list or a list comprehension.
    pub(super) fn list(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        if self.eat(TokenKind::RightBracket) {
            return Ok(self.expr(ExprKind::List { elts: List::EMPTY, ctx: Context::Load }, start));
        }
        let first = self.star_named_expression()?;
        let kind = if self.at_comprehension() {
            ExprKind::ListComp { elt: first, generators: self.generators_of(first)? }
        } else {
            let elts = self.elements(first, TokenKind::RightBracket)?;
            ExprKind::List { elts, ctx: Context::Load }
        };
        self.expect(TokenKind::RightBracket)?;
        Ok(self.expr(kind, start))
    }

    /// A dict, a set, or a comprehension of either.
    pub(super) fn braces(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        let kind = match self.kind() {
            TokenKind::RightBrace => ExprKind::Dict { keys: List::EMPTY, values: List::EMPTY },
            TokenKind::DoubleStar => self.dict_from_unpacking()?,
            _ => {
                let first = self.star_named_expression()?;
                if self.at(TokenKind::Colon) { self.dict_from_key(first)? } else { self.set(first)? }
            }
        };
        self.expect(TokenKind::RightBrace)?;
        Ok(self.expr(kind, start))
    }

    fn set(&mut self, first: ExprId) -> Result<ExprKind> {
        if self.at_comprehension() {
            return Ok(ExprKind::SetComp { elt: first, generators: self.generators_of(first)? });
        }
        Ok(ExprKind::Set { elts: self.elements(first, TokenKind::RightBrace)? })
    }

    /// `{**a, …}`, or `{**a for …}`, where more than an operand may follow the stars.
    fn dict_from_unpacking(&mut self) -> Result<ExprKind> {
        let stars = self.start();
        self.bump();
        let operand = self.start();
        let mut value = self.deeper(Self::bitwise_or)?;
        if matches!(self.kind(), TokenKind::Comma | TokenKind::RightBrace) {
            return self.dict(None, value);
        }
        if !self.grammar.unpacking_comprehensions() {
            if self.at_comprehension() {
                self.generators()?;
                return self.refuse("dict unpacking cannot be used in dict comprehension", stars);
            }
            return self.unexpected();
        }
        value = self.expression_after(value, operand)?;
        if self.at(TokenKind::Colon) && self.kind_after(1) != TokenKind::RightBrace {
            return self.refuse("cannot use dict unpacking in a dictionary key", self.span(stars));
        }
        if !self.at_comprehension() {
            return self.unexpected();
        }
        Ok(ExprKind::DictComp { key: value, value: None, generators: self.generators()? })
    }

    /// `{key: …}` from the colon on.
    fn dict_from_key(&mut self, key: ExprId) -> Result<ExprKind> {
        let bare = match self.ast[key].kind {
            ExprKind::NamedExpr { .. } => self.ends_with(key),
            ExprKind::Starred { .. } => true,
            _ => false,
        };
        if bare {
            return self.unexpected();
        }
        self.bump();
        let value = self.dict_value()?;
        if self.at_comprehension() {
            let generators = self.generators()?;
            return Ok(ExprKind::DictComp { key, value: Some(value), generators });
        }
        self.dict(Some(key), value)
    }

    /// Whether what was read last is the end of the expression itself, not of parentheses around it.
    pub(super) fn ends_with(&self, expr: ExprId) -> bool {
        let span = self.ast[expr].span;
        (span.end_line, span.end_col) == self.end
    }

    fn dict_value(&mut self) -> Result<ExprId> {
        match self.kind() {
            TokenKind::Star => {
                let message = "cannot use a starred expression in a dictionary value";
                self.refuse(message, self.start())
            }
            TokenKind::RightBrace | TokenKind::Comma => {
                self.refuse("expression expected after dictionary key and ':'", self.start())
            }
            _ => self.expression(),
        }
    }

    /// The rest of a dict of which the first item was read.
    fn dict(&mut self, key: Option<ExprId>, value: ExprId) -> Result<ExprKind> {
        let marks = (self.stacks.optional_exprs.len(), self.stacks.exprs.len());
        self.stacks.optional_exprs.push(key);
        self.stacks.exprs.push(value);
        while self.eat(TokenKind::Comma) && !self.at(TokenKind::RightBrace) {
            let (key, value) = self.dict_item()?;
            self.stacks.optional_exprs.push(key);
            self.stacks.exprs.push(value);
        }
        let keys = super::take(&mut self.ast, &mut self.stacks.optional_exprs, marks.0);
        let values = self.take_exprs(marks.1);
        Ok(ExprKind::Dict { keys, values })
    }

    fn dict_item(&mut self) -> Result<(Option<ExprId>, ExprId)> {
        if self.eat(TokenKind::DoubleStar) {
            return Ok((None, self.deeper(Self::bitwise_or)?));
        }
        let key = self.expression()?;
        if !self.eat(TokenKind::Colon) {
            if matches!(self.kind(), TokenKind::RightBrace | TokenKind::Comma) {
                return self.refuse("':' expected after dictionary key", self.ast[key].span);
            }
            return self.unexpected();
        }
        Ok((Some(key), self.dict_value()?))
    }
}
