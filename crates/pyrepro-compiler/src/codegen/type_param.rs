//! Type parameters, `type` statements, and values that are evaluated when somebody asks for them.

use crate::ast::{Context, ExprId, ExprKind, List, StmtId, TypeParam, TypeParamKind};
use crate::constant::ConstId;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::Symbol;
use crate::symtable::ScopeKey;

use super::emit::{intrinsic1, intrinsic2};
use super::function::attribute;
use super::scope::{Counts, Entry, UnitKind};
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    /// Starts the unit that holds the type parameters of a definition.
    pub(super) fn enter_type_parameters(
        &mut self,
        id: StmtId,
        name: Symbol,
        first_line: i32,
        private: Option<Symbol>,
        counts: Counts,
    ) -> Result<()> {
        let mut text = b"<generic parameters of ".to_vec();
        text.extend_from_slice(self.symbols.bytes(name));
        text.push(b'>');
        let name = self.symbols.intern_wtf8(&text);
        let scope = self.scope_of(ScopeKey::TypeParams(id))?;
        self.enter(Entry { kind: UnitKind::Annotations, scope, name, first_line, private, counts });
        Ok(())
    }

    /// Makes and binds type parameters, and leaves their tuple.
    pub(super) fn type_parameters(&mut self, list: List<TypeParam>) -> Result<()> {
        let ast = self.ast;
        let mut default_seen = false;
        for (id, param) in list.ids().zip(&ast[list]) {
            let at = param.span;
            self.load_str(param.name, at);
            match param.kind {
                TypeParamKind::TypeVar { bound: Some(bound) } => {
                    self.lazy_value(bound, param.name, ScopeKey::Bound(id), at)?;
                    // A tuple that was computed in the tree is no tuple any more, in CPython too.
                    let intrinsic = match ast[bound].kind {
                        ExprKind::Tuple { .. } => intrinsic2::TYPEVAR_WITH_CONSTRAINTS,
                        _ => intrinsic2::TYPEVAR_WITH_BOUND,
                    };
                    self.op_arg(Op::CallIntrinsic2, intrinsic, at);
                }
                TypeParamKind::TypeVar { bound: None } => {
                    self.op_arg(Op::CallIntrinsic1, intrinsic1::TYPEVAR, at);
                }
                TypeParamKind::ParamSpec => self.op_arg(Op::CallIntrinsic1, intrinsic1::PARAMSPEC, at),
                TypeParamKind::TypeVarTuple => self.op_arg(Op::CallIntrinsic1, intrinsic1::TYPEVARTUPLE, at),
            }
            if let Some(default) = param.default_value {
                default_seen = true;
                self.lazy_value(default, param.name, ScopeKey::Default(id), at)?;
                self.op_arg(Op::CallIntrinsic2, intrinsic2::SET_TYPEPARAM_DEFAULT, at);
            } else if default_seen {
                let name = self.symbols.lossy(param.name);
                let message = format!("non-default type parameter '{name}' follows default type parameter");
                return self.error(message, at);
            }
            self.op_arg(Op::Copy, 1, at);
            self.name(param.name, Context::Store, at)?;
        }
        if let Some(first) = ast[list].first() {
            self.op_arg(Op::BuildTuple, list.len() as u32, first.span);
        }
        Ok(())
    }

    /// A function that evaluates a bound or a default.
    fn lazy_value(&mut self, value: ExprId, name: Symbol, key: ScopeKey, parameter: Span) -> Result<()> {
        let at = if self.rules.bound_at_parameter { parameter } else { self.ast[value].span };
        let scope = self.scope_of(key)?;
        let attributes = if self.rules.annotation_scopes {
            self.load_format_default(at);
            self.enter_annotations(scope, name, at);
            attribute::DEFAULTS
        } else {
            self.enter(Entry {
                kind: UnitKind::Annotations,
                scope,
                name,
                first_line: self.ast[value].span.line,
                private: None,
                counts: Counts::default(),
            });
            0
        };
        self.possibly_starred(value, at)?;
        self.op(Op::ReturnValue, at);
        let finished = self.leave(true)?;
        self.make_function(&finished, attributes, at)
    }

    /// An expression, or `*Ts`, which stands for the only value of `Ts`.
    pub(super) fn possibly_starred(&mut self, value: ExprId, at: Span) -> Result<()> {
        match self.ast[value].kind {
            ExprKind::Starred { value, .. } => {
                self.expression(value)?;
                self.op_arg(Op::UnpackSequence, 1, at);
                Ok(())
            }
            _ => self.expression(value),
        }
    }

    pub(super) fn type_alias(
        &mut self,
        id: StmtId,
        name: ExprId,
        type_params: List<TypeParam>,
        value: ExprId,
    ) -> Result<()> {
        let at = self.ast[id].span;
        let ExprKind::Name { id: name, .. } = self.ast[name].kind else { return Ok(()) };
        if type_params.is_empty() {
            self.load_str(name, at);
            self.load_const(ConstId::NONE, at);
            self.type_alias_value(id, name, value)?;
        } else {
            self.null_of_generic_call(true, at);
            self.enter_type_parameters(id, name, at.line, None, Counts::default())?;
            self.load_str(name, at);
            self.type_parameters(type_params)?;
            self.type_alias_value(id, name, value)?;
            let finished = self.leave(false)?;
            self.make_function(&finished, 0, at)?;
            self.call_generic(at);
        }
        self.name(name, Context::Store, at)
    }

    fn type_alias_value(&mut self, id: StmtId, name: Symbol, value: ExprId) -> Result<()> {
        let at = self.ast[id].span;
        let scope = self.scope_of(ScopeKey::Stmt(id))?;
        let attributes = if self.rules.annotation_scopes {
            self.load_format_default(at);
            self.enter_annotations(scope, name, at);
            attribute::DEFAULTS
        } else {
            self.enter(Entry {
                kind: UnitKind::Function,
                scope,
                name,
                first_line: at.line,
                private: None,
                counts: Counts::default(),
            });
            self.constant(ConstId::NONE);
            0
        };
        self.expression(value)?;
        self.op(Op::ReturnValue, at);
        let finished = self.leave(false)?;
        self.make_function(&finished, attributes, at)?;
        self.op_arg(Op::BuildTuple, 3, at);
        self.op_arg(Op::CallIntrinsic1, intrinsic1::TYPEALIAS, at);
        Ok(())
    }
}
