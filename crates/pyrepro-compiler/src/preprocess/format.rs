//! `"…" % (…)` as the f-string that does the same.

use super::Pass;
use crate::ast::{Conversion, ExprId, ExprKind};
use crate::constant::Const;
use crate::span::Span;

/// Digits of a width or a precision, at most.
const MOST_DIGITS: usize = 2;

/// A part of a format.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Text, where two percent signs were one.
    Text(Vec<u8>),
    /// The place of an item: its conversion and its format specification.
    Item(Conversion, String),
}

impl Pass<'_> {
    /// Replaces a `%` if all of its format is understood and there are as many items.
    pub(super) fn format(&mut self, id: ExprId, left: ExprId, right: ExprId) {
        let ExprKind::Tuple { elts, .. } = self.ast[right].kind else { return };
        let Some(format) = self.constant(left) else { return };
        let Const::Str(format) = self.fold.constants[format] else { return };
        if self.has_starred(elts) {
            return;
        }
        let Some(parts) = parts(self.fold.symbols.bytes(format)) else { return };
        let places = parts.iter().filter(|part| matches!(part, Part::Item(..))).count();
        if places != elts.len() {
            return;
        }
        let items = self.ast[elts].to_vec();
        let mut items = items.into_iter();
        let values: Vec<ExprId> = parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(self.text(&text)),
                Part::Item(conversion, spec) => {
                    items.next().map(|item| self.formatted(item, conversion, &spec))
                }
            })
            .collect();
        let values = self.ast.add_list(&values);
        self.ast[id].kind = ExprKind::JoinedStr { values };
    }

    fn text(&mut self, text: &[u8]) -> ExprId {
        let symbol = self.fold.symbols.intern_wtf8(text);
        let value = self.fold.constants.add_str(symbol);
        self.ast.expr(ExprKind::Constant { value, unicode: false }, Span::NONE)
    }

    fn formatted(&mut self, value: ExprId, conversion: Conversion, spec: &str) -> ExprId {
        let format_spec = (!spec.is_empty()).then(|| self.text(spec.as_bytes()));
        let span = self.ast[value].span;
        self.ast.expr(ExprKind::FormattedValue { value, conversion, format_spec }, span)
    }
}

/// The parts of a format; nothing if one is not understood.
fn parts(format: &[u8]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = format;
    loop {
        let text;
        (text, rest) = literal(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        if rest.is_empty() {
            return Some(parts);
        }
        let part;
        (part, rest) = item(&rest[1..])?;
        parts.push(part);
    }
}

/// Text up to the next place of an item.
fn literal(format: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut text = Vec::new();
    let mut rest = format;
    loop {
        match rest {
            [b'%', b'%', after @ ..] => {
                text.push(b'%');
                rest = after;
            }
            [b'%', ..] | [] => return (text, rest),
            [byte, after @ ..] => {
                text.push(*byte);
                rest = after;
            }
        }
    }
}

/// What follows a percent sign, and what follows that. Flags other than `-` have no effect on text.
fn item(format: &[u8]) -> Option<(Part, &[u8])> {
    let flags = format.iter().take_while(|byte| b"-+ #0".contains(byte)).count();
    let left = format[..flags].contains(&b'-');
    let (width, mut rest) = digits(&format[flags..])?;
    let mut precision = None;
    if let [b'.', after @ ..] = rest {
        let found;
        (found, rest) = digits(after)?;
        precision = Some(found.unwrap_or(0));
    }
    let (conversion, rest) = match rest {
        [b's', rest @ ..] => (Conversion::Str, rest),
        [b'r', rest @ ..] => (Conversion::Repr, rest),
        [b'a', rest @ ..] => (Conversion::Ascii, rest),
        _ => return None,
    };
    let mut spec = String::new();
    if let Some(width) = width {
        let align = if !left && width > 0 { ">" } else { "" };
        spec = format!("{align}{width}");
    }
    if let Some(precision) = precision {
        spec.push_str(&format!(".{precision}"));
    }
    Some((Part::Item(conversion, spec), rest))
}

/// A number, if there is one; nothing at all if it is too long.
fn digits(format: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let count = format.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count > MOST_DIGITS {
        return None;
    }
    let (digits, rest) = format.split_at(count);
    let value = digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some(((count > 0).then_some(value), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(format: &str) -> Option<String> {
        match parts(format.as_bytes())?.as_slice() {
            [Part::Item(_, spec)] => Some(spec.clone()),
            _ => None,
        }
    }

    #[test]
    fn width_and_precision_become_a_specification() {
        assert_eq!(spec("%s").as_deref(), Some(""));
        assert_eq!(spec("%5s").as_deref(), Some(">5"));
        assert_eq!(spec("%-05.3r").as_deref(), Some("5.3"));
        assert_eq!(spec("%.a").as_deref(), Some(".0"));
        assert_eq!(spec("%0s").as_deref(), Some(""));
        assert_eq!(spec("%100s"), None);
        assert_eq!(spec("%d"), None);
        assert_eq!(spec("%"), None);
    }

    #[test]
    fn two_percent_signs_are_text() {
        let text = |text: &str| Part::Text(text.into());
        let item = || Part::Item(Conversion::Str, String::new());
        assert_eq!(parts(b"a%%b%sc%%"), Some(vec![text("a%b"), item(), text("c%")]));
    }
}
