//! From the tree and the symbol table to instructions, unit by unit.
//!
//! The tree is walked once. Each code object to come is a *unit*: its instructions, constants and names
//! are collected while the walk is inside it, and at its end the [`Backend`] makes it a constant of the unit around.
//! There is one file for each kind of thing that is generated; a difference between releases is a
//! [switch](Rules) that is read in one helper.

mod annotation;
mod block;
mod boolean;
mod call;
mod check;
mod class;
mod comprehension;
mod display;
mod docstring;
mod emit;
mod expression;
mod function;
mod generator_call;
mod handler;
mod import;
mod loops;
mod name;
mod pattern;
mod scope;
mod statement;
mod string;
mod subscript;
mod table;
mod type_param;
mod unit;
mod with;
mod yielding;

pub use table::Indexed;
pub use unit::{Unit, flag};

use crate::ast::{Ast, Expr, ExprId, Operator, Pattern, Stmt};
use crate::constant::{ConstId, Constants};
use crate::error::{Handover, Result, Warning};
use crate::future::Future;
use crate::instruction::Label;
use crate::location::Locations;
use crate::rules::Rules;
use crate::span::Span;
use crate::symbol::Symbols;
use crate::symtable::SymbolTable;

use scope::Builder;

/// How many values an expression keeps on the stack before it collects them in a container: CPython's soft limit.
const STACK_GUIDELINE: usize = 30;

/// Instructions that a node of the tree makes at most, on the average. Real code makes one or two; nested `finally`
/// bodies, which are copied, and patterns that bind very many names make more than any machine has room for.
const INSTRUCTIONS_PER_NODE: usize = 32;

/// The same for small files.
const INSTRUCTIONS: usize = 100_000;

/// Nesting of statements and expressions up to which code is generated here.
const DEPTH: u32 = 1_500;

/// Makes a code object of a finished unit.
pub trait Backend {
    /// The constant for the code object of `unit`. Units that make equal code objects make one constant.
    fn finish(
        &mut self,
        unit: &Unit,
        symbols: &mut Symbols,
        constants: &mut Constants,
        locations: &mut Locations,
    ) -> Result<ConstId>;
}

/// What code is generated from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The tree, after preprocessing.
    pub ast: &'a Ast,
    /// The symbol table of that tree.
    pub table: &'a SymbolTable,
    /// Its `__future__` imports.
    pub future: &'a Future,
    /// How the release behaves.
    pub rules: &'a Rules,
    /// The level of optimization: 0, 1 or 2.
    pub level: u8,
}

/// Tables that every stage adds to.
pub struct Tables<'a> {
    /// Names and strings.
    pub symbols: &'a mut Symbols,
    /// Constants.
    pub constants: &'a mut Constants,
    /// Places of instructions.
    pub locations: &'a mut Locations,
    /// What CPython warns of.
    pub warnings: &'a mut Vec<Warning>,
}

/// Generates the code of a module, and gives the constant of its code object.
pub fn generate<B: Backend>(input: Input<'_>, tables: Tables<'_>, backend: &mut B) -> Result<ConstId> {
    let builder = Builder::module(input.table, tables.symbols, Unit::default());
    let nodes = input.ast.count::<Expr>() + input.ast.count::<Stmt>() + input.ast.count::<Pattern>();
    let mut codegen = Codegen {
        ast: input.ast,
        table: input.table,
        rules: input.rules,
        level: input.level,
        future: input.future,
        symbols: tables.symbols,
        constants: tables.constants,
        locations: tables.locations,
        warnings: tables.warnings,
        backend,
        unit: builder,
        outer: Vec::new(),
        finished: Vec::new(),
        ends: Vec::new(),
        operators: Vec::new(),
        silence: 0,
        depth: 0,
        budget: INSTRUCTIONS + INSTRUCTIONS_PER_NODE * nodes,
    };
    codegen.module()
}

/// The walk over one file.
struct Codegen<'a, B> {
    ast: &'a Ast,
    table: &'a SymbolTable,
    rules: &'a Rules,
    level: u8,
    future: &'a Future,
    symbols: &'a mut Symbols,
    constants: &'a mut Constants,
    locations: &'a mut Locations,
    warnings: &'a mut Vec<Warning>,
    backend: &'a mut B,
    /// The unit that is being made.
    unit: Builder,
    /// The units around it, the module first.
    outer: Vec<Builder>,
    /// Units that are code already, whose memory is used again.
    finished: Vec<Unit>,
    /// The ends of `if` statements that are being made.
    ends: Vec<Label>,
    /// Operators whose left side is being made, with their right side and place.
    operators: Vec<(Operator, ExprId, Span)>,
    /// How many copies of `finally` bodies stand around that do not warn again.
    silence: u32,
    depth: u32,
    /// How many instructions may still come.
    budget: usize,
}

impl<B: Backend> Codegen<'_, B> {
    /// Runs a step one level deeper, or gives up where the nesting is too deep.
    fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= DEPTH {
            return Err(Handover::TooDeep.into());
        }
        if self.budget == 0 || self.symbols.is_full() {
            return Err(Handover::TooLarge("the code").into());
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }
}
