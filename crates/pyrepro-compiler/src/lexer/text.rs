//! String and bytes literals: one token from the prefix to the last quote.

use memchr::memchr3;

use super::Lexer;
use super::token::TokenKind;
use crate::error::{Failure, Result};
use crate::span::Span;

impl Lexer<'_> {
    /// A literal whose prefix begins at `start`. This place is its first quote.
    pub(super) fn string(&mut self, start: usize) -> Result<()> {
        let (line, col) = (self.line, self.col(start));
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let ended = if triple { self.skip_triple(quote) } else { self.skip_single(quote) };
        if !ended {
            return Err(self.unterminated(line, col, quote, triple));
        }
        self.push_from(TokenKind::String, start, line, col, None);
        Ok(())
    }

    /// To behind the closing quote, if there is one on the line.
    fn skip_single(&mut self, quote: u8) -> bool {
        loop {
            match self.peek(0) {
                b'\\' => self.skip_escaped(),
                b'\n' | 0 => return false,
                byte => {
                    self.at += 1;
                    if byte == quote {
                        return true;
                    }
                }
            }
        }
    }

    fn skip_triple(&mut self, quote: u8) -> bool {
        loop {
            let rest = &self.bytes[self.at..];
            self.at += memchr3(b'\\', b'\n', quote, rest).unwrap_or(rest.len());
            match self.peek(0) {
                b'\\' => self.skip_escaped(),
                b'\n' => self.next_line(),
                0 => return false,
                _ if self.peek(1) == quote && self.peek(2) == quote => {
                    self.at += 3;
                    return true;
                }
                _ => self.at += 1,
            }
        }
    }

    /// A backslash and the byte behind it.
    pub(super) fn skip_escaped(&mut self) {
        self.at += 1;
        match self.peek(0) {
            b'\n' => self.next_line(),
            0 => {}
            _ => self.at += 1,
        }
    }

    fn unterminated(&self, line: i32, col: i32, quote: u8, triple: bool) -> Failure {
        let span = Span::new(line, col, line, col + 1);
        let closes = |format: &super::Format| format.quote == quote && format.triple == triple;
        if self.formats.last().is_some_and(closes) {
            return Failure::syntax("f-string: expecting '}'", span);
        }
        let kind = if triple { "triple-quoted string" } else { "string" };
        Failure::syntax(format!("unterminated {kind} literal (detected at line {})", self.last_line()), span)
    }
}
