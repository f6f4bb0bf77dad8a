//! Regular expressions as Python's `re` reads them, for what to leave out.

use std::io;
use std::path::Path;

use fancy_regex::Regex;

/// A regular expression that is searched for in paths, by Python's rules.
///
/// ```
/// use std::path::Path;
/// use pyrepro::compile::Exclude;
///
/// let exclude: Exclude = r"/tests?/|(?<!/)_old\.py$".parse()?;
/// assert!(exclude.matches(Path::new("pkg/test/m.py"))?);
/// assert!(!exclude.matches(Path::new("pkg/latest.py"))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Exclude(Regex);

/// A text that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("{pattern:?} is not a regular expression: {problem}")]
pub struct BadRegex {
    pattern: String,
    problem: Box<fancy_regex::Error>,
}

impl Exclude {
    /// Whether it is found anywhere in a path. It is an error if that takes too long to tell.
    pub fn matches(&self, path: &Path) -> io::Result<bool> {
        self.0.is_match(path.to_string_lossy().as_ref()).map_err(|_| {
            io::Error::other(
                "the pattern of -x takes too long to tell whether it is left out; make it simpler",
            )
        })
    }
}

impl std::str::FromStr for Exclude {
    type Err = BadRegex;

    fn from_str(pattern: &str) -> Result<Exclude, BadRegex> {
        let bad = |problem| BadRegex { pattern: pattern.to_owned(), problem: Box::new(problem) };
        Regex::new(&translated(pattern)).map(Exclude).map_err(bad)
    }
}

/// Rewrites what the two dialects read differently: `$`, `\Z`, octal escapes, `{,n}`, braces and
/// brackets that mean themselves.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    // Where the line ends count, `$` is the same in both.
    let multiline = has_flag(pattern, 'm');
    let mut in_set = false;
    while let Some(first) = rest.chars().next() {
        let (replacement, length) = match first {
            '\\' => escape(rest, in_set),
            '[' if !in_set => {
                in_set = true;
                // A `]` right behind the opening means itself.
                let opening = 1 + usize::from(rest[1..].starts_with('^'));
                let literal = usize::from(rest[opening..].starts_with(']'));
                (format!("{}{}", &rest[..opening], ["", "\\]"][literal]), opening + literal)
            }
            ']' => {
                in_set = false;
                ("]".to_owned(), 1)
            }
            '[' | '&' | '~' if in_set => (format!("\\{first}"), 1),
            '-' if in_set && rest.starts_with("--") => ("\\--".to_owned(), 2),
            '$' if !in_set && !multiline => (r"(?=\n?\z)".to_owned(), 1),
            '{' if !in_set => brace(rest),
            other => (other.to_string(), other.len_utf8()),
        };
        out.push_str(&replacement);
        rest = &rest[length..];
    }
    out
}

/// Whether a pattern begins with flags, as in `(?im)`, and this is one of them.
fn has_flag(pattern: &str, flag: char) -> bool {
    let flags = pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
    flags.is_some_and(|(flags, _)| flags.contains(flag) && flags.bytes().all(|c| c.is_ascii_lowercase()))
}

fn escape(rest: &str, in_set: bool) -> (String, usize) {
    let Some(second) = rest[1..].chars().next() else { return ("\\".to_owned(), 1) };
    let length = 1 + second.len_utf8();
    let octal = rest[1..].bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    match second {
        'Z' | 'z' if !in_set => ("\\z".to_owned(), length),
        '0' => (format!("\\x{{{:x}}}", octal_value(&rest[1..=octal])), 1 + octal),
        '1'..='3' if octal == 3 => (format!("\\x{{{:x}}}", octal_value(&rest[1..=octal])), 1 + octal),
        // These would be the ends of words.
        '<' | '>' => (second.to_string(), length),
        _ => (rest[..length].to_owned(), length),
    }
}

fn octal_value(digits: &str) -> u32 {
    u32::from_str_radix(digits, 8).unwrap_or_default()
}

/// A brace: a count of repetitions, or itself.
fn brace(rest: &str) -> (String, usize) {
    let literal = ("\\{".to_owned(), 1);
    let Some(end) = rest.find('}') else { return literal };
    let (low, high) = rest[1..end].split_once(',').unwrap_or((&rest[1..end], "0"));
    let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if end == 1 || !numbers(low) || !numbers(high) {
        return literal;
    }
    match low {
        "" => (format!("{{0,{high}}}"), end + 1),
        _ => (rest[..=end].to_owned(), end + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_searched_for_as_python_searches() {
        for (pattern, path, expected) in [
            (r"test", "a/latest.py", true),
            (r"^test", "a/test.py", false),
            (r"\.py$", "a.py\n", true),
            (r"\.py\Z", "a.py\n", false),
            (r"(?P<q>a)(?P=q)", "baab", true),
            (r"(?<!x)y(?!z)", "xyz yz y", true),
            (r"a{,2}b", "aab", true),
            (r"{b}", "a{b}.py", true),
            (r"x{2", "x{2.py", true),
            (r"[[]", "a[1].py", true),
            (r"[]x]", "]", true),
            (r"[^]x]", "]", false),
            (r"[a&&b]", "&", true),
            (r"[--a]", "A", true),
            (r"\<a\>", "<a>", true),
            (r"\x61\101", "aA", true),
            (r"(?i)TEST", "test", true),
            (r"(?m)a$", "a\nb", true),
            (r"(a)|b\1", "b", false),
            (r"é", "é", true),
        ] {
            let exclude: Exclude = pattern.parse().unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(exclude.matches(Path::new(path)).unwrap(), expected, "{pattern} in {path}");
        }
    }

    #[test]
    fn what_takes_too_long_to_tell_is_an_error() {
        let exclude: Exclude = "^(?=(a+)+$)b".parse().unwrap();
        let error = exclude.matches(Path::new(&"a".repeat(60).replace("aaa", "aaab"))).map(drop);
        let slow: Exclude = r"^(a|a\1?)+$".parse().unwrap();
        let too_long = slow.matches(Path::new(&format!("{}b", "a".repeat(200)))).unwrap_err().to_string();
        assert!(error.is_ok() && too_long.contains("takes too long"), "{too_long}");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["(", "[a", "*a", "a**", "\\", r"(?P=none)"] {
            let error = pattern.parse::<Exclude>().expect_err(pattern).to_string();
            assert!(error.starts_with(&format!("{pattern:?} is not a regular expression: ")), "{error}");
        }
    }
}
