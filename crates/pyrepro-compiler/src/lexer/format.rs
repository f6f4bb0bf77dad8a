//! f-strings and t-strings: tokens for the start, each piece of text, and the end (PEP 701).
//!
//! CPython keeps a stack of modes, with counters whose oddities decide what `{{` and `}}` mean in a format
//! specification; the counters here are the same.

use super::Lexer;
use super::token::TokenKind;
use crate::error::{Failure, Result};
use crate::literal;
use crate::span::Span;

/// f-strings inside each other.
const MOST_FORMATS: usize = 149;

/// Expressions inside format specifications inside expressions.
const MOST_NESTED: i32 = 3;

/// An f-string or t-string that is not at its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    pub(super) quote: u8,
    pub(super) triple: bool,
    raw: bool,
    template: bool,
    /// Brackets open since it began.
    pub(super) depth: i32,
    /// How many replacement fields are open, minus one.
    pub(super) expression_depth: i32,
    /// Whether the text is that of a format specification.
    pub(super) in_spec: bool,
    line: i32,
    col: i32,
}

impl Format {
    fn in_expression(&self) -> bool {
        self.expression_depth >= 0
    }

    /// The name that messages give it.
    fn noun(&self) -> &'static str {
        if self.template { "t-string" } else { "f-string" }
    }
}

impl Lexer<'_> {
    /// The start of a literal whose prefix begins at `start`. This place is its first quote.
    pub(super) fn begin_format(&mut self, start: usize, template: bool) -> Result<()> {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        let raw = self.bytes[start..self.at].iter().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
        let (line, col) = (self.line, self.col(start));
        self.at += if triple { 3 } else { 1 };
        if self.formats.len() >= MOST_FORMATS {
            return Err(self.error("too many nested f-strings"));
        }
        self.formats.push(Format {
            quote,
            triple,
            raw,
            template,
            depth: 0,
            expression_depth: -1,
            in_spec: false,
            line,
            col,
        });
        self.in_format_text = true;
        self.push(if template { TokenKind::TStringStart } else { TokenKind::FStringStart }, start);
        Ok(())
    }

    /// The next token where text of the innermost f-string may stand.
    pub(super) fn format_text(&mut self) -> Result<()> {
        let Some(format) = self.formats.last().copied() else {
            self.in_format_text = false;
            return Ok(());
        };
        if self.peek(0) == b'{' && self.peek(1) != b'{' {
            return self.enter_field();
        }
        if self.at_end_quote(format) {
            let start = self.at;
            self.at += if format.triple { 3 } else { 1 };
            self.formats.pop();
            self.in_format_text = false;
            self.push(if format.template { TokenKind::TStringEnd } else { TokenKind::FStringEnd }, start);
            return Ok(());
        }
        self.format_middle(format)
    }

    fn at_end_quote(&self, format: Format) -> bool {
        let quote = format.quote;
        self.peek(0) == quote && (!format.triple || (self.peek(1) == quote && self.peek(2) == quote))
    }

    /// A piece of text.
    fn format_middle(&mut self, format: Format) -> Result<()> {
        let (start, line, col) = (self.at, self.line, self.col(self.at));
        let kind = if format.template { TokenKind::TStringMiddle } else { TokenKind::FStringMiddle };
        let in_spec = format.in_spec && format.in_expression();
        let mut in_character_name = false;
        loop {
            if self.at_end_quote(format) {
                self.push_from(kind, start, line, col, None);
                return Ok(());
            }
            match self.peek(0) {
                b'{' if self.peek(1) == b'{' && !in_spec => return self.doubled(kind, start, line, col),
                b'{' => {
                    self.push_from(kind, start, line, col, None);
                    self.leave_spec();
                    return self.enter_field();
                }
                b'}' if in_character_name => {
                    self.at += 1;
                    self.push_from(kind, start, line, col, None);
                    return Ok(());
                }
                b'}' if self.peek(1) == b'}' && !in_spec && format.depth == 0 => {
                    return self.doubled(kind, start, line, col);
                }
                b'}' => {
                    self.push_from(kind, start, line, col, None);
                    self.leave_spec();
                    return Ok(());
                }
                b'\\' => in_character_name |= self.format_escape(format),
                0 => return Err(self.unterminated_format(format)),
                b'\n' if !format.triple => {
                    if !in_spec {
                        return Err(self.unterminated_format(format));
                    }
                    if !self.grammar.newline_in_format_spec() {
                        return Err(self.format_error(
                            "newlines are not allowed in format specifiers for single quoted f-strings",
                        ));
                    }
                    self.push_from(kind, start, line, col, None);
                    self.leave_spec();
                    return Ok(());
                }
                b'\n' => self.next_line(),
                _ => self.at += 1,
            }
        }
    }

    /// A piece that ends with the first of two braces. The second is in no token's text, but in this one's span.
    fn doubled(&mut self, kind: TokenKind, start: usize, line: i32, col: i32) -> Result<()> {
        self.at += 2;
        self.push_from(kind, start, line, col, None);
        if let Some(piece) = self.list.last_mut() {
            piece.end -= 1;
        }
        Ok(())
    }

    /// Steps over an escape. True if it opens the name of a character.
    fn format_escape(&mut self, format: Format) -> bool {
        let next = self.peek(1);
        if next == b'{' || next == b'}' {
            if !format.raw {
                let warning = literal::invalid_escape(char::from(next), self.line, self.grammar);
                self.warn(warning);
            }
            self.at += 1;
            return false;
        }
        self.skip_escaped();
        if next == b'N' && !format.raw && self.peek(0) == b'{' {
            self.at += 1;
            return true;
        }
        false
    }

    fn enter_field(&mut self) -> Result<()> {
        self.leave_text();
        if let Some(format) = self.formats.last_mut() {
            format.expression_depth += 1;
            if format.expression_depth >= MOST_NESTED {
                return Err(self.format_error("expressions nested too deeply"));
            }
        }
        self.operator(b'{')
    }

    /// What follows is an expression, or the end of one.
    fn leave_text(&mut self) {
        self.in_format_text = false;
    }

    /// As `leave_text`; a specification ends where its text does, but for early releases of 3.12.
    fn leave_spec(&mut self) {
        self.leave_text();
        if self.grammar.format_spec_goes_on() {
            return;
        }
        if let Some(format) = self.formats.last_mut() {
            format.in_spec = false;
        }
    }

    /// The colon before a format specification; any other colon is left to others.
    pub(super) fn begins_format_spec(&mut self) -> bool {
        let Some(format) = self.formats.last_mut() else { return false };
        if !format.in_expression() || format.depth - 1 != format.expression_depth {
            return false;
        }
        format.in_spec = true;
        self.in_format_text = true;
        self.at += 1;
        self.push(TokenKind::Colon, self.at - 1);
        true
    }

    fn unterminated_format(&self, format: Format) -> Failure {
        let span = Span::new(format.line, format.col, format.line, format.col + 1);
        let kind = if format.triple { "triple-quoted " } else { "" };
        let message =
            format!("unterminated {kind}{} literal (detected at line {})", format.noun(), self.last_line());
        Failure::syntax(message, span)
    }

    /// An error of the innermost f-string, right here.
    pub(super) fn format_error(&self, message: &str) -> Failure {
        let noun = self.formats.last().map_or("f-string", Format::noun);
        self.error(format!("{noun}: {message}"))
    }
}
