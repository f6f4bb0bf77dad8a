//! What CPython looks for once a statement does not fit: what was probably meant.
//!
//! All of this runs on the way to an error. It reads the statement again from a token on, in the order in which CPython
//! does, and gives nothing if it has no better error than the one at hand.

use super::Parser;
use crate::ast::{CmpOp, Context, ExprId, ExprKind};
use crate::error::{Failure, Result};
use crate::lexer::token::TokenKind;
use crate::symbol::names;

impl Parser<'_> {
    /// An assignment to what cannot be assigned to, in the statement that begins with the token `first`. CPython takes it for a
    /// tuple of comparisons, of which one was written with `=`.
    pub(super) fn assignment_mistake(&mut self, first: usize) -> Result<()> {
        self.next = first;
        loop {
            if self.eat(TokenKind::Star) {
                self.bitwise_or()?;
            } else if self.comparison_mistake()? {
                return Ok(());
            }
            if !self.eat(TokenKind::Comma) || !self.starts_expression() {
                return Ok(());
            }
        }
    }

    /// Reads an expression, and refuses it if `=` and another one follow. Gives whether `=` follows.
    fn comparison_mistake(&mut self) -> Result<bool> {
        let (start, first) = (self.start(), self.next);
        let left = self.quietly(Self::bitwise_or)?;
        let Some(left) = left.filter(|_| self.at(TokenKind::Equal)) else {
            self.next = first;
            self.named_expression()?;
            return Ok(self.at(TokenKind::Equal));
        };
        let is_name = self.next == first + 1 && self.tokens[first].kind == TokenKind::Name;
        self.bump();
        let compared = self.quietly(Self::bitwise_or)?.is_some()
            && !matches!(self.kind(), TokenKind::Equal | TokenKind::ColonEqual);
        if compared && is_name {
            let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            return self.refuse(message, self.span(start));
        }
        if compared && !self.is_display(first)? {
            let what = self.describe(self.ast[left].kind);
            let message = format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?");
            return self.refuse(message, self.ast[left].span);
        }
        Ok(true)
    }

    /// Whether a list, a tuple, a generator expression or a constant with a name stands at a token.
    fn is_display(&mut self, place: usize) -> Result<bool> {
        self.next = place;
        Ok(match self.kind() {
            TokenKind::KwNone | TokenKind::KwTrue | TokenKind::KwFalse => true,
            TokenKind::LeftParen | TokenKind::LeftBracket => {
                let atom = self.quietly(Self::atom)?.map(|atom| self.ast[atom].kind);
                matches!(
                    atom,
                    Some(ExprKind::List { .. } | ExprKind::Tuple { .. } | ExprKind::GeneratorExp { .. })
                )
            }
            _ => false,
        })
    }

    /// Expressions from a token on of which one cannot be deleted.
    pub(super) fn deletion_mistake(&mut self, first: usize) -> Result<()> {
        self.next = first;
        match self.quietly(Self::star_expressions)? {
            Some(targets) => self.make_deleted(targets),
            None => Ok(()),
        }
    }

    /// Expressions from a token on of which one cannot be the target of a `for`.
    pub(super) fn loop_mistake(&mut self, first: usize) -> Result<()> {
        self.next = first;
        let Some(targets) = self.quietly(Self::star_expressions)? else { return Ok(()) };
        match self.ast[targets].kind {
            ExprKind::Compare { left, ops, .. } if self.ast[ops].first() == Some(&CmpOp::In) => {
                self.make_assigned(left)
            }
            ExprKind::Compare { .. } => Ok(()),
            _ => self.make_assigned(targets),
        }
    }

    /// An expression behind `as`, from a token on, that cannot be assigned to.
    pub(super) fn with_mistake(&mut self, first: usize) -> Result<()> {
        self.next = first;
        let target = self.quietly(Self::expression)?;
        let ends = matches!(self.kind(), TokenKind::Comma | TokenKind::RightParen | TokenKind::Colon);
        target.filter(|_| ends).map_or(Ok(()), |target| self.make_assigned(target))
    }

    /// `print x` and `exec x`, as Python 2 had them, where the token `first` was read as an expression.
    pub(super) fn check_print_statement(&mut self, first: usize) -> Result<()> {
        let begin = self.tokens[first];
        let Some(word) = begin.symbol.filter(|word| [names::PRINT, names::EXEC].contains(word)) else {
            return Ok(());
        };
        if self.next != first + 1 {
            return Ok(());
        }
        let (next, end, lengths) = (self.next, self.end, self.stacks.lengths());
        if self.quietly(Self::star_expressions)?.is_some() {
            let word = self.symbols.lossy(word);
            let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
            return self.refuse(message, self.span(begin.span));
        }
        (self.next, self.end) = (next, end);
        self.stacks.truncate(lengths);
        Ok(())
    }

    /// What a rule reads; nothing if it does not apply. What CPython has a message of its own for is an error.
    fn quietly(&mut self, rule: fn(&mut Self) -> Result<ExprId>) -> Result<Option<ExprId>> {
        match rule(self) {
            Ok(expr) => Ok(Some(expr)),
            Err(Failure::Syntax(error)) if error.message == "invalid syntax" => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Whether an error is one of those that a mistake may replace.
    pub(super) fn is_replaceable(failure: &Failure, context: Context) -> bool {
        let Failure::Syntax(error) = failure else { return false };
        let prefix = if context == Context::Del { "cannot delete " } else { "cannot assign to " };
        error.message == "invalid syntax" || error.message.starts_with(prefix)
    }
}
