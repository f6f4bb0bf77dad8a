//! What the arguments of instructions stand for.

use crate::marshal::{Code, Graph, ObjectId, Value, repr};

/// How much of one name or constant is shown.
const TEXT_LIMIT: usize = 4096;
/// How much of the names and constants of one code object's instructions is shown. Real code comes
/// nowhere near; but two bytes of code show a constant of any length.
const ALL_TEXTS_LIMIT: usize = 16 << 20;

/// The constants, names and variables of a code object.
pub(super) struct Names<'g, 'a> {
    graph: &'g Graph<'a>,
    constants: &'g [ObjectId],
    names: &'g [ObjectId],
    variables: &'g [ObjectId],
    /// Cells, then free variables, where they are counted apart from the others.
    cells: [&'g [ObjectId]; 2],
    budget: usize,
}

impl<'g, 'a> Names<'g, 'a> {
    pub fn of(graph: &'g Graph<'a>, code: &Code<'g>) -> Self {
        let tuple = |field: &str| match code.field(field).map(|id| graph.value(id)) {
            Some(Value::Container(_, parts)) => parts,
            _ => &[],
        };
        let variables = if code.field("varnames").is_some() { "varnames" } else { "localsplusnames" };
        Names {
            graph,
            constants: tuple("consts"),
            names: tuple("names"),
            variables: tuple(variables),
            cells: [tuple("cellvars"), tuple("freevars")],
            budget: ALL_TEXTS_LIMIT,
        }
    }

    pub fn constant(&mut self, number: usize) -> Option<String> {
        let id = *self.constants.get(number)?;
        Some(self.shown(id))
    }

    pub fn name(&mut self, number: usize) -> Option<String> {
        let id = *self.names.get(number)?;
        Some(self.bare(id))
    }

    pub fn variable(&mut self, number: usize) -> Option<String> {
        let id = *self.variables.get(number)?;
        Some(self.bare(id))
    }

    pub fn cell(&mut self, number: usize) -> Option<String> {
        let [cells, free] = self.cells;
        let id = *cells.get(number).or_else(|| free.get(number.checked_sub(cells.len())?))?;
        Some(self.bare(id))
    }

    fn shown(&mut self, id: ObjectId) -> String {
        if self.budget == 0 {
            return "…".to_owned();
        }
        let text = repr(self.graph, id, TEXT_LIMIT);
        self.budget = self.budget.saturating_sub(text.len());
        text
    }

    /// Without quotes.
    fn bare(&mut self, id: ObjectId) -> String {
        let mut text = self.shown(id);
        if text.len() > 1 && text.starts_with(['\'', '"']) {
            text.pop();
            text.remove(0);
        }
        text
    }
}
