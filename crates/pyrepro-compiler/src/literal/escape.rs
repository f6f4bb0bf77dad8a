//! Backslashes in literals.

use std::borrow::Cow;

use crate::error::{Failure, Handover, Result, Warning, WarningCategory};
use crate::rules::{Consulted, EscapeWarning};
use crate::span::Span;
use crate::unicode::name::{Named, lookup};

/// A literal's text, and what to tell of it.
pub(super) struct Unescaper<'a> {
    pub(super) text: &'a [u8],
    /// Of the token.
    pub(super) span: Span,
    pub(super) grammar: &'a Consulted<'a>,
    pub(super) warnings: &'a mut Vec<Warning>,
    warned: bool,
    /// Whether the tokenizer has told of an escaped brace already.
    braces_told: bool,
    out: Vec<u8>,
}

impl<'a> Unescaper<'a> {
    pub(super) fn new(
        text: &'a [u8],
        span: Span,
        grammar: &'a Consulted<'a>,
        warnings: &'a mut Vec<Warning>,
    ) -> Self {
        Self {
            text,
            span,
            grammar,
            warnings,
            warned: false,
            braces_told: false,
            out: Vec::with_capacity(text.len()),
        }
    }

    /// The value of a string.
    pub(super) fn string(mut self) -> Result<Vec<u8>> {
        let mut at = 0;
        while let Some(found) = backslash(&self.text[at..]) {
            self.out.extend_from_slice(&self.text[at..at + found]);
            at = self.string_escape(at + found)?;
        }
        self.out.extend_from_slice(&self.text[at..]);
        Ok(self.out)
    }

    /// The value of a piece of an f-string.
    pub(super) fn format_piece(mut self) -> Result<Vec<u8>> {
        self.braces_told = self.grammar.fstring_tokens();
        self.string()
    }

    /// The value of a bytes literal.
    pub(super) fn bytes(mut self) -> Result<Vec<u8>> {
        let mut at = 0;
        while let Some(found) = backslash(&self.text[at..]) {
            self.out.extend_from_slice(&self.text[at..at + found]);
            at = self.bytes_escape(at + found)?;
        }
        self.out.extend_from_slice(&self.text[at..]);
        Ok(self.out)
    }

    /// The escape at a place; gives the place behind it.
    fn string_escape(&mut self, at: usize) -> Result<usize> {
        match self.byte(at + 1) {
            b'x' => self.code_point(at, 2, "truncated \\xXX escape"),
            b'u' => self.code_point(at, 4, "truncated \\uXXXX escape"),
            b'U' => self.code_point(at, 8, "truncated \\UXXXXXXXX escape"),
            b'N' => self.character_name(at),
            b'0'..=b'7' => {
                let (value, end) = self.octal(at);
                self.push_code_point(value);
                Ok(end)
            }
            // A piece of an f-string may end with a backslash: the brace behind it is no part of it.
            0 | 128.. => {
                self.out.push(b'\\');
                Ok(at + 1)
            }
            _ => Ok(self.simple(at)),
        }
    }

    fn bytes_escape(&mut self, at: usize) -> Result<usize> {
        match self.byte(at + 1) {
            b'x' => match self.hexadecimal(at + 2, 2) {
                Some(value) => {
                    self.out.push(value as u8);
                    Ok(at + 4)
                }
                None => {
                    let message = format!("(value error) invalid \\x escape at position {at}");
                    Err(Failure::syntax(message, self.span))
                }
            },
            b'0'..=b'7' => {
                let (value, end) = self.octal(at);
                self.out.push(value as u8);
                Ok(end)
            }
            _ => Ok(self.simple(at)),
        }
    }

    /// An escape of one character, or a backslash that escapes nothing.
    fn simple(&mut self, at: usize) -> usize {
        let byte = self.byte(at + 1);
        let value = match byte {
            b'\n' => return at + 2,
            b'\\' | b'\'' | b'"' => byte,
            b'b' => 8,
            b'f' => 12,
            b't' => 9,
            b'n' => 10,
            b'r' => 13,
            b'v' => 11,
            b'a' => 7,
            _ => {
                if self.braces_told && (byte == b'{' || byte == b'}') {
                    self.warned = true;
                }
                self.warn(at, |grammar, line, _| invalid_escape(char::from(byte), line, grammar));
                self.out.push(b'\\');
                return at + 1;
            }
        };
        self.out.push(value);
        at + 2
    }

    /// Up to three octal digits.
    fn octal(&mut self, at: usize) -> (u32, usize) {
        let digits = self.text[at + 1..].iter().take(3).take_while(|byte| (b'0'..b'8').contains(byte));
        let (value, count) =
            digits.fold((0, 0), |(value, count), &digit| (value * 8 + u32::from(digit - b'0'), count + 1));
        if value > 0o377 {
            self.warn(at, |grammar, line, rest| {
                let shown: String = rest[..3].iter().map(|&byte| char::from(byte)).collect();
                warning(&shown, "octal escape", line, grammar)
            });
        }
        (value, at + 1 + count)
    }

    fn code_point(&mut self, at: usize, digits: usize, reason: &str) -> Result<usize> {
        let Some(value) = self.hexadecimal(at + 2, digits) else {
            let found = self.text[at + 2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            return Err(self.unicode_error(at, at + 1 + found.min(digits), reason));
        };
        let end = at + 2 + digits;
        if value > 0x10_ffff {
            return Err(self.unicode_error(at, end - 1, "illegal Unicode character"));
        }
        self.push_code_point(value);
        Ok(end)
    }

    fn character_name(&mut self, at: usize) -> Result<usize> {
        let rest = &self.text[at + 2..];
        let name = rest.strip_prefix(b"{").and_then(|rest| {
            let end = rest.iter().position(|&byte| byte == b'}')?;
            (end > 0).then(|| &rest[..end])
        });
        let Some(name) = name else {
            return Err(self.unicode_error(at, at + 1, "malformed \\N character escape"));
        };
        let end = at + 4 + name.len();
        match lookup(name, self.grammar.unicode(), self.grammar.lower_case_derived_names()) {
            Named::Character(value) => {
                self.push_code_point(value);
                Ok(end)
            }
            Named::Unknown => Err(self.unicode_error(at, end - 1, "unknown Unicode character name")),
            Named::Disputed => Err(Handover::Unsupported("this spelling of a character's name").into()),
        }
    }

    fn hexadecimal(&self, at: usize, count: usize) -> Option<u32> {
        let digits = self.text.get(at..at + count)?;
        digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
    }

    /// The byte at a place, 0 behind the end.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn push_code_point(&mut self, value: u32) {
        push_code_point(&mut self.out, value);
    }

    /// Of the escapes of one literal only the first invalid one is told.
    fn warn(&mut self, at: usize, make: impl FnOnce(&Consulted<'_>, i32, &[u8]) -> Warning) {
        if !self.warned {
            self.warned = true;
            let before = if self.grammar.escape_warning_at_backslash() { &self.text[..at] } else { &[] };
            let newlines = before.iter().filter(|&&byte| byte == b'\n').count();
            let warning = make(self.grammar, self.span.line + newlines as i32, &self.text[at + 1..]);
            self.warnings.push(warning);
        }
    }

    fn unicode_error(&self, first: usize, last: usize, reason: &str) -> Failure {
        let codec = "(unicode error) 'unicodeescape' codec can't decode bytes in position";
        Failure::syntax(format!("{codec} {first}-{last}: {reason}"), self.span)
    }
}

fn backslash(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| byte == b'\\')
}

/// Appends a code point, a surrogate too, as three bytes or as UTF-8.
fn push_code_point(out: &mut Vec<u8>, value: u32) {
    match char::from_u32(value) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend([
            0xe0 | (value >> 12) as u8,
            0x80 | (value >> 6 & 63) as u8,
            0x80 | (value & 63) as u8,
        ]),
    }
}

/// The warning of a backslash before a character that it does not escape.
pub(crate) fn invalid_escape(c: char, line: i32, grammar: &Consulted<'_>) -> Warning {
    warning(c.encode_utf8(&mut [0; 4]), "escape", line, grammar)
}

fn warning(escaped: &str, kind: &str, line: i32, grammar: &Consulted<'_>) -> Warning {
    let short = || Cow::Owned(format!("invalid {kind} sequence '\\{escaped}'"));
    let (category, message) = match grammar.escape_warning() {
        EscapeWarning::Deprecation => (WarningCategory::Deprecation, short()),
        EscapeWarning::Syntax => (WarningCategory::Syntax, short()),
        EscapeWarning::SyntaxWithAdvice => (
            WarningCategory::Syntax,
            Cow::Owned(format!(
                "\"\\{escaped}\" is an invalid {kind} sequence. Such sequences will not work in the future. \
                 Did you mean \"\\\\{escaped}\"? A raw string is also an option."
            )),
        ),
    };
    Warning { category, message, line }
}
