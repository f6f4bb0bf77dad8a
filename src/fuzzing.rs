//! Ways for the fuzzers to readers that nobody else reaches but through a file or a process. In no build but theirs and
//! that of the unit tests, so that it keeps compiling.

use std::path::Path;

use crate::compile::{Unit, protocol};
use crate::dist::zipapp::requirements::Listed;
use crate::dist::zipapp::wheel;
use crate::manifest::Manifest;
use crate::normalize::fields;
use crate::pyc::Optimization;
use crate::python::probe;

/// Reads what a process that was started to compile may say: its greeting, then answers.
pub fn worker_answers(mut bytes: &[u8]) {
    let unit = Unit { source: b"x = 1\n\ny = 2", name: b"m.py", levels: &Optimization::ALL };
    let _ = protocol::receive(&mut bytes, 0).and_then(protocol::greeting);
    for number in 1.. {
        let Ok(fields) = protocol::receive(&mut bytes, number) else { break };
        if let Ok(outcome) = protocol::outcome(fields, &unit) {
            assert!(outcome.codes.len() + usize::from(outcome.failure.is_some()) >= unit.levels.len().min(1));
        }
    }
}

/// Reads what an interpreter may say that is asked which one it is.
pub fn probe_answer(text: &str) {
    let _ = probe::parse(Path::new("python3"), text);
}

/// Puts the fields of METADATA and WHEEL in order. What is in order stays, and nothing is lost or added.
pub fn ordered_fields(text: &[u8]) {
    for order in [fields::metadata, fields::wheel] {
        let Some(ordered) = order(text) else { continue };
        assert_eq!(order(&ordered), None, "what is in order stays");
        let sorted = |text: &[u8]| {
            let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(sorted(text), sorted(&ordered));
    }
}

/// Reads the fields that a zipapp needs of a wheel's METADATA.
pub fn wheel_fields(text: &[u8]) {
    for name in ["Name", "Version", "Requires-Python", "Wheel-Version"] {
        let _ = wheel::headers(text, name).next();
    }
    for line in wheel::headers(text, "Requires-Dist") {
        if let Some(requirement) = wheel::requirement(&line) {
            let shown = requirement.to_string();
            assert_eq!(wheel::requirement(&shown).map(|again| again.to_string()), Some(shown));
        }
    }
}

/// Reads the console scripts of a wheel's entry_points.txt.
pub fn console_scripts(text: &[u8]) {
    for (_, function) in wheel::console_scripts(text) {
        let _ = function.as_script();
    }
}

/// Reads a line of a list of requirements.
pub fn listed_requirement(line: &str) {
    let _ = line.parse::<Listed>();
}

/// Reads a manifest, whatever its digest is.
pub fn manifest(document: &[u8]) -> Option<Manifest> {
    Manifest::parse(document).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each reader takes and what it refuses: the fuzzers start from texts such as these.
    #[test]
    fn what_the_fuzzers_start_from_reaches_the_readers() {
        for bytes in [&b""[..], b"\0\0\0\x01", b"\xff\xff\xff\xff", b"PYREPRO"] {
            worker_answers(bytes);
        }
        for answer in ["", "{}", "[3, 14, 2]", "3.14.2\nfinal\n"] {
            probe_answer(answer);
        }
        ordered_fields(b"Name: b\nClassifier: b\nClassifier: a\n\nText\n");
        wheel_fields(b"Name: a\nRequires-Dist: b >= 1; extra == 'c'\nRequires-Dist: ;\n");
        console_scripts(b"[console_scripts]\na = b:c.d [e]\n= :\n");
        listed_requirement("a==1 --hash=sha256:00");
        assert!(manifest(b"{}").is_none());
    }
}
