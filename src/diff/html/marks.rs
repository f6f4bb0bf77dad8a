//! Two texts in each other's place, with the words that they do not have in common marked.

use super::escape::marked_up;
use crate::alignment::{Effort, changes};

/// Longer texts are not compared word by word.
const MOST_TOKENS: usize = 400;

/// Markup of both. Texts that have little in common have no marks: all of it is different.
pub(super) fn marked(a: &str, b: &str) -> (String, String) {
    let plain = || (marked_up(a), marked_up(b));
    let (ours, theirs) = (tokens(a), tokens(b));
    if a == b || ours.len().max(theirs.len()) > MOST_TOKENS {
        return plain();
    }
    let changes = changes(&ours, &theirs, &Effort::default());
    let weight = |tokens: &[&str]| tokens.iter().map(|token| token.trim().len()).sum::<usize>();
    let changed: usize = changes.iter().map(|change| weight(&ours[change.a.clone()])).sum();
    let (common, shorter) = (weight(&ours) - changed, weight(&ours).min(weight(&theirs)));
    if common * 3 < shorter || shorter == 0 {
        return plain();
    }
    let a = with_marks(&ours, changes.iter().map(|change| change.a.clone()));
    let b = with_marks(&theirs, changes.iter().map(|change| change.b.clone()));
    (a, b)
}

fn with_marks(tokens: &[&str], marks: impl Iterator<Item = std::ops::Range<usize>>) -> String {
    let (mut markup, mut at) = (String::new(), 0);
    for mark in marks.filter(|mark| !mark.is_empty()) {
        markup += &marked_up(&tokens[at..mark.start].concat());
        markup += &format!("<mark>{}</mark>", marked_up(&tokens[mark.clone()].concat()));
        at = mark.end;
    }
    markup + &marked_up(&tokens[at..].concat())
}

/// Words, runs of blanks, and every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    #[derive(PartialEq)]
    enum Class {
        Word,
        Blank,
        Other,
    }
    let class = |character: char| match character {
        character if character.is_alphanumeric() || character == '_' => Class::Word,
        ' ' | '\t' => Class::Blank,
        _ => Class::Other,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, character) in text.char_indices() {
        let class = class(character);
        if last.is_some_and(|last| last != class || class == Class::Other) {
            tokens.push(&text[start..at]);
            start = at;
        }
        last = Some(class);
    }
    if start < text.len() {
        tokens.push(&text[start..]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_hold_whole_words() {
        for (a, b, expected) in [
            (
                "x = old_name(1)",
                "x = new_name(1)",
                ("x = <mark>old_name</mark>(1)", "x = <mark>new_name</mark>(1)"),
            ),
            ("value = 1900", "value = 1999", ("value = <mark>1900</mark>", "value = <mark>1999</mark>")),
            ("f(a, b)", "f(a, b, c)", ("f(a, b)", "f(a, b<mark>, c</mark>)")),
            ("one", "two", ("one", "two")),
            ("a < b", "a > b", ("a <mark>&lt;</mark> b", "a <mark>&gt;</mark> b")),
        ] {
            assert_eq!(marked(a, b), (expected.0.to_owned(), expected.1.to_owned()));
        }
    }
}
