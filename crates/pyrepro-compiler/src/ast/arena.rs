//! Where the nodes of a tree live.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut, Range};

use super::nodes::*;
use super::{ExprId, PatternId, StmtId};
use crate::span::Span;
use crate::symbol::Symbol;

/// The number of a `T` of an [`Ast`].
pub struct Id<T> {
    number: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    fn at(index: usize) -> Self {
        Self {
            number: u32::try_from(index + 1)
                .ok()
                .and_then(NonZeroU32::new)
                .expect("fewer nodes than a source of 4 GiB has bytes"),
            of: PhantomData,
        }
    }

    /// The place in a table with one entry for each `T`.
    pub const fn index(self) -> usize {
        self.number.get() as usize - 1
    }
}

/// Elements of type `T` that follow each other in an [`Ast`].
pub struct List<T> {
    start: u32,
    len: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// No elements.
    pub const EMPTY: Self = Self::range_of(0, 0);

    const fn range_of(start: u32, len: u32) -> Self {
        Self { start, len, of: PhantomData }
    }

    /// The first of all `T`s of an [`Ast`].
    pub(crate) const fn first(count: usize) -> Self {
        Self::range_of(0, count as u32)
    }

    /// How many elements there are.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The id of each element, for elements that are nodes themselves.
    pub fn ids(self) -> impl ExactSizeIterator<Item = Id<T>> + DoubleEndedIterator + Clone {
        self.range().map(Id::at)
    }

    /// The elements from a place on.
    pub fn from(self, first: usize) -> Self {
        let first = (first as u32).min(self.len);
        Self::range_of(self.start + first, self.len - first)
    }

    /// The elements before a place.
    pub fn until(self, end: usize) -> Self {
        Self::range_of(self.start, (end as u32).min(self.len))
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

macro_rules! copies {
    ($($type:ident),*) => {$(
        impl<T> Clone for $type<T> {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<T> Copy for $type<T> {}
    )*};
}
copies!(Id, List);

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl<T> Eq for Id<T> {}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "#{}", self.index())
    }
}
impl<T> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}
impl<T> Eq for List<T> {}
impl<T> fmt::Debug for List<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.range())
    }
}

/// What an [`Ast`] holds many of.
pub trait Stored: Copy + Sized {
    /// All of this type.
    fn all(ast: &Ast) -> &[Self];
    /// All of this type, to be changed.
    fn all_mut(ast: &mut Ast) -> &mut Vec<Self>;
}

macro_rules! stored {
    ($($field:ident: $type:ty,)*) => {
        /// The tree of a file.
        #[derive(Clone, Debug)]
        pub struct Ast {
            /// The statements of the module.
            pub body: List<StmtId>,
            $($field: Vec<$type>,)*
        }

        impl Default for Ast {
            fn default() -> Self {
                Self { body: List::EMPTY, $($field: Vec::new(),)* }
            }
        }

        $(
            impl Stored for $type {
                fn all(ast: &Ast) -> &[Self] {
                    &ast.$field
                }
                fn all_mut(ast: &mut Ast) -> &mut Vec<Self> {
                    &mut ast.$field
                }
            }
        )*
    };
}

stored! {
    exprs: Expr,
    stmts: Stmt,
    patterns: Pattern,
    functions: Function,
    classes: Class,
    arguments: Arguments,
    args: Arg,
    keywords: Keyword,
    aliases: Alias,
    with_items: WithItem,
    handlers: ExceptHandler,
    comprehensions: Comprehension,
    cases: MatchCase,
    type_params: TypeParam,
    expr_ids: ExprId,
    optional_expr_ids: Option<ExprId>,
    stmt_ids: StmtId,
    pattern_ids: PatternId,
    symbols: Symbol,
    cmp_ops: CmpOp,
}

impl Ast {
    /// An empty tree with room for that of a source of so many bytes.
    pub fn for_source(bytes: usize) -> Self {
        Self {
            exprs: Vec::with_capacity(bytes / 16),
            stmts: Vec::with_capacity(bytes / 64),
            ..Self::default()
        }
    }

    /// Adds one, and gives its id.
    pub fn add<T: Stored>(&mut self, node: T) -> Id<T> {
        let all = T::all_mut(self);
        all.push(node);
        Id::at(all.len() - 1)
    }

    /// Adds elements, and gives their list.
    pub fn add_list<T: Stored>(&mut self, elements: &[T]) -> List<T> {
        if elements.is_empty() {
            return List::EMPTY;
        }
        let all = T::all_mut(self);
        let start = all.len();
        all.extend_from_slice(elements);
        assert!(u32::try_from(all.len()).is_ok(), "fewer nodes than a source of 4 GiB has bytes");
        List::range_of(start as u32, elements.len() as u32)
    }

    /// Adds an expression.
    pub fn expr(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.add(Expr { span, kind })
    }

    /// Adds a statement.
    pub fn stmt(&mut self, kind: StmtKind, span: Span) -> StmtId {
        self.add(Stmt { span, kind })
    }

    /// Adds a pattern.
    pub fn pattern(&mut self, kind: PatternKind, span: Span) -> PatternId {
        self.add(Pattern { span, kind })
    }

    /// How many of a type there are: the size of a table indexed by [`Id::index`].
    pub fn count<T: Stored>(&self) -> usize {
        T::all(self).len()
    }
}

impl<T: Stored> Index<Id<T>> for Ast {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &T::all(self)[id.index()]
    }
}

impl<T: Stored> IndexMut<Id<T>> for Ast {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut T::all_mut(self)[id.index()]
    }
}

impl<T: Stored> Index<List<T>> for Ast {
    type Output = [T];

    fn index(&self, list: List<T>) -> &[T] {
        &T::all(self)[list.range()]
    }
}

impl<T: Stored> IndexMut<List<T>> for Ast {
    fn index_mut(&mut self, list: List<T>) -> &mut [T] {
        &mut T::all_mut(self)[list.range()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constant::ConstId;
    use crate::symbol::names;

    #[test]
    fn nodes_are_small_and_replaced_in_place() {
        assert_eq!(size_of::<Option<ExprId>>(), 4);
        assert!(size_of::<Expr>() <= 40, "{}", size_of::<Expr>());
        assert!(size_of::<Stmt>() <= 56, "{}", size_of::<Stmt>());

        let mut ast = Ast::default();
        let name = ExprKind::Name { id: names::SUPER, ctx: Context::Load };
        let first = ast.expr(name, Span::NONE);
        let list = ast.add_list(&[first, first]);
        ast[first].kind = ExprKind::Constant { value: ConstId::NONE, unicode: false };
        assert_eq!(ast[list], [first, first]);
        assert!(matches!(ast[ast[list][1]].kind, ExprKind::Constant { .. }));
    }
}
