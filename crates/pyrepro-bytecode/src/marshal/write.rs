//! Canonical graph to bytes.

use super::MAX_DEPTH;
use super::canonical::Canonical;
use super::error::Problem;
use super::graph::Graph;
use super::kind::Kind;
use super::object::{Object, ObjectId};

pub(super) const FLAG_REF: u8 = 0x80;

/// Writes nodes of a graph. Made once for a graph, since it takes as much memory as that has objects.
pub(super) struct Writer {
    /// What is known of each node.
    uses: Vec<Uses>,
    /// The nodes of which something is known.
    touched: Vec<ObjectId>,
    todo: Vec<ObjectId>,
    open: Vec<Open>,
}

/// How often a node is to be written; from the second time on, it is a reference.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Uses(u32);

impl Uses {
    const NONE: Uses = Uses(0);
    const ONE: Uses = Uses(1);
    const SEVERAL: Uses = Uses(2);

    fn written_as(index: u32) -> Uses {
        Uses(3 + index)
    }

    fn index(self) -> Option<u32> {
        self.0.checked_sub(3)
    }
}

/// A container that is being written.
struct Open {
    node: ObjectId,
    /// The next part, and the end of the parts, in the canonical graph's list.
    next: u32,
    end: u32,
    /// How many parts are left where the first line of a code object is due.
    first_line_at: u32,
}

impl Writer {
    pub fn new(graph: &Graph) -> Self {
        let uses = vec![Uses::NONE; graph.objects.len()];
        Writer { uses, touched: Vec::new(), todo: Vec::new(), open: Vec::new() }
    }

    /// Appends the canonical bytes of a node as the outermost object, if `out` stays within the limit.
    pub fn write(
        &mut self,
        canonical: &Canonical,
        node: ObjectId,
        out: &mut Vec<u8>,
        limit: usize,
    ) -> Result<(), Problem> {
        self.count(canonical, node, limit)?;
        let mut indices = 0;
        self.node(canonical, node, out, &mut indices)?;
        while out.len() <= limit {
            let Some(open) = self.open.last_mut() else { break };
            if open.end - open.next == open.first_line_at {
                open.first_line_at = u32::MAX;
                out.extend_from_slice(canonical.graph.first_line(canonical.graph.object(open.node)));
            }
            if open.next == open.end {
                if matches!(canonical.graph.kind(open.node), Kind::Dict | Kind::FrozenDict) {
                    out.push(b'0');
                }
                self.open.pop();
                continue;
            }
            let part = canonical.parts[open.next as usize];
            open.next += 1;
            self.node(canonical, part, out, &mut indices)?;
        }
        if out.len() > limit {
            return Err(Problem::SetsTooLarge);
        }
        for node in self.touched.drain(..) {
            self.uses[node.index()] = Uses::NONE;
        }
        Ok(())
    }

    /// Counts how often each node occurs below this one.
    fn count(&mut self, canonical: &Canonical, node: ObjectId, limit: usize) -> Result<(), Problem> {
        let mut total = 0;
        self.todo.push(node);
        while let Some(node) = self.todo.pop() {
            let uses = &mut self.uses[node.index()];
            if *uses != Uses::NONE {
                *uses = Uses::SEVERAL;
                continue;
            }
            *uses = Uses::ONE;
            self.touched.push(node);
            let parts = canonical.parts(canonical.graph.object(node));
            total += parts.len();
            if total > limit {
                return Err(Problem::SetsTooLarge);
            }
            self.todo.extend_from_slice(parts);
        }
        Ok(())
    }

    fn node(
        &mut self,
        canonical: &Canonical,
        node: ObjectId,
        out: &mut Vec<u8>,
        indices: &mut u32,
    ) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::TooDeepToWrite);
        }
        let uses = self.uses[node.index()];
        if let Some(index) = uses.index() {
            out.push(b'r');
            out.extend_from_slice(&index.to_le_bytes());
            return Ok(());
        }
        let object = canonical.graph.object(node);
        let start = out.len();
        if object.kind.is_leaf() {
            leaf(canonical, node, object, out);
        } else {
            self.container(canonical, node, object, out);
        }
        if uses == Uses::SEVERAL && !object.kind.is_atom() {
            out[start] |= FLAG_REF;
            self.uses[node.index()] = Uses::written_as(*indices);
            *indices += 1;
        }
        Ok(())
    }

    fn container(&mut self, canonical: &Canonical, node: ObjectId, object: &Object, out: &mut Vec<u8>) {
        let range = canonical.graph.part_range(object);
        let mut first_line_at = u32::MAX;
        let code = container_code(object.kind, object.size);
        match code {
            b')' => out.extend_from_slice(&[code, object.size as u8]),
            b'(' | b'>' | b'[' | b'<' => counted(code, object.size, out),
            b':' | b'{' | b'}' => out.push(code),
            _ => {
                out.push(code);
                out.extend_from_slice(canonical.graph.code_numbers(object));
                first_line_at =
                    (range.len() - canonical.graph.version.code_layout().first_line_before) as u32;
            }
        }
        self.open.push(Open { node, next: range.start as u32, end: range.end as u32, first_line_at });
    }
}

fn leaf(canonical: &Canonical, node: ObjectId, object: &Object, out: &mut Vec<u8>) {
    match object.kind {
        Kind::None => out.push(b'N'),
        Kind::True => out.push(b'T'),
        Kind::False => out.push(b'F'),
        Kind::Ellipsis => out.push(b'.'),
        Kind::StopIteration => out.push(b'S'),
        Kind::Int if object.size == 0 => counted(b'i', object.start, out),
        Kind::Str => text(canonical.graph.payload(object), canonical.interned[node.index()], out),
        kind => {
            match kind {
                Kind::Int => out.push(b'l'),
                Kind::Float => out.push(b'g'),
                Kind::Complex => out.push(b'y'),
                _ => counted(b's', object.size, out),
            }
            out.extend_from_slice(canonical.graph.payload(object));
        }
    }
}

fn text(text: &[u8], interned: bool, out: &mut Vec<u8>) {
    let code = text_code(text, interned);
    match code {
        b'z' | b'Z' => out.extend_from_slice(&[code, text.len() as u8]),
        _ => counted(code, text.len() as u32, out),
    }
    out.extend_from_slice(text);
}

/// The type code of a str.
pub(super) fn text_code(text: &[u8], interned: bool) -> u8 {
    match (text.is_ascii(), interned) {
        (true, true) if text.len() < 256 => b'Z',
        (true, false) if text.len() < 256 => b'z',
        (true, true) => b'A',
        (true, false) => b'a',
        (false, true) => b't',
        (false, false) => b'u',
    }
}

/// The type code of a container with so many parts.
pub(super) fn container_code(kind: Kind, size: u32) -> u8 {
    match kind {
        Kind::Tuple if size < 256 => b')',
        Kind::Tuple => b'(',
        Kind::FrozenSet => b'>',
        Kind::List => b'[',
        Kind::Set => b'<',
        Kind::Slice => b':',
        Kind::Dict => b'{',
        Kind::FrozenDict => b'}',
        _ => b'c',
    }
}

/// A type code and a number of 32 bits.
fn counted(code: u8, number: u32, out: &mut Vec<u8>) {
    let [a, b, c, d] = number.to_le_bytes();
    out.extend_from_slice(&[code, a, b, c, d]);
}
