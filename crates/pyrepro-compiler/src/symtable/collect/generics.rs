//! Type parameters and `type` statements (PEP 695 and 696).

use super::Collector;
use crate::ast::{ExprId, ExprKind, Id, List, StmtId, StmtKind, TypeParam, TypeParamKind};
use crate::error::Result;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{BlockKind, ScopeKey, Uses};

/// What the type parameters belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Generic {
    Function { has_keyword_defaults: bool },
    Class,
    Alias,
}

impl Collector<'_> {
    /// Enters the block of the type parameters of `owner`.
    pub(super) fn enter_type_params(&mut self, owner: StmtId, name: Symbol, generic: Generic) -> Result<()> {
        let span = self.ast[owner].span;
        let in_class = self.scope().kind == BlockKind::Class;
        let key = Some(ScopeKey::TypeParams(owner));
        self.enter(name, BlockKind::TypeParameters, key, span)?;
        if in_class {
            self.see_class(span)?;
        }
        match generic {
            Generic::Class => {
                for name in [names::DOT_TYPE_PARAMS, names::DOT_GENERIC_BASE] {
                    self.define(name, Uses::LOCAL, span)?;
                    self.define(name, Uses::USE, span)?;
                }
            }
            Generic::Function { has_keyword_defaults } => {
                // CPython notes positional defaults whether there are any or not.
                self.define(names::DOT_DEFAULTS, Uses::PARAM, span)?;
                if has_keyword_defaults {
                    self.define(names::DOT_KWDEFAULTS, Uses::PARAM, span)?;
                }
            }
            Generic::Alias => {}
        }
        Ok(())
    }

    /// The current block looks names up in the class around it.
    pub(super) fn see_class(&mut self, span: Span) -> Result<()> {
        self.scope_mut().can_see_class_scope = true;
        self.define(names::DUNDER_CLASSDICT, Uses::USE, span)
    }

    pub(super) fn type_params(&mut self, params: List<TypeParam>) -> Result<()> {
        params.ids().try_for_each(|param| self.type_param(param))
    }

    fn type_param(&mut self, id: Id<TypeParam>) -> Result<()> {
        let param = self.ast[id];
        self.define(param.name, Uses::TYPE_PARAM.with(Uses::LOCAL), param.span)?;
        let default_part = match param.kind {
            TypeParamKind::TypeVar { bound } => {
                let part = match bound.map(|bound| self.ast[bound].kind) {
                    Some(ExprKind::Tuple { .. }) if self.rules.constraints_are_named => {
                        "a TypeVar constraint"
                    }
                    _ => "a TypeVar bound",
                };
                self.type_variable(param, bound, ScopeKey::Bound(id), part)?;
                "a TypeVar default"
            }
            TypeParamKind::TypeVarTuple => "a TypeVarTuple default",
            TypeParamKind::ParamSpec => "a ParamSpec default",
        };
        self.type_variable(param, param.default_value, ScopeKey::Default(id), default_part)
    }

    fn type_variable(
        &mut self,
        param: TypeParam,
        value: Option<ExprId>,
        key: ScopeKey,
        part: &'static str,
    ) -> Result<()> {
        if param.name == names::DUNDER_CLASSDICT && self.rules.classdict_is_no_type_parameter {
            let after = "' cannot be used for type parameter";
            return Err(self.refuse("reserved name '", param.name, after, param.span));
        }
        let Some(value) = value else {
            return Ok(());
        };
        let in_class = self.scope().can_see_class_scope;
        let span = self.ast[value].span;
        self.enter(param.name, BlockKind::TypeVariable, Some(key), span)?;
        if in_class {
            self.see_class(span)?;
        }
        self.note().part = Some(part);
        self.expr(value)?;
        self.leave();
        Ok(())
    }

    pub(super) fn type_alias(&mut self, stmt: StmtId) -> Result<()> {
        let StmtKind::TypeAlias { name, type_params, value } = self.ast[stmt].kind else {
            return Ok(());
        };
        self.expr(name)?;
        let ExprKind::Name { id: name, .. } = self.ast[name].kind else {
            return Ok(());
        };
        let in_class = self.scope().kind == BlockKind::Class;
        if !type_params.is_empty() {
            self.enter_type_params(stmt, name, Generic::Alias)?;
            self.type_params(type_params)?;
        }
        let key = Some(ScopeKey::Stmt(stmt));
        self.enter(name, BlockKind::TypeAlias, key, self.ast[stmt].span)?;
        if in_class {
            self.see_class(self.ast[value].span)?;
        }
        self.expr(value)?;
        self.leave();
        if !type_params.is_empty() {
            self.leave();
        }
        Ok(())
    }
}
