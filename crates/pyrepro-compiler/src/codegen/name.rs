//! Loading, storing and deleting variables.

use crate::ast::Context;
use crate::error::{ErrorKind, Failure, Handover, Result};
use crate::opcode::Op;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::Binding;

use super::scope::UnitKind;
use super::{Backend, Codegen};

/// How an instruction reaches a variable.
enum Access {
    Fast,
    /// By the place among cells and free variables.
    Deref(u32),
    Global,
    Name,
}

impl<B: Backend> Codegen<'_, B> {
    /// The name as it is inside the class that stands around.
    pub(super) fn mangled(&mut self, name: Symbol) -> Symbol {
        self.table.mangle(self.unit.scope, self.unit.private, name, self.symbols)
    }

    /// Loads, stores or deletes the variable `name`.
    pub(super) fn name(&mut self, name: Symbol, context: Context, at: Span) -> Result<()> {
        self.refuse_debug(name, context, at)?;
        let name = self.mangled(name);
        let binding = self.binding(name);
        match self.access(name, binding)? {
            Access::Fast => {
                let place = self.unit.varnames.add(name);
                self.op_arg(fast(context), place, at);
            }
            Access::Deref(place) => self.name_in_cell(place, context, at)?,
            Access::Global => self.name_global(name, binding, context, at)?,
            Access::Name => {
                let place = self.unit.names.add(name);
                match context {
                    Context::Load if self.in_class_block() && self.unit.inlined > 0 => {
                        self.op_arg(Op::LoadGlobal, place << 1, at);
                    }
                    Context::Load => self.op_arg(Op::LoadName, place, at),
                    Context::Store => self.op_arg(Op::StoreName, place, at),
                    Context::Del => self.op_arg(Op::DeleteName, place, at),
                }
            }
        }
        Ok(())
    }

    fn access(&mut self, name: Symbol, binding: Option<Binding>) -> Result<Access> {
        let function = self.is_function_like();
        Ok(match binding {
            Some(Binding::Free) => Access::Deref(self.free_place(name)?),
            Some(Binding::Cell) => Access::Deref(self.cell_place(name)?),
            Some(Binding::Local) if function || self.unit.fast_hidden.contains(&name) => Access::Fast,
            Some(Binding::GlobalImplicit) if function => Access::Global,
            Some(Binding::GlobalExplicit) => Access::Global,
            // A name that was mangled by mistake has no binding.
            _ => Access::Name,
        })
    }

    fn name_in_cell(&mut self, place: u32, context: Context, at: Span) -> Result<()> {
        let op = match context {
            Context::Load if self.in_class_block() && !self.rules.class_cells_by_dictionary => {
                Op::LoadClassderef
            }
            Context::Load if self.in_class_block() && self.unit.inlined == 0 => {
                self.op(Op::LoadLocals, at);
                Op::LoadFromDictOrDeref
            }
            Context::Load if self.sees_class_scope() => {
                self.load_class_dictionary(at)?;
                Op::LoadFromDictOrDeref
            }
            Context::Load => Op::LoadDeref,
            Context::Store => Op::StoreDeref,
            Context::Del => Op::DeleteDeref,
        };
        self.op_arg(op, place, at);
        Ok(())
    }

    fn name_global(
        &mut self,
        name: Symbol,
        binding: Option<Binding>,
        context: Context,
        at: Span,
    ) -> Result<()> {
        let place = self.unit.names.add(name);
        match context {
            Context::Load if binding == Some(Binding::GlobalImplicit) && self.sees_class_scope() => {
                self.load_class_dictionary(at)?;
                self.op_arg(Op::LoadFromDictOrGlobals, place, at);
            }
            Context::Load => self.op_arg(Op::LoadGlobal, place << 1, at),
            Context::Store => self.op_arg(Op::StoreGlobal, place, at),
            Context::Del => self.op_arg(Op::DeleteGlobal, place, at),
        }
        Ok(())
    }

    fn load_class_dictionary(&mut self, at: Span) -> Result<()> {
        let place = match self.free_place(names::DUNDER_CLASSDICT) {
            Ok(place) => place,
            // The class has a variable of that name.
            Err(_) => self.late_free_place(names::DUNDER_CLASSDICT)?,
        };
        self.op_arg(Op::LoadDeref, place, at);
        Ok(())
    }

    pub(super) fn cell_place(&self, name: Symbol) -> Result<u32> {
        self.unit.cellvars.find(name).ok_or_else(unknown_cell)
    }

    /// The place of a free variable: they come behind the cells.
    pub(super) fn free_place(&self, name: Symbol) -> Result<u32> {
        let place = self.unit.freevars.find(name).ok_or_else(unknown_cell)?;
        Ok(self.unit.cellvars.len() as u32 + place)
    }

    /// The same for a variable that the symbol table does not know of in this unit: it comes behind the others.
    pub(super) fn late_free_place(&mut self, name: Symbol) -> Result<u32> {
        if !self.unit.cellvars.is_empty() {
            // CPython miscounts here.
            return Err(unknown_cell());
        }
        Ok(self.unit.freevars.add(name))
    }

    /// The place of the cell that an inner unit asks for.
    pub(super) fn closure_place(&self, name: Symbol) -> Result<u32> {
        let of_class = self.unit.kind == UnitKind::Class && self.is_class_cell(name);
        let place = if of_class || self.binding(name) == Some(Binding::Cell) {
            self.cell_place(name)
        } else {
            self.free_place(name)
        };
        place.or_else(|_| self.refuse_cell(name))
    }

    /// CPython gives up on `type __classdict__ = a` in a class: the alias asks for itself.
    fn refuse_cell(&self, name: Symbol) -> Result<u32> {
        let message = format!("no cell for the variable '{}'", self.symbols.lossy(name));
        Err(Failure::error(ErrorKind::System, message, Span::NONE))
    }

    /// Whether a class makes this cell although no statement binds it.
    fn is_class_cell(&self, name: Symbol) -> bool {
        name == names::DUNDER_CLASS
            || (name == names::DUNDER_CLASSDICT && self.rules.classes_provide_their_dictionary)
            || (name == names::DUNDER_CONDITIONAL_ANNOTATIONS && self.rules.annotation_scopes)
    }

    /// Whether `name` is a cell of an outer unit here.
    pub(super) fn is_free(&self, name: Symbol) -> bool {
        !(self.unit.kind == UnitKind::Class && self.is_class_cell(name))
            && self.binding(name) == Some(Binding::Free)
    }

    fn sees_class_scope(&self) -> bool {
        self.table[self.unit.scope].can_see_class_scope
    }

    /// `__debug__` can be neither bound nor deleted.
    pub(super) fn refuse_debug(&self, name: Symbol, context: Context, at: Span) -> Result<()> {
        if name != names::DEBUG || self.rules.checks_in_symbol_table {
            return Ok(());
        }
        match context {
            Context::Load => Ok(()),
            Context::Store => self.error("cannot assign to __debug__", self.lingering(at)),
            Context::Del => self.error("cannot delete __debug__", self.lingering(at)),
        }
    }
}

fn fast(context: Context) -> Op {
    match context {
        Context::Load => Op::LoadFast,
        Context::Store => Op::StoreFast,
        Context::Del => Op::DeleteFast,
    }
}

/// CPython fails with an internal error here, and later releases mended it.
fn unknown_cell() -> Failure {
    Handover::Unsupported("a cell that no unit around has").into()
}
