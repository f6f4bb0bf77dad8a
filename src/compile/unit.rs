//! What goes into a compiler and what comes out of it.

use std::fmt;

use pyrepro_compiler::Program;
use serde::Serialize;

use super::request::Form;
use crate::marshal;
use crate::pyc::{HEADER_SIZE, Header, Optimization};

/// One source, to be compiled at some levels.
///
/// ```
/// use pyrepro::{compile::Unit, pyc::Optimization};
///
/// let unit = Unit { source: b"print(1)\n", name: b"pkg/hello.py", levels: &Optimization::ALL };
/// assert!(unit.levels.len() == 3);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// The source, as it is in the file.
    pub source: &'a [u8],
    /// The file name that the code shall record, as the file system has it.
    pub name: &'a [u8],
    /// The levels, in ascending order.
    pub levels: &'a [Optimization],
}

/// What became of a unit: code for each level up to the first that fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The levels that compiled, each with its code as marshal data.
    pub codes: Vec<(Optimization, Vec<u8>)>,
    /// Whether the code is in canonical form already.
    pub is_canonical: bool,
    /// Why the next level did not.
    pub failure: Option<Diagnostic>,
    /// What the compiler warned of, each thing once.
    pub warnings: Vec<Warning>,
}

/// Why a unit could not be compiled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The class of the error, such as `SyntaxError`; `Crash` and `Timeout` are pyrepro's own.
    pub kind: String,
    /// What is wrong, in a few words.
    pub message: String,
    /// The error as `py_compile` words it: with place, line and caret where they are known, and
    /// then with a line end.
    pub wording: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
    /// The last line of the place, where it is known.
    pub end_line: Option<u32>,
    /// The column behind the last of the place, where it is known.
    pub end_column: Option<u32>,
    /// The text of the line.
    pub text: Option<String>,
}

impl Diagnostic {
    /// A diagnostic that is about a unit as a whole.
    ///
    /// ```
    /// use pyrepro::compile::Diagnostic;
    ///
    /// let killed = Diagnostic::whole("Crash", "the worker was killed by signal 11");
    /// assert_eq!(killed.to_string(), "Crash: the worker was killed by signal 11");
    /// ```
    pub fn whole(kind: &str, message: impl Into<String>) -> Diagnostic {
        let message = message.into();
        let wording = format!("Sorry: {kind}: {message}");
        Diagnostic { kind: kind.to_owned(), message, wording, ..Diagnostic::default() }
    }

    /// Whether it says nothing about the source, but that whoever should compile it did not.
    pub(super) fn is_of_pyrepro(&self) -> bool {
        matches!(self.kind.as_str(), "Crash" | "Timeout" | "MemoryError" | "NotCompiled")
    }
}

impl Outcome {
    /// A bytecode file of a code that it has: the one place where header and code come together.
    ///
    /// ```
    /// use pyrepro::compile::{Form, Outcome};
    /// use pyrepro::pyc::{HEADER_SIZE, Header, InvalidationMode};
    /// use pyrepro::python::Version;
    ///
    /// let version = Version::new(3, 14).expect("in the table");
    /// let header = Header::of_source(version, InvalidationMode::CheckedHash, b"", 0);
    /// let outcome = Outcome { is_canonical: true, ..Outcome::default() };
    /// assert_eq!(outcome.pyc(&header, b"code", Form::Canonical)?.len(), HEADER_SIZE + 4);
    /// # Ok::<(), Box<pyrepro::compile::Diagnostic>>(())
    /// ```
    pub fn pyc(&self, header: &Header, code: &[u8], form: Form) -> Result<Vec<u8>, Box<Diagnostic>> {
        let mut file = Vec::with_capacity(HEADER_SIZE + code.len());
        file.extend(header.to_bytes());
        if form == Form::Interpreter || self.is_canonical {
            file.extend(code);
            return Ok(file);
        }
        let graph = marshal::read(code, header.version);
        match graph.and_then(|graph| graph.append_canonical(&mut file)) {
            Ok(()) => Ok(file),
            Err(error) => {
                let message = format!("code that makes no sense: {error}");
                Err(Box::new(Diagnostic::whole("Crash", message)))
            }
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// Something that the compiler warns of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The class of the warning, such as `SyntaxWarning`.
    pub category: String,
    /// What may be wrong.
    pub message: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The text of the line, unless it is very long.
    pub text: Option<String>,
}

/// What turns source into code. Called from many threads at once.
pub trait Compiler: Sync {
    /// Compiles one unit, and takes as long as it takes.
    fn compile(&self, unit: &Unit<'_>) -> Result<Outcome, Unavailable>;

    /// Compiles a unit whose source is compiled for other versions too. What was found out about the source for them
    /// is in the program, for whoever can use it.
    fn compile_program(&self, unit: &Unit<'_>, _: &mut Program<'_>) -> Result<Outcome, Unavailable> {
        self.compile(unit)
    }

    /// Whether others compile, so that who calls [`Compiler::compile`] mostly waits.
    fn waits(&self) -> bool {
        true
    }

    /// Makes all that is being compiled end soon, with whatever result: nobody wants it any more.
    fn cancel(&self) {}
}

/// A compiler that cannot compile anything at all.
#[derive(Debug, thiserror::Error)]
#[error("{python} does not compile: {reason}")]
pub struct Unavailable {
    /// The interpreter.
    pub python: String,
    /// What is wrong with it.
    pub reason: String,
}
