//! The exception table: which instructions have which handler.

use super::{Assembled, size};
use crate::cfg::{Handler, Linear};
use crate::opcode::Table;

impl Assembled {
    /// One entry for each run of instructions with the same handler.
    pub(super) fn write_exceptions(&mut self, instrs: &Linear, table: &Table) {
        self.exceptions.clear();
        let mut run: Option<(u32, Handler)> = None;
        let mut offset = 0;
        for instr in instrs {
            let target = |handler: &Handler| handler.target;
            if run.as_ref().map(|(_, handler)| handler.target) != instr.handler.as_ref().map(target) {
                self.end_run(run, offset, instrs, table);
                run = instr.handler.map(|handler| (offset, handler));
            }
            offset += size(instr.op, instr.arg, table);
        }
        self.end_run(run, offset, instrs, table);
    }

    fn end_run(&mut self, run: Option<(u32, Handler)>, end: u32, instrs: &Linear, table: &Table) {
        let Some((start, handler)) = run else { return };
        let target = self.offset(instrs, handler.target, table);
        // What the handler itself finds on the stack is not counted: the exception, and the instruction.
        let depth = (handler.depth - 1 - i32::from(handler.lasti)).max(0) as u32;
        self.write_number(start, 0x80);
        self.write_number(end - start, 0);
        self.write_number(target, 0);
        self.write_number(depth << 1 | u32::from(handler.lasti), 0);
    }

    /// Six bits a byte, the highest first; all but the last say that more follow.
    fn write_number(&mut self, value: u32, mut mark: u8) {
        for shift in [24, 18, 12, 6] {
            if value >> shift != 0 {
                self.exceptions.push((value >> shift & 0x3f) as u8 | 0x40 | mark);
                mark = 0;
            }
        }
        self.exceptions.push((value & 0x3f) as u8 | mark);
    }
}
