//! When Python holds two constants for equal, which is more than being one constant: `1 == True == 1.0`.

use std::collections::HashSet;

use crate::constant::{Const, ConstId, Constants};
use crate::number::Integer;

/// Equal keys, equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A number of integral value, whatever its type.
    Integer(Integer),
    /// The bits of another real number.
    Real(u64),
    /// The bits of a number with an imaginary part.
    Complex(u64, u64),
    /// A tuple of such.
    Tuple(Vec<Key>),
    /// What equals itself only.
    Same(ConstId),
}

impl Key {
    /// The key of a constant.
    pub fn of(id: ConstId, constants: &Constants) -> Self {
        match &constants[id] {
            Const::True => Self::Integer(Integer::Small(1)),
            Const::False => Self::Integer(Integer::Small(0)),
            Const::Int(value) => Self::Integer(value.clone()),
            Const::Float(bits) => Self::real(f64::from_bits(*bits)).unwrap_or(Self::Same(id)),
            Const::Complex(real, imag) => {
                let (real, imag) = (f64::from_bits(*real), f64::from_bits(*imag));
                Self::complex(real, imag).unwrap_or(Self::Same(id))
            }
            Const::Tuple(items) => Self::Tuple(items.iter().map(|&item| Self::of(item, constants)).collect()),
            _ => Self::Same(id),
        }
    }

    fn complex(real: f64, imag: f64) -> Option<Self> {
        if imag == 0.0 {
            return Self::real(real);
        }
        // A zero of either sign is one zero.
        (!real.is_nan() && !imag.is_nan()).then(|| Self::Complex((real + 0.0).to_bits(), imag.to_bits()))
    }

    fn real(value: f64) -> Option<Self> {
        if value.is_nan() {
            return None;
        }
        Some(match integral(value) {
            Some(integer) => Self::Integer(integer),
            None => Self::Real(value.to_bits()),
        })
    }
}

/// The integer of this value, if there is one.
fn integral(value: f64) -> Option<Integer> {
    const MANTISSA: u32 = 52;
    if !value.is_finite() || value.fract() != 0.0 {
        return None;
    }
    if value.abs() < (1u64 << MANTISSA) as f64 {
        return Some(Integer::Small(value as i64));
    }
    let bits = value.to_bits();
    let shift = (bits >> MANTISSA & 0x7ff) as u32 - 1075;
    let mantissa = u128::from(bits & ((1 << MANTISSA) - 1) | 1 << MANTISSA) << (shift % 32);
    let mut limbs = vec![0; shift as usize / 32];
    limbs.extend((0..4).map(|limb| (mantissa >> (32 * limb)) as u32));
    Some(Integer::from_limbs(value < 0.0, limbs))
}

/// The set of some constants: of equal ones the first stays.
pub fn frozen_set(items: impl IntoIterator<Item = ConstId>, constants: &mut Constants) -> ConstId {
    let mut seen = HashSet::new();
    let mut distinct = Vec::new();
    for item in items {
        if seen.insert(Key::of(item, constants)) {
            distinct.push(item);
        }
    }
    constants.add(Const::FrozenSet(distinct.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_equal_across_types_and_the_first_stays() {
        let mut constants = Constants::new();
        let one = constants.add_int(1);
        let real = constants.add(Const::float(1.0));
        let complex = constants.add(Const::Complex(1f64.to_bits(), 0));
        let half = constants.add(Const::float(0.5));
        let set = frozen_set([one, ConstId::TRUE, real, complex, half], &mut constants);
        assert_eq!(constants[set], Const::FrozenSet([one, half].into()));
        let big = constants.add(Const::float(2f64.powi(70)));
        let power = constants.add(Const::Int(Integer::from_limbs(false, vec![0, 0, 64])));
        assert_eq!(Key::of(big, &constants), Key::of(power, &constants));
        let left = constants.add(Const::Tuple([one].into()));
        let right = constants.add(Const::Tuple([ConstId::TRUE].into()));
        assert_eq!(Key::of(left, &constants), Key::of(right, &constants));
    }
}
