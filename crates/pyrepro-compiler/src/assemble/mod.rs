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
    offsets: Vec<u32>,
}

impl Assembled {
    /// Assembles the instructions of one unit. Their jumps get their final arguments on the way.
    pub fn assemble(&mut self, instrs: &mut Linear, first_line: i32, spans: &Locations, rules: &Rules) {
        let table = rules.table;
        self.resolve_jumps(instrs, table);
        self.code.clear();
        for instr in instrs.iter() {
            self.emit(instr.op, instr.arg, table);
        }
        self.write_locations(instrs, first_line, spans, rules);
        self.write_exceptions(instrs, table);
    }

    fn emit(&mut self, op: Op, arg: u32, table: &Table) {
        let [high, second, third, low] = arg.to_be_bytes();
        let extended = table.number(Op::ExtendedArg) as u8;
        if high != 0 {
            self.code.extend([extended, high]);
        }
        if arg > 0xffff {
            self.code.extend([extended, second]);
        }
        if arg > 0xff {
            self.code.extend([extended, third]);
        }
        self.code.extend([table.number(op) as u8, low]);
        let caches = 2 * table.caches(op) as usize;
        self.code.resize(self.code.len() + caches, 0);
    }
}

/// Code units that an instruction takes.
fn size(op: Op, arg: u32, table: &Table) -> u32 {
    u32::from(arg > 0xff) + u32::from(arg > 0xffff) + u32::from(arg > 0xff_ffff) + 1 + table.caches(op)
}
