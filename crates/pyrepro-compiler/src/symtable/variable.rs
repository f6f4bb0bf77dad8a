//! The names of one block: what was said of each, and where it lives.

use crate::symbol::Symbol;

/// Where a name of a block lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A local of the block.
    Local = 1,
    /// Named by a `global` statement.
    GlobalExplicit,
    /// Bound nowhere around: a global or a builtin.
    GlobalImplicit,
    /// A cell of a block around this one.
    Free,
    /// A local that a block inside uses.
    Cell,
}

/// What a block says of a name. The bits are CPython's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses(u16);

impl Uses {
    /// A `global` statement.
    pub const GLOBAL: Self = Self(1);
    /// An assignment, or anything else that binds.
    pub const LOCAL: Self = Self(2);
    /// A parameter.
    pub const PARAM: Self = Self(2 << 1);
    /// A `nonlocal` statement.
    pub const NONLOCAL: Self = Self(2 << 2);
    /// Loaded.
    pub const USE: Self = Self(2 << 3);
    /// A free variable of a method that has the name of something in the class.
    pub const FREE_CLASS: Self = Self(2 << 5);
    /// Bound by an import.
    pub const IMPORT: Self = Self(2 << 6);
    /// Annotated.
    pub const ANNOTATED: Self = Self(2 << 7);
    /// The target of a comprehension.
    pub const COMPREHENSION_TARGET: Self = Self(2 << 8);
    /// A type parameter.
    pub const TYPE_PARAM: Self = Self(2 << 9);
    /// A cell of an inlined comprehension.
    pub const COMPREHENSION_CELL: Self = Self(2 << 10);
    /// Everything that makes the name the block's own.
    pub const BOUND: Self = Self(2 | 2 << 1 | 2 << 6);

    /// The bits, as `_symtable` shows them.
    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }

    /// True if any of `other` is set.
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Nothing was said of the name in this block: it is here for a block inside.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A name of a block.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name, mangled.
    pub name: Symbol,
    /// What the block says of it.
    pub uses: Uses,
    /// Where it lives; `None` only while the table is being built.
    pub binding: Option<Binding>,
}

/// The names of one block in the order in which they came, with a quick way from name to place.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    list: Vec<Variable>,
    /// Open addressing over `list`, place + 1; empty as long as the list is short.
    slots: Vec<u32>,
}

/// Up to this many names a walk along the list is the quickest.
const SHORT: usize = 8;

impl Variables {
    /// In the order of first mention.
    pub fn iter(&self) -> std::slice::Iter<'_, Variable> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True if the block names nothing.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is known of `name`, if the block knows it.
    pub fn get(&self, name: Symbol) -> Option<&Variable> {
        self.place(name).map(|place| &self.list[place])
    }

    /// What the block says of `name`: nothing, if it does not know it.
    pub fn uses(&self, name: Symbol) -> Uses {
        self.get(name).map_or(Uses::default(), |variable| variable.uses)
    }

    /// Where `name` lives, if the block knows it.
    pub fn binding(&self, name: Symbol) -> Option<Binding> {
        self.get(name).and_then(|variable| variable.binding)
    }

    pub(super) fn get_mut(&mut self, name: Symbol) -> Option<&mut Variable> {
        self.place(name).map(|place| &mut self.list[place])
    }

    pub(super) fn at(&self, place: usize) -> Variable {
        self.list[place]
    }

    pub(super) fn at_mut(&mut self, place: usize) -> &mut Variable {
        &mut self.list[place]
    }

    /// Adds to what is said of `name`.
    pub(super) fn add(&mut self, name: Symbol, uses: Uses) {
        self.add_at(self.place(name), name, uses);
    }

    /// The same where the place of the name is known, or that it has none.
    pub(super) fn add_at(&mut self, place: Option<usize>, name: Symbol, uses: Uses) {
        match place {
            Some(place) => self.list[place].uses = self.list[place].uses.with(uses),
            None => self.push(Variable { name, uses, binding: None }),
        }
    }

    /// Appends a name that is not there yet.
    pub(super) fn push(&mut self, variable: Variable) {
        if self.list.is_empty() {
            self.list.reserve(SHORT);
        }
        self.list.push(variable);
        if self.list.len() <= SHORT {
            return;
        }
        if self.slots.len() < self.list.len() * 2 {
            self.index();
        } else {
            let place = self.list.len() - 1;
            self.occupy(place);
        }
    }

    /// Appends a name that only the blocks inside mention: one of a block further out.
    pub(super) fn push_free(&mut self, name: Symbol) {
        self.push(Variable { name, uses: Uses::default(), binding: Some(Binding::Free) });
    }

    /// Takes `name` out, as if it had never been mentioned.
    pub(super) fn remove(&mut self, name: Symbol) {
        if let Some(place) = self.place(name) {
            self.list.remove(place);
            self.index();
        }
    }

    pub(super) fn place(&self, name: Symbol) -> Option<usize> {
        if self.slots.is_empty() {
            return self.list.iter().position(|variable| variable.name == name);
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(name) & mask;
        loop {
            match self.slots[slot] {
                0 => return None,
                filled => {
                    let place = filled as usize - 1;
                    if self.list[place].name == name {
                        return Some(place);
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    fn index(&mut self) {
        self.slots.clear();
        if self.list.len() <= SHORT {
            return;
        }
        self.slots.resize((self.list.len() * 4).next_power_of_two(), 0);
        for place in 0..self.list.len() {
            self.occupy(place);
        }
    }

    fn occupy(&mut self, place: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = hash(self.list[place].name) & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = place as u32 + 1;
    }
}

fn hash(name: Symbol) -> usize {
    // Fibonacci hashing: symbols are dense small numbers.
    ((name.index() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}
