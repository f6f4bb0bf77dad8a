//! Where two files write equal values in other bytes.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::pairs::Side;
use super::{FormKind, MODULE, MarshalOnly, shown};
use crate::marshal::{Kind, ObjectId, Value};

/// How many places are told.
const MOST: usize = 100;

/// Goes over two equal values at once, in the order in which they are written.
pub(super) struct Forms<'f, 'g, 'a> {
    a: (&'f Side<'g, 'a>, &'f [u8]),
    b: (&'f Side<'g, 'a>, &'f [u8]),
    /// What was written in full so far: what comes again is a reference.
    written_a: HashMap<ObjectId, Option<ObjectId>>,
    written_b: HashSet<ObjectId>,
    pub found: Vec<MarshalOnly>,
    pub counts: HashMap<FormKind, usize>,
}

/// What is to be looked at: equal objects of both files, or one that is written in only one place.
enum Todo {
    Both(ObjectId, ObjectId, Place),
    OnlyA(ObjectId),
    OnlyB(ObjectId),
}

/// The code object that something is in, and the field of that.
#[derive(Clone)]
struct Place {
    path: Rc<str>,
    field: &'static str,
}

impl<'f, 'g, 'a> Forms<'f, 'g, 'a> {
    pub fn of(a: (&'f Side<'g, 'a>, &'f [u8]), b: (&'f Side<'g, 'a>, &'f [u8])) -> Self {
        let mut forms = Forms {
            a,
            b,
            written_a: HashMap::new(),
            written_b: HashSet::new(),
            found: Vec::new(),
            counts: HashMap::new(),
        };
        let mut todo =
            vec![Todo::Both(a.0.graph.root(), b.0.graph.root(), Place { path: Rc::from(MODULE), field: "" })];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Both(in_a, in_b, place) => forms.both(in_a, in_b, &place, &mut todo),
                Todo::OnlyA(id) => {
                    if forms.written_a.insert(id, None).is_none() {
                        todo.extend(parts(forms.a.0, id).into_iter().rev().map(Todo::OnlyA));
                    }
                }
                Todo::OnlyB(id) => {
                    if forms.written_b.insert(id) {
                        todo.extend(parts(forms.b.0, id).into_iter().rev().map(Todo::OnlyB));
                    }
                }
            }
        }
        forms
    }

    fn both(&mut self, in_a: ObjectId, in_b: ObjectId, place: &Place, todo: &mut Vec<Todo>) {
        let known_a = self.written_a.get(&in_a).copied();
        let known_b = self.written_b.contains(&in_b);
        match (known_a, known_b) {
            (Some(partner), true) => {
                if partner.is_some_and(|partner| partner != in_b) {
                    self.tell(
                        FormKind::Reference,
                        in_a,
                        in_b,
                        place,
                        "refers to another of several equal ones",
                    );
                }
            }
            (Some(_), false) => {
                self.tell(
                    FormKind::Shared,
                    in_a,
                    in_b,
                    place,
                    "is a reference in the first file, and written again in the second",
                );
                todo.push(Todo::OnlyB(in_b));
            }
            (None, true) => {
                self.tell(
                    FormKind::Shared,
                    in_a,
                    in_b,
                    place,
                    "is written again in the first file, and a reference in the second",
                );
                todo.push(Todo::OnlyA(in_a));
            }
            (None, false) => self.first(in_a, in_b, place, todo),
        }
    }

    /// Both files write it in full here.
    fn first(&mut self, in_a: ObjectId, in_b: ObjectId, place: &Place, todo: &mut Vec<Todo>) {
        self.written_a.insert(in_a, Some(in_b));
        self.written_b.insert(in_b);
        let (a, b) = (self.a.0.graph, self.b.0.graph);
        let one = |is_first: bool| if is_first { "the first" } else { "the second" };
        if a.is_flagged(in_a) != b.is_flagged(in_b) {
            let words = format!("is marked as referred to in {} file only", one(a.is_flagged(in_a)));
            self.tell(FormKind::Flag, in_a, in_b, place, &words);
        }
        if a.is_interned(in_a) != b.is_interned(in_b) {
            let words = format!("is marked as interned in {} file only", one(a.is_interned(in_a)));
            self.tell(FormKind::Interned, in_a, in_b, place, &words);
        } else if let (Some(code_a), Some(code_b)) =
            (self.type_code(self.a, in_a), self.type_code(self.b, in_b))
            && code_a != code_b
        {
            let [code_a, code_b] = [code_a, code_b].map(|code| char::from(code).escape_default());
            let words =
                format!("has the type code '{code_a}' in the first file and '{code_b}' in the second");
            self.tell(FormKind::Encoding, in_a, in_b, place, &words);
        }
        let places = self.places_in(in_a, place);
        let (parts_a, parts_b) = self.parts_side_by_side(in_a, in_b, place);
        let both = parts_a.into_iter().zip(parts_b).zip(places);
        let both: Vec<_> = both.map(|((a, b), place)| Todo::Both(a, b, place)).collect();
        todo.extend(both.into_iter().rev());
    }

    /// The parts of both, those of sets in the order of the first file.
    fn parts_side_by_side(
        &mut self,
        in_a: ObjectId,
        in_b: ObjectId,
        place: &Place,
    ) -> (Vec<ObjectId>, Vec<ObjectId>) {
        let (parts_a, mut parts_b) = (parts(self.a.0, in_a), parts(self.b.0, in_b));
        if !matches!(self.a.0.graph.kind(in_a), Kind::Set | Kind::FrozenSet) {
            return (parts_a, parts_b);
        }
        let sums = |side: &Side, parts: &[ObjectId]| {
            parts.iter().map(|id| side.digests.get(*id)).collect::<Vec<_>>()
        };
        let (order_a, order_b) = (sums(self.a.0, &parts_a), sums(self.b.0, &parts_b));
        if order_a != order_b {
            self.tell(FormKind::SetOrder, in_a, in_b, place, "has its elements in another order");
            let places: HashMap<_, _> = order_b.iter().zip(&parts_b).map(|(sum, id)| (*sum, *id)).collect();
            parts_b = order_a.iter().filter_map(|sum| places.get(sum).copied()).collect();
        }
        (parts_a, parts_b)
    }

    fn type_code(&self, (side, file): (&Side, &[u8]), id: ObjectId) -> Option<u8> {
        file.get(side.graph.offset(id)).map(|byte| byte & 0x7f)
    }

    /// Where each part of an object is: those of a code object are its fields.
    fn places_in(&self, in_a: ObjectId, place: &Place) -> Box<dyn Iterator<Item = Place>> {
        let side = self.a.0;
        let Some(code) = side.code(in_a) else { return Box::new(std::iter::repeat(place.clone())) };
        let name = code.field("name").map(|name| shown::bare(side.graph, name)).unwrap_or_default();
        let path: Rc<str> = match &*place.path {
            _ if in_a == side.graph.root() => Rc::clone(&place.path),
            MODULE => Rc::from(name),
            outer => Rc::from(shown::cut(format!("{outer}.{name}"))),
        };
        let fields: Vec<&'static str> = code.fields().map(|(field, _)| field).collect();
        Box::new(fields.into_iter().map(move |field| Place { path: Rc::clone(&path), field }))
    }

    fn tell(&mut self, kind: FormKind, in_a: ObjectId, in_b: ObjectId, place: &Place, words: &str) {
        *self.counts.entry(kind).or_default() += 1;
        if self.found.len() < MOST {
            let graph = self.a.0.graph;
            let object = match (graph.kind(in_a), place.field) {
                (Kind::Code, _) => shown::constant(graph, in_a),
                // Instructions and tables say nothing as text.
                (Kind::Bytes, field) if field != "consts" => field.to_owned(),
                (kind, _) => format!("{kind} {}", shown::constant(graph, in_a)),
            };
            self.found.push(MarshalOnly {
                kind,
                path: place.path.to_string(),
                field: place.field,
                offsets: [graph.offset(in_a), self.b.0.graph.offset(in_b)],
                what: format!("{object} {words}"),
            });
        }
    }
}

fn parts(side: &Side, id: ObjectId) -> Vec<ObjectId> {
    match side.graph.value(id) {
        Value::Container(_, parts) => parts.to_vec(),
        Value::Code(code) => code.fields().map(|(_, part)| part).collect(),
        _ => Vec::new(),
    }
}
