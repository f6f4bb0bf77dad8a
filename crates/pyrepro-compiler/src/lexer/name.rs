//! Names, keywords, and the prefixes of literals, which look like names.

use unicode_normalization::UnicodeNormalization;

use super::keyword::keyword;
use super::token::TokenKind;
use super::{Lexer, in_name};
use crate::error::{ErrorKind, Failure, Result};
use crate::span::Span;
use crate::symbol::Symbol;
use crate::unicode;

/// What the letters before a quote ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Plain,
    Format,
    Template,
}

impl Lexer<'_> {
    pub(super) fn name(&mut self) -> Result<()> {
        let start = self.at;
        let mut bits = 0;
        let length = self.bytes[start..].iter().take_while(|&&byte| {
            bits |= byte;
            in_name(byte)
        });
        self.at += length.count();
        let name = &self.bytes[start..self.at];
        let next = self.peek(0);
        if name.len() <= 2
            && (next == b'"' || next == b'\'')
            && let Some(prefix) = self.prefix(name)
        {
            return match prefix {
                Prefix::Plain => self.string(start),
                Prefix::Format | Prefix::Template => self.begin_format(start, prefix == Prefix::Template),
            };
        }
        if let Some(kind) = keyword(name) {
            self.push(kind, start);
            return Ok(());
        }
        let symbol = if name.is_ascii() { self.symbols.intern_wtf8(name) } else { self.unicode_name(start)? };
        self.push_from(TokenKind::Name, start, self.line, self.col(start), Some(symbol));
        Ok(())
    }

    fn prefix(&self, letters: &[u8]) -> Option<Prefix> {
        match letters.to_ascii_lowercase().as_slice() {
            b"r" | b"b" | b"u" | b"br" | b"rb" => Some(Prefix::Plain),
            b"f" | b"fr" | b"rf" if self.grammar.fstring_tokens() => Some(Prefix::Format),
            b"f" | b"fr" | b"rf" => Some(Prefix::Plain),
            b"t" | b"tr" | b"rt" if self.grammar.template_strings() => Some(Prefix::Template),
            _ => None,
        }
    }

    /// A name that is not ASCII: each character is looked at, then the name is normalized.
    fn unicode_name(&mut self, start: usize) -> Result<Symbol> {
        let name = &self.text[start..self.at];
        let version = self.grammar.unicode();
        let fits = |(offset, c): &(usize, char)| match *offset {
            0 => *c == '_' || unicode::starts_identifier(*c, version),
            _ => unicode::continues_identifier(*c, version),
        };
        if let Some((offset, c)) = name.char_indices().find(|place| !fits(place)) {
            self.at = start + offset;
            let code = c as u32;
            return Err(self.error(match unicode::is_printable(c, version) {
                true => format!("invalid character '{c}' (U+{code:04X})"),
                false => format!("invalid non-printable character U+{code:04X}"),
            }));
        }
        let normal: String = name.nfkc().collect();
        if self.grammar.constants_are_no_names()
            && let "None" | "True" | "False" = normal.as_str()
        {
            let message = format!("identifier field can't represent '{normal}' constant");
            return Err(Failure::error(ErrorKind::Value, message, Span::NONE));
        }
        Ok(self.symbols.intern(&normal))
    }
}
