//! Lines for instructions that have none: every exit shall have one.

use super::{BlockId, Context, Graph};
use crate::location::LocId;
use crate::opcode::Op;
use crate::span::Span;

impl Graph {
    /// Exits without a line are copied for each jump to them, then lines are handed on.
    pub(super) fn resolve_lines(&mut self, context: &mut Context<'_>) {
        self.duplicate_exits(context);
        self.propagate_lines(context);
    }

    fn duplicate_exits(&mut self, context: &Context<'_>) {
        self.each(|graph, block| graph.duplicate_exit_behind(block, context));
        self.give_lines_to_next_exits(context);
    }

    /// Exits without a line are copied for each jump to them, from the newest block to the oldest.
    pub(super) fn duplicate_exits_from_newest(&mut self, context: &Context<'_>) {
        for block in self.newest_first() {
            self.duplicate_exit_behind(block, context);
        }
    }

    fn duplicate_exit_behind(&mut self, block: BlockId, context: &Context<'_>) {
        let Some(&last) = self.last(block).filter(|last| last.target.is_some()) else { return };
        let Some(target) = self.nonempty(last.target) else { return };
        if !context.rules.table.has_jump(last.op) {
            return;
        }
        if self[target].predecessors <= 1 || !self.is_exit_without_line(target, context) {
            return;
        }
        let copy = self.copy_block(target);
        self.instrs_mut(copy)[0].loc = last.loc;
        self[copy].predecessors = 1;
        self[copy].labelled = true;
        self[copy].next = self[target].next;
        self[target].next = Some(copy);
        self[target].predecessors -= 1;
        let at = self[block].len() - 1;
        self.instrs_mut(block)[at].target = Some(copy);
    }

    /// An exit without a line takes that of the block that falls into it.
    pub(super) fn give_lines_to_next_exits(&mut self, context: &Context<'_>) {
        self.each(|graph, block| {
            let (Some(next), Some(&last)) = (graph.falls_into(block), graph.last(block)) else { return };
            if !graph[next].is_empty() && graph.is_exit_without_line(next, context) {
                graph.instrs_mut(next)[0].loc = last.loc;
            }
        });
    }

    fn copy_block(&mut self, block: BlockId) -> BlockId {
        let copy = self.new_block();
        for index in 0..self[block].len() {
            let instr = self.instrs(block)[index];
            self.push_copy(copy, instr);
        }
        copy
    }

    /// A return that still has no line takes the last one before it, without columns. So do the instructions before it in
    /// its block, and one that has a place already keeps its columns and its last line.
    pub(super) fn give_returns_lines(&mut self, context: &mut Context<'_>) {
        let mut line = context.frame.first_line;
        self.each(|graph, block| {
            let Some(&last) = graph.last(block) else { return };
            if last.loc.has_line() {
                line = context.locations.line(last.loc);
            } else if last.op == Op::ReturnValue {
                for instr in graph.instrs_mut(block) {
                    let place = context.locations.span(instr.loc);
                    instr.loc = context.locations.id(Span { line, ..place });
                }
            }
        });
    }

    /// A block that leaves the unit, or looks at signals, and has no line.
    fn is_exit_without_line(&self, block: BlockId, context: &Context<'_>) -> bool {
        let checks = |op| context.rules.table.has_eval_break(op);
        self.has_no_line(block)
            && (self.exits_scope(block) || self.instrs(block).iter().any(|instr| checks(instr.op)))
    }

    /// An instruction without a line takes that of the one before it; the first of a block takes that of
    /// the only block that leads to it.
    pub(super) fn propagate_lines(&mut self, context: &Context<'_>) {
        let table = context.rules.table;
        self.each(|graph, block| {
            let instrs = graph.instrs_mut(block);
            let Some(&last) = instrs.last() else { return };
            let mut previous = LocId::NONE;
            for instr in instrs {
                if instr.loc == LocId::NONE {
                    instr.loc = previous;
                } else {
                    previous = instr.loc;
                }
            }
            let target = last.target.filter(|_| table.has_jump(last.op));
            for successor in [graph.falls_into(block), target].into_iter().flatten() {
                let first = graph.instrs(successor).first();
                if graph[successor].predecessors == 1 && first.is_some_and(|first| first.loc == LocId::NONE) {
                    graph.instrs_mut(successor)[0].loc = previous;
                }
            }
        });
    }
}
