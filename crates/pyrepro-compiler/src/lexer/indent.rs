//! Indentation: two columns for each line, so that a tab cannot mean two things.

use super::token::TokenKind;
use super::{CLASSES, Class, Lexer};
use crate::error::{ErrorKind, Failure, Result};

/// Levels of indentation, the one of the file included.
const MOST_LEVELS: usize = 100;

/// How far a line is indented: with tabs as wide as eight blanks, and as wide as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Columns {
    wide: u32,
    narrow: u32,
}

impl Columns {
    fn advance(&mut self, byte: u8) {
        match byte {
            b'\t' => {
                self.wide = (self.wide / 8 + 1) * 8;
                self.narrow += 1;
            }
            b'\x0c' => *self = Self::default(),
            _ => {
                self.wide += 1;
                self.narrow += 1;
            }
        }
    }
}

/// The levels around this line; the file's own, without indentation, is not in the list.
#[derive(Debug, Default)]
pub(super) struct Indents {
    levels: Vec<Columns>,
}

impl Indents {
    fn last(&self) -> Columns {
        self.levels.last().copied().unwrap_or_default()
    }
}

impl Lexer<'_> {
    /// Steps over empty lines and the indentation of the next other one, and pushes what that means.
    pub(super) fn indentation(&mut self) -> Result<()> {
        loop {
            let columns = self.columns()?;
            match self.peek(0) {
                b'\n' => self.next_line(),
                b'#' => {
                    self.skip_line();
                    self.next_line();
                }
                _ => return self.indent_to(columns),
            }
        }
    }

    /// The columns of a line. Behind a backslash those of the first physical line count, unless it begins with it.
    fn columns(&mut self) -> Result<Columns> {
        let rest = &self.bytes[self.at..];
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        self.at += blanks;
        let mut columns = Columns { wide: blanks as u32, narrow: blanks as u32 };
        let mut continued = 0;
        loop {
            let byte = self.peek(0);
            match CLASSES[byte as usize] {
                Class::Blank => {
                    columns.advance(byte);
                    self.at += 1;
                }
                Class::Backslash => {
                    if continued == 0 {
                        continued = columns.wide;
                    }
                    self.continuation()?;
                }
                _ if continued == 0 => return Ok(columns),
                _ => return Ok(Columns { wide: continued, narrow: continued }),
            }
        }
    }

    fn indent_to(&mut self, columns: Columns) -> Result<()> {
        let last = self.indents.last();
        if columns.wide > last.wide {
            if self.indents.levels.len() + 1 >= MOST_LEVELS {
                let message = "too many levels of indentation";
                return Err(Failure::error(ErrorKind::Indentation, message, self.here()));
            }
            if columns.narrow <= last.narrow {
                return Err(self.inconsistent());
            }
            self.indents.levels.push(columns);
            self.push(TokenKind::Indent, self.at);
            return Ok(());
        }
        let kept = self.indents.levels.partition_point(|level| level.wide <= columns.wide);
        let closed = self.indents.levels.len() - kept;
        self.indents.levels.truncate(kept);
        let last = self.indents.last();
        if columns.wide != last.wide {
            let message = "unindent does not match any outer indentation level";
            return Err(Failure::error(ErrorKind::Indentation, message, self.here()));
        }
        if columns.narrow != last.narrow {
            return Err(self.inconsistent());
        }
        for _ in 0..closed {
            self.push_end(TokenKind::Dedent);
        }
        Ok(())
    }

    fn inconsistent(&self) -> Failure {
        Failure::error(ErrorKind::Tab, "inconsistent use of tabs and spaces in indentation", self.here())
    }
}
