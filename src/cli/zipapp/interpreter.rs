//! Which interpreter the first line of an archive names, and which one its bytecode is for.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::{Context, ensure};
use pyrepro::compile::{self, Aim};
use pyrepro::dist::zipapp::shebang;

use super::super::environment;
use super::super::terminal::Terminal;

/// What the user says of interpreters.
#[derive(clap::Args)]
pub struct Choice {
    /// The interpreter for the #! line [default: no such line]
    #[arg(short = 'p', long, value_name = "INTERPRETER")]
    interpreter: Option<String>,
    /// The same, as in `python -m zipapp`. Together with -p, and for a version such as 3.12 or a virtual
    /// environment: the interpreter to compile for
    /// [default: that of the #! line, else $PYREPRO_PYTHON, the active virtual environment's, or python3]
    #[arg(long, value_name = "PYTHON")]
    python: Option<OsString>,
}

impl Choice {
    /// Whether there is any.
    pub fn is_named(&self) -> bool {
        !self.interpreter.as_deref().unwrap_or_default().is_empty() || self.python().is_some()
    }

    /// An empty value is no interpreter, as for `python -m zipapp`.
    fn python(&self) -> Option<&OsStr> {
        self.python.as_deref().filter(|python| !python.is_empty())
    }

    /// What the first line names; nothing for no such line.
    pub fn first_line(&self) -> anyhow::Result<&str> {
        let line = match (&self.interpreter, self.python()) {
            (Some(interpreter), _) => interpreter,
            (None, Some(python)) if !is_to_compile_for(python) => {
                python.to_str().context("the interpreter of the #! line must be UTF-8")?
            }
            _ => "",
        };
        ensure!(!line.contains(['\n', '\r', '\0']), "the interpreter of the #! line must be one line");
        Ok(line)
    }

    /// The interpreter to compile for: that of the first line where it is here, else that of
    /// --python, else the default.
    pub fn aim(&self, compiler: compile::Choice, terminal: &Terminal) -> anyhow::Result<Aim> {
        let interpreters = environment::interpreters();
        let line = self.first_line()?;
        let request = self.python().filter(|python| line.is_empty() || *python != line);
        if compiler == compile::Choice::Native {
            return Ok(Aim::find(&interpreters, request, compiler)?);
        }
        // The path of an interpreter may have spaces, behind which options begin otherwise.
        let whole = Some(line).filter(|line| Path::new(line).is_absolute() && Path::new(line).is_file());
        let named = whole.or_else(|| shebang::command(line));
        let named = named.and_then(|command| match interpreters.find(command) {
            // Somebody forgot the ./ of a folder, and is told so.
            Err(error) if Path::new(command).is_dir() => Some(Err(error)),
            found => found.ok().map(Ok),
        });
        let named = named.transpose()?;
        if let Some(python) = named
            && let Ok(version) = python.target
        {
            if let Some(request) = request
                && interpreters.find(request)?.target != Ok(version)
            {
                terminal.warn(format_args!(
                    "the interpreter of -p is Python {version}, so that is what bytecode is for, not {}",
                    request.to_string_lossy()
                ));
            }
            return Ok(Aim::of(python)?);
        }
        Ok(Aim::find(&interpreters, request, compiler)?)
    }
}

/// Whether it can be in no first line: nobody runs a version or a folder. What has no separator is a
/// command, whatever lies in the current folder.
fn is_to_compile_for(python: &OsStr) -> bool {
    let is_version = |text: &str| text.split('.').all(|part| part.parse::<u16>().is_ok());
    let is_path = python.to_string_lossy().contains(std::path::is_separator);
    python.to_str().is_some_and(is_version) || is_path && Path::new(python).is_dir()
}
