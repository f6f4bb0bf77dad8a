//! Blocks and their instructions.

use crate::location::LocId;
use crate::opcode::{Op, Table};
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut, Range};

/// A block of a [`Graph`](super::Graph).
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

/// Instructions that run one after the other: a stretch of `Slots`, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its first slot.
    start: u32,
    /// How many slots hold its instructions.
    used: u32,
    /// How many slots ever held one: an instruction that is added later takes the handler of the slot that it
    /// lands in, as in CPython.
    filled: u32,
    /// How many slots it has.
    room: u32,
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
    /// How many instructions there are.
    pub fn len(&self) -> usize {
        self.used as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Drops all instructions behind the first `len`; their slots keep what they hold.
    pub fn truncate(&mut self, len: usize) {
        self.used = len as u32;
    }

    /// The places of all instructions that may have a target.
    pub fn with_targets(&self) -> Range<usize> {
        if self.sets_up { 0..self.len() } else { self.len().saturating_sub(1)..self.len() }
    }

    fn slots(&self) -> Range<usize> {
        self.start as usize..(self.start + self.used) as usize
    }
}

/// The blocks of one unit, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Blocks(Vec<Block>);

impl Blocks {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Index<BlockId> for Blocks {
    type Output = Block;

    fn index(&self, id: BlockId) -> &Block {
        &self.0[id.index()]
    }
}

impl IndexMut<BlockId> for Blocks {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.0[id.index()]
    }
}

/// The instructions of all blocks of one unit. Each block has a stretch, and gets another one when that is full.
#[derive(Debug, Default)]
pub struct Slots(Vec<CfgInstr>);

impl Slots {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The instructions of a block.
    pub(super) fn of(&self, block: &Block) -> &[CfgInstr] {
        &self.0[block.slots()]
    }

    /// The same, to be changed.
    pub(super) fn of_mut(&mut self, block: &Block) -> &mut [CfgInstr] {
        &mut self.0[block.slots()]
    }

    /// The last instruction of a block.
    pub(super) fn last(&self, block: &Block) -> Option<&CfgInstr> {
        self.0.get((block.start + block.used.checked_sub(1)?) as usize)
    }

    /// A block without instructions at the end of `blocks`.
    pub(super) fn new_block(&self, blocks: &mut Blocks) -> BlockId {
        blocks.0.push(Block { start: self.0.len() as u32, ..Block::default() });
        BlockId::at(blocks.0.len() - 1)
    }

    /// Adds an instruction to a block; the slot it lands in may give it a handler.
    pub(super) fn push(&mut self, block: &mut Block, instr: CfgInstr) {
        let is_old = block.used < block.filled;
        let slot = is_old.then(|| self.0[block.slots().end]);
        self.push_copy(block, CfgInstr { handler: slot.map_or(instr.handler, |slot| slot.handler), ..instr });
    }

    /// Adds an instruction with its own handler to a block.
    pub(super) fn push_copy(&mut self, block: &mut Block, instr: CfgInstr) {
        if block.used == block.room && block.slots().end != self.0.len() {
            self.move_to_end(block);
        }
        if block.used < block.room {
            self.0[block.slots().end] = instr;
        } else {
            self.0.push(instr);
            block.room += 1;
        }
        block.used += 1;
        block.filled = block.filled.max(block.used);
        block.sets_up |= instr.op.pushes_block();
    }

    /// Makes a block the last one in the slots, with room for as much again.
    fn move_to_end(&mut self, block: &mut Block) {
        let start = self.0.len();
        self.0.extend_from_within(block.slots());
        self.0.resize(start + 2 * block.len() + 2, CfgInstr::new(Op::Nop, 0, LocId::NONE));
        block.start = start as u32;
        block.room = (self.0.len() - start) as u32;
    }
}
