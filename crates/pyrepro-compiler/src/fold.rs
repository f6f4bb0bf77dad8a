//! Computing constants from constants.

use crate::constant::{Const, ConstId, Constants};
use crate::rules::Rules;
use crate::symbol::Symbols;

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

/// The value of an operation with two operands, if it is one that is computed; `operator` is the argument of
/// `BINARY_OP`.
pub fn binary(
    _operator: u32,
    _left: ConstId,
    _right: ConstId,
    _constants: &mut Constants,
    _symbols: &mut Symbols,
    _rules: &Rules,
) -> Option<ConstId> {
    None
}

/// The value of an operation with one operand, if it is one that is computed.
pub fn unary(
    _operator: Unary,
    _operand: ConstId,
    _constants: &mut Constants,
    _symbols: &mut Symbols,
    _rules: &Rules,
) -> Option<ConstId> {
    None
}

/// The frozenset of some constants: of equal ones the first stays.
pub fn frozenset(items: Vec<ConstId>, constants: &mut Constants) -> ConstId {
    let mut kept: Vec<ConstId> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    constants.add(Const::FrozenSet(kept.into()))
}
