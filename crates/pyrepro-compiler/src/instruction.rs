//! Instructions as code generation writes them: logical, with labels for targets and ids for locations.

use crate::location::LocId;
use crate::opcode::Op;

/// A place in a [`Sequence`] that instructions can jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// One instruction. The argument of a jump, and of an instruction that pushes a block, is a [`Label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// Its argument; 0 where it has none.
    pub arg: u32,
    /// The source it comes from.
    pub loc: LocId,
}

/// The instructions of one unit, in the order of code generation.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// The instructions.
    pub instrs: Vec<Instr>,
    labels: Vec<Place>,
    /// The labels in the order in which they were placed.
    placed: Vec<Label>,
}

/// Where a label stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// How many instructions there were when the label was made.
    made_behind: u32,
    /// The index of the instruction behind it, once it is placed.
    before: Option<u32>,
}

impl Sequence {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.instrs.clear();
        self.labels.clear();
        self.placed.clear();
    }

    /// A label that is not placed yet.
    pub fn new_label(&mut self) -> Label {
        self.labels.push(Place { made_behind: self.instrs.len() as u32, before: None });
        Label(self.labels.len() as u32 - 1)
    }

    /// Places a label before the next instruction.
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize].before = Some(self.instrs.len() as u32);
        self.placed.push(label);
    }

    /// The index of the instruction behind a label; `None` before [`Self::use_label`].
    pub fn position(&self, label: Label) -> Option<u32> {
        self.labels[label.0 as usize].before
    }

    /// How many instructions there were when the label was made.
    pub fn made_behind(&self, label: Label) -> u32 {
        self.labels[label.0 as usize].made_behind
    }

    /// The labels that were placed, in that order, and the instructions behind them.
    pub fn placed(&self) -> impl Iterator<Item = (Label, u32)> {
        self.placed.iter().filter_map(|label| Some((*label, self.position(*label)?)))
    }

    /// Whether the last instruction returns and no label stands behind it.
    pub fn has_returned(&self) -> bool {
        let end = Some(self.instrs.len() as u32);
        self.instrs.last().is_some_and(|last| last.op == Op::ReturnValue)
            && self.placed.last().is_none_or(|label| self.position(*label) != end)
    }

    /// The instructions behind labels, whether something jumps there or not.
    pub fn labelled(&self) -> impl Iterator<Item = u32> {
        self.labels.iter().filter_map(|label| label.before)
    }

    /// How many labels there are.
    pub fn label_count(&self) -> usize {
        self.labels.len()
    }

    /// Adds an instruction.
    pub fn push(&mut self, op: Op, arg: u32, loc: LocId) {
        self.instrs.push(Instr { op, arg, loc });
    }

    /// Adds a jump, or an instruction that pushes a block.
    pub fn jump(&mut self, op: Op, target: Label, loc: LocId) {
        self.push(op, target.0, loc);
    }

    /// Puts a jump, or an instruction that pushes a block, before all others.
    pub fn insert_first(&mut self, op: Op, target: Label, loc: LocId) {
        self.prepend([Instr { op, arg: target.0, loc }]);
    }

    /// Puts instructions before all others; labels move with what they name.
    pub fn prepend(&mut self, instrs: impl IntoIterator<Item = Instr>) {
        let before = self.instrs.len();
        self.instrs.splice(0..0, instrs);
        let more = (self.instrs.len() - before) as u32;
        for label in &mut self.labels {
            label.made_behind += more;
            label.before = label.before.map(|position| position + more);
        }
    }
}

impl Op {
    /// Whether it makes a block: its target is the handler.
    pub const fn pushes_block(self) -> bool {
        matches!(self, Op::SetupFinally | Op::SetupWith | Op::SetupCleanup)
    }

    /// Whether it jumps without a condition.
    pub fn jumps_always(self) -> bool {
        matches!(
            self,
            Op::Jump | Op::JumpNoInterrupt | Op::JumpForward | Op::JumpBackward | Op::JumpBackwardNoInterrupt
        )
    }

    /// Whether it leaves the unit.
    pub fn exits_scope(self) -> bool {
        matches!(self, Op::ReturnValue | Op::ReturnConst | Op::RaiseVarargs | Op::Reraise)
    }

    /// Whether what stands behind it can run next.
    pub fn goes_on(self) -> bool {
        !(self.exits_scope() || self.jumps_always())
    }

    /// Whether it loads, stores or deletes one local variable.
    pub fn uses_local(self) -> bool {
        matches!(
            self,
            Op::LoadFast
                | Op::LoadFastCheck
                | Op::LoadFastAndClear
                | Op::StoreFast
                | Op::StoreFastMaybeNull
                | Op::DeleteFast
        )
    }
}
