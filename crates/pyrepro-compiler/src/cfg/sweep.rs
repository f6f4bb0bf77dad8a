//! Constants, tuples, jumps and swaps improved together, one instruction after the other.

use super::{BlockId, CfgInstr, Context, Graph};
use crate::constant::ConstId;
use crate::opcode::Op;

impl Graph {
    /// Improves each block in one sweep: what is made of an instruction is seen when the next is looked at.
    pub(super) fn sweep(&mut self, context: &mut Context<'_>) {
        self.each(|graph, block| graph.sweep_block(block, context));
    }

    /// The same, and the `NOP`s of a block go before the next block is looked at.
    pub(super) fn sweep_nops_too(&mut self, context: &mut Context<'_>) {
        self.each(|graph, block| {
            graph.sweep_block(block, context);
            graph.remove_nops_of(block, context);
        });
    }

    fn sweep_block(&mut self, block: BlockId, context: &mut Context<'_>) {
        // A COPY of a constant is looked at as another load of it.
        let mut seen: Option<CfgInstr> = None;
        let mut index = 0;
        while index < self[block].len() {
            let instr = self.instrs(block)[index];
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
        let next = self.op(block, index + 1);
        match (seen.op, next) {
            (Op::LoadConst, _) => {
                if let Some(constant) = context.loaded(&seen) {
                    return index + 1 + self.sweep_load(block, index, (seen.arg, constant), context);
                }
            }
            (Op::BuildTuple, _) => self.sweep_tuple(block, index, context),
            (op, _) if is_threaded(op) && self.thread_on_line(block, index, context) => return index,
            (op, _) if keeps_value(op) && self.thread_kept_value(block, index, context) => return index,
            (Op::Swap, _) if seen.arg == 1 => self.instrs_mut(block)[index].clear(),
            (Op::Swap, _) => {
                let last = self.shorten_swaps(block, index);
                self.apply_static_swaps(block, last, context);
                return last + 1;
            }
            (Op::PushNull, Some(Op::LoadGlobal)) => {
                let instrs = self.instrs_mut(block);
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
        let instrs = self.instrs_mut(block);
        match instrs.get(index + 1).map(|next| next.op) {
            Some(jump @ (Op::PopJumpIfFalse | Op::PopJumpIfTrue)) => {
                instrs[index].clear();
                if context.truth(constant) == (jump == Op::PopJumpIfTrue) {
                    instrs[index + 1].op = Op::Jump;
                } else {
                    instrs[index + 1].clear();
                }
            }
            Some(jump @ (Op::JumpIfFalseOrPop | Op::JumpIfTrueOrPop)) => {
                if context.truth(constant) == (jump == Op::JumpIfTrueOrPop) {
                    instrs[index + 1].op = Op::Jump;
                } else {
                    instrs[index].clear();
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
        let instrs = self.instrs_mut(block);
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

    /// A jump to a jump on the same line, perhaps also on none, goes where that one goes.
    fn thread_on_line(&mut self, block: BlockId, index: usize, context: &Context<'_>) -> bool {
        let jump = self.instrs(block)[index];
        let Some(target) = self.nonempty(jump.target) else { return false };
        let Some(&to) = self.instrs(target).first().filter(|to| to.op == Op::Jump) else { return false };
        let line = context.locations.line(to.loc);
        let lineless = line == -1 && context.rules.jumps_to_lineless_jumps_are_threaded;
        if !(lineless || line == context.locations.line(jump.loc)) || to.target == jump.target {
            return false;
        }
        self.instrs_mut(block)[index].target = to.target;
        true
    }

    /// A jump that keeps its value where it jumps, and the test on the same line that it jumps to.
    fn thread_kept_value(&mut self, block: BlockId, index: usize, context: &Context<'_>) -> bool {
        use Op::*;
        let jump = self.instrs(block)[index];
        let Some(target) = self.nonempty(jump.target) else { return false };
        let Some(&to) = self.instrs(target).first() else { return false };
        if context.locations.line(to.loc) != context.locations.line(jump.loc) {
            return false;
        }
        let (op, goes_to) = match (jump.op, to.op) {
            (JumpIfFalseOrPop, PopJumpIfFalse | Jump | JumpIfFalseOrPop)
            | (JumpIfTrueOrPop, PopJumpIfTrue | Jump | JumpIfTrueOrPop) => {
                (if to.op == Jump { jump.op } else { to.op }, to.target)
            }
            // What jumps here does not jump there: it goes on behind.
            (JumpIfFalseOrPop, JumpIfTrueOrPop | PopJumpIfTrue) => (PopJumpIfFalse, self[target].next),
            (JumpIfTrueOrPop, JumpIfFalseOrPop | PopJumpIfFalse) => (PopJumpIfTrue, self[target].next),
            _ => return false,
        };
        if goes_to == jump.target {
            return false;
        }
        let jump = &mut self.instrs_mut(block)[index];
        (jump.op, jump.target) = (op, goes_to);
        true
    }
}

fn keeps_value(op: Op) -> bool {
    matches!(op, Op::JumpIfFalseOrPop | Op::JumpIfTrueOrPop)
}

fn is_threaded(op: Op) -> bool {
    use Op::*;
    matches!(op, PopJumpIfFalse | PopJumpIfTrue | PopJumpIfNone | PopJumpIfNotNone | Jump)
}
