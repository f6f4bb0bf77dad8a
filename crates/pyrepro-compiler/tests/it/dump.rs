//! A tree in the short form of `oracle/ast.py`.

use pyrepro_compiler::ast::*;
use pyrepro_compiler::constant::{Const, ConstId};
use pyrepro_compiler::number::Integer;
use pyrepro_compiler::parser::Parsed;
use pyrepro_compiler::rules::Rules;
use pyrepro_compiler::span::Span;
use pyrepro_compiler::symbol::Symbol;
use std::fmt::Write;

/// The statements of a file.
pub fn dump(parsed: &Parsed, rules: &Rules) -> Vec<u8> {
    let mut dump = Dump { parsed, rules, out: Vec::new() };
    dump.list(parsed.ast.body, |dump, stmt| dump.stmt(stmt));
    dump.out
}

struct Dump<'a> {
    parsed: &'a Parsed,
    rules: &'a Rules,
    out: Vec<u8>,
}

/// A field of a node.
#[derive(Clone)]
enum Field {
    Expr(ExprId),
    MaybeExpr(Option<ExprId>),
    Exprs(List<ExprId>),
    MaybeExprs(List<Option<ExprId>>),
    Stmts(List<StmtId>),
    Const(ConstId),
    Name(Symbol),
    MaybeName(Option<Symbol>),
    Names(List<Symbol>),
    Word(String),
    Number(i64),
    Arguments(Id<Arguments>),
    Args(List<Arg>),
    MaybeArg(Option<Id<Arg>>),
    Keywords(List<Keyword>),
    Comprehensions(List<Comprehension>),
    Aliases(List<Alias>),
    Items(List<WithItem>),
    Handlers(List<ExceptHandler>),
    Cases(List<MatchCase>),
    Pattern(PatternId),
    MaybePattern(Option<PatternId>),
    Patterns(List<PatternId>),
    TypeParams(List<TypeParam>),
    CmpOps(List<CmpOp>),
}

impl Dump<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn list<T: Stored>(&mut self, list: List<T>, each: impl Fn(&mut Self, T)) {
        self.out.push(b'[');
        for place in 0..list.len() {
            let element = self.parsed.ast[list][place];
            each(self, element);
            self.out.push(b',');
        }
        self.out.push(b']');
    }

    fn node(&mut self, name: &str, span: Option<Span>, fields: &[Field]) {
        self.text(name);
        if let Some(Span { line, col, end_line, end_col }) = span {
            self.text(&format!("@{line}:{col}:{end_line}:{end_col}"));
        }
        if fields.is_empty() {
            return;
        }
        self.out.push(b'(');
        for field in fields {
            self.field(field.clone());
            self.out.push(b',');
        }
        self.out.push(b')');
    }

    fn maybe<T>(&mut self, value: Option<T>, dump: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => dump(self, value),
            None => self.out.push(b'~'),
        }
    }

    fn name(&mut self, name: Symbol) {
        let parsed = self.parsed;
        self.out.extend_from_slice(parsed.symbols.bytes(name));
    }

    fn field(&mut self, field: Field) {
        match field {
            Field::Expr(expr) => self.expr(expr),
            Field::MaybeExpr(expr) => self.maybe(expr, Self::expr),
            Field::Exprs(exprs) => self.list(exprs, Self::expr),
            Field::MaybeExprs(exprs) => self.list(exprs, |dump, expr| dump.maybe(expr, Self::expr)),
            Field::Stmts(stmts) => self.list(stmts, Self::stmt),
            Field::Const(value) => self.constant(value),
            Field::Name(name) => self.name(name),
            Field::MaybeName(name) => self.maybe(name, Self::name),
            Field::Names(names) => self.list(names, Self::name),
            Field::Word(word) => self.text(&word),
            Field::Number(number) => self.text(&number.to_string()),
            Field::Arguments(arguments) => self.arguments(arguments),
            Field::Args(args) => self.list(args, Self::arg),
            Field::MaybeArg(arg) => self.maybe(arg, |dump, arg| dump.arg(dump.parsed.ast[arg])),
            Field::Keywords(keywords) => self.list(keywords, |dump, Keyword { span, arg, value }| {
                dump.node("keyword", Some(span), &[Field::MaybeName(arg), Field::Expr(value)]);
            }),
            Field::Comprehensions(all) => self.list(all, |dump, one| {
                let Comprehension { target, iter, ifs, is_async } = one;
                let is_async = Field::Number(i64::from(is_async));
                dump.node(
                    "comprehension",
                    None,
                    &[Field::Expr(target), Field::Expr(iter), Field::Exprs(ifs), is_async],
                );
            }),
            Field::Aliases(aliases) => self.list(aliases, |dump, Alias { span, name, asname }| {
                dump.node("alias", Some(span), &[Field::Name(name), Field::MaybeName(asname)]);
            }),
            Field::Items(items) => self.list(items, |dump, WithItem { context_expr, optional_vars }| {
                dump.node("withitem", None, &[Field::Expr(context_expr), Field::MaybeExpr(optional_vars)]);
            }),
            Field::Handlers(handlers) => self.list(handlers, |dump, handler| {
                let ExceptHandler { span, exception, name, body } = handler;
                let fields = [Field::MaybeExpr(exception), Field::MaybeName(name), Field::Stmts(body)];
                dump.node("ExceptHandler", Some(span), &fields);
            }),
            Field::Cases(cases) => self.list(cases, |dump, MatchCase { pattern, guard, body }| {
                let fields = [Field::Pattern(pattern), Field::MaybeExpr(guard), Field::Stmts(body)];
                dump.node("match_case", None, &fields);
            }),
            Field::Pattern(pattern) => self.pattern(pattern),
            Field::MaybePattern(pattern) => self.maybe(pattern, Self::pattern),
            Field::Patterns(patterns) => self.list(patterns, Self::pattern),
            Field::TypeParams(params) => self.list(params, Self::type_param),
            Field::CmpOps(ops) => self.list(ops, |dump, op| dump.text(&format!("{op:?}"))),
        }
    }

    fn constant(&mut self, value: ConstId) {
        let text = self.constant_text(value);
        self.text(&text);
    }

    fn constant_text(&self, value: ConstId) -> String {
        let parsed = self.parsed;
        let mut text = String::new();
        match &parsed.constants[value] {
            Const::Int(value) => text = integer(value),
            Const::Float(bits) => write!(text, "f{bits:016x}").unwrap(),
            Const::Complex(real, imag) => write!(text, "c{real:016x}{imag:016x}").unwrap(),
            Const::Str(symbol) => {
                text.push('s');
                hex(&mut text, parsed.symbols.bytes(*symbol));
            }
            Const::Bytes(bytes) => {
                text.push('b');
                hex(&mut text, parsed.constants.bytes(*bytes));
            }
            Const::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|&item| self.constant_text(item)).collect();
                write!(text, "t({})", items.join(",")).unwrap();
            }
            Const::FrozenSet(items) => {
                let mut items: Vec<String> = items.iter().map(|&item| self.constant_text(item)).collect();
                items.sort();
                write!(text, "z({})", items.join(",")).unwrap();
            }
            other => write!(text, "{other:?}").unwrap(),
        }
        text
    }

    fn arguments(&mut self, arguments: Id<Arguments>) {
        let Arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults } =
            self.parsed.ast[arguments];
        let fields = [
            Field::Args(posonlyargs),
            Field::Args(args),
            Field::MaybeArg(vararg),
            Field::Args(kwonlyargs),
            Field::MaybeExprs(kw_defaults),
            Field::MaybeArg(kwarg),
            Field::Exprs(defaults),
        ];
        self.node("arguments", None, &fields);
    }

    fn arg(&mut self, Arg { span, name, annotation }: Arg) {
        self.node("arg", Some(span), &[Field::Name(name), Field::MaybeExpr(annotation)]);
    }

    fn type_param(&mut self, param: TypeParam) {
        let name = match param.kind {
            TypeParamKind::TypeVar { .. } => "TypeVar",
            TypeParamKind::ParamSpec => "ParamSpec",
            TypeParamKind::TypeVarTuple => "TypeVarTuple",
        };
        let mut fields = vec![Field::Name(param.name)];
        if let TypeParamKind::TypeVar { bound } = param.kind {
            fields.push(Field::MaybeExpr(bound));
        }
        if self.rules.grammar.type_parameter_defaults {
            fields.push(Field::MaybeExpr(param.default_value));
        }
        self.node(name, Some(param.span), &fields);
    }

    fn expr(&mut self, expr: ExprId) {
        use Field as F;
        let Expr { span, kind } = self.parsed.ast[expr];
        let fields: Vec<Field> = match kind {
            ExprKind::BoolOp { op, values } => vec![word(op), F::Exprs(values)],
            ExprKind::NamedExpr { target, value } => vec![F::Expr(target), F::Expr(value)],
            ExprKind::BinOp { left, op, right } => vec![F::Expr(left), word(op), F::Expr(right)],
            ExprKind::UnaryOp { op, operand } => vec![word(op), F::Expr(operand)],
            ExprKind::Lambda { args, body } => vec![F::Arguments(args), F::Expr(body)],
            ExprKind::IfExp { test, body, orelse } => vec![F::Expr(test), F::Expr(body), F::Expr(orelse)],
            ExprKind::Dict { keys, values } => vec![F::MaybeExprs(keys), F::Exprs(values)],
            ExprKind::Set { elts } => vec![F::Exprs(elts)],
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => vec![F::Expr(elt), F::Comprehensions(generators)],
            ExprKind::DictComp { key, value, generators } => {
                vec![F::Expr(key), F::MaybeExpr(value), F::Comprehensions(generators)]
            }
            ExprKind::Await { value } | ExprKind::YieldFrom { value } => vec![F::Expr(value)],
            ExprKind::Yield { value } => vec![F::MaybeExpr(value)],
            ExprKind::Compare { left, ops, comparators } => {
                vec![F::Expr(left), F::CmpOps(ops), F::Exprs(comparators)]
            }
            ExprKind::Call { func, args, keywords } => {
                vec![F::Expr(func), F::Exprs(args), F::Keywords(keywords)]
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                vec![F::Expr(value), F::Number(conversion.code().into()), F::MaybeExpr(format_spec)]
            }
            ExprKind::Interpolation { value, str, conversion, format_spec } => {
                let conversion = F::Number(conversion.code().into());
                vec![F::Expr(value), F::Const(str), conversion, F::MaybeExpr(format_spec)]
            }
            ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => vec![F::Exprs(values)],
            ExprKind::Constant { value, unicode } => {
                vec![F::Const(value), F::Word(if unicode { "u" } else { "~" }.into())]
            }
            ExprKind::Attribute { value, attr, ctx } => vec![F::Expr(value), F::Name(attr), word(ctx)],
            ExprKind::Subscript { value, slice, ctx } => vec![F::Expr(value), F::Expr(slice), word(ctx)],
            ExprKind::Starred { value, ctx } => vec![F::Expr(value), word(ctx)],
            ExprKind::Name { id, ctx } => vec![F::Name(id), word(ctx)],
            ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => vec![F::Exprs(elts), word(ctx)],
            ExprKind::Slice { lower, upper, step } => {
                vec![F::MaybeExpr(lower), F::MaybeExpr(upper), F::MaybeExpr(step)]
            }
        };
        self.node(&kind_name(&kind), Some(span), &fields);
    }

    fn stmt(&mut self, stmt: StmtId) {
        use Field as F;
        let Stmt { span, kind } = self.parsed.ast[stmt];
        let mut fields: Vec<Field> = match kind {
            StmtKind::FunctionDef(id) | StmtKind::AsyncFunctionDef(id) => {
                let Function { name, args, body, decorator_list, returns, type_params } = self.parsed.ast[id];
                let mut fields = vec![
                    F::Name(name),
                    F::Arguments(args),
                    F::Stmts(body),
                    F::Exprs(decorator_list),
                    F::MaybeExpr(returns),
                ];
                fields.extend(self.rules.grammar.type_parameters.then_some(F::TypeParams(type_params)));
                fields
            }
            StmtKind::ClassDef(id) => {
                let Class { name, bases, keywords, body, decorator_list, type_params } = self.parsed.ast[id];
                let mut fields = vec![
                    F::Name(name),
                    F::Exprs(bases),
                    F::Keywords(keywords),
                    F::Stmts(body),
                    F::Exprs(decorator_list),
                ];
                fields.extend(self.rules.grammar.type_parameters.then_some(F::TypeParams(type_params)));
                fields
            }
            StmtKind::Return { value } => vec![F::MaybeExpr(value)],
            StmtKind::Delete { targets } => vec![F::Exprs(targets)],
            StmtKind::Assign { targets, value } => vec![F::Exprs(targets), F::Expr(value)],
            StmtKind::TypeAlias { name, type_params, value } => {
                vec![F::Expr(name), F::TypeParams(type_params), F::Expr(value)]
            }
            StmtKind::AugAssign { target, op, value } => vec![F::Expr(target), word(op), F::Expr(value)],
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                let simple = F::Number(i64::from(simple));
                vec![F::Expr(target), F::Expr(annotation), F::MaybeExpr(value), simple]
            }
            StmtKind::For { target, iter, body, orelse }
            | StmtKind::AsyncFor { target, iter, body, orelse } => {
                vec![F::Expr(target), F::Expr(iter), F::Stmts(body), F::Stmts(orelse)]
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                vec![F::Expr(test), F::Stmts(body), F::Stmts(orelse)]
            }
            StmtKind::With { items, body } | StmtKind::AsyncWith { items, body } => {
                vec![F::Items(items), F::Stmts(body)]
            }
            StmtKind::Match { subject, cases } => vec![F::Expr(subject), F::Cases(cases)],
            StmtKind::Raise { exc, cause } => vec![F::MaybeExpr(exc), F::MaybeExpr(cause)],
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                vec![F::Stmts(body), F::Handlers(handlers), F::Stmts(orelse), F::Stmts(finalbody)]
            }
            StmtKind::Assert { test, msg } => vec![F::Expr(test), F::MaybeExpr(msg)],
            StmtKind::Import { names, .. } => vec![F::Aliases(names)],
            StmtKind::ImportFrom { module, names, level, .. } => {
                vec![F::MaybeName(module), F::Aliases(names), F::Number(level.into())]
            }
            StmtKind::Global { names } | StmtKind::Nonlocal { names } => vec![F::Names(names)],
            StmtKind::Expr { value } => vec![F::Expr(value)],
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => vec![],
        };
        if let StmtKind::Import { is_lazy, .. } | StmtKind::ImportFrom { is_lazy, .. } = kind
            && self.rules.grammar.lazy_imports
        {
            fields.push(F::Number(i64::from(is_lazy)));
        }
        self.node(&kind_name(&kind), Some(span), &fields);
    }

    fn pattern(&mut self, pattern: PatternId) {
        use Field as F;
        let Pattern { span, kind } = self.parsed.ast[pattern];
        let fields: Vec<Field> = match kind {
            PatternKind::MatchValue { value } => vec![F::Expr(value)],
            PatternKind::MatchSingleton { value } => vec![F::Const(value)],
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                vec![F::Patterns(patterns)]
            }
            PatternKind::MatchMapping { keys, patterns, rest } => {
                vec![F::Exprs(keys), F::Patterns(patterns), F::MaybeName(rest)]
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                vec![F::Expr(cls), F::Patterns(patterns), F::Names(kwd_attrs), F::Patterns(kwd_patterns)]
            }
            PatternKind::MatchStar { name } => vec![F::MaybeName(name)],
            PatternKind::MatchAs { pattern, name } => vec![F::MaybePattern(pattern), F::MaybeName(name)],
        };
        self.node(&kind_name(&kind), Some(span), &fields);
    }
}

/// The name of a kind: that of its variant.
fn kind_name(kind: &impl std::fmt::Debug) -> String {
    let mut text = format!("{kind:?}");
    text.truncate(text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len()));
    text
}

fn word(value: impl std::fmt::Debug) -> Field {
    Field::Word(format!("{value:?}"))
}

fn integer(value: &Integer) -> String {
    let (negative, limbs) = value.to_limbs();
    let sign = if negative { "-" } else { "" };
    let mut digits: String = limbs.iter().rev().map(|limb| format!("{limb:08x}")).collect();
    digits = digits.trim_start_matches('0').to_owned();
    if digits.is_empty() { "0x0".into() } else { format!("{sign}0x{digits}") }
}

fn hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        write!(out, "{byte:02x}").unwrap();
    }
}
