//! A text that is taken apart from its start.

/// What is left of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'a>(pub(super) &'a str);

impl<'a> Scanner<'a> {
    pub(super) fn is_done(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn peek(self) -> Option<char> {
        self.0.chars().next()
    }

    /// Takes as many characters as are so.
    pub(super) fn take_while(&mut self, is_so: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !is_so(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// Takes a prefix if it is there.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let rest = self.0.strip_prefix(prefix);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes the first of these that is a prefix.
    pub(super) fn eat_one_of(&mut self, prefixes: &[&'static str]) -> Option<&'static str> {
        prefixes.iter().copied().find(|prefix| self.eat(prefix))
    }

    pub(super) fn skip_space(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t'));
    }
}
