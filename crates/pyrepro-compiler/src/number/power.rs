//! Powers of positive floats, as glibc rounds them.
//!
//! glibc promises an error of less than 0.54 units in the last place, not correct rounding. Here the power is
//! computed with far more digits than a float has; where it is not so close to the middle of two floats that glibc
//! might take either, its answer is known, and most other C libraries agree. Else glibc's own steps are taken. What is left
//! is handed over: powers that depend on the processor, and those too small for a normal float that are no powers of two.

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive};

use super::glibc;
use super::real::power_of_two;
use crate::error::Handover;

/// Bits that are computed with. The error of a few hundred steps leaves more than 200 of them right.
const BITS: u64 = 256;

/// Bits behind those of a float that decide the rounding.
const REST: u64 = BITS - 53;

/// A positive number: `digits * 2**exponent`, of `BITS` digits.
#[derive(Clone)]
struct Wide {
    digits: BigUint,
    exponent: i64,
}

/// Mantissa and exponent of a positive float.
pub(super) fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i64);
    match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    }
}

/// `base**exponent` for a base above zero that is not one, and finite operands. Nothing if it is too large.
pub(super) fn raised(base: f64, exponent: f64) -> Result<Option<f64>, Handover> {
    let log = base.log2() * exponent;
    if log > 1100.0 {
        return Ok(None);
    }
    if log < -1100.0 {
        return Ok(Some(0.0));
    }
    if log.abs() < 1e-18 {
        return Ok(Some(1.0));
    }
    // What is left has an exponent below 2**63, as the base is at least 2**-53 away from one.
    let (mantissa, shift) = parts(exponent.abs());
    let wide = Wide::from_float(base);
    let whole = match shift {
        0.. => mantissa << shift,
        -63..0 => mantissa >> -shift,
        _ => 0,
    };
    let mut power = wide.raised(whole);
    let mut root = wide;
    for place in 1..=-shift {
        let bit = -shift - place;
        root = root.root();
        if bit < 64 && mantissa >> bit & 1 == 1 {
            power = power.times(&root);
        }
        if bit < 64 && mantissa & ((1 << bit) - 1) == 0 {
            break;
        }
    }
    let power = if exponent < 0.0 { power.inverse() } else { power };
    match power.rounded() {
        Err(Handover::FloatPower) => glibc::power(base, exponent).map(Some).ok_or(Handover::FloatPower),
        known => known,
    }
}

impl Wide {
    fn from_float(value: f64) -> Self {
        let (mantissa, exponent) = parts(value);
        Self::new(BigUint::from(mantissa), exponent)
    }

    /// The number with `BITS` digits.
    fn new(digits: BigUint, exponent: i64) -> Self {
        match digits.bits() {
            bits @ ..BITS => {
                Self { digits: digits << (BITS - bits), exponent: exponent - (BITS - bits) as i64 }
            }
            bits => Self { digits: digits >> (bits - BITS), exponent: exponent + (bits - BITS) as i64 },
        }
    }

    fn times(&self, other: &Self) -> Self {
        Self::new(&self.digits * &other.digits, self.exponent + other.exponent)
    }

    fn raised(&self, mut exponent: u64) -> Self {
        let mut power = Self::new(BigUint::one(), 0);
        let mut square = self.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = power.times(&square);
            }
            exponent >>= 1;
            if exponent > 0 {
                square = square.times(&square);
            }
        }
        power
    }

    fn root(&self) -> Self {
        let odd = self.exponent.rem_euclid(2);
        let digits = &self.digits << (BITS + odd as u64);
        Self::new(digits.sqrt(), (self.exponent - BITS as i64 - odd) / 2)
    }

    fn inverse(&self) -> Self {
        let one = BigUint::one() << (2 * BITS);
        Self::new(one / &self.digits, -self.exponent - 2 * BITS as i64)
    }

    /// The float that glibc gives.
    fn rounded(&self) -> Result<Option<f64>, Handover> {
        let top = self.exponent + BITS as i64;
        if top > 1024 {
            return Ok(None);
        }
        if top < -1080 {
            return Ok(Some(0.0));
        }
        if top < -1020 {
            return self.tiny().map(Some).ok_or(Handover::FloatPower);
        }
        let kept = &self.digits >> REST;
        let rest = &self.digits - (&kept << REST);
        let twentieths = ((rest * 20u8) >> REST).to_u8().unwrap_or(20);
        let up = match twentieths {
            0..9 => 0,
            11.. => 1,
            _ => return Err(Handover::FloatPower),
        };
        let mantissa = (kept.to_u64().unwrap_or(u64::MAX) + up) as f64;
        let value = mantissa * power_of_two(self.exponent + REST as i64);
        Ok(value.is_finite().then_some(value))
    }
    /// The tiny float that this is exactly, if it is a power of two.
    fn tiny(&self) -> Option<f64> {
        let place = self.exponent + BITS as i64 - 1;
        (self.digits.trailing_zeros() == Some(BITS - 1) && place >= -1074).then(|| power_of_two(place))
    }
}
