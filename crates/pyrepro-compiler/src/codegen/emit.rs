//! Putting instructions, constants and names into the unit that is being made.

use crate::ast::{CmpOp, Operator};
use crate::constant::{Const, ConstId};
use crate::error::{Failure, Result, Warning, WarningCategory};
use crate::instruction::Label;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::Symbol;

use super::{Backend, Codegen};

/// Arguments of `CALL_INTRINSIC_1`.
pub(super) mod intrinsic1 {
    pub const IMPORT_STAR: u32 = 2;
    pub const STOPITERATION_ERROR: u32 = 3;
    pub const ASYNC_GEN_WRAP: u32 = 4;
    pub const UNARY_POSITIVE: u32 = 5;
    pub const LIST_TO_TUPLE: u32 = 6;
    pub const TYPEVAR: u32 = 7;
    pub const PARAMSPEC: u32 = 8;
    pub const TYPEVARTUPLE: u32 = 9;
    pub const SUBSCRIPT_GENERIC: u32 = 10;
    pub const TYPEALIAS: u32 = 11;
}

/// Arguments of `CALL_INTRINSIC_2`.
pub(super) mod intrinsic2 {
    pub const PREP_RERAISE_STAR: u32 = 1;
    pub const TYPEVAR_WITH_BOUND: u32 = 2;
    pub const TYPEVAR_WITH_CONSTRAINTS: u32 = 3;
    pub const SET_FUNCTION_TYPE_PARAMS: u32 = 4;
    pub const SET_TYPEPARAM_DEFAULT: u32 = 5;
}

/// Arguments of `LOAD_COMMON_CONSTANT`.
pub(super) mod common {
    pub const ASSERTION_ERROR: u32 = 0;
    pub const NOT_IMPLEMENTED_ERROR: u32 = 1;
    pub const TUPLE: u32 = 2;
    pub const ALL: u32 = 3;
    pub const ANY: u32 = 4;
    pub const LIST: u32 = 5;
    pub const SET: u32 = 6;
}

/// Arguments of `RESUME`.
pub(super) mod resume {
    pub const START: u32 = 0;
    pub const AFTER_YIELD: u32 = 1;
    pub const AFTER_YIELD_FROM: u32 = 2;
    pub const AFTER_AWAIT: u32 = 3;
    pub const GENERATOR_EXPRESSION: u32 = 4;
}

/// Flags in the argument of `IMPORT_NAME`, where imports can be lazy.
pub(super) mod import {
    /// `lazy import`
    pub const LAZY: u32 = 1;
    /// Never lazy, whatever the program is told.
    pub const EAGER: u32 = 2;
}

/// The argument of `GET_ITER` for `yield from`, in a unit that is no coroutine.
pub(super) const ITERATOR_OF_YIELD_FROM: u32 = 3;

/// The argument of `BINARY_OP` that stands for a subscript.
const SUBSCRIPT: u32 = 26;

/// What is added to the argument of `BINARY_OP` for an augmented assignment.
const IN_PLACE: u32 = 13;

impl<B: Backend> Codegen<'_, B> {
    /// An instruction without argument.
    pub(super) fn op(&mut self, op: Op, at: Span) {
        self.op_arg(op, 0, at);
    }

    /// An instruction with a number.
    pub(super) fn op_arg(&mut self, op: Op, arg: u32, at: Span) {
        let at = self.locations.id(at);
        self.budget = self.budget.saturating_sub(1);
        self.unit.sequence.push(op, arg, at);
    }

    /// An instruction that goes to, or sets up a handler at, a label.
    pub(super) fn jump(&mut self, op: Op, target: Label, at: Span) {
        let at = self.locations.id(at);
        self.budget = self.budget.saturating_sub(1);
        self.unit.sequence.jump(op, target, at);
    }

    /// From now on this is the place of what comes without one of its own, where places linger.
    pub(super) fn set_place(&mut self, at: Span) {
        self.unit.place = at;
    }

    /// The place of an instruction: `at`, or where places linger the one that was set last.
    pub(super) fn lingering(&self, at: Span) -> Span {
        if self.rules.places_linger { self.unit.place } else { at }
    }

    /// A call with so many arguments.
    pub(super) fn call_with(&mut self, count: u32, at: Span) {
        if self.rules.calls_are_prepared {
            self.op_arg(Op::Precall, count, at);
        }
        self.op_arg(Op::Call, count, at);
    }

    /// What few programs need: `own`, or a number of `CALL_INTRINSIC_1`.
    pub(super) fn intrinsic(&mut self, own: Op, number: u32, at: Span) {
        if self.rules.intrinsics {
            self.op_arg(Op::CallIntrinsic1, number, at);
        } else {
            self.op(own, at);
        }
    }

    /// A jump forward that no source stands for.
    pub(super) fn jump_over(&mut self, target: Label) {
        self.jump(self.rules.jump_over, target, Span::NONE);
    }

    pub(super) fn new_label(&mut self) -> Label {
        self.unit.sequence.new_label()
    }

    /// A label that nothing jumps to: where every label starts a block it can be seen that one stands here.
    pub(super) fn start_block(&mut self) {
        let label = self.new_label();
        self.use_label(label);
    }

    pub(super) fn use_label(&mut self, label: Label) {
        self.unit.sequence.use_label(label);
    }

    /// The place of a constant in the unit's table.
    pub(super) fn constant(&mut self, value: ConstId) -> u32 {
        self.unit.constants.add(value)
    }

    pub(super) fn load_const(&mut self, value: ConstId, at: Span) {
        let place = self.constant(value);
        self.op_arg(Op::LoadConst, place, at);
    }

    pub(super) fn load_none(&mut self, at: Span) {
        self.load_const(ConstId::NONE, at);
    }

    pub(super) fn load_int(&mut self, value: usize, at: Span) {
        let value = self.constants.add_int(value as i64);
        self.load_const(value, at);
    }

    pub(super) fn load_str(&mut self, text: Symbol, at: Span) {
        let value = self.constants.add_str(text);
        self.load_const(value, at);
    }

    pub(super) fn load_tuple(&mut self, items: Vec<ConstId>, at: Span) {
        let value = self.constants.add(Const::Tuple(items.into()));
        self.load_const(value, at);
    }

    /// A tuple of strings.
    pub(super) fn load_strs(&mut self, texts: impl IntoIterator<Item = Symbol>, at: Span) {
        let items = texts.into_iter().map(|text| self.constants.add_str(text)).collect();
        self.load_tuple(items, at);
    }

    /// The place of a name, as private to the class if it is, in `co_names`.
    pub(super) fn name_place(&mut self, name: Symbol) -> u32 {
        let name = self.mangled(name);
        self.unit.names.add(name)
    }

    /// An instruction with a name as it is.
    pub(super) fn op_name(&mut self, op: Op, name: Symbol, at: Span) {
        let place = self.name_place(name);
        self.op_arg(op, place, at);
    }

    pub(super) fn load_attr(&mut self, name: Symbol, at: Span) {
        let place = self.name_place(name);
        let arg = if self.rules.attributes_may_be_methods { place << 1 } else { place };
        self.op_arg(Op::LoadAttr, arg, at);
    }

    /// The form of an attribute that leaves room for `self`.
    pub(super) fn load_method(&mut self, name: Symbol, at: Span) {
        let place = self.name_place(name);
        if self.rules.attributes_may_be_methods {
            self.op_arg(Op::LoadAttr, place << 1 | 1, at);
        } else {
            self.op_arg(Op::LoadMethod, place, at);
        }
    }

    pub(super) fn binary(&mut self, operator: Operator, at: Span) {
        self.op_arg(Op::BinaryOp, number(operator), at);
    }

    pub(super) fn in_place(&mut self, operator: Operator, at: Span) {
        self.op_arg(Op::BinaryOp, number(operator) + IN_PLACE, at);
    }

    pub(super) fn subscript(&mut self, at: Span) {
        if self.rules.subscript_is_binary_op {
            self.op_arg(Op::BinaryOp, SUBSCRIPT, at);
        } else {
            self.op(Op::BinarySubscr, at);
        }
    }

    pub(super) fn compare(&mut self, operator: CmpOp, at: Span) {
        use CmpOp::*;
        match operator {
            Is => self.op_arg(Op::IsOp, 0, at),
            IsNot => self.op_arg(Op::IsOp, 1, at),
            In => self.op_arg(Op::ContainsOp, 0, at),
            NotIn => self.op_arg(Op::ContainsOp, 1, at),
            Lt | LtE | Eq | NotEq | Gt | GtE => {
                let (number, outcomes) = order(operator);
                let arg = match self.rules.compare_shift {
                    0 => number,
                    shift => number << shift | outcomes,
                };
                self.op_arg(Op::CompareOp, arg, at);
            }
        }
    }

    /// The jump that follows a test.
    pub(super) fn jump_on(&mut self, truth: bool, target: Label, at: Span) {
        if self.rules.tests_convert_to_bool {
            self.op(Op::ToBool, at);
        }
        let op = if truth { Op::PopJumpIfTrue } else { Op::PopJumpIfFalse };
        self.jump(op, target, at);
    }

    /// `error` at a place of the source.
    pub(super) fn error<T>(&self, message: impl Into<std::borrow::Cow<'static, str>>, at: Span) -> Result<T> {
        Err(Failure::syntax(message, at))
    }

    /// A `SyntaxWarning`, unless the code is a further copy of a `finally` body.
    pub(super) fn warn(&mut self, message: String, at: Span) {
        if self.silence == 0 {
            self.warnings.push(Warning {
                category: WarningCategory::Syntax,
                message: message.into(),
                line: self.lingering(at).line,
            });
        }
    }
}

/// The argument of `BINARY_OP`.
fn number(operator: Operator) -> u32 {
    use Operator::*;
    match operator {
        Add => 0,
        BitAnd => 1,
        FloorDiv => 2,
        LShift => 3,
        MatMult => 4,
        Mult => 5,
        Mod => 6,
        BitOr => 7,
        Pow => 8,
        RShift => 9,
        Sub => 10,
        Div => 11,
        BitXor => 12,
    }
}

/// An ordering in the argument of `COMPARE_OP`: its number, and the outcomes that make it true.
fn order(operator: CmpOp) -> (u32, u32) {
    use CmpOp::*;
    const UNORDERED: u32 = 1;
    const LESS: u32 = 2;
    const GREATER: u32 = 4;
    const EQUAL: u32 = 8;
    match operator {
        Lt => (0, LESS),
        LtE => (1, LESS | EQUAL),
        Eq => (2, EQUAL),
        NotEq => (3, UNORDERED | LESS | GREATER),
        Gt => (4, GREATER),
        _ => (5, GREATER | EQUAL),
    }
}
