//! Which exception handler each instruction has.

use super::{BlockId, Context, Graph};
use crate::opcode::Op;

/// The bits of `RESUME`'s argument that tell after which kind of yield it stands; 0 is the start of a unit.
const RESUME_PLACE: u32 = 3;

/// Handlers in force, innermost first: an entry names the one below it. Entry 0 is "none".
struct Handlers {
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    handler: Option<BlockId>,
    below: u32,
    depth: u32,
}

impl Handlers {
    fn push(&mut self, handler: BlockId, below: u32) -> u32 {
        let depth = self.entries[below as usize].depth + 1;
        self.entries.push(Entry { handler: Some(handler), below, depth });
        self.entries.len() as u32 - 1
    }
}

impl Graph {
    /// Follows `SETUP_…` and `POP_BLOCK` from the entry. These two have no handler themselves.
    pub(super) fn label_handlers(&mut self, context: &mut Context<'_>) {
        if !self.has_handlers() {
            return;
        }
        let table = context.rules.table;
        self.each(|graph, block| {
            for index in graph[block].with_targets() {
                let instr = graph.instrs(block)[index];
                if let (true, Some(target)) = (instr.op.pushes_block(), instr.target) {
                    graph[target].handles_exceptions = true;
                }
            }
        });
        let mut handlers = Handlers { entries: vec![Entry { handler: None, below: 0, depth: 0 }] };
        let mut todo = self.start_walk(Some(self.entry()));
        while let Some(block) = todo.pop() {
            let mut current = self[block].handlers;
            let mut depth_of_yield = 0;
            for index in 0..self[block].len() {
                let instr = self.instrs(block)[index];
                let top = handlers.entries[current as usize];
                if instr.op.pushes_block() {
                    let Some(target) = instr.target else { continue };
                    if self.visit(&mut todo, target) {
                        self[target].handlers = current;
                    }
                    if matches!(instr.op, Op::SetupWith | Op::SetupCleanup) {
                        self[target].preserves_lasti = true;
                    }
                    current = handlers.push(target, current);
                    continue;
                }
                let instr = &mut self.instrs_mut(block)[index];
                match instr.op {
                    Op::PopBlock => {
                        current = top.below;
                        if !context.rules.pop_blocks_stay {
                            instr.clear();
                        }
                        continue;
                    }
                    Op::YieldValue if context.rules.yield_counts_handlers => instr.arg = top.depth,
                    Op::YieldValue => depth_of_yield = top.depth,
                    Op::Resume if instr.arg & RESUME_PLACE != 0 => {
                        if depth_of_yield == 1 {
                            instr.arg |= context.rules.resume_in_one_handler;
                        }
                        depth_of_yield = 0;
                    }
                    _ => {}
                }
                instr.handler = top.handler;
                if let (true, Some(target)) = (table.has_jump(instr.op), instr.target)
                    && self.visit(&mut todo, target)
                {
                    self[target].handlers = current;
                }
            }
            if let Some(next) = self.falls_into(block)
                && self.visit(&mut todo, next)
            {
                self[next].handlers = current;
            }
        }
        self.todo = todo;
    }
}
