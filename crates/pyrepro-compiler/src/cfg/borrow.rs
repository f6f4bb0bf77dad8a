//! Loads that borrow: the variable outlives the value on the stack.
//!
//! Within each block, for every value on the stack it is known which instruction pushed it and which
//! variable it came from. A load may borrow unless its value is still on the stack when the variable
//! changes, is stored to a variable, or is left on the stack at the end of the block.

use super::{BlockId, CfgInstr, Context, Graph, Malformed};
use crate::opcode::Op;
use crate::rules::Rules;

/// A value on the stack.
#[derive(Clone, Copy, Debug)]
struct Value {
    /// The instruction that pushed it, or [`NOTHING`] if it was there before the block.
    by: u32,
    /// The variable it was loaded from, or [`NOTHING`].
    local: u32,
}

const NOTHING: u32 = u32::MAX;

/// The stack within a block.
#[derive(Debug, Default)]
pub(super) struct Stack {
    /// How many values from before the block lie below the others: deep stacks cost nothing then.
    below: usize,
    values: Vec<Value>,
    /// For each instruction whether its load must own its reference.
    owns: Vec<bool>,
}

impl Stack {
    /// The stack at the start of a block of so many instructions.
    fn start(&mut self, below: usize, count: usize) {
        self.below = below;
        self.values.clear();
        self.owns.clear();
        self.owns.resize(count, false);
    }

    /// What is left on the stack must be owned.
    fn own_all(&mut self) {
        for value in 0..self.values.len() {
            self.own(self.values[value]);
        }
    }

    /// A value that no variable holds.
    fn push(&mut self, by: usize) {
        self.push_local(by, NOTHING);
    }

    fn push_local(&mut self, by: usize, local: u32) {
        self.values.push(Value { by: by as u32, local });
    }

    fn pop(&mut self) -> Result<Value, Malformed> {
        self.reach(1)?;
        self.values.pop().ok_or(EMPTY)
    }

    /// Makes the top values known one by one.
    fn reach(&mut self, count: usize) -> Result<(), Malformed> {
        let missing = count.saturating_sub(self.values.len());
        self.below = self.below.checked_sub(missing).ok_or(EMPTY)?;
        if missing > 0 {
            self.values.splice(0..0, std::iter::repeat_n(Value { by: NOTHING, local: NOTHING }, missing));
        }
        Ok(())
    }

    fn pop_many(&mut self, count: i32) -> Result<(), Malformed> {
        let count = count.max(0) as usize;
        self.below = self.below.checked_sub(count.saturating_sub(self.values.len())).ok_or(EMPTY)?;
        self.values.truncate(self.values.len().saturating_sub(count));
        Ok(())
    }

    fn below_top(&mut self, distance: u32) -> Result<usize, Malformed> {
        self.reach(distance as usize)?;
        self.values.len().checked_sub(distance as usize).ok_or(EMPTY)
    }

    fn own(&mut self, value: Value) {
        if value.by != NOTHING {
            self.owns[value.by as usize] = true;
        }
    }

    /// The variable changes: what was loaded from it must be owned.
    fn change(&mut self, local: u32) {
        for index in 0..self.values.len() {
            if self.values[index].local == local {
                self.own(self.values[index]);
            }
        }
    }

    fn store(&mut self, local: u32) -> Result<(), Malformed> {
        let value = self.pop()?;
        self.change(local);
        self.own(value);
        Ok(())
    }
}

const EMPTY: Malformed = Malformed("a borrowed value is taken from an empty stack");

impl Graph {
    /// `LOAD_FAST` becomes `LOAD_FAST_BORROW` where it may.
    pub(super) fn borrow_loads(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        let mut todo = self.start_walk(Some(self.entry()));
        let mut stack = std::mem::take(&mut self.stack);
        while let Some(block) = todo.pop() {
            self.borrow_loads_of(block, &mut stack, context)?;
            for index in 0..self[block].len() {
                if let Some(target) = self.instrs(block)[index].target {
                    self.visit(&mut todo, target);
                }
            }
            let stops = self[block].is_empty() && context.rules.borrow_stops_at_empty_blocks;
            if let Some(next) = self.falls_into(block).filter(|_| !stops) {
                self.visit(&mut todo, next);
            }
        }
        self.todo = todo;
        self.stack = stack;
        Ok(())
    }

    fn borrow_loads_of(
        &mut self,
        block: BlockId,
        stack: &mut Stack,
        context: &Context<'_>,
    ) -> Result<(), Malformed> {
        let below = self[block].start_depth.max(0) as usize;
        let instrs = self.instrs_mut(block);
        if !instrs.iter().any(|instr| matches!(instr.op, Op::LoadFast | Op::LoadFastLoadFast)) {
            return Ok(());
        }
        stack.start(below, instrs.len());
        for (index, instr) in instrs.iter().enumerate() {
            stack.follow(index, instr, context)?;
        }
        stack.own_all();
        for (instr, owns) in instrs.iter_mut().zip(&stack.owns) {
            match instr.op {
                Op::LoadFast if !owns => instr.op = Op::LoadFastBorrow,
                Op::LoadFastLoadFast if !owns => instr.op = Op::LoadFastBorrowLoadFastBorrow,
                _ => {}
            }
        }
        Ok(())
    }
}

impl Stack {
    /// What one instruction does to the stack.
    fn follow(&mut self, index: usize, instr: &CfgInstr, context: &Context<'_>) -> Result<(), Malformed> {
        let (op, arg) = (instr.op, instr.arg);
        let table = context.rules.table;
        match op {
            Op::LoadFast => self.push_local(index, arg),
            Op::LoadFastAndClear => {
                self.change(arg);
                self.push_local(index, arg);
            }
            Op::LoadFastLoadFast => {
                self.push_local(index, arg >> 4);
                self.push_local(index, arg & 15);
            }
            Op::StoreFast => self.store(arg)?,
            Op::DeleteFast => self.change(arg),
            Op::StoreFastLoadFast => {
                self.store(arg >> 4)?;
                self.push_local(index, arg & 15);
            }
            Op::StoreFastStoreFast => {
                self.store(arg >> 4)?;
                self.store(arg & 15)?;
            }
            Op::Copy => {
                let copied = self.below_top(arg)?;
                self.values.push(self.values[copied]);
            }
            Op::Swap => {
                let (other, top) = (self.below_top(arg)?, self.below_top(1)?);
                self.values.swap(other, top);
            }
            Op::FormatSimple
            | Op::GetAnext
            | Op::GetLen
            | Op::GetYieldFromIter
            | Op::ImportFrom
            | Op::MatchKeys
            | Op::MatchMapping
            | Op::MatchSequence
            | Op::WithExceptStart => self.push_above(index, instr, context.rules),
            // A list or tuple is its own iterator there.
            Op::GetIter if context.rules.iterator_slots > 1 => self.push_above(index, instr, context.rules),
            Op::DictMerge
            | Op::DictUpdate
            | Op::ListAppend
            | Op::ListExtend
            | Op::MapAdd
            | Op::Reraise
            | Op::SetAdd
            | Op::SetUpdate => self.pop_many(-table.growth(op, arg))?,
            Op::EndSend | Op::SetFunctionAttribute => {
                let top = self.pop()?;
                self.pop()?;
                self.values.push(top);
            }
            Op::CheckExcMatch => {
                self.pop()?;
                self.push(index);
            }
            Op::ForIter => self.push(index),
            Op::LoadAttr | Op::LoadSuperAttr => {
                let value = self.pop()?;
                if op == Op::LoadSuperAttr {
                    self.pop_many(2)?;
                }
                self.push(index);
                if arg & 1 != 0 {
                    self.values.push(value);
                }
            }
            Op::LoadSpecial | Op::PushExcInfo => {
                let value = self.pop()?;
                self.push(index);
                self.values.push(value);
            }
            Op::Send => {
                self.pop()?;
                self.push(index);
            }
            Op::SetupFinally | Op::SetupWith | Op::SetupCleanup => {}
            _ => {
                self.pop_many(table.popped(op, arg))?;
                for _ in 0..table.pushed(op, arg) {
                    self.push(index);
                }
            }
        }
        Ok(())
    }

    /// All that the instruction takes is still below what it pushes.
    fn push_above(&mut self, index: usize, instr: &CfgInstr, rules: &Rules) {
        for value in 0..rules.table.growth(instr.op, instr.arg).max(0) as usize {
            // The number of the value where that of the instruction is meant: CPython's mistake.
            self.push(if rules.borrow_counts_pushed_values { value } else { index });
        }
    }
}
