//! Literals: numbers, strings that stand side by side, f-strings and t-strings.

use super::Parser;
use crate::ast::{Conversion, Expr, ExprId, ExprKind, List};
use crate::constant::{Const, ConstId};
use crate::error::{Handover, Result};
use crate::lexer::token::{Token, TokenKind};
use crate::literal::{self, Value};
use crate::span::Span;
use crate::symbol::{Symbol, names};

/// What a replacement field gives: with `=`, its source text comes first.
struct Field {
    debug: Option<ExprId>,
    value: ExprId,
}

/// `!r` of a replacement field.
struct ConversionPart {
    conversion: Conversion,
    /// Where its letter stands.
    letter: Span,
}

impl Parser<'_> {
    pub(super) fn number(&mut self) -> Result<ExprKind> {
        let token = *self.token();
        let value = literal::number(self.source(&token), token.span)?;
        let value = self.constants.add(value);
        self.bump();
        Ok(ExprKind::Constant { value, unicode: false })
    }

    /// The source of a token.
    pub(super) fn source(&self, token: &Token) -> &str {
        &self.text[token.start as usize..token.end as usize]
    }

    /// One literal or several side by side.
    pub(super) fn strings(&mut self) -> Result<ExprId> {
        if self.at_whole_fstring() {
            return self.whole_fstrings();
        }
        let start = self.start();
        let mark = self.stacks.exprs.len();
        let mut found = Found::default();
        loop {
            match self.kind() {
                TokenKind::String => self.plain_string(&mut found)?,
                TokenKind::FStringStart => {
                    found.fstring = true;
                    self.formatted_string(TokenKind::FStringMiddle, TokenKind::FStringEnd)?;
                }
                TokenKind::TStringStart => {
                    found.tstring = true;
                    self.formatted_string(TokenKind::TStringMiddle, TokenKind::TStringEnd)?;
                }
                _ => break,
            }
        }
        self.tell(self.next);
        self.joined(mark, start, found)
    }

    /// What was noticed of literals is told when a token is next.
    pub(super) fn tell(&mut self, next: usize) {
        self.warnings.extend(self.noticed.drain(..).map(|warning| (next, warning)));
    }

    fn plain_string(&mut self, found: &mut Found) -> Result<()> {
        let token = *self.token();
        let text = &self.text[token.start as usize..token.end as usize];
        let value = match literal::string(text, token.span, self.grammar, &mut self.noticed)? {
            Value::Str(text) => {
                found.text = true;
                self.constants.add_str(self.symbols.intern_wtf8(&text))
            }
            Value::Bytes(bytes) => {
                found.bytes = true;
                self.constants.add_bytes(&bytes)
            }
        };
        let unicode = text.starts_with('u');
        self.bump();
        let piece = self.ast.expr(ExprKind::Constant { value, unicode }, token.span);
        self.stacks.exprs.push(piece);
        Ok(())
    }

    /// Makes one expression of the pieces on the stack.
    fn joined(&mut self, mark: usize, start: Span, found: Found) -> Result<ExprId> {
        if found.bytes && (found.text || found.fstring || found.tstring) {
            let message = if found.tstring {
                "cannot mix t-string literals with string or bytes literals"
            } else {
                "cannot mix bytes and nonbytes literals"
            };
            let place = if self.grammar.fstring_tokens() { self.span(start) } else { self.start() };
            return self.refuse(message, place);
        }
        if found.tstring && (found.text || found.fstring) {
            let message = "cannot mix t-string literals with string or bytes literals";
            return self.refuse(message, self.span(start));
        }
        if found.bytes {
            return Ok(self.joined_bytes(mark, start));
        }
        let formatted = found.fstring || found.tstring;
        if !formatted && self.stacks.exprs.len() == mark + 1 {
            return Ok(self.stacks.exprs.swap_remove(mark));
        }
        self.merge_constants(mark, formatted);
        if !formatted {
            return Ok(self.stacks.exprs.swap_remove(mark));
        }
        let values = self.take_exprs(mark);
        let kind =
            if found.tstring { ExprKind::TemplateStr { values } } else { ExprKind::JoinedStr { values } };
        Ok(self.expr(kind, start))
    }

    fn joined_bytes(&mut self, mark: usize, start: Span) -> ExprId {
        let pieces = self.stacks.exprs.split_off(mark);
        let mut all = Vec::new();
        for piece in pieces {
            if let ExprKind::Constant { value, .. } = self.ast[piece].kind
                && let Const::Bytes(bytes) = self.constants[value]
            {
                all.extend_from_slice(self.constants.bytes(bytes));
            }
        }
        let value = self.constants.add_bytes(&all);
        self.expr(ExprKind::Constant { value, unicode: false }, start)
    }

    /// Makes constants that follow each other one; among formatted values empty ones vanish.
    fn merge_constants(&mut self, mark: usize, formatted: bool) {
        let mut kept = mark;
        let mut place = mark;
        while place < self.stacks.exprs.len() {
            let first = self.stacks.exprs[place];
            let run =
                self.stacks.exprs[place..].iter().take_while(|piece| self.text_of(**piece).is_some()).count();
            let piece = if run > 1 { self.merged(place, run) } else { first };
            place += run.max(1);
            if formatted && self.text_of(piece) == Some(names::EMPTY) {
                continue;
            }
            self.stacks.exprs[kept] = piece;
            kept += 1;
        }
        self.stacks.exprs.truncate(kept);
    }

    fn merged(&mut self, place: usize, run: usize) -> ExprId {
        let mut text = Vec::new();
        let pieces = &self.stacks.exprs[place..place + run];
        for piece in pieces {
            if let Some(symbol) = self.text_of(*piece) {
                text.extend_from_slice(self.symbols.bytes(symbol));
            }
        }
        let Expr { span: first, kind } = self.ast[pieces[0]];
        let last = self.ast[pieces[run - 1]].span;
        let unicode = matches!(kind, ExprKind::Constant { unicode: true, .. });
        let value = self.constants.add_str(self.symbols.intern_wtf8(&text));
        self.ast.expr(ExprKind::Constant { value, unicode }, first.to(last))
    }

    /// The text of a constant that is a string.
    fn text_of(&self, expr: ExprId) -> Option<Symbol> {
        match self.ast[expr].kind {
            ExprKind::Constant { value, .. } => match self.constants[value] {
                Const::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The pieces of an f-string or t-string onto the stack.
    fn formatted_string(&mut self, middle: TokenKind, end: TokenKind) -> Result<()> {
        let token = *self.token();
        let raw = self.source(&token).bytes().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
        self.bump();
        let around = std::mem::take(&mut self.spec_depth);
        while !self.eat(end) {
            if self.at(middle) {
                let piece = self.text_piece(raw)?;
                if self.text_of(piece) != Some(names::EMPTY) {
                    self.stacks.exprs.push(piece);
                }
            } else {
                self.replacement_field(middle, raw)?;
            }
        }
        self.spec_depth = around;
        Ok(())
    }

    fn text_piece(&mut self, raw: bool) -> Result<ExprId> {
        let token = *self.token();
        let text = &self.text[token.start as usize..token.end as usize];
        let text = literal::format_piece(text, raw, token.span, self.grammar, &mut self.noticed)?;
        let value = self.constants.add_str(self.symbols.intern_wtf8(&text));
        self.bump();
        Ok(self.ast.expr(ExprKind::Constant { value, unicode: false }, token.span))
    }

    /// `{value = !r :spec}` onto the stack.
    fn replacement_field(&mut self, middle: TokenKind, raw: bool) -> Result<()> {
        let field = self.deeper(|parser| parser.field(middle, raw))?;
        self.stacks.exprs.extend(field.debug);
        self.stacks.exprs.push(field.value);
        Ok(())
    }

    fn field(&mut self, middle: TokenKind, raw: bool) -> Result<Field> {
        let template = middle == TokenKind::TStringMiddle;
        let start = self.start();
        let open = self.token().end;
        self.expect(TokenKind::LeftBrace)?;
        if let Some(message) = self.missing_value() {
            return self.refuse(message, self.start());
        }
        let value = self.yield_or_star_expressions()?;
        let value_end = self.token().start;
        let debug = self.eat(TokenKind::Equal);
        if debug && self.spec_depth > self.grammar.deepest_debug_field() {
            // CPython fails with a ValueError of its own tree.
            return Err(Handover::Unsupported("`=` in a field of a nested format specification").into());
        }
        let text_end = self.token().start;
        let conversion = self.conversion()?;
        let format_spec = self.format_spec(middle, raw)?;
        self.expect(TokenKind::RightBrace)?;

        let default = if debug && format_spec.is_none() { Conversion::Repr } else { Conversion::None };
        let letter = conversion.as_ref().map(|part| part.letter);
        let conversion = conversion.map_or(default, |part| part.conversion);
        let debug = match debug {
            true => Some(self.debug_text(open, text_end, start, letter, format_spec)?),
            false => None,
        };
        let kind = if template {
            let str = self.expression_text(open, value_end)?;
            ExprKind::Interpolation { value, str, conversion, format_spec }
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        Ok(Field { debug, value: self.expr(kind, start) })
    }

    fn missing_value(&self) -> Option<&'static str> {
        Some(match self.kind() {
            TokenKind::Equal => "f-string: valid expression required before '='",
            TokenKind::Exclamation => "f-string: valid expression required before '!'",
            TokenKind::Colon => "f-string: valid expression required before ':'",
            TokenKind::RightBrace => "f-string: valid expression required before '}'",
            _ => return None,
        })
    }

    fn conversion(&mut self) -> Result<Option<ConversionPart>> {
        let mark = *self.token();
        if !self.eat(TokenKind::Exclamation) {
            return Ok(None);
        }
        let token = *self.token();
        let letter = token.span;
        if token.kind != TokenKind::Name {
            let missing = matches!(token.kind, TokenKind::Colon | TokenKind::RightBrace);
            let message = if missing {
                "f-string: missing conversion character"
            } else {
                "f-string: invalid conversion character"
            };
            return self.refuse(message, letter);
        }
        if mark.end != token.start {
            let message = "f-string: conversion type must come right after the exclamation mark";
            return self.refuse(message, mark.span.to(letter));
        }
        let conversion = match token.symbol.map(|symbol| self.symbols.bytes(symbol)) {
            Some(b"s") => Conversion::Str,
            Some(b"r") => Conversion::Repr,
            Some(b"a") => Conversion::Ascii,
            _ => {
                let name = self.source(&token);
                let message =
                    format!("f-string: invalid conversion character '{name}': expected 's', 'r', or 'a'");
                return self.refuse(message, letter);
            }
        };
        self.bump();
        Ok(Some(ConversionPart { conversion, letter }))
    }

    /// `:` and what follows it, a string with fields of its own.
    fn format_spec(&mut self, middle: TokenKind, raw: bool) -> Result<Option<ExprId>> {
        let start = self.start();
        if !self.eat(TokenKind::Colon) {
            return Ok(None);
        }
        let mark = self.stacks.exprs.len();
        let keeps_empty = self.grammar.empty_end_of_format_spec();
        self.spec_depth += 1;
        loop {
            match self.kind() {
                kind if kind == middle => {
                    let piece = self.text_piece(raw && self.grammar.raw_format_spec())?;
                    let beside_field = self.stacks.exprs.len() > mark || self.at(TokenKind::LeftBrace);
                    if keeps_empty && beside_field || self.text_of(piece) != Some(names::EMPTY) {
                        self.stacks.exprs.push(piece);
                    }
                }
                TokenKind::LeftBrace => {
                    let first = self.stacks.exprs[mark..].iter().all(|piece| self.text_of(*piece).is_some());
                    let field = self.deeper(|parser| parser.field(TokenKind::FStringMiddle, raw))?;
                    if field.debug.is_some() && !first && self.grammar.nested_debug_text_is_the_first() {
                        let what = "`=` in a field of a format specification behind another field";
                        return Err(Handover::Unsupported(what).into());
                    }
                    self.stacks.exprs.extend(field.debug);
                    self.stacks.exprs.push(field.value);
                }
                _ => break,
            }
        }
        self.spec_depth -= 1;
        if self.stacks.exprs.len() > mark + 1 && !keeps_empty {
            self.merge_constants(mark, true);
        }
        let values: List<ExprId> = self.take_exprs(mark);
        Ok(Some(self.expr(ExprKind::JoinedStr { values }, start)))
    }

    /// The source before the `=` of a field and around it, as a constant.
    fn debug_text(
        &mut self,
        open: u32,
        end: u32,
        start: Span,
        letter: Option<Span>,
        format_spec: Option<ExprId>,
    ) -> Result<ExprId> {
        let text = literal::debug_text(&self.text[open as usize..end as usize], self.grammar)?;
        let (end_line, end_col) = match (letter, format_spec) {
            (Some(letter), _) => (letter.line, letter.col),
            (None, Some(spec)) => (self.ast[spec].span.line, self.ast[spec].span.col + 1),
            (None, None) => self.end,
        };
        let value = self.constants.add_str(self.symbols.intern(&text));
        let span = Span::new(start.line, start.col + 1, end_line, end_col - 1);
        Ok(self.ast.expr(ExprKind::Constant { value, unicode: false }, span))
    }

    /// The source of the expression of a t-string's field.
    fn expression_text(&mut self, open: u32, end: u32) -> Result<ConstId> {
        let text = literal::debug_text(&self.text[open as usize..end as usize], self.grammar)?;
        let kept = if self.grammar.template_text_keeps_blanks() { &text } else { text.trim_end() };
        let text = self.symbols.intern(kept);
        Ok(self.constants.add_str(text))
    }
}

/// The kinds of literals that stand side by side.
#[derive(Clone, Copy, Default)]
struct Found {
    text: bool,
    bytes: bool,
    fstring: bool,
    tstring: bool,
}
