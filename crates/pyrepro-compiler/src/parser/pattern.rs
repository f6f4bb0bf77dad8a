//! `match` and its patterns.

use super::Parser;
use super::compound::Header;
use crate::ast::{
    Context, ExprId, ExprKind, List, MatchCase, Operator, PatternId, PatternKind, StmtId, StmtKind, UnaryOp,
};
use crate::constant::{Const, ConstId};
use crate::error::Result;
use crate::lexer::token::TokenKind;
use crate::span::Span;
use crate::symbol::{Symbol, names};

impl Parser<'_> {
    /// A `match` statement, if the line is the head of one: `match` is a name otherwise.
    pub(super) fn match_statement(&mut self) -> Result<Option<StmtId>> {
        if !self.at_word(names::MATCH) {
            return Ok(None);
        }
        let start = self.start();
        // No other statement has a colon at the end of its line here.
        let subject = self.attempt(|parser| {
            parser.bump();
            let subject = parser.subject()?;
            let head = parser.eat(TokenKind::Colon) && parser.eat(TokenKind::Newline);
            Ok(head.then_some(subject))
        })?;
        let Some(subject) = subject else {
            return Ok(None);
        };
        if !self.eat(TokenKind::Indent) {
            return self.no_block(Header { name: "'match' statement", start });
        }
        let mut cases = Vec::new();
        while !self.eat(TokenKind::Dedent) {
            cases.push(self.case()?);
        }
        let cases = self.ast.add_list(&cases);
        Ok(Some(self.stmt(StmtKind::Match { subject, cases }, start)))
    }

    fn subject(&mut self) -> Result<ExprId> {
        let start = self.start();
        let first = self.star_named_expression()?;
        if self.at(TokenKind::Comma) {
            return self.tuple_rest(first, start, Self::star_named_expression);
        }
        if matches!(self.ast[first].kind, ExprKind::Starred { .. }) {
            return self.unexpected();
        }
        Ok(first)
    }

    fn case(&mut self) -> Result<MatchCase> {
        let start = self.start();
        if !self.at_word(names::CASE) {
            return self.unexpected();
        }
        self.bump();
        let pattern = self.patterns()?;
        let guard = if self.eat(TokenKind::KwIf) { Some(self.named_expression()?) } else { None };
        let body = self.block(Header { name: "'case' statement", start })?;
        Ok(MatchCase { pattern, guard, body })
    }

    /// One pattern, or a sequence without brackets.
    fn patterns(&mut self) -> Result<PatternId> {
        let start = self.start();
        let (first, starred) = self.maybe_star_pattern()?;
        if !self.at(TokenKind::Comma) {
            return if starred { self.unexpected() } else { Ok(first) };
        }
        let patterns = self.sequence_rest(first, TokenKind::Colon)?;
        Ok(self.pattern_node(PatternKind::MatchSequence { patterns }, start))
    }

    /// The elements of a sequence of which the first was read.
    fn sequence_rest(&mut self, first: PatternId, close: TokenKind) -> Result<List<PatternId>> {
        let mark = self.stacks.patterns.len();
        self.stacks.patterns.push(first);
        while self.eat(TokenKind::Comma) {
            // A guard ends an open sequence as well.
            if self.at(close) || self.at(TokenKind::KwIf) {
                break;
            }
            let (pattern, _) = self.maybe_star_pattern()?;
            self.stacks.patterns.push(pattern);
        }
        Ok(self.take_patterns(mark))
    }

    /// A pattern, and whether it is `*name`.
    fn maybe_star_pattern(&mut self) -> Result<(PatternId, bool)> {
        let start = self.start();
        if !self.eat(TokenKind::Star) {
            return Ok((self.pattern()?, false));
        }
        let name = if self.at_word(names::UNDERSCORE) {
            self.bump();
            None
        } else {
            Some(self.capture_target()?)
        };
        Ok((self.pattern_node(PatternKind::MatchStar { name }, start), true))
    }

    /// `or_pattern`, perhaps with a name for it.
    fn pattern(&mut self) -> Result<PatternId> {
        self.deeper(|parser| {
            let start = parser.start();
            let pattern = parser.or_pattern()?;
            if !parser.eat(TokenKind::KwAs) {
                return Ok(pattern);
            }
            if parser.at_word(names::UNDERSCORE) {
                return parser.refuse("cannot use '_' as a target", parser.start());
            }
            let name = Some(parser.capture_target()?);
            Ok(parser.pattern_node(PatternKind::MatchAs { pattern: Some(pattern), name }, start))
        })
    }

    fn or_pattern(&mut self) -> Result<PatternId> {
        let start = self.start();
        let first = self.closed_pattern()?;
        if !self.at(TokenKind::Bar) {
            return Ok(first);
        }
        let mark = self.stacks.patterns.len();
        self.stacks.patterns.push(first);
        while self.eat(TokenKind::Bar) {
            let pattern = self.closed_pattern()?;
            self.stacks.patterns.push(pattern);
        }
        let patterns = self.take_patterns(mark);
        Ok(self.pattern_node(PatternKind::MatchOr { patterns }, start))
    }

    fn closed_pattern(&mut self) -> Result<PatternId> {
        let start = self.start();
        let kind = match self.kind() {
            TokenKind::Number
            | TokenKind::Minus
            | TokenKind::Plus
            | TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::TStringStart => PatternKind::MatchValue { value: self.literal()? },
            TokenKind::KwNone => self.singleton(ConstId::NONE),
            TokenKind::KwTrue => self.singleton(ConstId::TRUE),
            TokenKind::KwFalse => self.singleton(ConstId::FALSE),
            TokenKind::Name => self.name_pattern(start)?,
            TokenKind::LeftParen => return self.parenthesized_pattern(start),
            TokenKind::LeftBracket => self.bracketed_pattern()?,
            TokenKind::LeftBrace => self.mapping_pattern()?,
            _ => return self.unexpected(),
        };
        Ok(self.pattern_node(kind, start))
    }

    fn pattern_node(&mut self, kind: PatternKind, start: Span) -> PatternId {
        let span = self.span(start);
        self.ast.pattern(kind, span)
    }

    fn singleton(&mut self, value: ConstId) -> PatternKind {
        self.bump();
        PatternKind::MatchSingleton { value }
    }

    /// A number with a sign, a complex number, or strings.
    fn literal(&mut self) -> Result<ExprId> {
        match self.kind() {
            TokenKind::Number | TokenKind::Minus | TokenKind::Plus => {}
            TokenKind::String | TokenKind::FStringStart | TokenKind::TStringStart => return self.strings(),
            _ => return self.unexpected(),
        }
        let start = self.start();
        let left = self.signed_number()?;
        let op = match self.kind() {
            TokenKind::Plus => Operator::Add,
            TokenKind::Minus => Operator::Sub,
            _ => return Ok(left),
        };
        if self.is_imaginary(left) {
            return self.refuse("real number required in complex literal", self.ast[left].span);
        }
        self.bump();
        let right_start = self.start();
        let kind = self.plain_number()?;
        let right = self.expr(kind, right_start);
        if !self.is_imaginary(right) {
            return self.refuse("imaginary number required in complex literal", self.ast[right].span);
        }
        Ok(self.expr(ExprKind::BinOp { left, op, right }, start))
    }

    fn signed_number(&mut self) -> Result<ExprId> {
        let start = self.start();
        let op = match self.kind() {
            TokenKind::Minus => Some(UnaryOp::USub),
            TokenKind::Plus if self.grammar.positive_literal_patterns() => Some(UnaryOp::UAdd),
            _ => None,
        };
        if op.is_some() {
            self.bump();
        }
        let number_start = self.start();
        let kind = self.plain_number()?;
        let operand = self.expr(kind, number_start);
        Ok(match op {
            Some(op) => self.expr(ExprKind::UnaryOp { op, operand }, start),
            None => operand,
        })
    }

    fn plain_number(&mut self) -> Result<ExprKind> {
        if self.at(TokenKind::Number) { self.number() } else { self.unexpected() }
    }

    fn is_imaginary(&self, expr: ExprId) -> bool {
        match self.ast[expr].kind {
            ExprKind::UnaryOp { operand, .. } => self.is_imaginary(operand),
            ExprKind::Constant { value, .. } => matches!(self.constants[value], Const::Complex(..)),
            _ => false,
        }
    }

    /// A name that is bound: not `_`, and nothing behind it that makes it a value.
    fn capture_target(&mut self) -> Result<Symbol> {
        if self.at_word(names::UNDERSCORE) {
            return self.unexpected();
        }
        let name = self.name()?;
        if matches!(self.kind(), TokenKind::Dot | TokenKind::LeftParen | TokenKind::Equal) {
            return self.unexpected();
        }
        Ok(name)
    }

    /// `_`, a capture, a dotted value, or a class.
    fn name_pattern(&mut self, start: Span) -> Result<PatternKind> {
        if self.at_word(names::UNDERSCORE) {
            self.bump();
            return Ok(PatternKind::MatchAs { pattern: None, name: None });
        }
        if !matches!(self.kind_after(1), TokenKind::Dot | TokenKind::LeftParen | TokenKind::Equal) {
            return Ok(PatternKind::MatchAs { pattern: None, name: Some(self.name()?) });
        }
        let value = self.name_or_attribute(start)?;
        if self.at(TokenKind::LeftParen) {
            return self.class_pattern(value);
        }
        if self.at(TokenKind::Equal) || matches!(self.ast[value].kind, ExprKind::Name { .. }) {
            return self.unexpected();
        }
        Ok(PatternKind::MatchValue { value })
    }

    fn name_or_attribute(&mut self, start: Span) -> Result<ExprId> {
        let id = self.name()?;
        let mut value = self.expr(ExprKind::Name { id, ctx: Context::Load }, start);
        while self.eat(TokenKind::Dot) {
            let attr = self.name()?;
            value = self.expr(ExprKind::Attribute { value, attr, ctx: Context::Load }, start);
        }
        Ok(value)
    }

    fn class_pattern(&mut self, cls: ExprId) -> Result<PatternKind> {
        self.bump();
        let mark = self.stacks.patterns.len();
        let mut attrs: Vec<Symbol> = Vec::new();
        let mut positional = 0;
        while !self.at(TokenKind::RightParen) {
            if self.at(TokenKind::Name) && self.kind_after(1) == TokenKind::Equal {
                attrs.push(self.name()?);
                self.bump();
            } else if attrs.is_empty() {
                positional += 1;
            } else {
                let start = self.start();
                self.pattern()?;
                return self.refuse("positional patterns follow keyword patterns", self.span(start));
            }
            let pattern = self.pattern()?;
            self.stacks.patterns.push(pattern);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParen)?;
        let kwd_patterns = self.take_patterns(mark + positional);
        let patterns = self.take_patterns(mark);
        let kwd_attrs = self.ast.add_list(&attrs);
        Ok(PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns })
    }

    /// A pattern in parentheses, or a sequence.
    fn parenthesized_pattern(&mut self, start: Span) -> Result<PatternId> {
        self.bump();
        if self.eat(TokenKind::RightParen) {
            return Ok(self.pattern_node(PatternKind::MatchSequence { patterns: List::EMPTY }, start));
        }
        let (first, starred) = self.maybe_star_pattern()?;
        if !starred && self.eat(TokenKind::RightParen) {
            return Ok(first);
        }
        if !self.at(TokenKind::Comma) {
            return self.unexpected();
        }
        let patterns = self.sequence_rest(first, TokenKind::RightParen)?;
        self.expect(TokenKind::RightParen)?;
        Ok(self.pattern_node(PatternKind::MatchSequence { patterns }, start))
    }

    fn bracketed_pattern(&mut self) -> Result<PatternKind> {
        self.bump();
        let patterns = if self.at(TokenKind::RightBracket) {
            List::EMPTY
        } else {
            let (first, _) = self.maybe_star_pattern()?;
            self.sequence_rest(first, TokenKind::RightBracket)?
        };
        self.expect(TokenKind::RightBracket)?;
        Ok(PatternKind::MatchSequence { patterns })
    }

    fn mapping_pattern(&mut self) -> Result<PatternKind> {
        self.bump();
        let marks = (self.stacks.exprs.len(), self.stacks.patterns.len());
        let mut rest = None;
        while !self.at(TokenKind::RightBrace) {
            if self.eat(TokenKind::DoubleStar) {
                let name = self.start();
                rest = Some(self.capture_target()?);
                let name = self.span(name);
                if self.eat(TokenKind::Comma) && self.grammar.tells_of_misplaced_rest() {
                    self.check_nothing_behind_rest(name)?;
                }
                break;
            }
            self.mapping_item()?;
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightBrace)?;
        let keys = self.take_exprs(marks.0);
        let patterns = self.take_patterns(marks.1);
        Ok(PatternKind::MatchMapping { keys, patterns, rest })
    }

    /// Puts a key and its pattern on the stacks.
    fn mapping_item(&mut self) -> Result<()> {
        let key = self.mapping_key()?;
        self.stacks.exprs.push(key);
        self.expect(TokenKind::Colon)?;
        let pattern = self.pattern()?;
        self.stacks.patterns.push(pattern);
        Ok(())
    }

    /// Items behind `**rest` have an error of their own, if they are fine for the rest.
    fn check_nothing_behind_rest(&mut self, rest: Span) -> Result<()> {
        if self.at(TokenKind::RightBrace) {
            return Ok(());
        }
        let place = self.start();
        let mut fine = true;
        while fine && !self.at(TokenKind::RightBrace) {
            let item = self.mapping_item().is_ok();
            fine = item && (self.eat(TokenKind::Comma) || self.at(TokenKind::RightBrace));
        }
        if fine {
            let message =
                "double star pattern must be the last (right-most) subpattern in the mapping pattern";
            return self.refuse(message, rest);
        }
        self.refuse("invalid syntax", place)
    }

    fn mapping_key(&mut self) -> Result<ExprId> {
        let start = self.start();
        let value = match self.kind() {
            TokenKind::KwNone => ConstId::NONE,
            TokenKind::KwTrue => ConstId::TRUE,
            TokenKind::KwFalse => ConstId::FALSE,
            TokenKind::Name if self.kind_after(1) == TokenKind::Dot => return self.name_or_attribute(start),
            TokenKind::Name => return self.unexpected(),
            _ => return self.literal(),
        };
        self.bump();
        Ok(self.expr(ExprKind::Constant { value, unicode: false }, start))
    }
}
