//! Which constants are equal, for sets.

use super::number;
use crate::constant::{Const, ConstId, Constants};

/// The frozenset of some constants: of equal ones the first stays.
pub fn frozenset(items: Vec<ConstId>, constants: &mut Constants) -> ConstId {
    let mut kept: Vec<ConstId> = Vec::with_capacity(items.len());
    for item in items {
        if !contains(&kept, item, constants) {
            kept.push(item);
        }
    }
    constants.add(Const::FrozenSet(kept.into()))
}

fn contains(kept: &[ConstId], item: ConstId, constants: &Constants) -> bool {
    // Only numbers, and what holds them, are equal without being the same constant.
    match &constants[item] {
        Const::Str(_) | Const::Bytes(_) | Const::None | Const::Ellipsis => kept.contains(&item),
        _ => kept.iter().any(|&kept| equal(kept, item, constants)),
    }
}

/// Whether two constants are the same or equal.
fn equal(left: ConstId, right: ConstId, constants: &Constants) -> bool {
    if left == right {
        return true;
    }
    match (&constants[left], &constants[right]) {
        (Const::Tuple(left), Const::Tuple(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(&left, &right)| equal(left, right, constants))
        }
        (Const::FrozenSet(left), Const::FrozenSet(right)) => {
            left.len() == right.len() && left.iter().all(|&item| contains(right, item, constants))
        }
        (left, right) => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.equals(&right),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_elements_stays() {
        let mut constants = Constants::new();
        let one = constants.add_int(1);
        let float = constants.add(Const::float(1.0));
        let complex = constants.add(Const::Complex(1f64.to_bits(), 0));
        let half = constants.add(Const::float(1.5));
        let set = frozenset(vec![one, ConstId::TRUE, half, float, complex], &mut constants);
        assert_eq!(constants[set], Const::FrozenSet([one, half].into()));
        let (left, right) = (Const::Tuple([one].into()), Const::Tuple([float].into()));
        let (left, right) = (constants.add(left), constants.add(right));
        let set = frozenset(vec![left, right], &mut constants);
        assert_eq!(constants[set], Const::FrozenSet([left].into()));
    }
}
