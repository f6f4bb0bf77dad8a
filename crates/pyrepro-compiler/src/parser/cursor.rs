//! The place in the tokens.

use super::Parser;
use crate::ast::{ExprId, ExprKind, StmtId, StmtKind};
use crate::error::{ErrorKind, Failure, Result};
use crate::lexer::token::{Token, TokenKind};
use crate::span::Span;
use crate::symbol::Symbol;

impl Parser<'_> {
    pub(super) fn token(&self) -> &Token {
        &self.tokens[self.next]
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.tokens[self.next].kind
    }

    /// The kind of the token so many behind the next one.
    pub(super) fn kind_after(&self, count: usize) -> TokenKind {
        self.tokens.get(self.next + count).map_or(TokenKind::EndMarker, |token| token.kind)
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Whether the next token is this name, a soft keyword.
    pub(super) fn at_word(&self, word: Symbol) -> bool {
        self.token().symbol == Some(word)
    }

    pub(super) fn bump(&mut self) {
        let token = &self.tokens[self.next];
        if !token.kind.is_layout() {
            self.end = (token.span.end_line, token.span.end_col);
        }
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn expect(&mut self, kind: TokenKind) -> Result<()> {
        if self.eat(kind) { Ok(()) } else { self.unexpected() }
    }

    pub(super) fn name(&mut self) -> Result<Symbol> {
        match *self.token() {
            Token { kind: TokenKind::Name, symbol: Some(name), .. } => {
                self.bump();
                Ok(name)
            }
            _ => self.unexpected(),
        }
    }

    /// Where the next token stands: the start of what is read now.
    pub(super) fn start(&self) -> Span {
        self.token().span
    }

    /// From a start to the end of what was read last.
    pub(super) fn span(&self, start: Span) -> Span {
        Span::new(start.line, start.col, self.end.0, self.end.1)
    }

    /// Adds an expression that began at a place and ends here.
    pub(super) fn expr(&mut self, kind: ExprKind, start: Span) -> ExprId {
        let span = self.span(start);
        self.ast.expr(kind, span)
    }

    /// Adds a statement that began at a place and ends here.
    pub(super) fn stmt(&mut self, kind: StmtKind, start: Span) -> StmtId {
        let span = self.span(start);
        self.ast.stmt(kind, span)
    }

    /// How many brackets are open before the next token.
    pub(super) fn open_brackets(&self) -> usize {
        self.tokens[..self.next].iter().fold(0, |open: usize, token| match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace => open + 1,
            TokenKind::RightParen | TokenKind::RightBracket | TokenKind::RightBrace => open.saturating_sub(1),
            _ => open,
        })
    }

    /// The next token fits nothing.
    pub(super) fn unexpected<T>(&self) -> Result<T> {
        let token = self.token();
        Err(match (token.kind, &self.lexer_error) {
            (TokenKind::Error, Some(error)) => error.clone(),
            (TokenKind::Indent, _) => Failure::error(ErrorKind::Indentation, "unexpected indent", token.span),
            (TokenKind::Dedent, _) => {
                Failure::error(ErrorKind::Indentation, "unexpected unindent", token.span)
            }
            _ => Failure::syntax("invalid syntax", token.span),
        })
    }

    /// An error of the source at a place, unless the lexer could not read the next token.
    pub(super) fn refuse<T>(
        &self,
        message: impl Into<std::borrow::Cow<'static, str>>,
        span: Span,
    ) -> Result<T> {
        match (self.kind(), &self.lexer_error) {
            (TokenKind::Error, Some(error)) => Err(error.clone()),
            _ => Err(Failure::syntax(message, span)),
        }
    }
}
