//! How a run ends.

use std::io::{self, Write};
use std::process::ExitCode;

use super::terminal::ERROR;

/// The exit codes of every verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, and nothing differs.
    Fine = 0,
    /// Done, and the answer is no.
    Negative = 1,
    /// It could not be done.
    Trouble = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Tells of an error that ended a run. That nobody reads the output any more is not an error.
pub fn report(error: &anyhow::Error) -> Exit {
    if error.chain().any(is_closed_pipe) {
        return Exit::Fine;
    }
    let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {}", told(error));
    Exit::Trouble
}

/// An error and its causes in one line. Many a message says its cause already.
fn told(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !line.contains(&cause) {
            line = if line.is_empty() { cause } else { format!("{line}: {cause}") };
        }
    }
    line
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Makes a panic, which is always a bug of ours, look like an error.
pub fn on_panic() {
    std::panic::set_hook(Box::new(|info| {
        let _ = writeln!(
            anstream::stderr(),
            "{ERROR}error:{ERROR:#} a bug in pyrepro {}: {info}\n  Please report it, with the input if you can.",
            env!("CARGO_PKG_VERSION")
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read a: {source}")]
    struct Unreadable {
        source: io::Error,
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow::Error::from(Unreadable { source: io::Error::other("gone") });
        assert_eq!(told(&error), "cannot read a: gone");
        assert_eq!(told(&error.context("no wheel")), "no wheel: cannot read a: gone");
    }
}
