//! One source, compiled by two compilers that were written apart: what they make has to be the same.

use super::difference;
use super::unit::{Diagnostic, Outcome, Warning};
use crate::marshal;
use crate::python::Version;

/// What both made, or the first difference as the failure.
pub(super) fn agreed(ours: Outcome, theirs: Outcome, version: Version) -> Outcome {
    match disagreement(&ours, &theirs, version) {
        None => theirs,
        Some(difference) => {
            let message = format!("the built-in compiler and the interpreter disagree: {difference}");
            Outcome { codes: Vec::new(), failure: Some(Diagnostic::whole("Difference", message)), ..theirs }
        }
    }
}

fn disagreement(ours: &Outcome, theirs: &Outcome, version: Version) -> Option<String> {
    // An interpreter that dies or takes too long has said nothing about the source.
    if theirs.failure.as_ref().is_some_and(Diagnostic::is_of_pyrepro) {
        return None;
    }
    for (level, code) in &theirs.codes {
        let canonical = marshal::read(code, version).and_then(|graph| graph.canonical());
        let canonical = match canonical {
            Ok(canonical) => canonical,
            Err(error) => return Some(format!("the interpreter's code makes no sense: {error}")),
        };
        match ours.codes.iter().find(|(other, _)| other == level) {
            Some((_, made)) if *made == canonical => {}
            Some((_, made)) => return Some(difference::first(made, &canonical, version)),
            None => return Some(format!("the built-in compiler refuses the source: {}", reason(ours))),
        }
    }
    match (&ours.failure, &theirs.failure) {
        (None, Some(error)) => Some(format!("the interpreter alone refuses the source: {error}")),
        (Some(_), None) => Some(format!("the built-in compiler refuses the source: {}", reason(ours))),
        // CPython forgets the warnings of a source that it refuses in the end, as long as nobody hears them.
        (Some(_), Some(_)) => None,
        (None, None) => other_warning(&ours.warnings, &theirs.warnings),
    }
}

fn reason(outcome: &Outcome) -> String {
    outcome.failure.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn other_warning(ours: &[Warning], theirs: &[Warning]) -> Option<String> {
    let of = |warning: Option<&Warning>| match warning {
        Some(Warning { category, message, line, .. }) => {
            format!("line {}: {category}: {message}", line.unwrap_or_default())
        }
        None => "nothing".to_owned(),
    };
    let count = ours.len().max(theirs.len());
    let pair = |index| (of(ours.get(index)), of(theirs.get(index)));
    let (a, b) = (0..count).map(pair).find(|(a, b)| a != b)?;
    Some(format!("warning: {a} and {b}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(message: &str) -> Outcome {
        let message = message.to_owned();
        let warning = Warning { category: "SyntaxWarning".into(), message, line: Some(3), text: None };
        Outcome { warnings: vec![warning], ..Outcome::default() }
    }

    fn failed() -> Outcome {
        let failure = Some(Diagnostic::whole("SyntaxError", "invalid syntax"));
        Outcome { failure, ..Outcome::default() }
    }

    fn told(ours: Outcome, theirs: Outcome) -> Option<String> {
        let version = Version::new(3, 13).expect("in the table");
        agreed(ours, theirs, version).failure.map(|failure| failure.message)
    }

    #[test]
    fn another_warning_is_a_difference() {
        assert_eq!(told(warned("a"), warned("a")), None);
        let told = told(warned("a"), warned("b")).expect("a difference");
        assert!(told.ends_with("warning: line 3: SyntaxWarning: a and line 3: SyntaxWarning: b"), "{told}");
    }

    #[test]
    fn who_refuses_alone_disagrees() {
        assert!(
            told(failed(), Outcome::default()).expect("a difference").contains("built-in compiler refuses")
        );
        assert!(told(Outcome::default(), failed()).expect("a difference").contains("interpreter alone"));
        assert_eq!(agreed(failed(), failed(), Version::new(3, 13).expect("known")), failed());
    }
}
