//! The depth of the stack.

use super::{BlockId, Context, Graph, Malformed};
use crate::opcode::{Op, Table};

impl Graph {
    /// The deepest stack of all ways through the unit, and the depth at the start of each block.
    pub(super) fn compute_depth(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        let table = context.rules.table;
        self.each(|graph, block| graph[block].start_depth = UNKNOWN);
        let mut todo = std::mem::take(&mut self.todo);
        todo.clear();
        self.enter_at(&mut todo, self.entry(), i32::from(context.frame.keeps_what_is_sent))?;
        let mut deepest = 0;
        while let Some(block) = todo.pop() {
            let mut depth = self[block].start_depth;
            let mut next = self[block].next;
            for index in 0..self[block].len() {
                let instr = self[block].instrs()[index];
                let after = depth + effect(instr.op, instr.arg, table);
                if after < 0 {
                    return Err(Malformed("a value is taken from an empty stack"));
                }
                deepest = deepest.max(if context.rules.depth_before_instructions { depth } else { after });
                if let Some(target) = instr.target
                    && instr.op != Op::EndAsyncFor
                {
                    let there = depth + jump_effect(instr.op, instr.arg, table);
                    if !context.rules.depth_before_instructions {
                        deepest = deepest.max(there);
                    }
                    self.enter_at(&mut todo, target, there)?;
                }
                depth = after;
                if instr.op.jumps_always() || instr.op.exits_scope() {
                    next = None;
                    break;
                }
            }
            if let Some(next) = next {
                self.enter_at(&mut todo, next, depth)?;
            }
        }
        self.todo = todo;
        self.depth = deepest;
        Ok(())
    }

    fn enter_at(&mut self, todo: &mut Vec<BlockId>, block: BlockId, depth: i32) -> Result<(), Malformed> {
        match self[block].start_depth {
            UNKNOWN => {
                self[block].start_depth = depth;
                todo.push(block);
                Ok(())
            }
            known if known == depth => Ok(()),
            _ => Err(Malformed("two ways into a block have different stacks")),
        }
    }
}

const UNKNOWN: i32 = i32::MIN;

fn effect(op: Op, arg: u32, table: &Table) -> i32 {
    if op.pushes_block() { 0 } else { table.growth(op, arg) }
}

fn jump_effect(op: Op, arg: u32, table: &Table) -> i32 {
    table.growth(op, arg) + table.jumped(op)
}
