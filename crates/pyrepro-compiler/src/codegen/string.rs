//! f-strings and t-strings.

use crate::ast::{Conversion, ExprId, ExprKind, List};
use crate::constant::ConstId;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::names;

use super::{Backend, Codegen, STACK_GUIDELINE};

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn joined_string(&mut self, values: List<ExprId>, at: Span) -> Result<()> {
        let ast = self.ast;
        if values.len() > STACK_GUIDELINE {
            self.load_str(names::EMPTY, at);
            self.load_method(names::JOIN, at);
            self.op_arg(Op::BuildList, 0, at);
            for &value in &ast[values] {
                self.expression(value)?;
                self.op_arg(Op::ListAppend, 1, at);
            }
            self.call_with(1, at);
            return Ok(());
        }
        self.expressions(values)?;
        match values.len() {
            0 if !self.rules.empty_string_is_built => self.load_str(names::EMPTY, at),
            1 => {}
            count => self.op_arg(Op::BuildString, count as u32, at),
        }
        Ok(())
    }

    pub(super) fn formatted_value(
        &mut self,
        value: ExprId,
        conversion: Conversion,
        spec: Option<ExprId>,
        at: Span,
    ) -> Result<()> {
        self.expression(value)?;
        if self.rules.format_value {
            const SPECIFIED: u32 = 4;
            let mut arg = number(conversion);
            if let Some(spec) = spec {
                self.expression(spec)?;
                arg |= SPECIFIED;
            }
            self.op_arg(Op::FormatValue, arg, at);
            return Ok(());
        }
        if conversion != Conversion::None {
            self.op_arg(Op::ConvertValue, number(conversion), at);
        }
        match spec {
            Some(spec) => {
                self.expression(spec)?;
                self.op(Op::FormatWithSpec, at);
            }
            None => self.op(Op::FormatSimple, at),
        }
        Ok(())
    }

    /// A template: its strings, of which there is always one more than interpolations, and these.
    pub(super) fn template_string(&mut self, values: List<ExprId>, at: Span) -> Result<()> {
        let ast = self.ast;
        let is_interpolation = |id: ExprId| matches!(ast[id].kind, ExprKind::Interpolation { .. });
        let mut strings = 0;
        let mut behind_interpolation = true;
        for &value in &ast[values] {
            if !is_interpolation(value) {
                self.expression(value)?;
            } else if behind_interpolation {
                self.load_str(names::EMPTY, at);
            }
            strings += u32::from(behind_interpolation || !is_interpolation(value));
            behind_interpolation = is_interpolation(value);
        }
        if behind_interpolation {
            self.load_str(names::EMPTY, at);
            strings += 1;
        }
        self.op_arg(Op::BuildTuple, strings, at);
        let mut interpolations = 0;
        for &value in ast[values].iter().filter(|&&value| is_interpolation(value)) {
            self.expression(value)?;
            interpolations += 1;
        }
        self.op_arg(Op::BuildTuple, interpolations, at);
        self.op(Op::BuildTemplate, at);
        Ok(())
    }

    pub(super) fn interpolation(
        &mut self,
        value: ExprId,
        source: ConstId,
        conversion: Conversion,
        spec: Option<ExprId>,
        at: Span,
    ) -> Result<()> {
        const VALUE_AND_SOURCE: u32 = 2;
        self.expression(value)?;
        self.load_const(source, at);
        if let Some(spec) = spec {
            self.expression(spec)?;
        }
        let arg = (number(conversion) << 2) | (VALUE_AND_SOURCE + u32::from(spec.is_some()));
        self.op_arg(Op::BuildInterpolation, arg, at);
        Ok(())
    }
}

fn number(conversion: Conversion) -> u32 {
    match conversion {
        Conversion::None => 0,
        Conversion::Str => 1,
        Conversion::Repr => 2,
        Conversion::Ascii => 3,
    }
}
