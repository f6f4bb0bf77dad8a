//! Expressions, from the loosest operator to the tightest.

use super::Parser;
use crate::ast::{BoolOp, CmpOp, Context, ExprId, ExprKind, List, Operator, UnaryOp};
use crate::error::Result;
use crate::lexer::token::TokenKind;
use crate::span::Span;
use crate::symbol::names;

impl Parser<'_> {
    /// Whether the next token can begin `star_expressions`.
    pub(super) fn starts_expression(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Name
                | TokenKind::Number
                | TokenKind::String
                | TokenKind::FStringStart
                | TokenKind::TStringStart
                | TokenKind::LeftParen
                | TokenKind::LeftBracket
                | TokenKind::LeftBrace
                | TokenKind::Ellipsis
                | TokenKind::Star
                | TokenKind::Plus
                | TokenKind::Minus
                | TokenKind::Tilde
                | TokenKind::KwNone
                | TokenKind::KwTrue
                | TokenKind::KwFalse
                | TokenKind::KwNot
                | TokenKind::KwLambda
                | TokenKind::KwAwait
                // Not a beginning, but what is wrong is told by who reads it.
                | TokenKind::Error
        )
    }

    /// `yield …`, or expressions of which some may be unpacked.
    pub(super) fn yield_or_star_expressions(&mut self) -> Result<ExprId> {
        if self.at(TokenKind::KwYield) { self.yield_expression() } else { self.star_expressions() }
    }

    pub(super) fn yield_expression(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        let kind = if self.eat(TokenKind::KwFrom) {
            ExprKind::YieldFrom { value: self.expression()? }
        } else {
            ExprKind::Yield { value: self.optional_star_expressions()? }
        };
        Ok(self.expr(kind, start))
    }

    /// One expression, or a tuple without parentheses; each may be unpacked.
    pub(super) fn star_expressions(&mut self) -> Result<ExprId> {
        self.tuple_of(Self::star_expression)
    }

    fn tuple_of(&mut self, element: fn(&mut Self) -> Result<ExprId>) -> Result<ExprId> {
        let start = self.start();
        let first = element(self)?;
        if self.at(TokenKind::Comma) { self.tuple_rest(first, start, element) } else { Ok(first) }
    }

    /// The rest of a tuple without parentheses, from its first comma on.
    pub(super) fn tuple_rest(
        &mut self,
        first: ExprId,
        start: Span,
        element: fn(&mut Self) -> Result<ExprId>,
    ) -> Result<ExprId> {
        let mark = self.stacks.exprs.len();
        self.stacks.exprs.push(first);
        while self.eat(TokenKind::Comma) {
            if !self.starts_expression() {
                break;
            }
            let elt = element(self)?;
            self.stacks.exprs.push(elt);
        }
        let elts = self.take_exprs(mark);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: Context::Load }, start))
    }

    /// `*bitwise_or` or an expression.
    pub(super) fn star_expression(&mut self) -> Result<ExprId> {
        if self.at(TokenKind::Star) { self.starred() } else { self.expression() }
    }

    /// `*bitwise_or` or an expression, which may be named.
    pub(super) fn star_named_expression(&mut self) -> Result<ExprId> {
        if self.at(TokenKind::Star) { self.starred() } else { self.named_expression() }
    }

    fn starred(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        let value = self.deeper(Self::bitwise_or)?;
        Ok(self.expr(ExprKind::Starred { value, ctx: Context::Load }, start))
    }

    /// `name := expression` or an expression.
    pub(super) fn named_expression(&mut self) -> Result<ExprId> {
        if self.at(TokenKind::Name) && self.kind_after(1) == TokenKind::ColonEqual {
            return self.assignment_expression();
        }
        let value = self.expression()?;
        if self.at(TokenKind::ColonEqual) {
            let what = self.describe(self.ast[value].kind);
            let span = self.ast[value].span;
            return self.refuse(format!("cannot use assignment expressions with {what}"), span);
        }
        Ok(value)
    }

    fn assignment_expression(&mut self) -> Result<ExprId> {
        let start = self.start();
        let id = self.name()?;
        let target = self.expr(ExprKind::Name { id, ctx: Context::Store }, start);
        self.expect(TokenKind::ColonEqual)?;
        let value = self.expression()?;
        Ok(self.expr(ExprKind::NamedExpr { target, value }, start))
    }

    /// A conditional expression, a lambda, or anything tighter.
    pub(super) fn expression(&mut self) -> Result<ExprId> {
        self.deeper(|parser| {
            if parser.at(TokenKind::KwLambda) {
                return parser.lambda();
            }
            let start = parser.start();
            let first = parser.next;
            let body = parser.disjunction()?;
            if parser.starts_operand() {
                parser.check_print_statement(first)?;
                parser.check_missing_comma(first)?;
            }
            parser.conditional_rest(body, start)
        })
    }

    /// Whether the next token can begin an expression and not go on with one.
    fn starts_operand(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Name
                | TokenKind::Number
                | TokenKind::String
                | TokenKind::FStringStart
                | TokenKind::TStringStart
                | TokenKind::LeftBrace
                | TokenKind::Ellipsis
                | TokenKind::Tilde
                | TokenKind::KwNone
                | TokenKind::KwTrue
                | TokenKind::KwFalse
                | TokenKind::KwLambda
                | TokenKind::KwAwait
        )
    }

    /// Two expressions side by side within brackets: CPython asks for the comma, where the first one begins.
    fn check_missing_comma(&mut self, first: usize) -> Result<()> {
        let begin = self.tokens[first];
        let soft = [
            names::MATCH,
            names::CASE,
            names::TYPE,
            names::UNDERSCORE,
            names::LAZY,
            names::PRINT,
            names::EXEC,
        ];
        let excluded = begin.symbol.is_some_and(|symbol| soft.contains(&symbol))
            || begin.kind == TokenKind::Name && self.tokens[first + 1].kind == TokenKind::String;
        if excluded || self.open_brackets() == 0 {
            return Ok(());
        }
        let second = self.attempt(|parser| {
            parser.expression()?;
            Ok(Some(parser.span(begin.span)))
        })?;
        match second {
            Some(span) => self.refuse("invalid syntax. Perhaps you forgot a comma?", span),
            None => Ok(()),
        }
    }

    /// Goes on with an operand that was read, as far as an expression goes.
    pub(super) fn expression_after(&mut self, operand: ExprId, start: Span) -> Result<ExprId> {
        let compared = self.comparison_rest(operand, start)?;
        let and = self.bool_rest(compared, start, BoolOp::And)?;
        let or = self.bool_rest(and, start, BoolOp::Or)?;
        self.conditional_rest(or, start)
    }

    fn conditional_rest(&mut self, body: ExprId, start: Span) -> Result<ExprId> {
        if !self.eat(TokenKind::KwIf) {
            return Ok(body);
        }
        let test = self.disjunction()?;
        if !self.eat(TokenKind::KwElse) {
            if self.at(TokenKind::Colon) {
                return self.unexpected();
            }
            let span = self.span(start);
            return self.refuse("expected 'else' after 'if' expression", span);
        }
        let orelse = self.expression()?;
        Ok(self.expr(ExprKind::IfExp { test, body, orelse }, start))
    }

    fn lambda(&mut self) -> Result<ExprId> {
        let start = self.start();
        self.bump();
        let args = self.parameters(TokenKind::Colon)?;
        self.expect(TokenKind::Colon)?;
        let body = self.expression()?;
        Ok(self.expr(ExprKind::Lambda { args, body }, start))
    }

    /// `or` and anything tighter.
    pub(super) fn disjunction(&mut self) -> Result<ExprId> {
        let start = self.start();
        let first = self.conjunction()?;
        self.bool_rest(first, start, BoolOp::Or)
    }

    fn conjunction(&mut self) -> Result<ExprId> {
        let start = self.start();
        let first = self.inversion()?;
        self.bool_rest(first, start, BoolOp::And)
    }

    fn bool_rest(&mut self, first: ExprId, start: Span, op: BoolOp) -> Result<ExprId> {
        let token = match op {
            BoolOp::And => TokenKind::KwAnd,
            BoolOp::Or => TokenKind::KwOr,
        };
        if !self.at(token) {
            return Ok(first);
        }
        let mark = self.stacks.exprs.len();
        self.stacks.exprs.push(first);
        while self.eat(token) {
            let value = match op {
                BoolOp::And => self.inversion()?,
                BoolOp::Or => self.conjunction()?,
            };
            self.stacks.exprs.push(value);
        }
        let values = self.take_exprs(mark);
        Ok(self.expr(ExprKind::BoolOp { op, values }, start))
    }

    fn inversion(&mut self) -> Result<ExprId> {
        let start = self.start();
        if self.eat(TokenKind::KwNot) {
            let operand = self.deeper(Self::inversion)?;
            return Ok(self.expr(ExprKind::UnaryOp { op: UnaryOp::Not, operand }, start));
        }
        let left = self.bitwise_or()?;
        self.comparison_rest(left, start)
    }

    fn comparison_rest(&mut self, left: ExprId, start: Span) -> Result<ExprId> {
        let Some(op) = self.comparison_operator()? else {
            return Ok(left);
        };
        let marks = (self.stacks.cmp_ops.len(), self.stacks.exprs.len());
        let mut next = Some(op);
        while let Some(op) = next {
            let right = self.bitwise_or()?;
            self.stacks.cmp_ops.push(op);
            self.stacks.exprs.push(right);
            next = self.comparison_operator()?;
        }
        let ops = super::take(&mut self.ast, &mut self.stacks.cmp_ops, marks.0);
        let comparators: List<ExprId> = self.take_exprs(marks.1);
        Ok(self.expr(ExprKind::Compare { left, ops, comparators }, start))
    }

    /// Reads an operator of comparisons, if there is one.
    fn comparison_operator(&mut self) -> Result<Option<CmpOp>> {
        let op = match self.kind() {
            TokenKind::EqEqual => CmpOp::Eq,
            TokenKind::NotEqual if self.flufl => {
                let message = "with Barry as BDFL, use '<>' instead of '!='";
                return self.refuse(message, self.start());
            }
            TokenKind::NotEqual => CmpOp::NotEq,
            TokenKind::LessGreater if self.flufl => CmpOp::NotEq,
            TokenKind::Less => CmpOp::Lt,
            TokenKind::LessEqual => CmpOp::LtE,
            TokenKind::Greater => CmpOp::Gt,
            TokenKind::GreaterEqual => CmpOp::GtE,
            TokenKind::KwIn => CmpOp::In,
            TokenKind::KwNot if self.kind_after(1) == TokenKind::KwIn => {
                self.bump();
                CmpOp::NotIn
            }
            TokenKind::KwIs if self.kind_after(1) == TokenKind::KwNot => {
                self.bump();
                CmpOp::IsNot
            }
            TokenKind::KwIs => CmpOp::Is,
            _ => return Ok(None),
        };
        self.bump();
        Ok(Some(op))
    }

    /// `|` and anything tighter.
    pub(super) fn bitwise_or(&mut self) -> Result<ExprId> {
        self.binary(0)
    }

    /// Operators that bind at least this tight; those of one level group to the left.
    fn binary(&mut self, least: u8) -> Result<ExprId> {
        let start = self.start();
        let mut left = self.factor()?;
        while let Some((op, level)) = binary_operator(self.kind()) {
            if level < least {
                break;
            }
            self.bump();
            let right = self.binary(level + 1)?;
            left = self.expr(ExprKind::BinOp { left, op, right }, start);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<ExprId> {
        let op = match self.kind() {
            TokenKind::Plus => UnaryOp::UAdd,
            TokenKind::Minus => UnaryOp::USub,
            TokenKind::Tilde => UnaryOp::Invert,
            _ => return self.power(),
        };
        let start = self.start();
        self.bump();
        if self.at(TokenKind::KwNot) {
            let not = self.start();
            let operand = self.inversion()?;
            let span = not.to(self.ast[operand].span);
            return self.refuse("'not' after an operator must be parenthesized", span);
        }
        let operand = self.deeper(Self::factor)?;
        Ok(self.expr(ExprKind::UnaryOp { op, operand }, start))
    }

    fn power(&mut self) -> Result<ExprId> {
        let start = self.start();
        let left = if self.eat(TokenKind::KwAwait) {
            let value = self.primary()?;
            self.expr(ExprKind::Await { value }, start)
        } else {
            self.primary()?
        };
        if !self.eat(TokenKind::DoubleStar) {
            return Ok(left);
        }
        let right = self.deeper(Self::factor)?;
        Ok(self.expr(ExprKind::BinOp { left, op: Operator::Pow, right }, start))
    }
}

/// The operator and how tight it binds.
fn binary_operator(kind: TokenKind) -> Option<(Operator, u8)> {
    Some(match kind {
        TokenKind::Bar => (Operator::BitOr, 0),
        TokenKind::Circumflex => (Operator::BitXor, 1),
        TokenKind::Amper => (Operator::BitAnd, 2),
        TokenKind::LeftShift => (Operator::LShift, 3),
        TokenKind::RightShift => (Operator::RShift, 3),
        TokenKind::Plus => (Operator::Add, 4),
        TokenKind::Minus => (Operator::Sub, 4),
        TokenKind::Star => (Operator::Mult, 5),
        TokenKind::Slash => (Operator::Div, 5),
        TokenKind::DoubleSlash => (Operator::FloorDiv, 5),
        TokenKind::Percent => (Operator::Mod, 5),
        TokenKind::At => (Operator::MatMult, 5),
        _ => return None,
    })
}
