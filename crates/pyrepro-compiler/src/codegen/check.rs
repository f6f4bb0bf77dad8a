//! Warnings about code that cannot mean what it says, and errors about repeated keywords.

use std::collections::HashMap;

use crate::ast::{CmpOp, Context, ExprId, ExprKind, Keyword, List};
use crate::constant::Const;
use crate::error::Result;
use crate::symbol::Symbol;

use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    /// `is` with a literal.
    pub(super) fn check_compare(&mut self, id: ExprId) {
        let ast = self.ast;
        let ExprKind::Compare { left, ops, comparators } = ast[id].kind else { return };
        let mut left = left;
        for (&operator, &right) in ast[ops].iter().zip(&ast[comparators]) {
            let literal = [left, right].into_iter().find(|&side| self.is_literal(side));
            let advice = match operator {
                CmpOp::Is => Some(("is", "==")),
                CmpOp::IsNot => Some(("is not", "!=")),
                _ => None,
            };
            if let (Some((written, meant)), Some(literal)) = (advice, literal) {
                let literal = match self.type_name(literal) {
                    Some(name) if self.rules.literal_type_is_named => format!("'{name}' literal"),
                    _ => "a literal".to_owned(),
                };
                let message = format!("\"{written}\" with {literal}. Did you mean \"{meant}\"?");
                self.warn(message, ast[id].span);
                return;
            }
            left = right;
        }
    }

    /// A constant that is not one of the few that exist once.
    fn is_literal(&self, id: ExprId) -> bool {
        match self.ast[id].kind {
            ExprKind::Constant { value, .. } => {
                !matches!(self.constants[value], Const::None | Const::True | Const::False | Const::Ellipsis)
            }
            ExprKind::Tuple { elts, .. } => self.ast[elts]
                .iter()
                .all(|&element| matches!(self.ast[element].kind, ExprKind::Constant { .. })),
            _ => false,
        }
    }

    /// The type that an expression surely has.
    fn type_name(&self, id: ExprId) -> Option<&'static str> {
        Some(match self.ast[id].kind {
            ExprKind::Tuple { .. } => "tuple",
            ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
            ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
            ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
            ExprKind::GeneratorExp { .. } => "generator",
            ExprKind::Lambda { .. } => "function",
            ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
            ExprKind::TemplateStr { .. } | ExprKind::Interpolation { .. } => "string.templatelib.Template",
            ExprKind::Constant { value, .. } => match self.constants[value] {
                Const::None => "NoneType",
                Const::True | Const::False => "bool",
                Const::Ellipsis => "ellipsis",
                Const::Int(_) => "int",
                Const::Float(_) => "float",
                Const::Complex(..) => "complex",
                Const::Str(_) => "str",
                Const::Bytes(_) => "bytes",
                Const::Tuple(_) => "tuple",
                Const::FrozenSet(_) => "frozenset",
                Const::Slice(_) => "slice",
                Const::Code(_) => "code",
            },
            _ => return None,
        })
    }

    pub(super) fn check_called(&mut self, func: ExprId) {
        if matches!(self.ast[func].kind, ExprKind::Lambda { .. }) {
            return;
        }
        if let Some(name) = self.type_name(func) {
            let message = format!("'{name}' object is not callable; perhaps you missed a comma?");
            self.warn(message, self.ast[func].span);
        }
    }

    pub(super) fn check_subscripted(&mut self, value: ExprId) {
        let refused = match self.ast[value].kind {
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::TemplateStr { .. }
            | ExprKind::Interpolation { .. }
            | ExprKind::Lambda { .. } => true,
            ExprKind::Constant { value, .. } => !matches!(
                self.constants[value],
                Const::Str(_) | Const::Bytes(_) | Const::Tuple(_) | Const::Slice(_) | Const::Code(_)
            ),
            _ => false,
        };
        if refused && let Some(name) = self.type_name(value) {
            let message = format!("'{name}' object is not subscriptable; perhaps you missed a comma?");
            self.warn(message, self.ast[value].span);
        }
    }

    pub(super) fn check_index(&mut self, value: ExprId, index: ExprId) {
        let is_sequence = match self.ast[value].kind {
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            ExprKind::Constant { value, .. } => {
                matches!(self.constants[value], Const::Str(_) | Const::Bytes(_) | Const::Tuple(_))
            }
            _ => false,
        };
        let wrong = self.type_name(index).filter(|name| !matches!(*name, "int" | "bool" | "slice"));
        if let (true, Some(wrong), Some(name)) = (is_sequence, wrong, self.type_name(value)) {
            let message = format!(
                "{name} indices must be integers or slices, not {wrong}; perhaps you missed a comma?"
            );
            self.warn(message, self.ast[value].span);
        }
    }

    /// Refuses a keyword that comes twice.
    pub(super) fn check_keywords(&self, keywords: List<Keyword>) -> Result<()> {
        let keywords = &self.ast[keywords];
        let repeated = repetitions(keywords.iter().map(|keyword| keyword.arg));
        for (place, keyword) in keywords.iter().enumerate() {
            let Some(name) = keyword.arg else { continue };
            self.refuse_debug(name, Context::Store, keyword.span)?;
            if let Some(&again) = repeated.get(&place) {
                let name = self.symbols.lossy(name);
                return self.error(format!("keyword argument repeated: {name}"), keywords[again].span);
            }
        }
        Ok(())
    }
}

/// For each name that comes again: its first place, and its second.
pub(super) fn repetitions(names: impl ExactSizeIterator<Item = Option<Symbol>>) -> HashMap<usize, usize> {
    let mut repeated = HashMap::new();
    if names.len() < 2 {
        return repeated;
    }
    let mut first: HashMap<Symbol, usize> = HashMap::with_capacity(names.len());
    for (place, name) in names.enumerate() {
        let Some(name) = name else { continue };
        if let Some(&known) = first.get(&name) {
            repeated.entry(known).or_insert(place);
        } else {
            first.insert(name, place);
        }
    }
    repeated
}
