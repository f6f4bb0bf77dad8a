//! Constants of the unit: loads of them, and those that nothing loads.

use super::{CfgInstr, Context, Graph, Malformed};
use crate::constant::{Const, ConstId};
use crate::number::Integer;
use crate::opcode::Op;
use crate::symbol::names;

/// Up to this many constants are searched one by one.
const FEW: usize = 32;

/// Arguments of `LOAD_COMMON_CONSTANT` that stand for constants.
mod common {
    pub const NONE: u32 = 7;
    pub const EMPTY_STR: u32 = 8;
    pub const TRUE: u32 = 9;
    pub const FALSE: u32 = 10;
    pub const MINUS_ONE: u32 = 11;
}

impl Context<'_> {
    /// The place of a constant in the unit; it is added if it is not there.
    pub(super) fn place_of(&mut self, constant: ConstId) -> u32 {
        let next = self.consts.len() as u32;
        let place = if self.consts.len() <= FEW {
            self.consts.iter().position(|known| *known == constant).map_or(next, |place| place as u32)
        } else {
            if self.places.is_empty() {
                self.places.reserve(self.consts.len());
                for (place, known) in self.consts.iter().enumerate() {
                    self.places.entry(*known).or_insert(place as u32);
                }
            }
            *self.places.entry(constant).or_insert(next)
        };
        if place == next {
            self.consts.push(constant);
        }
        place
    }

    /// What an instruction loads, if it loads a constant.
    pub(super) fn loaded(&mut self, instr: &CfgInstr) -> Option<ConstId> {
        match instr.op {
            Op::LoadConst => self.consts.get(instr.arg as usize).copied(),
            Op::LoadSmallInt => Some(self.constants.add_int(instr.arg.into())),
            Op::LoadCommonConstant => self.common_value(instr.arg),
            _ => None,
        }
    }

    /// Whether an instruction loads a constant.
    pub(super) fn loads(&self, instr: &CfgInstr) -> bool {
        match instr.op {
            Op::LoadConst => (instr.arg as usize) < self.consts.len(),
            Op::LoadSmallInt => true,
            Op::LoadCommonConstant => (common::NONE..=common::MINUS_ONE).contains(&instr.arg),
            _ => false,
        }
    }

    /// The argument of `LOAD_SMALL_INT` for a constant.
    pub(super) fn small_int(&self, constant: ConstId) -> Option<u32> {
        if !self.rules.small_ints {
            return None;
        }
        match &self.constants[constant] {
            Const::Int(Integer::Small(value)) => u8::try_from(*value).ok().map(u32::from),
            _ => None,
        }
    }

    /// The argument of `LOAD_COMMON_CONSTANT` for a constant.
    fn common_constant(&self, constant: ConstId) -> Option<u32> {
        if !self.rules.common_constants {
            return None;
        }
        match &self.constants[constant] {
            Const::None => Some(common::NONE),
            Const::Str(names::EMPTY) => Some(common::EMPTY_STR),
            Const::True => Some(common::TRUE),
            Const::False => Some(common::FALSE),
            Const::Int(Integer::Small(-1)) => Some(common::MINUS_ONE),
            _ => None,
        }
    }

    /// The constant that `LOAD_COMMON_CONSTANT` loads; none where it is a class or function.
    fn common_value(&mut self, number: u32) -> Option<ConstId> {
        match number {
            common::NONE => Some(ConstId::NONE),
            common::EMPTY_STR => Some(self.constants.add_str(names::EMPTY)),
            common::TRUE => Some(ConstId::TRUE),
            common::FALSE => Some(ConstId::FALSE),
            common::MINUS_ONE => Some(self.constants.add_int(-1)),
            _ => None,
        }
    }

    /// The instruction that loads a constant without its place in the unit, if one does.
    fn short_load(&self, constant: ConstId) -> Option<(Op, u32)> {
        let small = self.small_int(constant).map(|value| (Op::LoadSmallInt, value));
        small.or_else(|| Some((Op::LoadCommonConstant, self.common_constant(constant)?)))
    }

    /// Whether a constant is true.
    pub(super) fn truth(&self, constant: ConstId) -> bool {
        match &self.constants[constant] {
            Const::None | Const::False => false,
            Const::True | Const::Ellipsis | Const::Code(_) | Const::Slice(_) => true,
            Const::Int(value) => *value != Integer::Small(0),
            Const::Float(bits) => f64::from_bits(*bits) != 0.0,
            Const::Complex(real, imag) => f64::from_bits(*real) != 0.0 || f64::from_bits(*imag) != 0.0,
            Const::Str(text) => !self.symbols.bytes(*text).is_empty(),
            Const::Bytes(bytes) => !self.constants.bytes(*bytes).is_empty(),
            Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        }
    }
}

impl CfgInstr {
    /// Makes it a load of a constant.
    pub(super) fn load(&mut self, constant: ConstId, context: &mut Context<'_>) {
        match context.short_load(constant) {
            Some((op, arg)) => self.set(op, arg),
            None => self.set(Op::LoadConst, context.place_of(constant)),
        }
    }
}

/// Whether an instruction is another one behind the load of a constant.
fn combines_with_load(op: Op) -> bool {
    use Op::*;
    matches!(op, PopJumpIfFalse | PopJumpIfTrue | JumpIfFalse | JumpIfTrue | IsOp | ToBool | ReturnValue)
}

impl Graph {
    /// Combines each load of a constant with the jump, test or return behind it.
    pub(super) fn optimize_load_constants(&mut self, context: &mut Context<'_>) {
        self.each_with_instrs(|_, instrs| optimize_load_constants_of(instrs, context));
    }

    /// Keeps the constants up to the last that is loaded, and the first.
    pub(super) fn remove_last_unused_constants(&mut self, context: &mut Context<'_>) {
        let table = context.rules.table;
        let mut last = 0;
        self.each_with_instrs(|_, instrs| {
            let loads = instrs.iter().filter(|instr| table.has_const(instr.op));
            last = loads.fold(last, |last, load| last.max(load.arg as usize));
        });
        context.consts.truncate(last + 1);
        context.places.clear();
    }

    /// Keeps the first constant and those that are loaded, in their order.
    pub(super) fn remove_unused_constants(&mut self, context: &mut Context<'_>) -> Result<(), Malformed> {
        let table = context.rules.table;
        let count = context.consts.len();
        if count == 0 {
            return Ok(());
        }
        let mut used = std::mem::take(&mut self.used_constants);
        used.clear();
        used.resize(count, false);
        used[0] = true;
        let mut missing = false;
        self.each_with_instrs(|_, instrs| {
            for instr in instrs.iter().filter(|instr| table.has_const(instr.op)) {
                match used.get_mut(instr.arg as usize) {
                    Some(used) => *used = true,
                    None => missing = true,
                }
            }
        });
        if missing {
            return Err(Malformed("a load of a constant that the unit does not have"));
        }
        if !used.iter().all(|used| *used) {
            self.drop_constants(&used, context);
        }
        self.used_constants = used;
        Ok(())
    }

    fn drop_constants(&mut self, used: &[bool], context: &mut Context<'_>) {
        let table = context.rules.table;
        let mut places = vec![0; used.len()];
        let mut place = 0;
        for (old, used) in used.iter().enumerate() {
            places[old] = place;
            if *used {
                context.consts[place as usize] = context.consts[old];
                place += 1;
            }
        }
        context.consts.truncate(place as usize);
        context.places.clear();
        self.each_with_instrs(|_, instrs| {
            for instr in instrs.iter_mut().filter(|instr| table.has_const(instr.op)) {
                instr.arg = places[instr.arg as usize];
            }
        });
    }
}

fn optimize_load_constants_of(instrs: &mut [CfgInstr], context: &mut Context<'_>) {
    // What the value on top of the stack was loaded by; a COPY of it does not change that.
    let mut load: Option<CfgInstr> = None;
    let mut index = 0;
    while let Some(instr) = instrs.get_mut(index) {
        match instr.op {
            Op::LoadConst => {
                if let Some(constant) = context.loaded(instr)
                    && let Some((op, arg)) = context.short_load(constant)
                {
                    instr.set(op, arg);
                }
                load = Some(*instr);
            }
            Op::LoadSmallInt | Op::LoadCommonConstant => load = Some(*instr),
            Op::Copy if instr.arg == 1 => load = load.filter(|load| load.op == Op::LoadConst),
            _ => load = None,
        }
        if let Some(load) = load
            && instrs.get(index + 1).is_some_and(|next| combines_with_load(next.op))
            && let Some(constant) = context.loaded(&load)
        {
            index += combine_load(&mut instrs[index..], (load.arg, constant), context);
        }
        index += 1;
    }
}

/// Looks at what follows the load of a constant, the first of the instructions; says how many instructions more are
/// done with.
fn combine_load(
    instrs: &mut [CfgInstr],
    (place, constant): (u32, ConstId),
    context: &mut Context<'_>,
) -> usize {
    let next = instrs[1].op;
    match next {
        Op::PopJumpIfFalse | Op::PopJumpIfTrue | Op::JumpIfFalse | Op::JumpIfTrue => {
            if matches!(next, Op::PopJumpIfFalse | Op::PopJumpIfTrue) {
                instrs[0].clear();
            }
            if context.truth(constant) == matches!(next, Op::PopJumpIfTrue | Op::JumpIfTrue) {
                instrs[1].op = Op::Jump;
            } else {
                instrs[1].clear();
            }
        }
        Op::IsOp if constant == ConstId::NONE => combine_test_for_none(instrs),
        Op::ToBool => {
            let value = if context.truth(constant) { ConstId::TRUE } else { ConstId::FALSE };
            instrs[0].clear();
            instrs[1].set(Op::LoadConst, context.place_of(value));
        }
        Op::ReturnValue if context.rules.return_const => {
            instrs[0].clear();
            instrs[1].set(Op::ReturnConst, place);
            return 1;
        }
        _ => {}
    }
    0
}

/// `None`, `IS_OP`, perhaps `TO_BOOL`, and a jump. The `TO_BOOL` goes even if no jump follows.
fn combine_test_for_none(instrs: &mut [CfgInstr]) {
    let mut jump = 2;
    if instrs.get(jump).is_some_and(|instr| instr.op == Op::ToBool) {
        instrs[jump].clear();
        jump += 1;
    }
    let wanted = match instrs.get(jump).map(|instr| instr.op) {
        Some(Op::PopJumpIfTrue) => true,
        Some(Op::PopJumpIfFalse) => false,
        _ => return,
    };
    let is_not = instrs[1].arg != 0;
    instrs[jump].op = if wanted == is_not { Op::PopJumpIfNotNone } else { Op::PopJumpIfNone };
    instrs[0].clear();
    instrs[1].clear();
}
