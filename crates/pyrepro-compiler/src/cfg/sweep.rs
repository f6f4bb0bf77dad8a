//! Constants, tuples, jumps and swaps improved together, one instruction after the other.

use super::{BlockId, CfgInstr, Context, Graph};
use crate::constant::ConstId;
use crate::opcode::Op;

impl Graph {
    /// Improves each block in one sweep: what is made of an instruction is seen when the next is looked at.
    pub(super) fn sweep(&mut self, context: &mut Context<'_>) {
        self.each(|graph, block| graph.sweep_block(block, context));
    }

    fn sweep_block(&mut self, block: BlockId, context: &mut Context<'_>) {
        // A COPY of a constant is looked at as another load of it.
        let mut seen: Option<CfgInstr> = None;
        let mut index = 0;
        while index < self[block].len() {
            let instr = self[block].instrs()[index];
            let copies = instr.op == Op::Copy && instr.arg == 1;
            let seen = match seen {
                Some(load) if copies && load.op == Op::LoadConst => load,
                _ => *seen.insert(instr),
            };
            index = self.sweep_at(block, index, seen, context);
        }
    }

    /// Improves what starts with an instruction; gives the place to go on at.
    fn sweep_at(&mut self, block: BlockId, index: usize, seen: CfgInstr, context: &mut Context<'_>) -> usize {
        let next = self[block].op(index + 1);
        match (seen.op, next) {
            (Op::LoadConst, _) => {
                if let Some(constant) = context.loaded(&seen) {
                    return index + 1 + self.sweep_load(block, index, (seen.arg, constant), context);
                }
            }
            (Op::BuildTuple, _) => self.sweep_tuple(block, index, context),
            (op, _) if is_threaded(op) && self.thread_on_line(block, index, context) => return index,
            (Op::Swap, _) if seen.arg == 1 => self[block].instrs_mut()[index].clear(),
            (Op::Swap, _) => {
                let last = self.shorten_swaps(block, index);
                self.apply_static_swaps(block, last, context);
                return last + 1;
            }
            (Op::PushNull, Some(Op::LoadGlobal)) => {
                let instrs = self[block].instrs_mut();
                if instrs[index + 1].arg & 1 == 0 {
                    instrs[index].clear();
                    instrs[index + 1].arg |= 1;
                }
            }
            _ => {}
        }
        index + 1
    }

    /// The load of a constant, and the jump, test or return behind it. Says how many instructions more are done with.
    fn sweep_load(
        &mut self,
        block: BlockId,
        index: usize,
        (place, constant): (u32, ConstId),
        context: &Context<'_>,
    ) -> usize {
        let instrs = self[block].instrs_mut();
        match instrs.get(index + 1).map(|next| next.op) {
            Some(jump @ (Op::PopJumpIfFalse | Op::PopJumpIfTrue)) => {
                instrs[index].clear();
                if context.truth(constant) == (jump == Op::PopJumpIfTrue) {
                    instrs[index + 1].op = Op::Jump;
                } else {
                    instrs[index + 1].clear();
                }
            }
            Some(Op::IsOp) if constant == ConstId::NONE => {
                let jump = instrs.get(index + 2).map(|jump| jump.op);
                let Some(jump @ (Op::PopJumpIfFalse | Op::PopJumpIfTrue)) = jump else { return 0 };
                let is_not = instrs[index + 1].arg & 0xff != 0;
                instrs[index].clear();
                instrs[index + 1].clear();
                instrs[index + 2].op = if is_not != (jump == Op::PopJumpIfFalse) {
                    Op::PopJumpIfNotNone
                } else {
                    Op::PopJumpIfNone
                };
            }
            Some(Op::ReturnValue) if context.rules.return_const => {
                instrs[index].clear();
                instrs[index + 1].set(Op::ReturnConst, place);
                return 1;
            }
            _ => {}
        }
        0
    }

    /// A tuple that is unpacked at once, or made of constants.
    fn sweep_tuple(&mut self, block: BlockId, index: usize, context: &mut Context<'_>) {
        let instrs = self[block].instrs_mut();
        let count = instrs[index].arg;
        if let Some(next) = instrs.get_mut(index + 1)
            && next.op == Op::UnpackSequence
            && next.arg == count
            && (1..=3).contains(&count)
        {
            match count {
                1 => next.clear(),
                _ => next.op = Op::Swap,
            }
            return instrs[index].clear();
        }
        self.fold_loaded_tuple(block, index, context);
    }

    /// A jump to a jump on the same line, or on none, goes where that one goes.
    fn thread_on_line(&mut self, block: BlockId, index: usize, context: &Context<'_>) -> bool {
        let jump = self[block].instrs()[index];
        let Some(target) = jump.target else { return false };
        let Some(&to) = self[target].instrs().first().filter(|to| to.op == Op::Jump) else { return false };
        let line = context.locations.line(to.loc);
        if (line != -1 && line != context.locations.line(jump.loc)) || to.target == jump.target {
            return false;
        }
        self[block].instrs_mut()[index].target = to.target;
        true
    }
}

fn is_threaded(op: Op) -> bool {
    use Op::*;
    matches!(op, PopJumpIfFalse | PopJumpIfTrue | PopJumpIfNone | PopJumpIfNotNone | Jump)
}
