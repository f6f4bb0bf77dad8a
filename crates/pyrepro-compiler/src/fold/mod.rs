//! Computing constants from constants.
//!
//! An operation that raises an exception is left to the program, and so is one whose result would be large.

mod sequence;

use num_bigint::BigInt;

use crate::constant::{Const, ConstId, Constants};
use crate::error::Handover;
use crate::number::{self, Complex, Integer, Number, Operator};
use crate::rules::Rules;
use crate::symbol::{Symbols, names};

/// The value of an operation, nothing if it is not computed, or a value that only an interpreter knows.
pub type Folded = Result<Option<ConstId>, Handover>;

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `not x`
    Not,
    /// `~x`
    Invert,
    /// `-x`
    Negative,
    /// `+x`
    Positive,
}

/// The argument of `BINARY_OP` that stands for `x[y]`.
pub const SUBSCRIPT: u32 = 26;

/// The constants of a file, and what it takes to compute with them.
pub(crate) struct Fold<'a> {
    pub(crate) constants: &'a mut Constants,
    pub(crate) symbols: &'a mut Symbols,
    pub(crate) rules: &'a Rules,
}

/// The value of an operation with two operands, if it is one that is computed; `operator` is the argument of
/// `BINARY_OP`.
pub fn binary(
    operator: u32,
    left: ConstId,
    right: ConstId,
    constants: &mut Constants,
    symbols: &mut Symbols,
    rules: &Rules,
) -> Folded {
    Fold { constants, symbols, rules }.binary(operator, left, right)
}

/// The value of an operation with one operand, if it is one that is computed.
pub fn unary(operator: Unary, operand: ConstId, constants: &mut Constants) -> Folded {
    constants.compute(size_of_number(&constants[operand]))?;
    Ok(match operator {
        Unary::Not => Some(constants.add(Const::bool(!is_true(operand, constants)))),
        _ => number(&constants[operand]).and_then(|value| signed(operator, value, constants)),
    })
}

/// How many bytes a number takes.
fn size_of_number(value: &Const) -> usize {
    match value {
        Const::Int(value) => value.bits().div_ceil(8) as usize,
        _ => size_of::<u64>(),
    }
}

/// Whether a constant counts as true.
pub fn is_true(value: ConstId, constants: &Constants) -> bool {
    match &constants[value] {
        Const::None | Const::False => false,
        Const::True | Const::Ellipsis | Const::Slice(_) | Const::Code(_) => true,
        Const::Int(value) => !value.is_zero(),
        Const::Float(bits) => f64::from_bits(*bits) != 0.0,
        Const::Complex(real, imag) => f64::from_bits(*real) != 0.0 || f64::from_bits(*imag) != 0.0,
        Const::Str(text) => *text != names::EMPTY,
        Const::Bytes(bytes) => !constants.bytes(*bytes).is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    }
}

fn signed(operator: Unary, value: Number, constants: &mut Constants) -> Option<ConstId> {
    let value = match (operator, value) {
        (Unary::Positive, value) => value,
        (Unary::Negative, Number::Int(value)) => Number::Int(-value),
        (Unary::Negative, Number::Float(value)) => Number::Float(-value),
        (Unary::Negative, Number::Complex(value)) => Number::Complex(Complex::new(-value.real, -value.imag)),
        (Unary::Invert, Number::Int(value)) => Number::Int(!value),
        _ => return None,
    };
    Some(add_number(value, constants))
}

impl Fold<'_> {
    pub(crate) fn binary(&mut self, operator: u32, left: ConstId, right: ConstId) -> Folded {
        self.constants.compute(self.work(operator, left, right))?;
        if operator == SUBSCRIPT {
            return Ok(self.subscript(left, right));
        }
        let Some(operator) = operator_of(operator) else { return Ok(None) };
        if let Some(value) = logical(operator, left, right) {
            return Ok(Some(value));
        }
        match (number(&self.constants[left]), number(&self.constants[right])) {
            (Some(left), Some(right)) => {
                let value = number::binary(operator, left, right, self.rules)?;
                Ok(value.map(|value| add_number(value, self.constants)))
            }
            (None, None) if operator == Operator::Add => Ok(self.concatenated(left, right)),
            (None, Some(Number::Int(count))) if operator == Operator::Multiply => {
                Ok(self.repeated(left, &count))
            }
            (Some(Number::Int(count)), None) if operator == Operator::Multiply => {
                Ok(self.repeated(right, &count))
            }
            _ => Ok(None),
        }
    }

    /// What an operation takes, in bytes that are gone through. Long division goes through one of its numbers for
    /// each word of the other.
    fn work(&self, operator: u32, left: ConstId, right: ConstId) -> usize {
        let (left, right) = (self.size(left), self.size(right));
        let divides = matches!(
            operator_of(operator),
            Some(Operator::FloorDivide | Operator::Remainder | Operator::TrueDivide)
        );
        let times = if divides { right.div_ceil(size_of::<u64>()) } else { 1 };
        left.saturating_mul(times).saturating_add(right)
    }

    fn size(&self, id: ConstId) -> usize {
        match &self.constants[id] {
            Const::Str(text) => self.symbols.bytes(*text).len(),
            Const::Bytes(bytes) => self.constants.bytes(*bytes).len(),
            Const::Tuple(items) | Const::FrozenSet(items) => size_of_val::<[ConstId]>(items),
            number => size_of_number(number),
        }
    }
}

/// `&`, `|` and `^` of truth values are truth values.
fn logical(operator: Operator, left: ConstId, right: ConstId) -> Option<ConstId> {
    let truth = |value| match value {
        ConstId::TRUE => Some(true),
        ConstId::FALSE => Some(false),
        _ => None,
    };
    let (left, right) = (truth(left)?, truth(right)?);
    let value = match operator {
        Operator::And => left & right,
        Operator::Or => left | right,
        Operator::Xor => left ^ right,
        _ => return None,
    };
    Some(if value { ConstId::TRUE } else { ConstId::FALSE })
}

fn operator_of(number: u32) -> Option<Operator> {
    Some(match number {
        0 => Operator::Add,
        1 => Operator::And,
        2 => Operator::FloorDivide,
        3 => Operator::LeftShift,
        5 => Operator::Multiply,
        6 => Operator::Remainder,
        7 => Operator::Or,
        8 => Operator::Power,
        9 => Operator::RightShift,
        10 => Operator::Subtract,
        11 => Operator::TrueDivide,
        12 => Operator::Xor,
        _ => return None,
    })
}

/// A constant as a number; truth values are numbers.
fn number(value: &Const) -> Option<Number> {
    Some(match value {
        Const::False => Number::Int(BigInt::from(0)),
        Const::True => Number::Int(BigInt::from(1)),
        Const::Int(value) => Number::Int(value.into()),
        Const::Float(bits) => Number::Float(f64::from_bits(*bits)),
        Const::Complex(real, imag) => {
            Number::Complex(Complex::new(f64::from_bits(*real), f64::from_bits(*imag)))
        }
        _ => return None,
    })
}

fn add_number(value: Number, constants: &mut Constants) -> ConstId {
    constants.add(match value {
        Number::Int(value) => Const::Int(Integer::from(value)),
        Number::Float(value) => Const::float(value),
        Number::Complex(value) => Const::Complex(value.real.to_bits(), value.imag.to_bits()),
    })
}
