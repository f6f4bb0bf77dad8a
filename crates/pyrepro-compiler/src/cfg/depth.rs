//! The depth of the stack.

use super::block::Blocks;
use super::{Block, BlockId, Context, Graph, Malformed};
use crate::opcode::{Op, Table};

impl Graph {
    /// The deepest stack of all ways through the unit, and the depth at the start of each block.
    pub(super) fn compute_depth(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        let table = context.rules.table;
        let before_instructions = context.rules.depth_before_instructions;
        self.each_with_instrs(|block, _| block.start_depth = UNKNOWN);
        let Self { blocks, slots, todo, .. } = self;
        todo.clear();
        enter_at(blocks, todo, BlockId::FIRST, i32::from(context.frame.keeps_what_is_sent))?;
        let mut deepest = 0;
        while let Some(block) = todo.pop() {
            let Block { start_depth: mut depth, mut next, .. } = blocks[block];
            for instr in slots.of(&blocks[block]) {
                let after = depth + effect(instr.op, instr.arg, table);
                if after < 0 {
                    return Err(Malformed("a value is taken from an empty stack"));
                }
                deepest = deepest.max(if before_instructions { depth } else { after });
                if let Some(target) = instr.target
                    && instr.op != Op::EndAsyncFor
                {
                    let there = depth + jump_effect(instr.op, instr.arg, table);
                    if !before_instructions {
                        deepest = deepest.max(there);
                    }
                    enter_at(blocks, todo, target, there)?;
                }
                depth = after;
                if !instr.op.goes_on() {
                    next = None;
                    break;
                }
            }
            if let Some(next) = next {
                enter_at(blocks, todo, next, depth)?;
            }
        }
        self.depth = deepest;
        Ok(())
    }
}

fn enter_at(
    blocks: &mut Blocks,
    todo: &mut Vec<BlockId>,
    block: BlockId,
    depth: i32,
) -> Result<(), Malformed> {
    match blocks[block].start_depth {
        UNKNOWN => {
            blocks[block].start_depth = depth;
            todo.push(block);
            Ok(())
        }
        known if known == depth => Ok(()),
        _ => Err(Malformed("two ways into a block have different stacks")),
    }
}

const UNKNOWN: i32 = i32::MIN;

fn effect(op: Op, arg: u32, table: &Table) -> i32 {
    if op.pushes_block() { 0 } else { table.growth(op, arg) }
}

fn jump_effect(op: Op, arg: u32, table: &Table) -> i32 {
    table.growth(op, arg) + table.jumped(op)
}
