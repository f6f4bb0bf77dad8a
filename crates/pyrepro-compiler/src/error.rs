//! Why a source was not compiled, and what was noticed while it was.

use std::borrow::Cow;

use crate::span::Span;

/// The class of the exception that CPython raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `SyntaxError`.
    Syntax,
    /// `IndentationError`.
    Indentation,
    /// `TabError`.
    Tab,
    /// `UnicodeEncodeError`: a docstring with a lone surrogate.
    UnicodeEncode,
    /// `ValueError`: a name that is a keyword once it is normalized.
    Value,
    /// `SystemError`: a program that no release of CPython can compile, by a mistake of its own.
    System,
}

impl ErrorKind {
    /// Whether the exception names a line.
    pub const fn has_place(self) -> bool {
        matches!(self, Self::Syntax | Self::Indentation | Self::Tab)
    }

    /// The name of the class.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
            Self::UnicodeEncode => "UnicodeEncodeError",
            Self::Value => "ValueError",
            Self::System => "SystemError",
        }
    }
}

/// A source that CPython refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}: {}: {message}", span.line, kind.name())]
pub struct SyntaxError {
    /// The class of CPython's exception.
    pub kind: ErrorKind,
    /// The message, without line and column.
    pub message: Cow<'static, str>,
    /// Where: CPython shows columns from 1, these count from 0 as everywhere in this crate.
    pub span: Span,
}

/// Why this compiler leaves a source to an interpreter: it may well be a fine program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// The encoding that the source declares is not one of those done here.
    Encoding(String),
    /// Nesting deeper than the limit of this compiler.
    TooDeep,
    /// Something grows beyond the limits of this compiler.
    TooLarge(&'static str),
    /// The last digit of a power in the source depends on the processor or the C library.
    FloatPower,
    /// A construct that is not done for this version, and its name.
    Unsupported(&'static str),
    /// A mistake of this compiler that it noticed itself.
    Internal(&'static str),
}

impl std::error::Error for Handover {}

/// No code: an error of the source, or a limit of this compiler.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// CPython refuses the source as well.
    #[error(transparent)]
    Syntax(Box<SyntaxError>),
    /// An interpreter has to do it.
    #[error(transparent)]
    Handover(Box<Handover>),
}

impl std::fmt::Display for Handover {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Encoding(encoding) => write!(out, "the encoding {encoding} is not built in"),
            Self::TooDeep => out.write_str("it is nested too deeply"),
            Self::TooLarge(what) => write!(out, "{what} is more than the built-in compiler takes"),
            Self::FloatPower => out.write_str("a constant power depends on the C library"),
            Self::Unsupported(what) => write!(out, "{what} is not built in for this version"),
            Self::Internal(what) => write!(out, "a mistake in pyrepro, please report it: {what}"),
        }
    }
}

impl WarningCategory {
    /// The name of the class.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxWarning",
            Self::Deprecation => "DeprecationWarning",
        }
    }
}

impl Failure {
    /// A `SyntaxError`.
    pub fn syntax(message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self::error(ErrorKind::Syntax, message, span)
    }

    /// An error of a kind.
    pub fn error(kind: ErrorKind, message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self::Syntax(Box::new(SyntaxError { kind, message: message.into(), span }))
    }
}

impl From<Handover> for Failure {
    fn from(handover: Handover) -> Self {
        Self::Handover(Box::new(handover))
    }
}

/// What a stage gives.
pub type Result<T> = std::result::Result<T, Failure>;

/// The category of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningCategory {
    /// `SyntaxWarning`.
    Syntax,
    /// `DeprecationWarning`.
    Deprecation,
}

/// Something that CPython warns of while it compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The category.
    pub category: WarningCategory,
    /// The message.
    pub message: Cow<'static, str>,
    /// The line, from 1; 0 for what comes from the running of the compiler, and names no place in the source.
    pub line: i32,
}
