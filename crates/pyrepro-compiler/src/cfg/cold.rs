//! Blocks that only exceptions reach go to the end.

use super::{CfgInstr, Context, Graph, Malformed};
use crate::location::LocId;
use crate::rules::Rules;

impl Graph {
    /// Moves cold blocks behind all others, in their order.
    pub(super) fn push_cold_blocks_to_end(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        if !self.has_handlers() {
            return Ok(());
        }
        self.mark_warm(context);
        self.mark_cold(context);
        self.end_cold_blocks_in_jumps(context.rules);
        if !self.move_cold_blocks() {
            Ok(())
        } else if context.rules.nops_and_jumps_go_apart {
            self.remove_redundant_jumps().map(|_| ())
        } else {
            self.remove_nops_and_jumps(context)
        }
    }

    fn mark_warm(&mut self, context: &Context<'_>) {
        let mut todo = self.start_walk(Some(self.entry()));
        while let Some(block) = todo.pop() {
            self[block].warm = true;
            if let Some(next) = self.falls_into(block) {
                self.visit(&mut todo, next);
            }
            for index in self[block].with_targets() {
                let instr = self.instrs(block)[index];
                if let (true, Some(target)) = (context.rules.table.has_jump(instr.op), instr.target) {
                    self.visit(&mut todo, target);
                }
            }
        }
        self.todo = todo;
    }

    fn mark_cold(&mut self, context: &Context<'_>) {
        let mut todo = self.start_walk(None);
        self.each(|graph, block| {
            if graph[block].handles_exceptions {
                graph.visit(&mut todo, block);
            }
        });
        while let Some(block) = todo.pop() {
            self[block].cold = true;
            if let Some(next) = self.falls_into(block).filter(|next| !self[*next].warm) {
                self.visit(&mut todo, next);
            }
            if let Some(&last) = self.last(block)
                && let (true, Some(target)) = (context.rules.table.has_jump(last.op), last.target)
                && !self[target].warm
            {
                self.visit(&mut todo, target);
            }
        }
        self.todo = todo;
    }

    /// A cold block that falls into a warm one has to jump there.
    fn end_cold_blocks_in_jumps(&mut self, rules: &Rules) {
        self.each(|graph, block| {
            let Some(next) = graph[block].next else { return };
            if !(graph[block].cold && graph.falls_through(block) && graph[next].warm) {
                return;
            }
            let jump = graph.new_block();
            graph[next].labelled = true;
            graph.push_copy(
                jump,
                CfgInstr { target: Some(next), ..CfgInstr::new(rules.jump_over, 0, LocId::NONE) },
            );
            graph[jump].cold = true;
            graph[jump].predecessors = i32::from(!rules.jumps_out_of_cold_have_no_place);
            graph[jump].next = Some(next);
            graph[block].next = Some(jump);
        });
    }

    fn move_cold_blocks(&mut self) -> bool {
        let mut others = self.entry();
        let mut cold: Option<(super::BlockId, super::BlockId)> = None;
        let mut at = self[others].next;
        while let Some(block) = at {
            at = self[block].next;
            if self[block].cold {
                match &mut cold {
                    Some((_, last)) => {
                        let before = std::mem::replace(last, block);
                        self[before].next = Some(block);
                    }
                    None => cold = Some((block, block)),
                }
                self[block].next = None;
            } else {
                self[others].next = Some(block);
                others = block;
            }
        }
        self[others].next = cold.map(|(first, _)| first);
        cold.is_some()
    }
}
