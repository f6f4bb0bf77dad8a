//! The tree of a file: CPython's node kinds and fields, in an arena.
//!
//! Nodes live in vectors of an [`Ast`] and are named by an [`Id`]; a list of nodes is a [`List`], a range of such
//! a vector. Kinds are `Copy`, so a visitor takes one out (`let kind = ast[expr].kind;`) and is free to change the
//! tree meanwhile; `ast[expr].kind = …` replaces an expression in place and keeps its id. Ids number the nodes of a
//! type from 0 without gaps ([`Id::index`]), so a table of facts about nodes, such as their scopes, is a vector.

mod arena;
mod docstring;
mod nodes;

pub use arena::{Ast, Id, List, Stored};
pub use nodes::*;

/// An expression's id.
pub type ExprId = Id<Expr>;
/// A statement's id.
pub type StmtId = Id<Stmt>;
/// A pattern's id.
pub type PatternId = Id<Pattern>;
