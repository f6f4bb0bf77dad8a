//! Floats: exact conversions, and arithmetic as Python does it.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer as _;
use num_traits::{Signed, ToPrimitive, Zero};

use super::complex;
use super::{Complex, Computed, Number, Operator, power};

/// Bits of a float's mantissa.
const MANTISSA: i64 = 53;

/// The exponent of the lowest bit of the smallest float.
const LOWEST: i64 = -1074;

/// What x86-64 gives where nothing else is there: the one bits that CPython's constants have on most machines.
pub(super) const NAN: f64 = f64::from_bits(0xfff8_0000_0000_0000);

/// The float nearest to an integer, ties to even; nothing if it is too large.
pub(super) fn from_integer(value: &BigInt) -> Option<f64> {
    match value.to_i64() {
        Some(small) => Some(small as f64),
        None => quotient(value, &BigInt::from(1)),
    }
}

/// The float nearest to a quotient of integers; nothing if it is too large, or nothing divided by zero.
pub(super) fn quotient(left: &BigInt, right: &BigInt) -> Option<f64> {
    if right.is_zero() {
        return None;
    }
    let negative = left.is_negative() != right.is_negative();
    if left.is_zero() {
        return Some(if right.is_negative() { -0.0 } else { 0.0 });
    }
    // Enough bits to round by, whatever the sizes.
    let shift = MANTISSA + 13 + right.bits() as i64 - left.bits() as i64;
    let (numerator, denominator) = match shift {
        0.. => (left.magnitude() << shift as u64, right.magnitude().clone()),
        _ => (left.magnitude().clone(), right.magnitude() << shift.unsigned_abs()),
    };
    let (digits, rest) = numerator.div_rem(&denominator);
    let magnitude = rounded(&digits, -shift, !rest.is_zero());
    magnitude.is_finite().then_some(if negative { -magnitude } else { magnitude })
}

/// The float nearest to `digits * 2**exponent`, which has more behind it if `inexact`.
fn rounded(digits: &BigUint, exponent: i64, inexact: bool) -> f64 {
    let top = digits.bits() as i64 + exponent;
    if top > 1024 {
        return f64::INFINITY;
    }
    let precision = MANTISSA.min(top - LOWEST);
    if precision < 0 {
        return 0.0;
    }
    // The digits are more than the precision: see above.
    let dropped = (digits.bits() as i64 - precision) as u64;
    let kept = digits >> dropped;
    let rest = digits - (&kept << dropped);
    let half = BigUint::from(1u8) << (dropped - 1);
    let odd = kept.is_odd();
    let up = match rest.cmp(&half) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => inexact || odd,
    };
    let kept = kept.to_u64().unwrap_or(u64::MAX) + u64::from(up);
    kept as f64 * power_of_two(exponent + dropped as i64)
}

/// `2.0**exponent`, for exponents that floats have.
pub(super) fn power_of_two(exponent: i64) -> f64 {
    match exponent {
        -1022.. => f64::from_bits(((exponent + 1023) as u64) << 52),
        _ => f64::from_bits(1 << (exponent - LOWEST)),
    }
}

pub(super) fn binary(operator: Operator, left: f64, right: f64) -> Computed<Number> {
    let value = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Power => return raised(left, right),
        Operator::TrueDivide | Operator::FloorDivide | Operator::Remainder if right == 0.0 => {
            return Ok(None);
        }
        Operator::TrueDivide => left / right,
        Operator::FloorDivide => floor_divided(left, right),
        Operator::Remainder => remainder(left, right),
        Operator::And | Operator::Or | Operator::Xor | Operator::LeftShift | Operator::RightShift => {
            return Ok(None);
        }
    };
    Ok(Some(Number::Float(settled(value, left.is_nan() || right.is_nan()))))
}

/// A NaN that no operand brought is the same on all machines.
pub(super) fn settled(value: f64, had_nan: bool) -> f64 {
    if value.is_nan() && !had_nan { NAN } else { value }
}

fn remainder(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        return 0.0f64.copysign(right);
    }
    if (right < 0.0) == (rest < 0.0) { rest } else { rest + right }
}

fn floor_divided(left: f64, right: f64) -> f64 {
    let rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (right < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0f64.copysign(left / right);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// A power, with the special cases that Python decides before it asks the C library.
pub(super) fn raised(base: f64, exponent: f64) -> Computed<Number> {
    let value = |value| Ok(Some(Number::Float(value)));
    let odd = exponent.abs() % 2.0 == 1.0;
    if exponent == 0.0 {
        return value(1.0);
    }
    if base.is_nan() {
        return value(base);
    }
    if exponent.is_nan() {
        return value(if base == 1.0 { 1.0 } else { exponent });
    }
    if exponent.is_infinite() {
        let base = base.abs();
        return value(match base == 1.0 {
            true => 1.0,
            false if (exponent > 0.0) == (base > 1.0) => f64::INFINITY,
            false => 0.0,
        });
    }
    if base.is_infinite() {
        return value(match (exponent > 0.0, odd) {
            (true, true) => base,
            (true, false) => f64::INFINITY,
            (false, true) => 0.0f64.copysign(base),
            (false, false) => 0.0,
        });
    }
    if base == 0.0 {
        return match exponent < 0.0 {
            true => Ok(None),
            false => value(if odd { base } else { 0.0 }),
        };
    }
    if base < 0.0 && exponent != exponent.floor() {
        return complex::raised(Complex::real(base), Complex::real(exponent), false);
    }
    let magnitude = match base.abs() {
        1.0 => Some(1.0),
        base => power::raised(base, exponent)?,
    };
    Ok(magnitude.map(|magnitude| Number::Float(if base < 0.0 && odd { -magnitude } else { magnitude })))
}
