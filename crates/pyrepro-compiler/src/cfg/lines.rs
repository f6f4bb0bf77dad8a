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
        let table = context.rules.table;
        let Some(&last) = self[block].last().filter(|last| table.has_jump(last.op)) else { return };
        let Some(target) = self.nonempty(last.target) else { return };
        if self[target].predecessors <= 1 || !self.is_exit_without_line(target, context) {
            return;
        }
        let copy = self.copy_block(target);
        self[copy].instrs_mut()[0].loc = last.loc;
        self[copy].predecessors = 1;
        self[copy].labelled = true;
        self[copy].next = self[target].next;
        self[target].next = Some(copy);
        self[target].predecessors -= 1;
        let at = self[block].len() - 1;
        self[block].instrs_mut()[at].target = Some(copy);
    }

    /// An exit without a line takes that of the block that falls into it.
    pub(super) fn give_lines_to_next_exits(&mut self, context: &Context<'_>) {
        self.each(|graph, block| {
            let (true, Some(next)) = (graph[block].falls_through(), graph[block].next) else { return };
            let Some(&last) = graph[block].last() else { return };
            if !graph[next].is_empty() && graph.is_exit_without_line(next, context) {
                graph[next].instrs_mut()[0].loc = last.loc;
            }
        });
    }

    fn copy_block(&mut self, block: BlockId) -> BlockId {
        let copy = self.new_block();
        for index in 0..self[block].len() {
            let instr = self[block].instrs()[index];
            self[copy].push_copy(instr);
        }
        copy
    }

    /// A return that still has no line takes the last one before it, without columns.
    pub(super) fn give_returns_lines(&mut self, context: &mut Context<'_>) {
        let mut line = context.frame.first_line;
        self.each(|graph, block| {
            let Some(&last) = graph[block].last() else { return };
            let own = context.locations.line(last.loc);
            if own >= 0 {
                line = own;
            } else if last.op == Op::ReturnValue {
                let loc = context.locations.id(Span { line, ..Span::NONE });
                graph[block].instrs_mut().iter_mut().for_each(|instr| instr.loc = loc);
            }
        });
    }

    /// A block that leaves the unit, or looks at signals, and has no line.
    fn is_exit_without_line(&self, block: BlockId, context: &Context<'_>) -> bool {
        let checks = |op| context.rules.table.has_eval_break(op);
        self.has_no_line(block, context)
            && (self[block].exits_scope() || self[block].instrs().iter().any(|instr| checks(instr.op)))
    }

    /// An instruction without a line takes that of the one before it; the first of a block takes that of
    /// the only block that leads to it.
    pub(super) fn propagate_lines(&mut self, context: &Context<'_>) {
        let table = context.rules.table;
        let lineless = |loc| context.locations.line(loc) == Span::NONE.line;
        self.each(|graph, block| {
            let Some(&last) = graph[block].last() else { return };
            let mut previous = LocId::NONE;
            for instr in graph[block].instrs_mut() {
                if lineless(instr.loc) {
                    instr.loc = previous;
                } else {
                    previous = instr.loc;
                }
            }
            let next = graph[block].next.filter(|_| graph[block].falls_through());
            let target = last.target.filter(|_| table.has_jump(last.op));
            for successor in [next, target].into_iter().flatten() {
                let successor = &mut graph[successor];
                if let (1, Some(first)) = (successor.predecessors, successor.instrs_mut().first_mut())
                    && lineless(first.loc)
                {
                    first.loc = previous;
                }
            }
        });
    }
}
