//! Statements that take a line or two; each of the others has a file of its own.

use crate::ast::{Context, ExprId, ExprKind, List, Operator, StmtId, StmtKind};
use crate::constant::Const;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;

use super::block::BlockKind;
use super::emit::common;
use super::subscript::SliceForm;
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    /// Statements one after the other.
    pub(super) fn statements(&mut self, list: List<StmtId>) -> Result<()> {
        let ast = self.ast;
        for &id in &ast[list] {
            self.statement(id)?;
        }
        Ok(())
    }

    /// One statement.
    pub(super) fn statement(&mut self, id: StmtId) -> Result<()> {
        self.deeper(|this| this.statement_here(id))
    }

    fn statement_here(&mut self, id: StmtId) -> Result<()> {
        let at = self.ast[id].span;
        self.set_place(at);
        match self.ast[id].kind {
            StmtKind::FunctionDef(function) => self.function(id, function, false),
            StmtKind::AsyncFunctionDef(function) => self.function(id, function, true),
            StmtKind::ClassDef(class) => self.class(id, class),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(id, name, type_params, value),
            StmtKind::Return { value } => self.return_statement(value, at),
            StmtKind::Delete { targets } => self.expressions(targets),
            StmtKind::Assign { targets, value } => self.assign(targets, value, at),
            StmtKind::AugAssign { target, op, value } => self.augmented_assign(target, op, value, at),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_assign(id, target, annotation, value, simple)
            }
            StmtKind::Raise { exc, cause } => self.raise(exc, cause, at),
            StmtKind::Assert { test, msg } => self.assert(test, msg, at),
            StmtKind::Import { names, is_lazy } => self.import(names, is_lazy, at),
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                self.import_from(module, names, level, is_lazy, at)
            }
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => Ok(()),
            StmtKind::Expr { value } => self.expression_statement(value, at),
            StmtKind::Pass => {
                self.op(Op::Nop, at);
                Ok(())
            }
            StmtKind::Break => self.break_loop(at),
            StmtKind::Continue => self.continue_loop(at),
            _ => {
                self.unit.conditional += 1;
                // An error leaves the walk inside another unit: there is nothing to count back then.
                self.conditional_statement(id)?;
                self.unit.conditional -= 1;
                Ok(())
            }
        }
    }

    /// A statement whose body may not run: annotations in it are conditional.
    fn conditional_statement(&mut self, id: StmtId) -> Result<()> {
        let at = self.ast[id].span;
        match self.ast[id].kind {
            StmtKind::For { target, iter, body, orelse } => self.for_loop(target, iter, body, orelse, at),
            StmtKind::AsyncFor { target, iter, body, orelse } => {
                self.async_for(target, iter, body, orelse, at)
            }
            StmtKind::While { test, body, orelse } => self.while_loop(test, body, orelse, at),
            StmtKind::If { .. } => self.if_statement(id),
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases),
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                self.try_statement(super::handler::Try { body, handlers, orelse, star: false, at }, finalbody)
            }
            StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.try_statement(super::handler::Try { body, handlers, orelse, star: true, at }, finalbody)
            }
            StmtKind::With { items, body } => self.with(items, body, at),
            StmtKind::AsyncWith { items, body } => self.async_with(items, body, at),
            _ => Ok(()),
        }
    }

    /// An `if` with its `elif`s, which are nested in the tree and a list to the reader.
    fn if_statement(&mut self, id: StmtId) -> Result<()> {
        let mark = self.ends.len();
        let mut next = Some(id);
        while let Some(id) = next.take() {
            let StmtKind::If { test, body, orelse } = self.ast[id].kind else { break };
            let at = self.ast[id].span;
            self.set_place(at);
            let end = self.new_label();
            self.ends.push(end);
            let otherwise = if orelse.is_empty() { end } else { self.new_label() };
            self.jump_if(test, otherwise, false, at)?;
            self.statements(body)?;
            if !orelse.is_empty() {
                self.jump_over(end);
                self.use_label(otherwise);
                match self.ast[orelse] {
                    [only] if matches!(self.ast[only].kind, StmtKind::If { .. }) => next = Some(only),
                    _ => self.statements(orelse)?,
                }
            }
        }
        while self.ends.len() > mark
            && let Some(end) = self.ends.pop()
        {
            self.use_label(end);
        }
        Ok(())
    }

    fn return_statement(&mut self, value: Option<ExprId>, statement: Span) -> Result<()> {
        let scope = &self.table[self.unit.scope];
        if !scope.is_function_like() {
            return self.error("'return' outside function", statement);
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return self.error("'return' with value in async generator", statement);
        }
        let mut at = statement;
        let mut constant = None;
        if let Some(value) = value {
            match self.ast[value].kind {
                ExprKind::Constant { value: known, .. } => {
                    constant = Some(known);
                    at = self.ast[value].span;
                    self.op(Op::Nop, at);
                }
                _ => self.expression(value)?,
            }
        }
        if value.is_none_or(|value| self.ast[value].span.line != statement.line) {
            at = statement;
            self.op(Op::Nop, at);
        }
        self.unwind(&mut at, value.is_some() && constant.is_none(), false)?;
        match (value, constant) {
            (None, _) => self.load_none(at),
            (_, Some(constant)) => self.load_const(constant, at),
            _ => {}
        }
        self.op(Op::ReturnValue, at);
        self.set_place(at);
        Ok(())
    }

    fn break_loop(&mut self, statement: Span) -> Result<()> {
        let mut at = statement;
        self.op(Op::Nop, at);
        let Some(block) = self.unwind(&mut at, false, true)? else {
            return self.error("'break' outside loop", statement);
        };
        self.unwind_block(&mut at, block, false)?;
        if let Some(exit) = block.exit {
            self.jump(Op::Jump, exit, at);
        }
        self.set_place(at);
        Ok(())
    }

    fn continue_loop(&mut self, statement: Span) -> Result<()> {
        let mut at = statement;
        self.op(Op::Nop, at);
        let Some(block) = self.unwind(&mut at, false, true)? else {
            return self.error("'continue' not properly in loop", statement);
        };
        if let Some(start) = block.start {
            self.jump(Op::Jump, start, at);
        }
        self.set_place(at);
        Ok(())
    }

    fn assign(&mut self, targets: List<ExprId>, value: ExprId, at: Span) -> Result<()> {
        let ast = self.ast;
        self.expression(value)?;
        for (place, &target) in ast[targets].iter().enumerate() {
            if place + 1 < targets.len() {
                self.op_arg(Op::Copy, 1, at);
            }
            self.expression(target)?;
        }
        Ok(())
    }

    fn augmented_assign(
        &mut self,
        target: ExprId,
        operator: Operator,
        value: ExprId,
        at: Span,
    ) -> Result<()> {
        let place = self.ast[target].span;
        match self.ast[target].kind {
            ExprKind::Attribute { value: object, attr, .. } => {
                self.expression(object)?;
                self.op_arg(Op::Copy, 1, place);
                let place = self.attribute_place(place, target);
                self.load_attr(attr, place);
                self.operate_in_place(value, operator, at)?;
                self.op_arg(Op::Swap, 2, place);
                self.op_name(Op::StoreAttr, attr, place);
                self.set_place(place);
                Ok(())
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expression(object)?;
                let form = self.load_for_update(slice, place)?;
                self.operate_in_place(value, operator, at)?;
                self.store_updated(form, place);
                self.set_place(place);
                Ok(())
            }
            ExprKind::Name { id, .. } => {
                self.name(id, Context::Load, place)?;
                self.operate_in_place(value, operator, at)?;
                self.set_place(place);
                self.name(id, Context::Store, place)
            }
            _ => Ok(()),
        }
    }

    fn operate_in_place(&mut self, value: ExprId, operator: Operator, at: Span) -> Result<()> {
        self.expression(value)?;
        self.in_place(operator, at);
        Ok(())
    }

    fn store_updated(&mut self, form: SliceForm, at: Span) {
        if form == SliceForm::TwoParts {
            self.op_arg(Op::Swap, 4, at);
        }
        self.op_arg(Op::Swap, 3, at);
        self.op_arg(Op::Swap, 2, at);
        self.op(if form == SliceForm::TwoParts { Op::StoreSlice } else { Op::StoreSubscr }, at);
    }

    fn raise(&mut self, exception: Option<ExprId>, cause: Option<ExprId>, at: Span) -> Result<()> {
        let mut values = 0;
        if let Some(exception) = exception {
            self.expression(exception)?;
            values += 1;
            if let Some(cause) = cause {
                self.expression(cause)?;
                values += 1;
            }
        }
        self.op_arg(Op::RaiseVarargs, values, at);
        Ok(())
    }

    fn assert(&mut self, test: ExprId, message: Option<ExprId>, at: Span) -> Result<()> {
        if self.is_filled_tuple(test) {
            self.warn("assertion is always true, perhaps remove parentheses?".to_owned(), at);
        }
        if self.level > 0 {
            return Ok(());
        }
        let end = self.new_label();
        self.jump_if(test, end, true, at)?;
        let at = self.lingering(at);
        if self.rules.common_exceptions {
            self.op_arg(Op::LoadCommonConstant, common::ASSERTION_ERROR, at);
        } else {
            self.op(Op::LoadAssertionError, at);
        }
        if let Some(message) = message {
            self.expression(message)?;
            self.call_with(0, at);
        }
        let test = if self.rules.failed_assert_at_statement { at } else { self.ast[test].span };
        self.op_arg(Op::RaiseVarargs, 1, test);
        self.use_label(end);
        Ok(())
    }

    fn is_filled_tuple(&self, test: ExprId) -> bool {
        match self.ast[test].kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant { value, .. } => {
                matches!(&self.constants[value], Const::Tuple(items) if !items.is_empty())
            }
            _ => false,
        }
    }

    fn expression_statement(&mut self, value: ExprId, at: Span) -> Result<()> {
        if matches!(self.ast[value].kind, ExprKind::Constant { .. }) {
            self.op(Op::Nop, at);
            return Ok(());
        }
        self.expression(value)?;
        self.op(Op::PopTop, Span::NONE);
        self.set_place(Span::NONE);
        Ok(())
    }

    /// Code in a block that leaving has to undo.
    pub(super) fn within(
        &mut self,
        kind: BlockKind,
        at: Span,
        inside: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.push_block(kind, at)?;
        inside(self)?;
        self.pop_block();
        Ok(())
    }
}
