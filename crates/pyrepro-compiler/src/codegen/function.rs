//! `def`, `async def` and lambdas.

use crate::ast::{Arg, Arguments, Context, ExprId, ExprKind, Function, Id, List, StmtId};
use crate::constant::ConstId;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::ScopeKey;

use super::block::BlockKind;
use super::emit::intrinsic2;
use super::scope::{Counts, Entry, Finished, UnitKind};
use super::{Backend, Codegen};

/// What a function is made with: arguments of `SET_FUNCTION_ATTRIBUTE`.
pub(super) mod attribute {
    pub const DEFAULTS: u32 = 1;
    pub const KEYWORD_DEFAULTS: u32 = 2;
    pub const ANNOTATIONS: u32 = 4;
    pub const CLOSURE: u32 = 8;
    pub const ANNOTATE: u32 = 16;
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn function(&mut self, id: StmtId, function: Id<Function>, is_async: bool) -> Result<()> {
        let function = self.ast[function];
        let at = self.ast[id].span;
        self.refuse_debug_parameters(function.args)?;
        self.expressions(function.decorator_list)?;
        let first_line = self.first_line(function.decorator_list, at);
        if !function.type_params.is_empty() {
            self.null_of_generic_call(true, at);
        }
        let mut attributes = self.defaults(function.args, at)?;
        if function.type_params.is_empty() {
            attributes |= self.function_annotations(id, &function, at)?;
            self.function_body(id, &function, is_async, attributes, first_line)?;
        } else {
            self.generic_function(id, &function, is_async, attributes, first_line)?;
        }
        self.apply_decorators(function.decorator_list);
        self.name(function.name, Context::Store, at)
    }

    /// A function inside a unit that holds its type parameters, and the call of that unit.
    fn generic_function(
        &mut self,
        id: StmtId,
        function: &Function,
        is_async: bool,
        attributes: u32,
        first_line: i32,
    ) -> Result<()> {
        let at = self.ast[id].span;
        let passed = (attributes & (attribute::DEFAULTS | attribute::KEYWORD_DEFAULTS)).count_ones();
        if passed == 2 {
            self.op_arg(Op::Swap, 2, at);
        }
        let counts = Counts { positional: passed, ..Counts::default() };
        self.enter_type_parameters(id, function.name, first_line, None, counts)?;
        self.type_parameters(function.type_params)?;
        for place in 0..passed {
            self.op_arg(Op::LoadFast, place, at);
        }
        let attributes = attributes | self.function_annotations(id, function, at)?;
        self.function_body(id, function, is_async, attributes, first_line)?;
        self.op_arg(Op::Swap, 2, at);
        self.op_arg(Op::CallIntrinsic2, intrinsic2::SET_FUNCTION_TYPE_PARAMS, at);
        let finished = self.leave(false)?;
        self.make_function(&finished, 0, at)?;
        if passed == 0 {
            self.call_generic(at);
        } else {
            // The first value takes the place of `self`, where there is no NULL.
            self.op_arg(Op::Swap, passed + 1, at);
            self.op_arg(Op::Call, passed - u32::from(!self.rules.null_below_function), at);
        }
        Ok(())
    }

    /// Where the release has it there: the NULL before or behind the function of type parameters.
    pub(super) fn null_of_generic_call(&mut self, below: bool, at: Span) {
        if self.rules.null_below_function == below {
            self.op(Op::PushNull, at);
        }
    }

    /// Calls the function of type parameters without arguments.
    pub(super) fn call_generic(&mut self, at: Span) {
        self.null_of_generic_call(false, at);
        self.op_arg(Op::Call, 0, at);
    }

    fn function_body(
        &mut self,
        id: StmtId,
        function: &Function,
        is_async: bool,
        attributes: u32,
        first_line: i32,
    ) -> Result<()> {
        let at = self.ast[id].span;
        self.enter(Entry {
            kind: if is_async { UnitKind::AsyncFunction } else { UnitKind::Function },
            scope: self.scope_of(ScopeKey::Stmt(id))?,
            name: function.name,
            first_line,
            private: None,
            counts: self.counts(function.args),
        });
        let body = self.function_docstring(function.body)?;
        let scope = &self.table[self.unit.scope];
        let generator = scope.coroutine || scope.generator;
        let is_block = self.rules.function_body_is_a_block;
        if is_block {
            self.start_block();
        }
        if generator && is_block {
            self.push_block(BlockKind::StopIteration, Span::NONE)?;
        }
        self.statements(body)?;
        if generator {
            self.wrap_stop_iteration();
        }
        if generator && is_block {
            self.pop_block();
        }
        let finished = self.leave(true)?;
        self.make_function(&finished, attributes, at)
    }

    /// Puts the docstring first among the constants. Gives the statements behind it.
    fn function_docstring(&mut self, body: List<StmtId>) -> Result<List<StmtId>> {
        let docstring = self.docstring(body);
        let kept = docstring.filter(|_| self.level < 2);
        if let Some((text, _)) = kept {
            let text = self.clean_docstring(text)?;
            let value = self.constants.add_str(text);
            self.constant(value);
        } else if self.rules.docstring_or_none_first {
            self.constant(ConstId::NONE);
        }
        let stays = kept.is_none() && self.rules.dropped_docstring_is_a_statement;
        Ok(if docstring.is_some() && !stays { body.from(1) } else { body })
    }

    pub(super) fn lambda(&mut self, id: ExprId, args: Id<Arguments>, body: ExprId) -> Result<()> {
        let at = self.ast[id].span;
        self.refuse_debug_parameters(args)?;
        let attributes = self.defaults(args, at)?;
        self.enter(Entry {
            kind: UnitKind::Lambda,
            scope: self.scope_of(ScopeKey::Expr(id))?,
            name: names::LAMBDA,
            first_line: at.line,
            private: None,
            counts: self.counts(args),
        });
        if self.rules.docstring_or_none_first {
            self.constant(ConstId::NONE);
        }
        self.expression(body)?;
        let finished = if self.table[self.unit.scope].generator {
            self.leave(false)?
        } else {
            let line = at.line;
            let place = match self.rules.lambda_returns_at_its_line {
                true => Span::new(line, 0, line, 0),
                false => self.ast[body].span,
            };
            self.op(Op::ReturnValue, place);
            self.leave(true)?
        };
        self.make_function(&finished, attributes, at)
    }

    /// The function of a finished unit; what `attributes` says lies on the stack.
    pub(super) fn make_function(&mut self, finished: &Finished, attributes: u32, at: Span) -> Result<()> {
        let mut attributes = attributes;
        if !finished.freevars.is_empty() {
            for &name in &finished.freevars {
                let place = self.closure_place(name)?;
                self.op_arg(Op::LoadClosure, place, at);
            }
            self.op_arg(Op::BuildTuple, finished.freevars.len() as u32, at);
            attributes |= attribute::CLOSURE;
        }
        self.load_const(finished.code, at);
        if self.rules.functions_made_whole {
            self.op_arg(Op::MakeFunction, attributes, at);
            return Ok(());
        }
        self.op(Op::MakeFunction, at);
        for bit in [
            attribute::CLOSURE,
            attribute::ANNOTATIONS,
            attribute::ANNOTATE,
            attribute::KEYWORD_DEFAULTS,
            attribute::DEFAULTS,
        ] {
            if attributes & bit != 0 {
                self.op_arg(Op::SetFunctionAttribute, bit, at);
            }
        }
        Ok(())
    }

    /// Default values, as a tuple and a dictionary.
    fn defaults(&mut self, args: Id<Arguments>, at: Span) -> Result<u32> {
        let args = self.ast[args];
        let mut attributes = 0;
        if !args.defaults.is_empty() {
            self.expressions(args.defaults)?;
            self.op_arg(Op::BuildTuple, args.defaults.len() as u32, at);
            attributes |= attribute::DEFAULTS;
        }
        if self.keyword_defaults(&args, at)? {
            attributes |= attribute::KEYWORD_DEFAULTS;
        }
        Ok(attributes)
    }

    fn keyword_defaults(&mut self, args: &Arguments, at: Span) -> Result<bool> {
        let ast = self.ast;
        let mut keys: Vec<Symbol> = Vec::new();
        for (arg, default) in ast[args.kwonlyargs].iter().zip(&ast[args.kw_defaults]) {
            let Some(default) = *default else { continue };
            let name = self.mangled(arg.name);
            keys.push(name);
            if !self.rules.constant_key_maps {
                self.load_str(name, at);
            }
            self.expression(default)?;
        }
        let count = keys.len() as u32;
        if count == 0 {
            return Ok(false);
        }
        if self.rules.constant_key_maps {
            self.load_strs(keys, at);
            self.op_arg(Op::BuildConstKeyMap, count, at);
        } else {
            self.op_arg(Op::BuildMap, count, at);
        }
        Ok(true)
    }

    fn counts(&self, args: Id<Arguments>) -> Counts {
        let args = &self.ast[args];
        Counts {
            positional: args.args.len() as u32,
            positional_only: args.posonlyargs.len() as u32,
            keyword_only: args.kwonlyargs.len() as u32,
        }
    }

    /// The line of the first decorator, or of the statement.
    pub(super) fn first_line(&self, decorators: List<ExprId>, at: Span) -> i32 {
        self.ast[decorators].first().map_or(at.line, |&decorator| self.ast[decorator].span.line)
    }

    pub(super) fn apply_decorators(&mut self, decorators: List<ExprId>) {
        let ast = self.ast;
        for &decorator in ast[decorators].iter().rev() {
            self.call_with(0, ast[decorator].span);
        }
    }

    fn refuse_debug_parameters(&self, args: Id<Arguments>) -> Result<()> {
        if self.rules.checks_in_symbol_table {
            return Ok(());
        }
        let args = &self.ast[args];
        let refuse = |arg: &Arg| self.refuse_debug(arg.name, Context::Store, arg.span);
        self.ast[args.posonlyargs].iter().try_for_each(refuse)?;
        self.ast[args.args].iter().try_for_each(refuse)?;
        args.vararg.iter().try_for_each(|&arg| refuse(&self.ast[arg]))?;
        self.ast[args.kwonlyargs].iter().try_for_each(refuse)?;
        args.kwarg.iter().try_for_each(|&arg| refuse(&self.ast[arg]))
    }

    /// Whether this is a plain string: then it may be a docstring.
    pub(super) fn string_constant(&self, id: ExprId) -> Option<Symbol> {
        match self.ast[id].kind {
            ExprKind::Constant { value, .. } => match self.constants[value] {
                crate::constant::Const::Str(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}
