//! The arguments of calls and of classes.

use super::Parser;
use crate::ast::{ExprId, ExprKind, Keyword, List};
use crate::error::Result;
use crate::lexer::token::TokenKind;
use crate::span::Span;

/// What the arguments read so far allow behind them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Positional,
    Keyword,
    DoubleStar,
}

impl Parser<'_> {
    /// `(…)` behind what is called.
    pub(super) fn call(&mut self, func: ExprId) -> Result<ExprKind> {
        let open = self.start();
        self.bump();
        if self.eat(TokenKind::RightParen) {
            return Ok(ExprKind::Call { func, args: List::EMPTY, keywords: List::EMPTY });
        }
        let (args, keywords) = self.arguments(Some(open))?;
        Ok(ExprKind::Call { func, args, keywords })
    }

    /// Arguments and the parenthesis that closes them. With the place of the open one, a generator expression
    /// without parentheses of its own may be the only argument.
    pub(super) fn arguments(&mut self, open: Option<Span>) -> Result<(List<ExprId>, List<Keyword>)> {
        let marks = (self.stacks.exprs.len(), self.stacks.keywords.len());
        let mut order = Order::Positional;
        while !self.at(TokenKind::RightParen) {
            let argument = self.argument(&mut order)?;
            if let Some(argument) = argument {
                let only = self.stacks.exprs.len() == marks.0 && order == Order::Positional;
                if let Some(open) = open
                    && only
                    && self.at_comprehension()
                {
                    let generator = self.generator_argument(argument, open)?;
                    return Ok((self.ast.add_list(&[generator]), List::EMPTY));
                }
                self.stacks.exprs.push(argument);
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if order == Order::DoubleStar
            && self.at_comprehension()
            && self.stacks.exprs.len() == marks.0
            && let [only] = self.stacks.keywords[marks.1..]
            && self.grammar.unpacking_comprehensions()
        {
            return self.refuse("cannot use dict unpacking in generator expression", only.span);
        }
        if self.at_comprehension()
            && let Some(&last) = self.stacks.exprs.last()
        {
            return self.refuse("Generator expression must be parenthesized", self.ast[last].span);
        }
        self.expect(TokenKind::RightParen)?;
        let args = self.take_exprs(marks.0);
        let keywords = super::take(&mut self.ast, &mut self.stacks.keywords, marks.1);
        Ok((args, keywords))
    }

    /// `f(x for x in y)`: the parentheses of the call are those of the generator expression.
    fn generator_argument(&mut self, elt: ExprId, open: Span) -> Result<ExprId> {
        let generators = self.generators_of(elt)?;
        if self.at(TokenKind::Comma) {
            let span = self.ast[elt].span;
            return self.refuse("Generator expression must be parenthesized", self.span(span));
        }
        self.expect(TokenKind::RightParen)?;
        Ok(self.expr(ExprKind::GeneratorExp { elt, generators }, open))
    }

    /// One argument: a positional one is given, a keyword goes onto its stack.
    fn argument(&mut self, order: &mut Order) -> Result<Option<ExprId>> {
        let start = self.start();
        match self.kind() {
            TokenKind::Star => {
                if *order == Order::DoubleStar {
                    let message = "iterable argument unpacking follows keyword argument unpacking";
                    return self.refuse(message, start);
                }
                let argument = self.starred_expression()?;
                if self.at(TokenKind::Equal) {
                    return self.refuse("cannot assign to iterable argument unpacking", self.span(start));
                }
                Ok(Some(argument))
            }
            TokenKind::DoubleStar => {
                self.bump();
                let value = self.expression()?;
                if self.at(TokenKind::Equal) {
                    return self.refuse("cannot assign to keyword argument unpacking", self.span(start));
                }
                *order = Order::DoubleStar;
                self.push_keyword(None, value, start);
                Ok(None)
            }
            TokenKind::Name if self.kind_after(1) == TokenKind::Equal => {
                let name = self.name()?;
                self.bump();
                if matches!(self.kind(), TokenKind::Comma | TokenKind::RightParen) {
                    return self.refuse("expected argument value expression", self.span(start));
                }
                let value = self.expression()?;
                if *order == Order::Positional {
                    *order = Order::Keyword;
                }
                self.push_keyword(Some(name), value, start);
                Ok(None)
            }
            _ => self.positional(*order, start).map(Some),
        }
    }

    fn push_keyword(&mut self, arg: Option<crate::symbol::Symbol>, value: ExprId, start: Span) {
        let span = self.span(start);
        self.stacks.keywords.push(Keyword { span, arg, value });
    }

    fn positional(&mut self, order: Order, start: Span) -> Result<ExprId> {
        let argument = self.named_expression()?;
        if self.at(TokenKind::Equal) {
            let message = match self.ast[argument].kind {
                ExprKind::Constant { value, .. } if value.is_keyword() => {
                    format!("cannot assign to {}", self.describe(self.ast[argument].kind)).into()
                }
                _ => {
                    let hint = "expression cannot contain assignment, perhaps you meant \"==\"?";
                    std::borrow::Cow::Borrowed(hint)
                }
            };
            let span = start.to(self.start());
            return self.refuse(message, span);
        }
        let message = match order {
            Order::Positional => return Ok(argument),
            Order::Keyword => "positional argument follows keyword argument",
            Order::DoubleStar => "positional argument follows keyword argument unpacking",
        };
        self.last_argument()?;
        self.refuse(message, self.start())
    }

    /// Reads as many arguments as CPython does before it complains of their order: up to the next one that comes too late.
    fn last_argument(&mut self) -> Result<()> {
        let mut had_keyword = false;
        while self.eat(TokenKind::Comma) && !self.at(TokenKind::RightParen) {
            let is_keyword = self.at(TokenKind::DoubleStar) || self.kind_after(1) == TokenKind::Equal;
            let read = self.attempt(|parser| parser.argument(&mut Order::Positional).map(Some))?;
            if read.is_none() || had_keyword && !is_keyword {
                break;
            }
            had_keyword |= is_keyword;
        }
        Ok(())
    }
}
