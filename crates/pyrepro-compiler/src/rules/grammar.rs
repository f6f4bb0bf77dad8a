//! How a release reads sources: all that the lexer, the parser and the literals ask for.

use std::cell::Cell;

use super::{EscapeWarning, UnicodeVersion};

/// Declares the switches once: as fields of a grammar, as questions that are noted, and as what two grammars have in common.
macro_rules! grammar {
    ($($(#[$doc:meta])* $switch:ident: $type:ty,)*) => {
        /// The switches of a grammar.
        #[derive(Clone, Copy, Debug)]
        pub struct Grammar {
            $($(#[$doc])* pub $switch: $type,)*
        }

        #[allow(non_camel_case_types, reason = "each has the name of its switch")]
        #[derive(Clone, Copy)]
        enum Switch {
            $($switch,)*
        }

        impl Consulted<'_> {
            $(
                $(#[$doc])*
                pub fn $switch(&self) -> $type {
                    self.note(Switch::$switch);
                    self.grammar.$switch
                }
            )*
        }

        impl Switches {
            /// Whether two grammars answer alike to all that was asked.
            pub fn agree(self, one: &Grammar, other: &Grammar) -> bool {
                $((!self.has(Switch::$switch) || one.$switch == other.$switch))&&*
            }
        }
    };
}

grammar! {
    /// Which characters are letters, what they are called.
    unicode: UnicodeVersion,
    /// How an escape that means nothing is told.
    escape_warning: EscapeWarning,
    /// It is told at the line of the backslash, not at that of the literal.
    escape_warning_at_backslash: bool,
    /// f-strings are tokens of their own (PEP 701).
    fstring_tokens: bool,
    /// Template strings (PEP 750).
    template_strings: bool,
    /// The text that `{value=}` shows is read with an eye on backslashes.
    debug_text_knows_escapes: bool,
    /// `{"#"=}` shows its text; before, a `#` in a string counted as a comment.
    debug_text_knows_strings: bool,
    /// The source text of a template string's expression keeps the blanks behind it.
    template_text_keeps_blanks: bool,
    /// `\N{…}` of CJK and Hangul characters in lower case.
    lower_case_derived_names: bool,
    /// A name that normalizes to `None`, `True` or `False` is an error.
    constants_are_no_names: bool,
    /// The format specification of a raw f-string keeps its backslashes.
    raw_format_spec: bool,
    /// A newline in the format specification of a single-quoted f-string.
    newline_in_format_spec: bool,
    /// An empty piece beside a field of a format specification is a piece.
    empty_end_of_format_spec: bool,
    /// A format specification goes on behind a field in it: `{{` opens another field there.
    format_spec_goes_on: bool,
    /// How deep format specifications may nest around a field with `=`.
    deepest_debug_field: u32,
    /// In a format specification `=` shows the text of the first field, whichever has it.
    nested_debug_text_is_the_first: bool,
    /// `from __future__ import barry_as_FLUFL` changes the grammar of files, not only of the prompt.
    flufl_in_files: bool,
    /// `type X = …` and `def f[T]()` (PEP 695).
    type_parameters: bool,
    /// Defaults of type parameters (PEP 696).
    type_parameter_defaults: bool,
    /// `except A, B:` (PEP 758).
    except_without_parentheses: bool,
    /// `case +1:`
    positive_literal_patterns: bool,
    /// Items of a mapping pattern behind its `**rest` have an error of their own.
    tells_of_misplaced_rest: bool,
    /// `lazy import` (PEP 810).
    lazy_imports: bool,
    /// Unpacking in comprehensions (PEP 798).
    unpacking_comprehensions: bool,
    /// What messages call the names in a `def`'s parentheses.
    parameter_word: &'static str,
}

/// A grammar that notes what it is asked for. A source that was read with it is read the same way by every grammar that gives
/// the same answers, so most sources need be read only once for several releases.
#[derive(Debug)]
pub struct Consulted<'a> {
    grammar: &'a Grammar,
    asked: Cell<Switches>,
}

/// Some of the switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches(u32);

impl<'a> Consulted<'a> {
    /// A grammar that was asked for nothing yet.
    pub fn new(grammar: &'a Grammar) -> Self {
        Self { grammar, asked: Cell::default() }
    }

    /// What it was asked for so far.
    pub fn asked(&self) -> Switches {
        self.asked.get()
    }

    fn note(&self, switch: Switch) {
        self.asked.set(Switches(self.asked.get().0 | 1 << switch as u32));
    }
}

impl Switches {
    fn has(self, switch: Switch) -> bool {
        self.0 & 1 << switch as u32 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{PYTHON_3_14, PYTHON_3_15};

    #[test]
    fn grammars_agree_but_for_what_was_asked() {
        let (older, newer) = (&PYTHON_3_14.grammar, &PYTHON_3_15.grammar);
        let consulted = Consulted::new(older);
        assert!(consulted.asked().agree(older, newer));
        assert!(consulted.fstring_tokens());
        assert!(consulted.asked().agree(older, newer));
        assert!(!consulted.lazy_imports());
        assert!(!consulted.asked().agree(older, newer));
    }
}
