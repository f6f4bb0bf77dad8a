//! `for … in … if …` of comprehensions.

use super::Parser;
use crate::ast::{Comprehension, ExprId, ExprKind, List};
use crate::error::Result;
use crate::lexer::token::TokenKind;

impl Parser<'_> {
    /// Whether the next token begins the first `for` of a comprehension.
    pub(super) fn at_comprehension(&self) -> bool {
        match self.kind() {
            TokenKind::KwFor => true,
            TokenKind::KwAsync => self.kind_after(1) == TokenKind::KwFor,
            _ => false,
        }
    }

    /// What follows the element of a list, a set or a generator. An element that is unpacked is for releases that know
    /// PEP 798.
    pub(super) fn generators_of(&mut self, elt: ExprId) -> Result<List<Comprehension>> {
        let generators = self.generators()?;
        let starred = matches!(self.ast[elt].kind, ExprKind::Starred { .. });
        if starred && !self.grammar.unpacking_comprehensions() {
            let span = self.ast[elt].span;
            return self.refuse("iterable unpacking cannot be used in comprehension", span);
        }
        Ok(generators)
    }

    pub(super) fn generators(&mut self) -> Result<List<Comprehension>> {
        let first = self.generator()?;
        if !self.at_comprehension() {
            return Ok(self.ast.add_list(&[first]));
        }
        let mut generators = vec![first];
        while self.at_comprehension() {
            generators.push(self.generator()?);
        }
        Ok(self.ast.add_list(&generators))
    }

    fn generator(&mut self) -> Result<Comprehension> {
        let is_async = self.eat(TokenKind::KwAsync);
        self.expect(TokenKind::KwFor)?;
        let target = self.star_targets()?;
        if !self.eat(TokenKind::KwIn) {
            return self.refuse("'in' expected after for-loop variables", self.start());
        }
        let iter = self.disjunction()?;
        let mark = self.stacks.exprs.len();
        while self.eat(TokenKind::KwIf) {
            let condition = self.disjunction()?;
            self.stacks.exprs.push(condition);
        }
        let ifs = self.take_exprs(mark);
        Ok(Comprehension { target, iter, ifs, is_async })
    }
}
