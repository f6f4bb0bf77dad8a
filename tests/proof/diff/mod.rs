//! Whatever differs between two artifacts is told of, in its place and by its kind; and nothing else is.

mod containers;
mod contents;
mod page;
mod program;
mod tar_file;
mod zip_file;

use std::fs;
use std::path::PathBuf;

use pyrepro::diff::{self, Fact, Member, Options, Report};
use tempfile::TempDir;

/// Two files side by side.
struct Two(TempDir);

impl Two {
    fn new(name: &str, a: &[u8], b: &[u8]) -> Two {
        let two = Two(tempfile::tempdir().expect("a folder"));
        for (side, bytes) in [("a", a), ("b", b)] {
            fs::create_dir(two.0.path().join(side)).expect("a folder");
            fs::write(two.0.path().join(side).join(name), bytes).expect("a file");
        }
        two
    }

    fn paths(&self, name: &str) -> [PathBuf; 2] {
        ["a", "b"].map(|side| self.0.path().join(side).join(name))
    }
}

/// The comparison of two files of a name.
fn compare(name: &str, a: &[u8], b: &[u8]) -> Report {
    compare_by(name, a, b, &Options::default())
}

fn compare_by(name: &str, a: &[u8], b: &[u8], options: &Options) -> Report {
    let two = Two::new(name, a, b);
    let [a, b] = two.paths(name);
    diff::diff(&a, &b, options).expect("files that can be read")
}

fn member<'a>(report: &'a Report, path: &str) -> &'a Member {
    let found = report.members.iter().find(|member| member.path == path);
    found.unwrap_or_else(|| panic!("no {path} in {report:#?}"))
}

/// The names of fields, sorted.
fn names(facts: &[Fact]) -> Vec<&str> {
    let mut names: Vec<&str> = facts.iter().map(|fact| fact.name.as_str()).collect();
    names.sort_unstable();
    names
}
