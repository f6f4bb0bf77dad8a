//! Ranges of Pythons as Debian writes them.

use std::str::FromStr;

/// A minor release, such as 3.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor(pub u32, pub u32);

impl FromStr for Minor {
    type Err = String;

    fn from_str(text: &str) -> Result<Minor, String> {
        let parts = text
            .split_once('.')
            .and_then(|(major, minor)| Some(Minor(major.parse().ok()?, minor.parse().ok()?)));
        parts.ok_or_else(|| format!("{text:?} is no version of Python such as 3.11"))
    }
}

/// A range: from the first on, and before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    One(Minor),
    Between(Option<Minor>, Option<Minor>),
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Range, String> {
        let end = |text: &str| (!text.is_empty()).then(|| text.parse()).transpose();
        match text.split_once('-') {
            None if text.is_empty() => Ok(Range::Between(None, None)),
            None => text.parse().map(Range::One),
            Some((from, to)) => match (end(from)?, end(to)?) {
                (Some(from), Some(to)) if from > to => Err(format!("{text:?} ends before it begins")),
                (from, to) => Ok(Range::Between(from, to)),
            },
        }
    }
}

impl Range {
    /// Those of the supported Pythons that are in it. One that is named need not be supported.
    pub fn among(self, supported: &[Minor]) -> Vec<Minor> {
        match self {
            Range::One(version) => vec![version],
            Range::Between(from, to) => {
                let is_in = |version: &&Minor| {
                    from.is_none_or(|from| **version >= from) && to.is_none_or(|to| **version < to)
                };
                supported.iter().filter(is_in).copied().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_debian() {
        let supported = [Minor(3, 9), Minor(3, 11), Minor(3, 12)];
        let among = |text: &str| text.parse::<Range>().unwrap().among(&supported);
        assert_eq!(among(""), supported);
        assert_eq!(among("-"), supported);
        assert_eq!(among("3.11-"), [Minor(3, 11), Minor(3, 12)]);
        assert_eq!(among("-3.11"), [Minor(3, 9)]);
        assert_eq!(among("3.9-3.12"), [Minor(3, 9), Minor(3, 11)]);
        assert_eq!(among("3.7"), [Minor(3, 7)]);
        for text in ["3", "3.x", "3.12-3.9", "a-b"] {
            assert!(text.parse::<Range>().is_err(), "{text}");
        }
    }
}
