//! The instructions of each release: numbers, inline caches, what they pop and push.
//!
//! `tables/generate.py` makes `op.rs` and the tables from the interpreters themselves.

mod op;
mod v311;
mod v312;
mod v313;
mod v314;
mod v315;

pub use op::{ALL, COUNT, Op};

pub use v311::TABLE as PYTHON_3_11;
pub use v312::TABLE as PYTHON_3_12;
pub use v313::TABLE as PYTHON_3_13;
pub use v314::TABLE as PYTHON_3_14;
pub use v315::TABLE as PYTHON_3_15;

/// What an instruction's argument means.
mod flag {
    pub const ARG: u8 = 1;
    pub const CONST: u8 = 2;
    pub const NAME: u8 = 4;
    pub const JUMP: u8 = 8;
    pub const FREE: u8 = 16;
    pub const LOCAL: u8 = 32;
    pub const EVAL_BREAK: u8 = 64;
    /// A jump, or what sets up a handler. No interpreter's table says this: it follows from the others.
    pub const TARGET: u8 = 128;
}

/// The first number of a pseudo-instruction.
const PSEUDO: u16 = 256;

/// The instructions of one release.
#[derive(Debug)]
pub struct Table {
    /// The magic number of its `.pyc` files.
    pub magic: u16,
    info: [Option<Info>; COUNT],
    summaries: [Summary; COUNT],
}

/// What is asked of an instruction all the time, close together.
#[derive(Clone, Copy, Debug)]
struct Summary {
    /// None where there is no such instruction.
    flags: u8,
    caches: u8,
    /// The low byte of its number, which is all of it for those that code objects hold.
    byte: u8,
    /// How many values it takes from the stack, or [`VARIES`] if that depends on its argument.
    popped: i8,
    /// The same for those that it leaves there.
    pushed: i8,
    /// The same for how many values more there are behind it.
    growth: i8,
}

const VARIES: i8 = i8::MIN;

#[derive(Debug)]
struct Info {
    number: u16,
    caches: u8,
    flags: u8,
    popped: Effect,
    pushed: Effect,
    /// How many values more a jump leaves than going on.
    jumped: i8,
}

/// How many values an instruction pops or pushes: a number, and something of its argument.
#[derive(Clone, Copy, Debug)]
struct Effect {
    base: i8,
    term: Term,
}

#[derive(Clone, Copy, Debug)]
enum Term {
    Nothing,
    Arg,
    Twice,
    LowBit,
    /// One if the argument is 3.
    IsThree,
    /// One if the argument has the bit 4: a `FORMAT_VALUE` with a specification.
    Specified,
    /// How many of the four lowest bits are set: what a `MAKE_FUNCTION` is given.
    Attributes,
    /// `UNPACK_EX`: values before the star in the low byte, after it in the others.
    Unpacked,
}

/// One row of a table.
const fn instruction(
    number: u16,
    caches: u8,
    flags: u8,
    popped: (i8, Term),
    pushed: (i8, Term),
) -> Option<Info> {
    Some(Info {
        number,
        caches,
        flags,
        popped: Effect { base: popped.0, term: popped.1 },
        pushed: Effect { base: pushed.0, term: pushed.1 },
        jumped: 0,
    })
}

/// The same for a jump that leaves another number of values than going on does.
const fn jumping(more: i8, row: Option<Info>) -> Option<Info> {
    match row {
        Some(info) => Some(Info { jumped: more, ..info }),
        None => None,
    }
}

impl Effect {
    /// The number, unless it depends on the argument.
    const fn fixed(self) -> i8 {
        match self.term {
            Term::Nothing => self.base,
            _ => VARIES,
        }
    }

    fn of(self, arg: u32) -> i32 {
        let arg = arg as i32;
        let more = match self.term {
            Term::Nothing => 0,
            Term::Arg => arg,
            Term::Twice => arg * 2,
            Term::LowBit => arg & 1,
            Term::IsThree => i32::from(arg == 3),
            Term::Specified => arg >> 2 & 1,
            Term::Attributes => (arg & 15).count_ones() as i32,
            Term::Unpacked => (arg & 0xff) + (arg >> 8),
        };
        i32::from(self.base) + more
    }
}

impl Table {
    const fn new(magic: u16, info: [Option<Info>; COUNT]) -> Table {
        let mut summaries =
            [Summary { flags: 0, caches: 0, byte: 0, popped: VARIES, pushed: VARIES, growth: VARIES }; COUNT];
        let mut index = 0;
        while index < COUNT {
            let summary = &mut summaries[index];
            if let Some(info) = &info[index] {
                summary.flags = info.flags;
                summary.caches = info.caches;
                summary.byte = info.number as u8;
                summary.popped = info.popped.fixed();
                summary.pushed = info.pushed.fixed();
                if summary.popped != VARIES && summary.pushed != VARIES {
                    summary.growth = summary.pushed - summary.popped;
                }
            }
            if summary.flags & flag::JUMP != 0 || ALL[index].pushes_block() {
                summary.flags |= flag::TARGET;
            }
            index += 1;
        }
        Table { magic, info, summaries }
    }

    #[inline]
    fn info(&self, op: Op) -> &Info {
        self.info[op as usize].as_ref().unwrap_or_else(|| {
            panic!("{} is no instruction of the release with magic {}", op.name(), self.magic)
        })
    }

    /// Whether the release has the instruction.
    pub fn has(&self, op: Op) -> bool {
        self.info[op as usize].is_some()
    }

    /// Its number in the release; 256 and more are pseudo-instructions, which no code object holds.
    pub fn number(&self, op: Op) -> u16 {
        self.info(op).number
    }

    /// The instruction of a number.
    pub fn op(&self, number: u16) -> Option<Op> {
        ALL.into_iter().find(|op| self.info[*op as usize].as_ref().is_some_and(|info| info.number == number))
    }

    /// Code units of inline cache behind it.
    pub fn caches(&self, op: Op) -> u32 {
        self.summary(op).caches.into()
    }

    /// The byte that stands for it in a code object.
    pub fn byte(&self, op: Op) -> u8 {
        self.summary(op).byte
    }

    /// How many values more than before are on the stack behind it.
    pub fn growth(&self, op: Op, arg: u32) -> i32 {
        match self.summary(op).growth {
            VARIES => self.pushed(op, arg) - self.popped(op, arg),
            fixed => fixed.into(),
        }
    }

    /// How many values it takes from the stack.
    pub fn popped(&self, op: Op, arg: u32) -> i32 {
        match self.summary(op).popped {
            VARIES => self.info(op).popped.of(arg),
            fixed => fixed.into(),
        }
    }

    /// How many values it leaves on the stack.
    pub fn pushed(&self, op: Op, arg: u32) -> i32 {
        match self.summary(op).pushed {
            VARIES => self.info(op).pushed.of(arg),
            fixed => fixed.into(),
        }
    }

    /// How many values more it leaves where it jumps than where it goes on.
    pub fn jumped(&self, op: Op) -> i32 {
        self.info(op).jumped.into()
    }

    /// Whether it is a pseudo-instruction, which no code object holds.
    pub fn is_pseudo(&self, op: Op) -> bool {
        self.number(op) >= PSEUDO
    }

    /// Whether its argument means anything.
    pub fn has_arg(&self, op: Op) -> bool {
        self.flagged(op, flag::ARG)
    }

    /// Whether its argument is an index into the constants.
    pub fn has_const(&self, op: Op) -> bool {
        self.flagged(op, flag::CONST)
    }

    /// Whether its argument says a name.
    pub fn has_name(&self, op: Op) -> bool {
        self.flagged(op, flag::NAME)
    }

    /// Whether its argument is a cell or a free variable.
    pub fn has_free(&self, op: Op) -> bool {
        self.flagged(op, flag::FREE)
    }

    /// Whether its argument is a local variable.
    pub fn has_local(&self, op: Op) -> bool {
        self.flagged(op, flag::LOCAL)
    }

    /// Whether it is a jump.
    pub fn has_jump(&self, op: Op) -> bool {
        self.flagged(op, flag::JUMP)
    }

    /// Whether it jumps or sets up a handler.
    pub fn has_target(&self, op: Op) -> bool {
        self.flagged(op, flag::TARGET)
    }

    /// Whether signals and the like are looked at in it.
    pub fn has_eval_break(&self, op: Op) -> bool {
        self.flagged(op, flag::EVAL_BREAK)
    }

    #[inline]
    fn flagged(&self, op: Op, flag: u8) -> bool {
        self.summary(op).flags & flag != 0
    }

    #[inline]
    fn summary(&self, op: Op) -> Summary {
        self.summaries[op as usize]
    }
}

/// A set of instructions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ops([u64; COUNT.div_ceil(64)]);

impl Ops {
    /// Adds one.
    pub fn add(&mut self, op: Op) {
        self.0[op as usize / 64] |= 1 << (op as usize % 64);
    }

    /// Whether it is there.
    pub fn has(&self, op: Op) -> bool {
        self.0[op as usize / 64] >> (op as usize % 64) & 1 != 0
    }

    /// Whether one of them is there.
    pub fn has_any(&self, ops: &[Op]) -> bool {
        ops.iter().any(|op| self.has(*op))
    }
}

impl Op {
    /// `LOAD_CONST` and the like.
    pub fn name(self) -> &'static str {
        op::NAMES[self as usize]
    }

    /// The instruction of a name.
    pub fn named(name: &str) -> Option<Self> {
        let index = op::NAMES.binary_search(&name).ok()?;
        Some(ALL[index])
    }
}
