//! One block of a program and what is known of it.

use super::variable::Variables;
use crate::span::Span;
use crate::symbol::Symbol;

/// A block of the program: a row of the [`SymbolTable`](super::SymbolTable).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub(super) u32);

impl ScopeId {
    /// The block of the module itself.
    pub const MODULE: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What kind of block this is. The order is CPython's (`_symtable.TYPE_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A `def`, a lambda or a comprehension.
    Function,
    /// A class body.
    Class,
    /// The file itself.
    Module,
    /// The annotations of a function, a class or a module.
    Annotation,
    /// The value of a `type` statement.
    TypeAlias,
    /// The type parameters of a generic function, class or alias.
    TypeParameters,
    /// The bound, the constraints or the default of one type parameter.
    TypeVariable,
}

/// Which comprehension a function block stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comprehension {
    /// `[… for …]`
    List,
    /// `{…: … for …}`
    Dict,
    /// `{… for …}`
    Set,
    /// `(… for …)`
    Generator,
}

/// One block: its names, its children, and what its statements say of it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What kind of block this is.
    pub kind: BlockKind,
    /// The name of the function, class, alias or type parameter; `<lambda>`, `<listcomp>` and so on.
    pub name: Symbol,
    /// The node of the block.
    pub span: Span,
    /// The names of the block, in the order in which they were first met.
    pub variables: Variables,
    /// The parameters, in the order of the code object (mangled).
    pub parameters: Vec<Symbol>,
    /// The blocks inside, in the order in which they were met.
    /// The children of an inlined comprehension stand in its place.
    pub children: Vec<ScopeId>,
    /// Inside a function, or inside a block that is.
    pub nested: bool,
    /// Holds a `yield`, or is a generator expression.
    pub generator: bool,
    /// `async def`, or holds an `await` or an asynchronous comprehension.
    pub coroutine: bool,
    /// Which comprehension this is, if it is one.
    pub comprehension: Option<Comprehension>,
    /// Has `*args`.
    pub varargs: bool,
    /// Has `**kwargs`.
    pub varkeywords: bool,
    /// Holds a `return` with a value.
    pub returns_value: bool,
    /// A class in which a method uses `__class__`.
    pub needs_class_closure: bool,
    /// A class whose annotations or type parameters look names up in it.
    pub needs_classdict: bool,
    /// A comprehension whose code stands in the block around it (PEP 709).
    pub inlined: bool,
    /// Names of the class around are visible here.
    pub can_see_class_scope: bool,
    /// The body starts with a docstring.
    pub has_docstring: bool,
    /// A function directly in a class.
    pub method: bool,
    /// Annotations that may or may not be executed are recorded at run time (3.14+).
    pub has_conditional_annotations: bool,
    /// At least one annotation belongs to this block (3.14+).
    pub annotations_used: bool,
    /// The block of this class's or module's variable annotations (3.14+).
    pub annotation_block: Option<ScopeId>,
    /// Only these names are mangled: the type parameters of a generic class.
    pub(super) mangled_names: Option<MangledNames>,
}

/// A set of names shared by a generic class's type-parameter block and the blocks in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MangledNames(pub(super) u32);

impl Scope {
    pub(super) fn new(kind: BlockKind, name: Symbol, span: Span) -> Self {
        Self {
            kind,
            name,
            span,
            variables: Variables::default(),
            parameters: Vec::new(),
            children: Vec::new(),
            nested: false,
            generator: false,
            coroutine: false,
            comprehension: None,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            needs_class_closure: false,
            needs_classdict: false,
            inlined: false,
            can_see_class_scope: false,
            has_docstring: false,
            method: false,
            has_conditional_annotations: false,
            annotations_used: false,
            annotation_block: None,
            mangled_names: None,
        }
    }

    /// A comprehension that PEP 709 compiles into the block around it.
    pub(super) fn is_inlinable(&self) -> bool {
        self.comprehension.is_some() && !self.generator
    }

    /// A `def` or comprehension that may wait.
    pub(super) fn is_async_function(&self) -> bool {
        self.kind == BlockKind::Function && self.coroutine
    }

    /// Compiled as a function: with fast locals and cells.
    pub fn is_function_like(&self) -> bool {
        match self.kind {
            BlockKind::Function
            | BlockKind::Annotation
            | BlockKind::TypeAlias
            | BlockKind::TypeParameters
            | BlockKind::TypeVariable => true,
            BlockKind::Class | BlockKind::Module => false,
        }
    }
}
