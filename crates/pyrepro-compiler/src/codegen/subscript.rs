//! Subscripts and slices.

use crate::ast::{Context, ExprId, ExprKind};
use crate::constant::{Const, ConstId};
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;

use super::{Backend, Codegen};

/// How many values a subscript keeps on the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SliceForm {
    /// Start and stop of a slice, for instructions made for them.
    TwoParts,
    /// One value.
    Whole,
}

/// The parts of a slice.
#[derive(Clone, Copy)]
pub(super) struct Slice {
    pub lower: Option<ExprId>,
    pub upper: Option<ExprId>,
    pub step: Option<ExprId>,
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn subscript_expression(
        &mut self,
        value: ExprId,
        slice: ExprId,
        context: Context,
        at: Span,
    ) -> Result<()> {
        if context == Context::Load {
            self.check_subscripted(value);
            self.check_index(value, slice);
        }
        self.expression(value)?;
        if context != Context::Del
            && let Some(parts) = self.two_parts(slice)
        {
            self.slice_parts(parts, self.ast[slice].span)?;
            self.op(if context == Context::Load { Op::BinarySlice } else { Op::StoreSlice }, at);
            return Ok(());
        }
        self.expression(slice)?;
        match context {
            Context::Load => self.subscript(at),
            Context::Store => self.op(Op::StoreSubscr, at),
            Context::Del => self.op(Op::DeleteSubscr, at),
        }
        Ok(())
    }

    /// For an augmented assignment: the subscript, kept below the value that it finds.
    pub(super) fn load_for_update(&mut self, slice: ExprId, at: Span) -> Result<SliceForm> {
        if let Some(parts) = self.two_parts(slice) {
            self.slice_parts(parts, self.ast[slice].span)?;
            for _ in 0..3 {
                self.op_arg(Op::Copy, 3, at);
            }
            self.op(Op::BinarySlice, at);
            return Ok(SliceForm::TwoParts);
        }
        self.expression(slice)?;
        self.op_arg(Op::Copy, 2, at);
        self.op_arg(Op::Copy, 2, at);
        self.subscript(at);
        Ok(SliceForm::Whole)
    }

    /// A slice as a value.
    pub(super) fn slice_expression(&mut self, slice: Slice, at: Span) -> Result<()> {
        if let Some(value) = self.constant_slice(slice) {
            self.load_const(value, at);
            return Ok(());
        }
        self.slice_parts(slice, at)?;
        if let Some(step) = slice.step {
            self.expression(step)?;
        }
        self.op_arg(Op::BuildSlice, if slice.step.is_some() { 3 } else { 2 }, at);
        Ok(())
    }

    /// The parts of a slice without step that is no constant.
    fn two_parts(&mut self, slice: ExprId) -> Option<Slice> {
        let ExprKind::Slice { lower, upper, step: None } = self.ast[slice].kind else { return None };
        if !self.rules.slice_instructions {
            return None;
        }
        let parts = Slice { lower, upper, step: None };
        self.constant_slice(parts).is_none().then_some(parts)
    }

    fn constant_slice(&mut self, slice: Slice) -> Option<ConstId> {
        if !self.rules.constant_slices {
            return None;
        }
        let parts = [
            self.constant_part(slice.lower)?,
            self.constant_part(slice.upper)?,
            self.constant_part(slice.step)?,
        ];
        Some(self.constants.add(Const::Slice(parts)))
    }

    fn constant_part(&self, part: Option<ExprId>) -> Option<ConstId> {
        match part.map(|part| self.ast[part].kind) {
            None => Some(ConstId::NONE),
            Some(ExprKind::Constant { value, .. }) => Some(value),
            Some(_) => None,
        }
    }

    fn slice_parts(&mut self, slice: Slice, at: Span) -> Result<()> {
        for part in [slice.lower, slice.upper] {
            match part {
                Some(part) => self.expression(part)?,
                None => self.load_none(at),
            }
        }
        Ok(())
    }
}
