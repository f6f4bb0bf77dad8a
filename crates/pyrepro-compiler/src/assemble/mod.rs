//! Instructions in their final order become the bytes of a code object.

mod exceptions;
mod jumps;
mod locations;

use crate::cfg::Linear;
use crate::location::Locations;
use crate::opcode::{Op, Table};
use crate::rules::Rules;

/// The three byte strings of a code object; the memory is kept for the next one.
#[derive(Debug, Default)]
pub struct Assembled {
    /// `co_code`
    pub code: Vec<u8>,
    /// `co_linetable`
    pub locations: Vec<u8>,
    /// `co_exceptiontable`
    pub exceptions: Vec<u8>,
    /// Where each instruction starts, in code units, and the end.
    offsets: Vec<u32>,
    /// The jumps, and the instructions they go to.
    jumps: Vec<(usize, usize)>,
}

impl Assembled {
    /// Assembles the instructions of one unit. Their jumps get their final arguments on the way.
    pub fn assemble(&mut self, instrs: &mut Linear, first_line: i32, spans: &Locations, rules: &Rules) {
        let table = rules.table;
        self.resolve_jumps(instrs, table);
        self.write_code(instrs, table);
        self.write_locations(instrs, first_line, spans, rules);
        self.write_exceptions(instrs);
    }

    /// The bytes of the instructions; those of caches stay zero.
    fn write_code(&mut self, instrs: &Linear, table: &Table) {
        self.code.clear();
        self.code.resize(self.offsets.last().map_or(0, |end| 2 * *end as usize), 0);
        let extended = table.byte(Op::ExtendedArg);
        for (instr, offset) in instrs.iter().zip(&self.offsets) {
            let start = 2 * *offset as usize;
            if let (Ok(arg), [op_byte, arg_byte, ..]) = (u8::try_from(instr.arg), &mut self.code[start..]) {
                (*op_byte, *arg_byte) = (table.byte(instr.op), arg);
                continue;
            }
            let mut rest = &mut self.code[start..];
            let mut put = |op, arg| {
                let (unit, behind) = std::mem::take(&mut rest).split_at_mut(2);
                unit.copy_from_slice(&[op, arg]);
                rest = behind;
            };
            let [high, second, third, low] = instr.arg.to_be_bytes();
            let parts = [(high, 0xff_ffff), (second, 0xffff), (third, 0xff)];
            parts.iter().filter(|(_, most)| instr.arg > *most).for_each(|(part, _)| put(extended, *part));
            put(table.byte(instr.op), low);
        }
    }
}

/// Code units that an instruction takes.
fn size(op: Op, arg: u32, table: &Table) -> u32 {
    let extended = if arg > 0xff { 1 + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff) } else { 0 };
    extended + 1 + table.caches(op)
}
