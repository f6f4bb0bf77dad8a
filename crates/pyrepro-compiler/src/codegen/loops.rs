//! `for`, `async for` and `while`.

use crate::ast::{ExprId, List, StmtId};
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::rules::ForExit;
use crate::span::Span;

use super::block::BlockKind;
use super::emit::resume;
use super::scope::UnitKind;
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn for_loop(
        &mut self,
        target: ExprId,
        iter: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
        at: Span,
    ) -> Result<()> {
        let start = self.new_label();
        let body_start = self.new_label();
        let cleanup = self.new_label();
        let end = self.new_label();
        self.push_jump_block(BlockKind::For, Some(start), Some(end), at)?;
        self.expression(iter)?;
        let iterable = if self.rules.loop_at_statement { at } else { self.ast[iter].span };
        self.op(Op::GetIter, iterable);
        self.use_label(start);
        self.jump(Op::ForIter, cleanup, iterable);
        self.use_label(body_start);
        // A target on a line of its own is a line that a tracer stops at.
        self.op(Op::Nop, self.ast[target].span);
        self.expression(target)?;
        self.statements(body)?;
        self.set_place(Span::NONE);
        self.jump(Op::Jump, start, Span::NONE);
        self.use_label(cleanup);
        self.end_for();
        self.pop_block();
        self.statements(orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// What an exhausted iterator goes to.
    pub(super) fn end_for(&mut self) {
        if self.rules.for_exit != ForExit::Nothing {
            self.op(Op::EndFor, Span::NONE);
            self.pop_iterator_slot();
        }
    }

    /// Removes the iterator itself, if `END_FOR` leaves it.
    pub(super) fn pop_iterator_slot(&mut self) {
        let op = match self.rules.for_exit {
            ForExit::PopTop => Op::PopTop,
            ForExit::PopIter => Op::PopIter,
            ForExit::EndFor | ForExit::Nothing => return,
        };
        self.op(op, Span::NONE);
    }

    pub(super) fn async_for(
        &mut self,
        target: ExprId,
        iter: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
        at: Span,
    ) -> Result<()> {
        if !self.rules.checks_in_symbol_table && self.unit.kind != UnitKind::AsyncFunction {
            return self.error("'async for' outside async function", at);
        }
        let start = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        self.expression(iter)?;
        let iterable = self.ast[iter].span;
        self.op(Op::GetAiter, if self.rules.loop_at_statement { at } else { iterable });
        self.use_label(start);
        self.push_jump_block(BlockKind::AsyncFor, Some(start), Some(end), at)?;
        let send = self.await_next(except, at);
        if self.rules.end_async_for_names_send {
            self.op(Op::NotTaken, at);
        }
        self.expression(target)?;
        self.statements(body)?;
        self.jump(Op::Jump, start, Span::NONE);
        self.pop_block();
        self.use_label(except);
        self.set_place(iterable);
        self.end_async_for(send, iterable);
        self.statements(orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// The next value of an asynchronous iterator; its end goes to `except`.
    pub(super) fn await_next(&mut self, except: Label, at: Span) -> Label {
        self.jump(Op::SetupFinally, except, at);
        self.op(Op::GetAnext, at);
        self.fill_iterator_slots(at);
        self.load_none(at);
        let send = self.new_label();
        self.use_label(send);
        self.yield_from(resume::AFTER_AWAIT, at);
        self.op(Op::PopBlock, at);
        send
    }

    /// The end of an asynchronous iterator: later releases count back to where it was awaited.
    pub(super) fn end_async_for(&mut self, send: Label, at: Span) {
        if self.rules.end_async_for_names_send {
            self.jump(Op::EndAsyncFor, send, at);
        } else {
            self.op(Op::EndAsyncFor, at);
        }
    }

    pub(super) fn while_loop(
        &mut self,
        test: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
        at: Span,
    ) -> Result<()> {
        let start = self.new_label();
        let again = self.new_label();
        let anchor = self.new_label();
        let end = self.new_label();
        self.use_label(start);
        self.push_jump_block(BlockKind::While, Some(start), Some(end), at)?;
        self.jump_if(test, anchor, false, at)?;
        self.use_label(again);
        self.statements(body)?;
        if self.rules.while_test_twice {
            self.set_place(at);
            self.jump_if(test, again, true, at)?;
        } else {
            self.jump(Op::Jump, start, Span::NONE);
        }
        self.pop_block();
        self.use_label(anchor);
        self.statements(orelse)?;
        self.use_label(end);
        Ok(())
    }
}
