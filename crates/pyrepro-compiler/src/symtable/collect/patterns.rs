//! `match` statements.

use super::Collector;
use crate::ast::{Context, List, MatchCase, PatternId, PatternKind};
use crate::error::Result;
use crate::span::Span;
use crate::symbol::Symbol;
use crate::symtable::Uses;

impl Collector<'_> {
    pub(super) fn cases(&mut self, cases: List<MatchCase>) -> Result<()> {
        let ast = self.ast;
        for case in &ast[cases] {
            self.pattern(case.pattern)?;
            self.optional(case.guard)?;
            self.body(case.body)?;
        }
        Ok(())
    }

    fn patterns(&mut self, patterns: List<PatternId>) -> Result<()> {
        let ast = self.ast;
        ast[patterns].iter().try_for_each(|&pattern| self.pattern(pattern))
    }

    fn pattern(&mut self, pattern: PatternId) -> Result<()> {
        self.sink()?;
        let ast = self.ast;
        let span = ast[pattern].span;
        match ast[pattern].kind {
            PatternKind::MatchValue { value } => self.expr(value)?,
            PatternKind::MatchSingleton { .. } => {}
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.patterns(patterns)?;
            }
            PatternKind::MatchStar { name } => self.capture(name, span)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                self.patterns(patterns)?;
                self.capture(rest, span)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                for (&name, &value) in ast[kwd_attrs].iter().zip(&ast[kwd_patterns]) {
                    self.check_name(name, ast[value].span, Context::Store)?;
                }
                self.patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.capture(name, span)?;
            }
        }
        self.rise();
        Ok(())
    }

    fn capture(&mut self, name: Option<Symbol>, span: Span) -> Result<()> {
        name.map_or(Ok(()), |name| self.define(name, Uses::LOCAL, span))
    }
}
