//! Local variables: loads that must be checked, and pairs of loads and stores in one instruction.

use super::{BlockId, CfgInstr, Context, Graph};
use crate::opcode::Op;

/// Variables that are followed through the whole graph; the others only within a block.
const FOLLOWED: usize = 64;
/// Variables below this number can be in an instruction for two.
const PAIRED: u32 = 16;

impl Graph {
    /// A load of a variable that may be unset becomes `LOAD_FAST_CHECK`.
    pub(super) fn check_unset_locals(&mut self, context: &mut Context<'_>) {
        let locals = context.frame.locals;
        let all_are_set = locals == context.frame.parameters
            && !self.built_from.has_any(&[Op::DeleteFast, Op::LoadFastAndClear, Op::StoreFastMaybeNull]);
        if locals > FOLLOWED {
            self.check_locals_in_blocks(locals);
        } else if all_are_set {
            return;
        }
        self.each(|graph, block| graph[block].unset = 0);
        let mut todo = self.start_walk(None);
        let parameters = context.frame.parameters.min(FOLLOWED);
        let unset = (parameters..locals.min(FOLLOWED)).fold(0, |mask, local| mask | 1 << local);
        self.note_unset(&mut todo, self.entry(), unset);
        self.each(|graph, block| graph.check_unset_in(block, &mut todo, context));
        while let Some(block) = todo.pop() {
            self[block].visited = false;
            self.check_unset_in(block, &mut todo, context);
        }
        self.todo = todo;
    }

    fn note_unset(&mut self, todo: &mut Vec<BlockId>, block: BlockId, unset: u64) {
        let both = self[block].unset | unset;
        if both != self[block].unset {
            self[block].unset = both;
            self.visit(todo, block);
        }
    }

    fn check_unset_in(&mut self, block: BlockId, todo: &mut Vec<BlockId>, context: &Context<'_>) {
        let mut unset = self[block].unset;
        self.with_instrs(block, |graph, instrs| {
            for instr in instrs {
                if let Some(handler) = instr.handler {
                    graph.note_unset(todo, handler, unset);
                }
                follow_unset(instr, &mut unset);
            }
        });
        if let (true, Some(next)) = (self[block].falls_through(), self[block].next) {
            self.note_unset(todo, next, unset);
        }
        if let Some(last) = self[block].last().copied()
            && let (true, Some(target)) = (context.rules.table.has_jump(last.op), last.target)
        {
            self.note_unset(todo, target, unset);
        }
    }

    fn check_locals_in_blocks(&mut self, locals: usize) {
        // The block, by number, in which a variable was last known to be set.
        let mut set_in = vec![0_u32; locals];
        let mut number = 0;
        self.each(|graph, block| {
            number += 1;
            for instr in graph[block].instrs_mut() {
                let local = instr.arg as usize;
                if local < FOLLOWED || local >= locals {
                    continue;
                }
                match instr.op {
                    Op::DeleteFast | Op::LoadFastAndClear | Op::StoreFastMaybeNull => set_in[local] = 0,
                    Op::StoreFast => set_in[local] = number,
                    Op::LoadFast => {
                        if set_in[local] != number {
                            instr.op = Op::LoadFastCheck;
                        }
                        set_in[local] = number;
                    }
                    _ => {}
                }
            }
        });
    }

    /// Two loads, two stores, or a store and a load become one instruction.
    pub(super) fn insert_superinstructions(&mut self, context: &mut Context<'_>) {
        self.each(|graph, block| {
            let instrs = graph[block].instrs_mut();
            for index in 1..instrs.len() {
                let [first, second] = &mut instrs[index - 1..=index] else { return };
                let pair = match (first.op, second.op) {
                    (Op::LoadFast, Op::LoadFast) => Op::LoadFastLoadFast,
                    (Op::StoreFast, Op::LoadFast) => Op::StoreFastLoadFast,
                    (Op::StoreFast, Op::StoreFast) => Op::StoreFastStoreFast,
                    _ => continue,
                };
                if first.arg < PAIRED && second.arg < PAIRED && on_one_line(first, second, context) {
                    first.set(pair, first.arg << 4 | second.arg);
                    second.clear();
                }
            }
        });
        self.remove_nops(context);
    }
}

/// What an instruction does to the variables that may be unset; a load of one of them checks that.
fn follow_unset(instr: &mut CfgInstr, unset: &mut u64) {
    if instr.arg >= FOLLOWED as u32 {
        return;
    }
    let bit = 1 << instr.arg;
    match instr.op {
        Op::DeleteFast | Op::LoadFastAndClear | Op::StoreFastMaybeNull => *unset |= bit,
        Op::StoreFast | Op::LoadFastCheck => *unset &= !bit,
        Op::LoadFast => {
            if *unset & bit != 0 {
                instr.op = Op::LoadFastCheck;
            }
            *unset &= !bit;
        }
        _ => {}
    }
}

fn on_one_line(first: &CfgInstr, second: &CfgInstr, context: &Context<'_>) -> bool {
    let (first, second) = (context.locations.line(first.loc), context.locations.line(second.loc));
    first < 0 || second < 0 || first == second
}
