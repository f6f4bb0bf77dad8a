//! Blocks that nothing reaches, and small blocks that are copied to where they are jumped to from.

use super::{BlockId, Graph};
use crate::opcode::Op;

/// Instructions that a block may have to be copied instead of jumped to.
const COPIED_AT_MOST: usize = 4;

impl Graph {
    /// Counts the ways to each block, and empties those without any.
    pub(super) fn remove_unreachable(&mut self) {
        self.each(|graph, block| graph[block].predecessors = 0);
        let entry = self.entry();
        let mut todo = self.start_walk(Some(entry));
        self[entry].predecessors = 1;
        while let Some(block) = todo.pop() {
            if let Some(next) = self.falls_into(block) {
                self.visit(&mut todo, next);
                self[next].predecessors += 1;
            }
            for index in self[block].with_targets() {
                if let Some(target) = self.instrs(block)[index].target {
                    self.visit(&mut todo, target);
                    self[target].predecessors += 1;
                }
            }
        }
        self.todo = todo;
        self.each(|graph, block| {
            let block = &mut graph[block];
            if block.predecessors == 0 {
                block.truncate(0);
                block.handles_exceptions = false;
            }
        });
    }

    /// Empties the blocks that nothing reaches. The ways to a block are counted again each time it is
    /// looked at, which may be more than once; later passes see that.
    pub(super) fn empty_unreachable(&mut self) {
        let entry = self.entry();
        self.each(|graph, block| graph[block].visited = false);
        self[entry].predecessors = 1;
        let mut todo = std::mem::take(&mut self.todo);
        todo.clear();
        todo.push(entry);
        while let Some(block) = todo.pop() {
            self[block].visited = true;
            let next = self.falls_into(block);
            for index in 0..=self[block].len() {
                let way = match index.checked_sub(1) {
                    None => next,
                    Some(index) => self.instrs(block)[index].target,
                };
                let Some(way) = way else { continue };
                if !self[way].visited {
                    todo.push(way);
                }
                self[way].predecessors += 1;
            }
        }
        self.todo = todo;
        self.each(|graph, block| {
            if graph[block].predecessors == 0 {
                graph[block].truncate(0);
            }
        });
    }

    /// Takes empty blocks out of the order; what leads to one leads to the next that is not empty.
    pub(super) fn remove_empty_blocks(&mut self) {
        self.each(|graph, block| graph[block].next = graph.nonempty(graph[block].next));
        self.each(|graph, block| {
            for index in graph[block].with_targets() {
                let target = graph.nonempty(graph.instrs(block)[index].target);
                if let Some(target) = target {
                    graph[target].labelled |= graph.instrs(block)[index].target != Some(target);
                    graph.instrs_mut(block)[index].target = Some(target);
                }
            }
        });
    }

    /// Once for each block: a jump to a small exit takes a copy of it.
    pub(super) fn inline_small_exits(&mut self) {
        self.each(|graph, block| {
            if let Some(exit) = graph.small_exit_behind(block) {
                graph.replace_jump(block, exit);
            }
        });
    }

    /// The same for exits without lines only, from the newest block to the oldest.
    pub(super) fn inline_lineless_exits(&mut self) {
        for block in self.newest_first() {
            if let Some(exit) = self.small_exit_behind(block)
                && self.has_no_line(exit)
            {
                self.replace_jump(block, exit);
            }
        }
    }

    /// The small exit that a block ends in a jump to.
    fn small_exit_behind(&self, block: BlockId) -> Option<BlockId> {
        let target = self.last(block).filter(|last| last.op.jumps_always())?.target?;
        (self.exits_scope(target) && self[target].len() <= COPIED_AT_MOST).then_some(target)
    }

    /// A copy of `target` takes the place of the jump to it.
    fn replace_jump(&mut self, block: BlockId, target: BlockId) {
        let at = self[block].len() - 1;
        self.instrs_mut(block)[at].clear();
        for index in 0..self[target].len() {
            let instr = self.instrs(target)[index];
            self.push_copy(block, instr);
        }
    }

    /// Until nothing changes: a jump to a small exit, or to a block without lines, takes a copy of it.
    pub(super) fn inline_blocks(&mut self) {
        loop {
            let mut changed = false;
            self.each(|graph, block| changed |= graph.inline_target(block));
            if !changed {
                return;
            }
        }
    }

    fn inline_target(&mut self, block: BlockId) -> bool {
        let Some(&jump) = self.last(block).filter(|last| last.op.jumps_always()) else { return false };
        let Some(target) = jump.target else { return false };
        let small_exit = self.exits_scope(target) && self[target].len() <= COPIED_AT_MOST;
        let without_lines = !self.falls_through(target) && self.has_no_line(target);
        if !small_exit && !without_lines {
            return false;
        }
        self.replace_jump(block, target);
        if without_lines && jump.op == Op::Jump {
            // A jump that looks at signals must not become one that does not.
            let at = self[block].len() - 1;
            let last = &mut self.instrs_mut(block)[at];
            if last.op.jumps_always() {
                last.op = Op::Jump;
            }
        }
        self[target].predecessors -= 1;
        true
    }

    /// Whether no instruction of a block has a line.
    pub(super) fn has_no_line(&self, block: BlockId) -> bool {
        self.instrs(block).iter().all(|instr| !instr.loc.has_line())
    }
}
