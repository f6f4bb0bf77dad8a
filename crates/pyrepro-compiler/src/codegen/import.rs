//! `import` and `from … import`.

use crate::ast::{Alias, Context, List};
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};

use super::block::BlockKind;
use super::emit::{import, intrinsic1};
use super::scope::UnitKind;
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn import(&mut self, aliases: List<Alias>, is_lazy: bool, at: Span) -> Result<()> {
        let ast = self.ast;
        for alias in &ast[aliases] {
            self.load_int(0, at);
            self.load_none(at);
            self.import_name(alias.name, is_lazy, false, at);
            let parts = self.parts(alias.name);
            match alias.asname {
                None => self.name(parts[0], Context::Store, at)?,
                Some(name) => self.import_as(&parts[1..], name, at)?,
            }
        }
        Ok(())
    }

    fn import_name(&mut self, name: Symbol, is_lazy: bool, star: bool, at: Span) {
        let place = self.name_place(name);
        if !self.rules.grammar.lazy_imports {
            return self.op_arg(Op::ImportName, place, at);
        }
        let flags = if is_lazy {
            import::LAZY
        } else if star || self.unit.kind != UnitKind::Module || self.in_exception_handling() {
            import::EAGER
        } else {
            0
        };
        self.op_arg(Op::ImportName, place << 2 | flags, at);
    }

    /// Whether an exception is caught here, or was.
    fn in_exception_handling(&self) -> bool {
        self.unit.blocks.iter().any(|block| {
            matches!(
                block.kind,
                BlockKind::TryExcept
                    | BlockKind::FinallyTry(_)
                    | BlockKind::FinallyEnd
                    | BlockKind::ExceptionHandler
                    | BlockKind::ExceptionGroupHandler
                    | BlockKind::HandlerCleanup(_)
            )
        })
    }

    /// `import a.b.c as name`: from the module `a` down to `c`.
    fn import_as(&mut self, parts: &[Symbol], name: Symbol, at: Span) -> Result<()> {
        for (place, &part) in parts.iter().enumerate() {
            if place > 0 {
                self.op_arg(Op::Swap, 2, at);
                self.op(Op::PopTop, at);
            }
            // Not mangled, as IMPORT_NAME's dotted name is not.
            let part = self.unit.names.add(part);
            self.op_arg(Op::ImportFrom, part, at);
        }
        self.name(name, Context::Store, at)?;
        if !parts.is_empty() {
            self.op(Op::PopTop, at);
        }
        Ok(())
    }

    fn parts(&mut self, name: Symbol) -> Vec<Symbol> {
        let text = self.symbols.bytes(name);
        if !text.contains(&b'.') {
            return vec![name];
        }
        let parts: Vec<Vec<u8>> = text.split(|&byte| byte == b'.').map(<[u8]>::to_vec).collect();
        parts.iter().map(|part| self.symbols.intern_wtf8(part)).collect()
    }

    pub(super) fn import_from(
        &mut self,
        module: Option<Symbol>,
        aliases: List<Alias>,
        level: u32,
        is_lazy: bool,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        self.load_int(level as usize, at);
        if !self.rules.checks_in_symbol_table
            && (level == 0 || self.rules.relative_future_is_future)
            && module == Some(names::FUTURE)
            && starts_behind(at, self.future.span)
        {
            return self.error("from __future__ imports must occur at the beginning of the file", at);
        }
        self.load_strs(ast[aliases].iter().map(|alias| alias.name), at);
        let star = matches!(&ast[aliases], [only] if only.name == names::STAR);
        self.import_name(module.unwrap_or(names::EMPTY), is_lazy, star, at);
        if star {
            self.intrinsic(Op::ImportStar, intrinsic1::IMPORT_STAR, at);
            if self.rules.intrinsics {
                self.op(Op::PopTop, Span::NONE);
            }
            return Ok(());
        }
        for alias in &ast[aliases] {
            self.op_name(Op::ImportFrom, alias.name, at);
            self.name(alias.asname.unwrap_or(alias.name), Context::Store, at)?;
        }
        self.op(Op::PopTop, at);
        Ok(())
    }
}

fn starts_behind(at: Span, end: Span) -> bool {
    at.line > end.end_line || (at.line == end.end_line && at.col > end.end_col)
}
