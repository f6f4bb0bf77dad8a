//! `try`, with `except`, `except*` and `finally`.

use crate::ast::{ExceptHandler, List, StmtId};
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::span::Span;

use super::block::BlockKind;
use super::emit::intrinsic2;
use super::{Backend, Codegen};

/// A `try` without its `finally`.
#[derive(Clone, Copy)]
pub(super) struct Try {
    pub body: List<StmtId>,
    pub handlers: List<ExceptHandler>,
    pub orelse: List<StmtId>,
    /// `except*`
    pub star: bool,
    pub at: Span,
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn try_statement(&mut self, statement: Try, finalbody: List<StmtId>) -> Result<()> {
        if finalbody.is_empty() { self.try_except(statement) } else { self.try_finally(statement, finalbody) }
    }

    fn try_finally(&mut self, statement: Try, finalbody: List<StmtId>) -> Result<()> {
        let body = self.new_label();
        let handler = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.jump(Op::SetupFinally, handler, statement.at);
        self.use_label(body);
        self.push_block(BlockKind::FinallyTry(finalbody), statement.at)?;
        if statement.handlers.is_empty() {
            self.statements(statement.body)?;
        } else {
            self.try_except(statement)?;
        }
        self.op(Op::PopBlock, Span::NONE);
        self.pop_block();
        self.statements(finalbody)?;
        self.jump_over(exit);
        self.use_label(handler);
        self.set_place(Span::NONE);
        self.start_handler(cleanup, Span::NONE);
        self.within(BlockKind::FinallyEnd, Span::NONE, |this| this.statements(finalbody))?;
        self.op_arg(Op::Reraise, 0, self.lingering(Span::NONE));
        self.use_label(cleanup);
        self.reraise_from_handler();
        self.use_label(exit);
        Ok(())
    }

    fn try_except(&mut self, statement: Try) -> Result<()> {
        if statement.star { self.try_groups(statement) } else { self.try_exceptions(statement) }
    }

    fn try_exceptions(&mut self, statement: Try) -> Result<()> {
        let ast = self.ast;
        let body = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        self.jump(Op::SetupFinally, except, statement.at);
        self.use_label(body);
        self.within(BlockKind::TryExcept, statement.at, |this| this.statements(statement.body))?;
        self.op(Op::PopBlock, Span::NONE);
        self.statements(statement.orelse)?;
        self.jump_over(end);
        self.use_label(except);
        self.start_handler(cleanup, Span::NONE);
        self.within(BlockKind::ExceptionHandler, statement.at, |this| {
            for (place, handler) in ast[statement.handlers].iter().enumerate() {
                if handler.exception.is_none() && place + 1 < statement.handlers.len() {
                    return this.error("default 'except:' must be last", handler.span);
                }
                this.exception_handler(handler, end)?;
            }
            Ok(())
        })?;
        self.set_place(Span::NONE);
        self.op_arg(Op::Reraise, 0, Span::NONE);
        self.use_label(cleanup);
        self.reraise_from_handler();
        self.use_label(end);
        Ok(())
    }

    fn exception_handler(&mut self, handler: &ExceptHandler, end: Label) -> Result<()> {
        let at = handler.span;
        self.set_place(at);
        let next = self.new_label();
        if let Some(exception) = handler.exception {
            self.expression(exception)?;
            self.op(Op::CheckExcMatch, at);
            self.jump(Op::PopJumpIfFalse, next, at);
        }
        match handler.name {
            Some(name) => {
                let failed = self.new_label();
                let body = self.new_label();
                self.name(name, crate::ast::Context::Store, at)?;
                self.jump(Op::SetupCleanup, failed, at);
                self.use_label(body);
                self.handler_body(handler)?;
                self.op(Op::PopBlock, Span::NONE);
                self.op(Op::PopBlock, Span::NONE);
                self.op(Op::PopExcept, Span::NONE);
                self.unbind(name, Span::NONE)?;
                self.jump_over(end);
                self.use_label(failed);
                self.unbind(name, Span::NONE)?;
                self.op_arg(Op::Reraise, 1, Span::NONE);
            }
            None => {
                let body = self.new_label();
                self.op(Op::PopTop, at);
                self.use_label(body);
                self.handler_body(handler)?;
                self.op(Op::PopBlock, Span::NONE);
                self.op(Op::PopExcept, Span::NONE);
                self.jump_over(end);
            }
        }
        self.use_label(next);
        Ok(())
    }

    fn handler_body(&mut self, handler: &ExceptHandler) -> Result<()> {
        self.within(BlockKind::HandlerCleanup(handler.name), handler.span, |this| {
            this.statements(handler.body)
        })
    }

    fn try_groups(&mut self, statement: Try) -> Result<()> {
        let ast = self.ast;
        let body = self.new_label();
        let except = self.new_label();
        let orelse = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        let finish = self.new_label();
        self.jump(Op::SetupFinally, except, statement.at);
        self.use_label(body);
        self.within(BlockKind::TryExcept, statement.at, |this| this.statements(statement.body))?;
        self.op(Op::PopBlock, Span::NONE);
        self.jump_over(orelse);
        self.use_label(except);
        self.start_handler(cleanup, Span::NONE);
        self.within(BlockKind::ExceptionGroupHandler, statement.at, |this| {
            for (place, handler) in ast[statement.handlers].iter().enumerate() {
                if place == 0 {
                    this.start_groups(handler.span);
                }
                this.group_handler(handler)?;
            }
            // What no handler took is raised again.
            this.op_arg(Op::ListAppend, 1, Span::NONE);
            this.jump_over(finish);
            Ok(())
        })?;
        self.use_label(finish);
        self.raise_groups(end);
        self.use_label(cleanup);
        self.reraise_from_handler();
        self.use_label(orelse);
        self.statements(statement.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// The list of what the handlers raise, and the group that is split above it.
    fn start_groups(&mut self, at: Span) {
        if self.rules.group_is_copied_last {
            self.op_arg(Op::BuildList, 0, at);
            self.op_arg(Op::Copy, 2, at);
        } else {
            self.op_arg(Op::Copy, 1, at);
            self.op_arg(Op::BuildList, 0, at);
            self.op_arg(Op::Swap, 2, at);
        }
    }

    fn group_handler(&mut self, handler: &ExceptHandler) -> Result<()> {
        if self.rules.unmatched_groups_leave_first {
            return self.group_handler_leaving_first(handler);
        }
        let at = handler.span;
        self.set_place(at);
        let next = self.new_label();
        let next_with_error = self.new_label();
        let no_match = self.new_label();
        if let Some(exception) = handler.exception {
            self.expression(exception)?;
            self.op(Op::CheckEgMatch, at);
            self.op_arg(Op::Copy, 1, at);
            self.jump(Op::PopJumpIfNone, no_match, at);
        }
        self.matched_group(handler, next, next_with_error)?;
        self.use_label(next);
        // Keeps the line of the body's last statement.
        self.op(Op::Nop, Span::NONE);
        self.jump_over(next_with_error);
        self.use_label(no_match);
        self.op(Op::PopTop, at);
        self.use_label(next_with_error);
        Ok(())
    }

    /// The same, with the way out for a group that does not match before the body, not behind it.
    fn group_handler_leaving_first(&mut self, handler: &ExceptHandler) -> Result<()> {
        let at = handler.span;
        let next = self.new_label();
        let matched = self.new_label();
        if let Some(exception) = handler.exception {
            self.expression(exception)?;
            self.op(Op::CheckEgMatch, at);
            self.op_arg(Op::Copy, 1, at);
            self.jump(Op::PopJumpIfNotNone, matched, at);
            self.op(Op::PopTop, at);
            self.jump(Op::Jump, next, at);
        }
        self.use_label(matched);
        self.matched_group(handler, next, next)?;
        self.use_label(next);
        Ok(())
    }

    /// The body of a handler, and what is to be done when it raises.
    fn matched_group(&mut self, handler: &ExceptHandler, next: Label, next_with_error: Label) -> Result<()> {
        let at = handler.span;
        let failed = self.new_label();
        let body = self.new_label();
        match handler.name {
            Some(name) => self.name(name, crate::ast::Context::Store, at)?,
            None => self.op(Op::PopTop, at),
        }
        self.jump(Op::SetupCleanup, failed, at);
        self.use_label(body);
        self.handler_body(handler)?;
        self.op(Op::PopBlock, Span::NONE);
        self.unbind_if_named(handler)?;
        self.jump_over(next);
        self.use_label(failed);
        self.unbind_if_named(handler)?;
        self.op_arg(Op::ListAppend, 3, Span::NONE);
        self.op(Op::PopTop, Span::NONE);
        self.jump_over(next_with_error);
        Ok(())
    }

    fn unbind_if_named(&mut self, handler: &ExceptHandler) -> Result<()> {
        match handler.name {
            Some(name) => self.unbind(name, Span::NONE),
            None => Ok(()),
        }
    }

    /// Raises what is left of the group, if anything is.
    fn raise_groups(&mut self, end: Label) {
        let reraise = self.new_label();
        self.set_place(Span::NONE);
        if self.rules.intrinsics {
            self.op_arg(Op::CallIntrinsic2, intrinsic2::PREP_RERAISE_STAR, Span::NONE);
        } else {
            self.op(Op::PrepReraiseStar, Span::NONE);
        }
        self.op_arg(Op::Copy, 1, Span::NONE);
        self.jump(Op::PopJumpIfNotNone, reraise, Span::NONE);
        for op in [Op::PopTop, Op::PopBlock, Op::PopExcept] {
            self.op(op, Span::NONE);
        }
        self.jump_over(end);
        self.use_label(reraise);
        self.op(Op::PopBlock, Span::NONE);
        self.op_arg(Op::Swap, 2, Span::NONE);
        self.op(Op::PopExcept, Span::NONE);
        self.op_arg(Op::Reraise, 0, Span::NONE);
    }
}
