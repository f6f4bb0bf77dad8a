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
        let mut blocks = targets(sequence, rules)?;
        let mut current = self.entry();
        for (index, instr) in sequence.instrs.iter().enumerate() {
            if instr.op == Op::AnnotationsPlaceholder {
                for instr in annotations.iter().flat_map(|annotations| &annotations.instrs) {
                    current = self.append(current, *instr, table);
                }
                continue;
            }
            if blocks[index].is_some() {
                current = self.labelled(current, table);
                blocks[index] = Some(current);
            }
            current = self.append(current, *instr, table);
        }
        if rules.code_generation_makes_blocks {
            self.date_blocks(sequence, &blocks);
        }
        self.link(sequence, &blocks, table)
    }

    /// A block is as old as the last label at its start, or as its first instruction.
    fn date_blocks(&mut self, sequence: &Sequence, blocks: &[Option<BlockId>]) {
        let mut position = 0;
        self.each(|graph, block| {
            graph[block].age = Age(position, u32::MAX);
            position += graph[block].len() as u32;
        });
        let entry = self.entry();
        self[entry].age = Age::default();
        for (label, position) in sequence.placed() {
            if let Some(block) = blocks[position as usize] {
                self[block].age = Age(sequence.made_behind(label), label.0);
            }
        }
    }

    fn append(&mut self, mut current: BlockId, instr: Instr, table: &Table) -> BlockId {
        if self[current].last().is_some_and(|last| terminates(last.op, table)) {
            current = self.new_block_behind(current);
        }
        self[current].push_copy(CfgInstr::new(instr.op, instr.arg, instr.loc));
        current
    }

    /// The block of a label: the current one if it is empty and has none.
    fn labelled(&mut self, current: BlockId, table: &Table) -> BlockId {
        let block = &self[current];
        let ended = block.last().is_some_and(|last| terminates(last.op, table));
        let block = if ended || block.labelled || !block.is_empty() {
            self.new_block_behind(current)
        } else {
            current
        };
        self[block].labelled = true;
        block
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
        blocks: &[Option<BlockId>],
        table: &Table,
    ) -> Result<(), Malformed> {
        let mut at = Some(self.entry());
        while let Some(block) = at {
            for instr in self[block].instrs_mut() {
                if instr.has_target(table) {
                    let position = sequence.position(Label(instr.arg)).ok_or(UNPLACED)?;
                    instr.target = blocks[position as usize];
                }
            }
            at = self[block].next;
        }
        Ok(())
    }
}

const UNPLACED: Malformed = Malformed("a jump to a label that was never placed");

/// For each instruction whether it is a target; the blocks are not known yet.
fn targets(sequence: &Sequence, rules: &Rules) -> Result<Vec<Option<BlockId>>, Malformed> {
    let mut targets = vec![None; sequence.instrs.len()];
    let placeholder = Graph::default().entry();
    if rules.every_label_starts_a_block {
        for position in sequence.labelled() {
            *targets.get_mut(position as usize).ok_or(UNPLACED)? = Some(placeholder);
        }
        return Ok(targets);
    }
    for instr in &sequence.instrs {
        if instr.op.pushes_block() || rules.table.has_jump(instr.op) {
            let position = sequence.position(Label(instr.arg)).ok_or(UNPLACED)?;
            *targets.get_mut(position as usize).ok_or(UNPLACED)? = Some(placeholder);
        }
    }
    Ok(targets)
}

fn terminates(op: Op, table: &Table) -> bool {
    op.exits_scope() || table.has_jump(op)
}
