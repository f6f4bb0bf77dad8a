//! Constants computed from constants.

use super::peephole::{LIST_TO_TUPLE, UNARY_POSITIVE};
use super::{BlockId, CfgInstr, Context, Graph};
use crate::constant::{Const, ConstId};
use crate::location::LocId;
use crate::opcode::Op;

/// Displays of more items are built one by one.
const DISPLAY_AT_MOST: u32 = 30;
/// Displays of fewer constants are built from their items.
const CONSTANT_DISPLAY_AT_LEAST: u32 = 3;

impl Graph {
    /// Before folding in the graph: a tuple of constants that are loaded right before it. The loads leave
    /// `NOP`s with their lines.
    pub(super) fn fold_loaded_tuple(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        let count = self.instrs(block)[index].arg as usize;
        let Some(first) = index.checked_sub(count) else { return };
        let loads = &self.instrs(block)[first..index];
        if !loads.iter().all(|load| context.rules.table.has_const(load.op)) {
            return;
        }
        let Some(items) = loads.iter().map(|load| context.loaded(load)).collect::<Option<Vec<_>>>() else {
            return;
        };
        let tuple = context.constants.add(Const::Tuple(items.into()));
        let place = context.place_of(tuple);
        let instrs = self.instrs_mut(block);
        for load in &mut instrs[first..index] {
            load.clear();
        }
        instrs[index].set(Op::LoadConst, place);
    }

    /// Computes the value of one instruction if all it takes is constant.
    pub(super) fn fold_at(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        let instr = self.instrs(block)[index];
        match instr.op {
            Op::BuildTuple if instr.arg <= DISPLAY_AT_MOST => self.fold_tuple(block, index, context),
            Op::BuildList | Op::BuildSet => self.fold_display(block, index, context),
            Op::UnaryNot | Op::UnaryInvert | Op::UnaryNegative => self.fold_unary(block, index, context),
            Op::CallIntrinsic1 if instr.arg == UNARY_POSITIVE => self.fold_unary(block, index, context),
            Op::CallIntrinsic1 if instr.arg == LIST_TO_TUPLE => {
                let iterated = self.op(block, index + 1) == Some(Op::GetIter);
                if !iterated || context.rules.long_constant_displays {
                    self.fold_appended(block, index, index, context);
                }
                if iterated && self.op(block, index) == Some(Op::CallIntrinsic1) {
                    self.instrs_mut(block)[index].clear();
                }
            }
            Op::BinaryOp => self.fold_binary(block, index, context),
            Op::ListAppend | Op::SetAdd if context.rules.long_constant_displays => {
                if matches!(self.op(block, index + 1), Some(Op::GetIter | Op::ContainsOp)) {
                    self.fold_appended(block, index, index + 1, context);
                    let folded = &mut self.instrs_mut(block)[index];
                    if folded.op != instr.op {
                        folded.loc = LocId::NONE;
                    }
                }
            }
            _ => {}
        }
    }

    /// The `count` loads of constants before an instruction; `NOP`s between them do not count.
    fn constants_before(
        &self,
        block: BlockId,
        index: usize,
        count: usize,
        context: &mut Context<'_>,
    ) -> Option<(Vec<usize>, Vec<ConstId>)> {
        let loads =
            || self.instrs(block)[..index].iter().enumerate().rev().filter(|(_, load)| load.op != Op::Nop);
        // Most are not constant: that is known before anything is allocated.
        if loads().take(count).take_while(|(_, load)| context.loads(load)).count() < count {
            return None;
        }
        let places: Vec<usize> = loads().take(count).map(|(place, _)| place).collect();
        let values = places
            .iter()
            .rev()
            .map(|place| context.loaded(&self.instrs(block)[*place]))
            .collect::<Option<_>>()?;
        Some((places, values))
    }

    /// What was computed leaves no trace, not even its line.
    fn clear_operands(&mut self, block: BlockId, places: &[usize]) {
        for place in places {
            let instr = &mut self.instrs_mut(block)[*place];
            instr.clear();
            instr.loc = LocId::NONE;
        }
    }

    fn replace_by_load(
        &mut self,
        block: BlockId,
        index: usize,
        operands: &[usize],
        value: ConstId,
        context: &mut Context<'_>,
    ) {
        self.clear_operands(block, operands);
        self.instrs_mut(block)[index].load(value, context);
    }

    fn fold_tuple(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        let count = self.instrs(block)[index].arg as usize;
        if let Some((places, items)) = self.constants_before(block, index, count, context) {
            let tuple = context.constants.add(Const::Tuple(items.into()));
            self.replace_by_load(block, index, &places, tuple, context);
        }
    }

    /// A list or set of constants: one constant where it is only looked through, else a display that is
    /// filled from one.
    fn fold_display(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        let CfgInstr { op, arg: count, loc, .. } = self.instrs(block)[index];
        let looked_through = matches!(self.op(block, index + 1), Some(Op::GetIter | Op::ContainsOp));
        if count > DISPLAY_AT_MOST || (count < CONSTANT_DISPLAY_AT_LEAST && !looked_through) {
            return;
        }
        let Some((places, items)) = self.constants_before(block, index, count as usize, context) else {
            if looked_through && op == Op::BuildList {
                self.instrs_mut(block)[index].op = Op::BuildTuple;
            }
            return;
        };
        let value = if op == Op::BuildSet {
            crate::equality::frozen_set(items, context.constants)
        } else {
            context.constants.add(Const::Tuple(items.into()))
        };
        let place = context.place_of(value);
        self.clear_operands(block, &places);
        let instrs = self.instrs_mut(block);
        if looked_through {
            instrs[index].set(Op::LoadConst, place);
            return;
        }
        let fill = if op == Op::BuildList { Op::ListExtend } else { Op::SetUpdate };
        instrs[index - 2].set(op, 0);
        instrs[index - 2].loc = loc;
        instrs[index - 1].set(Op::LoadConst, place);
        instrs[index].set(fill, 1);
    }

    /// `BUILD_LIST 0`, then loads of constants each with its `LIST_APPEND 1`, up to before `end`: the
    /// instruction at `index` becomes the load of one constant.
    fn fold_appended(&mut self, block: BlockId, index: usize, end: usize, context: &mut Context<'_>) {
        let (build, append) = match self.instrs(block)[index].op {
            Op::SetAdd => (Op::BuildSet, Op::SetAdd),
            _ => (Op::BuildList, Op::ListAppend),
        };
        let (mut places, mut items) = (Vec::new(), Vec::new());
        let mut expects_append = true;
        for at in (0..end).rev() {
            let instr = &self.instrs(block)[at];
            if instr.op == Op::Nop {
                continue;
            }
            // The last append makes room for the load, and its place is lost with it.
            if at != index || end > index {
                places.push(at);
            }
            if instr.op == build && instr.arg == 0 {
                if !expects_append {
                    return;
                }
                items.reverse();
                let value = if build == Op::BuildSet {
                    crate::equality::frozen_set(items, context.constants)
                } else {
                    context.constants.add(Const::Tuple(items.into()))
                };
                return self.replace_by_load(block, index, &places, value, context);
            }
            if expects_append {
                if instr.op != append || instr.arg != 1 {
                    return;
                }
            } else {
                match context.loaded(instr) {
                    Some(item) => items.push(item),
                    None => return,
                }
            }
            expects_append = !expects_append;
        }
    }

    fn fold_binary(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        let operator = self.instrs(block)[index].arg;
        let Some((places, values)) = self.constants_before(block, index, 2, context) else { return };
        let value = crate::fold::binary(
            operator,
            values[0],
            values[1],
            context.constants,
            context.symbols,
            context.rules,
        );
        match value {
            Ok(Some(value)) => self.replace_by_load(block, index, &places, value, context),
            Ok(None) => {}
            Err(handover) => context.handover = Some(handover),
        }
    }

    fn fold_unary(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        use crate::fold::Unary;
        let Some((places, values)) = self.constants_before(block, index, 1, context) else { return };
        let operator = match self.instrs(block)[index].op {
            Op::UnaryNot => Unary::Not,
            Op::UnaryNegative => Unary::Negative,
            Op::UnaryInvert if matches!(values[0], ConstId::TRUE | ConstId::FALSE) => return,
            Op::UnaryInvert => Unary::Invert,
            _ => Unary::Positive,
        };
        match crate::fold::unary(operator, values[0], context.constants) {
            Ok(Some(value)) => self.replace_by_load(block, index, &places, value, context),
            Ok(None) => {}
            Err(handover) => context.handover = Some(handover),
        }
    }
}
