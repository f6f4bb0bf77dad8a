//! Which passes go over the control-flow graph, and in which order.

use crate::cfg::Pass;

/// The passes since 3.13.
pub(super) static PASSES: [Pass; 14] = [
    Pass::Handlers,
    Pass::InlineBlocks,
    Pass::Unreachable,
    Pass::Lines,
    Pass::LoadConstants,
    Pass::Peephole,
    Pass::NopsAndPairs,
    Pass::Unreachable,
    Pass::NopsAndJumps,
    Pass::UnusedConstants,
    Pass::UnsetLocals,
    Pass::Superinstructions,
    Pass::ColdBlocks,
    Pass::Lines,
];

/// The passes of 3.11.
pub(super) static PASSES_3_11: [Pass; 15] = [
    Pass::InlineLinelessExits,
    Pass::Prefix,
    Pass::SweepAndNops,
    Pass::InlineLinelessExits,
    Pass::Unreachable,
    Pass::EmptyBlocks,
    Pass::Nops,
    Pass::JumpsToNextBlock,
    Pass::EmptyBlocks,
    Pass::DuplicateExits,
    Pass::EmptyBlocks,
    Pass::ExitLines,
    Pass::LastUnusedConstants,
    Pass::PropagateLines,
    Pass::ReturnLines,
];

pub(super) static FINISH_3_11: [Pass; 3] = [Pass::StackDepth, Pass::Handlers, Pass::PseudoInstructions];

/// The passes of 3.12.
pub(super) static PASSES_3_12: [Pass; 15] = [
    Pass::Handlers,
    Pass::EmptyBlocks,
    Pass::InlineExits,
    Pass::Sweep,
    Pass::NopsAndPairs,
    Pass::InlineExits,
    Pass::UnreachableCountedTwice,
    Pass::Nops,
    Pass::EmptyBlocks,
    Pass::Jumps,
    Pass::UnusedConstants,
    Pass::UnsetLocals,
    Pass::ColdBlocks,
    Pass::Lines,
    Pass::ReturnLines,
];

pub(super) static FINISH_3_12: [Pass; 4] =
    [Pass::Prefix, Pass::StackDepth, Pass::PseudoInstructions, Pass::NormalizeJumps];

pub(super) static FINISH_3_13: [Pass; 4] =
    [Pass::StackDepth, Pass::Prefix, Pass::PseudoInstructions, Pass::NormalizeJumps];

pub(super) static FINISH_3_14: [Pass; 6] = [
    Pass::ConditionalPseudoJumps,
    Pass::StackDepth,
    Pass::Prefix,
    Pass::PseudoInstructions,
    Pass::NormalizeJumps,
    Pass::Borrow,
];
