//! Imports.

use super::Collector;
use crate::ast::{Alias, List, StmtId, StmtKind};
use crate::error::{Failure, Result};
use crate::span::Span;
use crate::symbol::names;
use crate::symtable::{BlockKind, Uses};

impl Collector<'_> {
    pub(super) fn import(&mut self, stmt: StmtId) -> Result<()> {
        let span = self.ast[stmt].span;
        match self.ast[stmt].kind {
            StmtKind::Import { names, is_lazy } => {
                if is_lazy {
                    self.check_lazy("import", span)?;
                }
                self.aliases(names)
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                if is_lazy {
                    self.check_lazy("from ... import", span)?;
                    if self.ast[names].iter().any(|alias| alias.name == names::STAR) {
                        let message = "lazy from ... import * is not allowed";
                        return Err(Failure::syntax(message, span));
                    }
                }
                self.aliases(names)?;
                if level == 0 && module == Some(names::FUTURE) {
                    self.check_future(span)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn aliases(&mut self, list: List<Alias>) -> Result<()> {
        let ast = self.ast;
        for alias in &ast[list] {
            if alias.asname.unwrap_or(alias.name) != names::STAR {
                let stored = self.stored_name(alias);
                self.define(stored, Uses::IMPORT, alias.span)?;
            } else if self.scope().kind != BlockKind::Module {
                let message = "import * only allowed at module level";
                return Err(Failure::syntax(message, alias.span));
            }
        }
        Ok(())
    }

    /// `import a.b` binds `a`.
    fn stored_name(&mut self, alias: &Alias) -> crate::symbol::Symbol {
        let name = alias.asname.unwrap_or(alias.name);
        let text = self.symbols.bytes(name);
        match text.iter().position(|&byte| byte == b'.') {
            Some(dot) => {
                let first = text[..dot].to_vec();
                self.symbols.intern_wtf8(&first)
            }
            None => name,
        }
    }

    /// `from __future__ import …` behind anything else.
    fn check_future(&self, span: Span) -> Result<()> {
        let last = self.future.span;
        let late = span.line > last.line || (span.line == last.end_line && span.col > last.end_col);
        if late && self.rules.checks_in_symbol_table {
            let message = "from __future__ imports must occur at the beginning of the file";
            return Err(Failure::syntax(message, span));
        }
        Ok(())
    }

    fn check_lazy(&mut self, what: &str, span: Span) -> Result<()> {
        let in_try = self.note().in_try;
        let place = match self.scope().kind {
            _ if in_try => "try/except blocks",
            BlockKind::Function => "functions",
            BlockKind::Class => "classes",
            _ => return Ok(()),
        };
        let message = format!("lazy {what} not allowed inside {place}");
        Err(Failure::syntax(message, span))
    }
}
