//! The graph: its blocks, and walks over them.

use super::block::{Blocks, Slots};
use super::{Block, BlockId, CfgInstr};
use crate::opcode::{Op, Ops};
use std::ops::{Index, IndexMut};

/// The blocks of one unit. The memory is kept for the next unit.
#[derive(Debug, Default)]
pub struct Graph {
    pub(super) blocks: Blocks,
    pub(super) slots: Slots,
    /// Deepest stack of the unit.
    pub depth: i32,
    /// How many locals, cells and free variables there are.
    pub locals_plus: usize,
    /// The instructions that it was built from; passes add others, but none that set up handlers, unset variables or
    /// name cells.
    pub(super) built_from: Ops,
    /// Blocks still to be walked over.
    pub(super) todo: Vec<BlockId>,
    /// While it is built, for each instruction the block that starts with it.
    pub(super) starts: Vec<Option<BlockId>>,
    /// Which constants of the unit are loaded.
    pub(super) used_constants: Vec<bool>,
    /// What is followed of the stack.
    pub(super) stack: super::borrow::Stack,
}

impl Graph {
    /// Forgets all blocks but an empty first one.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.slots.clear();
        self.depth = 0;
        self.built_from = Ops::default();
        self.new_block();
    }

    /// The first block.
    pub fn entry(&self) -> BlockId {
        BlockId::FIRST
    }

    /// A block that is in no order yet.
    pub(super) fn new_block(&mut self) -> BlockId {
        self.slots.new_block(&mut self.blocks)
    }

    /// Whether the unit has exception handlers.
    pub(super) fn has_handlers(&self) -> bool {
        self.built_from.has_any(&[Op::SetupFinally, Op::SetupWith, Op::SetupCleanup])
    }

    /// Visits the blocks in the order of the finished code; a visit may put blocks behind its own.
    pub(super) fn each(&mut self, mut visit: impl FnMut(&mut Self, BlockId)) {
        let mut at = Some(self.entry());
        while let Some(block) = at {
            visit(self, block);
            at = self[block].next;
        }
    }

    /// Visits the blocks one by one with their instructions, in the order of the finished code.
    pub(super) fn each_with_instrs(&mut self, mut visit: impl FnMut(&mut Block, &mut [CfgInstr])) {
        let Self { blocks, slots, .. } = self;
        let mut at = Some(BlockId::FIRST);
        while let Some(block) = at {
            let block = &mut blocks[block];
            visit(block, slots.of_mut(block));
            at = block.next;
        }
    }

    /// The blocks, those that code generation made last before the others.
    pub(super) fn newest_first(&mut self) -> Vec<BlockId> {
        let mut blocks = Vec::new();
        self.each(|_, block| blocks.push(block));
        blocks.sort_by_key(|block| std::cmp::Reverse(self[*block].age));
        blocks
    }

    /// The first block with instructions, from `block` on.
    pub(super) fn nonempty(&self, mut block: Option<BlockId>) -> Option<BlockId> {
        while let Some(id) = block {
            if !self[id].is_empty() {
                return block;
            }
            block = self[id].next;
        }
        None
    }

    /// Starts a walk: nothing is visited but `first`, which is to be walked over.
    pub(super) fn start_walk(&mut self, first: Option<BlockId>) -> Vec<BlockId> {
        self.each(|graph, block| graph[block].visited = false);
        let mut todo = std::mem::take(&mut self.todo);
        todo.clear();
        if let Some(first) = first {
            self.visit(&mut todo, first);
        }
        todo
    }

    /// Adds a block to a walk if it was not there yet.
    pub(super) fn visit(&mut self, todo: &mut Vec<BlockId>, block: BlockId) -> bool {
        let fresh = !std::mem::replace(&mut self[block].visited, true);
        if fresh {
            todo.push(block);
        }
        fresh
    }
}

/// The instructions of one block.
impl Graph {
    /// The instructions.
    pub fn instrs(&self, block: BlockId) -> &[CfgInstr] {
        self.slots.of(&self.blocks[block])
    }

    /// The instructions, to be changed.
    pub fn instrs_mut(&mut self, block: BlockId) -> &mut [CfgInstr] {
        self.slots.of_mut(&self.blocks[block])
    }

    /// The last one.
    pub fn last(&self, block: BlockId) -> Option<&CfgInstr> {
        self.slots.last(&self.blocks[block])
    }

    /// The operation of an instruction, if there is one.
    pub fn op(&self, block: BlockId, index: usize) -> Option<Op> {
        self.instrs(block).get(index).map(|instr| instr.op)
    }

    /// Adds an instruction; the slot it lands in may give it a handler.
    pub fn push(&mut self, block: BlockId, instr: CfgInstr) {
        self.slots.push(&mut self.blocks[block], instr);
    }

    /// Adds an instruction with its own handler.
    pub fn push_copy(&mut self, block: BlockId, instr: CfgInstr) {
        self.slots.push_copy(&mut self.blocks[block], instr);
    }

    /// Puts an instruction before the one at `index`.
    pub fn insert(&mut self, block: BlockId, index: usize, instr: CfgInstr) {
        self.push_copy(block, instr);
        self.instrs_mut(block)[index..].rotate_right(1);
    }

    /// Puts instructions before all others.
    pub fn prepend(&mut self, block: BlockId, instrs: &[CfgInstr]) {
        for instr in instrs {
            self.push_copy(block, *instr);
        }
        self.instrs_mut(block).rotate_right(instrs.len());
    }

    /// Whether the end of the block leads to the next one.
    pub fn falls_through(&self, block: BlockId) -> bool {
        self.last(block).is_none_or(|last| last.op.goes_on())
    }

    /// Whether it ends in a return or raise.
    pub fn exits_scope(&self, block: BlockId) -> bool {
        self.last(block).is_some_and(|last| last.op.exits_scope())
    }

    /// The next block if the end of this one leads there.
    pub(super) fn falls_into(&self, block: BlockId) -> Option<BlockId> {
        self[block].next.filter(|_| self.falls_through(block))
    }
}

impl Index<BlockId> for Graph {
    type Output = Block;

    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id]
    }
}

impl IndexMut<BlockId> for Graph {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id]
    }
}
