//! What differs in two code objects, field by field.

use super::digest::Sum;
use super::findings::Findings;
use super::pairs::{Pair, Pairs, Side};
use super::rows::rows;
use super::{code, shown};
use crate::alignment::{Effort, steps};
use crate::marshal::{Code, Graph, Kind, ObjectId};

/// Numbers that compilers of different versions make different.
const OF_VERSIONS: [&str; 3] = ["nlocals", "stacksize", "flags"];

/// Two files, and which code object of one is which of the other.
pub(super) struct Files<'f, 'g, 'a> {
    pub a: &'f Side<'g, 'a>,
    pub b: &'f Side<'g, 'a>,
    pub pairs: &'f Pairs,
    pub effort: Effort,
}

impl<'g> Files<'_, 'g, '_> {
    fn same_version(&self) -> bool {
        self.a.graph.version() == self.b.graph.version()
    }

    /// All that differs in a pair, but for what is in the code objects inside.
    pub fn compare(&self, pair: &Pair, found: &mut Findings) {
        let (Some(a), Some(b)) = (self.a.code(pair.a), self.b.code(pair.b)) else { return };
        let before = found.list.len() + found.left_out;
        self.numbers(pair, &a, &b, found);
        self.texts(pair, &a, &b, found);
        self.names(pair, &a, &b, found);
        self.constants(pair, &a, &b, found);
        if self.same_version() {
            code::compare(self, pair, (&a, &b), found);
        }
        let is_told = found.list.len() + found.left_out > before || self.is_told_elsewhere(pair, &a, &b);
        if self.same_version() && !is_told {
            found.note(&pair.path, "code object", "differs in a way that shows in no field");
        }
    }

    fn numbers(&self, pair: &Pair, a: &Code, b: &Code, found: &mut Findings) {
        for (name, number) in a.numbers() {
            let Some((_, other)) = b.numbers().find(|(other, _)| *other == name) else { continue };
            if !self.same_version() && OF_VERSIONS.contains(&name) {
                continue;
            }
            let [a, b] = [(self.a.graph, number), (self.b.graph, other)].map(|(graph, number)| match name {
                "flags" => flags(graph, number),
                _ => number.to_string(),
            });
            found.values(&pair.path, name, a, b);
        }
    }

    fn texts(&self, pair: &Pair, a: &Code, b: &Code, found: &mut Findings) {
        for field in ["filename", "name", "qualname"] {
            let (Some(in_a), Some(in_b)) = (a.field(field), b.field(field)) else { continue };
            let sums = self.sums(in_a, in_b);
            let follows = field == "filename" && self.filename_of_outer(pair) == Some(sums);
            if sums.0 != sums.1 && !follows {
                let [a, b] = [shown::bare(self.a.graph, in_a), shown::bare(self.b.graph, in_b)];
                let (a, b) = shown::apart(a, b, sums);
                found.values(&pair.path, field, a, b);
            }
        }
    }

    /// The file names of the pair that a pair is in. One that changes throughout is told once.
    fn filename_of_outer(&self, pair: &Pair) -> Option<(Sum, Sum)> {
        let outer = &self.pairs.pairs[pair.outer?];
        let a = self.a.code(outer.a)?.field("filename")?;
        let b = self.b.code(outer.b)?.field("filename")?;
        Some(self.sums(a, b))
    }

    fn names(&self, pair: &Pair, a: &Code<'g>, b: &Code<'g>, found: &mut Findings) {
        let before = found.list.len() + found.left_out;
        let names = (self.a.tuple(a, "names").to_vec(), self.b.tuple(b, "names").to_vec());
        self.list(pair, "names", names, found);
        for role in ["varnames", "cellvars", "freevars"] {
            self.list(pair, role, (variables(self.a, a, role), variables(self.b, b, role)), found);
        }
        let differs = |field: &str| {
            let (a, b) = (a.field(field), b.field(field));
            a.zip(b).is_some_and(|(a, b)| self.sums(a, b).0 != self.sums(a, b).1)
        };
        let is_told = found.list.len() + found.left_out > before;
        if self.same_version() && !is_told && (differs("localsplusnames") || differs("localspluskinds")) {
            let told = |side: &Side, code: &Code<'g>| kinds(side, code);
            found.values(&pair.path, "localspluskinds", told(self.a, a), told(self.b, b));
        }
    }

    fn constants(&self, pair: &Pair, a: &Code<'g>, b: &Code<'g>, found: &mut Findings) {
        let constants = (self.a.tuple(a, "consts").to_vec(), self.b.tuple(b, "consts").to_vec());
        self.list(pair, "consts", constants, found);
    }

    /// Two lists of objects side by side.
    fn list(&self, pair: &Pair, field: &str, (a, b): (Vec<ObjectId>, Vec<ObjectId>), found: &mut Findings) {
        let keys_a: Vec<Sum> = a.iter().map(|id| self.key_in_a(*id)).collect();
        let keys_b: Vec<Sum> = b.iter().map(|id| self.b.digests.get(*id)).collect();
        let show = |graph: &Graph, id: ObjectId| match field {
            "consts" => shown::constant(graph, id),
            _ => shown::bare(graph, id),
        };
        let steps = steps(&keys_a, &keys_b, &self.effort);
        let list = rows(&steps, |_, _| true, |at| show(self.a.graph, a[at]), |at| show(self.b.graph, b[at]));
        if let Some(mut list) = list {
            for row in list.iter_mut().filter(|row| row.kind == super::RowKind::Changed && row.a == row.b) {
                row.a.push_str(" (one)");
                row.b.push_str(" (another)");
            }
            found.rows(&pair.path, field, list);
        }
    }

    /// The digest of an object of the first file; of a code object that has a counterpart, that one's,
    /// since how these two differ is told at their own place.
    fn key_in_a(&self, id: ObjectId) -> Sum {
        match self.pairs.counterparts.get(&id) {
            Some(other) if self.a.graph.kind(id) == Kind::Code => self.b.digests.get(*other),
            _ => self.a.digests.get(id),
        }
    }

    pub fn sums(&self, a: ObjectId, b: ObjectId) -> (Sum, Sum) {
        (self.a.digests.get(a), self.b.digests.get(b))
    }

    /// Whether all that differs is told at an outer or an inner code object.
    fn is_told_elsewhere(&self, pair: &Pair, a: &Code<'g>, b: &Code<'g>) -> bool {
        let both = a.fields().zip(b.fields());
        both.filter(|((_, a), (_, b))| self.sums(*a, *b).0 != self.sums(*a, *b).1).all(|((name, _), _)| {
            name == "consts" || name == "filename" && self.filename_of_outer(pair).is_some()
        })
    }
}

fn flags(graph: &Graph, number: i32) -> String {
    let names = graph.version().flag_names(number as u32);
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

/// How the table of all variables marks those of a role.
fn mark(role: &str) -> u8 {
    match role {
        "varnames" => 0x20,
        "cellvars" => 0x40,
        _ => 0x80,
    }
}

/// The variables of a role, which from 3.11 on stand in one table with all others.
fn variables(side: &Side, code: &Code, role: &str) -> Vec<ObjectId> {
    if code.field(role).is_some() {
        return side.tuple(code, role).to_vec();
    }
    let kinds = side.bytes(code, "localspluskinds");
    let all = side.tuple(code, "localsplusnames").iter().zip(kinds);
    all.filter(|(_, kind)| **kind & mark(role) != 0).map(|(id, _)| *id).collect()
}

fn kinds(side: &Side, code: &Code) -> String {
    let names = side.tuple(code, "localsplusnames");
    let kinds = side.bytes(code, "localspluskinds");
    let name = |place: usize| names.get(place).map(|id| shown::bare(side.graph, *id)).unwrap_or_default();
    let told = |place: usize| match kinds.get(place) {
        Some(kind) => format!("{} {kind:#04x}", name(place)),
        None => name(place),
    };
    shown::cut((0..names.len().max(kinds.len())).map(told).collect::<Vec<_>>().join(", "))
}
