//! One source to the code of one edition.

use crate::ast::{Ast, Expr, ExprKind, Stmt, StmtKind, Stored};
use crate::backend::Backend;
use crate::codegen::{self, Input, Tables};
use crate::constant::Constants;
use crate::decode::Source;
use crate::edition::Edition;
use crate::error::{Handover, Result, Warning};
use crate::future;
use crate::location::Locations;
use crate::parser::{self, Parsed};
use crate::preprocess;
use crate::rules::{Grammar, Rules};
use crate::symbol::{Symbols, names};
use crate::symtable::SymbolTable;
use crate::write;

/// What a source becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// For each level the module's code object: marshal data in canonical form 1.
    pub code: Vec<Vec<u8>>,
    /// What CPython warns of when it compiles the first of the levels.
    pub warnings: Vec<Warning>,
}

/// Compiles a source as the releases of `edition` do.
///
/// `file_name` is what the code objects say they come from, with lone surrogates for bytes that are no UTF-8; `levels` are the levels of optimization, 0 to 2.
pub fn compile(
    source: &[u8],
    file_name: impl AsRef<[u8]>,
    edition: &Edition,
    levels: &[u8],
) -> Result<Compiled> {
    Tree::of(&Source::decode(source)?, edition.rules)?.code(file_name.as_ref(), edition.rules, levels)
}

/// A source for several editions. It is decoded once, and parsed once for all whose grammars read it the same way.
///
/// ```
/// use pyrepro_compiler::{Program, edition::Edition};
///
/// let mut program = Program::new(b"print('hello')\n");
/// for release in ["3.13", "3.14", "3.15"] {
///     let edition = Edition::of(release)?.edition;
///     assert_eq!(program.compile("hello.py", edition, &[0])?.code.len(), 1);
/// }
/// assert_eq!(program.parses(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Program<'a> {
    source: Result<Source<'a>>,
    trees: Vec<Tree>,
}

impl<'a> Program<'a> {
    /// The program with this source. Nothing is parsed before it is compiled.
    pub fn new(source: &'a [u8]) -> Self {
        Self { source: Source::decode(source), trees: Vec::new() }
    }

    /// The same as [`compile`](fn@compile).
    pub fn compile(
        &mut self,
        file_name: impl AsRef<[u8]>,
        edition: &Edition,
        levels: &[u8],
    ) -> Result<Compiled> {
        let rules = edition.rules;
        let tree = match self.trees.iter().find(|tree| tree.is_read_alike(rules)) {
            Some(tree) => tree.clone(),
            None => {
                let tree = Tree::of(self.source.as_ref().map_err(Clone::clone)?, rules)?;
                self.trees.push(tree.clone());
                tree
            }
        };
        tree.code(file_name.as_ref(), rules, levels)
    }

    /// How many trees there are so far.
    pub fn parses(&self) -> usize {
        self.trees.len()
    }
}

/// A parsed source, the grammar that it was parsed with, and what else there is to know of it.
#[derive(Clone)]
struct Tree {
    parsed: Parsed,
    grammar: &'static Grammar,
    matters: Matters,
}

impl Tree {
    fn of(source: &Source<'_>, rules: &'static Rules) -> Result<Tree> {
        let parsed = parser::parse(source, rules)?;
        let matters = Matters::of(&parsed);
        Ok(Tree { parsed, grammar: &rules.grammar, matters })
    }

    /// Whether the parser would make the same tree by other rules.
    fn is_read_alike(&self, rules: &Rules) -> bool {
        self.parsed.asked.agree(self.grammar, &rules.grammar)
    }

    /// The code for each level. Two between which nothing in the source differs are compiled once.
    fn code(self, file_name: &[u8], rules: &'static Rules, levels: &[u8]) -> Result<Compiled> {
        let Tree { parsed, matters, .. } = self;
        let mut compiled = Compiled { code: Vec::with_capacity(levels.len()), warnings: Vec::new() };
        let mut parsed = Some(parsed);
        for (index, level) in levels.iter().enumerate() {
            let is_same = |other: &u8| matters.nothing_between(*other, *level);
            if let Some(same) = levels[..index].iter().position(is_same) {
                let code = compiled.code[same].clone();
                compiled.code.push(code);
                continue;
            }
            // The last one needs no copy of the tree.
            let is_last = levels[index + 1..].iter().all(is_same);
            let Some(tree) = (if is_last { parsed.take() } else { parsed.clone() }) else { break };
            let (code, warnings) = Unit::of(tree).compile(file_name, rules, *level)?;
            compiled.code.push(code);
            if index == 0 {
                compiled.warnings = warnings;
            }
        }
        Ok(compiled)
    }
}

/// What of a source depends on the level of optimization.
#[derive(Clone, Copy)]
struct Matters {
    /// `assert` and `__debug__`, which level 1 knows better.
    asserts: bool,
    /// Docstrings, which level 2 drops.
    docstrings: bool,
}

impl Matters {
    fn of(parsed: &Parsed) -> Matters {
        let ast = &parsed.ast;
        let is_debug = |expr: &Expr| matches!(expr.kind, ExprKind::Name { id: names::DEBUG, .. });
        let has_docstring = |body| ast.docstring(body, &parsed.constants).is_some();
        let is_documented = |stmt: &Stmt| match stmt.kind {
            StmtKind::FunctionDef(function) | StmtKind::AsyncFunctionDef(function) => {
                has_docstring(ast[function].body)
            }
            StmtKind::ClassDef(class) => has_docstring(ast[class].body),
            _ => false,
        };
        Matters {
            asserts: Stmt::all(ast).iter().any(|stmt| matches!(stmt.kind, StmtKind::Assert { .. }))
                || Expr::all(ast).iter().any(is_debug),
            docstrings: has_docstring(ast.body) || Stmt::all(ast).iter().any(is_documented),
        }
    }

    /// Whether two levels give the same code.
    fn nothing_between(&self, one: u8, other: u8) -> bool {
        ((one == 0) == (other == 0) || !self.asserts) && ((one == 2) == (other == 2) || !self.docstrings)
    }
}

/// A parsed source on its way through the stages behind the parser, which change it.
struct Unit {
    ast: Ast,
    symbols: Symbols,
    constants: Constants,
    warnings: Vec<Warning>,
}

impl Unit {
    fn of(Parsed { ast, symbols, constants, warnings, .. }: Parsed) -> Self {
        Self { ast, symbols, constants, warnings }
    }

    fn compile(
        mut self,
        file_name: &[u8],
        rules: &'static Rules,
        level: u8,
    ) -> Result<(Vec<u8>, Vec<Warning>)> {
        let code = self.code(file_name, rules, level);
        // Where a text found no room nothing is right, not even an error.
        if self.symbols.is_full() || self.constants.is_full() {
            return Err(Handover::TooLarge("the text of its names and constants").into());
        }
        Ok((code?, self.warnings))
    }

    fn code(&mut self, file_name: &[u8], rules: &'static Rules, level: u8) -> Result<Vec<u8>> {
        let future = future::parse(&self.ast, &self.symbols, &self.constants, rules)?;
        preprocess::run(
            &mut self.ast,
            &mut self.constants,
            &mut self.symbols,
            rules,
            preprocess::Options { level, future_annotations: future.annotations },
            &mut self.warnings,
        )?;
        let table = SymbolTable::build(&self.ast, &mut self.symbols, &self.constants, &future, rules)?;
        let mut locations = Locations::for_nodes(self.ast.count::<Expr>());
        let mut backend = Backend::new(rules);
        let root = codegen::generate(
            Input { ast: &self.ast, table: &table, future: &future, rules, level },
            Tables {
                symbols: &mut self.symbols,
                constants: &mut self.constants,
                locations: &mut locations,
                warnings: &mut self.warnings,
            },
            &mut backend,
        )?;
        let file_name = self.symbols.intern_wtf8(file_name);
        let file_name = self.constants.add_str(file_name);
        Ok(write::write(root, file_name, &backend.codes, &self.constants, &self.symbols))
    }
}
