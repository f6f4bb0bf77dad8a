//! The tokens of a file, CPython's, without comments and empty lines.

use crate::span::Span;
use crate::symbol::Symbol;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The text of a [`TokenKind::Name`], in NFKC.
    pub symbol: Option<Symbol>,
    /// Where its bytes begin in the decoded text.
    pub start: u32,
    /// Where they end.
    pub end: u32,
    /// Lines and columns.
    pub span: Span,
}

/// The kinds of tokens: each operator and each keyword is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "most have the names of Python's token module")]
pub enum TokenKind {
    /// The end of the file.
    EndMarker,
    /// The tokenizer found an error: the last token of a list.
    Error,
    Newline,
    Indent,
    Dedent,
    /// Names, soft keywords too.
    Name,
    Number,
    /// A whole literal with prefix and quotes; before 3.12 f-strings too.
    String,
    FStringStart,
    FStringMiddle,
    FStringEnd,
    TStringStart,
    TStringMiddle,
    TStringEnd,

    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Comma,
    Colon,
    Semicolon,
    Dot,
    Ellipsis,
    Arrow,
    ColonEqual,
    /// `!`, from 3.12 on and in f-strings only.
    Exclamation,
    Equal,
    Plus,
    Minus,
    Star,
    DoubleStar,
    Slash,
    DoubleSlash,
    Percent,
    At,
    Amper,
    Bar,
    Circumflex,
    Tilde,
    LeftShift,
    RightShift,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    EqEqual,
    NotEqual,
    /// `<>`: not equal for those who import it from the future.
    LessGreater,
    PlusEqual,
    MinusEqual,
    StarEqual,
    DoubleStarEqual,
    SlashEqual,
    DoubleSlashEqual,
    PercentEqual,
    AtEqual,
    AmperEqual,
    BarEqual,
    CircumflexEqual,
    LeftShiftEqual,
    RightShiftEqual,

    KwFalse,
    KwNone,
    KwTrue,
    KwAnd,
    KwAs,
    KwAssert,
    KwAsync,
    KwAwait,
    KwBreak,
    KwClass,
    KwContinue,
    KwDef,
    KwDel,
    KwElif,
    KwElse,
    KwExcept,
    KwFinally,
    KwFor,
    KwFrom,
    KwGlobal,
    KwIf,
    KwImport,
    KwIn,
    KwIs,
    KwLambda,
    KwNonlocal,
    KwNot,
    KwOr,
    KwPass,
    KwRaise,
    KwReturn,
    KwTry,
    KwWhile,
    KwWith,
    KwYield,
}

impl TokenKind {
    /// Whether no node ends with it: CPython leaves these out when it takes the end of a node.
    pub const fn is_layout(self) -> bool {
        matches!(self, Self::EndMarker | Self::Newline | Self::Indent | Self::Dedent)
    }

    /// Whether it is a keyword that no name can be.
    pub const fn is_keyword(self) -> bool {
        self as u8 >= Self::KwFalse as u8
    }
}
