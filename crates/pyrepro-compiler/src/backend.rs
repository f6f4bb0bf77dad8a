//! From the units of code generation to code objects: graph, passes, assembler.

use crate::assemble::Assembled;
use crate::cfg::{Context, Frame, Graph, Linear, Malformed, Places};
use crate::code::{Code, Codes};
use crate::codegen;
use crate::codegen::{Unit, flag};
use crate::constant::{Const, ConstId, Constants};
use crate::error::{Handover, Result};
use crate::location::Locations;
use crate::rules::Rules;
use crate::symbol::{Symbol, Symbols};

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
        let mut consts = unit.constants.items().to_vec();
        self.optimize(unit, &mut consts, symbols, constants, locations)?;
        self.graph.linear(&mut self.linear, self.rules);
        self.assembled.assemble(&mut self.linear, unit.first_line, locations, self.rules);
        let code = self.code(unit, consts, constants);
        Ok(self.codes.add(code, constants))
    }
}

impl Backend {
    fn optimize(
        &mut self,
        unit: &Unit,
        consts: &mut Vec<ConstId>,
        symbols: &mut Symbols,
        constants: &mut Constants,
        locations: &mut Locations,
    ) -> Result<()> {
        let rules = self.rules;
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
            consts,
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

    fn code(&self, unit: &Unit, consts: Vec<ConstId>, constants: &mut Constants) -> Code {
        let (locals, kinds) = self.locals(unit);
        Code {
            arguments: unit.positional + unit.positional_only,
            positional_only: unit.positional_only,
            keyword_only: unit.keyword_only,
            stack: (self.graph.depth as u32).max(self.rules.least_stack),
            flags: unit.flags,
            code: constants.add_bytes(&self.assembled.code),
            constants: constants.add(Const::Tuple(consts.into())),
            names: names(unit.names.items(), constants),
            locals: names(&locals, constants),
            kinds: constants.add_bytes(&kinds),
            name: constants.add_str(unit.name),
            qualname: constants.add_str(unit.qualname),
            first_line: unit.first_line,
            locations: constants.add_bytes(&self.assembled.locations),
            exceptions: constants.add_bytes(&self.assembled.exceptions),
        }
    }

    /// Names and kinds of all slots: locals, cells that are no locals, free variables.
    fn locals(&self, unit: &Unit) -> (Vec<Symbol>, Vec<u8>) {
        let mut locals = unit.varnames.items().to_vec();
        let mut kinds: Vec<u8> = locals
            .iter()
            .map(|name| {
                let hidden = if unit.hidden.contains(*name) { kind::HIDDEN } else { 0 };
                let cell = if unit.cellvars.find(*name).is_some() { kind::CELL } else { 0 };
                kind::LOCAL | hidden | cell
            })
            .collect();
        if self.rules.argument_kinds {
            for (kinds, argument) in kinds.iter_mut().zip(argument_kinds(unit)) {
                *kinds |= argument;
            }
        }
        if let (Some(first), Some(shown)) = (locals.first_mut(), unit.first_varname_shown) {
            *first = shown;
        }
        for cell in unit.cellvars.items().iter().filter(|cell| unit.varnames.find(**cell).is_none()) {
            locals.push(*cell);
            kinds.push(kind::CELL);
        }
        for free in unit.freevars.items() {
            locals.push(*free);
            kinds.push(kind::FREE);
        }
        (locals, kinds)
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

fn names(names: &[Symbol], constants: &mut Constants) -> ConstId {
    let items = names.iter().map(|name| constants.add_str(*name)).collect();
    constants.add(Const::Tuple(items))
}
