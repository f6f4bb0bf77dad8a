//! f-strings as they were before PEP 701: one token, whose replacement fields are looked for in its text.
//!
//! What stands in a field is a source of its own, in parentheses that are not there: `f"{a, b}"` is a tuple. The
//! places of what is around the fields are those of the whole literal, from the first of the tokens that stand side by
//! side to the last one.

use super::{Parser, in_order};
use crate::ast::{Conversion, ExprId, ExprKind};
use crate::error::{Failure, Result};
use crate::lexer::token::{Token, TokenKind};
use crate::lexer::{self, FieldPlace};
use crate::literal::{self, Value};
use crate::span::Span;

/// Brackets inside each other in a field, at most.
const MOST_BRACKETS: usize = 200;

/// How deep a part with fields can lie: 0 is the string itself, 1 the format specification of one of its fields.
const DEEPEST_PART: u32 = 1;

/// What is known of all the tokens that stand side by side.
#[derive(Clone, Copy)]
struct Literal {
    /// From the first to the last one.
    span: Span,
    /// The first one begins with `u`.
    unicode: bool,
    /// The place of its warnings: the token behind it.
    behind: usize,
}

/// An f-string that is being read.
struct Reading {
    literal: Literal,
    token: Token,
    raw: bool,
    /// The next byte.
    at: usize,
    /// Its last quote.
    end: usize,
    /// How far its lines were counted: up to the last field.
    counted: usize,
    /// How many lines begin before that.
    lines: i32,
    /// Where the last of them begins, or the token.
    line_start: usize,
}

impl Parser<'_> {
    /// Whether one of the literals that stand here side by side is an f-string in one token.
    pub(super) fn at_whole_fstring(&self) -> bool {
        self.literals().any(|token| is_fstring(self.source(token))) && !self.grammar.fstring_tokens()
    }

    fn literals(&self) -> impl Iterator<Item = &Token> {
        self.tokens[self.next..].iter().take_while(|token| token.kind == TokenKind::String)
    }

    /// Literals side by side of which one is an f-string.
    ///
    /// CPython has read the token behind them by then, and tells their errors there.
    pub(super) fn whole_fstrings(&mut self) -> Result<ExprId> {
        let start = self.start();
        let last = self.literals().last().map_or(start, |token| token.span);
        let behind = self.next + self.literals().count();
        if let (TokenKind::Error, Some(error)) = (self.tokens[behind].kind, &self.lexer_error) {
            return Err(error.clone());
        }
        let unicode = self.source(self.token()).starts_with('u');
        let literal = Literal { span: start.to(last), unicode, behind };
        let place = self.tokens[behind].span;
        self.joined_literals(literal, start).map_err(|failure| placed(failure, place))
    }

    fn joined_literals(&mut self, literal: Literal, start: Span) -> Result<ExprId> {
        let mark = self.stacks.exprs.len();
        let mut text = Vec::new();
        while self.at(TokenKind::String) {
            let token = *self.token();
            if is_fstring(self.source(&token)) {
                self.whole_fstring(token, literal, &mut text)?;
            } else {
                self.plain_piece(token, &mut text)?;
            }
            self.bump();
        }
        self.tell(literal.behind);
        self.push_text(&mut text, literal.span, literal.unicode);
        let values = self.take_exprs(mark);
        Ok(self.expr(ExprKind::JoinedStr { values }, start))
    }

    fn plain_piece(&mut self, token: Token, text: &mut Vec<u8>) -> Result<()> {
        let source = &self.text[token.start as usize..token.end as usize];
        match literal::string(source, token.span, self.grammar, &mut self.noticed)? {
            Value::Str(value) => text.extend_from_slice(&value),
            Value::Bytes(_) => {
                return Err(Failure::syntax("cannot mix bytes and nonbytes literals", Span::NONE));
            }
        }
        Ok(())
    }

    fn whole_fstring(&mut self, token: Token, literal: Literal, text: &mut Vec<u8>) -> Result<()> {
        let source = self.source(&token);
        let prefix = source.find(['"', '\'']).unwrap_or(0);
        let raw = source[..prefix].contains(['r', 'R']);
        let quotes = literal::quotes(&source[prefix..]);
        let mut reading = Reading {
            literal,
            token,
            raw,
            at: token.start as usize + prefix + quotes,
            end: token.end as usize - quotes,
            counted: token.start as usize,
            lines: 0,
            line_start: token.start as usize,
        };
        self.format_parts(&mut reading, 0, text)?;
        if reading.at < reading.end {
            return refuse("unexpected end of string");
        }
        Ok(())
    }

    /// The text and the fields of an f-string, or of a format specification, onto the stack. What text is left
    /// behind the last field is given back: what stands behind it may go on with it.
    fn format_parts(&mut self, reading: &mut Reading, depth: u32, text: &mut Vec<u8>) -> Result<()> {
        loop {
            if self.text_part(reading, depth, text)? {
                continue;
            }
            if reading.at >= reading.end || self.byte(reading) == b'}' {
                return Ok(());
            }
            let value = self.whole_field(reading, depth, text)?;
            let Literal { span, unicode, .. } = reading.literal;
            self.push_text(text, span, unicode);
            self.stacks.exprs.push(value);
        }
    }

    /// Text onto the stack, unless there is none.
    fn push_text(&mut self, text: &mut Vec<u8>, span: Span, unicode: bool) {
        if !text.is_empty() {
            let value = self.constants.add_str(self.symbols.intern_wtf8(text));
            let constant = self.ast.expr(ExprKind::Constant { value, unicode }, span);
            self.stacks.exprs.push(constant);
            text.clear();
        }
    }

    /// Text up to the next brace; true if that was a doubled one, which belongs to the text.
    fn text_part(&mut self, reading: &mut Reading, depth: u32, text: &mut Vec<u8>) -> Result<bool> {
        let start = reading.at;
        let found = self.text_end(reading, depth)?;
        let part = &self.text[start..found.end];
        reading.at = if found.doubled { found.end + 1 } else { found.end };
        let (raw, span) = (reading.raw, reading.token.span);
        text.extend_from_slice(&literal::format_piece(part, raw, span, self.grammar, &mut self.noticed)?);
        Ok(found.doubled)
    }

    fn text_end(&mut self, reading: &Reading, depth: u32) -> Result<TextEnd> {
        let bytes = &self.text.as_bytes()[..reading.end];
        let mut at = reading.at;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            let mut byte = byte;
            if byte == b'\\' && !reading.raw && at < bytes.len() {
                byte = bytes[at];
                at += 1;
                if byte == b'N' {
                    at = behind_character_name(bytes, at);
                    continue;
                }
                if byte == b'{' {
                    let line = reading.token.span.line;
                    self.noticed.push(literal::invalid_escape('{', line, self.grammar));
                }
            }
            if byte != b'{' && byte != b'}' {
                continue;
            }
            // In a specification braces are not doubled: `{0:{3}}` ends with two.
            if depth == 0 && bytes.get(at) == Some(&byte) {
                return Ok(TextEnd { end: at, doubled: true });
            }
            if depth == 0 && byte == b'}' {
                return refuse("single '}' is not allowed");
            }
            return Ok(TextEnd { end: at - 1, doubled: false });
        }
        Ok(TextEnd { end: at, doubled: false })
    }

    /// `{value = !r :spec}`: gives the value; the text that `=` shows goes behind the text before it.
    fn whole_field(&mut self, reading: &mut Reading, depth: u32, text: &mut Vec<u8>) -> Result<ExprId> {
        if depth > DEEPEST_PART {
            return refuse("expressions nested too deeply");
        }
        let open = reading.at;
        reading.at = self.end_of_field_value(open + 1, reading.end)?;
        if reading.at >= reading.end {
            return unclosed();
        }
        let value = self.field_value(reading, open)?;
        let debug = self.byte(reading) == b'=';
        if debug {
            reading.at += 1;
            while matches!(self.byte(reading), b' ' | b'\t'..=b'\r') {
                reading.at += 1;
            }
            text.extend_from_slice(&self.text.as_bytes()[open + 1..reading.at]);
        }
        let conversion = self.whole_conversion(reading)?;
        let format_spec = self.whole_spec(reading, depth)?;
        if self.byte(reading) != b'}' {
            return unclosed();
        }
        reading.at += 1;
        let default = if debug && format_spec.is_none() { Conversion::Repr } else { Conversion::None };
        let conversion = conversion.unwrap_or(default);
        let kind = ExprKind::FormattedValue { value, conversion, format_spec };
        Ok(self.ast.expr(kind, reading.literal.span))
    }

    fn whole_conversion(&self, reading: &mut Reading) -> Result<Option<Conversion>> {
        if self.byte(reading) != b'!' {
            return Ok(None);
        }
        reading.at += 1;
        let conversion = match self.byte(reading) {
            0 => return unclosed(),
            b's' => Conversion::Str,
            b'r' => Conversion::Repr,
            b'a' => Conversion::Ascii,
            _ => return refuse("invalid conversion character: expected 's', 'r', or 'a'"),
        };
        reading.at += 1;
        Ok(Some(conversion))
    }

    fn whole_spec(&mut self, reading: &mut Reading, depth: u32) -> Result<Option<ExprId>> {
        if self.byte(reading) != b':' {
            return Ok(None);
        }
        reading.at += 1;
        if reading.at >= reading.end {
            return unclosed();
        }
        let mark = self.stacks.exprs.len();
        let mut text = Vec::new();
        self.format_parts(reading, depth + 1, &mut text)?;
        let span = reading.token.span;
        self.push_text(&mut text, span, false);
        let values = self.take_exprs(mark);
        Ok(Some(self.ast.expr(ExprKind::JoinedStr { values }, span)))
    }

    /// The byte that is next, 0 at the end of the string.
    fn byte(&self, reading: &Reading) -> u8 {
        if reading.at < reading.end { self.text.as_bytes()[reading.at] } else { 0 }
    }

    /// Where the value of a field ends: brackets and strings are only counted here, and read later.
    fn end_of_field_value(&self, start: usize, end: usize) -> Result<usize> {
        let bytes = &self.text.as_bytes()[..end];
        let mut brackets: Vec<u8> = Vec::new();
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            let next = bytes.get(at + 1).copied().unwrap_or(0);
            match byte {
                b'\\' => return refuse_part("cannot include a backslash"),
                b'\'' | b'"' => at = self.end_of_nested_string(bytes, at)?,
                b'[' | b'{' | b'(' => {
                    if brackets.len() >= MOST_BRACKETS {
                        return refuse("too many nested parenthesis");
                    }
                    brackets.push(byte);
                }
                b'#' => return refuse_part("cannot include '#'"),
                b'!' | b'=' | b'<' | b'>' if brackets.is_empty() && next == b'=' => at += 1,
                b'!' | b':' | b'}' | b'=' if brackets.is_empty() => return Ok(at),
                b']' | b'}' | b')' => self.close_bracket(&mut brackets, byte)?,
                _ => {}
            }
            at += 1;
        }
        match brackets.last() {
            Some(&open) => refuse(format!("unmatched '{}'", char::from(open))),
            None => Ok(end),
        }
    }

    fn close_bracket(&self, brackets: &mut Vec<u8>, close: u8) -> Result<()> {
        let closing = char::from(close);
        let Some(open) = brackets.pop() else {
            return refuse(format!("unmatched '{closing}'"));
        };
        if matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            return Ok(());
        }
        let open = char::from(open);
        refuse(format!("closing parenthesis '{closing}' does not match opening parenthesis '{open}'"))
    }

    /// The last quote of a string that begins in a field. In fields there are no backslashes.
    fn end_of_nested_string(&self, bytes: &[u8], start: usize) -> Result<usize> {
        let quote = bytes[start];
        let triple = [quote; 3];
        let length = if bytes[start..].starts_with(&triple) { 3 } else { 1 };
        let mut at = start + length;
        while let Some(&byte) = bytes.get(at) {
            if byte == b'\\' {
                return refuse_part("cannot include a backslash");
            }
            if bytes[at..].starts_with(&triple[..length]) {
                return Ok(at + length - 1);
            }
            at += 1;
        }
        refuse("unterminated string")
    }

    /// The value of the field whose brace is at `open`, up to the next byte.
    fn field_value(&mut self, reading: &mut Reading, open: usize) -> Result<ExprId> {
        let value = &self.text[open + 1..reading.at];
        if value.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c')) {
            return match self.byte(reading) {
                b'}' => refuse("empty expression not allowed"),
                byte => refuse(format!("expression required before '{}'", char::from(byte))),
            };
        }
        let place = self.place_of_field(reading, open, value);
        self.tell(reading.literal.behind);
        let source = &self.text[..reading.at];
        let tokens = lexer::tokenize_field(source, place, self.grammar, &mut self.symbols);
        self.deeper(|parser| parser.inserted(tokens, reading.literal.behind)).map_err(of_field)
    }

    /// Where CPython takes the brace of a field to stand: it is off where a line ends right behind it.
    fn place_of_field(&self, reading: &mut Reading, open: usize, value: &str) -> FieldPlace {
        for (offset, byte) in self.text[reading.counted..open].bytes().enumerate() {
            if byte == b'\n' {
                reading.lines += 1;
                reading.line_start = reading.counted + offset + 1;
            }
        }
        reading.counted = open;
        let line_ends = value.trim_start_matches([' ', '\t', '\x0c']).starts_with('\n');
        let offset = if line_ends { 0 } else { (open - reading.line_start) as i32 };
        let span = reading.token.span;
        let from = if reading.lines == 0 { span.col } else { 0 };
        FieldPlace { open, line: span.line + reading.lines, col: from + offset }
    }

    /// An expression of tokens that are not in the list: they are put behind it for as long as they are read.
    fn inserted(&mut self, tokens: lexer::Tokens, behind: usize) -> Result<ExprId> {
        let (next, end, first) = (self.next, self.end, self.tokens.len());
        let told = self.warnings.len();
        let failure = std::mem::replace(&mut self.lexer_error, tokens.failure);
        self.tokens.extend(tokens.list);
        self.next = first;
        let value = self.star_expressions();

        let warnings = tokens.warnings.into_iter().map(|(place, warning)| (first + place, warning));
        let literals = self.warnings.split_off(told);
        let warnings = in_order(warnings.collect(), literals);
        self.warnings.extend(warnings.into_iter().map(|warning| (behind, warning)));
        self.tokens.truncate(first);
        let inner = std::mem::replace(&mut self.lexer_error, failure);
        (self.next, self.end) = (next, end);
        value.map_err(|failure| super::told(failure, inner))
    }
}

/// Where a piece of text ends: before a brace, or between two.
struct TextEnd {
    end: usize,
    doubled: bool,
}

/// An error of an f-string; its place is found later.
fn refuse<T>(message: impl std::fmt::Display) -> Result<T> {
    Err(Failure::syntax(format!("f-string: {message}"), Span::NONE))
}

fn refuse_part<T>(message: &str) -> Result<T> {
    Err(Failure::syntax(format!("f-string expression part {message}"), Span::NONE))
}

fn unclosed<T>() -> Result<T> {
    refuse("expecting '}'")
}

/// Gives an error a place that has none.
fn placed(failure: Failure, place: Span) -> Failure {
    match failure {
        Failure::Syntax(mut error) if error.span == Span::NONE => {
            error.span = place;
            Failure::Syntax(error)
        }
        other => other,
    }
}

fn is_fstring(token: &str) -> bool {
    token.bytes().take(2).take_while(u8::is_ascii_alphabetic).any(|letter| letter.eq_ignore_ascii_case(&b'f'))
}

/// Behind the name of `\N{…}`, of which `at` is the brace. Without a brace it is an error that is told later.
fn behind_character_name(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'{') => {
            let name = &bytes[at + 1..];
            let length = name.iter().position(|&byte| byte == b'}').map_or(name.len(), |end| end + 1);
            at + 1 + length
        }
        _ => (at + 1).min(bytes.len()),
    }
}

/// The errors within a field say so.
fn of_field(failure: Failure) -> Failure {
    match failure {
        Failure::Syntax(mut error) => {
            error.message = format!("f-string: {}", error.message).into();
            Failure::Syntax(error)
        }
        other => other,
    }
}
