//! Directions and distances of jumps.

use super::{Assembled, size};
use crate::cfg::LinearInstr;
use crate::opcode::{Op, Table};

/// The instructions from the `SEND` that `END_ASYNC_FOR` names to the `END_SEND` that it means.
const SEND_TO_END_SEND: [Op; 4] = [Op::Send, Op::YieldValue, Op::Resume, Op::JumpBackwardNoInterrupt];

impl Assembled {
    /// Gives jumps their direction, and distances in place of the instructions they go to.
    ///
    /// How wide a distance is written depends on distances. As in CPython the search starts with numbers
    /// that are no distances, so that a jump may stay wider than it need be at first.
    pub(super) fn resolve_jumps(&mut self, instrs: &mut [LinearInstr], table: &Table) {
        let mut jumps = std::mem::take(&mut self.jumps);
        jumps.clear();
        for (index, instr) in instrs.iter_mut().enumerate() {
            let Some(target) = instr.target.filter(|_| table.has_jump(instr.op)) else { continue };
            let target = target as usize;
            let forward = target > index;
            if table.is_pseudo(instr.op) {
                instr.op = directed(instr.op, forward);
            }
            jumps.push((index, target));
        }
        let to_end_send: u32 = SEND_TO_END_SEND.iter().map(|op| size(*op, 0, table)).sum();
        loop {
            self.measure(instrs, table);
            let mut changed = false;
            for &(index, target) in &jumps {
                let instr = &mut instrs[index];
                let end = self.offsets[index + 1];
                let before = instr.arg;
                let target = self.offsets[target];
                instr.arg = if instr.op == Op::EndAsyncFor {
                    end - target - to_end_send
                } else {
                    end.abs_diff(target)
                };
                changed |= size(instr.op, before, table) != size(instr.op, instr.arg, table);
            }
            if !changed {
                self.jumps = jumps;
                return;
            }
        }
    }

    /// Where each instruction starts, and the end.
    fn measure(&mut self, instrs: &[LinearInstr], table: &Table) {
        let mut end = 0;
        self.offsets.clear();
        self.offsets.push(end);
        self.offsets.extend(instrs.iter().map(|instr| {
            end += size(instr.op, instr.arg, table);
            end
        }));
    }
}

/// The jump of a direction that a jump without one becomes.
fn directed(op: Op, forward: bool) -> Op {
    match (op, forward) {
        (Op::Jump | Op::JumpNoInterrupt, true) => Op::JumpForward,
        (Op::Jump, false) => Op::JumpBackward,
        (Op::JumpNoInterrupt, false) => Op::JumpBackwardNoInterrupt,
        (Op::PopJumpIfFalse, true) => Op::PopJumpForwardIfFalse,
        (Op::PopJumpIfFalse, false) => Op::PopJumpBackwardIfFalse,
        (Op::PopJumpIfTrue, true) => Op::PopJumpForwardIfTrue,
        (Op::PopJumpIfTrue, false) => Op::PopJumpBackwardIfTrue,
        (Op::PopJumpIfNone, true) => Op::PopJumpForwardIfNone,
        (Op::PopJumpIfNone, false) => Op::PopJumpBackwardIfNone,
        (Op::PopJumpIfNotNone, true) => Op::PopJumpForwardIfNotNone,
        (Op::PopJumpIfNotNone, false) => Op::PopJumpBackwardIfNotNone,
        (op, _) => op,
    }
}
