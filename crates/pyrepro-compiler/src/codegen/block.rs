//! Loops, handlers and `finally` bodies that a `return`, `break` or `continue` has to leave.

use crate::ast::{Context, List, StmtId};
use crate::constant::ConstId;
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::Symbol;

use super::{Backend, Codegen};

/// What stands around the code that is being made, and what leaving it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    While,
    For,
    AsyncFor,
    TryExcept,
    /// The body of a `try` with this `finally`.
    FinallyTry(List<StmtId>),
    FinallyEnd,
    With,
    AsyncWith,
    /// The body of a handler, with its name.
    HandlerCleanup(Option<Symbol>),
    /// A return value below the stack of a `finally` body.
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    /// An inlined comprehension, which no statement can leave: it only counts.
    Comprehension,
    StopIteration,
}

/// A block that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub kind: BlockKind,
    /// Where `continue` goes.
    pub start: Option<Label>,
    /// Where `break` goes.
    pub exit: Option<Label>,
    /// The place of the statement or expression that opened it.
    pub at: Span,
}

impl Block {
    fn is_loop(&self) -> bool {
        matches!(self.kind, BlockKind::While | BlockKind::For | BlockKind::AsyncFor)
    }
}

impl<B: Backend> Codegen<'_, B> {
    /// Opens a block.
    pub(super) fn push_block(&mut self, kind: BlockKind, at: Span) -> Result<()> {
        self.push_jump_block(kind, None, None, at)
    }

    /// Opens a block that `continue` and `break` can name.
    pub(super) fn push_jump_block(
        &mut self,
        kind: BlockKind,
        start: Option<Label>,
        exit: Option<Label>,
        at: Span,
    ) -> Result<()> {
        if self.unit.blocks.len() >= self.rules.nested_blocks {
            return self.error("too many statically nested blocks", at);
        }
        self.unit.blocks.push(Block { kind, start, exit, at });
        if kind == BlockKind::FinallyEnd && !self.rules.warns_in_exceptional_finally {
            self.silence += 1;
        }
        Ok(())
    }

    /// Closes the innermost block.
    pub(super) fn pop_block(&mut self) {
        let block = self.unit.blocks.pop();
        if block.is_some_and(|block| block.kind == BlockKind::FinallyEnd)
            && !self.rules.warns_in_exceptional_finally
        {
            self.silence -= 1;
        }
    }

    /// Leaves all open blocks, or those inside the innermost loop, which is given back.
    pub(super) fn unwind(&mut self, at: &mut Span, keep_value: bool, to_loop: bool) -> Result<Option<Block>> {
        let blocks = self.unit.blocks.clone();
        let silence = self.silence;
        let mut found = None;
        while let Some(&top) = self.unit.blocks.last() {
            if top.kind == BlockKind::ExceptionGroupHandler {
                let message = "'break', 'continue' and 'return' cannot appear in an except* block";
                return self.error(message, *at);
            }
            if to_loop && top.is_loop() {
                found = Some(top);
                break;
            }
            if self.rules.unwinding_warns_again {
                self.pop_block();
            } else {
                self.unit.blocks.pop();
            }
            self.unwind_block(at, top, keep_value)?;
        }
        self.unit.blocks = blocks;
        self.silence = silence;
        Ok(found)
    }

    /// The instructions that leave one block; those that follow get the place `at`.
    pub(super) fn unwind_block(&mut self, at: &mut Span, block: Block, keep_value: bool) -> Result<()> {
        match block.kind {
            BlockKind::While
            | BlockKind::ExceptionHandler
            | BlockKind::ExceptionGroupHandler
            | BlockKind::AsyncComprehension
            | BlockKind::Comprehension
            | BlockKind::StopIteration => {}
            BlockKind::For => self.pop_iterator(*at, keep_value),
            BlockKind::AsyncFor | BlockKind::PopValue => self.pop_below(*at, keep_value),
            BlockKind::TryExcept => self.op(Op::PopBlock, *at),
            BlockKind::FinallyTry(body) => self.unwind_finally(at, body, keep_value)?,
            BlockKind::FinallyEnd => {
                self.pop_below(*at, keep_value);
                self.swap_if(keep_value, *at);
                self.op(Op::PopBlock, *at);
                self.op(Op::PopExcept, *at);
            }
            BlockKind::With | BlockKind::AsyncWith => self.unwind_with(at, block, keep_value),
            BlockKind::HandlerCleanup(name) => self.unwind_handler(*at, name, keep_value)?,
        }
        Ok(())
    }

    fn unwind_finally(&mut self, at: &mut Span, body: List<StmtId>, keep_value: bool) -> Result<()> {
        // This one keeps the line of the statement that leaves.
        self.op(Op::PopBlock, *at);
        if keep_value {
            self.push_block(BlockKind::PopValue, *at)?;
        }
        self.statements(body)?;
        if keep_value {
            self.pop_block();
        }
        *at = Span::NONE;
        Ok(())
    }

    fn unwind_with(&mut self, at: &mut Span, block: Block, keep_value: bool) {
        self.op(Op::PopBlock, block.at);
        if keep_value {
            self.rotate_below_exit(block.at);
        }
        self.call_exit_with_nones(block.at);
        if block.kind == BlockKind::AsyncWith {
            self.await_value(2, block.at);
        }
        self.op(Op::PopTop, block.at);
        *at = Span::NONE;
    }

    fn unwind_handler(&mut self, at: Span, name: Option<Symbol>, keep_value: bool) -> Result<()> {
        if name.is_some() {
            self.op(Op::PopBlock, at);
        }
        self.swap_if(keep_value, at);
        self.op(Op::PopBlock, at);
        self.op(Op::PopExcept, at);
        if let Some(name) = name {
            self.unbind(name, at)?;
        }
        Ok(())
    }

    /// `name = None; del name`, so that the body of the handler may have deleted it.
    pub(super) fn unbind(&mut self, name: Symbol, at: Span) -> Result<()> {
        self.load_const(ConstId::NONE, at);
        self.name(name, Context::Store, at)?;
        self.name(name, Context::Del, at)
    }

    /// Pops the value on top, or the one below a value that is kept.
    fn pop_below(&mut self, at: Span, keep_value: bool) {
        self.swap_if(keep_value, at);
        self.op(Op::PopTop, at);
    }

    fn swap_if(&mut self, keep_value: bool, at: Span) {
        if keep_value {
            self.op_arg(Op::Swap, 2, at);
        }
    }

    /// Pops what a `for` loop keeps on the stack.
    fn pop_iterator(&mut self, at: Span, keep_value: bool) {
        let slots = self.rules.iterator_slots;
        if keep_value {
            self.op_arg(Op::Swap, slots + 1, at);
        }
        for _ in 0..slots {
            self.op(Op::PopTop, at);
        }
    }
}
