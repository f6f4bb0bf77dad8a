//! Statements on one line.

use super::Parser;
use crate::ast::{Context, ExprId, ExprKind, Operator, StmtId, StmtKind};
use crate::error::Result;
use crate::lexer::token::TokenKind;
use crate::span::Span;
use crate::symbol::names;

impl Parser<'_> {
    /// A compound statement, or a line of simple ones, onto the stack.
    pub(super) fn statement(&mut self) -> Result<()> {
        match self.compound()? {
            Some(statement) => self.stacks.stmts.push(statement),
            None => self.simple_statements()?,
        }
        Ok(())
    }

    pub(super) fn simple_statements(&mut self) -> Result<()> {
        loop {
            let statement = self.simple_statement()?;
            self.stacks.stmts.push(statement);
            if self.eat(TokenKind::Newline) {
                return Ok(());
            }
            self.expect(TokenKind::Semicolon)?;
            if self.eat(TokenKind::Newline) {
                return Ok(());
            }
        }
    }

    fn simple_statement(&mut self) -> Result<StmtId> {
        let start = self.start();
        let kind = match self.kind() {
            TokenKind::Name => match self.soft_keyword_statement(start)? {
                Some(statement) => return Ok(statement),
                None => return self.expression_statement(start),
            },
            TokenKind::KwReturn => self.return_statement()?,
            TokenKind::KwImport => self.import(false)?,
            TokenKind::KwFrom => self.import_from(None)?,
            TokenKind::KwRaise => self.raise()?,
            TokenKind::KwPass => self.keyword(StmtKind::Pass),
            TokenKind::KwBreak => self.keyword(StmtKind::Break),
            TokenKind::KwContinue => self.keyword(StmtKind::Continue),
            TokenKind::KwDel => self.delete()?,
            TokenKind::KwAssert => self.assert()?,
            TokenKind::KwGlobal | TokenKind::KwNonlocal => self.scope_declaration()?,
            TokenKind::KwYield => {
                let value = self.yield_expression()?;
                if self.at(TokenKind::Equal) {
                    let span = self.ast[value].span;
                    return self.refuse("assignment to yield expression not possible", span);
                }
                StmtKind::Expr { value }
            }
            _ => return self.expression_statement(start),
        };
        Ok(self.stmt(kind, start))
    }

    fn keyword(&mut self, kind: StmtKind) -> StmtKind {
        self.bump();
        kind
    }

    /// `type X = …` and `lazy import x`, which begin with a name.
    fn soft_keyword_statement(&mut self, start: Span) -> Result<Option<StmtId>> {
        let after = self.kind_after(1);
        let kind = if after == TokenKind::Name && self.at_word(names::TYPE) && self.grammar.type_parameters()
        {
            self.type_alias()?
        } else if after == TokenKind::KwImport && self.at_word(names::LAZY) && self.grammar.lazy_imports() {
            self.bump();
            self.import(true)?
        } else if after == TokenKind::KwFrom && self.at_word(names::LAZY) && self.grammar.lazy_imports() {
            let lazy = self.start();
            self.bump();
            self.import_from(Some(lazy))?
        } else {
            return Ok(None);
        };
        Ok(Some(self.stmt(kind, start)))
    }

    fn type_alias(&mut self) -> Result<StmtKind> {
        self.bump();
        let start = self.start();
        let id = self.name()?;
        let name = self.expr(ExprKind::Name { id, ctx: Context::Store }, start);
        let type_params = self.type_params(None)?;
        self.expect(TokenKind::Equal)?;
        let value = self.expression()?;
        Ok(StmtKind::TypeAlias { name, type_params, value })
    }

    fn return_statement(&mut self) -> Result<StmtKind> {
        self.bump();
        let value = self.optional_star_expressions()?;
        Ok(StmtKind::Return { value })
    }

    /// `star_expressions`, unless the statement ends here.
    pub(super) fn optional_star_expressions(&mut self) -> Result<Option<ExprId>> {
        if self.starts_expression() { self.star_expressions().map(Some) } else { Ok(None) }
    }

    fn raise(&mut self) -> Result<StmtKind> {
        self.bump();
        if !self.starts_expression() {
            return Ok(StmtKind::Raise { exc: None, cause: None });
        }
        let exc = Some(self.expression()?);
        let cause = if self.eat(TokenKind::KwFrom) { Some(self.expression()?) } else { None };
        Ok(StmtKind::Raise { exc, cause })
    }

    fn assert(&mut self) -> Result<StmtKind> {
        self.bump();
        let test = self.expression()?;
        let msg = if self.eat(TokenKind::Comma) { Some(self.expression()?) } else { None };
        Ok(StmtKind::Assert { test, msg })
    }

    fn scope_declaration(&mut self) -> Result<StmtKind> {
        let global = self.at(TokenKind::KwGlobal);
        self.bump();
        let mut found = vec![self.name()?];
        while self.eat(TokenKind::Comma) {
            found.push(self.name()?);
        }
        let names = self.ast.add_list(&found);
        Ok(if global { StmtKind::Global { names } } else { StmtKind::Nonlocal { names } })
    }

    fn delete(&mut self) -> Result<StmtKind> {
        self.bump();
        let first = self.next;
        let deleted = self.deletion();
        if let Err(failure) = &deleted
            && Self::is_replaceable(failure, Context::Del)
        {
            self.deletion_mistake(first)?;
        }
        deleted
    }

    fn deletion(&mut self) -> Result<StmtKind> {
        let mark = self.stacks.exprs.len();
        loop {
            let target = self.target_expression()?;
            self.make_deleted(target)?;
            self.stacks.exprs.push(target);
            if !self.eat(TokenKind::Comma) || matches!(self.kind(), TokenKind::Semicolon | TokenKind::Newline)
            {
                break;
            }
        }
        if !matches!(self.kind(), TokenKind::Semicolon | TokenKind::Newline) {
            return self.unexpected();
        }
        let targets = self.take_exprs(mark);
        Ok(StmtKind::Delete { targets })
    }

    /// An expression, or an assignment of one of the four kinds.
    fn expression_statement(&mut self, start: Span) -> Result<StmtId> {
        let simple = self.at(TokenKind::Name) && self.kind_after(1) == TokenKind::Colon;
        let token = self.next;
        let first = self.star_expressions()?;
        let kind = match self.kind() {
            TokenKind::Newline | TokenKind::Semicolon => StmtKind::Expr { value: first },
            TokenKind::Equal => self.assignment(first, token)?,
            TokenKind::Colon => self.annotated_assignment(first, simple)?,
            other => match augmented(other) {
                Some(op) => self.augmented_assignment(first, op)?,
                None => StmtKind::Expr { value: first },
            },
        };
        Ok(self.stmt(kind, start))
    }

    /// An assignment to `first`, which began with the token `token`.
    fn assignment(&mut self, first: ExprId, token: usize) -> Result<StmtKind> {
        let mark = self.stacks.exprs.len();
        let mut value = first;
        let mut yields = false;
        while self.at(TokenKind::Equal) {
            if yields {
                let span = self.ast[value].span;
                return self.refuse("assignment to yield expression not possible", span);
            }
            if let Err(failure) = self.make_assigned(value) {
                self.assignment_mistake(token)?;
                return Err(failure);
            }
            self.bump();
            self.stacks.exprs.push(value);
            yields = self.at(TokenKind::KwYield);
            value = self.yield_or_star_expressions()?;
        }
        let targets = self.take_exprs(mark);
        Ok(StmtKind::Assign { targets, value })
    }

    fn annotated_assignment(&mut self, target: ExprId, simple: bool) -> Result<StmtKind> {
        let wrong = match self.ast[target].kind {
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => None,
            ExprKind::List { .. } => Some("only single target (not list) can be annotated"),
            ExprKind::Tuple { .. } => Some("only single target (not tuple) can be annotated"),
            _ => Some("illegal target for annotation"),
        };
        if wrong.is_none() {
            self.make_assigned(target)?;
        }
        let colon = self.start();
        self.expect(TokenKind::Colon)?;
        if let Some(message) = wrong {
            // Without an annotation behind it, it is the colon that is wrong.
            let annotated = self.attempt(|parser| parser.expression().map(Some))?.is_some();
            let span = self.ast[self.first_of_bare_tuple(target)].span;
            return if annotated { self.refuse(message, span) } else { self.refuse("invalid syntax", colon) };
        }
        let annotation = self.expression()?;
        let value = if self.eat(TokenKind::Equal) { Some(self.yield_or_star_expressions()?) } else { None };
        Ok(StmtKind::AnnAssign { target, annotation, value, simple })
    }

    /// The first element of a tuple that starts with it; else the expression itself.
    fn first_of_bare_tuple(&self, expr: ExprId) -> ExprId {
        let ExprKind::Tuple { elts, .. } = self.ast[expr].kind else { return expr };
        let start = |expr: ExprId| (self.ast[expr].span.line, self.ast[expr].span.col);
        self.ast[elts].first().copied().filter(|&first| start(first) == start(expr)).unwrap_or(expr)
    }

    fn augmented_assignment(&mut self, target: ExprId, op: Operator) -> Result<StmtKind> {
        match self.ast[target].kind {
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                self.make_assigned(target)?;
            }
            kind => {
                let what = self.describe(kind);
                let message = format!("'{what}' is an illegal expression for augmented assignment");
                return self.refuse(message, self.ast[target].span);
            }
        }
        self.bump();
        let value = self.yield_or_star_expressions()?;
        Ok(StmtKind::AugAssign { target, op, value })
    }
}

fn augmented(kind: TokenKind) -> Option<Operator> {
    Some(match kind {
        TokenKind::PlusEqual => Operator::Add,
        TokenKind::MinusEqual => Operator::Sub,
        TokenKind::StarEqual => Operator::Mult,
        TokenKind::AtEqual => Operator::MatMult,
        TokenKind::SlashEqual => Operator::Div,
        TokenKind::PercentEqual => Operator::Mod,
        TokenKind::AmperEqual => Operator::BitAnd,
        TokenKind::BarEqual => Operator::BitOr,
        TokenKind::CircumflexEqual => Operator::BitXor,
        TokenKind::LeftShiftEqual => Operator::LShift,
        TokenKind::RightShiftEqual => Operator::RShift,
        TokenKind::DoubleStarEqual => Operator::Pow,
        TokenKind::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}
