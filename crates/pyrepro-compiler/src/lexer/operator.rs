//! Operators and brackets.

use super::token::TokenKind;
use super::{Bracket, Lexer, MOST_BRACKETS};
use crate::error::Result;

impl Lexer<'_> {
    pub(super) fn operator(&mut self, byte: u8) -> Result<()> {
        use TokenKind::*;
        if byte == b'.' && self.peek(1).is_ascii_digit() {
            return self.number();
        }
        if byte == b':' && self.begins_format_spec() {
            return Ok(());
        }
        let (kind, length) = match (byte, self.peek(1), self.peek(2)) {
            (b'(' | b'[' | b'{', _, _) => return self.open(byte),
            (b')' | b']' | b'}', _, _) => return self.close(byte),
            (b',', _, _) => (Comma, 1),
            (b'.', b'.', b'.') => (Ellipsis, 3),
            (b'.', _, _) => (Dot, 1),
            (b':', b'=', _) => (ColonEqual, 2),
            (b':', _, _) => (Colon, 1),
            (b'=', b'=', _) => (EqEqual, 2),
            (b'=', _, _) => (Equal, 1),
            (b';', _, _) => (Semicolon, 1),
            (b'-', b'>', _) => (Arrow, 2),
            (b'-', b'=', _) => (MinusEqual, 2),
            (b'-', _, _) => (Minus, 1),
            (b'+', b'=', _) => (PlusEqual, 2),
            (b'+', _, _) => (Plus, 1),
            (b'*', b'*', b'=') => (DoubleStarEqual, 3),
            (b'*', b'*', _) => (DoubleStar, 2),
            (b'*', b'=', _) => (StarEqual, 2),
            (b'*', _, _) => (Star, 1),
            (b'/', b'/', b'=') => (DoubleSlashEqual, 3),
            (b'/', b'/', _) => (DoubleSlash, 2),
            (b'/', b'=', _) => (SlashEqual, 2),
            (b'/', _, _) => (Slash, 1),
            (b'%', b'=', _) => (PercentEqual, 2),
            (b'%', _, _) => (Percent, 1),
            (b'@', b'=', _) => (AtEqual, 2),
            (b'@', _, _) => (At, 1),
            (b'&', b'=', _) => (AmperEqual, 2),
            (b'&', _, _) => (Amper, 1),
            (b'|', b'=', _) => (BarEqual, 2),
            (b'|', _, _) => (Bar, 1),
            (b'^', b'=', _) => (CircumflexEqual, 2),
            (b'^', _, _) => (Circumflex, 1),
            (b'~', _, _) => (Tilde, 1),
            (b'<', b'<', b'=') => (LeftShiftEqual, 3),
            (b'<', b'<', _) => (LeftShift, 2),
            (b'<', b'=', _) => (LessEqual, 2),
            (b'<', b'>', _) => (LessGreater, 2),
            (b'<', _, _) => (Less, 1),
            (b'>', b'>', b'=') => (RightShiftEqual, 3),
            (b'>', b'>', _) => (RightShift, 2),
            (b'>', b'=', _) => (GreaterEqual, 2),
            (b'>', _, _) => (Greater, 1),
            (b'!', b'=', _) => (NotEqual, 2),
            (b'!', _, _) => (Exclamation, 1),
            _ => return Err(self.no_token(byte)),
        };
        let start = self.at;
        self.at += length;
        self.push(kind, start);
        Ok(())
    }

    fn no_token(&self, byte: u8) -> crate::error::Failure {
        match byte {
            b'$' | b'?' | b'`' => self.error("invalid syntax"),
            _ => self.error(format!("invalid non-printable character U+{byte:04X}")),
        }
    }

    fn open(&mut self, byte: u8) -> Result<()> {
        if self.brackets.len() >= MOST_BRACKETS {
            return Err(self.error("too many nested parentheses"));
        }
        self.brackets.push(Bracket { byte, line: self.line, col: self.col(self.at) });
        if let Some(format) = self.formats.last_mut() {
            format.depth += 1;
        }
        let kind = match byte {
            b'(' => TokenKind::LeftParen,
            b'[' => TokenKind::LeftBracket,
            _ => TokenKind::LeftBrace,
        };
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<()> {
        let shown = char::from(byte);
        let (opening, kind) = match byte {
            b')' => (b'(', TokenKind::RightParen),
            b']' => (b'[', TokenKind::RightBracket),
            _ => (b'{', TokenKind::RightBrace),
        };
        if byte == b'}' && self.formats.last().is_some_and(|format| format.depth == 0) {
            return Err(self.format_error("single '}' is not allowed"));
        }
        let Some(open) = self.brackets.pop() else {
            return Err(self.error(format!("unmatched '{shown}'")));
        };
        if open.byte != opening {
            return Err(self.mismatch(open, shown));
        }
        if let Some(format) = self.formats.last_mut() {
            format.depth -= 1;
            if format.depth < 0 {
                return Err(self.format_error(&format!("unmatched '{shown}'")));
            }
            if byte == b'}' && format.depth == format.expression_depth {
                format.expression_depth -= 1;
                format.in_spec &= self.grammar.format_spec_goes_on();
                self.in_format_text = true;
            }
        }
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn mismatch(&self, open: Bracket, shown: char) -> crate::error::Failure {
        let in_field = |format: &super::Format| format.depth - 1 == format.expression_depth;
        if open.byte == b'{' && self.formats.last().is_some_and(in_field) {
            return self.format_error(&format!("unmatched '{shown}'"));
        }
        let opening = char::from(open.byte);
        let message = format!("closing parenthesis '{shown}' does not match opening parenthesis '{opening}'");
        match open.line == self.line {
            true => self.error(message),
            false => self.error(format!("{message} on line {}", open.line)),
        }
    }
}
