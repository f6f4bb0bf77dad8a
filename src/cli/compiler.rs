//! What to compile with, and what is told of it.

use pyrepro::compile::{Choice, Chosen};

use super::environment;
use super::terminal::Terminal;

/// What the user wants to compile with.
#[derive(clap::Args)]
pub struct CompilerFlag {
    /// What to compile with: `native` is the built-in compiler, and no interpreter is started; `both`
    /// compares it with the interpreter, and a difference is an error; `auto` takes the built-in compiler
    /// where it was proven for the release [default: $PYREPRO_COMPILER, or auto]
    #[arg(long, value_name = "auto|native|interpreter|both")]
    compiler: Option<Choice>,
}

impl CompilerFlag {
    /// What the flag says, or else the variable.
    pub fn choice(&self) -> anyhow::Result<Choice> {
        Ok(self.named()?.unwrap_or_default())
    }

    /// The same, if anybody says something.
    pub fn named(&self) -> anyhow::Result<Option<Choice>> {
        match self.compiler {
            Some(choice) => Ok(Some(choice)),
            None => environment::compiler(),
        }
    }

    /// What the flag itself says.
    pub fn given(&self) -> Option<Choice> {
        self.compiler
    }
}

/// Says what compiles, to those who want to know.
pub fn announce(chosen: &Chosen, terminal: &Terminal) {
    if terminal.is_verbose() {
        terminal.note(format_args!("Python {}: {}", chosen.aim().release, chosen.description()));
    }
}

/// Says which sources an interpreter alone has compiled. Who asked for two compilers has to know it.
pub fn tell_handed_over(chosen: &Chosen, terminal: &Terminal) {
    for handed in chosen.handed_over() {
        let told = format!("{}: compiled by the interpreter alone: {}", handed.name, handed.reason);
        match chosen.choice() {
            Choice::Both => terminal.warn(told),
            _ if terminal.is_verbose() => terminal.note(told),
            _ => {}
        }
    }
}
