//! Calls, with methods and `super()` in their short forms.

use crate::ast::{Context, ExprId, ExprKind, Keyword, List};
use crate::constant::Const;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::Binding;

use super::display::Sequence;
use super::scope::UnitKind;
use super::{Backend, Codegen, STACK_GUIDELINE};

/// What is called with what: `pushed` arguments are on the stack already, `injected` is a variable behind the others.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    pub pushed: usize,
    pub values: List<ExprId>,
    pub injected: Option<Symbol>,
    pub keywords: List<Keyword>,
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn call_expression(
        &mut self,
        id: ExprId,
        func: ExprId,
        values: List<ExprId>,
        keywords: List<Keyword>,
    ) -> Result<()> {
        let at = self.ast[id].span;
        self.check_keywords(keywords)?;
        if self.method_call(at, func, values, keywords)? {
            return Ok(());
        }
        self.check_called(func);
        let end = self.rules.calls_over_generators.then(|| self.new_label());
        self.with_null(self.ast[func].span, |this| {
            this.expression(func)?;
            end.map_or(Ok(()), |end| this.call_of_builtin(func, values, keywords, end))
        })?;
        self.call(Arguments { pushed: 0, values, injected: None, keywords }, at)?;
        if let Some(end) = end {
            self.use_label(end);
        }
        Ok(())
    }

    /// A function and the NULL that says that it is no method, in the order of the release.
    pub(super) fn with_null(
        &mut self,
        at: Span,
        function: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        if self.rules.null_below_function {
            self.op(Op::PushNull, at);
        }
        function(self)?;
        if !self.rules.null_below_function {
            self.op(Op::PushNull, at);
        }
        Ok(())
    }

    /// `object.method(…)` without making a bound method. False if the call has another form.
    fn method_call(
        &mut self,
        at: Span,
        func: ExprId,
        values: List<ExprId>,
        keywords: List<Keyword>,
    ) -> Result<bool> {
        let ExprKind::Attribute { value, attr, ctx: Context::Load } = self.ast[func].kind else {
            return Ok(false);
        };
        let (count, named) = (values.len(), keywords.len());
        if self.is_imported(value)
            || count + named + usize::from(named > 0) >= STACK_GUIDELINE
            || !self.is_plain(values, keywords)
        {
            return Ok(false);
        }
        let method = self.ast[func].span;
        let place = self.attribute_place(method, func);
        if self.is_plain_super(value, attr) {
            self.load_super(value, attr, true, method)?;
            self.op(Op::Nop, place);
        } else {
            self.expression(value)?;
            self.load_method(attr, place);
        }
        self.expressions(values)?;
        let at = self.attribute_place(at, func);
        if named > 0 {
            self.keyword_values(keywords)?;
            self.call_with_names(keywords, count + named, place, at);
        } else {
            self.call_with(count as u32, at);
        }
        Ok(true)
    }

    /// Whether there is no `*` and no `**` among the arguments.
    fn is_plain(&self, values: List<ExprId>, keywords: List<Keyword>) -> bool {
        let starred = |id: &ExprId| matches!(self.ast[*id].kind, ExprKind::Starred { .. });
        !self.ast[values].iter().any(starred)
            && self.ast[keywords].iter().all(|keyword| keyword.arg.is_some())
    }

    /// Whether the module imports the name: then it is a module most likely, and has no methods.
    fn is_imported(&self, value: ExprId) -> bool {
        match self.ast[value].kind {
            ExprKind::Name { id, .. } => self.module_unit().is_imported(self.table, id),
            _ => false,
        }
    }

    /// The arguments of a call, and the call.
    pub(super) fn call(&mut self, arguments: Arguments, at: Span) -> Result<()> {
        let Arguments { pushed, values, injected, keywords } = arguments;
        self.check_keywords(keywords)?;
        let counted = values.len() + usize::from(injected.is_some() && self.rules.generic_base_is_argument);
        if counted + keywords.len() * 2 > STACK_GUIDELINE || !self.is_plain(values, keywords) {
            return self.call_with_containers(arguments, at);
        }
        self.expressions(values)?;
        let mut count = pushed + values.len();
        if let Some(name) = injected {
            self.name(name, Context::Load, at)?;
            count += 1;
        }
        if keywords.is_empty() {
            self.call_with(count as u32, at);
        } else {
            self.keyword_values(keywords)?;
            self.call_with_names(keywords, count + keywords.len(), at, at);
        }
        Ok(())
    }

    fn keyword_values(&mut self, keywords: List<Keyword>) -> Result<()> {
        let ast = self.ast;
        for keyword in &ast[keywords] {
            self.expression(keyword.value)?;
        }
        Ok(())
    }

    /// A call of `count` values, the last of which have names.
    fn call_with_names(&mut self, keywords: List<Keyword>, count: usize, names_at: Span, at: Span) {
        if self.rules.call_finds_names {
            self.keyword_names(keywords, names_at);
            return self.op_arg(Op::CallKw, count as u32, at);
        }
        let ast = self.ast;
        let names = ast[keywords].iter().filter_map(|keyword| keyword.arg);
        let names = names.map(|name| self.constants.add_str(name)).collect();
        let names = self.constants.add(Const::Tuple(names));
        let place = self.constant(names);
        self.op_arg(Op::KwNames, place, names_at);
        self.call_with(count as u32, at);
    }

    fn keyword_names(&mut self, keywords: List<Keyword>, at: Span) {
        let ast = self.ast;
        self.load_strs(ast[keywords].iter().filter_map(|keyword| keyword.arg), at);
    }

    /// A call whose arguments are collected in a tuple and a dictionary.
    fn call_with_containers(&mut self, arguments: Arguments, at: Span) -> Result<()> {
        let Arguments { pushed, values, injected, keywords } = arguments;
        let only = match self.ast[values] {
            [only] if pushed == 0 && injected.is_none() => match self.ast[only].kind {
                ExprKind::Starred { value, .. } => Some(value),
                _ => None,
            },
            _ => None,
        };
        match only {
            Some(value) => self.expression(value)?,
            None => self.sequence(Sequence::Tuple, values, injected, pushed, at)?,
        }
        self.keyword_dictionary(keywords, at)?;
        if !self.rules.call_ex_always_takes_keywords {
            self.op_arg(Op::CallFunctionEx, u32::from(!keywords.is_empty()), at);
            return Ok(());
        }
        if keywords.is_empty() {
            self.op(Op::PushNull, at);
        }
        self.op(Op::CallFunctionEx, at);
        Ok(())
    }

    fn keyword_dictionary(&mut self, keywords: List<Keyword>, at: Span) -> Result<()> {
        let ast = self.ast;
        let mut has_dictionary = false;
        let mut start = 0;
        for (place, keyword) in ast[keywords].iter().enumerate() {
            if keyword.arg.is_some() {
                continue;
            }
            if start < place {
                self.keyword_chunk(keywords.until(place).from(start), at, has_dictionary)?;
                has_dictionary = true;
            }
            start = place + 1;
            if !has_dictionary {
                self.op_arg(Op::BuildMap, 0, at);
                has_dictionary = true;
            }
            self.expression(keyword.value)?;
            self.op_arg(Op::DictMerge, 1, at);
        }
        if start < keywords.len() {
            self.keyword_chunk(keywords.from(start), at, has_dictionary)?;
        }
        Ok(())
    }

    /// A dictionary of keywords, which is merged into the one below if there is one.
    fn keyword_chunk(&mut self, keywords: List<Keyword>, at: Span, merge: bool) -> Result<()> {
        let ast = self.ast;
        let count = keywords.len();
        let big = count * 2 > STACK_GUIDELINE;
        if self.rules.constant_key_maps && count > 1 && !big {
            self.keyword_values(keywords)?;
            self.keyword_names(keywords, at);
            self.op_arg(Op::BuildConstKeyMap, count as u32, at);
        } else {
            if big {
                self.op_arg(Op::BuildMap, 0, Span::NONE);
            }
            for keyword in &ast[keywords] {
                if let Some(name) = keyword.arg {
                    self.load_str(name, at);
                }
                self.expression(keyword.value)?;
                if big {
                    self.op_arg(Op::MapAdd, 1, Span::NONE);
                }
            }
            if !big {
                self.op_arg(Op::BuildMap, count as u32, at);
            }
        }
        if merge {
            self.op_arg(Op::DictMerge, 1, at);
        }
        Ok(())
    }

    /// Whether `value` is a call of the builtin `super` whose attribute can be loaded without making the object.
    pub(super) fn is_plain_super(&self, value: ExprId, attr: Symbol) -> bool {
        let ExprKind::Call { func, args, keywords } = self.ast[value].kind else { return false };
        let is_super = matches!(self.ast[func].kind, ExprKind::Name { id, .. } if id == names::SUPER);
        if !self.rules.super_attributes || !is_super || attr == names::DUNDER_CLASS || !keywords.is_empty() {
            return false;
        }
        let shadowed = self.binding(names::SUPER) != Some(Binding::GlobalImplicit)
            || self.module_unit().binding(self.table, names::SUPER).is_some();
        if shadowed {
            return false;
        }
        match args.len() {
            0 => {
                let counts = self.unit.counts;
                // The parameters of a unit for type parameters are counted when it is finished.
                let counted = self.unit.kind != UnitKind::Annotations || self.rules.annotation_scopes;
                counted && counts.positional + counts.positional_only > 0 && self.is_free(names::DUNDER_CLASS)
            }
            2 => self.is_plain(args, keywords),
            _ => false,
        }
    }

    /// The attribute of a `super` object, for a call or not.
    pub(super) fn load_super(&mut self, call: ExprId, attr: Symbol, method: bool, at: Span) -> Result<()> {
        let ExprKind::Call { func, args, .. } = self.ast[call].kind else { return Ok(()) };
        let place = self.ast[call].span;
        self.name(names::SUPER, Context::Load, self.ast[func].span)?;
        if args.is_empty() {
            self.name(names::DUNDER_CLASS, Context::Load, place)?;
            if let Some(&first) = self.unit.varnames.items().first() {
                self.name(first, Context::Load, place)?;
            }
        } else {
            self.expressions(args)?;
        }
        let name = self.name_place(attr);
        let arg = name << 2 | u32::from(!args.is_empty()) << 1 | u32::from(method);
        self.op_arg(Op::LoadSuperAttr, arg, at);
        Ok(())
    }
}
