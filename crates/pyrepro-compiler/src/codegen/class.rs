//! `class`.

use crate::ast::{Class, Context, Id, List, StmtId};
use crate::constant::ConstId;
use crate::error::Result;
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::ScopeKey;

use super::call::Arguments;
use super::emit::intrinsic1;
use super::scope::{Counts, Entry, UnitKind};
use super::{Backend, Codegen};

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn class(&mut self, id: StmtId, class: Id<Class>) -> Result<()> {
        let class = self.ast[class];
        let at = self.ast[id].span;
        self.expressions(class.decorator_list)?;
        let first_line = self.first_line(class.decorator_list, at);
        let mut arguments =
            Arguments { pushed: 2, values: class.bases, injected: None, keywords: class.keywords };
        if class.type_params.is_empty() {
            self.class_function(id, &class, first_line)?;
            self.call(arguments, at)?;
        } else {
            if self.rules.generic_class_mangles_all {
                self.unit.private = Some(class.name);
            }
            self.null_of_generic_call(true, at);
            self.enter_type_parameters(id, class.name, first_line, Some(class.name), Counts::default())?;
            self.type_parameters(class.type_params)?;
            self.name(names::DOT_TYPE_PARAMS, Context::Store, at)?;
            self.class_function(id, &class, first_line)?;
            self.name(names::DOT_TYPE_PARAMS, Context::Load, at)?;
            self.op_arg(Op::CallIntrinsic1, intrinsic1::SUBSCRIPT_GENERIC, at);
            self.name(names::DOT_GENERIC_BASE, Context::Store, at)?;
            arguments.injected = Some(names::DOT_GENERIC_BASE);
            self.call(arguments, at)?;
            let finished = self.leave(false)?;
            self.make_function(&finished, 0, at)?;
            self.call_generic(at);
        }
        self.apply_decorators(class.decorator_list);
        self.name(class.name, Context::Store, at)
    }

    /// `__build_class__` with the function of the body and the name of the class.
    fn class_function(&mut self, id: StmtId, class: &Class, first_line: i32) -> Result<()> {
        let at = self.ast[id].span;
        self.enter(Entry {
            kind: UnitKind::Class,
            scope: self.scope_of(ScopeKey::Stmt(id))?,
            name: class.name,
            first_line,
            private: Some(class.name),
            counts: Counts::default(),
        });
        self.class_body(class, first_line)?;
        let finished = self.leave(true)?;
        self.with_null(at, |this| {
            this.op(Op::LoadBuildClass, at);
            Ok(())
        })?;
        self.make_function(&finished, 0, at)?;
        self.load_str(class.name, at);
        Ok(())
    }

    fn class_body(&mut self, class: &Class, first_line: i32) -> Result<()> {
        let at = Span::new(first_line, 0, first_line, 0);
        self.name(names::DUNDER_NAME, Context::Load, at)?;
        self.name(names::DUNDER_MODULE, Context::Store, at)?;
        self.load_str(self.unit.qualname, at);
        self.name(names::DUNDER_QUALNAME, Context::Store, at)?;
        if self.rules.class_knows_its_line {
            self.load_int(first_line as usize, at);
            self.name(names::DUNDER_FIRSTLINENO, Context::Store, at)?;
        }
        if !class.type_params.is_empty() {
            self.name(names::DOT_TYPE_PARAMS, Context::Load, at)?;
            self.name(names::DUNDER_TYPE_PARAMS, Context::Store, at)?;
        }
        let scope = &self.table[self.unit.scope];
        if scope.needs_classdict {
            let place = self.cell_place(names::DUNDER_CLASSDICT)?;
            self.op(Op::LoadLocals, at);
            self.op_arg(Op::StoreDeref, place, at);
        }
        if scope.has_conditional_annotations {
            let place = self.cell_place(names::DUNDER_CONDITIONAL_ANNOTATIONS)?;
            self.op_arg(Op::BuildSet, 0, at);
            self.op_arg(Op::StoreDeref, place, at);
        }
        self.body(class.body, at)?;
        self.static_attributes()?;
        if scope.needs_classdict {
            let place = self.cell_place(names::DUNDER_CLASSDICT)?;
            self.op_arg(Op::LoadClosure, place, Span::NONE);
            self.name(names::DUNDER_CLASSDICTCELL, Context::Store, Span::NONE)?;
        }
        if scope.needs_class_closure {
            let place = self.cell_place(names::DUNDER_CLASS)?;
            self.op_arg(Op::LoadClosure, place, Span::NONE);
            self.op_arg(Op::Copy, 1, Span::NONE);
            self.name(names::DUNDER_CLASSCELL, Context::Store, Span::NONE)?;
        } else {
            self.load_const(ConstId::NONE, Span::NONE);
        }
        self.op(Op::ReturnValue, Span::NONE);
        Ok(())
    }

    fn static_attributes(&mut self) -> Result<()> {
        if !self.rules.static_attributes {
            return Ok(());
        }
        let symbols = &*self.symbols;
        let mut attributes: Vec<Symbol> = self.unit.static_attributes.iter().copied().collect();
        attributes.sort_unstable_by_key(|&name| symbols.bytes(name));
        self.load_strs(attributes, Span::NONE);
        self.name(names::DUNDER_STATIC_ATTRIBUTES, Context::Store, Span::NONE)
    }

    /// The whole module.
    pub(super) fn module(&mut self) -> Result<ConstId> {
        let body = self.ast.body;
        let at = match self.ast[body].first() {
            Some(&first) => self.ast[first].span,
            None => Span::new(1, 0, 1, 0),
        };
        self.start_module();
        if self.table[self.unit.scope].has_conditional_annotations {
            self.op_arg(Op::BuildSet, 0, at);
            let place = self.unit.names.add(names::DUNDER_CONDITIONAL_ANNOTATIONS);
            self.op_arg(Op::StoreName, place, at);
        }
        self.body(body, at)?;
        Ok(self.leave(true)?.code)
    }

    /// Statements of a module or class, with their docstring and what their annotations need.
    fn body(&mut self, body: List<StmtId>, at: Span) -> Result<()> {
        self.set_up_annotations(body, at);
        let mut rest = body;
        if let Some((text, place)) = self.docstring(body) {
            if self.level < 2 || !self.rules.dropped_docstring_is_a_statement {
                rest = body.from(1);
            }
            if self.level < 2 {
                let text = self.clean_docstring(text)?;
                self.load_str(text, place);
                self.name(names::DUNDER_DOC, Context::Store, Span::NONE)?;
            }
        }
        self.statements(rest)?;
        self.deferred_annotations(at)
    }
}
