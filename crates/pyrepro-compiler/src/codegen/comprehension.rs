//! Comprehensions, inlined and not, and generator expressions.

use crate::ast::{Comprehension, ExprId, ExprKind, List};
use crate::error::{Handover, Result};
use crate::instruction::Label;
use crate::opcode::Op;
use crate::rules::ComprehensionIterator;
use crate::span::Span;
use crate::symbol::{Symbol, names};
use crate::symtable::{Binding, BlockKind, ScopeId, ScopeKey, Uses};

use super::block;
use super::scope::{Counts, Entry, Overlaid, UnitKind};
use super::{Backend, Codegen};

/// What a comprehension makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    List,
    Set,
    Dict,
    Generator,
}

/// What it makes it of.
#[derive(Clone, Copy)]
pub(super) enum Elements {
    Value(ExprId),
    Pair(ExprId, ExprId),
}

/// The comprehension that is being made.
#[derive(Clone, Copy)]
struct Work {
    collection: Collection,
    elements: Elements,
    generators: List<Comprehension>,
    inlined: bool,
    at: Span,
}

/// What an inlined comprehension has put aside.
#[derive(Default)]
struct Inlined {
    /// Variables whose values lie on the stack.
    pushed: Vec<Symbol>,
    /// Where errors inside go.
    cleanup: Option<Label>,
    /// What the overlay of the unit said before.
    overlaid: Vec<(Symbol, Option<Overlaid>)>,
    /// Names that became fast.
    fast_hidden: Vec<Symbol>,
}

impl<B: Backend> Codegen<'_, B> {
    pub(super) fn comprehension(
        &mut self,
        id: ExprId,
        collection: Collection,
        elements: Elements,
        generators: List<Comprehension>,
    ) -> Result<()> {
        let at = self.ast[id].span;
        let Some(scope) = self.table.find(ScopeKey::Expr(id)) else {
            return Err(Handover::Unsupported("a comprehension without a scope").into());
        };
        let inlined = self.table[scope].inlined;
        let work = Work { collection, elements, generators, inlined, at };
        if inlined {
            self.inlined_comprehension(work, scope)
        } else {
            self.outlined_comprehension(work, scope)
        }
    }

    fn inlined_comprehension(&mut self, work: Work, scope: ScopeId) -> Result<()> {
        self.outermost_iterable(work.generators, work.at)?;
        let state = self.push_inlined(scope, work.at)?;
        self.refuse_async_comprehension(&work, scope, self.unit.kind)?;
        self.new_collection(work);
        self.generator(work, 0, 0)?;
        self.pop_inlined(state, work.at);
        Ok(())
    }

    fn outlined_comprehension(&mut self, work: Work, scope: ScopeId) -> Result<()> {
        let around = self.unit.kind;
        self.enter(Entry {
            kind: UnitKind::Comprehension,
            scope,
            name: match work.collection {
                Collection::List => names::LISTCOMP,
                Collection::Set => names::SETCOMP,
                Collection::Dict => names::DICTCOMP,
                Collection::Generator => names::GENEXPR,
            },
            first_line: work.at.line,
            private: None,
            counts: Counts { positional: 1, ..Counts::default() },
        });
        self.set_place(work.at);
        self.refuse_async_comprehension(&work, scope, around)?;
        self.new_collection(work);
        self.generator(work, 0, 0)?;
        if work.collection == Collection::Generator {
            self.wrap_stop_iteration();
        } else {
            self.op(Op::ReturnValue, self.lingering(work.at));
        }
        let finished = self.leave(true)?;
        self.make_function(&finished, 0, work.at)?;
        self.outermost_iterable(work.generators, work.at)?;
        self.call_with(0, work.at);
        if self.table[scope].coroutine && work.collection != Collection::Generator {
            self.await_value(0, work.at);
        }
        Ok(())
    }

    fn refuse_async_comprehension(&self, work: &Work, scope: ScopeId, around: UnitKind) -> Result<()> {
        let allowed = matches!(around, UnitKind::AsyncFunction | UnitKind::Comprehension);
        if !self.rules.checks_in_symbol_table
            && self.table[scope].coroutine
            && work.collection != Collection::Generator
            && !allowed
        {
            return self.error("asynchronous comprehension outside of an asynchronous function", work.at);
        }
        Ok(())
    }

    fn new_collection(&mut self, work: Work) {
        let build = match work.collection {
            Collection::List => Op::BuildList,
            Collection::Set => Op::BuildSet,
            Collection::Dict => Op::BuildMap,
            Collection::Generator => return,
        };
        self.op_arg(build, 0, work.at);
        if work.inlined {
            self.op_arg(Op::Swap, 2, work.at);
        }
    }

    /// The first iterable belongs to the unit around.
    fn outermost_iterable(&mut self, generators: List<Comprehension>, at: Span) -> Result<()> {
        let ast = self.ast;
        let Some(outermost) = ast[generators].first() else { return Ok(()) };
        self.expression(outermost.iter)?;
        if self.rules.comprehension_iterator != ComprehensionIterator::Inside {
            self.get_iterator(outermost, at);
        }
        Ok(())
    }

    /// Where the loop over an iterable stands.
    fn place_of_iteration(&self, generator: &Comprehension, comprehension: Span) -> Span {
        if self.rules.loop_at_statement {
            self.lingering(comprehension)
        } else {
            self.ast[generator.iter].span
        }
    }

    fn get_iterator(&mut self, generator: &Comprehension, comprehension: Span) {
        let at = self.place_of_iteration(generator, comprehension);
        self.op(if generator.is_async { Op::GetAiter } else { Op::GetIter }, at);
    }

    /// One `for` of the comprehension and all behind it. `depth` counts the values between the collection and the top.
    fn generator(&mut self, work: Work, place: usize, depth: u32) -> Result<()> {
        let ast = self.ast;
        let generator = &ast[work.generators][place];
        self.deeper(|this| {
            if generator.is_async {
                this.async_generator(work, generator, place, depth)
            } else {
                this.sync_generator(work, generator, place, depth)
            }
        })
    }

    fn sync_generator(
        &mut self,
        work: Work,
        generator: &Comprehension,
        place: usize,
        depth: u32,
    ) -> Result<()> {
        let start = self.new_label();
        let skip = self.new_label();
        let anchor = self.new_label();
        let iterable = self.place_of_iteration(generator, work.at);
        let single = self.iterable_of(work, generator, place)?;
        let mut depth = depth;
        if !single {
            depth += self.rules.iterator_slots;
            self.use_label(start);
            self.jump(Op::ForIter, anchor, iterable);
        }
        self.expression(generator.target)?;
        let end = self.body_of_generator(work, generator, place, depth, skip)?;
        self.use_label(skip);
        if !single {
            self.jump(Op::Jump, start, self.lingering(end));
            self.use_label(anchor);
            self.end_for();
        }
        Ok(())
    }

    /// Puts the iterator of the outermost `for` on the stack, as far as the unit around did not.
    fn outermost_iterator(&mut self, work: Work, generator: &Comprehension) {
        let made = self.rules.comprehension_iterator;
        if made == ComprehensionIterator::Inside && work.collection == Collection::Generator {
            self.unit.iterable = Some((self.ast[generator.iter].span, generator.is_async));
            return;
        }
        if !work.inlined {
            self.op_arg(Op::LoadFast, 0, work.at);
        }
        match made {
            ComprehensionIterator::Around => {}
            ComprehensionIterator::Twice if generator.is_async => {}
            ComprehensionIterator::Twice | ComprehensionIterator::Inside => {
                self.get_iterator(generator, work.at)
            }
        }
    }

    /// Puts the iterator on the stack. True for the idiom `for y in [f(x)]`, which is an assignment: then it is the value.
    fn iterable_of(&mut self, work: Work, generator: &Comprehension, place: usize) -> Result<bool> {
        if place == 0 {
            self.outermost_iterator(work, generator);
            return Ok(false);
        }
        let ast = self.ast;
        if let ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } = ast[generator.iter].kind
            && let [only] = ast[elts]
            && !matches!(ast[only].kind, ExprKind::Starred { .. })
        {
            self.expression(only)?;
            return Ok(true);
        }
        self.expression(generator.iter)?;
        self.get_iterator(generator, work.at);
        if self.rules.comprehension_iterator == ComprehensionIterator::Twice {
            self.get_iterator(generator, work.at);
        }
        Ok(false)
    }

    /// The conditions, and the inner generators or the element. Gives the place of the jump back.
    fn body_of_generator(
        &mut self,
        work: Work,
        generator: &Comprehension,
        place: usize,
        depth: u32,
        skip: Label,
    ) -> Result<Span> {
        let ast = self.ast;
        for &condition in &ast[generator.ifs] {
            self.jump_if(condition, skip, false, work.at)?;
        }
        let element = match work.elements {
            Elements::Value(value) | Elements::Pair(value, _) => ast[value].span,
        };
        if place + 1 < work.generators.len() {
            self.generator(work, place + 1, depth)?;
            return Ok(element);
        }
        self.element(work, depth)
    }

    /// Adds one element to the collection, or hands it out.
    fn element(&mut self, work: Work, depth: u32) -> Result<Span> {
        let at = match work.elements {
            Elements::Value(value) if work.collection == Collection::Dict => {
                self.expression(value)?;
                let at = self.ast[value].span;
                self.op_arg(Op::DictUpdate, depth + 1, at);
                return Ok(at);
            }
            Elements::Value(value) => {
                let at = self.ast[value].span;
                if let ExprKind::Starred { value, .. } = self.ast[value].kind {
                    self.unpacked_elements(work.collection, value, depth, at)?;
                    return Ok(at);
                }
                self.expression(value)?;
                at
            }
            Elements::Pair(key, value) => {
                self.expression(key)?;
                self.expression(value)?;
                self.ast[key].span.to(self.ast[value].span)
            }
        };
        let at = self.lingering(at);
        match work.collection {
            Collection::Generator => {
                self.yield_value(at);
                self.op(Op::PopTop, at);
            }
            Collection::List => self.op_arg(Op::ListAppend, depth + 1, at),
            Collection::Set => self.op_arg(Op::SetAdd, depth + 1, at),
            Collection::Dict => self.op_arg(Op::MapAdd, depth + 1, at),
        }
        Ok(at)
    }

    /// Adds all that `value` holds.
    fn unpacked_elements(
        &mut self,
        collection: Collection,
        value: ExprId,
        depth: u32,
        at: Span,
    ) -> Result<()> {
        self.expression(value)?;
        match collection {
            Collection::Set => self.op_arg(Op::SetUpdate, depth + 1, at),
            Collection::List | Collection::Dict => self.op_arg(Op::ListExtend, depth + 1, at),
            Collection::Generator => {
                let start = self.new_label();
                let end = self.new_label();
                self.op(Op::GetIter, at);
                self.use_label(start);
                self.jump(Op::ForIter, end, at);
                self.yield_value(at);
                self.op(Op::PopTop, at);
                self.jump(Op::Jump, start, Span::NONE);
                self.use_label(end);
                self.end_for();
            }
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        work: Work,
        generator: &Comprehension,
        place: usize,
        depth: u32,
    ) -> Result<()> {
        let start = self.new_label();
        let except = self.new_label();
        let skip = self.new_label();
        if place > 0 {
            self.expression(generator.iter)?;
            self.get_iterator(generator, work.at);
        } else {
            self.outermost_iterator(work, generator);
        }
        self.use_label(start);
        self.push_jump_block(block::BlockKind::AsyncComprehension, Some(start), None, work.at)?;
        let at = self.lingering(work.at);
        let send = self.await_next(except, at);
        self.expression(generator.target)?;
        let end = self.body_of_generator(work, generator, place, depth + 1, skip)?;
        self.use_label(skip);
        self.jump(Op::Jump, start, self.lingering(end));
        self.pop_block();
        self.use_label(except);
        self.end_async_for(send, self.lingering(work.at));
        Ok(())
    }

    /// Makes the names of an inlined comprehension mean what they mean inside, and puts the old values aside.
    fn push_inlined(&mut self, scope: ScopeId, at: Span) -> Result<Inlined> {
        let table = self.table;
        let in_class = self.in_class_block() && self.unit.inlined == 0;
        self.unit.inlined += 1;
        let mut state = Inlined::default();
        let mut cells = Vec::new();
        for variable in table[scope].variables.iter() {
            let (name, inside) = (variable.name, variable.binding);
            let local = variable.uses.any(Uses::LOCAL) && !variable.uses.any(Uses::NONLOCAL);
            if self.rules.comprehension_changes_locals_only && !local && !in_class {
                continue;
            }
            let outside = self.binding(name);
            let same = inside == outside
                || inside == Some(Binding::Free)
                || (inside == Some(Binding::Cell) && outside == Some(Binding::Free));
            if !same || in_class {
                let imported = variable.uses.any(Uses::IMPORT);
                let before = self.unit.overlay.insert(name, Overlaid { binding: inside, imported });
                state.overlaid.push((name, before));
            }
            let put_aside = local || (in_class && self.rules.class_comprehension_clears_all);
            if !put_aside {
                continue;
            }
            if !self.is_function_like() && self.unit.fast_hidden.insert(name) {
                self.unit.hidden.add(name);
                state.fast_hidden.push(name);
            }
            cells.push((name, inside == Some(Binding::Cell), outside == Some(Binding::Free)));
        }
        for (name, is_cell, free_outside) in cells {
            self.put_aside(name, is_cell, free_outside, at)?;
            state.pushed.push(name);
        }
        if !state.pushed.is_empty() {
            self.op_arg(Op::Swap, state.pushed.len() as u32 + 1, at);
            let cleanup = self.new_label();
            state.cleanup = Some(cleanup);
            self.jump(Op::SetupFinally, cleanup, at);
            if self.rules.comprehensions_are_blocks {
                self.push_block(block::BlockKind::Comprehension, at)?;
            }
        }
        Ok(state)
    }

    /// Keeps the value of a variable, or its cell, on the stack and gives the comprehension a new one.
    fn put_aside(&mut self, name: Symbol, is_cell: bool, free_outside: bool, at: Span) -> Result<()> {
        let mangled = self.mangled(name);
        let place = self.unit.varnames.add(mangled);
        self.op_arg(Op::LoadFastAndClear, place, at);
        if is_cell {
            let place = if free_outside { self.free_place(mangled)? } else { self.cell_place(mangled)? };
            self.op_arg(Op::MakeCell, place, at);
        }
        Ok(())
    }

    fn pop_inlined(&mut self, state: Inlined, at: Span) {
        self.unit.inlined -= 1;
        for (name, before) in state.overlaid {
            match before {
                Some(before) => self.unit.overlay.insert(name, before),
                None => self.unit.overlay.remove(&name),
            };
        }
        if let Some(cleanup) = state.cleanup {
            let end = self.new_label();
            if self.rules.comprehensions_are_blocks {
                self.pop_block();
            }
            self.op(Op::PopBlock, Span::NONE);
            self.jump_over(end);
            self.use_label(cleanup);
            // The unfinished collection lies below the exception.
            self.op_arg(Op::Swap, 2, Span::NONE);
            self.op(Op::PopTop, Span::NONE);
            self.restore(&state.pushed, at);
            self.op_arg(Op::Reraise, 0, Span::NONE);
            self.use_label(end);
            self.restore(&state.pushed, at);
        }
        for name in state.fast_hidden {
            self.unit.fast_hidden.remove(&name);
        }
    }

    fn restore(&mut self, pushed: &[Symbol], at: Span) {
        self.op_arg(Op::Swap, pushed.len() as u32 + 1, at);
        for &name in pushed.iter().rev() {
            let name = self.mangled(name);
            let place = self.unit.varnames.add(name);
            self.op_arg(Op::StoreFastMaybeNull, place, at);
        }
    }

    pub(super) fn in_class_block(&self) -> bool {
        self.table[self.unit.scope].kind == BlockKind::Class
    }
}
