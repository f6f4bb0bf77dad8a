//! Integers of any size.

/// An integer; `Big` only where an `i64` does not do, so that equal numbers are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Integer {
    /// What fits.
    Small(i64),
    /// What does not.
    Big(Box<Big>),
}

/// Sign and magnitude.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Big {
    negative: bool,
    /// The magnitude, the lowest 32 bits first; the last limb is not zero.
    limbs: Vec<u32>,
}

impl Integer {
    /// The integer with this sign and magnitude, the lowest 32 bits first.
    pub fn from_limbs(negative: bool, mut limbs: Vec<u32>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        if limbs.len() <= 2 {
            let low = limbs.first().copied().unwrap_or(0);
            let high = limbs.get(1).copied().unwrap_or(0);
            let magnitude = i128::from(high) << 32 | i128::from(low);
            let value = if negative { -magnitude } else { magnitude };
            if let Ok(small) = i64::try_from(value) {
                return Self::Small(small);
            }
        }
        Self::Big(Box::new(Big { negative, limbs }))
    }

    /// Sign and magnitude, the lowest 32 bits first and none of them for zero.
    pub fn to_limbs(&self) -> (bool, Vec<u32>) {
        match self {
            Self::Small(value) => {
                let magnitude = value.unsigned_abs();
                let mut limbs = vec![magnitude as u32, (magnitude >> 32) as u32];
                while limbs.last() == Some(&0) {
                    limbs.pop();
                }
                (*value < 0, limbs)
            }
            Self::Big(big) => (big.negative, big.limbs.clone()),
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
}
