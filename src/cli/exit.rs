//! How a run ends.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::anyhow;

use super::terminal::{ERROR, say};

/// The exit codes of every verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, and nothing differs.
    Fine = 0,
    /// Done, and the answer is no.
    Negative = 1,
    /// It could not be done.
    Trouble = 2,
    /// For `py3compile`, as Debian has it: no Python that was asked for is installed.
    NotInstalled = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Prints what the parser of arguments has to say: the help that was asked for, or what is wrong.
pub fn of_arguments(said: &clap::Error) -> Exit {
    let printed = said.print().and_then(|()| io::stdout().flush());
    match printed {
        _ if said.use_stderr() => Exit::Trouble,
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            report(&anyhow!("cannot write to standard output: {error}"))
        }
        _ => Exit::Fine,
    }
}

/// Tells of an error that ended a run.
pub fn report(error: &anyhow::Error) -> Exit {
    say(format_args!("{ERROR}error:{ERROR:#} {}", told(error)));
    Exit::Trouble
}

/// An error and its causes in one line. Many a message says its cause already.
pub fn told(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !line.contains(&cause) {
            line = if line.is_empty() { cause } else { format!("{line}: {cause}") };
        }
    }
    line
}

/// Makes a panic, which is always a bug of ours, look like an error.
pub fn on_panic() {
    std::panic::set_hook(Box::new(|info| {
        say(format_args!(
            "{ERROR}error:{ERROR:#} a bug in pyrepro {}: {info}\n  Please report it, with the input if you can.",
            env!("CARGO_PKG_VERSION")
        ));
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
