//! Annotations of variables and functions: evaluated at once, or from 3.14 on when somebody asks for them.

use crate::ast::{Arg, Arguments, CmpOp, Context, ExprId, ExprKind, Function, List, StmtId, StmtKind};
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{ScopeId, ScopeKey};
use crate::unparse;

use super::emit::common;
use super::function::attribute;
use super::scope::{Counts, Entry, UnitKind};
use super::{Backend, Codegen};

/// The last format of annotations that their function gives itself.
const VALUE_WITH_FAKE_GLOBALS: usize = 2;

impl<B: Backend> Codegen<'_, B> {
    /// Makes `__annotations__`, where the body of a module or class fills it.
    pub(super) fn set_up_annotations(&mut self, body: List<StmtId>, at: Span) {
        let fills = if self.rules.annotation_scopes {
            self.future.annotations && self.table[self.unit.scope].annotations_used
        } else {
            self.has_annotations(body)
        };
        if fills {
            self.op(Op::SetupAnnotations, at);
        }
    }

    /// Whether an annotated variable stands in a body, or in blocks of its statements.
    fn has_annotations(&self, body: List<StmtId>) -> bool {
        let ast = self.ast;
        let mut rest = vec![body];
        while let Some(body) = rest.pop() {
            for &id in &ast[body] {
                match ast[id].kind {
                    StmtKind::AnnAssign { .. } => return true,
                    StmtKind::For { body, orelse, .. }
                    | StmtKind::AsyncFor { body, orelse, .. }
                    | StmtKind::While { body, orelse, .. }
                    | StmtKind::If { body, orelse, .. } => rest.extend([body, orelse]),
                    StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => rest.push(body),
                    StmtKind::Try { body, handlers, orelse, finalbody }
                    | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                        rest.extend([body, orelse, finalbody]);
                        rest.extend(ast[handlers].iter().map(|handler| handler.body));
                    }
                    StmtKind::Match { cases, .. } if self.rules.annotations_in_cases_count => {
                        rest.extend(ast[cases].iter().map(|case| case.body))
                    }
                    _ => {}
                }
            }
        }
        false
    }

    pub(super) fn annotated_assign(
        &mut self,
        id: StmtId,
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    ) -> Result<()> {
        let at = self.ast[id].span;
        if let Some(value) = value {
            self.expression(value)?;
            self.expression(target)?;
        }
        match self.ast[target].kind {
            ExprKind::Name { id: name, .. } => {
                self.refuse_debug(name, Context::Store, at)?;
                if simple && self.keeps_annotations() {
                    self.annotate_name(id, name, annotation, at)?;
                }
            }
            ExprKind::Attribute { value: object, attr, .. } => {
                self.refuse_debug(attr, Context::Store, at)?;
                if value.is_none() {
                    self.evaluate(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice, .. } if value.is_none() => {
                self.evaluate(object)?;
                self.evaluate_slice(slice)?;
            }
            _ => {}
        }
        let evaluates = !simple && !self.rules.annotation_scopes && !self.future.annotations;
        if evaluates && self.keeps_annotations() {
            self.evaluate(annotation)?;
        }
        Ok(())
    }

    fn keeps_annotations(&self) -> bool {
        matches!(self.unit.kind, UnitKind::Module | UnitKind::Class)
    }

    fn annotate_name(&mut self, id: StmtId, name: Symbol, annotation: ExprId, at: Span) -> Result<()> {
        if self.rules.annotation_scopes && !self.future.annotations {
            return self.defer_annotation(id, at);
        }
        if self.future.annotations {
            self.annotation_text(annotation)?;
        } else {
            self.expression(annotation)?;
        }
        self.op_name(Op::LoadName, names::DUNDER_ANNOTATIONS, at);
        let name = self.mangled(name);
        self.load_str(name, at);
        self.op(Op::StoreSubscr, at);
        Ok(())
    }

    /// Notes the annotation for the unit of annotations. One that may not be reached says when it is.
    fn defer_annotation(&mut self, id: StmtId, at: Span) -> Result<()> {
        if self.unit.kind != UnitKind::Module && self.unit.conditional == 0 {
            self.unit.deferred.push((id, None));
            return Ok(());
        }
        let number = self.unit.next_conditional;
        self.unit.next_conditional += 1;
        self.unit.deferred.push((id, Some(number)));
        if self.unit.kind == UnitKind::Class {
            let place = self.cell_place(names::DUNDER_CONDITIONAL_ANNOTATIONS)?;
            self.op_arg(Op::LoadDeref, place, at);
        } else {
            self.op_name(Op::LoadName, names::DUNDER_CONDITIONAL_ANNOTATIONS, at);
        }
        self.load_int(number as usize, at);
        self.op_arg(Op::SetAdd, 1, at);
        self.op(Op::PopTop, at);
        Ok(())
    }

    /// The source of an annotation, under the future import.
    fn annotation_text(&mut self, annotation: ExprId) -> Result<()> {
        let text = unparse::unparse(self.ast, self.symbols, self.constants, self.rules, annotation)?;
        let text = self.symbols.intern_wtf8(&text);
        self.load_str(text, self.lingering(self.ast[annotation].span));
        Ok(())
    }

    /// Evaluates for the sake of errors only.
    fn evaluate(&mut self, id: ExprId) -> Result<()> {
        self.expression(id)?;
        self.op(Op::PopTop, self.lingering(self.ast[id].span));
        Ok(())
    }

    fn evaluate_slice(&mut self, slice: ExprId) -> Result<()> {
        let ast = self.ast;
        self.deeper(|this| match ast[slice].kind {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|part| this.evaluate(part))
            }
            ExprKind::Tuple { elts, .. } => ast[elts].iter().try_for_each(|&part| this.evaluate_slice(part)),
            _ => this.evaluate(slice),
        })
    }

    /// The annotations of a function. What they leave on the stack is said by the flag given back.
    pub(super) fn function_annotations(&mut self, id: StmtId, function: &Function, at: Span) -> Result<u32> {
        let args = self.ast[function.args];
        if !self.rules.annotation_scopes {
            let count = self.argument_annotations(&args, function.returns, at)?;
            if count == 0 {
                return Ok(0);
            }
            self.op_arg(Op::BuildTuple, 2 * count, at);
            return Ok(attribute::ANNOTATIONS);
        }
        let Some(scope) = self.table.find(ScopeKey::Annotations(id)) else { return Ok(0) };
        if !self.table[scope].annotations_used {
            return Ok(0);
        }
        self.enter_annotations(scope, self.table[scope].name, at);
        if self.rules.annotations_named_after_function {
            self.unit.qualname = self.qualname_within(function.name);
        }
        let count = self.argument_annotations(&args, function.returns, at)?;
        self.op_arg(Op::BuildMap, count, at);
        self.leave_annotations(at)?;
        Ok(attribute::ANNOTATE)
    }

    /// Names and annotations. Gives their number.
    fn argument_annotations(&mut self, args: &Arguments, returns: Option<ExprId>, at: Span) -> Result<u32> {
        let ast = self.ast;
        let lists = if self.rules.annotations_in_order {
            [args.posonlyargs, args.args]
        } else {
            [args.args, args.posonlyargs]
        };
        let optional = |arg: Option<crate::ast::Id<Arg>>| arg.map(|arg| ast[arg]);
        let mut annotated: Vec<(Symbol, Option<ExprId>)> = Vec::new();
        annotated.extend(lists.iter().flat_map(|&list| &ast[list]).map(|arg| (arg.name, arg.annotation)));
        annotated.extend(optional(args.vararg).map(|arg| (arg.name, arg.annotation)));
        annotated.extend(ast[args.kwonlyargs].iter().map(|arg| (arg.name, arg.annotation)));
        annotated.extend(optional(args.kwarg).map(|arg| (arg.name, arg.annotation)));
        annotated.push((names::RETURN, returns));
        let mut count = 0;
        for (name, annotation) in annotated {
            let Some(annotation) = annotation else { continue };
            count += 1;
            let name = self.mangled(name);
            self.load_str(name, at);
            if self.future.annotations {
                self.annotation_text(annotation)?;
            } else {
                self.possibly_starred(annotation, at)?;
            }
        }
        Ok(count)
    }

    /// Starts a unit that gives values when it is called with a format.
    pub(super) fn enter_annotations(&mut self, scope: ScopeId, name: Symbol, at: Span) {
        self.enter(Entry {
            kind: UnitKind::Annotations,
            scope,
            name,
            first_line: at.line,
            private: None,
            counts: Counts { positional_only: 1, ..Counts::default() },
        });
        // `if format > 2: raise NotImplementedError`
        let body = self.new_label();
        self.op_arg(Op::LoadFast, 0, at);
        self.load_int(VALUE_WITH_FAKE_GLOBALS, at);
        self.compare(CmpOp::Gt, at);
        self.jump(Op::PopJumpIfFalse, body, at);
        self.op_arg(Op::LoadCommonConstant, common::NOT_IMPLEMENTED_ERROR, at);
        self.op_arg(Op::RaiseVarargs, 1, at);
        self.use_label(body);
    }

    /// Ends the unit of annotations, whose parameter is shown as `format`.
    fn leave_annotations(&mut self, at: Span) -> Result<()> {
        self.op(Op::ReturnValue, at);
        let finished = self.leave_showing(true, Some(names::FORMAT))?;
        self.make_function(&finished, 0, at)
    }

    /// The default of a format parameter: the plain values.
    pub(super) fn load_format_default(&mut self, at: Span) {
        let value = self.constants.add_int(1);
        self.load_tuple(vec![value], at);
    }

    /// The function for the annotations of the variables of a module or class.
    pub(super) fn deferred_annotations(&mut self, at: Span) -> Result<()> {
        let deferred = std::mem::take(&mut self.unit.deferred);
        if deferred.is_empty() || self.future.annotations {
            return Ok(());
        }
        let Some(scope) = self.table[self.unit.scope].annotation_block else { return Ok(()) };
        let class = self.unit.kind == UnitKind::Class;
        let body = (!class).then(|| std::mem::take(&mut self.unit.sequence));
        self.enter_annotations(scope, self.table[scope].name, at);
        self.op_arg(Op::BuildMap, 0, at);
        for (id, number) in deferred {
            self.deferred_annotation(id, number, class, at)?;
        }
        self.leave_annotations(at)?;
        let name = if class { names::DUNDER_ANNOTATE_FUNC } else { names::DUNDER_ANNOTATE };
        self.name(name, Context::Store, at)?;
        if let Some(body) = body {
            self.unit.annotations = Some(std::mem::replace(&mut self.unit.sequence, body));
        }
        Ok(())
    }

    fn deferred_annotation(&mut self, id: StmtId, number: Option<u32>, class: bool, at: Span) -> Result<()> {
        let statement = self.ast[id].span;
        let StmtKind::AnnAssign { target, annotation, .. } = self.ast[id].kind else { return Ok(()) };
        let ExprKind::Name { id: name, .. } = self.ast[target].kind else { return Ok(()) };
        let not_set = self.new_label();
        if let Some(number) = number {
            self.load_int(number as usize, statement);
            if class {
                let place = self.late_free_place(names::DUNDER_CONDITIONAL_ANNOTATIONS)?;
                self.op_arg(Op::LoadDeref, place, statement);
            } else {
                self.op_name(Op::LoadGlobal, names::DUNDER_CONDITIONAL_ANNOTATIONS, statement);
            }
            self.compare(CmpOp::In, statement);
            self.jump(Op::PopJumpIfFalse, not_set, statement);
        }
        self.expression(annotation)?;
        self.op_arg(Op::Copy, 2, statement);
        let name = crate::symtable::mangle(self.unit.private, name, self.symbols);
        self.load_str(name, statement);
        self.op(Op::StoreSubscr, at);
        self.use_label(not_set);
        Ok(())
    }
}
