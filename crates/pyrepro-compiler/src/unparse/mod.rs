//! Annotations as text, under `from __future__ import annotations`.
//!
//! The text is CPython's own (`ast_unparse.c`), not that of `ast.unparse`: the two differ in
//! parentheses and in f-strings.

mod arguments;
mod format;
mod repr;

use crate::ast::{Ast, BoolOp, CmpOp, Comprehension, ExprId, ExprKind, Keyword, List, Operator, UnaryOp};
use crate::constant::{Const, ConstId, Constants};
use crate::error::{Handover, Result};
use crate::rules::Rules;
use crate::symbol::{Symbol, Symbols};
use repr::Repr;

/// Bits of an integer that is written in decimal, at most: every such number has 4300 digits or fewer.
const MOST_BITS: u64 = 14_284;

/// Deeper trees go to an interpreter.
const DEEPEST: u32 = 1000;

/// How tightly an expression must hold together where it stands: looser ones get parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    const ALL: [Self; 16] = [
        Self::Tuple,
        Self::Test,
        Self::Or,
        Self::And,
        Self::Not,
        Self::Compare,
        Self::BitOr,
        Self::BitXor,
        Self::BitAnd,
        Self::Shift,
        Self::Arithmetic,
        Self::Term,
        Self::Factor,
        Self::Power,
        Self::Await,
        Self::Atom,
    ];

    fn next(self) -> Self {
        Self::ALL.get(self as usize + 1).copied().unwrap_or(Self::Atom)
    }
}

/// The text of an annotation, in WTF-8.
pub fn unparse(
    ast: &Ast,
    symbols: &Symbols,
    constants: &Constants,
    rules: &Rules,
    annotation: ExprId,
) -> Result<Vec<u8>> {
    let mut unparser = Unparser {
        ast,
        repr: Repr { symbols, constants, unicode: rules.grammar.unicode },
        out: Vec::new(),
        depth: 0,
    };
    unparser.expr(annotation, Level::Test)?;
    Ok(unparser.out)
}

struct Unparser<'a> {
    ast: &'a Ast,
    repr: Repr<'a>,
    out: Vec<u8>,
    depth: u32,
}

impl Unparser<'_> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn name(&mut self, name: Symbol) {
        self.out.extend_from_slice(self.repr.symbols.bytes(name));
    }

    fn expr(&mut self, expr: ExprId, level: Level) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Handover::TooDeep.into());
        }
        let own = self.level(expr);
        if level > own {
            self.put("(");
        }
        self.bare(expr)?;
        if level > own {
            self.put(")");
        }
        self.depth -= 1;
        Ok(())
    }

    /// How tightly the expression holds together by itself.
    fn level(&self, expr: ExprId) -> Level {
        match self.ast[expr].kind {
            ExprKind::BoolOp { op: BoolOp::Or, .. } => Level::Or,
            ExprKind::BoolOp { op: BoolOp::And, .. } => Level::And,
            ExprKind::BinOp { op, .. } => operator(op).1,
            ExprKind::UnaryOp { op: UnaryOp::Not, .. } => Level::Not,
            ExprKind::UnaryOp { .. } => Level::Factor,
            ExprKind::Lambda { .. } | ExprKind::IfExp { .. } => Level::Test,
            ExprKind::Compare { .. } => Level::Compare,
            ExprKind::Await { .. } => Level::Await,
            ExprKind::Tuple { elts, .. } if !elts.is_empty() => Level::Tuple,
            ExprKind::NamedExpr { .. } => Level::Tuple,
            _ => Level::Atom,
        }
    }

    /// The expression without parentheses around it.
    fn bare(&mut self, expr: ExprId) -> Result<()> {
        match self.ast[expr].kind {
            ExprKind::Name { id, .. } => {
                self.name(id);
                Ok(())
            }
            ExprKind::Constant { value, unicode } => self.constant(value, unicode),
            ExprKind::Attribute { value, attr, .. } => self.attribute(value, attr),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom)?;
                self.put("[");
                self.expr(slice, Level::Tuple)?;
                self.put("]");
                Ok(())
            }
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } | ExprKind::BoolOp { .. } => {
                self.operation(expr)
            }
            ExprKind::Compare { left, ops, comparators } => self.comparison(left, ops, comparators),
            ExprKind::Tuple { .. } | ExprKind::List { .. } | ExprKind::Set { .. } | ExprKind::Dict { .. } => {
                self.display(expr)
            }
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => self.comprehension(expr),
            ExprKind::JoinedStr { values } => self.joined(values, false),
            ExprKind::TemplateStr { values } => self.template(values),
            ExprKind::FormattedValue { .. } | ExprKind::Interpolation { .. } => self.replacement(expr),
            _ => self.rare(expr),
        }
    }

    fn rare(&mut self, expr: ExprId) -> Result<()> {
        match self.ast[expr].kind {
            ExprKind::Lambda { args, body } => self.lambda(args, body),
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(body, Level::Or)?;
                self.put(" if ");
                self.expr(test, Level::Or)?;
                self.put(" else ");
                self.expr(orelse, Level::Test)
            }
            ExprKind::Starred { value, .. } => {
                self.put("*");
                self.expr(value, Level::BitOr)
            }
            ExprKind::Slice { lower, upper, step } => self.slice(lower, upper, step),
            ExprKind::NamedExpr { target, value } => {
                self.expr(target, Level::Atom)?;
                self.put(" := ");
                self.expr(value, Level::Atom)
            }
            ExprKind::Await { value } => {
                self.put("await ");
                self.expr(value, Level::Atom)
            }
            ExprKind::Yield { value: None } => {
                self.put("(yield)");
                Ok(())
            }
            ExprKind::Yield { value: Some(value) } => self.yielded("(yield ", value),
            ExprKind::YieldFrom { value } => self.yielded("(yield from ", value),
            _ => Ok(()),
        }
    }

    fn yielded(&mut self, before: &str, value: ExprId) -> Result<()> {
        self.put(before);
        self.expr(value, Level::Test)?;
        self.put(")");
        Ok(())
    }

    fn constant(&mut self, value: ConstId, unicode: bool) -> Result<()> {
        if let Const::Int(value) = &self.repr.constants[value]
            && value.bits() > MOST_BITS
        {
            // CPython refuses this, too, in words of its own.
            return Err(Handover::TooLarge("an integer in an annotation").into());
        }
        if unicode {
            self.put("u");
        }
        self.repr.constant(&mut self.out, value);
        Ok(())
    }

    fn attribute(&mut self, value: ExprId, attr: Symbol) -> Result<()> {
        self.expr(value, Level::Atom)?;
        // `1.real` would be a number.
        let spaced = matches!(
            self.ast[value].kind,
            ExprKind::Constant { value, .. } if matches!(self.repr.constants[value], Const::Int(_))
        );
        self.put(if spaced { " ." } else { "." });
        self.name(attr);
        Ok(())
    }

    fn operation(&mut self, expr: ExprId) -> Result<()> {
        match self.ast[expr].kind {
            ExprKind::BinOp { left, op, right } => {
                let (text, level) = operator(op);
                let (left_level, right_level) = match op {
                    Operator::Pow => (level.next(), level),
                    _ => (level, level.next()),
                };
                self.expr(left, left_level)?;
                self.put(text);
                self.expr(right, right_level)
            }
            ExprKind::UnaryOp { op, operand } => {
                self.put(match op {
                    UnaryOp::Invert => "~",
                    UnaryOp::Not => "not ",
                    UnaryOp::UAdd => "+",
                    UnaryOp::USub => "-",
                });
                let level = self.level(expr);
                self.expr(operand, level)
            }
            ExprKind::BoolOp { op, values } => {
                let (text, level) = match op {
                    BoolOp::And => (" and ", Level::Not),
                    BoolOp::Or => (" or ", Level::And),
                };
                self.list(values, text, level)
            }
            _ => Ok(()),
        }
    }

    fn list(&mut self, list: List<ExprId>, between: &str, level: Level) -> Result<()> {
        let ast = self.ast;
        for (place, &expr) in ast[list].iter().enumerate() {
            if place > 0 {
                self.put(between);
            }
            self.expr(expr, level)?;
        }
        Ok(())
    }

    fn comparison(&mut self, left: ExprId, ops: List<CmpOp>, comparators: List<ExprId>) -> Result<()> {
        let ast = self.ast;
        self.expr(left, Level::BitOr)?;
        for (&op, &right) in ast[ops].iter().zip(&ast[comparators]) {
            self.put(match op {
                CmpOp::Eq => " == ",
                CmpOp::NotEq => " != ",
                CmpOp::Lt => " < ",
                CmpOp::LtE => " <= ",
                CmpOp::Gt => " > ",
                CmpOp::GtE => " >= ",
                CmpOp::Is => " is ",
                CmpOp::IsNot => " is not ",
                CmpOp::In => " in ",
                CmpOp::NotIn => " not in ",
            });
            self.expr(right, Level::BitOr)?;
        }
        Ok(())
    }

    fn call(&mut self, func: ExprId, args: List<ExprId>, keywords: List<Keyword>) -> Result<()> {
        let ast = self.ast;
        self.expr(func, Level::Atom)?;
        if let [only] = ast[args]
            && keywords.is_empty()
            && matches!(ast[only].kind, ExprKind::GeneratorExp { .. })
        {
            return self.expr(only, Level::Test);
        }
        self.put("(");
        self.list(args, ", ", Level::Test)?;
        for (place, keyword) in ast[keywords].iter().enumerate() {
            if place > 0 || !args.is_empty() {
                self.put(", ");
            }
            match keyword.arg {
                Some(name) => {
                    self.name(name);
                    self.put("=");
                }
                None => self.put("**"),
            }
            self.expr(keyword.value, Level::Test)?;
        }
        self.put(")");
        Ok(())
    }

    fn display(&mut self, expr: ExprId) -> Result<()> {
        match self.ast[expr].kind {
            ExprKind::Tuple { elts, .. } if elts.is_empty() => self.put("()"),
            ExprKind::Tuple { elts, .. } => {
                self.list(elts, ", ", Level::Test)?;
                if elts.len() == 1 {
                    self.put(",");
                }
            }
            ExprKind::List { elts, .. } => {
                self.put("[");
                self.list(elts, ", ", Level::Test)?;
                self.put("]");
            }
            ExprKind::Set { elts } => {
                self.put("{");
                self.list(elts, ", ", Level::Test)?;
                self.put("}");
            }
            ExprKind::Dict { keys, values } => self.dict(keys, values)?,
            _ => {}
        }
        Ok(())
    }

    fn dict(&mut self, keys: List<Option<ExprId>>, values: List<ExprId>) -> Result<()> {
        let ast = self.ast;
        self.put("{");
        for (place, (&key, &value)) in ast[keys].iter().zip(&ast[values]).enumerate() {
            if place > 0 {
                self.put(", ");
            }
            match key {
                Some(key) => {
                    self.expr(key, Level::Test)?;
                    self.put(": ");
                    self.expr(value, Level::Test)?;
                }
                None => {
                    self.put("**");
                    self.expr(value, Level::BitOr)?;
                }
            }
        }
        self.put("}");
        Ok(())
    }

    fn comprehension(&mut self, expr: ExprId) -> Result<()> {
        let (open, elements, generators, close) = match self.ast[expr].kind {
            ExprKind::ListComp { elt, generators } => ("[", (elt, None), generators, "]"),
            ExprKind::SetComp { elt, generators } => ("{", (elt, None), generators, "}"),
            ExprKind::DictComp { key, value, generators } => ("{", (key, value), generators, "}"),
            ExprKind::GeneratorExp { elt, generators } => ("(", (elt, None), generators, ")"),
            _ => return Ok(()),
        };
        self.put(open);
        self.expr(elements.0, Level::Test)?;
        if let Some(value) = elements.1 {
            self.put(": ");
            self.expr(value, Level::Test)?;
        }
        self.generators(generators)?;
        self.put(close);
        Ok(())
    }

    fn generators(&mut self, generators: List<Comprehension>) -> Result<()> {
        let ast = self.ast;
        for generator in &ast[generators] {
            self.put(if generator.is_async { " async for " } else { " for " });
            self.expr(generator.target, Level::Tuple)?;
            self.put(" in ");
            self.expr(generator.iter, Level::Or)?;
            for &test in &ast[generator.ifs] {
                self.put(" if ");
                self.expr(test, Level::Or)?;
            }
        }
        Ok(())
    }

    fn slice(&mut self, lower: Option<ExprId>, upper: Option<ExprId>, step: Option<ExprId>) -> Result<()> {
        if let Some(lower) = lower {
            self.expr(lower, Level::Test)?;
        }
        self.put(":");
        if let Some(upper) = upper {
            self.expr(upper, Level::Test)?;
        }
        if let Some(step) = step {
            self.put(":");
            self.expr(step, Level::Test)?;
        }
        Ok(())
    }
}

fn operator(op: Operator) -> (&'static str, Level) {
    match op {
        Operator::Add => (" + ", Level::Arithmetic),
        Operator::Sub => (" - ", Level::Arithmetic),
        Operator::Mult => (" * ", Level::Term),
        Operator::MatMult => (" @ ", Level::Term),
        Operator::Div => (" / ", Level::Term),
        Operator::Mod => (" % ", Level::Term),
        Operator::FloorDiv => (" // ", Level::Term),
        Operator::LShift => (" << ", Level::Shift),
        Operator::RShift => (" >> ", Level::Shift),
        Operator::BitOr => (" | ", Level::BitOr),
        Operator::BitXor => (" ^ ", Level::BitXor),
        Operator::BitAnd => (" & ", Level::BitAnd),
        Operator::Pow => (" ** ", Level::Power),
    }
}
