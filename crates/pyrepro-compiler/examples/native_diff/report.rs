//! What agreed and what did not.

use std::collections::BTreeMap;
use std::fmt;

/// How often something came, and the first programs that showed it.
#[derive(Default)]
struct Kind {
    count: usize,
    examples: Vec<String>,
}

#[derive(Default)]
pub struct Report {
    /// Compilations: programs times levels.
    compared: usize,
    same: usize,
    given_up: usize,
    handed_over: BTreeMap<String, Kind>,
    differences: BTreeMap<String, Kind>,
}

impl Report {
    pub fn same(&mut self) {
        self.compared += 1;
        self.same += 1;
    }

    /// The interpreter does not compile it either, for want of stack or memory.
    pub fn given_up(&mut self) {
        self.compared += 1;
        self.given_up += 1;
    }

    pub fn handed_over(&mut self, reason: String, program: String) {
        self.compared += 1;
        self.handed_over.entry(reason).or_default().add(program);
    }

    pub fn different(&mut self, kind: String, program: String) {
        self.compared += 1;
        self.differences.entry(kind).or_default().add(program);
    }

    /// Whether nothing was made that the interpreter does not make.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.compared > 0
    }
}

impl Kind {
    fn add(&mut self, program: String) {
        self.count += 1;
        if self.examples.len() < 3 {
            self.examples.push(program);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, kinds) in [("handed over: ", &self.handed_over), ("", &self.differences)] {
            for (kind, Kind { count, examples }) in kinds {
                writeln!(out, "{count:6} {title}{kind}")?;
                for example in examples {
                    writeln!(out, "         {example}")?;
                }
            }
        }
        let sum = |kinds: &BTreeMap<String, Kind>| kinds.values().map(|kind| kind.count).sum::<usize>();
        write!(
            out,
            "{} of {} compilations the same, {} different, {} handed over, {} too much for the interpreter",
            self.same,
            self.compared,
            sum(&self.differences),
            sum(&self.handed_over),
            self.given_up
        )
    }
}
