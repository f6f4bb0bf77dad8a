//! Which objects of two files are equal, however these share and order them.

use sha2::{Digest, Sha256};

use crate::marshal::{Graph, Kind, ObjectId, Value};

/// A digest of an object's value.
pub(super) type Sum = [u8; 32];

/// The digests of all objects of a graph.
pub(super) struct Digests(Vec<Sum>);

impl Digests {
    pub fn of(graph: &Graph) -> Digests {
        // What is contained comes first, so its digest is there.
        let mut digests = Digests(Vec::new());
        for id in graph.objects() {
            let sum = digests.sum(graph, id);
            digests.0.push(sum);
        }
        digests
    }

    pub fn get(&self, id: ObjectId) -> Sum {
        self.0[id.index()]
    }

    fn sum(&self, graph: &Graph, id: ObjectId) -> Sum {
        let mut hash = Sha256::new();
        hash.update([graph.kind(id) as u8]);
        match graph.value(id) {
            Value::Atom(_) => {}
            Value::Int(value) => hash.update(value.to_le_bytes()),
            Value::BigInt { negative, digits } => {
                hash.update([u8::from(negative)]);
                hash.update(digits);
            }
            Value::Float(value) => hash.update(value.to_bits().to_le_bytes()),
            Value::Complex(real, imaginary) => {
                hash.update(real.to_bits().to_le_bytes());
                hash.update(imaginary.to_bits().to_le_bytes());
            }
            Value::Bytes(bytes) | Value::Str(bytes) => hash.update(bytes),
            Value::Container(kind, parts) => {
                let mut sums: Vec<Sum> = parts.iter().map(|part| self.get(*part)).collect();
                if matches!(kind, Kind::Set | Kind::FrozenSet) {
                    sums.sort_unstable();
                }
                sums.iter().for_each(|sum| hash.update(sum));
            }
            Value::Code(code) => {
                code.numbers().for_each(|(_, number)| hash.update(number.to_le_bytes()));
                code.fields().for_each(|(_, part)| hash.update(self.get(part)));
            }
        }
        hash.finalize().into()
    }
}
