//! `any`, `all`, `tuple` and the like of a generator expression: a loop, if the name is the builtin at run time.

use crate::ast::{CmpOp, ExprId, ExprKind, Keyword, List};
use crate::constant::ConstId;
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::span::Span;
use crate::symtable::ScopeKey;

use super::emit::{common, intrinsic1};
use super::{Backend, Codegen};

/// A builtin that is replaced by a loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Builtin {
    All,
    Any,
    List,
    Set,
    Tuple,
}

impl Builtin {
    fn common_constant(self) -> u32 {
        match self {
            Self::All => common::ALL,
            Self::Any => common::ANY,
            Self::List => common::LIST,
            Self::Set => common::SET,
            Self::Tuple => common::TUPLE,
        }
    }

    /// What collects the elements, and what adds one; none where the first one that counts ends the loop.
    fn collection(self) -> Option<(Op, Op)> {
        match self {
            Self::All | Self::Any => None,
            Self::List | Self::Tuple => Some((Op::BuildList, Op::ListAppend)),
            Self::Set => Some((Op::BuildSet, Op::SetAdd)),
        }
    }

    /// The result for no elements.
    fn initial(self) -> bool {
        self == Self::All
    }
}

impl<B: Backend> Codegen<'_, B> {
    /// The loop, which goes on at `end`, with the function on the stack; behind it the call goes on.
    pub(super) fn call_of_builtin(
        &mut self,
        func: ExprId,
        values: List<ExprId>,
        keywords: List<Keyword>,
        end: Label,
    ) -> Result<()> {
        let [generator] = self.ast[values] else { return Ok(()) };
        if !keywords.is_empty() || !self.is_replaceable(generator) {
            return Ok(());
        }
        let Some(builtin) = self.replaceable_builtin(func) else { return Ok(()) };
        let at = self.ast[func].span;
        let skip = self.new_label();
        self.op_arg(Op::Copy, 1, at);
        self.op_arg(Op::LoadCommonConstant, builtin.common_constant(), at);
        self.compare(CmpOp::Is, at);
        self.jump(Op::PopJumpIfFalse, skip, at);
        self.op(Op::PopTop, at);
        self.loop_over_generator(builtin, generator, end, at)?;
        self.use_label(skip);
        Ok(())
    }

    fn is_replaceable(&self, argument: ExprId) -> bool {
        if !matches!(self.ast[argument].kind, ExprKind::GeneratorExp { .. }) {
            return false;
        }
        let is_async =
            self.table.find(ScopeKey::Expr(argument)).is_some_and(|scope| self.table[scope].coroutine);
        !is_async || self.rules.calls_over_async_generators
    }

    fn replaceable_builtin(&self, func: ExprId) -> Option<Builtin> {
        let ExprKind::Name { id, .. } = self.ast[func].kind else { return None };
        match self.symbols.bytes(id) {
            b"all" => Some(Builtin::All),
            b"any" => Some(Builtin::Any),
            b"tuple" => Some(Builtin::Tuple),
            b"list" if self.rules.calls_of_list_and_set => Some(Builtin::List),
            b"set" if self.rules.calls_of_list_and_set => Some(Builtin::Set),
            _ => None,
        }
    }

    fn loop_over_generator(
        &mut self,
        builtin: Builtin,
        generator: ExprId,
        end: Label,
        at: Span,
    ) -> Result<()> {
        let repeat = self.new_label();
        let cleanup = self.new_label();
        let collection = builtin.collection();
        if let Some((build, _)) = collection {
            self.op_arg(build, 0, at);
        }
        self.expression(generator)?;
        self.fill_iterator_slots(at);
        self.use_label(repeat);
        self.jump(Op::ForIter, cleanup, at);
        match collection {
            Some((_, add)) => {
                self.op_arg(add, 1 + self.rules.iterator_slots, at);
                self.jump(Op::Jump, repeat, at);
            }
            None => self.jump_on(builtin.initial(), repeat, at),
        }
        self.pop_iterator_slot();
        if collection.is_none() {
            self.load_truth(!builtin.initial(), at);
        }
        self.jump(Op::Jump, end, at);
        self.use_label(cleanup);
        self.end_for();
        match builtin {
            Builtin::Tuple => self.op_arg(Op::CallIntrinsic1, intrinsic1::LIST_TO_TUPLE, at),
            Builtin::All | Builtin::Any => self.load_truth(builtin.initial(), at),
            Builtin::List | Builtin::Set => {}
        }
        self.jump(Op::Jump, end, at);
        Ok(())
    }

    fn load_truth(&mut self, value: bool, at: Span) {
        self.load_const(if value { ConstId::TRUE } else { ConstId::FALSE }, at);
    }
}
