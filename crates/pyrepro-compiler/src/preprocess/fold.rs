//! Expressions of constants.

use super::Pass;
use crate::ast::{
    CmpOp, Comprehension, Context, Expr, ExprId, ExprKind, List, Operator, Stmt, StmtKind, Stored, UnaryOp,
};
use crate::constant::{Const, ConstId};
use crate::equality::frozen_set;
use crate::error::{Result, Warning, WarningCategory};
use crate::fold::{self, SUBSCRIPT, Unary};
use crate::symbol::names;

impl Pass<'_> {
    /// Folds every expression of the arena, operands before operators.
    pub(super) fn fold_expressions(&mut self) -> Result<()> {
        let all = self.ast.count::<Expr>();
        for id in List::<Expr>::first(all).ids() {
            let kind = self.ast[id].kind;
            if !matches!(
                kind,
                ExprKind::BinOp { .. }
                    | ExprKind::UnaryOp { .. }
                    | ExprKind::Subscript { .. }
                    | ExprKind::Tuple { .. }
                    | ExprKind::Name { id: names::DEBUG, .. }
                    | ExprKind::Compare { .. }
            ) || self.untouched.contains(id)
            {
                continue;
            }
            if self.fold.rules.fold_in_tree {
                self.fold_expression(id, kind)?
            } else {
                self.rewrite(id, kind)
            }
        }
        Ok(())
    }

    /// What releases do that fold the rest in the graph.
    fn rewrite(&mut self, id: ExprId, kind: ExprKind) {
        match kind {
            ExprKind::BinOp { left, op: Operator::Mod, right } => self.format(id, left, right),
            ExprKind::Name { ctx: Context::Load, .. } => self.fold_debug(id, kind),
            _ => {}
        }
    }

    fn fold_expression(&mut self, id: ExprId, kind: ExprKind) -> Result<()> {
        match kind {
            ExprKind::BinOp { left, op, right } => return self.fold_binary(id, left, op, right),
            ExprKind::UnaryOp { op, operand } => return self.fold_unary(id, op, operand),
            ExprKind::Subscript { value, slice, ctx: Context::Load } => {
                if let (Some(left), Some(right)) = (self.constant(value), self.constant(slice)) {
                    let value = self.compute(SUBSCRIPT, left, right)?;
                    self.replace(id, value);
                }
            }
            ExprKind::Tuple { elts, ctx: Context::Load } => {
                let tuple = self.constants(elts).map(|items| self.tuple(items));
                self.replace(id, tuple);
            }
            ExprKind::Compare { ops, comparators, .. } => {
                if let (Some(CmpOp::In | CmpOp::NotIn), Some(&last)) =
                    (self.ast[ops].last(), self.ast[comparators].last())
                {
                    self.fold_iterable(last);
                }
            }
            _ => self.fold_debug(id, kind),
        }
        Ok(())
    }

    /// The warning comes from the arithmetic itself, which knows of no source.
    fn warn_of_inverted_bool(&mut self) {
        if let Some(message) = self.fold.rules.inverted_bool_warning {
            let category = WarningCategory::Deprecation;
            self.warnings.push(Warning { category, message: message.into(), line: 0 });
        }
    }

    fn fold_debug(&mut self, id: ExprId, kind: ExprKind) {
        if let ExprKind::Name { id: names::DEBUG, ctx: Context::Load } = kind {
            let debug = if self.level == 0 { ConstId::TRUE } else { ConstId::FALSE };
            self.replace(id, Some(debug));
        }
    }

    fn fold_binary(&mut self, id: ExprId, left: ExprId, op: Operator, right: ExprId) -> Result<()> {
        if op == Operator::Mod && matches!(self.ast[right].kind, ExprKind::Tuple { .. }) {
            self.format(id, left, right);
            return Ok(());
        }
        if let (Some(left), Some(right)) = (self.constant(left), self.constant(right)) {
            let value = self.compute(number(op), left, right)?;
            self.replace(id, value);
        }
        Ok(())
    }

    fn fold_unary(&mut self, id: ExprId, op: UnaryOp, operand: ExprId) -> Result<()> {
        if let Some(value) = self.constant(operand) {
            let op = match op {
                UnaryOp::Invert => Unary::Invert,
                UnaryOp::Not => Unary::Not,
                UnaryOp::UAdd => Unary::Positive,
                UnaryOp::USub => Unary::Negative,
            };
            if op == Unary::Invert && matches!(value, ConstId::TRUE | ConstId::FALSE) {
                self.warn_of_inverted_bool();
            }
            let value = fold::unary(op, value, self.fold.constants)?;
            self.replace(id, value);
            return Ok(());
        }
        if let (UnaryOp::Not, ExprKind::Compare { ops, .. }) = (op, self.ast[operand].kind)
            && let [op] = self.ast[ops]
            && let Some(opposite) = opposite(op)
        {
            self.ast[ops][0] = opposite;
            // The comparison comes with its place.
            self.ast[id] = self.ast[operand];
        }
        Ok(())
    }

    /// What loops go through.
    pub(super) fn fold_iterated(&mut self) {
        let loops = Stmt::all(self.ast).iter().filter_map(|stmt| match stmt.kind {
            StmtKind::For { iter, .. } => Some(iter),
            _ => None,
        });
        let iterables: Vec<ExprId> =
            loops.chain(Comprehension::all(self.ast).iter().map(|one| one.iter)).collect();
        for iterable in iterables {
            if !self.untouched.contains(iterable) {
                self.fold_iterable(iterable);
            }
        }
    }

    /// A list that is only looked through is a tuple, and a set of constants a frozenset.
    fn fold_iterable(&mut self, id: ExprId) {
        match self.ast[id].kind {
            ExprKind::List { elts, ctx } if !self.has_starred(elts) => {
                self.ast[id].kind = ExprKind::Tuple { elts, ctx };
                let tuple = self.constants(elts).map(|items| self.tuple(items));
                self.replace(id, tuple);
            }
            ExprKind::Set { elts } => {
                let set = self.constants(elts).map(|items| frozen_set(items, self.fold.constants));
                self.replace(id, set);
            }
            _ => {}
        }
    }

    pub(super) fn has_starred(&self, elts: List<ExprId>) -> bool {
        self.ast[elts].iter().any(|&elt| matches!(self.ast[elt].kind, ExprKind::Starred { .. }))
    }

    pub(super) fn constant(&self, id: ExprId) -> Option<ConstId> {
        match self.ast[id].kind {
            ExprKind::Constant { value, .. } => Some(value),
            _ => None,
        }
    }

    fn constants(&self, elts: List<ExprId>) -> Option<Vec<ConstId>> {
        self.ast[elts].iter().map(|&elt| self.constant(elt)).collect()
    }

    fn tuple(&mut self, items: Vec<ConstId>) -> ConstId {
        self.fold.constants.add(Const::Tuple(items.into()))
    }

    pub(super) fn compute(&mut self, operator: u32, left: ConstId, right: ConstId) -> fold::Folded {
        self.fold.binary(operator, left, right)
    }

    /// Puts a constant in the place of an expression, if there is one.
    pub(super) fn replace(&mut self, id: ExprId, value: Option<ConstId>) {
        if let Some(value) = value {
            self.ast[id].kind = ExprKind::Constant { value, unicode: false };
        }
    }
}

fn opposite(op: CmpOp) -> Option<CmpOp> {
    match op {
        CmpOp::Is => Some(CmpOp::IsNot),
        CmpOp::IsNot => Some(CmpOp::Is),
        CmpOp::In => Some(CmpOp::NotIn),
        CmpOp::NotIn => Some(CmpOp::In),
        _ => None,
    }
}

/// The argument of `BINARY_OP`.
pub(super) const fn number(op: Operator) -> u32 {
    match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}
