//! Statements that hold blocks, without definitions and `match`.

use super::Parser;
use crate::ast::{Context, ExceptHandler, ExprId, List, StmtId, StmtKind, WithItem};
use crate::error::{ErrorKind, Failure, Result};
use crate::lexer::token::TokenKind;
use crate::span::Span;

/// What a block belongs to: its name in messages, and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) start: Span,
}

impl Parser<'_> {
    /// A compound statement, if the next token begins one.
    pub(super) fn compound(&mut self) -> Result<Option<StmtId>> {
        let start = self.start();
        Ok(Some(match self.kind() {
            TokenKind::KwIf => self.if_statement()?,
            TokenKind::KwDef => self.function(start, List::EMPTY)?,
            TokenKind::At => self.decorated()?,
            TokenKind::KwClass => self.class(List::EMPTY)?,
            TokenKind::KwFor => self.for_statement(start, false)?,
            TokenKind::KwWhile => self.while_statement()?,
            TokenKind::KwTry => self.try_statement()?,
            TokenKind::KwWith => self.with_statement(start, false)?,
            TokenKind::KwAsync => self.async_statement(start)?,
            TokenKind::Name => return self.match_statement(),
            _ => return Ok(None),
        }))
    }

    fn async_statement(&mut self, start: Span) -> Result<StmtId> {
        match self.kind_after(1) {
            TokenKind::KwDef => self.function(start, List::EMPTY),
            TokenKind::KwFor => {
                self.bump();
                self.for_statement(start, true)
            }
            TokenKind::KwWith => {
                self.bump();
                self.with_statement(start, true)
            }
            _ => {
                self.bump();
                self.unexpected()
            }
        }
    }

    /// A colon and what it begins: the rest of the line, or an indented block.
    pub(super) fn block(&mut self, header: Header) -> Result<List<StmtId>> {
        self.colon(false)?;
        self.block_after_colon(header)
    }

    /// As [`Self::block`], where CPython expects nothing but a colon.
    pub(super) fn block_with_colon(&mut self, header: Header) -> Result<List<StmtId>> {
        self.colon(true)?;
        self.block_after_colon(header)
    }

    fn colon(&mut self, forced: bool) -> Result<()> {
        if self.eat(TokenKind::Colon) {
            return Ok(());
        }
        if forced || self.at(TokenKind::Newline) {
            return self.refuse("expected ':'", self.start());
        }
        self.unexpected()
    }

    fn block_after_colon(&mut self, header: Header) -> Result<List<StmtId>> {
        let mark = self.stacks.stmts.len();
        if !self.eat(TokenKind::Newline) {
            self.simple_statements()?;
            return Ok(self.take_stmts(mark));
        }
        if !self.eat(TokenKind::Indent) {
            return self.no_block(header);
        }
        while !self.eat(TokenKind::Dedent) {
            self.statement()?;
        }
        Ok(self.take_stmts(mark))
    }

    /// An indented block is missing.
    pub(super) fn no_block<T>(&self, header: Header) -> Result<T> {
        if self.at(TokenKind::Error) {
            return self.unexpected();
        }
        let message =
            format!("expected an indented block after {} on line {}", header.name, header.start.line);
        Err(Failure::error(ErrorKind::Indentation, message, self.start()))
    }

    fn if_statement(&mut self) -> Result<StmtId> {
        let first = self.arm("'if' statement")?;
        let mut arms = Vec::new();
        while self.at(TokenKind::KwElif) {
            arms.push(self.arm("'elif' statement")?);
        }
        let mut orelse = self.else_block()?;
        for (start, test, body) in arms.into_iter().rev() {
            let elif = self.stmt(StmtKind::If { test, body, orelse }, start);
            orelse = self.ast.add_list(&[elif]);
        }
        let (start, test, body) = first;
        Ok(self.stmt(StmtKind::If { test, body, orelse }, start))
    }

    /// `if` or `elif`, a condition and a block.
    fn arm(&mut self, name: &'static str) -> Result<(Span, ExprId, List<StmtId>)> {
        let start = self.start();
        self.bump();
        let test = self.named_expression()?;
        let body = self.block(Header { name, start })?;
        Ok((start, test, body))
    }

    fn else_block(&mut self) -> Result<List<StmtId>> {
        let start = self.start();
        if !self.eat(TokenKind::KwElse) {
            return Ok(List::EMPTY);
        }
        self.block_with_colon(Header { name: "'else' statement", start })
    }

    fn while_statement(&mut self) -> Result<StmtId> {
        let (start, test, body) = self.arm("'while' statement")?;
        let orelse = self.else_block()?;
        Ok(self.stmt(StmtKind::While { test, body, orelse }, start))
    }

    fn for_statement(&mut self, start: Span, is_async: bool) -> Result<StmtId> {
        let header = Header { name: "'for' statement", start: self.start() };
        self.bump();
        let first = self.next;
        let target = self.star_targets().and_then(|target| self.expect(TokenKind::KwIn).map(|()| target));
        if let Err(failure) = &target
            && Self::is_replaceable(failure, Context::Store)
        {
            self.loop_mistake(first)?;
        }
        let target = target?;
        let iter = self.star_expressions()?;
        let body = self.block(header)?;
        let orelse = self.else_block()?;
        let kind = if is_async {
            StmtKind::AsyncFor { target, iter, body, orelse }
        } else {
            StmtKind::For { target, iter, body, orelse }
        };
        Ok(self.stmt(kind, start))
    }

    fn with_statement(&mut self, start: Span, is_async: bool) -> Result<StmtId> {
        let header = Header { name: "'with' statement", start: self.start() };
        self.bump();
        let items = match self.parenthesized_with_items()? {
            Some(items) => items,
            None => self.with_items()?,
        };
        let body = self.block(header)?;
        let kind =
            if is_async { StmtKind::AsyncWith { items, body } } else { StmtKind::With { items, body } };
        Ok(self.stmt(kind, start))
    }

    /// `(a as b, c)` up to the colon. Else the parenthesis belongs to the first item.
    fn parenthesized_with_items(&mut self) -> Result<Option<List<WithItem>>> {
        if !self.at(TokenKind::LeftParen) || !self.parenthesis_ends_at_colon() {
            return Ok(None);
        }
        self.attempt(|parser| {
            parser.bump();
            let mut items = Vec::new();
            loop {
                items.push(parser.with_item()?);
                if !parser.eat(TokenKind::Comma) || parser.at(TokenKind::RightParen) {
                    break;
                }
            }
            parser.expect(TokenKind::RightParen)?;
            if !parser.at(TokenKind::Colon) {
                return Ok(None);
            }
            Ok(Some(parser.ast.add_list(&items)))
        })
    }

    /// Whether a colon follows the bracket that closes the one before the next token.
    fn parenthesis_ends_at_colon(&self) -> bool {
        let mut open = 0u32;
        for (place, token) in self.tokens[self.next..].iter().enumerate() {
            match token.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace => open += 1,
                TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace => {
                    open -= 1;
                    if open == 0 {
                        return self.kind_after(place + 1) == TokenKind::Colon;
                    }
                }
                TokenKind::Newline => return false,
                _ => {}
            }
        }
        false
    }

    fn with_items(&mut self) -> Result<List<WithItem>> {
        let first = self.with_item()?;
        if !self.at(TokenKind::Comma) {
            return Ok(self.ast.add_list(&[first]));
        }
        let mut items = vec![first];
        while self.eat(TokenKind::Comma) {
            items.push(self.with_item()?);
        }
        Ok(self.ast.add_list(&items))
    }

    fn with_item(&mut self) -> Result<WithItem> {
        let context_expr = self.expression()?;
        if !self.eat(TokenKind::KwAs) {
            return Ok(WithItem { context_expr, optional_vars: None });
        }
        let first = self.next;
        let target = self.with_target();
        if let Err(failure) = &target
            && Self::is_replaceable(failure, Context::Store)
        {
            self.with_mistake(first)?;
        }
        Ok(WithItem { context_expr, optional_vars: Some(target?) })
    }

    fn with_target(&mut self) -> Result<ExprId> {
        let target = self.star_target()?;
        match self.kind() {
            TokenKind::Comma | TokenKind::RightParen | TokenKind::Colon => Ok(target),
            _ => self.unexpected(),
        }
    }

    fn try_statement(&mut self) -> Result<StmtId> {
        let start = self.start();
        self.bump();
        let body = self.block_with_colon(Header { name: "'try' statement", start })?;
        let is_star = self.at(TokenKind::KwExcept) && self.kind_after(1) == TokenKind::Star;
        let mut found = Vec::new();
        while self.at(TokenKind::KwExcept) {
            found.push(self.handler(is_star)?);
        }
        if found.is_empty() && !self.at(TokenKind::KwFinally) {
            return self.refuse("expected 'except' or 'finally' block", self.start());
        }
        let handlers = self.ast.add_list(&found);
        let orelse = if found.is_empty() { List::EMPTY } else { self.else_block()? };
        let finalbody = self.finally_block()?;
        let kind = if is_star {
            StmtKind::TryStar { body, handlers, orelse, finalbody }
        } else {
            StmtKind::Try { body, handlers, orelse, finalbody }
        };
        Ok(self.stmt(kind, start))
    }

    fn finally_block(&mut self) -> Result<List<StmtId>> {
        let start = self.start();
        if !self.eat(TokenKind::KwFinally) {
            return Ok(List::EMPTY);
        }
        self.block_with_colon(Header { name: "'finally' statement", start })
    }

    fn handler(&mut self, is_star: bool) -> Result<ExceptHandler> {
        let start = self.start();
        self.bump();
        let star = self.start();
        if self.eat(TokenKind::Star) != is_star {
            let message = "cannot have both 'except' and 'except*' on the same 'try'";
            return self.refuse(message, if is_star { start } else { start.to(star) });
        }
        let name = if is_star { "'except*' statement" } else { "'except' statement" };
        if is_star && matches!(self.kind(), TokenKind::Newline | TokenKind::Colon) {
            return self.refuse("expected one or more exception types", self.start());
        }
        let (exception, as_name) = if self.starts_expression() {
            let (exception, as_name) = self.handled_exceptions()?;
            (Some(exception), as_name)
        } else {
            (None, None)
        };
        let body = self.block(Header { name, start })?;
        Ok(ExceptHandler { span: self.span(start), exception, name: as_name, body })
    }

    fn handled_exceptions(&mut self) -> Result<(ExprId, Option<crate::symbol::Symbol>)> {
        let start = self.start();
        let first = self.expression()?;
        if self.eat(TokenKind::KwAs) {
            return Ok((first, Some(self.name()?)));
        }
        if !self.at(TokenKind::Comma) {
            return Ok((first, None));
        }
        if !self.grammar.except_without_parentheses() {
            return self.refuse("multiple exception types must be parenthesized", start);
        }
        let tuple = self.tuple_rest(first, start, Self::expression)?;
        if self.at(TokenKind::KwAs) {
            let message = "multiple exception types must be parenthesized when using 'as'";
            return self.refuse(message, start);
        }
        Ok((tuple, None))
    }
}
