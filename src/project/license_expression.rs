//! SPDX licence expressions.

use std::fmt;
use std::str::FromStr;

use spdx::identifiers::{EXCEPTIONS, LICENSES};

use super::BadValue;
use super::suggestion::nearest;

/// A licence expression after PEP 639 and SPDX, each identifier in its own spelling.
///
/// ```
/// use pyrepro::project::LicenseExpression;
///
/// let license: LicenseExpression = "mit or (apache-2.0 AND licenseref-Orchard)".parse()?;
/// assert_eq!(license.to_string(), "MIT OR (Apache-2.0 AND LicenseRef-Orchard)");
/// assert_eq!("MTI".parse::<LicenseExpression>().unwrap_err().suggestion.as_deref(), Some("MIT"));
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseExpression {
    text: String,
    deprecated: Vec<&'static str>,
}

impl LicenseExpression {
    /// Its identifiers that SPDX has replaced by others.
    ///
    /// ```
    /// # use pyrepro::project::LicenseExpression;
    /// let license: LicenseExpression = "GPL-2.0+".parse()?;
    /// assert_eq!(license.deprecated(), ["GPL-2.0+"]);
    /// # Ok::<(), pyrepro::project::BadValue>(())
    /// ```
    pub fn deprecated(&self) -> &[&'static str] {
        &self.deprecated
    }
}

impl fmt::Display for LicenseExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Readers go down a step for each parenthesis, and may have a small stack.
const DEEPEST: usize = 50;

impl FromStr for LicenseExpression {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<LicenseExpression, BadValue> {
        Reader::new(text).read()
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    License,
    Exception,
    /// An operator, among them WITH.
    AnyOperator,
    Operator,
}

struct Reader<'a> {
    whole: &'a str,
    parts: Vec<String>,
    deprecated: Vec<&'static str>,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(whole: &'a str) -> Reader<'a> {
        Reader { whole, parts: Vec::new(), deprecated: Vec::new(), depth: 0 }
    }

    fn refused(&self, allowed: impl Into<String>) -> BadValue {
        BadValue::new(self.whole, allowed)
    }

    fn read(mut self) -> Result<LicenseExpression, BadValue> {
        let spaced = self.whole.replace('(', " ( ").replace(')', " ) ");
        let mut next = Next::License;
        for word in spaced.split_whitespace() {
            next = self.step(next, word)?;
        }
        if matches!(next, Next::License | Next::Exception) || self.depth > 0 {
            return Err(self.refused(
                "an SPDX licence expression that is complete, such as `MIT` or `(MIT OR Apache-2.0) AND BSD-3-Clause`",
            ));
        }
        let text = self.parts.join(" ").replace("( ", "(").replace(" )", ")");
        Ok(LicenseExpression { text, deprecated: self.deprecated })
    }

    fn step(&mut self, next: Next, word: &str) -> Result<Next, BadValue> {
        let upper = word.to_ascii_uppercase();
        let (part, after) = match (next, upper.as_str()) {
            (Next::License, "(") if self.depth < DEEPEST => {
                self.depth += 1;
                (upper, Next::License)
            }
            (Next::AnyOperator | Next::Operator, ")") if self.depth > 0 => {
                self.depth -= 1;
                (upper, Next::Operator)
            }
            (Next::AnyOperator | Next::Operator, "AND" | "OR") => (upper, Next::License),
            (Next::AnyOperator, "WITH") => (upper, Next::Exception),
            (Next::License, _) => (self.license(word)?, Next::AnyOperator),
            (Next::Exception, _) => (self.exception(word)?, Next::Operator),
            _ => {
                return Err(self.refused(format!(
                    "AND, OR, WITH or ) after a licence of an SPDX expression, and {word:?} does not fit there"
                )));
            }
        };
        self.parts.push(part);
        Ok(after)
    }

    fn license(&mut self, word: &str) -> Result<String, BadValue> {
        if let Some(own) = own_license(word) {
            return Ok(own);
        }
        // Some deprecated identifiers have a `+` of their own.
        let base = word.strip_suffix('+').unwrap_or(word);
        let known = |name: &str| LICENSES.iter().find(|license| license.name.eq_ignore_ascii_case(name));
        let known = known(word)
            .map(|known| (known, ""))
            .or_else(|| known(base).map(|known| (known, &word[base.len()..])));
        let known = known.filter(|(known, _)| known.name != "NOASSERTION");
        let Some((license, plus)) = known else {
            let suggestion = nearest(base, LICENSES.iter().map(|license| license.name)).map(str::to_owned);
            let allowed = format!(
                "SPDX licence identifiers and LicenseRef-… of letters, digits, - and ., and {word:?} is neither"
            );
            return Err(BadValue { suggestion, ..self.refused(allowed) });
        };
        let is_deprecated = spdx::license_id(license.name).is_some_and(spdx::LicenseId::is_deprecated);
        if is_deprecated && !self.deprecated.contains(&license.name) {
            self.deprecated.push(license.name);
        }
        Ok(format!("{}{plus}", license.name))
    }

    fn exception(&self, word: &str) -> Result<String, BadValue> {
        let known = EXCEPTIONS.iter().find(|exception| exception.name.eq_ignore_ascii_case(word));
        known.map(|exception| exception.name.to_owned()).ok_or_else(|| BadValue {
            suggestion: nearest(word, EXCEPTIONS.iter().map(|exception| exception.name)).map(str::to_owned),
            ..self.refused(format!("SPDX exceptions after WITH, and {word:?} is none"))
        })
    }
}

/// A licence that SPDX does not list.
fn own_license(word: &str) -> Option<String> {
    const PREFIX: &str = "LicenseRef-";
    let start = word.get(..PREFIX.len())?;
    let name = &word[PREFIX.len()..];
    let is_name =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    (start.eq_ignore_ascii_case(PREFIX) && is_name).then(|| format!("{PREFIX}{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_the_spelling_of_spdx() {
        let forms = [
            ("mit", "MIT"),
            ("MIT OR apache-2.0", "MIT OR Apache-2.0"),
            ("(mit)", "(MIT)"),
            (
                "gpl-3.0-or-later with classpath-exception-2.0",
                "GPL-3.0-or-later WITH Classpath-exception-2.0",
            ),
            ("( MIT and(bsd-3-clause  or 0bsd ) )", "(MIT AND (BSD-3-Clause OR 0BSD))"),
            ("Apache-2.0+", "Apache-2.0+"),
            ("licenseref-My.Own-1", "LicenseRef-My.Own-1"),
        ];
        for (written, normal) in forms {
            assert_eq!(written.parse::<LicenseExpression>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let deep = format!("{}MIT{}", "(".repeat(100_000), ")".repeat(100_000));
        for text in [
            "",
            "()",
            "MIT OR",
            "OR MIT",
            "MIT MIT",
            "MIT/Apache-2.0",
            "(MIT",
            "MIT)",
            "MIT WITH MIT",
            "MIT WITH Classpath-exception-2.0 WITH GCC-exception-2.0",
            "(MIT) WITH GCC-exception-2.0",
            "LicenseRef-",
            "LicenseRef-a_b",
            "BSD",
            "Proprietary",
            "MIT, BSD-3-Clause",
            "NOASSERTION",
            "MIT++",
            "ÄÄÄÄÄÄÄÄÄÄÄÄ",
            deep.as_str(),
        ] {
            assert!(text.parse::<LicenseExpression>().is_err(), "{text:?}");
        }
    }
}
