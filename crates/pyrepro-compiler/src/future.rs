//! `from __future__ import …`.

use crate::ast::{Alias, Ast, List, StmtKind};
use crate::constant::Constants;
use crate::error::{Failure, Result};
use crate::rules::Rules;
use crate::span::Span;
use crate::symbol::{Symbols, names};

/// Features that say nothing any more.
const MANDATORY: [&str; 8] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "generator_stop",
];

/// What a file asks of the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Future {
    /// Annotations become text.
    pub annotations: bool,
    /// `<>` instead of `!=`; sets a flag on every code object.
    pub barry_as_flufl: bool,
    /// The last of the future imports at the start of the file; none if there is none.
    pub span: Span,
}

/// Reads the future imports that a file starts with.
pub fn parse(ast: &Ast, symbols: &Symbols, constants: &Constants, rules: &Rules) -> Result<Future> {
    let mut future = Future { annotations: false, barry_as_flufl: false, span: Span::NONE };
    let has_docstring = ast.docstring(ast.body, constants).is_some();
    for &stmt in ast[ast.body].iter().skip(usize::from(has_docstring)) {
        match ast[stmt].kind {
            StmtKind::ImportFrom { module: Some(names::FUTURE), names, level, .. }
                if level == 0 || rules.relative_future_is_future =>
            {
                future.ask(ast, symbols, names)?;
                future.span = ast[stmt].span;
            }
            _ => break,
        }
    }
    Ok(future)
}

impl Future {
    fn ask(&mut self, ast: &Ast, symbols: &Symbols, list: List<Alias>) -> Result<()> {
        for alias in &ast[list] {
            match &*symbols.lossy(alias.name) {
                "annotations" => self.annotations = true,
                "barry_as_FLUFL" => self.barry_as_flufl = true,
                "braces" => return Err(Failure::syntax("not a chance", alias.span)),
                name if MANDATORY.contains(&name) => {}
                name => {
                    let name: String = name.chars().take(100).collect();
                    let message = format!("future feature {name} is not defined");
                    return Err(Failure::syntax(message, alias.span));
                }
            }
        }
        Ok(())
    }
}
