//! Statements.

use super::Collector;
use super::generics::Generic;
use crate::ast::{Arguments, ExceptHandler, ExprId, Id, List, StmtId, StmtKind, WithItem};
use crate::error::{Failure, Result};
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{BlockKind, ScopeKey, Uses};

/// `global` or `nonlocal`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Declaration {
    Global,
    Nonlocal,
}

impl Collector<'_> {
    pub(super) fn body(&mut self, body: List<StmtId>) -> Result<()> {
        let ast = self.ast;
        ast[body].iter().try_for_each(|&stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: StmtId) -> Result<()> {
        self.sink()?;
        self.simple(stmt)?;
        self.rise();
        Ok(())
    }

    /// Statements without a body; the others go on to [`Self::compound`].
    fn simple(&mut self, stmt: StmtId) -> Result<()> {
        let span = self.ast[stmt].span;
        match self.ast[stmt].kind {
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_assignment(span, target, annotation, value, simple)
            }
            StmtKind::Return { value } => {
                self.optional(value)?;
                self.scope_mut().returns_value |= value.is_some();
                Ok(())
            }
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Raise { exc, cause } => {
                self.optional(exc)?;
                self.optional(cause)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.optional(msg)
            }
            StmtKind::Import { .. } | StmtKind::ImportFrom { .. } => self.import(stmt),
            StmtKind::Global { names } => self.declare(names, Declaration::Global, span),
            StmtKind::Nonlocal { names } => self.declare(names, Declaration::Nonlocal, span),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
            StmtKind::TypeAlias { .. } => self.type_alias(stmt),
            _ => self.compound(stmt, span),
        }
    }

    fn compound(&mut self, stmt: StmtId, span: Span) -> Result<()> {
        match self.ast[stmt].kind {
            StmtKind::FunctionDef(_) => self.function(stmt, false),
            StmtKind::AsyncFunctionDef(_) => self.function(stmt, true),
            StmtKind::ClassDef(_) => self.class(stmt),
            StmtKind::If { .. } => self.if_chain(stmt),
            StmtKind::For { target, iter, body, orelse } => self.for_loop(target, iter, body, orelse),
            StmtKind::AsyncFor { target, iter, body, orelse } => {
                self.check_coroutine("'async for' outside async function", span)?;
                self.for_loop(target, iter, body, orelse)
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(|this| {
                    this.body(body)?;
                    this.body(orelse)
                })
            }
            StmtKind::With { items, body } => self.with(items, body),
            StmtKind::AsyncWith { items, body } => {
                self.check_coroutine("'async with' outside async function", span)?;
                self.with(items, body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                self.conditional(|this| this.cases(cases))
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.try_block(body, handlers, [orelse, finalbody])
            }
            _ => Ok(()),
        }
    }

    /// An `if` with all of its `elif`s: real code has hundreds of them, each nested in the last.
    fn if_chain(&mut self, mut stmt: StmtId) -> Result<()> {
        let ast = self.ast;
        let around = self.note().in_conditional;
        while let StmtKind::If { test, body, orelse } = ast[stmt].kind {
            self.expr(test)?;
            self.note().in_conditional = true;
            self.body(body)?;
            match ast[orelse] {
                [only] if matches!(ast[only].kind, StmtKind::If { .. }) => stmt = only,
                _ => {
                    self.body(orelse)?;
                    break;
                }
            }
        }
        self.note().in_conditional = around;
        Ok(())
    }

    fn conditional(&mut self, visit: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let around = std::mem::replace(&mut self.note().in_conditional, true);
        visit(self)?;
        self.note().in_conditional = around;
        Ok(())
    }

    fn for_loop(
        &mut self,
        target: ExprId,
        iter: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
    ) -> Result<()> {
        self.expr(target)?;
        self.expr(iter)?;
        self.conditional(|this| {
            this.body(body)?;
            this.body(orelse)
        })
    }

    fn with(&mut self, items: List<WithItem>, body: List<StmtId>) -> Result<()> {
        let ast = self.ast;
        self.conditional(|this| {
            for item in &ast[items] {
                this.expr(item.context_expr)?;
                this.optional(item.optional_vars)?;
            }
            this.body(body)
        })
    }

    fn try_block(
        &mut self,
        body: List<StmtId>,
        handlers: List<ExceptHandler>,
        rest: [List<StmtId>; 2],
    ) -> Result<()> {
        let ast = self.ast;
        let around = std::mem::replace(&mut self.note().in_try, true);
        self.conditional(|this| {
            this.body(body)?;
            let [orelse, finalbody] = rest;
            if this.rules.else_before_handlers {
                this.body(orelse)?;
            }
            for handler in &ast[handlers] {
                this.optional(handler.exception)?;
                if let Some(name) = handler.name {
                    this.define(name, Uses::LOCAL, handler.span)?;
                }
                this.body(handler.body)?;
            }
            if !this.rules.else_before_handlers {
                this.body(orelse)?;
            }
            this.body(finalbody)
        })?;
        self.note().in_try = around;
        Ok(())
    }

    fn check_coroutine(&self, message: &'static str, span: Span) -> Result<()> {
        if self.rules.checks_in_symbol_table && !self.scope().coroutine {
            return Err(Failure::syntax(message, span));
        }
        Ok(())
    }

    fn function(&mut self, stmt: StmtId, is_async: bool) -> Result<()> {
        let ast = self.ast;
        let (StmtKind::FunctionDef(id) | StmtKind::AsyncFunctionDef(id)) = ast[stmt].kind else {
            return Ok(());
        };
        let (function, span) = (&ast[id], ast[stmt].span);
        self.define(function.name, Uses::LOCAL, span)?;
        let args = &ast[function.args];
        self.defaults(args)?;
        self.exprs(function.decorator_list)?;
        let is_generic = !function.type_params.is_empty();
        if is_generic {
            let has_keyword_defaults = ast[args.kw_defaults].iter().any(Option::is_some);
            let generic = Generic::Function { has_keyword_defaults };
            self.enter_type_params(stmt, function.name, generic)?;
            self.type_params(function.type_params)?;
        }
        let key = Some(ScopeKey::Stmt(stmt));
        let made = self.make(function.name, BlockKind::Function, key, span);
        self.table[made].has_docstring = ast.docstring(function.body, self.constants).is_some();
        self.function_annotations(stmt, function.args, function.returns)?;
        self.enter_made(made, true);
        self.scope_mut().coroutine = is_async;
        self.parameters(function.args)?;
        self.body(function.body)?;
        self.leave();
        if is_generic {
            self.leave();
        }
        Ok(())
    }

    /// Default values are evaluated around the function.
    pub(super) fn defaults(&mut self, args: &Arguments) -> Result<()> {
        let ast = self.ast;
        self.exprs(args.defaults)?;
        ast[args.kw_defaults].iter().try_for_each(|&default| self.optional(default))
    }

    pub(super) fn parameters(&mut self, args: Id<Arguments>) -> Result<()> {
        let ast = self.ast;
        let args = &ast[args];
        for list in [args.posonlyargs, args.args, args.kwonlyargs] {
            for arg in &ast[list] {
                self.define(arg.name, Uses::PARAM, arg.span)?;
            }
        }
        if let Some(arg) = args.vararg {
            self.define(ast[arg].name, Uses::PARAM, ast[arg].span)?;
            self.scope_mut().varargs = true;
        }
        if let Some(arg) = args.kwarg {
            self.define(ast[arg].name, Uses::PARAM, ast[arg].span)?;
            self.scope_mut().varkeywords = true;
        }
        Ok(())
    }

    fn class(&mut self, stmt: StmtId) -> Result<()> {
        let ast = self.ast;
        let StmtKind::ClassDef(id) = ast[stmt].kind else {
            return Ok(());
        };
        let (class, span) = (&ast[id], ast[stmt].span);
        self.define(class.name, Uses::LOCAL, span)?;
        self.exprs(class.decorator_list)?;
        let mut private = self.private;
        let is_generic = !class.type_params.is_empty();
        if is_generic {
            self.enter_type_params(stmt, class.name, Generic::Class)?;
            self.private = Some(class.name);
            if self.rules.generic_class_mangles_all {
                private = self.private;
            }
            self.mangle_only_type_parameters();
            self.type_params(class.type_params)?;
        }
        self.exprs(class.bases)?;
        self.keywords(class.keywords)?;
        self.enter(class.name, BlockKind::Class, Some(ScopeKey::Stmt(stmt)), span)?;
        self.private = Some(class.name);
        if is_generic {
            self.define(names::DUNDER_TYPE_PARAMS, Uses::LOCAL, span)?;
            self.define(names::DOT_TYPE_PARAMS, Uses::USE, span)?;
        }
        self.scope_mut().has_docstring = ast.docstring(class.body, self.constants).is_some();
        self.body(class.body)?;
        self.leave();
        if is_generic {
            self.leave();
        }
        self.private = private;
        Ok(())
    }

    fn declare(&mut self, list: List<Symbol>, declaration: Declaration, span: Span) -> Result<()> {
        let ast = self.ast;
        let current = self.current();
        for &name in &ast[list] {
            let known = self.known(current, name);
            if let Some((before, after)) = conflict(known, declaration) {
                return Err(self.refuse(before, name, after, span));
            }
            let uses = match declaration {
                Declaration::Global => Uses::GLOBAL,
                Declaration::Nonlocal => Uses::NONLOCAL,
            };
            self.define(name, uses, span)?;
            self.direct(name, span);
        }
        Ok(())
    }
}

/// What is wrong with declaring a name of which the block has said something already: the message
/// around the name.
fn conflict(known: Uses, declaration: Declaration) -> Option<(&'static str, &'static str)> {
    let global = declaration == Declaration::Global;
    let pick = |for_global, for_nonlocal| if global { for_global } else { for_nonlocal };
    if known.any(Uses::PARAM) {
        Some(("name '", pick("' is parameter and global", "' is parameter and nonlocal")))
    } else if known.any(Uses::USE) {
        Some((
            "name '",
            pick("' is used prior to global declaration", "' is used prior to nonlocal declaration"),
        ))
    } else if known.any(Uses::ANNOTATED) {
        Some(("annotated name '", pick("' can't be global", "' can't be nonlocal")))
    } else if known.any(Uses::LOCAL) {
        Some((
            "name '",
            pick(
                "' is assigned to before global declaration",
                "' is assigned to before nonlocal declaration",
            ),
        ))
    } else {
        None
    }
}
