//! Tokens to the tree, by recursive descent.
//!
//! The grammar is CPython's, a PEG. Where its ordered choice matters there is either one token that decides, or the
//! parser goes back (`Parser::attempt`): for `with (`, and for a line that begins with `match`. What is assigned to
//! is read as an expression and then turned into a target, for everything that is a target is an expression, too.
//!
//! Spans come out as CPython's because they are made as CPython makes them: from the first token of a rule to the
//! last token that it took, lines and indentation left out.
//!
//! Depth is counted (`Parser::deeper`); chains that real code makes long, such as `a + b + …`, `a.b.c…` and `elif`,
//! are loops. Nothing is read more than twice.

mod atom;
mod call;
mod compound;
mod comprehension;
mod cursor;
mod definition;
mod display;
mod expression;
mod fstring;
mod import;
mod mistake;
mod pattern;
mod statement;
mod strings;
mod target;

use crate::ast::{Arg, Ast, CmpOp, ExprId, Keyword, List, PatternId, StmtId, Stored};
use crate::constant::Constants;
use crate::decode::Source;
use crate::error::{ErrorKind, Failure, Handover, Result, SyntaxError, Warning};
use crate::lexer;
use crate::lexer::token::{Token, TokenKind};
use crate::rules::{Consulted, Rules, Switches};
use crate::symbol::Symbols;

/// How deep expressions, statements and patterns may nest, taken together.
///
/// A token list has at most 200 open brackets and 100 levels of indentation, so only `lambda` and the like get here.
const MAX_DEPTH: u32 = 600;

/// A parsed file.
#[derive(Clone)]
pub struct Parsed {
    /// The tree.
    pub ast: Ast,
    /// Its names and strings.
    pub symbols: Symbols,
    /// Its constants.
    pub constants: Constants,
    /// What the lexer and the parser warn of, in CPython's order.
    pub warnings: Vec<Warning>,
    /// The switches on which it depends.
    pub asked: Switches,
}

/// Parses a file.
pub fn parse(source: &Source<'_>, rules: &Rules) -> Result<Parsed> {
    let grammar = &Consulted::new(&rules.grammar);
    let length = source.text().len();
    let mut symbols = Symbols::for_source(length);
    let tokens = lexer::tokenize(source, grammar, &mut symbols);
    if let Some(handover @ Failure::Handover(_)) = tokens.failure {
        return Err(handover);
    }
    let mut parser = Parser {
        text: source.text(),
        tokens: tokens.list,
        lexer_error: tokens.failure,
        grammar,
        ast: Ast::for_source(length),
        symbols,
        constants: Constants::for_source(length),
        warnings: Vec::new(),
        noticed: Vec::new(),
        next: 0,
        end: (1, 0),
        depth: 0,
        spec_depth: 0,
        flufl: false,
        stacks: Stacks::default(),
    };
    let read = parser.file();
    if parser.symbols.is_full() {
        return Err(Handover::TooLarge("the text of its names and strings").into());
    }
    if let Err(failure) = read {
        return Err(told(failure, parser.lexer_error));
    }
    let Parser { ast, symbols, constants, warnings, .. } = parser;
    let warnings = in_order(tokens.warnings, warnings);
    Ok(Parsed { ast, symbols, constants, warnings, asked: grammar.asked() })
}

/// What CPython tells of a file: after an error of the grammar it reads on, and an error of the tokens behind it is
/// told instead.
fn told(found: Failure, lexer: Option<Failure>) -> Failure {
    match (&found, lexer) {
        (Failure::Syntax(error), Some(Failure::Syntax(later))) if tells_instead(&later, error) => {
            Failure::Syntax(later)
        }
        _ => found,
    }
}

fn tells_instead(later: &SyntaxError, found: &SyntaxError) -> bool {
    if matches!(&*found.message, "unexpected indent" | "unexpected unindent") {
        return false;
    }
    let message = &*later.message;
    if message.ends_with("was never closed") {
        return found.span.line > later.span.line;
    }
    // These CPython's tokenizer only marks; and within an f-string the first error stays.
    let marked =
        message.starts_with("unexpected ") || message.contains("f-string") || message.contains("t-string");
    later.kind == ErrorKind::Syntax && !marked
}

/// The warnings of the lexer and of the literals as CPython gives them: it reads a token when it needs it.
fn in_order(lexer: Vec<(usize, Warning)>, literals: Vec<(usize, Warning)>) -> Vec<Warning> {
    let mut all = lexer;
    all.extend(literals);
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, warning)| warning).collect()
}

/// Reads the tokens of a file.
struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// The lexer's error, where the tokens end with one.
    lexer_error: Option<Failure>,
    grammar: &'a Consulted<'a>,
    ast: Ast,
    symbols: Symbols,
    constants: Constants,
    /// What literals are warned of, each with the index of the token that was next.
    warnings: Vec<(usize, Warning)>,
    /// The same, of the literal that is being read.
    noticed: Vec<Warning>,
    /// The token to be read next.
    next: usize,
    /// Line and column behind the last token that was read and that nodes can end with.
    end: (i32, i32),
    depth: u32,
    /// How many format specifications stand around within the innermost f-string.
    spec_depth: u32,
    /// `from __future__ import barry_as_FLUFL` was read: not equal is `<>`.
    flufl: bool,
    /// Elements of lists that are being read; a list is the top of its stack.
    stacks: Stacks,
}

#[derive(Default)]
struct Stacks {
    exprs: Vec<ExprId>,
    optional_exprs: Vec<Option<ExprId>>,
    stmts: Vec<StmtId>,
    patterns: Vec<PatternId>,
    cmp_ops: Vec<CmpOp>,
    keywords: Vec<Keyword>,
    args: Vec<Arg>,
}

impl Parser<'_> {
    fn file(&mut self) -> Result<()> {
        while !self.at(TokenKind::EndMarker) {
            self.statement()?;
        }
        self.ast.body = self.take_stmts(0);
        Ok(())
    }

    /// Runs a rule one level deeper, or gives up on a source that nests too deep.
    fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Handover::TooDeep.into());
        }
        self.depth += 1;
        let result = rule(self);
        self.depth -= 1;
        result
    }

    /// Tries a rule; if it does not apply, goes back to where it began.
    ///
    /// A limit of this parser is no reason to try something else.
    fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Result<Option<T>>) -> Result<Option<T>> {
        let (next, end, warnings) = (self.next, self.end, self.warnings.len());
        let depths = (self.depth, self.spec_depth);
        let lengths = self.stacks.lengths();
        let result = match rule(self) {
            Ok(Some(done)) => return Ok(Some(done)),
            Err(handover @ Failure::Handover(_)) => Err(handover),
            Ok(None) | Err(Failure::Syntax(_)) => Ok(None),
        };
        (self.next, self.end) = (next, end);
        (self.depth, self.spec_depth) = depths;
        self.warnings.truncate(warnings);
        self.stacks.truncate(lengths);
        result
    }

    fn take_stmts(&mut self, from: usize) -> List<StmtId> {
        take(&mut self.ast, &mut self.stacks.stmts, from)
    }

    fn take_exprs(&mut self, from: usize) -> List<ExprId> {
        take(&mut self.ast, &mut self.stacks.exprs, from)
    }

    fn take_patterns(&mut self, from: usize) -> List<PatternId> {
        take(&mut self.ast, &mut self.stacks.patterns, from)
    }
}

/// Makes a list of what lies on a stack from a place on.
fn take<T: Stored>(ast: &mut Ast, stack: &mut Vec<T>, from: usize) -> List<T> {
    let list = ast.add_list(&stack[from..]);
    stack.truncate(from);
    list
}

impl Stacks {
    fn lengths(&self) -> [usize; 7] {
        [
            self.exprs.len(),
            self.optional_exprs.len(),
            self.stmts.len(),
            self.patterns.len(),
            self.cmp_ops.len(),
            self.keywords.len(),
            self.args.len(),
        ]
    }

    fn truncate(&mut self, [exprs, optional_exprs, stmts, patterns, cmp_ops, keywords, args]: [usize; 7]) {
        self.exprs.truncate(exprs);
        self.optional_exprs.truncate(optional_exprs);
        self.stmts.truncate(stmts);
        self.patterns.truncate(patterns);
        self.cmp_ops.truncate(cmp_ops);
        self.keywords.truncate(keywords);
        self.args.truncate(args);
    }
}
