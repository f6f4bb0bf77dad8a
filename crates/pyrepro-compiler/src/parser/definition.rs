//! Functions, classes, their parameters and type parameters.

use super::Parser;
use super::compound::Header;
use crate::ast::{
    Arg, Arguments, Class, ExprId, Function, Id, List, StmtId, StmtKind, TypeParam, TypeParamKind,
};
use crate::error::{Failure, Result};
use crate::lexer::token::TokenKind;
use crate::span::Span;

impl Parser<'_> {
    /// Decorators and the definition they belong to.
    pub(super) fn decorated(&mut self) -> Result<StmtId> {
        let mark = self.stacks.exprs.len();
        while self.eat(TokenKind::At) {
            let decorator = self.named_expression()?;
            self.expect(TokenKind::Newline)?;
            self.stacks.exprs.push(decorator);
        }
        let decorators = self.take_exprs(mark);
        let start = self.start();
        match self.kind() {
            TokenKind::KwDef => self.function(start, decorators),
            TokenKind::KwAsync if self.kind_after(1) == TokenKind::KwDef => self.function(start, decorators),
            TokenKind::KwClass => self.class(decorators),
            _ => self.unexpected(),
        }
    }

    /// `def`, or `async def`, to its end.
    pub(super) fn function(&mut self, start: Span, decorator_list: List<ExprId>) -> Result<StmtId> {
        let is_async = self.eat(TokenKind::KwAsync);
        let header = Header { name: "function definition", start: self.start() };
        self.bump();
        let name = self.name()?;
        let bracket = self.start();
        let type_params = match self.type_params(Some("expected '('")) {
            Err(Failure::Syntax(error)) if error.message == "invalid syntax" => {
                return self.refuse("expected '('", bracket);
            }
            read => read?,
        };
        if !self.eat(TokenKind::LeftParen) {
            return self.refuse("expected '('", self.start());
        }
        let args = self.parameters(TokenKind::RightParen)?;
        self.expect(TokenKind::RightParen)?;
        let returns = if self.eat(TokenKind::Arrow) { Some(self.expression()?) } else { None };
        let body = self.block_with_colon(header)?;
        let function = self.ast.add(Function { name, args, body, decorator_list, returns, type_params });
        let kind =
            if is_async { StmtKind::AsyncFunctionDef(function) } else { StmtKind::FunctionDef(function) };
        Ok(self.stmt(kind, start))
    }

    pub(super) fn class(&mut self, decorator_list: List<ExprId>) -> Result<StmtId> {
        let start = self.start();
        self.bump();
        let name = self.name()?;
        let type_params = self.type_params(None)?;
        let (bases, keywords) =
            if self.eat(TokenKind::LeftParen) { self.arguments(None)? } else { (List::EMPTY, List::EMPTY) };
        let body = self.block(Header { name: "class definition", start })?;
        let class = self.ast.add(Class { name, bases, keywords, body, decorator_list, type_params });
        Ok(self.stmt(StmtKind::ClassDef(class), start))
    }

    /// Parameters up to what closes them: a parenthesis, or the colon of a lambda, which has no annotations.
    pub(super) fn parameters(&mut self, close: TokenKind) -> Result<Id<Arguments>> {
        let mark = self.stacks.args.len();
        let defaults_mark = self.stacks.exprs.len();
        let mut positional_only = 0;
        let mut stars = StarParameters::default();
        while !self.at(close) {
            match self.kind() {
                TokenKind::Slash => {
                    self.check_slash(positional_only, self.stacks.args.len() - mark)?;
                    self.bump();
                    positional_only = self.stacks.args.len() - mark;
                    if self.at(TokenKind::Star) {
                        return self.refuse("expected comma between / and *", self.start());
                    }
                }
                TokenKind::Star | TokenKind::DoubleStar => {
                    stars = self.star_parameters(close)?;
                    break;
                }
                _ => self.positional_parameter(close, defaults_mark)?,
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if !self.at(close) {
            return self.unexpected();
        }
        let defaults = self.take_exprs(defaults_mark);
        let args = self.ast.add_list(&self.stacks.args[mark + positional_only..]);
        let posonlyargs = self.ast.add_list(&self.stacks.args[mark..mark + positional_only]);
        self.stacks.args.truncate(mark);
        let StarParameters { vararg, kwonlyargs, kw_defaults, kwarg } = stars;
        let arguments = Arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults };
        Ok(self.ast.add(arguments))
    }

    fn check_slash(&self, positional_only: usize, parameters: usize) -> Result<()> {
        if parameters == 0 {
            let word = self.grammar.parameter_word();
            return self.refuse(format!("at least one {word} must precede /"), self.start());
        }
        if positional_only > 0 {
            return self.refuse("/ may appear only once", self.start());
        }
        Ok(())
    }

    fn positional_parameter(&mut self, close: TokenKind, defaults_mark: usize) -> Result<()> {
        let parameter = self.parameter(close)?;
        if let Some(default) = self.default(close)? {
            self.stacks.exprs.push(default);
        } else if self.stacks.exprs.len() > defaults_mark && self.ends_parameter(close) {
            let message = "parameter without a default follows parameter with a default";
            return self.refuse(message, parameter.span);
        }
        self.stacks.args.push(parameter);
        Ok(())
    }

    fn ends_parameter(&self, close: TokenKind) -> bool {
        self.at(TokenKind::Comma) || self.at(close)
    }

    fn parameter(&mut self, close: TokenKind) -> Result<Arg> {
        let start = self.start();
        let name = self.name()?;
        let annotation = if close != TokenKind::Colon && self.eat(TokenKind::Colon) {
            Some(self.expression()?)
        } else {
            None
        };
        Ok(Arg { span: self.span(start), name, annotation })
    }

    fn default(&mut self, close: TokenKind) -> Result<Option<ExprId>> {
        if !self.eat(TokenKind::Equal) {
            return Ok(None);
        }
        if self.at(close) || self.at(TokenKind::Comma) {
            return self.refuse("expected default value expression", self.start());
        }
        self.expression().map(Some)
    }

    /// From `*` or `**` to the end.
    fn star_parameters(&mut self, close: TokenKind) -> Result<StarParameters> {
        let mut stars = StarParameters::default();
        if self.at(TokenKind::Star) {
            stars.vararg = self.star_parameter(close)?;
            self.keyword_only_parameters(close, &mut stars)?;
        }
        if self.eat(TokenKind::DoubleStar) {
            stars.kwarg = Some(self.double_star_parameter(close)?);
        }
        Ok(stars)
    }

    /// `*args` or a bare `*`, and the comma behind it.
    fn star_parameter(&mut self, close: TokenKind) -> Result<Option<Id<Arg>>> {
        let star = self.start();
        self.bump();
        let vararg = if self.at(TokenKind::Comma) || self.at(close) {
            let next = if self.at(close) { close } else { self.kind_after(1) };
            if next == close || next == TokenKind::DoubleStar {
                return self.refuse("named arguments must follow bare *", star);
            }
            None
        } else {
            let parameter = self.var_positional(close)?;
            if self.at(TokenKind::Equal) {
                let word = self.grammar.parameter_word();
                let message = format!("var-positional {word} cannot have default value");
                return self.refuse(message, self.start());
            }
            Some(self.ast.add(parameter))
        };
        if !self.at(close) {
            self.expect(TokenKind::Comma)?;
        }
        Ok(vararg)
    }

    /// The parameter behind `*`, of which the annotation may be unpacked.
    fn var_positional(&mut self, close: TokenKind) -> Result<Arg> {
        if close == TokenKind::Colon || self.kind_after(1) != TokenKind::Colon {
            return self.parameter(close);
        }
        let start = self.start();
        let name = self.name()?;
        self.bump();
        let annotation = Some(self.star_expression()?);
        Ok(Arg { span: self.span(start), name, annotation })
    }

    fn keyword_only_parameters(&mut self, close: TokenKind, stars: &mut StarParameters) -> Result<()> {
        let marks = (self.stacks.args.len(), self.stacks.optional_exprs.len());
        while !self.at(close) && !self.at(TokenKind::DoubleStar) {
            match self.kind() {
                TokenKind::Star => return self.refuse("* argument may appear only once", self.start()),
                TokenKind::Slash => return self.refuse("/ must be ahead of *", self.start()),
                _ => {}
            }
            let parameter = self.parameter(close)?;
            let default = self.default(close)?;
            self.stacks.args.push(parameter);
            self.stacks.optional_exprs.push(default);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        stars.kwonlyargs = super::take(&mut self.ast, &mut self.stacks.args, marks.0);
        stars.kw_defaults = super::take(&mut self.ast, &mut self.stacks.optional_exprs, marks.1);
        if self.at(TokenKind::DoubleStar) || self.at(close) { Ok(()) } else { self.unexpected() }
    }

    fn double_star_parameter(&mut self, close: TokenKind) -> Result<Id<Arg>> {
        let parameter = self.parameter(close)?;
        if self.at(TokenKind::Equal) {
            let word = self.grammar.parameter_word();
            return self.refuse(format!("var-keyword {word} cannot have default value"), self.start());
        }
        if self.eat(TokenKind::Comma) && !self.at(close) {
            let word = self.grammar.parameter_word();
            return self.refuse(format!("{word}s cannot follow var-keyword {word}"), self.start());
        }
        Ok(self.ast.add(parameter))
    }

    /// `[T: int = str, *Ts, **P]`, if there is one; `without` is what a release without defaults says of one.
    pub(super) fn type_params(&mut self, without: Option<&'static str>) -> Result<List<TypeParam>> {
        let bracket = self.start();
        if !self.at(TokenKind::LeftBracket) || !self.grammar.type_parameters() {
            return Ok(List::EMPTY);
        }
        self.bump();
        if self.at(TokenKind::RightBracket) {
            return self.refuse("Type parameter list cannot be empty", self.start());
        }
        let mut params = Vec::new();
        while !self.at(TokenKind::RightBracket) {
            params.push(self.type_param()?);
            if let (TokenKind::Equal, Some(without)) = (self.kind(), without) {
                return self.refuse(without, bracket);
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightBracket)?;
        Ok(self.ast.add_list(&params))
    }

    fn type_param(&mut self) -> Result<TypeParam> {
        let start = self.start();
        let kind = match self.kind() {
            TokenKind::Star => TypeParamKind::TypeVarTuple,
            TokenKind::DoubleStar => TypeParamKind::ParamSpec,
            _ => TypeParamKind::TypeVar { bound: None },
        };
        let is_type_var = matches!(kind, TypeParamKind::TypeVar { .. });
        if !is_type_var {
            self.bump();
        }
        let name = self.name()?;
        let kind = match kind {
            TypeParamKind::TypeVar { .. } if self.eat(TokenKind::Colon) => {
                TypeParamKind::TypeVar { bound: Some(self.expression()?) }
            }
            TypeParamKind::TypeVarTuple if self.at(TokenKind::Colon) => {
                return self.refuse("cannot use bound with TypeVarTuple", self.start());
            }
            TypeParamKind::ParamSpec if self.at(TokenKind::Colon) => {
                return self.refuse("cannot use bound with ParamSpec", self.start());
            }
            other => other,
        };
        let default_value = if self.at(TokenKind::Equal) && self.grammar.type_parameter_defaults() {
            self.bump();
            let starred = kind == TypeParamKind::TypeVarTuple;
            Some(if starred { self.star_expression()? } else { self.expression()? })
        } else {
            None
        };
        Ok(TypeParam { span: self.span(start), name, default_value, kind })
    }
}

/// Parameters from a star on.
struct StarParameters {
    vararg: Option<Id<Arg>>,
    kwonlyargs: List<Arg>,
    kw_defaults: List<Option<ExprId>>,
    kwarg: Option<Id<Arg>>,
}

impl Default for StarParameters {
    fn default() -> Self {
        Self { vararg: None, kwonlyargs: List::EMPTY, kw_defaults: List::EMPTY, kwarg: None }
    }
}
