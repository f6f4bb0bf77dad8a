//! Runs of `SWAP`, made short or exchanged for another order of stores.

use super::{BlockId, Context, Graph};
use crate::opcode::Op;

impl Graph {
    /// Makes the run of `SWAP`s that starts at `index` as short as it can be; gives its last index.
    pub(super) fn shorten_swaps(&mut self, block: BlockId, index: usize) -> usize {
        let instrs = &mut self.instrs_mut(block)[index..];
        let len = instrs.iter().take_while(|instr| matches!(instr.op, Op::Swap | Op::Nop)).count();
        let run = &mut instrs[..len];
        let swaps = || run.iter().filter(|instr| instr.op == Op::Swap);
        if swaps().count() < 2 {
            return index;
        }
        let depth = swaps().map(|swap| swap.arg as usize).max().unwrap_or(0);
        let mut stack: Vec<usize> = (0..depth).collect();
        for swap in swaps() {
            stack.swap(0, swap.arg as usize - 1);
        }
        // Each cycle of the permutation is walked once, through the top of the stack; the run is written
        // from its end.
        let mut free = len;
        let mut done = vec![false; depth];
        for start in 0..depth {
            if done[start] || stack[start] == start {
                continue;
            }
            let mut item = start;
            loop {
                if item != 0 {
                    free -= 1;
                    run[free].set(Op::Swap, item as u32 + 1);
                }
                if done[item] {
                    break;
                }
                done[item] = true;
                item = stack[item];
            }
        }
        for instr in &mut run[..free] {
            instr.clear();
        }
        index + len - 1
    }

    /// Instead of swapping values, swaps the two instructions behind that would store or drop them.
    pub(super) fn apply_static_swaps(&mut self, block: BlockId, last: usize, context: &Context<'_>) {
        for index in (0..=last).rev() {
            let swap = self.instrs(block)[index];
            match swap.op {
                Op::Swap => {}
                Op::Nop => continue,
                op if stores(op) => continue,
                _ => return,
            }
            let Some((first, second)) = self.swapped_by(block, index, swap.arg, context) else { return };
            let instrs = self.instrs_mut(block);
            instrs[index].clear();
            instrs.swap(first, second);
        }
    }

    /// The instructions that take the two values that a `SWAP` exchanges, if they can change places.
    fn swapped_by(
        &self,
        block: BlockId,
        swap: usize,
        depth: u32,
        context: &Context<'_>,
    ) -> Option<(usize, usize)> {
        let first = self.next_store(block, swap, -1, context)?;
        let line = context.locations.line(self.instrs(block)[first].loc);
        let mut second = first;
        for _ in 1..depth {
            second = self.next_store(block, second, line, context)?;
        }
        if context.rules.stores_of_one_variable_are_swapped {
            return Some((first, second));
        }
        let variable = |index: usize| {
            let instr = self.instrs(block)[index];
            (instr.op != Op::PopTop).then_some(instr.arg)
        };
        let ends = [variable(first), variable(second)];
        if ends[0].is_some() || ends[1].is_some() {
            let between = (first + 1..second).filter(|index| stores(self.instrs(block)[*index].op));
            let clash = |variable: Option<u32>| variable.is_some() && ends.contains(&variable);
            if ends[0] == ends[1] || between.map(variable).any(clash) {
                return None;
            }
        }
        Some((first, second))
    }

    /// The next store or `POP_TOP`; no other instruction and no other line may come before it.
    fn next_store(&self, block: BlockId, index: usize, line: i32, context: &Context<'_>) -> Option<usize> {
        for (next, instr) in self.instrs(block).iter().enumerate().skip(index + 1) {
            if line >= 0 && context.locations.line(instr.loc) != line {
                return None;
            }
            match instr.op {
                Op::Nop => {}
                op if stores(op) => return Some(next),
                _ => return None,
            }
        }
        None
    }
}

fn stores(op: Op) -> bool {
    matches!(op, Op::StoreFast | Op::StoreFastMaybeNull | Op::PopTop)
}
