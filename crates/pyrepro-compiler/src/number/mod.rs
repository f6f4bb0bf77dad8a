//! Numbers as constants hold them, and Python's arithmetic on them.

mod complex;
mod glibc;
mod integer;
mod power;
mod real;

pub use complex::Complex;
pub use integer::Integer;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::error::Handover;
use crate::rules::Rules;

/// What an operation gives: nothing where Python raises an exception.
pub(crate) type Computed<T> = Result<Option<T>, Handover>;

/// A number that is operated on.
#[derive(Clone, Debug)]
pub(crate) enum Number {
    Int(BigInt),
    Float(f64),
    Complex(Complex),
}

/// The operators between numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    And,
    FloorDivide,
    LeftShift,
    Multiply,
    Remainder,
    Or,
    Power,
    RightShift,
    Subtract,
    TrueDivide,
    Xor,
}

/// Bits of an integer that folding makes, at most.
const MOST_BITS: u64 = 128;

/// One number after an operator after another number.
pub(crate) fn binary(operator: Operator, left: Number, right: Number, rules: &Rules) -> Computed<Number> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => integers(operator, &left, &right),
        (left @ Number::Complex(_), right) | (left, right @ Number::Complex(_)) => {
            complex::binary(operator, &left, &right, rules)
        }
        (left, right) => {
            let (Some(left), Some(right)) = (left.to_float(), right.to_float()) else { return Ok(None) };
            real::binary(operator, left, right)
        }
    }
}

impl Number {
    /// The value as a float; nothing if it is too large, or complex.
    fn to_float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => real::from_integer(value),
            Self::Float(value) => Some(*value),
            Self::Complex(_) => None,
        }
    }
}

fn integers(operator: Operator, left: &BigInt, right: &BigInt) -> Computed<Number> {
    let whole = match operator {
        Operator::Add => Some(left + right),
        Operator::Subtract => Some(left - right),
        Operator::Multiply => multiplied(left, right),
        Operator::And => Some(left & right),
        Operator::Or => Some(left | right),
        Operator::Xor => Some(left ^ right),
        Operator::FloorDivide if right.is_zero() => None,
        Operator::FloorDivide => Some(left.div_floor(right)),
        Operator::Remainder if right.is_zero() => None,
        Operator::Remainder => Some(left.mod_floor(right)),
        Operator::LeftShift => shifted_left(left, right),
        Operator::RightShift => shifted_right(left, right),
        Operator::TrueDivide => return Ok(real::quotient(left, right).map(Number::Float)),
        Operator::Power => return raised(left, right),
    };
    Ok(whole.map(Number::Int))
}

fn multiplied(left: &BigInt, right: &BigInt) -> Option<BigInt> {
    let small = left.is_zero() || right.is_zero() || left.bits() + right.bits() <= MOST_BITS;
    small.then(|| left * right)
}

fn shifted_left(left: &BigInt, right: &BigInt) -> Option<BigInt> {
    if right.is_negative() {
        return None;
    }
    if left.is_zero() {
        return Some(BigInt::zero());
    }
    let count = right.to_u64().filter(|&count| count <= MOST_BITS)?;
    (count == 0 || left.bits() <= MOST_BITS - count).then(|| left << count)
}

fn shifted_right(left: &BigInt, right: &BigInt) -> Option<BigInt> {
    if right.is_negative() {
        return None;
    }
    let nothing_left = || if left.is_negative() { -BigInt::one() } else { BigInt::zero() };
    Some(match right.to_u64() {
        Some(count) if count <= left.bits() => left >> count,
        _ => nothing_left(),
    })
}

fn raised(base: &BigInt, exponent: &BigInt) -> Computed<Number> {
    if exponent.is_negative() {
        let (Some(base), Some(exponent)) = (real::from_integer(base), real::from_integer(exponent)) else {
            return Ok(None);
        };
        return real::raised(base, exponent);
    }
    if base.is_zero() || exponent.is_zero() {
        return Ok(Some(Number::Int(if exponent.is_zero() { BigInt::one() } else { BigInt::zero() })));
    }
    let count = exponent.to_u64().filter(|&count| count <= MOST_BITS / base.bits());
    Ok(count.map(|count| Number::Int(base.pow(count as u32))))
}
