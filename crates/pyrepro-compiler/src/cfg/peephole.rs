//! Neighbouring instructions that are better as others.

use super::{BlockId, CfgInstr, Context, Graph};
use crate::opcode::Op;

/// `CALL_INTRINSIC_1`: a list becomes a tuple.
pub(super) const LIST_TO_TUPLE: u32 = 6;
/// `CALL_INTRINSIC_1`: unary plus.
pub(super) const UNARY_POSITIVE: u32 = 5;
/// The bit of `COMPARE_OP`'s argument that asks for a truth value.
const COMPARE_TO_BOOL: u32 = 16;

/// What is to be done next in a block.
enum Next {
    /// Look at the next instruction.
    Advance,
    /// Look at the same place again.
    Again,
}

/// The place of the first instruction that may be a jump to another one, improved with what is behind it, or computed
/// from what is before it.
fn next_pattern(instrs: &[CfgInstr]) -> Option<usize> {
    instrs.iter().position(|instr| starts_pattern(instr.op))
}

fn starts_pattern(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Jump | JumpNoInterrupt
            | PopJumpIfFalse
            | PopJumpIfTrue
            | PopJumpIfNone
            | PopJumpIfNotNone
            | JumpIfFalse
            | JumpIfTrue
            | BuildTuple
            | StoreFast
            | Swap
            | LoadGlobal
            | CompareOp
            | ContainsOp
            | IsOp
            | ToBool
            | UnaryNot
            | BuildList
            | BuildSet
            | UnaryInvert
            | UnaryNegative
            | CallIntrinsic1
            | BinaryOp
            | ListAppend
            | SetAdd
    )
}

impl Graph {
    /// Improves the instructions of each block, then its runs of `SWAP`.
    pub(super) fn optimize_blocks(&mut self, context: &mut Context<'_>) {
        self.each(|graph, block| {
            let mut swaps = false;
            let mut index = 0;
            while let Some(distance) = next_pattern(&graph.instrs(block)[index..]) {
                index += distance;
                let instr = graph.instrs(block)[index];
                swaps |= instr.op == Op::Swap;
                match graph.optimize_at(block, index, instr, context) {
                    Next::Advance => index += 1,
                    Next::Again => {}
                }
            }
            if swaps {
                graph.optimize_swaps(block, context);
            }
        });
    }

    fn optimize_swaps(&mut self, block: BlockId, context: &Context<'_>) {
        let mut index = 0;
        while let Some(op) = self.op(block, index) {
            if op == Op::Swap {
                index = self.shorten_swaps(block, index);
                self.apply_static_swaps(block, index, context);
            }
            index += 1;
        }
    }

    fn optimize_at(
        &mut self,
        block: BlockId,
        index: usize,
        instr: CfgInstr,
        context: &mut Context<'_>,
    ) -> Next {
        if instr.target.is_some() {
            return self.optimize_jump(block, instr, context);
        }
        let next = self.op(block, index + 1);
        match (instr.op, next) {
            (Op::BuildTuple, Some(Op::UnpackSequence))
                if (1..=3).contains(&instr.arg) && self.instrs(block)[index + 1].arg == instr.arg =>
            {
                let instrs = self.instrs_mut(block);
                instrs[index].clear();
                match instr.arg {
                    1 => instrs[index + 1].clear(),
                    _ => instrs[index + 1].op = Op::Swap,
                }
            }
            (Op::StoreFast, Some(Op::StoreFast)) => self.drop_overwritten_store(block, index, context),
            (Op::Swap, _) if instr.arg == 1 => self.instrs_mut(block)[index].clear(),
            (Op::LoadGlobal, Some(Op::PushNull)) if instr.arg & 1 == 0 => {
                let instrs = self.instrs_mut(block);
                instrs[index].arg |= 1;
                instrs[index + 1].clear();
            }
            (Op::CompareOp, Some(Op::ToBool)) => {
                self.move_to_next(block, index, Op::CompareOp, instr.arg | COMPARE_TO_BOOL);
            }
            (Op::ContainsOp | Op::IsOp, Some(Op::ToBool)) => {
                self.move_to_next(block, index, instr.op, instr.arg);
            }
            (Op::ContainsOp | Op::IsOp, Some(Op::UnaryNot)) if context.rules.fold_in_graph => {
                self.move_to_next(block, index, instr.op, instr.arg ^ 1);
            }
            (Op::ToBool, Some(Op::ToBool)) => self.instrs_mut(block)[index].clear(),
            (Op::UnaryNot, Some(Op::ToBool)) => self.move_to_next(block, index, Op::UnaryNot, 0),
            (Op::UnaryNot, Some(Op::UnaryNot)) => {
                let instrs = self.instrs_mut(block);
                instrs[index].clear();
                instrs[index + 1].clear();
            }
            _ if context.rules.fold_in_graph => self.fold_at(block, index, context),
            (Op::BuildTuple, _) => self.fold_loaded_tuple(block, index, context),
            _ => {}
        }
        Next::Advance
    }

    /// The instruction takes the place of the one behind it.
    fn move_to_next(&mut self, block: BlockId, index: usize, op: Op, arg: u32) {
        let instrs = self.instrs_mut(block);
        instrs[index].clear();
        instrs[index + 1].set(op, arg);
    }

    /// A store that the next one on the same line overwrites only drops its value.
    fn drop_overwritten_store(&mut self, block: BlockId, index: usize, context: &Context<'_>) {
        let line = |instr: &CfgInstr| context.locations.line(instr.loc);
        if let [first, second] = &mut self.instrs_mut(block)[index..=index + 1]
            && first.arg == second.arg
            && line(first) == line(second)
        {
            first.set(Op::PopTop, 0);
        }
    }

    /// Jumps to jumps.
    fn optimize_jump(&mut self, block: BlockId, instr: CfgInstr, context: &Context<'_>) -> Next {
        let Some(target) = instr.target else { return Next::Advance };
        let Some(&to) = self.instrs(target).first() else { return Next::Advance };
        let op = match (instr.op, to.op) {
            (Op::PopJumpIfFalse | Op::PopJumpIfTrue | Op::PopJumpIfNone | Op::PopJumpIfNotNone, Op::Jump) => {
                instr.op
            }
            (Op::JumpIfFalse, Op::Jump | Op::JumpIfFalse) | (Op::JumpIfTrue, Op::Jump | Op::JumpIfTrue) => {
                instr.op
            }
            (Op::JumpIfFalse, Op::JumpIfTrue) | (Op::JumpIfTrue, Op::JumpIfFalse) => {
                // What jumps here does not jump there: it goes on behind.
                let behind = self[target].next;
                let at = self[block].len() - 1;
                self.instrs_mut(block)[at].target = behind;
                return Next::Again;
            }
            (Op::Jump | Op::JumpNoInterrupt, Op::Jump) => Op::Jump,
            (Op::Jump | Op::JumpNoInterrupt, Op::JumpNoInterrupt) => instr.op,
            _ => return Next::Advance,
        };
        if self.thread_jump(block, op, to, context) { Next::Again } else { Next::Advance }
    }
}
