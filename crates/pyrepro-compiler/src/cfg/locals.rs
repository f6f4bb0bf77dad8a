//! Local variables: loads that must be checked, and pairs of loads and stores in one instruction.

use super::block::Blocks;
use super::{Block, BlockId, CfgInstr, Context, Graph};
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
        note_unset(&mut self.blocks, &mut todo, BlockId::FIRST, unset);
        self.each(|graph, block| graph.check_unset_in(block, &mut todo, context));
        while let Some(block) = todo.pop() {
            self[block].visited = false;
            self.check_unset_in(block, &mut todo, context);
        }
        self.todo = todo;
    }

    fn check_unset_in(&mut self, block: BlockId, todo: &mut Vec<BlockId>, context: &Context<'_>) {
        let Self { blocks, slots, .. } = self;
        let Block { mut unset, next, .. } = blocks[block];
        let instrs = slots.of_mut(&blocks[block]);
        follow_unset(instrs, &mut unset, |handler, unset| note_unset(blocks, todo, handler, unset));
        let last = instrs.last();
        if let Some(next) = next.filter(|_| last.is_none_or(|last| last.op.goes_on())) {
            note_unset(blocks, todo, next, unset);
        }
        if let Some(last) = last
            && let Some(target) = last.target.filter(|_| context.rules.table.has_jump(last.op))
        {
            note_unset(blocks, todo, target, unset);
        }
    }

    fn check_locals_in_blocks(&mut self, locals: usize) {
        // The block, by number, in which a variable was last known to be set.
        let mut set_in = vec![0_u32; locals];
        let mut number = 0;
        self.each_with_instrs(|_, instrs| {
            number += 1;
            for instr in instrs {
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
        self.each_with_instrs(|_, instrs| {
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

/// Notes what may be unset at the start of a block, which is looked at again if that is new.
fn note_unset(blocks: &mut Blocks, todo: &mut Vec<BlockId>, block: BlockId, unset: u64) {
    let known = &mut blocks[block];
    if unset & !known.unset != 0 {
        known.unset |= unset;
        if !std::mem::replace(&mut known.visited, true) {
            todo.push(block);
        }
    }
}

/// What instructions do to the variables that may be unset; a load of one of them checks that. Their handlers are told
/// what may be unset there.
fn follow_unset(instrs: &mut [CfgInstr], unset: &mut u64, mut tell: impl FnMut(BlockId, u64)) {
    // Neighbours mostly have one handler.
    let mut told = None;
    for instr in instrs {
        if let Some(handler) = instr.handler
            && told != Some((handler, *unset))
        {
            tell(handler, *unset);
            told = Some((handler, *unset));
        }
        if !instr.op.uses_local() || instr.arg >= FOLLOWED as u32 {
            continue;
        }
        let bit = 1 << instr.arg;
        match instr.op {
            Op::DeleteFast | Op::LoadFastAndClear | Op::StoreFastMaybeNull => *unset |= bit,
            Op::LoadFast if *unset & bit != 0 => {
                instr.op = Op::LoadFastCheck;
                *unset &= !bit;
            }
            _ => *unset &= !bit,
        }
    }
}

fn on_one_line(first: &CfgInstr, second: &CfgInstr, context: &Context<'_>) -> bool {
    let line = |instr: &CfgInstr| context.locations.line(instr.loc);
    !first.loc.has_line() || !second.loc.has_line() || line(first) == line(second)
}
