//! `with` and `async with`.

use crate::ast::{List, StmtId, WithItem};
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::rules::WithEnter;
use crate::span::Span;

use super::block::BlockKind;
use super::scope::UnitKind;
use super::{Backend, Codegen};

/// Arguments of `LOAD_SPECIAL`.
mod special {
    pub const ENTER: u32 = 0;
    pub const EXIT: u32 = 1;
    pub const AENTER: u32 = 2;
    pub const AEXIT: u32 = 3;
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn with(&mut self, items: List<WithItem>, body: List<StmtId>, statement: Span) -> Result<()> {
        let ast = self.ast;
        let Some(&item) = ast[items].first() else { return self.statements(body) };
        let at = self.place_of_with(item, statement);
        let block = self.new_label();
        let (cleanup, exit, last) = (self.new_label(), self.new_label(), self.new_label());
        self.expression(item.context_expr)?;
        self.enter_with(at);
        self.jump(Op::SetupWith, cleanup, at);
        self.use_label(block);
        self.push_block(BlockKind::With, at)?;
        self.bind_context(item, at)?;
        self.deeper(|this| this.with(items.from(1), body, statement))?;
        self.op(Op::PopBlock, Span::NONE);
        self.pop_block();
        self.call_exit_with_nones(at);
        self.op(Op::PopTop, at);
        self.jump(Op::Jump, exit, at);
        self.use_label(cleanup);
        self.start_handler(last, at);
        self.op(Op::WithExceptStart, at);
        self.finish_with(last);
        self.use_label(exit);
        Ok(())
    }

    pub(super) fn async_with(
        &mut self,
        items: List<WithItem>,
        body: List<StmtId>,
        statement: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let Some(&item) = ast[items].first() else { return self.statements(body) };
        if !self.rules.checks_in_symbol_table && self.unit.kind != UnitKind::AsyncFunction {
            return self.error("'async with' outside async function", statement);
        }
        let at = self.place_of_with(item, statement);
        let block = self.new_label();
        let (cleanup, exit, last) = (self.new_label(), self.new_label(), self.new_label());
        self.expression(item.context_expr)?;
        self.enter_async_with(at);
        self.jump(Op::SetupWith, cleanup, at);
        self.use_label(block);
        self.push_block(BlockKind::AsyncWith, at)?;
        self.bind_context(item, at)?;
        self.deeper(|this| this.async_with(items.from(1), body, statement))?;
        self.pop_block();
        self.op(Op::PopBlock, self.lingering(at));
        self.call_exit_with_nones(at);
        self.await_value(2, at);
        self.op(Op::PopTop, at);
        self.jump(Op::Jump, exit, at);
        self.use_label(cleanup);
        self.start_handler(last, at);
        self.op(Op::WithExceptStart, at);
        self.await_value(2, at);
        self.finish_with(last);
        self.use_label(exit);
        Ok(())
    }

    fn place_of_with(&self, item: WithItem, statement: Span) -> Span {
        if self.rules.with_at_statement { statement } else { self.ast[item.context_expr].span }
    }

    fn enter_with(&mut self, at: Span) {
        match self.rules.with_enter {
            WithEnter::Before => self.op(Op::BeforeWith, at),
            WithEnter::LoadSpecial => self.load_enter_and_exit(special::ENTER, special::EXIT, at),
        }
    }

    fn enter_async_with(&mut self, at: Span) {
        match self.rules.with_enter {
            WithEnter::Before => self.op(Op::BeforeAsyncWith, at),
            WithEnter::LoadSpecial => self.load_enter_and_exit(special::AENTER, special::AEXIT, at),
        }
        self.await_value(1, at);
    }

    fn load_enter_and_exit(&mut self, enter: u32, exit: u32, at: Span) {
        self.op_arg(Op::Copy, 1, at);
        self.op_arg(Op::LoadSpecial, exit, at);
        self.op_arg(Op::Swap, 2, at);
        self.op_arg(Op::Swap, 3, at);
        self.op_arg(Op::LoadSpecial, enter, at);
        self.op_arg(Op::Call, 0, at);
    }

    fn bind_context(&mut self, item: WithItem, at: Span) -> Result<()> {
        match item.optional_vars {
            Some(target) => self.expression(target),
            None => {
                self.op(Op::PopTop, at);
                Ok(())
            }
        }
    }

    /// How many values the bound `__exit__` takes on the stack.
    fn exit_slots(&self) -> u32 {
        match self.rules.with_enter {
            WithEnter::Before => 1,
            WithEnter::LoadSpecial => 2,
        }
    }

    /// Calls `__exit__(None, None, None)`.
    pub(super) fn call_exit_with_nones(&mut self, at: Span) {
        for _ in 0..3 {
            self.load_none(at);
        }
        // Without a slot of its own `self` is the first of three arguments.
        self.call_with(1 + self.exit_slots(), at);
    }

    /// Brings `__exit__` above a value that is kept.
    pub(super) fn rotate_below_exit(&mut self, at: Span) {
        for distance in (2..=self.exit_slots() + 1).rev() {
            self.op_arg(Op::Swap, distance, at);
        }
    }

    /// The first instructions of a handler whose own errors go to `cleanup`.
    pub(super) fn start_handler(&mut self, cleanup: Label, at: Span) {
        self.jump(Op::SetupCleanup, cleanup, at);
        self.op(Op::PushExcInfo, at);
    }

    /// What follows the call of `__exit__` after an exception.
    fn finish_with(&mut self, cleanup: Label) {
        self.set_place(Span::NONE);
        let suppress = self.new_label();
        if self.rules.with_suppresses_last {
            self.raise_or_suppress(suppress);
            self.use_label(cleanup);
            self.reraise_from_handler();
            self.use_label(suppress);
            return self.suppress();
        }
        let exit = self.new_label();
        self.raise_or_suppress(suppress);
        self.use_label(suppress);
        self.suppress();
        self.jump_over(exit);
        self.use_label(cleanup);
        self.reraise_from_handler();
        self.use_label(exit);
    }

    /// Raises the exception again unless `__exit__` wants it suppressed.
    fn raise_or_suppress(&mut self, suppress: Label) {
        self.jump_on(true, suppress, Span::NONE);
        self.op_arg(Op::Reraise, 2, Span::NONE);
    }

    /// Removes the exception and what `__exit__` was made of.
    fn suppress(&mut self) {
        for op in [Op::PopTop, Op::PopBlock, Op::PopExcept, Op::PopTop] {
            self.op(op, Span::NONE);
        }
        for _ in 0..self.exit_slots() {
            self.op(Op::PopTop, Span::NONE);
        }
    }

    /// The end of a handler whose own code failed.
    pub(super) fn reraise_from_handler(&mut self) {
        let at = self.lingering(Span::NONE);
        self.op_arg(Op::Copy, 3, at);
        self.op(Op::PopExcept, at);
        self.op_arg(Op::Reraise, 1, at);
    }
}
