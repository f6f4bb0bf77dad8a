//! The canonical graph: a graph, and what the canonical form makes of it.

use super::graph::Graph;
use super::object::{Object, ObjectId};

/// A graph in which equal values are one node, and sets have their order.
///
/// A node is the first of the objects that are one in the canonical form.
pub(super) struct Canonical<'g, 'a> {
    pub graph: &'g Graph<'a>,
    /// The node of each object.
    pub nodes: Vec<ObjectId>,
    /// The graph's parts as nodes; those of sets are in canonical order.
    pub parts: Vec<ObjectId>,
    /// Which nodes are strings that are written as interned.
    pub interned: Vec<bool>,
}

impl Canonical<'_, '_> {
    /// The node of the outermost object.
    pub fn root(&self) -> ObjectId {
        self.nodes[self.graph.root.index()]
    }

    /// The parts of a node, which are nodes.
    pub fn parts(&self, object: &Object) -> &[ObjectId] {
        &self.parts[self.graph.part_range(object)]
    }
}
