//! Lists, tuples, sets and dictionaries, and the targets that unpack them.

use crate::ast::{Context, ExprId, ExprKind, List};
use crate::constant::ConstId;
use crate::equality;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::Symbol;

use super::emit::intrinsic1;
use super::{Backend, Codegen, STACK_GUIDELINE};

/// What elements are put together to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequence {
    List,
    Tuple,
    Set,
}

impl Sequence {
    /// Instructions that make one, add an element, and add all of an iterable. A tuple starts as a list.
    fn ops(self) -> (Op, Op, Op) {
        match self {
            Self::List | Self::Tuple => (Op::BuildList, Op::ListAppend, Op::ListExtend),
            Self::Set => (Op::BuildSet, Op::SetAdd, Op::SetUpdate),
        }
    }
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn list(&mut self, elements: List<ExprId>, context: Context, at: Span) -> Result<()> {
        match context {
            Context::Load => self.sequence(Sequence::List, elements, None, 0, at),
            Context::Store => self.unpack(elements, at),
            Context::Del => self.expressions(elements),
        }
    }

    pub(super) fn tuple(&mut self, elements: List<ExprId>, context: Context, at: Span) -> Result<()> {
        match context {
            Context::Load => self.sequence(Sequence::Tuple, elements, None, 0, at),
            Context::Store => self.unpack(elements, at),
            Context::Del => self.expressions(elements),
        }
    }

    pub(super) fn set(&mut self, elements: List<ExprId>, at: Span) -> Result<()> {
        self.sequence(Sequence::Set, elements, None, 0, at)
    }

    /// A sequence of `pushed` values on the stack, the elements, and a variable behind them.
    pub(super) fn sequence(
        &mut self,
        kind: Sequence,
        elements: List<ExprId>,
        injected: Option<Symbol>,
        pushed: usize,
        at: Span,
    ) -> Result<()> {
        if injected.is_none() && self.constant_sequence(kind, elements, pushed, at) {
            return Ok(());
        }
        let count = elements.len() + usize::from(injected.is_some()) + pushed;
        let starred = |id: &ExprId| matches!(self.ast[*id].kind, ExprKind::Starred { .. });
        if count <= STACK_GUIDELINE && !self.ast[elements].iter().any(starred) {
            self.expressions(elements)?;
            if let Some(name) = injected {
                self.name(name, Context::Load, at)?;
            }
            let build = if kind == Sequence::Tuple { Op::BuildTuple } else { kind.ops().0 };
            self.op_arg(build, count as u32, at);
            return Ok(());
        }
        self.growing_sequence(kind, elements, injected, pushed, at)
    }

    /// A sequence that is too long for the stack, or of a length that is not known.
    fn growing_sequence(
        &mut self,
        kind: Sequence,
        elements: List<ExprId>,
        injected: Option<Symbol>,
        pushed: usize,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let (build, add, extend) = kind.ops();
        let count = elements.len() + usize::from(injected.is_some()) + pushed;
        let mut built = count > STACK_GUIDELINE;
        if built {
            self.op_arg(build, pushed as u32, at);
        }
        for (place, &element) in ast[elements].iter().enumerate() {
            if let ExprKind::Starred { value, .. } = ast[element].kind {
                if !built {
                    self.op_arg(build, (place + pushed) as u32, at);
                    built = true;
                }
                self.expression(value)?;
                self.op_arg(extend, 1, at);
            } else {
                self.expression(element)?;
                if built {
                    self.op_arg(add, 1, at);
                }
            }
        }
        if let Some(name) = injected {
            self.name(name, Context::Load, at)?;
            self.op_arg(add, 1, at);
        }
        if kind == Sequence::Tuple {
            self.intrinsic(Op::ListToTuple, intrinsic1::LIST_TO_TUPLE, at);
        }
        Ok(())
    }

    /// A display of three or more constants is made from one constant, where the release does that here.
    fn constant_sequence(&mut self, kind: Sequence, elements: List<ExprId>, pushed: usize, at: Span) -> bool {
        if !self.rules.constant_displays_from_tuples || elements.len() <= 2 {
            return false;
        }
        let Some(items) = self.constants_of(elements) else { return false };
        if kind == Sequence::Tuple && pushed == 0 {
            self.load_tuple(items, at);
            return true;
        }
        let (build, _, extend) = kind.ops();
        self.op_arg(build, pushed as u32, at);
        if kind == Sequence::Set {
            let value = equality::frozen_set(items, self.constants);
            self.load_const(value, at);
        } else {
            self.load_tuple(items, at);
        }
        self.op_arg(extend, 1, at);
        if kind == Sequence::Tuple {
            self.intrinsic(Op::ListToTuple, intrinsic1::LIST_TO_TUPLE, at);
        }
        true
    }

    /// The values of expressions that are all constants.
    fn constants_of(&self, elements: List<ExprId>) -> Option<Vec<ConstId>> {
        self.ast[elements].iter().map(|&id| self.constant_value(Some(id))).collect()
    }

    fn constant_value(&self, id: Option<ExprId>) -> Option<ConstId> {
        match self.ast[id?].kind {
            ExprKind::Constant { value, .. } => Some(value),
            _ => None,
        }
    }

    pub(super) fn dictionary(
        &mut self,
        keys: List<Option<ExprId>>,
        values: List<ExprId>,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let mut has_dictionary = false;
        let mut start = 0;
        for (place, key) in ast[keys].iter().enumerate() {
            if key.is_none() {
                if start < place {
                    self.pairs(
                        keys.until(place).from(start),
                        values.until(place).from(start),
                        at,
                        has_dictionary,
                    )?;
                    has_dictionary = true;
                }
                start = place + 1;
                if !has_dictionary {
                    self.op_arg(Op::BuildMap, 0, at);
                    has_dictionary = true;
                }
                self.expression(ast[values][place])?;
                self.op_arg(Op::DictUpdate, 1, at);
            } else if (place - start) * 2 > STACK_GUIDELINE {
                let end = place + 1;
                self.pairs(keys.until(end).from(start), values.until(end).from(start), at, has_dictionary)?;
                has_dictionary = true;
                start = end;
            }
        }
        if start < keys.len() {
            self.pairs(keys.from(start), values.from(start), at, has_dictionary)?;
            has_dictionary = true;
        }
        if !has_dictionary {
            self.op_arg(Op::BuildMap, 0, at);
        }
        Ok(())
    }

    /// A dictionary of pairs, which is merged into the one below if there is one.
    fn pairs(
        &mut self,
        keys: List<Option<ExprId>>,
        values: List<ExprId>,
        at: Span,
        merge: bool,
    ) -> Result<()> {
        let ast = self.ast;
        let count = keys.len();
        let big = count * 2 > STACK_GUIDELINE;
        match self.constant_keys(keys).filter(|_| !big) {
            Some(items) => {
                self.expressions(values)?;
                self.load_tuple(items, at);
                self.op_arg(Op::BuildConstKeyMap, count as u32, at);
            }
            None => {
                if big {
                    self.op_arg(Op::BuildMap, 0, at);
                }
                for (&key, &value) in ast[keys].iter().zip(&ast[values]) {
                    if let Some(key) = key {
                        self.expression(key)?;
                    }
                    self.expression(value)?;
                    if big {
                        self.op_arg(Op::MapAdd, 1, at);
                    }
                }
                if !big {
                    self.op_arg(Op::BuildMap, count as u32, at);
                }
            }
        }
        if merge {
            self.op_arg(Op::DictUpdate, 1, at);
        }
        Ok(())
    }

    fn constant_keys(&self, keys: List<Option<ExprId>>) -> Option<Vec<ConstId>> {
        if !self.rules.constant_key_maps || keys.len() < 2 {
            return None;
        }
        self.ast[keys].iter().map(|&key| self.constant_value(key)).collect()
    }

    /// Unpacks the value on the stack into targets.
    fn unpack(&mut self, targets: List<ExprId>, at: Span) -> Result<()> {
        let ast = self.ast;
        let star = |id: &ExprId| matches!(ast[*id].kind, ExprKind::Starred { .. });
        let count = targets.len();
        match ast[targets].iter().position(star) {
            None => self.op_arg(Op::UnpackSequence, count as u32, at),
            Some(before) => {
                let after = count - before - 1;
                if before >= 1 << 8 || after >= i32::MAX as usize >> 8 {
                    return self.error("too many expressions in star-unpacking assignment", at);
                }
                self.op_arg(Op::UnpackEx, (before + (after << 8)) as u32, at);
                if ast[targets][before + 1..].iter().any(star) {
                    return self.error("multiple starred expressions in assignment", at);
                }
            }
        }
        for &target in &ast[targets] {
            match ast[target].kind {
                ExprKind::Starred { value, .. } => self.expression(value)?,
                _ => self.expression(target)?,
            }
        }
        Ok(())
    }
}
