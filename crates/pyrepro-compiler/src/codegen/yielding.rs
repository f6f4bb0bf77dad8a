//! `yield`, `yield from`, `await`, and the frame of generators.

use crate::ast::ExprId;
use crate::error::Result;
use crate::instruction::Instr;
use crate::location::LocId;
use crate::opcode::Op;
use crate::span::Span;

use super::emit::{ITERATOR_OF_YIELD_FROM, intrinsic1, resume};
use super::scope::UnitKind;
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn yield_expression(&mut self, value: Option<ExprId>, at: Span) -> Result<()> {
        if !self.is_function_like() {
            return self.error("'yield' outside function", at);
        }
        match value {
            Some(value) => self.expression(value)?,
            None => self.load_none(at),
        }
        self.yield_value(at);
        Ok(())
    }

    /// Hands out the value on the stack.
    pub(super) fn yield_value(&mut self, at: Span) {
        let scope = &self.table[self.unit.scope];
        if scope.generator && scope.coroutine {
            self.intrinsic(Op::AsyncGenWrap, intrinsic1::ASYNC_GEN_WRAP, at);
        }
        self.op_arg(Op::YieldValue, 0, at);
        self.op_arg(Op::Resume, resume::AFTER_YIELD, at);
    }

    pub(super) fn yield_from_expression(&mut self, value: ExprId, at: Span) -> Result<()> {
        if !self.is_function_like() {
            let named = self.rules.yield_from_is_named;
            let message = if named { "'yield from' outside function" } else { "'yield' outside function" };
            return self.error(message, at);
        }
        if self.unit.kind == UnitKind::AsyncFunction {
            return self.error("'yield from' inside async function", at);
        }
        self.expression(value)?;
        if self.rules.yield_from_has_own_iterator {
            self.op(Op::GetYieldFromIter, at);
        } else {
            self.op_arg(Op::GetIter, ITERATOR_OF_YIELD_FROM, at);
        }
        self.load_none(at);
        self.yield_from(resume::AFTER_YIELD_FROM, at);
        Ok(())
    }

    pub(super) fn await_expression(&mut self, value: ExprId, at: Span) -> Result<()> {
        if !self.rules.checks_in_symbol_table {
            if !self.is_function_like() {
                return self.error("'await' outside function", at);
            }
            if !matches!(self.unit.kind, UnitKind::AsyncFunction | UnitKind::Comprehension) {
                return self.error("'await' outside async function", at);
            }
        }
        self.expression(value)?;
        self.await_value(0, at);
        Ok(())
    }

    /// Awaits the value on the stack; `origin` says what it comes from.
    pub(super) fn await_value(&mut self, origin: u32, at: Span) {
        self.op_arg(Op::GetAwaitable, origin, at);
        self.fill_iterator_slots(at);
        self.load_none(at);
        self.yield_from(resume::AFTER_AWAIT, at);
    }

    /// Passes on what an inner generator yields until it ends.
    pub(super) fn yield_from(&mut self, resume: u32, at: Span) {
        if !self.rules.sends_are_guarded {
            return self.plain_yield_from(resume, at);
        }
        let send = self.new_label();
        let fail = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.jump(Op::Send, exit, at);
        // Only `throw` and `close` raise at the yield: then the inner generator has to end.
        self.jump(Op::SetupFinally, fail, at);
        self.op_arg(Op::YieldValue, 1, at);
        self.op(Op::PopBlock, Span::NONE);
        self.op_arg(Op::Resume, resume, at);
        self.jump(Op::JumpNoInterrupt, send, at);
        self.use_label(fail);
        self.op(Op::CleanupThrow, at);
        self.use_label(exit);
        self.op(Op::EndSend, at);
    }

    /// The same where the interpreter itself sees to `throw` and `close`.
    fn plain_yield_from(&mut self, resume: u32, at: Span) {
        let send = self.new_label();
        let pass_on = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.jump(Op::Send, exit, at);
        self.use_label(pass_on);
        self.op(Op::YieldValue, at);
        self.op_arg(Op::Resume, resume, at);
        self.jump(Op::JumpNoInterrupt, send, at);
        self.use_label(exit);
    }

    /// An iterator that is no list or tuple takes the room of one.
    pub(super) fn fill_iterator_slots(&mut self, at: Span) {
        for _ in 1..self.rules.iterator_slots {
            self.op(Op::PushNull, at);
        }
    }

    /// What a call of a generator or coroutine runs: it makes the object.
    pub(super) fn start_generator(&mut self) {
        let line = self.unit.first_line;
        let at = self.locations.id(Span::new(line, -1, line, -1));
        let mut start = self.generator_expression_start();
        start.extend([Op::ReturnGenerator, Op::PopTop].map(|op| Instr { op, arg: 0, loc: at }));
        self.unit.sequence.prepend(start);
    }

    /// A generator expression makes the iterator before it becomes a generator.
    fn generator_expression_start(&mut self) -> Vec<Instr> {
        let Some((iterable, is_async)) = self.unit.iterable else { return Vec::new() };
        let at = self.locations.id(iterable);
        let iterator = if is_async { Op::GetAiter } else { Op::GetIter };
        vec![
            Instr { op: Op::Resume, arg: resume::GENERATOR_EXPRESSION, loc: LocId::NONE },
            Instr { op: Op::LoadFast, arg: 0, loc: at },
            Instr { op: iterator, arg: 0, loc: at },
        ]
    }

    /// Puts the whole unit into a handler that turns `StopIteration` into `RuntimeError`.
    pub(super) fn wrap_stop_iteration(&mut self) {
        if !self.rules.stop_iteration_is_caught {
            return;
        }
        let handler = self.new_label();
        self.unit.sequence.insert_first(Op::SetupCleanup, handler, LocId::NONE);
        self.load_none(Span::NONE);
        self.op(Op::ReturnValue, Span::NONE);
        self.use_label(handler);
        self.op_arg(Op::CallIntrinsic1, intrinsic1::STOPITERATION_ERROR, Span::NONE);
        self.op_arg(Op::Reraise, 1, Span::NONE);
    }
}
