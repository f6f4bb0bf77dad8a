//! From a sequence of instructions to blocks.

use super::block::Age;
use super::{BlockId, CfgInstr, Graph, Malformed};
use crate::instruction::{Instr, Label, Sequence};
use crate::opcode::{Op, Table};
use crate::rules::Rules;

impl Graph {
    /// Makes the blocks of a sequence. A block starts where something jumps to and behind jumps and exits.
    ///
    /// `annotations` stands for the `ANNOTATIONS_PLACEHOLDER` of the sequence.
    pub fn build(
        &mut self,
        sequence: &Sequence,
        annotations: Option<&Sequence>,
        rules: &Rules,
    ) -> Result<(), Malformed> {
        self.clear();
        let table = rules.table;
        let mut starts = std::mem::take(&mut self.starts);
        mark_starts(&mut starts, sequence, rules)?;
        let mut end = End { block: self.entry(), terminated: false };
        for (start, instr) in starts.iter_mut().zip(&sequence.instrs) {
            if instr.op == Op::AnnotationsPlaceholder {
                for instr in annotations.iter().flat_map(|annotations| &annotations.instrs) {
                    self.append(&mut end, *instr, table);
                }
                continue;
            }
            if start.is_some() {
                *start = Some(self.labelled(&mut end));
            }
            self.append(&mut end, *instr, table);
        }
        if rules.code_generation_makes_blocks {
            self.date_blocks(sequence, &starts);
        }
        self.link(sequence, &starts, table)?;
        self.starts = starts;
        Ok(())
    }

    /// A block is as old as the last label at its start, or as its first instruction.
    fn date_blocks(&mut self, sequence: &Sequence, starts: &[Option<BlockId>]) {
        let mut position = 0;
        self.each(|graph, block| {
            graph[block].age = Age(position, u32::MAX);
            position += graph[block].len() as u32;
        });
        let entry = self.entry();
        self[entry].age = Age::default();
        for (label, position) in sequence.placed() {
            if let Some(block) = starts[position as usize] {
                self[block].age = Age(sequence.made_behind(label), label.0);
            }
        }
    }

    fn append(&mut self, end: &mut End, instr: Instr, table: &Table) {
        if end.terminated {
            end.block = self.new_block_behind(end.block);
        }
        end.terminated = instr.op.exits_scope() || table.has_jump(instr.op);
        self.built_from.add(instr.op);
        self.push_copy(end.block, CfgInstr::new(instr.op, instr.arg, instr.loc));
    }

    /// The block of a label: the last one if it is empty and has none.
    fn labelled(&mut self, end: &mut End) -> BlockId {
        let block = &self[end.block];
        if end.terminated || block.labelled || !block.is_empty() {
            *end = End { block: self.new_block_behind(end.block), terminated: false };
        }
        self[end.block].labelled = true;
        end.block
    }

    fn new_block_behind(&mut self, current: BlockId) -> BlockId {
        let block = self.new_block();
        self[current].next = Some(block);
        block
    }

    /// Labels become blocks.
    fn link(
        &mut self,
        sequence: &Sequence,
        starts: &[Option<BlockId>],
        table: &Table,
    ) -> Result<(), Malformed> {
        let mut unplaced = false;
        self.each_with_instrs(|block, instrs| {
            for instr in &mut instrs[block.with_targets()] {
                if instr.has_target(table) {
                    match sequence.position(Label(instr.arg)) {
                        Some(position) => instr.target = starts[position as usize],
                        None => unplaced = true,
                    }
                }
            }
        });
        if unplaced { Err(UNPLACED) } else { Ok(()) }
    }
}

/// Where the next instruction goes.
struct End {
    block: BlockId,
    /// Whether the block ends in a jump or exit, so that a new one has to follow.
    terminated: bool,
}

const UNPLACED: Malformed = Malformed("a jump to a label that was never placed");

/// For each instruction whether a block starts with it; which one is not known yet.
fn mark_starts(
    starts: &mut Vec<Option<BlockId>>,
    sequence: &Sequence,
    rules: &Rules,
) -> Result<(), Malformed> {
    starts.clear();
    starts.resize(sequence.instrs.len(), None);
    let mut mark = |position: Option<u32>| {
        let start = position.and_then(|position| starts.get_mut(position as usize)).ok_or(UNPLACED)?;
        *start = Some(BlockId::FIRST);
        Ok(())
    };
    if rules.every_label_starts_a_block {
        return sequence.labelled().try_for_each(|position| mark(Some(position)));
    }
    let mut jumps = sequence.instrs.iter().filter(|instr| rules.table.has_target(instr.op));
    jumps.try_for_each(|jump| mark(sequence.position(Label(jump.arg))))
}
