//! Expressions: the dispatch, operators and attributes.

use crate::ast::{Context, ExprId, ExprKind, List, UnaryOp};
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};

use super::comprehension::{Collection, Elements};
use super::emit::intrinsic1;
use super::subscript::Slice;
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    /// Expressions one after the other, each leaving its value.
    pub(super) fn expressions(&mut self, list: List<ExprId>) -> Result<()> {
        let ast = self.ast;
        for &id in &ast[list] {
            self.expression(id)?;
        }
        Ok(())
    }

    /// An expression, which leaves its value; or a target, which takes one.
    pub(super) fn expression(&mut self, id: ExprId) -> Result<()> {
        let around = std::mem::replace(&mut self.unit.place, self.ast[id].span);
        self.deeper(|this| this.expression_here(id))?;
        self.unit.place = around;
        Ok(())
    }

    fn expression_here(&mut self, id: ExprId) -> Result<()> {
        let at = self.ast[id].span;
        match self.ast[id].kind {
            ExprKind::Name { id: name, ctx } => self.name(name, ctx, at),
            ExprKind::Constant { value, .. } => {
                self.load_const(value, at);
                Ok(())
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(id, value, attr, ctx),
            ExprKind::Call { func, args, keywords } => self.call_expression(id, func, args, keywords),
            ExprKind::Subscript { value, slice, ctx } => self.subscript_expression(value, slice, ctx, at),
            ExprKind::BinOp { .. } => self.binary_operators(id),
            ExprKind::UnaryOp { op, operand } => self.unary_operator(op, operand, at),
            ExprKind::BoolOp { op, values } => self.boolean_operators(op, values, at),
            ExprKind::Compare { left, ops, comparators } => self.comparison(id, left, ops, comparators),
            ExprKind::IfExp { test, body, orelse } => self.conditional(test, body, orelse, at),
            ExprKind::NamedExpr { target, value } => {
                self.expression(value)?;
                self.op_arg(Op::Copy, 1, at);
                self.expression(target)
            }
            ExprKind::Lambda { args, body } => self.lambda(id, args, body),
            ExprKind::Starred { ctx, .. } => self.starred(ctx, at),
            ExprKind::Slice { lower, upper, step } => self.slice_expression(Slice { lower, upper, step }, at),
            ExprKind::Yield { value } => self.yield_expression(value, at),
            ExprKind::YieldFrom { value } => self.yield_from_expression(value, at),
            ExprKind::Await { value } => self.await_expression(value, at),
            _ => self.container(id),
        }
    }

    /// Displays, comprehensions and strings with replacement fields.
    fn container(&mut self, id: ExprId) -> Result<()> {
        let at = self.ast[id].span;
        match self.ast[id].kind {
            ExprKind::List { elts, ctx } => self.list(elts, ctx, at),
            ExprKind::Tuple { elts, ctx } => self.tuple(elts, ctx, at),
            ExprKind::Set { elts } => self.set(elts, at),
            ExprKind::Dict { keys, values } => self.dictionary(keys, values, at),
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(id, Collection::List, Elements::Value(elt), generators)
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(id, Collection::Set, Elements::Value(elt), generators)
            }
            ExprKind::DictComp { key, value, generators } => {
                let elements = match value {
                    Some(value) => Elements::Pair(key, value),
                    None => Elements::Value(key),
                };
                self.comprehension(id, Collection::Dict, elements, generators)
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(id, Collection::Generator, Elements::Value(elt), generators)
            }
            ExprKind::JoinedStr { values } => self.joined_string(values, at),
            ExprKind::TemplateStr { values } => self.template_string(values, at),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, conversion, format_spec, at)
            }
            ExprKind::Interpolation { value, str, conversion, format_spec } => {
                self.interpolation(value, str, conversion, format_spec, at)
            }
            _ => Ok(()),
        }
    }

    /// A chain such as `a + b + c`, however long, from the left.
    fn binary_operators(&mut self, id: ExprId) -> Result<()> {
        let mark = self.operators.len();
        let mut leftmost = id;
        while let ExprKind::BinOp { left, op, right } = self.ast[leftmost].kind {
            self.operators.push((op, right, self.ast[leftmost].span));
            leftmost = left;
        }
        self.expression(leftmost)?;
        while self.operators.len() > mark
            && let Some((operator, right, at)) = self.operators.pop()
        {
            self.expression(right)?;
            self.binary(operator, at);
        }
        Ok(())
    }

    fn unary_operator(&mut self, operator: UnaryOp, operand: ExprId, at: Span) -> Result<()> {
        self.expression(operand)?;
        match operator {
            UnaryOp::UAdd => self.intrinsic(Op::UnaryPositive, intrinsic1::UNARY_POSITIVE, at),
            UnaryOp::Not => {
                if self.rules.tests_convert_to_bool {
                    self.op(Op::ToBool, at);
                }
                self.op(Op::UnaryNot, at);
            }
            UnaryOp::Invert => self.op(Op::UnaryInvert, at),
            UnaryOp::USub => self.op(Op::UnaryNegative, at),
        }
        Ok(())
    }

    fn starred(&mut self, context: Context, at: Span) -> Result<()> {
        if context == Context::Store {
            self.error("starred assignment target must be in a list or tuple", at)
        } else {
            self.error("can't use starred expression here", at)
        }
    }

    fn attribute(&mut self, id: ExprId, value: ExprId, attr: Symbol, context: Context) -> Result<()> {
        let at = self.ast[id].span;
        let place = self.attribute_place(at, id);
        if context == Context::Load && self.is_plain_super(value, attr) {
            self.load_super(value, attr, false, at)?;
            self.op(Op::Nop, place);
            return Ok(());
        }
        if context == Context::Store {
            self.note_static_attribute(value, attr);
        }
        self.expression(value)?;
        self.set_place(place);
        match context {
            Context::Load => self.load_attr(attr, place),
            Context::Store => {
                self.refuse_debug(attr, context, place)?;
                self.op_name(Op::StoreAttr, attr, place);
            }
            Context::Del => self.op_name(Op::DeleteAttr, attr, place),
        }
        Ok(())
    }

    /// `at`, from the name of the attribute on if that stands on another line than the object.
    pub(super) fn attribute_place(&self, at: Span, attribute: ExprId) -> Span {
        let end = self.ast[attribute].span;
        let ExprKind::Attribute { attr, .. } = self.ast[attribute].kind else { return at };
        if at.line == end.end_line {
            return at;
        }
        let mut place = Span { line: end.end_line, ..at };
        let length = self.symbols.lossy(attr).chars().count() as i32;
        if length <= end.end_col {
            place.col = end.end_col - length;
        } else {
            place.col = -1;
            place.end_col = -1;
        }
        place.end_line = place.end_line.max(place.line);
        if place.line == place.end_line {
            place.end_col = place.end_col.max(place.col);
        }
        place
    }

    /// A class remembers the attributes of `self` that its methods store.
    fn note_static_attribute(&mut self, value: ExprId, attr: Symbol) {
        if !matches!(self.ast[value].kind, ExprKind::Name { id, .. } if id == names::SELF) {
            return;
        }
        let class = self.outer.iter_mut().rev().find(|unit| unit.kind == super::scope::UnitKind::Class);
        if let Some(class) = class {
            class.static_attributes.insert(attr);
        }
    }
}
