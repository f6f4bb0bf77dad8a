//! `NOP`s stay only where a line would be lost.

use super::{BlockId, Context, Graph, Malformed};
use crate::location::LocId;
use crate::opcode::Op;

impl Graph {
    /// Removes `NOP`s that no line needs; says how many.
    pub(super) fn remove_nops(&mut self, context: &Context<'_>) -> usize {
        let mut removed = 0;
        self.each(|graph, block| removed += graph.remove_nops_of(block, context));
        removed
    }

    /// The same in one block.
    pub(super) fn remove_nops_of(&mut self, block: BlockId, context: &Context<'_>) -> usize {
        let Some(first) = self.instrs(block).iter().position(|instr| instr.op == Op::Nop) else { return 0 };
        let line = |loc: LocId| context.locations.line(loc);
        let ends_in_nop = self.last(block).is_some_and(|last| last.op == Op::Nop);
        let line_behind = if ends_in_nop { self.first_line_behind(block, context) } else { None };
        let instrs = self.instrs_mut(block);
        let mut kept = first;
        let mut previous_line = first.checked_sub(1).map_or(-1, |before| line(instrs[before].loc));
        for index in first..instrs.len() {
            let instr = instrs[index];
            let own = line(instr.loc);
            if instr.op == Op::Nop {
                if own < 0 || own == previous_line {
                    continue;
                }
                let Some(next) = instrs.get_mut(index + 1) else {
                    if line_behind != Some(own) {
                        instrs[kept] = instr;
                        kept += 1;
                    }
                    break;
                };
                if line(next.loc) == own {
                    continue;
                }
                if !next.loc.has_line() {
                    next.loc = instr.loc;
                    continue;
                }
            }
            instrs[kept] = instr;
            kept += 1;
            previous_line = own;
        }
        let removed = instrs.len() - kept;
        self[block].truncate(kept);
        removed
    }

    /// The line of the next block's first instruction; `NOP`s without a line do not count.
    fn first_line_behind(&self, block: BlockId, context: &Context<'_>) -> Option<i32> {
        let next = self.nonempty(self[block].next)?;
        let first = self.instrs(next).iter().find(|instr| instr.op != Op::Nop || instr.loc.has_line())?;
        Some(context.locations.line(first.loc))
    }

    /// Until nothing changes: loads that are dropped at once become `NOP`s, and `NOP`s go.
    pub(super) fn remove_nops_and_pairs(&mut self, context: &Context<'_>) {
        loop {
            let mut changed = false;
            // The block before that is not empty, if it leads here alone.
            let mut previous: Option<BlockId> = None;
            self.each(|graph, block| {
                graph.remove_nops_of(block, context);
                if graph[block].labelled {
                    previous = None;
                }
                if graph.op(block, 0) == Some(Op::PopTop)
                    && let Some(before) = previous
                    && let Some(last) =
                        graph.instrs_mut(before).last_mut().filter(|last| is_dropped_load(last))
                {
                    last.clear();
                    graph.instrs_mut(block)[0].clear();
                    changed = true;
                }
                changed |= clear_pairs(graph.instrs_mut(block));
                if !graph[block].is_empty() {
                    previous = Some(block);
                }
                let ends = previous
                    .and_then(|block| graph.last(block))
                    .is_some_and(|last| context.rules.table.has_jump(last.op));
                if ends || !graph.falls_through(block) {
                    previous = None;
                }
            });
            if !changed {
                return;
            }
        }
    }

    /// Until nothing changes: `NOP`s and jumps to the next instruction go.
    pub(super) fn remove_nops_and_jumps(&mut self, context: &Context<'_>) -> Result<(), Malformed> {
        loop {
            let nops = self.remove_nops(context);
            if nops + self.remove_redundant_jumps()? == 0 {
                return Ok(());
            }
        }
    }
}

/// Loads that are dropped at once, within a block; says whether there were any.
fn clear_pairs(instrs: &mut [super::CfgInstr]) -> bool {
    let mut changed = false;
    for index in 1..instrs.len() {
        if instrs[index].op == Op::PopTop && is_dropped_load(&instrs[index - 1]) {
            instrs[index - 1].clear();
            instrs[index].clear();
            changed = true;
        }
    }
    changed
}

fn is_dropped_load(instr: &super::CfgInstr) -> bool {
    match instr.op {
        Op::LoadConst | Op::LoadSmallInt | Op::LoadCommonConstant => true,
        Op::Copy => instr.arg == 1,
        _ => false,
    }
}
