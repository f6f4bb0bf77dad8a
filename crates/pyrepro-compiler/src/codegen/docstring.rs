//! Docstrings: finding them and, as CPython does since 3.13, taking their indentation away.

use crate::ast::{List, StmtId, StmtKind};
use crate::error::{ErrorKind, Failure, Result};
use crate::span::Span;
use crate::symbol::Symbol;

use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    /// The docstring of a body, and where it stands.
    pub(super) fn docstring(&self, body: List<StmtId>) -> Option<(Symbol, Span)> {
        let first = *self.ast[body].first()?;
        let StmtKind::Expr { value } = self.ast[first].kind else { return None };
        let text = self.string_constant(value)?;
        Some((text, self.ast[value].span))
    }

    /// The docstring as it is kept.
    pub(super) fn clean_docstring(&mut self, text: Symbol) -> Result<Symbol> {
        if !self.rules.docstrings_are_cleaned {
            return Ok(text);
        }
        let Some(text) = self.symbols.text(text) else {
            let message =
                "'utf-8' codec can't encode a lone surrogate of a docstring: surrogates not allowed";
            return Err(Failure::error(ErrorKind::UnicodeEncode, message, Span::NONE));
        };
        let cleaned = clean(text);
        Ok(self.symbols.intern(&cleaned))
    }
}

/// Tabs to spaces, no spaces before the first line, the common indentation of the others taken away.
fn clean(text: &str) -> String {
    let text = expand_tabs(text);
    let Some((first, rest)) = text.split_once('\n') else {
        return text.trim_start_matches(' ').to_owned();
    };
    let margin = rest
        .split('\n')
        .map(|line| (line.len(), line.bytes().take_while(|&byte| byte == b' ').count()))
        .filter(|(length, indent)| indent < length)
        .map(|(_, indent)| indent)
        .min()
        .unwrap_or(0);
    let mut cleaned = String::with_capacity(text.len());
    cleaned.push_str(first.trim_start_matches(' '));
    for line in rest.split('\n') {
        let indent = line.bytes().take(margin).take_while(|&byte| byte == b' ').count();
        cleaned.push('\n');
        cleaned.push_str(&line[indent..]);
    }
    cleaned
}

/// `str.expandtabs()`.
fn expand_tabs(text: &str) -> String {
    const WIDTH: usize = 8;
    if !text.contains('\t') {
        return text.to_owned();
    }
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                let spaces = WIDTH - column % WIDTH;
                expanded.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            _ => {
                expanded.push(character);
                column = if matches!(character, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn the_common_indentation_goes_and_blank_lines_stay() {
        assert_eq!(clean("a\n    b\n\n      c\n    "), "a\nb\n\n  c\n");
        assert_eq!(clean("  a"), "a");
        assert_eq!(clean("a\n\tb\n        c"), "a\nb\nc");
        assert_eq!(clean("\n"), "\n");
        assert_eq!(clean("a\n  "), "a\n  ");
    }
}
