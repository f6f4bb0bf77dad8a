//! The kinds of nodes, with the fields that the `ast` module gives them.

#![expect(missing_docs, reason = "kinds and fields have the names of Python's ast module")]

use super::{ExprId, Id, List, PatternId, StmtId};
use crate::constant::ConstId;
use crate::span::Span;
use crate::symbol::Symbol;

/// `expr_context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Read.
    Load,
    /// Assigned to.
    Store,
    /// Deleted.
    Del,
}

/// `boolop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    /// `and`
    And,
    /// `or`
    Or,
}

/// `operator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mult,
    /// `@`
    MatMult,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `|`
    BitOr,
    /// `^`
    BitXor,
    /// `&`
    BitAnd,
    /// `//`
    FloorDiv,
}

/// `unaryop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `~`
    Invert,
    /// `not`
    Not,
    /// `+`
    UAdd,
    /// `-`
    USub,
}

/// `cmpop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CmpOp {
    /// `==`
    Eq,
    /// `!=`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtE,
    /// `>`
    Gt,
    /// `>=`
    GtE,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// What follows `!` in a replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Nothing: -1.
    None,
    /// `!s`
    Str,
    /// `!r`
    Repr,
    /// `!a`
    Ascii,
}

impl Conversion {
    /// The number that the `ast` module shows.
    pub const fn code(self) -> i32 {
        match self {
            Self::None => -1,
            Self::Str => b's' as i32,
            Self::Repr => b'r' as i32,
            Self::Ascii => b'a' as i32,
        }
    }
}

/// An expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions; fields as in the `ast` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprKind {
    BoolOp {
        op: BoolOp,
        values: List<ExprId>,
    },
    NamedExpr {
        target: ExprId,
        value: ExprId,
    },
    BinOp {
        left: ExprId,
        op: Operator,
        right: ExprId,
    },
    UnaryOp {
        op: UnaryOp,
        operand: ExprId,
    },
    Lambda {
        args: Id<Arguments>,
        body: ExprId,
    },
    IfExp {
        test: ExprId,
        body: ExprId,
        orelse: ExprId,
    },
    /// A key that is none belongs to `**value`.
    Dict {
        keys: List<Option<ExprId>>,
        values: List<ExprId>,
    },
    Set {
        elts: List<ExprId>,
    },
    ListComp {
        elt: ExprId,
        generators: List<Comprehension>,
    },
    SetComp {
        elt: ExprId,
        generators: List<Comprehension>,
    },
    /// Without a value it is `{**key for …}`.
    DictComp {
        key: ExprId,
        value: Option<ExprId>,
        generators: List<Comprehension>,
    },
    GeneratorExp {
        elt: ExprId,
        generators: List<Comprehension>,
    },
    Await {
        value: ExprId,
    },
    Yield {
        value: Option<ExprId>,
    },
    YieldFrom {
        value: ExprId,
    },
    /// `ops` and `comparators` are of one length.
    Compare {
        left: ExprId,
        ops: List<CmpOp>,
        comparators: List<ExprId>,
    },
    Call {
        func: ExprId,
        args: List<ExprId>,
        keywords: List<Keyword>,
    },
    FormattedValue {
        value: ExprId,
        conversion: Conversion,
        format_spec: Option<ExprId>,
    },
    Interpolation {
        value: ExprId,
        str: ConstId,
        conversion: Conversion,
        format_spec: Option<ExprId>,
    },
    JoinedStr {
        values: List<ExprId>,
    },
    TemplateStr {
        values: List<ExprId>,
    },
    /// `unicode` tells of a `u` before the quotes: the field `kind`.
    Constant {
        value: ConstId,
        unicode: bool,
    },
    Attribute {
        value: ExprId,
        attr: Symbol,
        ctx: Context,
    },
    Subscript {
        value: ExprId,
        slice: ExprId,
        ctx: Context,
    },
    Starred {
        value: ExprId,
        ctx: Context,
    },
    Name {
        id: Symbol,
        ctx: Context,
    },
    List {
        elts: List<ExprId>,
        ctx: Context,
    },
    Tuple {
        elts: List<ExprId>,
        ctx: Context,
    },
    Slice {
        lower: Option<ExprId>,
        upper: Option<ExprId>,
        step: Option<ExprId>,
    },
}

/// A statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stmt {
    /// Where it stands; a decorated one from `def`, `async` or `class` on.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statements; fields as in the `ast` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StmtKind {
    FunctionDef(Id<Function>),
    AsyncFunctionDef(Id<Function>),
    ClassDef(Id<Class>),
    Return {
        value: Option<ExprId>,
    },
    Delete {
        targets: List<ExprId>,
    },
    Assign {
        targets: List<ExprId>,
        value: ExprId,
    },
    TypeAlias {
        name: ExprId,
        type_params: List<TypeParam>,
        value: ExprId,
    },
    AugAssign {
        target: ExprId,
        op: Operator,
        value: ExprId,
    },
    AnnAssign {
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    },
    For {
        target: ExprId,
        iter: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
    },
    AsyncFor {
        target: ExprId,
        iter: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
    },
    While {
        test: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
    },
    If {
        test: ExprId,
        body: List<StmtId>,
        orelse: List<StmtId>,
    },
    With {
        items: List<WithItem>,
        body: List<StmtId>,
    },
    AsyncWith {
        items: List<WithItem>,
        body: List<StmtId>,
    },
    Match {
        subject: ExprId,
        cases: List<MatchCase>,
    },
    Raise {
        exc: Option<ExprId>,
        cause: Option<ExprId>,
    },
    Try {
        body: List<StmtId>,
        handlers: List<ExceptHandler>,
        orelse: List<StmtId>,
        finalbody: List<StmtId>,
    },
    TryStar {
        body: List<StmtId>,
        handlers: List<ExceptHandler>,
        orelse: List<StmtId>,
        finalbody: List<StmtId>,
    },
    Assert {
        test: ExprId,
        msg: Option<ExprId>,
    },
    Import {
        names: List<Alias>,
        is_lazy: bool,
    },
    ImportFrom {
        module: Option<Symbol>,
        names: List<Alias>,
        level: u32,
        is_lazy: bool,
    },
    Global {
        names: List<Symbol>,
    },
    Nonlocal {
        names: List<Symbol>,
    },
    Expr {
        value: ExprId,
    },
    Pass,
    Break,
    Continue,
}

/// What a `def` makes, async or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: Symbol,
    pub args: Id<Arguments>,
    pub body: List<StmtId>,
    pub decorator_list: List<ExprId>,
    pub returns: Option<ExprId>,
    pub type_params: List<TypeParam>,
}

/// What a `class` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    pub name: Symbol,
    pub bases: List<ExprId>,
    pub keywords: List<Keyword>,
    pub body: List<StmtId>,
    pub decorator_list: List<ExprId>,
    pub type_params: List<TypeParam>,
}

/// Parameters. `defaults` are those of the last positional ones, `kw_defaults` has one entry for each keyword-only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arguments {
    pub posonlyargs: List<Arg>,
    pub args: List<Arg>,
    pub vararg: Option<Id<Arg>>,
    pub kwonlyargs: List<Arg>,
    pub kw_defaults: List<Option<ExprId>>,
    pub kwarg: Option<Id<Arg>>,
    pub defaults: List<ExprId>,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    pub span: Span,
    pub name: Symbol,
    pub annotation: Option<ExprId>,
}

/// `arg=value` in a call, or `**value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyword {
    pub span: Span,
    pub arg: Option<Symbol>,
    pub value: ExprId,
}

/// `name as asname` of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    pub span: Span,
    pub name: Symbol,
    pub asname: Option<Symbol>,
}

/// `context_expr as optional_vars` of a `with`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithItem {
    pub context_expr: ExprId,
    pub optional_vars: Option<ExprId>,
}

/// `except exception as name:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptHandler {
    pub span: Span,
    pub exception: Option<ExprId>,
    pub name: Option<Symbol>,
    pub body: List<StmtId>,
}

/// `for target in iter if …` of a comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comprehension {
    pub target: ExprId,
    pub iter: ExprId,
    pub ifs: List<ExprId>,
    pub is_async: bool,
}

/// `case pattern if guard:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchCase {
    pub pattern: PatternId,
    pub guard: Option<ExprId>,
    pub body: List<StmtId>,
}

/// A pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The kinds of patterns; fields as in the `ast` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternKind {
    MatchValue {
        value: ExprId,
    },
    MatchSingleton {
        value: ConstId,
    },
    MatchSequence {
        patterns: List<PatternId>,
    },
    MatchMapping {
        keys: List<ExprId>,
        patterns: List<PatternId>,
        rest: Option<Symbol>,
    },
    MatchClass {
        cls: ExprId,
        patterns: List<PatternId>,
        kwd_attrs: List<Symbol>,
        kwd_patterns: List<PatternId>,
    },
    MatchStar {
        name: Option<Symbol>,
    },
    MatchAs {
        pattern: Option<PatternId>,
        name: Option<Symbol>,
    },
    MatchOr {
        patterns: List<PatternId>,
    },
}

/// A type parameter; `default_value` is what follows `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeParam {
    pub span: Span,
    pub name: Symbol,
    pub default_value: Option<ExprId>,
    pub kind: TypeParamKind,
}

/// The kinds of type parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeParamKind {
    TypeVar { bound: Option<ExprId> },
    ParamSpec,
    TypeVarTuple,
}
