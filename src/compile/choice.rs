//! What the user wants to compile with.

use std::str::FromStr;

/// What the user wants to compile with.
///
/// ```
/// use pyrepro::compile::Choice;
///
/// assert_eq!("native".parse(), Ok(Choice::Native));
/// assert!("gcc".parse::<Choice>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Choice {
    /// The built-in compiler where it is proven for the release, else the interpreter.
    #[default]
    Auto,
    /// The built-in compiler alone: no interpreter is started.
    Native,
    /// The interpreter.
    Interpreter,
    /// Both: a difference between them is an error.
    Both,
}

/// A word that is no choice of compilers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a compiler: write auto, native, interpreter or both")]
pub struct BadChoice(String);

impl Choice {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Choice::Auto => "auto",
            Choice::Native => "native",
            Choice::Interpreter => "interpreter",
            Choice::Both => "both",
        }
    }
}

impl FromStr for Choice {
    type Err = BadChoice;

    fn from_str(word: &str) -> Result<Choice, BadChoice> {
        match word {
            "auto" => Ok(Choice::Auto),
            "native" => Ok(Choice::Native),
            "interpreter" => Ok(Choice::Interpreter),
            "both" => Ok(Choice::Both),
            _ => Err(BadChoice(word.to_owned())),
        }
    }
}
