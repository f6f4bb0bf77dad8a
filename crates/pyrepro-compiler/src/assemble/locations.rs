//! The location table: which source each instruction comes from.

use super::Assembled;
use crate::cfg::Linear;
use crate::location::{LocId, Locations};
use crate::opcode::Table;
use crate::rules::Rules;
use crate::span::Span;

/// Code units that one entry can cover.
const ENTRY_AT_MOST: u32 = 8;
/// The kinds of entries behind those with short columns.
const ONE_LINE: u8 = 10;
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NO_LOCATION: u8 = 15;

impl Assembled {
    /// One run for neighbours with the same location, if the edition joins them.
    pub(super) fn write_locations(
        &mut self,
        instrs: &mut Linear,
        first_line: i32,
        spans: &Locations,
        rules: &Rules,
    ) {
        resolve_next(instrs, rules.table);
        self.locations.clear();
        let mut line = first_line;
        let (mut loc, mut span) = (LocId::NONE, Span::NONE);
        let mut start = 0;
        for (index, instr) in instrs.iter().enumerate() {
            if instr.loc == loc && rules.same_locations_are_one_entry {
                continue;
            }
            loc = instr.loc;
            let next = spans.span(loc);
            if next != span || !rules.same_locations_are_one_entry {
                let end = self.offsets[index];
                self.write_run(span, end - start, &mut line);
                (start, span) = (end, next);
            }
        }
        let end = self.offsets[instrs.len()];
        self.write_run(span, end - start, &mut line);
    }

    fn write_run(&mut self, span: Span, mut units: u32, line: &mut i32) {
        while units > 0 {
            let part = units.min(ENTRY_AT_MOST);
            self.write_entry(span, part as u8, line);
            units -= part;
        }
    }

    fn write_entry(&mut self, span: Span, units: u8, line: &mut i32) {
        let out = &mut self.locations;
        let first = |kind: u8| 0x80 | kind << 3 | (units - 1);
        if span.line == -1 {
            return out.push(first(NO_LOCATION));
        }
        let delta = span.line - std::mem::replace(line, span.line);
        let (column, end) = (span.col, span.end_col);
        if column < 0 || end < 0 {
            if span.end_line == span.line || span.end_line < 0 {
                out.push(first(NO_COLUMNS));
                return signed(out, delta);
            }
        } else if span.end_line == span.line {
            if delta == 0 && column < 80 && (0..16).contains(&(end - column)) {
                let columns = (column & 7) << 4 | (end - column);
                return out.extend_from_slice(&[first((column >> 3) as u8), columns as u8]);
            }
            if (0..3).contains(&delta) && column < 128 && end < 128 {
                return out.extend_from_slice(&[first(ONE_LINE + delta as u8), column as u8, end as u8]);
            }
        }
        out.push(first(LONG));
        signed(out, delta);
        unsigned(out, (span.end_line - span.line) as u32);
        unsigned(out, (column + 1) as u32);
        unsigned(out, (end + 1) as u32);
    }
}

/// Who asks for the location of the next instruction gets it.
fn resolve_next(instrs: &mut Linear, table: &Table) {
    let mut next = LocId::NONE;
    for instr in instrs.iter_mut().rev() {
        if instr.loc == LocId::NEXT {
            let ends = instr.op.exits_scope() || table.has_jump(instr.op);
            instr.loc = if ends { LocId::NONE } else { next };
        }
        next = instr.loc;
    }
}

/// Six bits a byte, the lowest first; all but the last say that more follow.
fn unsigned(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x40 {
        out.push((value & 0x3f) as u8 | 0x40);
        value >>= 6;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, value: i32) {
    let magnitude = value.unsigned_abs() << 1;
    unsigned(out, if value < 0 { magnitude | 1 } else { magnitude });
}
