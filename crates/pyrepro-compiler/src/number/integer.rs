//! Integers of any size.

use num_bigint::{BigInt, Sign};
use num_traits::{Num, ToPrimitive};

/// An integer; `Big` only where an `i64` does not do, so that equal numbers are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Integer {
    /// What fits.
    Small(i64),
    /// What does not.
    Big(Box<BigInt>),
}

impl From<BigInt> for Integer {
    fn from(value: BigInt) -> Self {
        value.to_i64().map_or_else(|| Self::Big(Box::new(value)), Self::Small)
    }
}

impl From<&Integer> for BigInt {
    fn from(value: &Integer) -> Self {
        match value {
            Integer::Small(value) => Self::from(*value),
            Integer::Big(value) => (**value).clone(),
        }
    }
}

impl Integer {
    /// The integer with this sign and magnitude, the lowest 32 bits first.
    pub fn from_limbs(negative: bool, limbs: Vec<u32>) -> Self {
        BigInt::new(if negative { Sign::Minus } else { Sign::Plus }, limbs).into()
    }

    /// Sign and magnitude, the lowest 32 bits first and none of them for zero.
    pub fn to_limbs(&self) -> (bool, Vec<u32>) {
        let value = BigInt::from(self);
        let limbs = if value.sign() == Sign::NoSign { Vec::new() } else { value.magnitude().to_u32_digits() };
        (value.sign() == Sign::Minus, limbs)
    }

    /// The integer of digits without sign or underscores.
    pub(crate) fn parse(digits: &str, radix: u32) -> Self {
        match i64::from_str_radix(digits, radix) {
            Ok(value) => Self::Small(value),
            // The tokenizer lets digits of this base through, and at least one.
            Err(_) => BigInt::from_str_radix(digits, radix).unwrap_or_default().into(),
        }
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::Small(0)
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Small(value) => *value < 0,
            Self::Big(value) => value.sign() == Sign::Minus,
        }
    }

    /// The bits of the magnitude: 0 for zero.
    pub fn bits(&self) -> u64 {
        match self {
            Self::Small(value) => 64 - u64::from(value.unsigned_abs().leading_zeros()),
            Self::Big(value) => value.bits(),
        }
    }
}

impl std::fmt::Display for Integer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Small(value) => value.fmt(out),
            Self::Big(value) => value.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_small() {
        assert_eq!(Integer::from_limbs(true, vec![5, 0, 0]), Integer::Small(-5));
        assert_eq!(Integer::from_limbs(true, vec![0, 0x8000_0000]), Integer::Small(i64::MIN));
        assert!(matches!(Integer::from_limbs(false, vec![0, 0x8000_0000]), Integer::Big(_)));
    }

    #[test]
    fn limbs_come_back() {
        for value in [0, 1, -1, i64::MIN, i64::MAX, 1 << 40] {
            let (negative, limbs) = Integer::Small(value).to_limbs();
            assert_eq!(Integer::from_limbs(negative, limbs), Integer::Small(value));
        }
    }

    #[test]
    fn bits_are_those_of_the_magnitude() {
        assert_eq!(Integer::Small(0).bits(), 0);
        assert_eq!(Integer::Small(-1).bits(), 1);
        assert_eq!(Integer::Small(i64::MIN).bits(), 64);
        assert_eq!(Integer::parse("10000000000000000", 16).bits(), 65);
    }
}
