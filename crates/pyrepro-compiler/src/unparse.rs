//! Annotations as text: to come.

use crate::ast::{Ast, ExprId};
use crate::constant::Constants;
use crate::error::{Handover, Result};
use crate::rules::Rules;
use crate::symbol::Symbols;

/// The text of an annotation, in WTF-8.
pub fn unparse(_: &Ast, _: &Symbols, _: &Constants, _: &Rules, _: ExprId) -> Result<Vec<u8>> {
    Err(Handover::Unsupported("annotations as text").into())
}
