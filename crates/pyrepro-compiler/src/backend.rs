//! From the units of code generation to code objects: graph, passes, assembler.

use crate::assemble::Assembled;
use crate::cfg::{Context, Frame, Graph, Linear, Malformed, Places};
use crate::code::{Code, Codes};
use crate::codegen;
use crate::codegen::{Unit, flag};
use crate::constant::{ConstId, Constants};
use crate::error::{Handover, Result};
use crate::location::Locations;
use crate::rules::Rules;
use crate::symbol::Symbols;

/// What a slot of a frame holds, as in `co_localspluskinds`.
mod kind {
    pub const POSITIONAL: u8 = 0x02;
    pub const KEYWORD: u8 = 0x04;
    pub const VARIADIC: u8 = 0x08;
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// Makes code objects of units. All its memory is used again for the next unit.
pub struct Backend {
    rules: &'static Rules,
    graph: Graph,
    linear: Linear,
    assembled: Assembled,
    /// Constants of the unit, as the passes leave them.
    consts: Vec<ConstId>,
    /// Names of the unit's slots, or other names, as constants.
    names: Vec<ConstId>,
    /// Kinds of the unit's slots.
    kinds: Vec<u8>,
    /// The code objects so far.
    pub codes: Codes,
}

impl Backend {
    /// A back end for one file.
    pub fn new(rules: &'static Rules) -> Self {
        Self {
            rules,
            graph: Graph::default(),
            linear: Linear::new(),
            assembled: Assembled::default(),
            consts: Vec::new(),
            names: Vec::new(),
            kinds: Vec::new(),
            codes: Codes::default(),
        }
    }
}

impl codegen::Backend for Backend {
    fn finish(
        &mut self,
        unit: &Unit,
        symbols: &mut Symbols,
        constants: &mut Constants,
        locations: &mut Locations,
    ) -> Result<ConstId> {
        self.optimize(unit, symbols, constants, locations)?;
        self.graph.linear(&mut self.linear, self.rules);
        self.assembled.assemble(&mut self.linear, unit.first_line, locations, self.rules);
        let code = self.code(unit, constants);
        Ok(self.codes.add(code, constants))
    }
}

impl Backend {
    fn optimize(
        &mut self,
        unit: &Unit,
        symbols: &mut Symbols,
        constants: &mut Constants,
        locations: &mut Locations,
    ) -> Result<()> {
        let rules = self.rules;
        self.consts.clear();
        self.consts.extend_from_slice(unit.constants.items());
        let cells: Vec<Option<u32>> =
            unit.cellvars.items().iter().map(|cell| unit.varnames.find(*cell)).collect();
        let is_generator = unit.flags & flag::ANY_GENERATOR != 0;
        let frame = Frame {
            locals: unit.varnames.len(),
            parameters: unit.parameters as usize,
            cells: &cells,
            free: unit.freevars.len(),
            first_line: unit.first_line,
            starts_generator: is_generator && !rules.generator_starts_in_code,
            keeps_what_is_sent: rules.stack_holds_what_is_sent && unit.yields && !is_generator,
        };
        let mut context = Context {
            rules,
            locations,
            constants,
            symbols,
            consts: &mut self.consts,
            places: Places::default(),
            frame: &frame,
            handover: None,
        };
        let annotations = unit.annotations.as_ref();
        self.graph
            .build(&unit.sequence, annotations, rules)
            .and_then(|()| self.graph.run(rules.passes, &mut context))
            .and_then(|()| self.graph.run(rules.finish, &mut context))
            .map_err(|Malformed(what)| Handover::Internal(what))?;
        context.handover.map_or(Ok(()), |handover| Err(handover.into()))
    }

    fn code(&mut self, unit: &Unit, constants: &mut Constants) -> Code {
        self.name_locals(unit, constants);
        let locals = constants.add_tuple(&self.names);
        self.names.clear();
        self.names.extend(unit.names.items().iter().map(|name| constants.add_str(*name)));
        Code {
            arguments: unit.positional + unit.positional_only,
            positional_only: unit.positional_only,
            keyword_only: unit.keyword_only,
            stack: (self.graph.depth as u32).max(self.rules.least_stack),
            flags: unit.flags,
            code: constants.add_bytes(&self.assembled.code),
            constants: constants.add_tuple(&self.consts),
            names: constants.add_tuple(&self.names),
            locals,
            kinds: constants.add_bytes(&self.kinds),
            name: constants.add_str(unit.name),
            qualname: constants.add_str(unit.qualname),
            first_line: unit.first_line,
            locations: constants.add_bytes(&self.assembled.locations),
            exceptions: constants.add_bytes(&self.assembled.exceptions),
        }
    }

    /// Names and kinds of all slots: locals, cells that are no locals, free variables.
    fn name_locals(&mut self, unit: &Unit, constants: &mut Constants) {
        let Self { names, kinds, .. } = self;
        names.clear();
        kinds.clear();
        for name in unit.varnames.items() {
            let hidden = if unit.hidden.contains(*name) { kind::HIDDEN } else { 0 };
            let cell = if unit.cellvars.contains(*name) { kind::CELL } else { 0 };
            names.push(constants.add_str(*name));
            kinds.push(kind::LOCAL | hidden | cell);
        }
        if self.rules.argument_kinds {
            for (kinds, argument) in kinds.iter_mut().zip(argument_kinds(unit)) {
                *kinds |= argument;
            }
        }
        if let (Some(first), Some(shown)) = (names.first_mut(), unit.first_varname_shown) {
            *first = constants.add_str(shown);
        }
        let cells = unit.cellvars.items().iter().filter(|cell| !unit.varnames.contains(**cell));
        let free = unit.freevars.items().iter();
        for (name, kind) in cells.map(|cell| (cell, kind::CELL)).chain(free.map(|free| (free, kind::FREE))) {
            names.push(constants.add_str(*name));
            kinds.push(kind);
        }
    }
}

/// What kind of argument each parameter takes, in the order of the locals.
fn argument_kinds(unit: &Unit) -> impl Iterator<Item = u8> {
    let run = |kind, count: u32| std::iter::repeat_n(kind, count as usize);
    let has = |flag| u32::from(unit.flags & flag != 0);
    run(kind::POSITIONAL, unit.positional_only)
        .chain(run(kind::POSITIONAL | kind::KEYWORD, unit.positional))
        .chain(run(kind::KEYWORD, unit.keyword_only))
        .chain(run(kind::POSITIONAL | kind::VARIADIC, has(flag::VARARGS)))
        .chain(run(kind::KEYWORD | kind::VARIADIC, has(flag::VARKEYWORDS)))
}
