//! The second pass: from what each block says of a name to where the name lives.
//!
//! Two sets travel down with the walk: the names that functions around have bound, and the type
//! parameters. Each is one bitset over the file's symbols with a log of what a block changed,
//! undone when the block is left. Free names travel up on one stack: a block's are those above
//! the height that the stack had when it began.

use super::collect::Notes;
use super::inline::inline_comprehension;
use super::{Binding, BlockKind, Scope, ScopeId, SymbolTable, Uses};
use crate::error::{Failure, Result};
use crate::rules::Rules;
use crate::symbol::{Symbol, Symbols, names};

/// Decides every name of every block. `Err` is an error that no block alone could see.
pub(super) fn analyze(
    table: &mut SymbolTable,
    notes: &[Notes],
    symbols: &Symbols,
    rules: &Rules,
) -> Result<()> {
    let mut analysis = Analysis {
        table,
        notes,
        symbols,
        rules,
        bound: BitSet::new(symbols.len()),
        type_params: BitSet::new(symbols.len()),
        changes: Vec::new(),
        free: Vec::new(),
        marks: Marks::new(symbols.len()),
    };
    analysis.block(ScopeId::MODULE, None)
}

struct Analysis<'a> {
    table: &'a mut SymbolTable,
    notes: &'a [Notes],
    symbols: &'a Symbols,
    rules: &'a Rules,
    bound: BitSet,
    type_params: BitSet,
    changes: Vec<Change>,
    free: Vec<Symbol>,
    marks: Marks,
}

/// What a block changed in a set on its way down.
struct Change {
    set: Which,
    name: Symbol,
}

#[derive(Clone, Copy)]
enum Which {
    Bound,
    TypeParams,
}

impl Analysis<'_> {
    /// Leaves the free names of the block and of those inside on the stack.
    fn block(&mut self, id: ScopeId, class: Option<ScopeId>) -> Result<()> {
        let changes = self.changes.len();
        let own_free = self.free.len();
        for place in 0..self.table[id].variables.len() {
            let binding = self.name(id, place, class)?;
            self.table[id].variables.at_mut(place).binding = Some(binding);
        }
        let inner_free = self.free.len();
        let cells = self.children(id, class)?;
        self.undo(changes);
        self.settle(id, inner_free, &cells);
        self.dedupe(own_free);
        Ok(())
    }

    /// Where one name of a block lives.
    fn name(&mut self, id: ScopeId, place: usize, class: Option<ScopeId>) -> Result<Binding> {
        let variable = self.table[id].variables.at(place);
        let (name, uses) = (variable.name, variable.uses);
        if uses.any(Uses::GLOBAL) {
            if uses.any(Uses::NONLOCAL) {
                return Err(
                    self.at_directive(id, name, |name| format!("name '{name}' is nonlocal and global"))
                );
            }
            // What a class declares is not seen by the blocks in it.
            if self.table[id].kind != BlockKind::Class {
                self.discard(Which::Bound, name);
            }
            return Ok(Binding::GlobalExplicit);
        }
        if uses.any(Uses::NONLOCAL) {
            self.check_nonlocal(id, name)?;
            self.free.push(name);
            return Ok(Binding::Free);
        }
        if uses.any(Uses::BOUND) {
            if self.table[id].is_function_like() {
                self.insert(Which::Bound, name);
            }
            if uses.any(Uses::TYPE_PARAM) {
                self.insert(Which::TypeParams, name);
            } else {
                self.discard(Which::TypeParams, name);
            }
            return Ok(Binding::Local);
        }
        if let Some(binding) = class.and_then(|class| self.seen_in_class(class, name)) {
            return Ok(binding);
        }
        if id != ScopeId::MODULE && self.bound.contains(name) {
            self.free.push(name);
            return Ok(Binding::Free);
        }
        Ok(Binding::GlobalImplicit)
    }

    fn check_nonlocal(&self, id: ScopeId, name: Symbol) -> Result<()> {
        if id == ScopeId::MODULE {
            return Err(self
                .at_directive(id, name, |_| "nonlocal declaration not allowed at module level".to_owned()));
        }
        if !self.bound.contains(name) {
            return Err(self.at_directive(id, name, |name| format!("no binding for nonlocal '{name}' found")));
        }
        if self.type_params.contains(name) {
            return Err(self.at_directive(id, name, |name| {
                format!("nonlocal binding not allowed for type parameter '{name}'")
            }));
        }
        Ok(())
    }

    /// A name that the class around binds is looked up in the class, then among the globals,
    /// whatever the functions around the class bind.
    fn seen_in_class(&self, class: ScopeId, name: Symbol) -> Option<Binding> {
        let uses = self.table[class].variables.uses(name);
        if uses.any(Uses::GLOBAL) {
            Some(Binding::GlobalExplicit)
        } else if uses.any(Uses::BOUND) && !uses.any(Uses::NONLOCAL) {
            Some(Binding::GlobalImplicit)
        } else {
            None
        }
    }

    /// Analyses the blocks inside; gives the names that inlined comprehensions need as cells.
    fn children(&mut self, id: ScopeId, class: Option<ScopeId>) -> Result<Vec<Symbol>> {
        let parent = &self.table[id];
        let (kind, sees_class) = (parent.kind, parent.can_see_class_scope);
        if kind == BlockKind::Class {
            self.insert(Which::Bound, names::DUNDER_CLASS);
            if self.rules.classes_provide_their_dictionary {
                self.insert(Which::Bound, names::DUNDER_CLASSDICT);
            }
            if self.rules.annotation_scopes {
                self.insert(Which::Bound, names::DUNDER_CONDITIONAL_ANNOTATIONS);
            }
        }
        let mut cells = Vec::new();
        let mut inlined_any = false;
        for place in 0..self.table[id].children.len() {
            let child = self.table[id].children[place];
            let child_class = match self.table[child].can_see_class_scope {
                true if kind == BlockKind::Class => Some(id),
                true => class,
                false => None,
            };
            let child_free = self.free.len();
            self.block(child, child_class)?;
            if self.rules.inlined_comprehensions && !sees_class && self.table[child].is_inlinable() {
                inline_comprehension(
                    self.table,
                    id,
                    child,
                    self.rules,
                    &mut self.free,
                    child_free,
                    &mut cells,
                );
                inlined_any = true;
            }
        }
        if inlined_any {
            self.splice(id);
        }
        Ok(cells)
    }

    /// Puts the children of inlined comprehensions where the comprehensions were.
    fn splice(&mut self, id: ScopeId) {
        let children = std::mem::take(&mut self.table[id].children);
        let mut spliced = Vec::with_capacity(children.len());
        for child in children {
            if self.table[child].inlined {
                spliced.extend_from_slice(&self.table[child].children);
            } else {
                spliced.push(child);
            }
        }
        self.table[id].children = spliced;
    }

    /// Decides on the free names of the blocks inside: those from `inner_free` on.
    fn settle(&mut self, id: ScopeId, inner_free: usize, cells: &[Symbol]) {
        self.dedupe(inner_free);
        let scope = &mut self.table.scopes[id.index()];
        if scope.is_function_like() {
            make_cells(scope, &mut self.free, inner_free, cells, &mut self.marks);
        } else if scope.kind == BlockKind::Class {
            drop_class_free(scope, &mut self.free, inner_free, self.rules);
        }
        for &name in cells {
            if let Some(variable) = scope.variables.get_mut(name) {
                variable.uses = variable.uses.with(Uses::COMPREHENSION_CELL);
            }
        }
        let sees_class = scope.kind == BlockKind::Class || scope.can_see_class_scope;
        for &name in &self.free[inner_free..] {
            match scope.variables.get_mut(name) {
                Some(variable) if sees_class => {
                    variable.uses = variable.uses.with(Uses::FREE_CLASS);
                }
                Some(_) => {}
                None if id == ScopeId::MODULE || self.bound.contains(name) => {
                    scope.variables.push_free(name);
                }
                None => {}
            }
        }
    }

    /// Each free name once, from a height of the stack on.
    fn dedupe(&mut self, from: usize) {
        self.marks.clear();
        let mut kept = from;
        for place in from..self.free.len() {
            let name = self.free[place];
            if self.marks.add(name) {
                self.free[kept] = name;
                kept += 1;
            }
        }
        self.free.truncate(kept);
    }

    fn set(&mut self, set: Which) -> &mut BitSet {
        match set {
            Which::Bound => &mut self.bound,
            Which::TypeParams => &mut self.type_params,
        }
    }

    fn insert(&mut self, set: Which, name: Symbol) {
        if self.set(set).put(name, true) {
            self.changes.push(Change { set, name });
        }
    }

    fn discard(&mut self, set: Which, name: Symbol) {
        if self.set(set).put(name, false) {
            self.changes.push(Change { set, name });
        }
    }

    fn undo(&mut self, to: usize) {
        while self.changes.len() > to {
            let Some(Change { set, name }) = self.changes.pop() else {
                return;
            };
            let set = self.set(set);
            let was = !set.contains(name);
            set.put(name, was);
        }
    }

    /// The error at the `global`, `nonlocal` or `:=` that named `name`.
    fn at_directive(&self, id: ScopeId, name: Symbol, message: impl FnOnce(&str) -> String) -> Failure {
        let span = self.notes[id.index()]
            .directives
            .iter()
            .find(|directive| directive.name == name)
            .map_or(self.table[id].span, |directive| directive.span);
        Failure::syntax(message(&self.symbols.lossy(name)), span)
    }
}

/// Locals that a block inside uses become cells; they are free no more.
fn make_cells(scope: &mut Scope, free: &mut Vec<Symbol>, from: usize, cells: &[Symbol], marks: &mut Marks) {
    marks.clear();
    for &name in free[from..].iter().chain(cells) {
        marks.add(name);
    }
    let mut made = Vec::new();
    for place in 0..scope.variables.len() {
        let variable = scope.variables.at_mut(place);
        if variable.binding == Some(Binding::Local) && marks.has(variable.name) {
            variable.binding = Some(Binding::Cell);
            made.push(variable.name);
        }
    }
    // Not those that came as cells from a comprehension: a function beside it may mean the
    // variable of that name further out.
    if !made.is_empty() {
        marks.clear();
        for name in made {
            marks.add(name);
        }
        retain_from(free, from, |name| !marks.has(name));
    }
}

/// The names that a class itself provides to the functions in it.
fn drop_class_free(scope: &mut Scope, free: &mut Vec<Symbol>, from: usize, rules: &Rules) {
    let mut take = |name: Symbol| {
        let height = free.len();
        retain_from(free, from, |other| other != name);
        free.len() < height
    };
    if take(names::DUNDER_CLASS) {
        scope.needs_class_closure = true;
    }
    if rules.classes_provide_their_dictionary && take(names::DUNDER_CLASSDICT) {
        scope.needs_classdict = true;
    }
    if rules.annotation_scopes && take(names::DUNDER_CONDITIONAL_ANNOTATIONS) {
        scope.has_conditional_annotations = true;
    }
}

pub(super) fn retain_from(list: &mut Vec<Symbol>, from: usize, mut keep: impl FnMut(Symbol) -> bool) {
    let mut kept = from;
    for place in from..list.len() {
        if keep(list[place]) {
            list[kept] = list[place];
            kept += 1;
        }
    }
    list.truncate(kept);
}

/// A set of symbols.
struct BitSet(Vec<u64>);

impl BitSet {
    fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn contains(&self, name: Symbol) -> bool {
        self.0[name.index() / 64] >> (name.index() % 64) & 1 != 0
    }

    /// True if that changed the set.
    fn put(&mut self, name: Symbol, present: bool) -> bool {
        let changes = self.contains(name) != present;
        if changes {
            self.0[name.index() / 64] ^= 1 << (name.index() % 64);
        }
        changes
    }
}

/// A set of symbols that is emptied in no time.
struct Marks {
    rounds: Vec<u32>,
    round: u32,
}

impl Marks {
    fn new(size: usize) -> Self {
        Self { rounds: vec![0; size], round: 0 }
    }

    fn clear(&mut self) {
        self.round = match self.round.checked_add(1) {
            Some(round) => round,
            None => {
                self.rounds.fill(0);
                1
            }
        };
    }

    fn has(&self, name: Symbol) -> bool {
        self.rounds[name.index()] == self.round
    }

    /// True if it was not there.
    fn add(&mut self, name: Symbol) -> bool {
        let new = !self.has(name);
        self.rounds[name.index()] = self.round;
        new
    }
}
