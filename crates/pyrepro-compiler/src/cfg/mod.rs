//! The control-flow graph of one unit: blocks of instructions, and the passes that CPython runs over them.
//!
//! Blocks are laid out in a list (`next`), which is the order of the finished code. The passes and their
//! order are data of the edition ([`Rules::passes`](crate::rules::Rules)). Each does what the pass of the
//! same purpose does in CPython, its mistakes included: the order in which instructions are looked at, and
//! what is left in slots behind the end of a block, can be seen in the code.

mod block;
mod borrow;
mod build;
mod cold;
mod constants;
mod depth;
mod finish;
mod fold;
mod graph;
mod handlers;
mod jumps;
mod lines;
mod locals;
mod nops;
mod peephole;
mod reach;
mod swaps;
mod sweep;

pub use block::{Block, BlockId, CfgInstr};
pub use finish::{Frame, Handler, Linear, LinearInstr};
pub use graph::Graph;

use crate::constant::{ConstId, Constants};
use crate::error::Handover;
use crate::location::Locations;
use crate::rules::Rules;
use crate::symbol::Symbols;
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// One pass over the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Every instruction learns its exception handler.
    Handlers,
    /// Jumps to small exits and to blocks without lines take a copy of them.
    InlineBlocks,
    /// Jumps to small exits take a copy of them, once for each block.
    InlineExits,
    /// The same for exits without lines, from the newest block to the oldest.
    InlineLinelessExits,
    /// Blocks that nothing reaches are emptied.
    Unreachable,
    /// The same, with the ways to each block counted as often as it is looked at.
    UnreachableCountedTwice,
    /// Empty blocks go.
    EmptyBlocks,
    /// Exits without a line are copied, lines are handed on.
    Lines,
    /// Exits without a line are copied for each jump to them, from the newest block to the oldest.
    DuplicateExits,
    /// Exits without a line take that of the block before them.
    ExitLines,
    /// Lines are handed on.
    PropagateLines,
    /// Returns that still have no line get the last one.
    ReturnLines,
    /// Loads of constants are combined with what follows.
    LoadConstants,
    /// Neighbouring instructions are combined, constants computed, jumps threaded.
    Peephole,
    /// All of the last two in one sweep.
    Sweep,
    /// The same, and the `NOP`s of each block go before the next one is looked at.
    SweepAndNops,
    /// `NOP`s go.
    Nops,
    /// Jumps to the next instruction become `NOP`s.
    Jumps,
    /// Jumps to the next block become `NOP`s.
    JumpsToNextBlock,
    /// `NOP`s and loads that are dropped at once go.
    NopsAndPairs,
    /// `NOP`s and jumps to the next instruction go.
    NopsAndJumps,
    /// Constants that no instruction loads go.
    UnusedConstants,
    /// The same for those behind all that are loaded.
    LastUnusedConstants,
    /// Loads of variables that may be unset are checked.
    UnsetLocals,
    /// Pairs of loads and stores become one instruction.
    Superinstructions,
    /// Blocks that only exceptions reach go to the end.
    ColdBlocks,
    /// `JUMP_IF_FALSE` and `JUMP_IF_TRUE` become real instructions.
    ConditionalPseudoJumps,
    /// The depth of the stack, at the start of each block too.
    StackDepth,
    /// Cells, free variables and the start of generators.
    Prefix,
    /// Pseudo-instructions become real ones.
    PseudoInstructions,
    /// Conditional jumps go forward.
    NormalizeJumps,
    /// Loads borrow their reference where they can.
    Borrow,
}

/// What the passes need beside the graph.
pub struct Context<'a> {
    /// The behaviours of the edition.
    pub rules: &'static Rules,
    /// Locations of the file.
    pub locations: &'a mut Locations,
    /// Constants of the file.
    pub constants: &'a mut Constants,
    /// Names and strings of the file.
    pub symbols: &'a mut Symbols,
    /// Constants of the unit.
    pub consts: &'a mut Vec<ConstId>,
    /// Where in the unit a constant is, once there are many.
    pub places: Places,
    /// The unit.
    pub frame: &'a Frame<'a>,
    /// Set where a constant cannot be computed here: the unit is an interpreter's.
    pub handover: Option<Handover>,
}

/// Constants of the unit by their value: of equal ones the first counts.
pub type Places = HashMap<ConstId, u32, RandomState>;

/// A graph that no compiler makes: a mistake of ours, told instead of wrong code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("internal: {0}")]
pub struct Malformed(pub &'static str);

impl Graph {
    /// Runs passes in their order.
    pub fn run(&mut self, passes: &[Pass], context: &mut Context<'_>) -> Result<(), Malformed> {
        for pass in passes {
            match pass {
                Pass::Handlers => self.label_handlers(context),
                Pass::InlineBlocks => self.inline_blocks(),
                Pass::InlineExits => self.inline_small_exits(),
                Pass::InlineLinelessExits => self.inline_lineless_exits(),
                Pass::UnreachableCountedTwice => self.empty_unreachable(),
                Pass::EmptyBlocks => self.remove_empty_blocks(),
                Pass::ReturnLines => self.give_returns_lines(context),
                Pass::Sweep => self.sweep(context),
                Pass::SweepAndNops => self.sweep_nops_too(context),
                Pass::Nops => _ = self.remove_nops(context),
                Pass::Jumps => _ = self.remove_redundant_jumps()?,
                Pass::Unreachable => self.remove_unreachable(),
                Pass::JumpsToNextBlock => self.remove_jumps_to_next_block(),
                Pass::DuplicateExits => self.duplicate_exits_from_newest(context),
                Pass::ExitLines => self.give_lines_to_next_exits(context),
                Pass::PropagateLines => self.propagate_lines(context),
                Pass::Lines => self.resolve_lines(context),
                Pass::LoadConstants => self.optimize_load_constants(context),
                Pass::Peephole => self.optimize_blocks(context),
                Pass::NopsAndPairs => self.remove_nops_and_pairs(context),
                Pass::NopsAndJumps => self.remove_nops_and_jumps(context)?,
                Pass::UnusedConstants => self.remove_unused_constants(context)?,
                Pass::LastUnusedConstants => self.remove_last_unused_constants(context),
                Pass::UnsetLocals => self.check_unset_locals(context),
                Pass::Superinstructions => self.insert_superinstructions(context),
                Pass::ColdBlocks => self.push_cold_blocks_to_end(context)?,
                Pass::ConditionalPseudoJumps => self.expand_conditional_pseudo_jumps(context),
                Pass::StackDepth => self.compute_depth(context)?,
                Pass::Prefix => self.insert_prefix(context)?,
                Pass::PseudoInstructions => self.convert_pseudo_instructions(context)?,
                Pass::NormalizeJumps => self.normalize_jumps(context),
                Pass::Borrow => self.borrow_loads(context)?,
            }
        }
        Ok(())
    }
}
