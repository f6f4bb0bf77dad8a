//! The bytes of a source file to text, by the rules of CPython's tokenizer.
//!
//! UTF-8, ASCII and Latin-1 are decoded here. Any other encoding that a file declares is left to an interpreter:
//! the registry of codecs is open.

use std::borrow::Cow;

use memchr::memchr;

use crate::error::{Failure, Handover, Result};
use crate::span::Span;

/// The text of a file: UTF-8 without a byte order mark, lines end with `\n`, and so does the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    text: Cow<'a, str>,
}

impl<'a> Source<'a> {
    /// Decodes a file.
    pub fn decode(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() >= i32::MAX as usize {
            return Err(Handover::TooLarge("a source of 2 GiB").into());
        }
        if memchr(0, bytes).is_some() {
            return Err(error("source code string cannot contain null bytes", 1));
        }
        let (bytes, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        let text = match declared(bytes) {
            None => utf8(bytes)?,
            Some(name) => match (normal_name(&name).as_str(), marked) {
                ("utf-8", _) => utf8(bytes)?,
                (_, true) => return Err(error(format!("encoding problem: {name} with BOM"), 1)),
                ("iso-8859-1" | "latin1" | "latin" | "l1", _) => Cow::Owned(latin1(bytes)),
                ("utf8" | "u8" | "utf", _) => utf8(bytes)?,
                ("ascii" | "us-ascii", _) if bytes.is_ascii() => utf8(bytes)?,
                _ => return Err(Handover::Encoding(name).into()),
            },
        };
        Ok(Self { text: ended(translated(text)) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn error(message: impl Into<Cow<'static, str>>, line: i32) -> Failure {
    Failure::syntax(message, Span::new(line, 0, line, 0))
}

/// Releases differ in whether a comment may hold bytes that are not UTF-8: an interpreter knows.
fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Handover::Encoding("utf-8".into()).into())
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// `\r\n` and `\r` become `\n`.
fn translated(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split('\r');
    out.extend(lines.next());
    for line in lines {
        out.push('\n');
        out.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
    Cow::Owned(out)
}

/// The last line gets its end.
fn ended(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_empty() || text.ends_with('\n') {
        return text;
    }
    let mut text = text.into_owned();
    text.push('\n');
    Cow::Owned(text)
}

/// The encoding that a comment on one of the first two lines declares. The second line counts if the first holds
/// no more than a comment.
fn declared(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.split(|&byte| byte == b'\n' || byte == b'\r');
    let first = lines.next()?;
    if let Some(name) = cookie(first) {
        return Some(name);
    }
    let blank = first.iter().find(|byte| !b" \t\x0c".contains(byte)).is_none_or(|&byte| byte == b'#');
    if !blank {
        return None;
    }
    let second = match lines.next()? {
        b"" if bytes[first.len()..].starts_with(b"\r\n") => lines.next()?,
        second => second,
    };
    cookie(second)
}

/// `coding: name` or `coding=name` in a comment that begins the line.
fn cookie(line: &[u8]) -> Option<String> {
    let comment = line.iter().position(|byte| !b" \t\x0c".contains(byte))?;
    if line[comment] != b'#' {
        return None;
    }
    (comment..line.len()).find_map(|at| {
        let rest = line[at..].strip_prefix(b"coding")?;
        let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
        let start = rest.iter().position(|byte| !b" \t".contains(byte))?;
        let name: String = rest[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
            .map(|&byte| char::from(byte))
            .collect();
        (!name.is_empty()).then_some(name)
    })
}

/// The names that CPython knows without its registry; others stay as they are.
fn normal_name(name: &str) -> String {
    let short: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let is =
        |known: &str| short.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    if is("utf-8") {
        return "utf-8".into();
    }
    if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
        return "iso-8859-1".into();
    }
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        Source::decode(bytes).unwrap().text().to_owned()
    }

    #[test]
    fn lines_end_one_way() {
        assert_eq!(text(b"a\r\nb\rc\r\r\nd"), "a\nb\nc\n\nd\n");
        assert_eq!(text(b""), "");
    }

    #[test]
    fn a_cookie_counts_in_a_comment_of_the_first_two_lines() {
        assert_eq!(text(b"# coding: latin-1\n'\xe9'"), "# coding: latin-1\n'\u{e9}'\n");
        assert_eq!(
            text(b"#!x\r\n\x0c# -*- coding=ISO_8859-1-unix -*-\r\n'\xe9'").matches('\u{e9}').count(),
            1
        );
        assert!(Source::decode(b"a = 1\n# coding: latin-1\n'\xe9'").is_err());
        assert!(Source::decode(b"\n\n# coding: latin-1\n'\xe9'").is_err());
    }

    #[test]
    fn other_encodings_are_handed_over() {
        let failure = Source::decode(b"# coding: cp1252\n").unwrap_err();
        assert_eq!(failure, Handover::Encoding("cp1252".into()).into());
        assert_eq!(Source::decode(b"\xe9").unwrap_err(), Handover::Encoding("utf-8".into()).into());
    }

    #[test]
    fn a_byte_order_mark_and_another_encoding_contradict() {
        assert_eq!(text(b"\xef\xbb\xbfa"), "a\n");
        assert!(matches!(
            Source::decode(b"\xef\xbb\xbf# coding: latin-1\n").unwrap_err(),
            Failure::Syntax(error) if error.message == "encoding problem: latin-1 with BOM"
        ));
    }

    #[test]
    fn a_null_byte_is_an_error() {
        assert!(matches!(Source::decode(b"# \0").unwrap_err(), Failure::Syntax(_)));
    }
}
