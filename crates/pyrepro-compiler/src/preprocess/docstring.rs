//! What a body starts with: a docstring, or something that must not look like one.

use super::Pass;
use crate::ast::{Class, ExprKind, Function, Id, List, Stmt, StmtId, StmtKind, Stored};
use crate::span::Span;

/// A body, by what has it.
#[derive(Clone, Copy)]
enum Owner {
    Module,
    Function(Id<Function>),
    Class(Id<Class>),
}

impl Pass<'_> {
    /// The statement that each body without a docstring begins with, where it is an expression. Removes the
    /// docstrings that the level does without.
    pub(super) fn first_statements(&mut self) -> Vec<StmtId> {
        let mut first = Vec::new();
        for owner in self.owners() {
            let body = self.body(owner);
            if self.ast.docstring(body, self.fold.constants).is_some() {
                if self.level < 2 || !self.fold.rules.docstring_leaves_tree {
                    continue;
                }
                self.remove_first(owner, body);
            }
            let body = self.body(owner);
            first.extend(
                self.ast[body].first().filter(|&&stmt| matches!(self.ast[stmt].kind, StmtKind::Expr { .. })),
            );
        }
        first
    }

    /// A string that folding put at the start of a body is no docstring.
    pub(super) fn guard_docstrings(&mut self, first: &[StmtId]) {
        for &stmt in first {
            let body = self.ast.add_list(&[stmt]);
            if self.ast.docstring(body, self.fold.constants).is_none() {
                continue;
            }
            let StmtKind::Expr { value } = self.ast[stmt].kind else { continue };
            let span = self.ast[stmt].span;
            let values = self.ast.add_list(&[value]);
            let value = self.ast.expr(ExprKind::JoinedStr { values }, span);
            self.ast[stmt].kind = StmtKind::Expr { value };
        }
    }

    fn owners(&self) -> Vec<Owner> {
        let owners = Stmt::all(self.ast).iter().filter_map(|stmt| match stmt.kind {
            StmtKind::FunctionDef(function) | StmtKind::AsyncFunctionDef(function) => {
                Some(Owner::Function(function))
            }
            StmtKind::ClassDef(class) => Some(Owner::Class(class)),
            _ => None,
        });
        std::iter::once(Owner::Module).chain(owners).collect()
    }

    fn body(&self, owner: Owner) -> List<StmtId> {
        match owner {
            Owner::Module => self.ast.body,
            Owner::Function(function) => self.ast[function].body,
            Owner::Class(class) => self.ast[class].body,
        }
    }

    /// A body that had nothing else becomes a `pass` where the docstring began.
    fn remove_first(&mut self, owner: Owner, body: List<StmtId>) {
        let body = match self.ast[body] {
            [only] => {
                let Span { line, col, .. } = self.ast[only].span;
                let span = Span::new(line, col, line, col + "pass".len() as i32);
                let pass = self.ast.stmt(StmtKind::Pass, span);
                self.ast.add_list(&[pass])
            }
            _ => body.from(1),
        };
        match owner {
            Owner::Module => self.ast.body = body,
            Owner::Function(function) => self.ast[function].body = body,
            Owner::Class(class) => self.ast[class].body = body,
        }
    }
}
