//! Expressions that belong to annotations.

use std::marker::PhantomData;

use crate::ast::{Arg, Arguments, Ast, Expr, ExprId, ExprKind, Function, Id, Stmt, StmtKind, Stored};

/// A set of nodes.
pub(super) struct Marked<T> {
    /// One for each node; empty if none is marked.
    bits: Vec<bool>,
    of: PhantomData<fn() -> T>,
}

impl<T> Default for Marked<T> {
    fn default() -> Self {
        Self { bits: Vec::new(), of: PhantomData }
    }
}

impl<T> Marked<T> {
    pub(super) fn contains(&self, id: Id<T>) -> bool {
        self.bits.get(id.index()).is_some_and(|&bit| bit)
    }
}

impl<T> Marked<T> {
    /// Adds one of `count` nodes.
    pub(super) fn mark(&mut self, id: Id<T>, count: usize) {
        self.bits.resize(count, false);
        self.bits[id.index()] = true;
    }
}

impl Marked<Expr> {
    /// All annotations, with all that is in them.
    pub(super) fn annotations(ast: &Ast) -> Self {
        let mut marked = Self { bits: vec![false; ast.count::<Expr>()], of: PhantomData };
        let mut stack: Vec<ExprId> = Vec::new();
        stack.extend(Arg::all(ast).iter().filter_map(|arg| arg.annotation));
        stack.extend(Function::all(ast).iter().filter_map(|function| function.returns));
        stack.extend(Stmt::all(ast).iter().filter_map(|stmt| match stmt.kind {
            StmtKind::AnnAssign { annotation, .. } => Some(annotation),
            _ => None,
        }));
        while let Some(id) = stack.pop() {
            if !std::mem::replace(&mut marked.bits[id.index()], true) {
                push_parts(ast, ast[id].kind, &mut stack);
            }
        }
        marked
    }
}

/// The expressions right below one.
fn push_parts(ast: &Ast, kind: ExprKind, stack: &mut Vec<ExprId>) {
    match kind {
        ExprKind::BoolOp { values, .. }
        | ExprKind::JoinedStr { values }
        | ExprKind::TemplateStr { values } => stack.extend(&ast[values]),
        ExprKind::NamedExpr { target, value } => stack.extend([target, value]),
        ExprKind::BinOp { left, right, .. } => stack.extend([left, right]),
        ExprKind::UnaryOp { operand: value, .. }
        | ExprKind::Await { value }
        | ExprKind::YieldFrom { value }
        | ExprKind::Attribute { value, .. }
        | ExprKind::Starred { value, .. } => stack.push(value),
        ExprKind::Lambda { args, body } => {
            push_arguments(ast, args, stack);
            stack.push(body);
        }
        ExprKind::IfExp { test, body, orelse } => stack.extend([test, body, orelse]),
        ExprKind::Dict { keys, values } => {
            stack.extend(ast[keys].iter().flatten());
            stack.extend(&ast[values]);
        }
        ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
            stack.extend(&ast[elts]);
        }
        ExprKind::ListComp { elt, generators }
        | ExprKind::SetComp { elt, generators }
        | ExprKind::GeneratorExp { elt, generators } => {
            stack.push(elt);
            push_generators(ast, generators, stack);
        }
        ExprKind::DictComp { key, value, generators } => {
            stack.push(key);
            stack.extend(value);
            push_generators(ast, generators, stack);
        }
        ExprKind::Yield { value } => stack.extend(value),
        ExprKind::Compare { left, comparators, .. } => {
            stack.push(left);
            stack.extend(&ast[comparators]);
        }
        ExprKind::Call { func, args, keywords } => {
            stack.push(func);
            stack.extend(&ast[args]);
            stack.extend(ast[keywords].iter().map(|keyword| keyword.value));
        }
        ExprKind::FormattedValue { value, format_spec, .. }
        | ExprKind::Interpolation { value, format_spec, .. } => {
            stack.push(value);
            stack.extend(format_spec);
        }
        ExprKind::Subscript { value, slice, .. } => stack.extend([value, slice]),
        ExprKind::Slice { lower, upper, step } => stack.extend([lower, upper, step].into_iter().flatten()),
        ExprKind::Constant { .. } | ExprKind::Name { .. } => {}
    }
}

fn push_generators(
    ast: &Ast,
    generators: crate::ast::List<crate::ast::Comprehension>,
    stack: &mut Vec<ExprId>,
) {
    for generator in &ast[generators] {
        stack.extend([generator.target, generator.iter]);
        stack.extend(&ast[generator.ifs]);
    }
}

fn push_arguments(ast: &Ast, arguments: Id<Arguments>, stack: &mut Vec<ExprId>) {
    stack.extend(ast[ast[arguments].kw_defaults].iter().flatten());
    stack.extend(&ast[ast[arguments].defaults]);
}
