//! PEP 709: a list, set or dict comprehension is compiled into the block around it.

use super::analyze::retain_from;
use super::{Binding, BlockKind, ScopeId, SymbolTable, Uses, Variable};
use crate::rules::{ClassNames, Rules};
use crate::symbol::{Symbol, names};

/// Merges the names of the comprehension `inner` into `outer`.
///
/// `free` from `inner_free` on holds what is free in the comprehension and the blocks in it.
/// `cells` gathers names that must be cells of `outer`.
pub(super) fn inline_comprehension(
    table: &mut SymbolTable,
    outer: ScopeId,
    inner: ScopeId,
    rules: &Rules,
    free: &mut Vec<Symbol>,
    inner_free: usize,
    cells: &mut Vec<Symbol>,
) {
    let in_class = table[outer].kind == BlockKind::Class;
    let mut removed = Vec::new();
    for place in 0..table[inner].variables.len() {
        let variable = table[inner].variables.at(place);
        if variable.uses.any(Uses::PARAM) {
            continue;
        }
        let name = variable.name;
        let mut binding = variable.binding;
        if binding == Some(Binding::Cell) || variable.uses.any(Uses::COMPREHENSION_CELL) {
            cells.push(name);
        }
        let existing = table[outer].variables.get(name).copied();
        if in_class && binding == Some(Binding::Free) && is_class_name(name, rules) {
            binding = Some(Binding::GlobalImplicit);
            let kept = rules.class_names_in_comprehension == ClassNames::AllButForFunctions
                && is_free_in_child(table, inner, name);
            if !kept {
                retain_from(free, inner_free, |other| other != name);
            }
            removed.push(name);
        }
        let used = variable.uses.any(Uses::USE) && binding == Some(Binding::Free);
        if used
            && !in_class
            && rules.inlined_uses_count
            && let Some(existing) = table[outer].variables.get_mut(name)
        {
            existing.uses = existing.uses.with(Uses::USE);
        }
        match existing {
            None => table[outer].variables.push(Variable { name, uses: variable.uses, binding }),
            // A free name of the comprehension that is a local around it is a plain local now,
            // unless a function in the comprehension needs it.
            Some(existing) if existing.uses.any(Uses::BOUND) && !in_class => {
                if !is_free_in_child(table, inner, name) {
                    retain_from(free, inner_free, |other| other != name);
                }
            }
            Some(_) => {}
        }
    }
    for name in removed {
        table[inner].variables.remove(name);
    }
    table[inner].inlined = true;
}

/// Names that are never free through a class body.
fn is_class_name(name: Symbol, rules: &Rules) -> bool {
    match rules.class_names_in_comprehension {
        ClassNames::None => false,
        ClassNames::Class => name == names::DUNDER_CLASS,
        ClassNames::All | ClassNames::AllButForFunctions => {
            let all = [names::DUNDER_CLASS, names::DUNDER_CLASSDICT, names::DUNDER_CONDITIONAL_ANNOTATIONS];
            all.contains(&name)
        }
    }
}

fn is_free_in_child(table: &SymbolTable, id: ScopeId, name: Symbol) -> bool {
    table[id].children.iter().any(|&child| table[child].variables.binding(name) == Some(Binding::Free))
}
