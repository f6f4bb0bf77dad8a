//! Blocks and their instructions.

use crate::location::LocId;
use crate::opcode::{Op, Ops, Table};
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut, Range};

/// A block of a [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockId(NonZeroU32);

impl BlockId {
    /// The block that a unit starts with.
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);

    fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An instruction in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CfgInstr {
    /// What it does.
    pub op: Op,
    /// Its argument; means nothing where there is a target.
    pub arg: u32,
    /// The source it comes from.
    pub loc: LocId,
    /// Where it jumps to, or the handler that it sets up.
    pub target: Option<BlockId>,
    /// Where an exception goes.
    pub handler: Option<BlockId>,
}

impl CfgInstr {
    /// An instruction without target and handler.
    pub fn new(op: Op, arg: u32, loc: LocId) -> Self {
        Self { op, arg, loc, target: None, handler: None }
    }

    /// Makes it another instruction at the same place.
    pub fn set(&mut self, op: Op, arg: u32) {
        self.op = op;
        self.arg = arg;
    }

    /// Makes it a `NOP` that keeps its line and handler.
    pub fn clear(&mut self) {
        self.set(Op::Nop, 0);
        self.target = None;
    }

    /// Whether it jumps or sets up a handler.
    pub fn has_target(&self, table: &Table) -> bool {
        table.has_target(self.op)
    }
}

/// Tells which of two blocks code generation made first: behind how many instructions, and as which of those made there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(pub u32, pub u32);

/// Instructions that run one after the other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The instructions, and behind `used` what was left there by those that were removed: an instruction
    /// that is added later takes the handler of the slot it lands in, as in CPython.
    slots: Vec<CfgInstr>,
    used: usize,
    /// The block that follows in the finished code.
    pub next: Option<BlockId>,
    /// When code generation made it, in an edition whose code generation makes blocks.
    pub age: Age,
    /// Whether it may set up a handler, and so have targets elsewhere than in its last instruction.
    sets_up: bool,
    /// Whether something jumps here, as far as the building of the graph knows.
    pub labelled: bool,
    /// How many ways lead here.
    pub predecessors: i32,
    /// Depth of the stack at its start; negative if not known.
    pub start_depth: i32,
    /// The handler finds the instruction that raised on the stack.
    pub preserves_lasti: bool,
    /// It starts an exception handler.
    pub handles_exceptions: bool,
    /// Only exceptions lead here.
    pub cold: bool,
    /// Something other than an exception leads here.
    pub warm: bool,
    /// A mark of passes that walk over the graph.
    pub visited: bool,
    /// Locals that may be unset at its start.
    pub unset: u64,
    /// The index of its first instruction in the finished code.
    pub position: u32,
    /// The handlers that are in force at its start.
    pub handlers: u32,
}

impl Block {
    fn reset(&mut self) {
        let mut slots = std::mem::take(&mut self.slots);
        slots.clear();
        *self = Self { slots, ..Self::default() };
    }

    /// The instructions.
    pub fn instrs(&self) -> &[CfgInstr] {
        &self.slots[..self.used]
    }

    /// The instructions, to be changed.
    pub fn instrs_mut(&mut self) -> &mut [CfgInstr] {
        &mut self.slots[..self.used]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.used
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// The last one.
    pub fn last(&self) -> Option<&CfgInstr> {
        self.instrs().last()
    }

    /// Drops all behind the first `len`; their slots keep what they hold.
    pub fn truncate(&mut self, len: usize) {
        self.used = len;
    }

    /// Adds an instruction; the slot it lands in may give it a handler.
    pub fn push(&mut self, instr: CfgInstr) {
        let handler = self.slots.get(self.used).map_or(instr.handler, |slot| slot.handler);
        self.push_copy(CfgInstr { handler, ..instr });
    }

    /// Adds an instruction with its own handler.
    pub fn push_copy(&mut self, instr: CfgInstr) {
        match self.slots.get_mut(self.used) {
            Some(slot) => *slot = instr,
            None => self.slots.push(instr),
        }
        self.used += 1;
        self.sets_up |= instr.op.pushes_block();
    }

    /// The places of all instructions that may have a target.
    pub fn with_targets(&self) -> Range<usize> {
        if self.sets_up { 0..self.used } else { self.used.saturating_sub(1)..self.used }
    }

    /// Puts an instruction before the one at `index`.
    pub fn insert(&mut self, index: usize, instr: CfgInstr) {
        self.push_copy(instr);
        self.instrs_mut()[index..].rotate_right(1);
    }

    /// Puts instructions before all others.
    pub fn prepend(&mut self, instrs: &[CfgInstr]) {
        for instr in instrs {
            self.push_copy(*instr);
        }
        self.instrs_mut().rotate_right(instrs.len());
    }

    /// The operation of an instruction, if there is one.
    pub fn op(&self, index: usize) -> Option<Op> {
        self.instrs().get(index).map(|instr| instr.op)
    }

    /// Whether the end of the block leads to the next one.
    pub fn falls_through(&self) -> bool {
        !self.last().is_some_and(|last| last.op.exits_scope() || last.op.jumps_always())
    }

    /// Whether it ends in a return or raise.
    pub fn exits_scope(&self) -> bool {
        self.last().is_some_and(|last| last.op.exits_scope())
    }
}

/// The blocks of one unit. The memory is kept for the next unit.
#[derive(Debug, Default)]
pub struct Graph {
    blocks: Vec<Block>,
    used: usize,
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
}

impl Graph {
    /// Forgets all blocks but an empty first one.
    pub(super) fn clear(&mut self) {
        self.used = 0;
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
        match self.blocks.get_mut(self.used) {
            Some(block) => block.reset(),
            None => self.blocks.push(Block::default()),
        }
        self.used += 1;
        BlockId::at(self.used - 1)
    }

    /// Whether the unit has exception handlers.
    pub(super) fn has_handlers(&self) -> bool {
        self.built_from.has_any(&[Op::SetupFinally, Op::SetupWith, Op::SetupCleanup])
    }

    /// Lends out the instructions of a block beside the graph, in which the block is empty meanwhile.
    pub(super) fn with_instrs<R>(
        &mut self,
        block: BlockId,
        visit: impl FnOnce(&mut Self, &mut [CfgInstr]) -> R,
    ) -> R {
        let used = std::mem::take(&mut self[block].used);
        let mut slots = std::mem::take(&mut self[block].slots);
        let result = visit(self, &mut slots[..used]);
        self[block].slots = slots;
        self[block].used = used;
        result
    }

    /// Visits the blocks in the order of the finished code; a visit may put blocks behind its own.
    pub(super) fn each(&mut self, mut visit: impl FnMut(&mut Self, BlockId)) {
        let mut at = Some(self.entry());
        while let Some(block) = at {
            visit(self, block);
            at = self[block].next;
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
        let fresh = !self[block].visited;
        if fresh {
            self[block].visited = true;
            todo.push(block);
        }
        fresh
    }
}

impl Index<BlockId> for Graph {
    type Output = Block;

    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }
}

impl IndexMut<BlockId> for Graph {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }
}
