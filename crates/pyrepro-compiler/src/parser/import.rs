//! Imports.

use super::Parser;
use crate::ast::{Alias, List, StmtKind};
use crate::error::{Result, Warning, WarningCategory};
use crate::lexer::token::TokenKind;
use crate::span::Span;
use crate::symbol::{Symbol, names};

impl Parser<'_> {
    /// `import a.b as c, d`
    pub(super) fn import(&mut self, is_lazy: bool) -> Result<StmtKind> {
        self.bump();
        let mut aliases = Vec::new();
        loop {
            let start = self.start();
            let name = self.dotted_name()?;
            aliases.push(self.alias(name, start)?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let names = self.ast.add_list(&aliases);
        Ok(StmtKind::Import { names, is_lazy })
    }

    /// `from ..a.b import c as d, e`
    pub(super) fn import_from(&mut self, lazy: Option<Span>) -> Result<StmtKind> {
        let is_lazy = lazy.is_some();
        self.bump();
        let level = self.dots();
        let (dots_end, named) = (self.end, self.start());
        let module = if level > 0 && self.at(TokenKind::KwImport) { None } else { Some(self.dotted_name()?) };
        if !is_lazy {
            self.check_place_of_lazy(level, module, dots_end, named)?;
        }
        self.expect(TokenKind::KwImport)?;
        let names = self.import_from_targets()?;
        if level == 0 && module == Some(names::FUTURE) {
            if let Some(lazy) = lazy {
                return self.refuse("lazy from __future__ import is not allowed", lazy);
            }
            let flufl = self.ast[names].iter().any(|alias| alias.name == names::BARRY_AS_FLUFL);
            self.flufl |= flufl && self.grammar.flufl_in_files();
        }
        Ok(StmtKind::ImportFrom { module, names, level, is_lazy })
    }

    /// `lazy` goes before `from`: in `from a lazy import b` it is an error, in `from . lazy import b` it is the
    /// name of the module.
    fn check_place_of_lazy(
        &mut self,
        level: u32,
        module: Option<Symbol>,
        dots_end: (i32, i32),
        named: Span,
    ) -> Result<()> {
        if self.at_word(names::LAZY)
            && self.kind_after(1) == TokenKind::KwImport
            && self.grammar.lazy_imports()
        {
            return self.refuse("use 'lazy from ... ' instead of 'from ... lazy import'", self.start());
        }
        let apart = dots_end != (named.line, named.col);
        if level > 0
            && apart
            && module == Some(names::LAZY)
            && self.at(TokenKind::KwImport)
            && self.grammar.lazy_imports()
        {
            let dots = ".".repeat(level as usize);
            let message = format!(
                "'from {dots} lazy import' is the same as 'from {dots}lazy import'; \
                 did you mean 'lazy from {dots} import'?"
            );
            let warning =
                Warning { category: WarningCategory::Syntax, message: message.into(), line: named.line };
            self.warnings.push((self.next, warning));
        }
        Ok(())
    }

    fn dots(&mut self) -> u32 {
        let mut level = 0;
        loop {
            match self.kind() {
                TokenKind::Dot => level += 1,
                TokenKind::Ellipsis => level += 3,
                _ => return level,
            }
            self.bump();
        }
    }

    fn dotted_name(&mut self) -> Result<Symbol> {
        let mut name = self.name()?;
        if !self.at(TokenKind::Dot) {
            return Ok(name);
        }
        let mut dotted = self.symbols.bytes(name).to_vec();
        while self.eat(TokenKind::Dot) {
            name = self.name()?;
            dotted.push(b'.');
            dotted.extend_from_slice(self.symbols.bytes(name));
        }
        Ok(self.symbols.intern_wtf8(&dotted))
    }

    fn import_from_targets(&mut self) -> Result<List<Alias>> {
        match self.kind() {
            TokenKind::Star => {
                let start = self.start();
                self.bump();
                let alias = Alias { span: self.span(start), name: names::STAR, asname: None };
                Ok(self.ast.add_list(&[alias]))
            }
            TokenKind::LeftParen => {
                self.bump();
                let aliases = self.aliases(TokenKind::RightParen)?;
                self.expect(TokenKind::RightParen)?;
                Ok(aliases)
            }
            TokenKind::Newline => self.refuse("Expected one or more names after 'import'", self.start()),
            _ => self.aliases(TokenKind::Error),
        }
    }

    /// Names with commas between them; before `close` there may be one more.
    fn aliases(&mut self, close: TokenKind) -> Result<List<Alias>> {
        let mut aliases = Vec::new();
        loop {
            let start = self.start();
            let name = self.name()?;
            aliases.push(self.alias(name, start)?);
            if !self.eat(TokenKind::Comma) || self.at(close) {
                break;
            }
            if self.at(TokenKind::Newline) {
                let message = "trailing comma not allowed without surrounding parentheses";
                return self.refuse(message, self.start());
            }
        }
        Ok(self.ast.add_list(&aliases))
    }

    fn alias(&mut self, name: Symbol, start: Span) -> Result<Alias> {
        let asname = if self.eat(TokenKind::KwAs) { Some(self.name()?) } else { None };
        Ok(Alias { span: self.span(start), name, asname })
    }
}
