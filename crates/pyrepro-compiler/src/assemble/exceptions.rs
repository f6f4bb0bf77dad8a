//! The exception table: which instructions have which handler.

use super::Assembled;
use crate::cfg::{Handler, Linear};

impl Assembled {
    /// One entry for each run of instructions with the same handler.
    pub(super) fn write_exceptions(&mut self, instrs: &Linear) {
        self.exceptions.clear();
        let mut run: Option<(usize, Handler)> = None;
        for (index, instr) in instrs.iter().enumerate() {
            if run.map(|(_, handler)| handler.target) != instr.handler.map(|handler| handler.target) {
                self.end_run(run, index);
                run = instr.handler.map(|handler| (index, handler));
            }
        }
        self.end_run(run, instrs.len());
    }

    fn end_run(&mut self, run: Option<(usize, Handler)>, end: usize) {
        let Some((start, handler)) = run else { return };
        let [start, end, target] = [start, end, handler.target as usize].map(|index| self.offsets[index]);
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
