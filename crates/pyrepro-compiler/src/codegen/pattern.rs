//! `match`.
//!
//! A pattern takes the subject from the top of the stack. Names that it binds stay on the stack, below what is
//! still needed, until the whole pattern has matched; a failure pops all of that.

use std::collections::HashSet;

use crate::ast::{CmpOp, Context, ExprId, ExprKind, List, MatchCase, Operator, PatternId, PatternKind};
use crate::constant::ConstId;
use crate::equality;
use crate::error::Result;
use crate::instruction::Label;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::Symbol;
use crate::unparse;

use super::check::repetitions;
use super::{Backend, Codegen};

/// What is known while a pattern is made.
#[derive(Default)]
struct Matching {
    /// Names bound so far, whose values lie on the stack.
    stores: Vec<Symbol>,
    /// Whether a pattern may match anything.
    allow_irrefutable: bool,
    /// Labels for failures: the one at place n pops n values.
    failures: Vec<Label>,
    /// How many values have to stay on top of the stack.
    on_top: usize,
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn match_statement(&mut self, subject: ExprId, cases: List<MatchCase>) -> Result<()> {
        let ast = self.ast;
        self.expression(subject)?;
        let end = self.new_label();
        let cases = &ast[cases];
        let Some((last, others)) = cases.split_last() else { return Ok(()) };
        let has_default = !others.is_empty() && self.is_wildcard(last.pattern);
        let tested = if has_default { others } else { cases };
        for (place, case) in tested.iter().enumerate() {
            let keep = place + 1 < tested.len();
            let irrefutable = case.guard.is_some() || place + 1 == cases.len();
            self.case(case, keep, irrefutable, end)?;
        }
        if has_default {
            let at = ast[last.pattern].span;
            self.set_place(at);
            // The line of a case that needs no instruction.
            self.op(Op::Nop, at);
            if let Some(guard) = last.guard {
                self.jump_if(guard, end, false, at)?;
            }
            self.statements(last.body)?;
            if !self.rules.end_of_case_has_place {
                self.set_place(Span::NONE);
            }
        }
        self.use_label(end);
        Ok(())
    }

    /// A case; `keep` leaves the subject for the next one.
    fn case(&mut self, case: &MatchCase, keep: bool, irrefutable: bool, end: Label) -> Result<()> {
        let at = self.ast[case.pattern].span;
        self.set_place(at);
        if keep {
            self.op_arg(Op::Copy, 1, at);
        }
        let mut matching = Matching { allow_irrefutable: irrefutable, ..Matching::default() };
        self.pattern(case.pattern, &mut matching)?;
        for &name in &matching.stores {
            self.name(name, Context::Store, self.lingering(at))?;
        }
        if let Some(guard) = case.guard {
            let failure = self.failure(&mut matching, 0);
            self.jump_if(guard, failure, false, at)?;
        }
        if keep {
            // A tracer is told of the body then, not of the pattern that matched.
            let with_body = self.rules.matched_subject_leaves_with_body;
            self.op(Op::PopTop, if with_body { Span::NEXT } else { self.lingering(at) });
        }
        self.statements(case.body)?;
        let linger = self.rules.end_of_case_has_place;
        self.jump(Op::Jump, end, if linger { self.lingering(Span::NONE) } else { Span::NONE });
        self.set_place(at);
        self.failure_pops(&mut matching, at);
        Ok(())
    }

    fn pattern(&mut self, id: PatternId, matching: &mut Matching) -> Result<()> {
        self.deeper(|this| this.pattern_here(id, matching))
    }

    fn pattern_here(&mut self, id: PatternId, matching: &mut Matching) -> Result<()> {
        let at = self.ast[id].span;
        self.set_place(at);
        match self.ast[id].kind {
            PatternKind::MatchValue { value } => self.value_pattern(value, matching, at),
            PatternKind::MatchSingleton { value } => {
                self.load_const(value, at);
                self.compare(CmpOp::Is, at);
                self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
                Ok(())
            }
            PatternKind::MatchSequence { patterns } => self.sequence_pattern(patterns, matching, at),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.mapping_pattern(keys, patterns, rest, matching, at)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.class_pattern(cls, patterns, kwd_attrs, kwd_patterns, matching, at)
            }
            PatternKind::MatchStar { name } => self.capture(name, matching, at),
            PatternKind::MatchAs { pattern, name } => self.as_pattern(pattern, name, matching, at),
            PatternKind::MatchOr { patterns } => self.or_pattern(patterns, matching, at),
        }
    }

    /// A pattern inside another, which may match anything.
    fn inner_pattern(&mut self, id: PatternId, matching: &mut Matching) -> Result<()> {
        let allowed = std::mem::replace(&mut matching.allow_irrefutable, true);
        self.pattern(id, matching)?;
        matching.allow_irrefutable = allowed;
        Ok(())
    }

    fn value_pattern(&mut self, value: ExprId, matching: &mut Matching, at: Span) -> Result<()> {
        if !matches!(self.ast[value].kind, ExprKind::Constant { .. } | ExprKind::Attribute { .. }) {
            return self.error("patterns may only match literals and attribute lookups", at);
        }
        self.expression(value)?;
        self.compare(CmpOp::Eq, at);
        if self.rules.tests_convert_to_bool {
            self.op(Op::ToBool, at);
        }
        self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
        Ok(())
    }

    fn as_pattern(
        &mut self,
        pattern: Option<PatternId>,
        name: Option<Symbol>,
        matching: &mut Matching,
        at: Span,
    ) -> Result<()> {
        let Some(pattern) = pattern else {
            if matching.allow_irrefutable {
                return self.capture(name, matching, at);
            }
            return match name {
                Some(name) => {
                    let name = self.symbols.lossy(name);
                    self.error(format!("name capture '{name}' makes remaining patterns unreachable"), at)
                }
                None => self.error("wildcard makes remaining patterns unreachable", at),
            };
        };
        matching.on_top += 1;
        self.op_arg(Op::Copy, 1, at);
        self.pattern(pattern, matching)?;
        matching.on_top -= 1;
        self.capture(name, matching, self.lingering(at))
    }

    /// Binds the value on top to a name, or drops it.
    fn capture(&mut self, name: Option<Symbol>, matching: &mut Matching, at: Span) -> Result<()> {
        let Some(name) = name else {
            self.op(Op::PopTop, at);
            return Ok(());
        };
        self.refuse_debug(name, Context::Store, at)?;
        if matching.stores.contains(&name) {
            return self.bound_twice(name, at);
        }
        self.rotate(matching.on_top + matching.stores.len() + 1, at);
        matching.stores.push(name);
        Ok(())
    }

    fn bound_twice(&self, name: Symbol, at: Span) -> Result<()> {
        let name = self.symbols.lossy(name);
        self.error(format!("multiple assignments to name '{name}' in pattern"), at)
    }

    /// Moves the value on top below `count - 1` others.
    fn rotate(&mut self, count: usize, at: Span) {
        for distance in (2..=count).rev() {
            self.op_arg(Op::Swap, distance as u32, at);
        }
    }

    fn sequence_pattern(
        &mut self,
        patterns: List<PatternId>,
        matching: &mut Matching,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let patterns = &ast[patterns];
        let is_star = |&id: &PatternId| matches!(ast[id].kind, PatternKind::MatchStar { .. });
        let star = patterns.iter().position(is_star);
        if patterns.iter().filter(|id| is_star(id)).count() > 1 {
            return self.error("multiple starred names in sequence pattern", at);
        }
        let star_wildcard = star.is_some_and(|star| self.is_star_wildcard(patterns[star]));
        let only_wildcards = patterns.iter().all(|&id| self.is_wildcard(id) || self.is_star_wildcard(id));
        matching.on_top += 1;
        self.op(Op::MatchSequence, at);
        self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
        let length = match star {
            None => Some((patterns.len(), CmpOp::Eq)),
            Some(_) if patterns.len() > 1 => Some((patterns.len() - 1, CmpOp::GtE)),
            Some(_) => None,
        };
        if let Some((length, operator)) = length {
            self.test_length(length, operator, matching, at);
        }
        matching.on_top -= 1;
        if only_wildcards {
            self.op(Op::PopTop, at);
            Ok(())
        } else if let Some(star) = star.filter(|_| star_wildcard) {
            self.subscript_sequence(patterns, star, matching, at)
        } else {
            self.unpack_sequence(patterns, matching, at)
        }
    }

    fn test_length(&mut self, length: usize, operator: CmpOp, matching: &mut Matching, at: Span) {
        self.op(Op::GetLen, at);
        self.load_int(length, at);
        self.compare(operator, at);
        self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
    }

    fn unpack_sequence(&mut self, patterns: &[PatternId], matching: &mut Matching, at: Span) -> Result<()> {
        let ast = self.ast;
        let size = patterns.len();
        let star = patterns.iter().position(|&id| matches!(ast[id].kind, PatternKind::MatchStar { .. }));
        match star {
            None => self.op_arg(Op::UnpackSequence, size as u32, at),
            Some(before) => {
                let after = size - before - 1;
                if before >= 1 << 8 || after >= i32::MAX as usize >> 8 {
                    return self.error("too many expressions in star-unpacking sequence pattern", at);
                }
                self.op_arg(Op::UnpackEx, (before + (after << 8)) as u32, at);
            }
        }
        matching.on_top += size;
        for &pattern in patterns {
            matching.on_top -= 1;
            self.inner_pattern(pattern, matching)?;
        }
        Ok(())
    }

    /// With `*_` the elements are taken one by one, and the others are left alone.
    fn subscript_sequence(
        &mut self,
        patterns: &[PatternId],
        star: usize,
        matching: &mut Matching,
        at: Span,
    ) -> Result<()> {
        matching.on_top += 1;
        for (place, &pattern) in patterns.iter().enumerate() {
            if place == star || self.is_wildcard(pattern) {
                continue;
            }
            let at = self.lingering(at);
            self.op_arg(Op::Copy, 1, at);
            if place < star {
                self.load_int(place, at);
            } else {
                // The subject need not take negative indices.
                self.op(Op::GetLen, at);
                self.load_int(patterns.len() - place, at);
                self.binary(Operator::Sub, at);
            }
            self.subscript(at);
            self.inner_pattern(pattern, matching)?;
        }
        matching.on_top -= 1;
        self.op(Op::PopTop, self.lingering(at));
        Ok(())
    }

    fn class_pattern(
        &mut self,
        class: ExprId,
        patterns: List<PatternId>,
        attributes: List<Symbol>,
        keyword_patterns: List<PatternId>,
        matching: &mut Matching,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        self.check_attributes(&ast[attributes], &ast[keyword_patterns])?;
        self.set_place(at);
        self.expression(class)?;
        self.load_strs(ast[attributes].iter().copied(), at);
        self.op_arg(Op::MatchClass, patterns.len() as u32, at);
        self.test_not_none(at);
        matching.on_top += 1;
        self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
        let count = patterns.len() + attributes.len();
        self.op_arg(Op::UnpackSequence, count as u32, at);
        matching.on_top += count;
        matching.on_top -= 1;
        for &pattern in ast[patterns].iter().chain(&ast[keyword_patterns]) {
            matching.on_top -= 1;
            if self.is_wildcard(pattern) {
                self.op(Op::PopTop, self.lingering(at));
            } else {
                self.inner_pattern(pattern, matching)?;
            }
        }
        Ok(())
    }

    fn test_not_none(&mut self, at: Span) {
        self.op_arg(Op::Copy, 1, at);
        self.load_const(ConstId::NONE, at);
        self.compare(CmpOp::IsNot, at);
    }

    fn check_attributes(&mut self, attributes: &[Symbol], patterns: &[PatternId]) -> Result<()> {
        let repeated = repetitions(attributes.iter().map(|&attribute| Some(attribute)));
        for (place, &attribute) in attributes.iter().enumerate() {
            let at = self.ast[patterns[place]].span;
            self.set_place(at);
            self.refuse_debug(attribute, Context::Store, at)?;
            if let Some(&again) = repeated.get(&place) {
                let name = self.symbols.lossy(attribute);
                let message = format!("attribute name repeated in class pattern: {name}");
                return self.error(message, self.ast[patterns[again]].span);
            }
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        keys: List<ExprId>,
        patterns: List<PatternId>,
        rest: Option<Symbol>,
        matching: &mut Matching,
        at: Span,
    ) -> Result<()> {
        let ast = self.ast;
        let size = keys.len();
        matching.on_top += 1;
        self.op(Op::MatchMapping, at);
        self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
        if size == 0 && rest.is_none() {
            matching.on_top -= 1;
            self.op(Op::PopTop, at);
            return Ok(());
        }
        if size > 0 {
            self.test_length(size, CmpOp::GtE, matching, at);
        }
        self.mapping_keys(&ast[keys], at)?;
        self.op_arg(Op::BuildTuple, size as u32, at);
        self.op(Op::MatchKeys, at);
        matching.on_top += 2;
        self.test_not_none(at);
        self.jump_to_failure(Op::PopJumpIfFalse, matching, at);
        self.op_arg(Op::UnpackSequence, size as u32, at);
        matching.on_top += size;
        matching.on_top -= 1;
        for &pattern in &ast[patterns] {
            matching.on_top -= 1;
            self.inner_pattern(pattern, matching)?;
        }
        matching.on_top -= 2;
        let at = self.lingering(at);
        match rest {
            Some(rest) => {
                self.copy_rest(size, at);
                self.capture(Some(rest), matching, at)
            }
            None => {
                self.op(Op::PopTop, at);
                self.op(Op::PopTop, at);
                Ok(())
            }
        }
    }

    fn mapping_keys(&mut self, keys: &[ExprId], at: Span) -> Result<()> {
        let mut seen = HashSet::new();
        for &key in keys {
            match self.ast[key].kind {
                ExprKind::Constant { value, .. } => {
                    if !seen.insert(equality::Key::of(value, self.constants)) {
                        let shown =
                            unparse::unparse(self.ast, self.symbols, self.constants, self.rules, key)?;
                        let shown = String::from_utf8_lossy(&shown);
                        return self.error(format!("mapping pattern checks duplicate key ({shown})"), at);
                    }
                }
                ExprKind::Attribute { .. } => {}
                _ => {
                    let message = "mapping pattern keys may only match literals and attribute lookups";
                    return self.error(message, at);
                }
            }
            self.expression(key)?;
        }
        Ok(())
    }

    /// A copy of the mapping on the stack without its keys, which lie above it.
    fn copy_rest(&mut self, size: usize, at: Span) {
        self.op_arg(Op::BuildMap, 0, at);
        self.op_arg(Op::Swap, 3, at);
        self.op_arg(Op::DictUpdate, 2, at);
        self.op_arg(Op::UnpackSequence, size as u32, at);
        for left in (1..=size).rev() {
            self.op_arg(Op::Copy, 1 + left as u32, at);
            self.op_arg(Op::Swap, 2, at);
            self.op(Op::DeleteSubscr, at);
        }
    }

    fn or_pattern(&mut self, patterns: List<PatternId>, matching: &mut Matching, at: Span) -> Result<()> {
        let ast = self.ast;
        let end = self.new_label();
        let last = patterns.len() - 1;
        let mut bound: Vec<Symbol> = Vec::new();
        for (place, &pattern) in ast[patterns].iter().enumerate() {
            let here = ast[pattern].span;
            let mut alternative = Matching {
                allow_irrefutable: place == last && matching.allow_irrefutable,
                ..Matching::default()
            };
            self.set_place(here);
            self.op_arg(Op::Copy, 1, here);
            self.pattern(pattern, &mut alternative)?;
            let here = self.lingering(here);
            if place == 0 {
                bound = alternative.stores.clone();
            } else if !self.reorder(&mut alternative.stores, &bound, here) {
                return self.error("alternative patterns bind different names", self.lingering(at));
            }
            self.jump(Op::Jump, end, here);
            self.failure_pops(&mut alternative, here);
        }
        let at = self.lingering(at);
        self.op(Op::PopTop, at);
        self.jump_to_failure(Op::Jump, matching, at);
        self.use_label(end);
        // The new values lie above the copy of the subject and all that is kept.
        let rotation = bound.len() + 1 + matching.on_top + matching.stores.len();
        for name in bound {
            self.rotate(rotation, at);
            if matching.stores.contains(&name) {
                return self.bound_twice(name, at);
            }
            matching.stores.push(name);
        }
        self.op(Op::PopTop, at);
        Ok(())
    }

    /// Brings the values of an alternative into the order of the first one. False if it binds other names.
    fn reorder(&mut self, stores: &mut Vec<Symbol>, order: &[Symbol], at: Span) -> bool {
        if stores.len() != order.len() {
            return false;
        }
        for (wanted, name) in order.iter().enumerate().rev() {
            let Some(found) = stores.iter().position(|store| store == name) else { return false };
            if wanted == found {
                continue;
            }
            let rotations = found + 1;
            let rotated: Vec<Symbol> = stores.drain(..rotations).collect();
            let place = wanted - found;
            stores.splice(place..place, rotated);
            for _ in 0..rotations {
                self.rotate(wanted + 1, at);
            }
        }
        true
    }

    fn jump_to_failure(&mut self, op: Op, matching: &mut Matching, at: Span) {
        let failure = self.failure(matching, matching.on_top + matching.stores.len());
        self.jump(op, failure, at);
    }

    /// The label of a failure with so many values to pop.
    fn failure(&mut self, matching: &mut Matching, pops: usize) -> Label {
        while matching.failures.len() <= pops {
            let label = self.new_label();
            matching.failures.push(label);
        }
        matching.failures[pops]
    }

    /// The instructions behind those labels, each falling through to the next.
    fn failure_pops(&mut self, matching: &mut Matching, at: Span) {
        while let Some(label) = matching.failures.pop() {
            self.use_label(label);
            if !matching.failures.is_empty() {
                self.op(Op::PopTop, at);
            }
        }
    }

    fn is_wildcard(&self, id: PatternId) -> bool {
        matches!(self.ast[id].kind, PatternKind::MatchAs { name: None, .. })
    }

    fn is_star_wildcard(&self, id: PatternId) -> bool {
        matches!(self.ast[id].kind, PatternKind::MatchStar { name: None })
    }
}
