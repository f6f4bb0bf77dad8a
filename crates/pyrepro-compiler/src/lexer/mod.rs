//! Text to tokens, all of a file at once.
//!
//! The rules are those of CPython's tokenizer, quirks of f-strings included. A token costs no allocation beyond its
//! place in the list.

mod format;
mod indent;
mod keyword;
mod name;
mod number;
mod operator;
mod text;
pub mod token;

use crate::decode::Source;
use crate::error::{ErrorKind, Failure, Handover, Result, Warning};
use crate::rules::Consulted;
use crate::span::Span;
use crate::symbol::{Symbol, Symbols};
use format::Format;
use indent::Indents;
use memchr::memchr;
use token::{Token, TokenKind};

/// Brackets inside each other, at most.
const MOST_BRACKETS: usize = 200;

/// Tokens of a file, at most: the tree and the code of more take gigabytes.
const MOST_TOKENS: usize = 8_000_000;

/// The tokens of a file.
#[derive(Debug)]
pub struct Tokens {
    /// Ends with [`TokenKind::EndMarker`], or with [`TokenKind::Error`] where the tokenizer gave up.
    pub list: Vec<Token>,
    /// Why it gave up.
    pub failure: Option<Failure>,
    /// What it noticed, each with the index of the token that it was at.
    pub warnings: Vec<(usize, Warning)>,
}

/// The tokens of a text.
pub fn tokenize(source: &Source<'_>, grammar: &Consulted<'_>, symbols: &mut Symbols) -> Tokens {
    let text = source.text();
    let mut lexer = Lexer::new(text, text.len(), grammar, symbols);
    let failure = lexer.run().err();
    if failure.is_some() {
        lexer.push(TokenKind::Error, lexer.at);
    }
    Tokens { list: lexer.list, failure, warnings: lexer.warnings }
}

/// Where the brace of a replacement field stands in a text, and on which line and column it counts.
#[derive(Clone, Copy, Debug)]
pub struct FieldPlace {
    /// Its offset.
    pub open: usize,
    /// Its line.
    pub line: i32,
    /// Its column, at most the offset.
    pub col: i32,
}

/// The tokens of a replacement field in an f-string that is one token itself: what stands between its brace and the
/// end of the text, in parentheses.
pub fn tokenize_field(
    text: &str,
    place: FieldPlace,
    grammar: &Consulted<'_>,
    symbols: &mut Symbols,
) -> Tokens {
    let mut lexer = Lexer::new(text, text.len() - place.open, grammar, symbols);
    (lexer.line, lexer.line_start) = (place.line, place.open - place.col as usize);
    lexer.at = place.open + 1;
    lexer.at_line_start = false;
    lexer.push(TokenKind::LeftParen, place.open);
    lexer.brackets.push(Bracket { byte: b'(', line: place.line, col: place.col });
    lexer.brackets_around = 1;
    let failure = lexer.field().err();
    if failure.is_some() {
        lexer.push(TokenKind::Error, lexer.at);
    }
    // CPython forgets that the field does not begin its line if a literal ends on another one.
    for token in &mut lexer.list {
        if token.kind == TokenKind::String
            && token.span.line == place.line
            && token.span.end_line > place.line
        {
            token.span.col = (token.start as usize - place.open) as i32;
        }
    }
    Tokens { list: lexer.list, failure, warnings: lexer.warnings }
}

/// A bracket that is open.
#[derive(Clone, Copy)]
struct Bracket {
    byte: u8,
    line: i32,
    col: i32,
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    grammar: &'a Consulted<'a>,
    symbols: &'a mut Symbols,
    list: Vec<Token>,
    warnings: Vec<(usize, Warning)>,
    /// The next byte.
    at: usize,
    line: i32,
    /// Where the line begins.
    line_start: usize,
    at_line_start: bool,
    indents: Indents,
    brackets: Vec<Bracket>,
    /// How many of them the end of the text closes.
    brackets_around: usize,
    /// The f-strings and t-strings around this place.
    formats: Vec<Format>,
    /// Whether this place is in the text of the innermost of them, not in an expression.
    in_format_text: bool,
}

impl<'a> Lexer<'a> {
    /// A lexer that expects to read so many bytes of a text.
    fn new(text: &'a str, expected: usize, grammar: &'a Consulted<'a>, symbols: &'a mut Symbols) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            grammar,
            symbols,
            list: Vec::with_capacity((expected / 4 + 8).min(MOST_TOKENS)),
            warnings: Vec::new(),
            at: 0,
            line: 1,
            line_start: 0,
            at_line_start: true,
            indents: Indents::default(),
            brackets: Vec::new(),
            brackets_around: 0,
            formats: Vec::new(),
            in_format_text: false,
        }
    }

    fn run(&mut self) -> Result<()> {
        loop {
            if self.list.len() > MOST_TOKENS {
                return Err(Handover::TooLarge("a source of more than 8 million tokens").into());
            }
            if self.in_format_text {
                self.format_text()?;
                continue;
            }
            if self.at_line_start {
                self.at_line_start = false;
                self.indentation()?;
            }
            if !self.token()? {
                self.push_end(TokenKind::EndMarker);
                return Ok(());
            }
        }
    }

    /// The rest of a replacement field, and the parenthesis that closes it.
    fn field(&mut self) -> Result<()> {
        while self.token()? {}
        let end = self.at;
        self.at += 1;
        self.push(TokenKind::RightParen, end);
        self.push(TokenKind::Newline, self.at);
        self.push(TokenKind::EndMarker, self.at);
        Ok(())
    }

    /// The next token; false at the end of the file.
    fn token(&mut self) -> Result<bool> {
        loop {
            let byte = self.peek(0);
            match CLASSES[byte as usize] {
                Class::Blank => self.at += 1,
                Class::Name => {
                    self.name()?;
                    return Ok(true);
                }
                Class::Digit => {
                    self.number()?;
                    return Ok(true);
                }
                Class::Quote => {
                    self.string(self.at)?;
                    return Ok(true);
                }
                Class::Other => {
                    self.operator(byte)?;
                    return Ok(true);
                }
                Class::Newline => {
                    if self.brackets.is_empty() {
                        self.push(TokenKind::Newline, self.at);
                        self.next_line();
                        self.at_line_start = true;
                        return Ok(true);
                    }
                    self.next_line();
                }
                Class::Comment => self.skip_line(),
                Class::Backslash => self.continuation()?,
                Class::End => {
                    return match self.brackets.get(self.brackets_around) {
                        None => Ok(false),
                        Some(_) => Err(never_closed(self.brackets[self.brackets.len() - 1])),
                    };
                }
            }
        }
    }

    /// The byte some places ahead, 0 behind the end.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Steps over the newline at this place.
    fn next_line(&mut self) {
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
    }

    /// Goes to the end of the line.
    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// Steps over a backslash and the newline behind it.
    fn continuation(&mut self) -> Result<()> {
        if self.peek(1) != b'\n' {
            self.at += 1;
            return Err(self.error("unexpected character after line continuation character"));
        }
        self.at += 1;
        self.next_line();
        if self.at == self.bytes.len() {
            return Err(self.error("unexpected EOF while parsing"));
        }
        Ok(())
    }

    fn col(&self, at: usize) -> i32 {
        // A source has less than 2 GiB.
        (at - self.line_start) as i32
    }

    /// The number of this line. What is behind the last line's end belongs to the last line.
    fn last_line(&self) -> i32 {
        let behind = self.at == self.bytes.len() && self.at == self.line_start;
        if behind { (self.line - 1).max(1) } else { self.line }
    }

    /// The end of the file, or of the tokens that could be read.
    fn push_end(&mut self, kind: TokenKind) {
        let line = self.last_line();
        self.push_from(kind, self.at, line, self.col(self.at), None);
        if let Some(end) = self.list.last_mut() {
            end.span.end_line = line;
        }
    }

    /// A token on this line, from a place to the current one.
    fn push(&mut self, kind: TokenKind, start: usize) {
        self.push_from(kind, start, self.line, self.col(start), None);
    }

    fn push_from(&mut self, kind: TokenKind, start: usize, line: i32, col: i32, symbol: Option<Symbol>) {
        let span = Span::new(line, col, self.line, self.col(self.at));
        self.list.push(Token { kind, symbol, start: start as u32, end: self.at as u32, span });
    }

    /// An error right here.
    fn error(&self, message: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
        Failure::error(ErrorKind::Syntax, message, self.here())
    }

    fn here(&self) -> Span {
        let (line, col) = (self.last_line(), self.col(self.at));
        Span::new(line, col, line, col)
    }

    fn warn(&mut self, warning: Warning) {
        self.warnings.push((self.list.len(), warning));
    }
}

fn never_closed(bracket: Bracket) -> Failure {
    let span = Span::new(bracket.line, bracket.col, bracket.line, bracket.col + 1);
    Failure::syntax(format!("'{}' was never closed", char::from(bracket.byte)), span)
}

/// What begins with a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Blank,
    Name,
    Digit,
    Quote,
    Newline,
    Comment,
    Backslash,
    End,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            0 => Class::End,
            b' ' | b'\t' | b'\x0c' => Class::Blank,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => Class::Name,
            b'0'..=b'9' => Class::Digit,
            b'"' | b'\'' => Class::Quote,
            b'\n' => Class::Newline,
            b'#' => Class::Comment,
            b'\\' => Class::Backslash,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// Whether a byte can stand in a name; what is not ASCII is looked at later.
const fn in_name(byte: u8) -> bool {
    matches!(CLASSES[byte as usize], Class::Name | Class::Digit)
}
