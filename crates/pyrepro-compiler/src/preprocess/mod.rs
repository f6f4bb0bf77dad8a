//! The pass over the tree before scopes are looked at: constants are computed, `%` becomes an f-string, and what is
//! certain to be a mistake in a `finally` is told.
//!
//! Up to 3.13 all folding happens here; later releases leave most of it to the graph.
//!
//! The parser makes an operand before its operator, so expressions are folded by one sweep over the arena, whatever
//! the depth of the tree. Only what the interpreter leaves out has to be found first: annotations that become text.

mod annotation;
mod docstring;
mod finally;
mod fold;
mod format;
mod pattern;

use crate::ast::{Ast, Expr};
use crate::constant::Constants;
use crate::error::{Result, Warning};
use crate::fold::Fold;
use crate::rules::Rules;
use crate::symbol::Symbols;
use annotation::Marked;

/// What decides over the pass, beside the edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The level of optimization: 0, 1 or 2.
    pub level: u8,
    /// `from __future__ import annotations`.
    pub future_annotations: bool,
}

/// Runs the pass.
pub fn run(
    ast: &mut Ast,
    constants: &mut Constants,
    symbols: &mut Symbols,
    rules: &Rules,
    options: Options,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let mut pass = Pass {
        ast,
        warnings,
        fold: Fold { constants, symbols, rules },
        level: options.level,
        untouched: Marked::default(),
    };
    if options.future_annotations {
        pass.untouched = Marked::annotations(pass.ast);
    }
    let first = pass.first_statements();
    if !rules.fold_in_tree {
        pass.fold_patterns()?;
        pass.keep_names_in_patterns();
    }
    pass.fold_expressions()?;
    if rules.fold_in_tree {
        pass.fold_iterated();
    }
    pass.guard_docstrings(&first);
    if rules.warn_of_jumps_in_finally {
        pass.warn_of_jumps();
    }
    Ok(())
}

struct Pass<'a> {
    ast: &'a mut Ast,
    warnings: &'a mut Vec<Warning>,
    fold: Fold<'a>,
    level: u8,
    /// Expressions that stay as they are.
    untouched: Marked<Expr>,
}
