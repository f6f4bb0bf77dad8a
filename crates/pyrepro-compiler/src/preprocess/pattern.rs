//! Negative and complex numbers in patterns, where the rest is folded in the graph.

use super::Pass;
use super::fold::number;
use crate::ast::{Expr, ExprId, ExprKind, Operator, Pattern, PatternKind, Stored, UnaryOp};
use crate::error::Result;
use crate::fold::{self, Unary};
use crate::symbol::names;

impl Pass<'_> {
    pub(super) fn fold_patterns(&mut self) -> Result<()> {
        self.pattern_values().into_iter().try_for_each(|value| self.fold_literal(value))
    }

    /// `__debug__.x` is looked up in a pattern, and is no constant there.
    pub(super) fn keep_names_in_patterns(&mut self) {
        for mut value in self.pattern_values() {
            while let ExprKind::Attribute { value: object, .. } = self.ast[value].kind {
                value = object;
            }
            if let ExprKind::Name { id: names::DEBUG, .. } = self.ast[value].kind {
                self.untouched.mark(value, self.ast.count::<Expr>());
            }
        }
    }

    fn pattern_values(&self) -> Vec<ExprId> {
        let mut values: Vec<ExprId> = Vec::new();
        for pattern in Pattern::all(self.ast) {
            match pattern.kind {
                PatternKind::MatchValue { value } => values.push(value),
                PatternKind::MatchMapping { keys, .. } => values.extend(&self.ast[keys]),
                _ => {}
            }
        }
        values
    }

    /// `-1`, `1+2j` and `-1-2j`. The grammar allows no deeper ones.
    fn fold_literal(&mut self, id: ExprId) -> Result<()> {
        match self.ast[id].kind {
            ExprKind::UnaryOp { op, operand } => {
                let op = match op {
                    UnaryOp::USub => Unary::Negative,
                    UnaryOp::UAdd => Unary::Positive,
                    UnaryOp::Invert | UnaryOp::Not => return Ok(()),
                };
                if let Some(value) = self.constant(operand) {
                    let value = fold::unary(op, value, self.fold.constants)?;
                    self.replace(id, value);
                }
            }
            ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } => {
                self.fold_literal(left)?;
                self.fold_literal(right)?;
                if let (Some(left), Some(right)) = (self.constant(left), self.constant(right)) {
                    let value = self.compute(number(op), left, right)?;
                    self.replace(id, value);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
