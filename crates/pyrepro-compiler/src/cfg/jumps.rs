//! Jumps: those to the next instruction, those to other jumps, and the direction of the rest.

use super::{BlockId, CfgInstr, Context, Graph, Malformed};
use crate::opcode::Op;
use crate::rules::MadeJumpHandler;

impl Graph {
    /// Jumps to the next instruction become `NOP`s; says how many.
    pub(super) fn remove_redundant_jumps(&mut self) -> Result<usize, Malformed> {
        let mut removed = 0;
        let mut lost = false;
        self.each(|graph, block| {
            let Some(last) = graph.last(block).filter(|last| last.op.jumps_always()) else { return };
            let target = graph.nonempty(last.target);
            lost |= target.is_none();
            if target.is_some() && target == graph.nonempty(graph[block].next) {
                let at = graph[block].len() - 1;
                graph.instrs_mut(block)[at].clear();
                removed += 1;
            }
        });
        if lost { Err(Malformed("a jump out of the code")) } else { Ok(removed) }
    }

    /// Jumps to the next block become `NOP`s.
    pub(super) fn remove_jumps_to_next_block(&mut self) {
        self.each(|graph, block| {
            let next = graph[block].next;
            if let Some(last) = graph.instrs_mut(block).last_mut()
                && last.op.jumps_always()
                && last.target == next
            {
                last.clear();
            }
        });
    }

    /// A jump to a jump goes where that one goes: it becomes a `NOP`, and a new jump with the other's
    /// location follows.
    pub(super) fn thread_jump(
        &mut self,
        block: BlockId,
        op: Op,
        to: CfgInstr,
        context: &Context<'_>,
    ) -> bool {
        let at = self[block].len() - 1;
        let instr = self.instrs(block)[at];
        if instr.target == to.target {
            return false;
        }
        self.instrs_mut(block)[at].clear();
        let jump = CfgInstr { op, arg: 0, loc: to.loc, target: to.target, handler: None };
        self.push_made(block, jump, instr.handler, context);
        true
    }

    /// Adds an instruction that stands for a jump with the exception handler `handler`.
    fn push_made(&mut self, block: BlockId, made: CfgInstr, handler: Option<BlockId>, context: &Context<'_>) {
        match context.rules.handler_of_made_jumps {
            MadeJumpHandler::OfSlot => self.push(block, made),
            MadeJumpHandler::None => self.push_copy(block, CfgInstr { handler: None, ..made }),
            MadeJumpHandler::OfJump => self.push_copy(block, CfgInstr { handler, ..made }),
        }
    }

    /// Conditional jumps go forward: one that goes back becomes its opposite over a jump back.
    pub(super) fn normalize_jumps(&mut self, context: &mut Context<'_>) {
        self.each(|graph, block| graph[block].visited = false);
        self.each(|graph, block| {
            graph[block].visited = true;
            graph.normalize_last_jump(block, context);
        });
    }

    fn normalize_last_jump(&mut self, block: BlockId, context: &Context<'_>) {
        let Some(&last) = self.last(block) else { return };
        let (Some(opposite), Some(target)) = (opposite(last.op), last.target) else { return };
        let not_taken = CfgInstr::new(Op::NotTaken, 0, last.loc);
        if !self[target].visited {
            if context.rules.not_taken {
                self.push_made(block, not_taken, last.handler, context);
            }
            return;
        }
        let back = self.new_block();
        let jump = CfgInstr { target: Some(target), ..CfgInstr::new(Op::Jump, last.arg, last.loc) };
        let made = if context.rules.not_taken { &[not_taken, jump][..] } else { &[jump][..] };
        for instr in made {
            self.push_made(back, *instr, last.handler, context);
        }
        self[back].start_depth = self[target].start_depth;
        self[back].cold = self[block].cold;
        self[back].next = self[block].next;
        let at = self[block].len() - 1;
        let next = self[block].next;
        let instr = &mut self.instrs_mut(block)[at];
        instr.op = opposite;
        instr.target = next;
        self[block].next = Some(back);
    }
}

fn opposite(op: Op) -> Option<Op> {
    Some(match op {
        Op::PopJumpIfFalse => Op::PopJumpIfTrue,
        Op::PopJumpIfTrue => Op::PopJumpIfFalse,
        Op::PopJumpIfNone => Op::PopJumpIfNotNone,
        Op::PopJumpIfNotNone => Op::PopJumpIfNone,
        _ => return None,
    })
}
