//! `return`, `break` and `continue` that leave a `finally` (PEP 765).
//!
//! CPython looks at the innermost of loops, functions and `finally` only: a `return` in a loop in a `finally` is not
//! told.

use super::Pass;
use crate::ast::{Ast, List, Stmt, StmtId, StmtKind, Stored};
use crate::error::{Warning, WarningCategory};

impl Pass<'_> {
    pub(super) fn warn_of_jumps(&mut self) {
        let any = Stmt::all(self.ast).iter().any(|stmt| match stmt.kind {
            StmtKind::Try { finalbody, .. } | StmtKind::TryStar { finalbody, .. } => !finalbody.is_empty(),
            _ => false,
        });
        if any {
            Jumps { ast: self.ast, warnings: self.warnings }.body(self.ast.body, false);
        }
    }
}

struct Jumps<'a> {
    ast: &'a Ast,
    warnings: &'a mut Vec<Warning>,
}

impl Jumps<'_> {
    fn body(&mut self, body: List<StmtId>, in_finally: bool) {
        for &stmt in &self.ast[body] {
            self.stmt(stmt, in_finally);
        }
    }

    fn stmt(&mut self, mut stmt: StmtId, in_finally: bool) {
        // An `elif` is a statement in the `else` of the one before: a chain of them is no depth.
        while let StmtKind::If { body, orelse, .. } = self.ast[stmt].kind {
            self.body(body, in_finally);
            match self.ast[orelse] {
                [only] => stmt = only,
                _ => return self.body(orelse, in_finally),
            }
        }
        match self.ast[stmt].kind {
            StmtKind::FunctionDef(function) | StmtKind::AsyncFunctionDef(function) => {
                self.body(self.ast[function].body, false);
            }
            StmtKind::ClassDef(class) => self.body(self.ast[class].body, in_finally),
            StmtKind::For { body, orelse, .. }
            | StmtKind::AsyncFor { body, orelse, .. }
            | StmtKind::While { body, orelse, .. } => {
                self.body(body, false);
                self.body(orelse, in_finally);
            }
            StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => self.body(body, in_finally),
            StmtKind::Match { cases, .. } => {
                for case in &self.ast[cases] {
                    self.body(case.body, in_finally);
                }
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.body(body, in_finally);
                for handler in &self.ast[handlers] {
                    self.body(handler.body, in_finally);
                }
                self.body(orelse, in_finally);
                self.body(finalbody, true);
            }
            StmtKind::Return { .. } if in_finally => self.warn(stmt, "return"),
            StmtKind::Break if in_finally => self.warn(stmt, "break"),
            StmtKind::Continue if in_finally => self.warn(stmt, "continue"),
            _ => {}
        }
    }

    fn warn(&mut self, stmt: StmtId, keyword: &str) {
        self.warnings.push(Warning {
            category: WarningCategory::Syntax,
            message: format!("'{keyword}' in a 'finally' block").into(),
            line: self.ast[stmt].span.line,
        });
    }
}
