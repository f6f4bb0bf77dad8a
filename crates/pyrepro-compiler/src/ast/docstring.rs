//! Docstrings.

use super::{Ast, ExprKind, List, StmtId, StmtKind};
use crate::constant::{Const, Constants};
use crate::symbol::Symbol;

impl Ast {
    /// The string that a body starts with, as written.
    pub fn docstring(&self, body: List<StmtId>, constants: &Constants) -> Option<Symbol> {
        let &first = self[body].first()?;
        let StmtKind::Expr { value } = self[first].kind else {
            return None;
        };
        let ExprKind::Constant { value, .. } = self[value].kind else {
            return None;
        };
        match constants[value] {
            Const::Str(text) => Some(text),
            _ => None,
        }
    }
}
