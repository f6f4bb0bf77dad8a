//! Complex numbers, by the rules of both ages: since 3.14 a real operand stays real, and infinities are recovered
//! as C99 says in its Annex G.

use super::real::settled;
use super::{Computed, Number, Operator};
use crate::error::Handover;
use crate::rules::Rules;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imag: f64,
}

impl Complex {
    /// A number of two parts.
    pub const fn new(real: f64, imag: f64) -> Self {
        Self { real, imag }
    }

    pub(super) const fn real(real: f64) -> Self {
        Self::new(real, 0.0)
    }

    fn has_nan(self) -> bool {
        self.real.is_nan() || self.imag.is_nan()
    }

    fn is_nan(self) -> bool {
        self.real.is_nan() && self.imag.is_nan()
    }

    fn has_infinity(self) -> bool {
        self.real.is_infinite() || self.imag.is_infinite()
    }

    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imag.is_finite()
    }

    /// Infinities become one, all else zero.
    fn boxed(self) -> Self {
        let unit = |part: f64| f64::from(u8::from(part.is_infinite())).copysign(part);
        Self::new(unit(self.real), unit(self.imag))
    }

    fn without_nan(self) -> Self {
        let part = |part: f64| if part.is_nan() { 0f64.copysign(part) } else { part };
        Self::new(part(self.real), part(self.imag))
    }

    fn plus(self, other: Self) -> Self {
        Self::new(self.real + other.real, self.imag + other.imag)
    }

    fn minus(self, other: Self) -> Self {
        Self::new(self.real - other.real, self.imag - other.imag)
    }

    fn times(self, other: Self, recover: bool) -> Self {
        let [ac, bd] = [self.real * other.real, self.imag * other.imag];
        let [ad, bc] = [self.real * other.imag, self.imag * other.real];
        let product = Self::new(ac - bd, ad + bc);
        if !recover || !product.is_nan() {
            return product;
        }
        let (mut left, mut right) = (self, other);
        let mut again = false;
        if left.has_infinity() {
            (left, right, again) = (left.boxed(), right.without_nan(), true);
        }
        if right.has_infinity() {
            (left, right, again) = (left.without_nan(), right.boxed(), true);
        }
        if !again && [ac, bd, ad, bc].into_iter().any(f64::is_infinite) {
            (left, right, again) = (left.without_nan(), right.without_nan(), true);
        }
        if !again {
            return product;
        }
        Self::new(
            f64::INFINITY * (left.real * right.real - left.imag * right.imag),
            f64::INFINITY * (left.real * right.imag + left.imag * right.real),
        )
    }

    /// Nothing for a division by zero.
    fn divided(self, other: Self, recover: bool) -> Option<Self> {
        let quotient = if other.real.abs() >= other.imag.abs() {
            if other.real == 0.0 {
                return None;
            }
            let ratio = other.imag / other.real;
            let denominator = other.real + other.imag * ratio;
            Self::new(
                (self.real + self.imag * ratio) / denominator,
                (self.imag - self.real * ratio) / denominator,
            )
        } else if other.imag.abs() >= other.real.abs() {
            let ratio = other.real / other.imag;
            let denominator = other.real * ratio + other.imag;
            Self::new(
                (self.real * ratio + self.imag) / denominator,
                (self.imag * ratio - self.real) / denominator,
            )
        } else {
            Self::new(f64::NAN, f64::NAN)
        };
        Some(if recover && quotient.is_nan() { self.recovered_quotient(other, quotient) } else { quotient })
    }

    fn recovered_quotient(self, other: Self, quotient: Self) -> Self {
        let (scale, left, right) = if self.has_infinity() && other.is_finite() {
            (f64::INFINITY, self.boxed(), other)
        } else if other.has_infinity() && self.is_finite() {
            (0.0, self, other.boxed())
        } else {
            return quotient;
        };
        Self::new(
            scale * (left.real * right.real + left.imag * right.imag),
            scale * (left.imag * right.real - left.real * right.imag),
        )
    }
}

/// An operation of which at least one operand is complex.
pub(super) fn binary(operator: Operator, left: &Number, right: &Number, rules: &Rules) -> Computed<Number> {
    let recover = rules.mixed_complex_arithmetic;
    let (Some(a), Some(b)) = (to_complex(left), to_complex(right)) else { return Ok(None) };
    if operator == Operator::Power {
        return raised(a, b, recover);
    }
    let value = if recover && !matches!((left, right), (Number::Complex(_), Number::Complex(_))) {
        mixed(operator, left, a, b)
    } else {
        match operator {
            Operator::Add => Some(a.plus(b)),
            Operator::Subtract => Some(a.minus(b)),
            Operator::Multiply => Some(a.times(b, recover)),
            Operator::TrueDivide => a.divided(b, recover),
            _ => None,
        }
    };
    Ok(value.map(|value| finished(value, a, b)))
}

/// An operation between a real and a complex number, neither of which becomes the other.
fn mixed(operator: Operator, left: &Number, a: Complex, b: Complex) -> Option<Complex> {
    let real_first = !matches!(left, Number::Complex(_));
    Some(match (operator, real_first) {
        (Operator::Add, true) => Complex::new(a.real + b.real, b.imag),
        (Operator::Add, false) => Complex::new(a.real + b.real, a.imag),
        (Operator::Subtract, true) => Complex::new(a.real - b.real, -b.imag),
        (Operator::Subtract, false) => Complex::new(a.real - b.real, a.imag),
        (Operator::Multiply, true) => Complex::new(b.real * a.real, b.imag * a.real),
        (Operator::Multiply, false) => Complex::new(a.real * b.real, a.imag * b.real),
        (Operator::TrueDivide, true) => return real_divided(a.real, b),
        (Operator::TrueDivide, false) if b.real == 0.0 => return None,
        (Operator::TrueDivide, false) => Complex::new(a.real / b.real, a.imag / b.real),
        _ => return None,
    })
}

fn real_divided(a: f64, b: Complex) -> Option<Complex> {
    if b.real.abs() >= b.imag.abs() {
        if b.real == 0.0 {
            return None;
        }
        let ratio = b.imag / b.real;
        let denominator = b.real + b.imag * ratio;
        Some(Complex::new(a / denominator, (-a * ratio) / denominator))
    } else if b.imag.abs() >= b.real.abs() {
        let ratio = b.real / b.imag;
        let denominator = b.real * ratio + b.imag;
        Some(Complex::new((a * ratio) / denominator, (-a) / denominator))
    } else {
        Some(Complex::new(f64::NAN, f64::NAN))
    }
}

fn to_complex(number: &Number) -> Option<Complex> {
    match number {
        Number::Complex(value) => Some(*value),
        real => real.to_float().map(Complex::real),
    }
}

fn finished(value: Complex, a: Complex, b: Complex) -> Number {
    let had_nan = a.has_nan() || b.has_nan();
    Number::Complex(Complex::new(settled(value.real, had_nan), settled(value.imag, had_nan)))
}

/// A power. Small whole exponents are multiplications, anything else asks the C library.
pub(super) fn raised(base: Complex, exponent: Complex, recover: bool) -> Computed<Number> {
    let whole = exponent.imag == 0.0 && exponent.real == exponent.real.floor();
    let value = if whole && exponent.real.abs() <= 100.0 {
        repeated(base, exponent.real as i64, recover)
    } else if base.real == 0.0 && base.imag == 0.0 {
        let defined = exponent.imag == 0.0 && (exponent.real >= 0.0 || exponent.real.is_nan());
        defined.then_some(Complex::real(0.0))
    } else {
        return Err(Handover::FloatPower);
    };
    // An overflow is an error.
    let value = value.filter(|value| !value.has_infinity());
    Ok(value.map(|value| finished(value, base, exponent)))
}

fn repeated(base: Complex, exponent: i64, recover: bool) -> Option<Complex> {
    let mut power = Complex::real(1.0);
    let mut square = base;
    let count = exponent.unsigned_abs();
    let mut mask = 1;
    while mask <= count {
        if count & mask != 0 {
            power = power.times(square, recover);
        }
        mask <<= 1;
        square = square.times(square, recover);
    }
    if exponent > 0 { Some(power) } else { Complex::real(1.0).divided(power, recover) }
}
