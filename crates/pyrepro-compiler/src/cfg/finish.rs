//! The last steps: instructions that every unit starts with, pseudo-instructions, and one line of code.

use super::{CfgInstr, Context, Graph, Malformed};
use crate::location::LocId;
use crate::opcode::Op;
use crate::rules::{DistanceStart, Rules};
use crate::span::Span;

/// What the graph must know of its unit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    /// How many local variables there are, parameters among them.
    pub locals: usize,
    /// How many of them are parameters.
    pub parameters: usize,
    /// For each cell variable the local variable that it is, if it is one.
    pub cells: &'a [Option<u32>],
    /// How many free variables there are.
    pub free: usize,
    /// The first line of the unit.
    pub first_line: i32,
    /// Whether calling it makes a generator or coroutine, and nothing in the graph says so yet.
    pub starts_generator: bool,
    /// Whether the stack begins with what would be sent, which nothing takes away.
    pub keeps_what_is_sent: bool,
}

/// A finished instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearInstr {
    /// What it does.
    pub op: Op,
    /// Its argument; for a jump what the search for its distance starts with.
    pub arg: u32,
    /// The index of the instruction it jumps to.
    pub target: Option<u32>,
    /// The source it comes from.
    pub loc: LocId,
    /// Where an exception goes.
    pub handler: Option<Handler>,
}

/// An exception handler of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The instruction it starts with.
    pub target: u32,
    /// The depth of the stack at its start.
    pub depth: i32,
    /// It finds the instruction that raised on the stack.
    pub lasti: bool,
}

/// The instructions whose argument is a cell or a free variable.
const NAME_CELLS: [Op; 7] = [
    Op::MakeCell,
    Op::LoadClosure,
    Op::LoadDeref,
    Op::StoreDeref,
    Op::DeleteDeref,
    Op::LoadFromDictOrDeref,
    Op::LoadClassderef,
];

/// The instructions of a unit in the order of the finished code.
pub type Linear = Vec<LinearInstr>;

impl Graph {
    /// `JUMP_IF_FALSE` is `COPY`, `TO_BOOL` and `POP_JUMP_IF_FALSE`.
    pub(super) fn expand_conditional_pseudo_jumps(&mut self, _: &mut Context<'_>) {
        self.each(|graph, block| {
            let Some(&last) = graph.last(block) else { return };
            let op = match last.op {
                Op::JumpIfFalse => Op::PopJumpIfFalse,
                Op::JumpIfTrue => Op::PopJumpIfTrue,
                _ => return,
            };
            let at = graph[block].len() - 1;
            graph.instrs_mut(block)[at].op = op;
            let made = |op, arg| CfgInstr { handler: last.handler, ..CfgInstr::new(op, arg, last.loc) };
            graph.insert(block, at, made(Op::Copy, 1));
            graph.insert(block, at + 1, made(Op::ToBool, 0));
        });
    }

    /// Cells are made, free variables copied and generators returned before anything else.
    pub(super) fn insert_prefix(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        let frame = context.frame;
        let entry = self.entry();
        let mut prefix = Vec::new();
        if frame.free > 0 {
            prefix.push(CfgInstr::new(Op::CopyFreeVars, frame.free as u32, LocId::NONE));
        }
        let slots = self.cell_slots(frame);
        let mut cells = slots[..frame.cells.len()].to_vec();
        cells.sort_unstable();
        prefix.extend(cells.into_iter().map(|slot| CfgInstr::new(Op::MakeCell, slot, LocId::NONE)));
        if frame.starts_generator {
            let line = Span::new(frame.first_line, -1, frame.first_line, -1);
            let loc = context.locations.id(line);
            prefix.push(CfgInstr::new(Op::ReturnGenerator, 0, loc));
            let dropped = if context.rules.generator_start_has_no_place { LocId::NONE } else { loc };
            prefix.push(CfgInstr::new(Op::PopTop, 0, dropped));
        }
        self.number_cells(&slots)?;
        self.prepend(entry, &prefix);
        Ok(())
    }

    /// Where the cells and free variables live: with the local of the same name, or behind the locals.
    fn cell_slots(&mut self, frame: &super::Frame<'_>) -> Vec<u32> {
        let mut behind = frame.locals as u32;
        let mut next = || {
            behind += 1;
            behind - 1
        };
        let mut slots: Vec<u32> = frame.cells.iter().map(|local| local.unwrap_or_else(&mut next)).collect();
        slots.extend((0..frame.free).map(|_| next()));
        self.locals_plus = behind as usize;
        slots
    }

    /// Arguments that name a cell or free variable name its slot.
    fn number_cells(&mut self, slots: &[u32]) -> Result<(), Malformed> {
        if !self.built_from.has_any(&NAME_CELLS) {
            return Ok(());
        }
        let mut missing = false;
        self.each_with_instrs(|_, instrs| {
            for instr in instrs {
                if NAME_CELLS.contains(&instr.op) {
                    match slots.get(instr.arg as usize) {
                        Some(slot) => instr.arg = *slot,
                        None => missing = true,
                    }
                }
            }
        });
        if missing { Err(Malformed("a cell that the unit does not have")) } else { Ok(()) }
    }

    /// Pseudo-instructions become real ones or go.
    pub(super) fn convert_pseudo_instructions(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        let table = context.rules.table;
        let pseudo = [Op::LoadClosure, Op::StoreFastMaybeNull, Op::PopBlock];
        if self.has_handlers() || self.built_from.has_any(&pseudo) {
            self.each_with_instrs(|_, instrs| {
                for instr in instrs {
                    match instr.op {
                        Op::LoadClosure if table.is_pseudo(Op::LoadClosure) => instr.op = Op::LoadFast,
                        Op::StoreFastMaybeNull => instr.op = Op::StoreFast,
                        op if op.pushes_block() || op == Op::PopBlock => instr.clear(),
                        _ => {}
                    }
                }
            });
        }
        if context.rules.nops_and_jumps_go_apart {
            self.remove_nops(context);
            return Ok(());
        }
        self.remove_nops_and_jumps(context)
    }

    /// All instructions in the order of the finished code.
    pub fn linear(&mut self, linear: &mut Linear, rules: &Rules) {
        linear.clear();
        let mut position = 0;
        self.each_with_instrs(|block, instrs| {
            block.position = position;
            position += instrs.len() as u32;
        });
        let blocks = &self.blocks;
        let mut at = Some(self.entry());
        while let Some(block) = at {
            linear.extend(self.slots.of(&blocks[block]).iter().map(|instr| {
                let handler = instr.handler.map(|handler| Handler {
                    target: blocks[handler].position,
                    depth: blocks[handler].start_depth,
                    lasti: blocks[handler].preserves_lasti,
                });
                let target = instr.target.map(|target| blocks[target].position);
                let arg = match (target, rules.distances_start_at) {
                    (Some(target), DistanceStart::Target) => target,
                    (Some(_), DistanceStart::Zero) => 0,
                    (_, DistanceStart::Label) | (None, _) => instr.arg,
                };
                LinearInstr { op: instr.op, arg, target, loc: instr.loc, handler }
            }));
            at = blocks[block].next;
        }
    }
}
