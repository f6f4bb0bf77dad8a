//! Tests, boolean operators, comparisons and conditional expressions.

use crate::ast::{BoolOp, CmpOp, ExprId, ExprKind, List, UnaryOp};
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::span::Span;

use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    /// Jumps to `target` if `test` has the truth `truth`, without making a value where that can be avoided.
    pub(super) fn jump_if(&mut self, test: ExprId, target: Label, truth: bool, at: Span) -> Result<()> {
        self.deeper(|this| this.jump_if_here(test, target, truth, at))
    }

    fn jump_if_here(&mut self, test: ExprId, target: Label, truth: bool, at: Span) -> Result<()> {
        let place = self.ast[test].span;
        if matches!(self.ast[test].kind, ExprKind::Compare { .. }) {
            self.set_place(place);
        }
        match self.ast[test].kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => self.jump_if(operand, target, !truth, at),
            ExprKind::BoolOp { op, values } => self.jump_if_operators(op, values, target, truth, at),
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let otherwise = self.new_label();
                self.jump_if(test, otherwise, false, at)?;
                self.jump_if(body, target, truth, at)?;
                self.jump_over(end);
                self.use_label(otherwise);
                self.jump_if(orelse, target, truth, at)?;
                self.use_label(end);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                self.jump_if_chain(test, left, ops, comparators, target, truth)
            }
            _ => {
                self.expression(test)?;
                self.jump_on(truth, target, self.lingering(place));
                Ok(())
            }
        }
    }

    fn jump_if_operators(
        &mut self,
        operator: BoolOp,
        values: List<ExprId>,
        target: Label,
        truth: bool,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let Some((&last, first)) = ast[values].split_last() else { return Ok(()) };
        let decisive = operator == BoolOp::Or;
        let early = if decisive == truth { target } else { self.new_label() };
        for &value in first {
            self.jump_if(value, early, decisive, at)?;
        }
        self.jump_if(last, target, truth, at)?;
        if decisive != truth {
            self.use_label(early);
        }
        Ok(())
    }

    fn jump_if_chain(
        &mut self,
        test: ExprId,
        left: ExprId,
        ops: List<CmpOp>,
        comparators: List<ExprId>,
        target: Label,
        truth: bool,
    ) -> Result<()> {
        let at = self.ast[test].span;
        self.check_compare(test);
        let cleanup = self.new_label();
        self.expression(left)?;
        self.links(ops, comparators, at, |this| this.jump_on(false, cleanup, at))?;
        self.jump_on(truth, target, at);
        let end = self.new_label();
        self.jump_over(end);
        self.use_label(cleanup);
        self.op(Op::PopTop, at);
        if !truth {
            self.jump_over(target);
        }
        self.use_label(end);
        Ok(())
    }

    /// The links of a chain of comparisons: each but the last keeps its right side and leaves if it fails.
    fn links(
        &mut self,
        ops: List<CmpOp>,
        comparators: List<ExprId>,
        at: Span,
        mut leave: impl FnMut(&mut Self),
    ) -> Result<()> {
        let ast = self.ast;
        let last = ops.len() - 1;
        for (place, (&operator, &right)) in ast[ops].iter().zip(&ast[comparators]).enumerate() {
            self.expression(right)?;
            if place == last {
                self.compare(operator, at);
            } else {
                self.op_arg(Op::Swap, 2, at);
                self.op_arg(Op::Copy, 2, at);
                self.compare(operator, at);
                leave(self);
            }
        }
        Ok(())
    }

    pub(super) fn comparison(
        &mut self,
        expression: ExprId,
        left: ExprId,
        ops: List<CmpOp>,
        comparators: List<ExprId>,
    ) -> Result<()> {
        let at = self.ast[expression].span;
        self.check_compare(expression);
        self.expression(left)?;
        let cleanup = (ops.len() > 1).then(|| self.new_label());
        self.links(ops, comparators, at, |this| {
            if let Some(cleanup) = cleanup {
                this.jump_or_pop_in_steps(false, cleanup, at);
            }
        })?;
        if let Some(cleanup) = cleanup {
            let end = self.new_label();
            self.jump_over(end);
            self.use_label(cleanup);
            self.op_arg(Op::Swap, 2, at);
            self.op(Op::PopTop, at);
            self.use_label(end);
        }
        Ok(())
    }

    pub(super) fn boolean_operators(
        &mut self,
        operator: BoolOp,
        values: List<ExprId>,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let end = self.new_label();
        let Some((&last, first)) = ast[values].split_last() else { return Ok(()) };
        for &value in first {
            self.expression(value)?;
            self.jump_or_pop(operator == BoolOp::Or, end, at);
            if self.rules.jumps_may_pop {
                self.start_block();
            }
        }
        self.expression(last)?;
        self.use_label(end);
        Ok(())
    }

    /// Jumps with the value on the stack if its truth is `truth`, and removes it else.
    fn jump_or_pop(&mut self, truth: bool, target: Label, at: Span) {
        if self.rules.jumps_may_pop {
            let op = if truth { Op::JumpIfTrueOrPop } else { Op::JumpIfFalseOrPop };
            return self.jump(op, target, at);
        }
        if !self.rules.tests_keep_value {
            return self.jump_or_pop_in_steps(truth, target, at);
        }
        self.jump(if truth { Op::JumpIfTrue } else { Op::JumpIfFalse }, target, at);
        self.op(Op::PopTop, at);
    }

    /// The same; where no instruction jumps or pops it is a copy, a test and a `POP_TOP`.
    fn jump_or_pop_in_steps(&mut self, truth: bool, target: Label, at: Span) {
        if self.rules.jumps_may_pop {
            return self.jump_or_pop(truth, target, at);
        }
        self.op_arg(Op::Copy, 1, at);
        self.jump_on(truth, target, at);
        self.op(Op::PopTop, at);
    }

    pub(super) fn conditional(&mut self, test: ExprId, body: ExprId, orelse: ExprId, at: Span) -> Result<()> {
        let end = self.new_label();
        let otherwise = self.new_label();
        self.jump_if(test, otherwise, false, at)?;
        self.expression(body)?;
        self.jump_over(end);
        self.use_label(otherwise);
        self.expression(orelse)?;
        self.use_label(end);
        Ok(())
    }
}
