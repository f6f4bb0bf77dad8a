//! Numbers. Their value is made later, from the text: see `literal`.

use super::token::TokenKind;
use super::{Lexer, in_name};
use crate::error::{Result, Warning, WarningCategory};

impl Lexer<'_> {
    /// A number that begins with a digit, or with a dot before one.
    pub(super) fn number(&mut self) -> Result<()> {
        let start = self.at;
        match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => self.based("hexadecimal", |byte| byte.is_ascii_hexdigit())?,
            (b'0', b'o' | b'O') => self.based("octal", |byte| (b'0'..b'8').contains(&byte))?,
            (b'0', b'b' | b'B') => self.based("binary", |byte| byte == b'0' || byte == b'1')?,
            _ => self.decimal()?,
        }
        self.push(TokenKind::Number, start);
        Ok(())
    }

    /// The digits behind `0x` and the like.
    fn based(&mut self, kind: &'static str, is_digit: fn(u8) -> bool) -> Result<()> {
        self.at += 2;
        loop {
            if self.peek(0) == b'_' {
                self.at += 1;
            }
            let digit = self.peek(0);
            if !is_digit(digit) {
                return Err(self.bad_digit(kind, digit));
            }
            while is_digit(self.peek(0)) {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                break;
            }
        }
        let next = self.peek(0);
        if next.is_ascii_digit() {
            return Err(self.bad_digit(kind, next));
        }
        self.end_of_number(kind)
    }

    fn bad_digit(&self, kind: &str, digit: u8) -> crate::error::Failure {
        match digit.is_ascii_digit() {
            true => self.error(format!("invalid digit '{}' in {kind} literal", char::from(digit))),
            false => self.error(format!("invalid {kind} literal")),
        }
    }

    fn decimal(&mut self) -> Result<()> {
        let start = self.at;
        let leading_zero = self.peek(0) == b'0';
        if self.peek(0) != b'.' {
            self.digits()?;
        }
        let whole = &self.bytes[start..self.at];
        let octal = leading_zero && whole.iter().any(|byte| (b'1'..=b'9').contains(byte));
        let mut is_float = false;
        if self.peek(0) == b'.' {
            is_float = true;
            self.at += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            if !self.exponent()? {
                return self.end_of_number("decimal");
            }
            is_float = true;
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.at += 1;
            return self.end_of_number("imaginary");
        }
        if octal && !is_float {
            return Err(self.error(
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
            ));
        }
        self.end_of_number("decimal")
    }

    /// An exponent, unless the `e` begins a word.
    fn exponent(&mut self) -> Result<bool> {
        let signed = matches!(self.peek(1), b'+' | b'-');
        let first = if signed { self.peek(2) } else { self.peek(1) };
        if first.is_ascii_digit() {
            self.at += if signed { 2 } else { 1 };
            self.digits()?;
            return Ok(true);
        }
        if signed {
            self.at += 2;
            return Err(self.error("invalid decimal literal"));
        }
        Ok(false)
    }

    /// Digits, with single underscores between them.
    fn digits(&mut self) -> Result<()> {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek(0).is_ascii_digit() {
                return Err(self.error("invalid decimal literal"));
            }
        }
    }

    /// Behind a number a name is an error, and a keyword that can stand there a warning.
    fn end_of_number(&mut self, kind: &'static str) -> Result<()> {
        let next = self.peek(0);
        if next >= 128 || !in_name(next) {
            return Ok(());
        }
        if !self.keyword_follows() {
            return Err(self.error(format!("invalid {kind} literal")));
        }
        self.warn(Warning {
            category: WarningCategory::Syntax,
            message: format!("invalid {kind} literal").into(),
            line: self.line,
        });
        Ok(())
    }

    fn keyword_follows(&self) -> bool {
        let rest = &self.bytes[self.at..];
        let is_word =
            |word: &[u8]| rest.starts_with(word) && !rest.get(word.len()).copied().is_some_and(in_name);
        let begins = |word: &[u8]| rest.starts_with(word);
        [&b"and"[..], b"else", b"for", b"or", b"not"].into_iter().any(is_word)
            || [&b"if"[..], b"in", b"is"].into_iter().any(begins)
    }
}
