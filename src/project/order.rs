//! The order of versions, and which ones specifiers take (PEP 440).

use super::{Specifiers, Version};

/// A version as versions are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    epoch: u64,
    /// Without zeros at the end.
    release: Vec<u64>,
    /// Alpha, beta, candidate, and behind them what is no pre-release; before them what is a
    /// development release alone.
    pre: (Phase, u64),
    post: Option<u64>,
    /// How far from a release: development comes first.
    dev: Dev,
    local: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Before,
    Alpha,
    Beta,
    Candidate,
    Final,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dev {
    Number(u64),
    Not,
}

impl Rank {
    fn of(version: &Version) -> Rank {
        // The normal form has no other spellings than these: E!N.N.N, a|b|rc N, .postN, .devN, +local.
        let text = version.as_str();
        let (text, local) = text.split_once('+').map_or((text, None), |(text, local)| (text, Some(local)));
        let (epoch, text) = text.split_once('!').unwrap_or(("0", text));
        let (text, dev) = cut(text, ".dev");
        let (text, post) = cut(text, ".post");
        let phases = [("rc", Phase::Candidate), ("a", Phase::Alpha), ("b", Phase::Beta)];
        let pre = phases.iter().find_map(|(label, phase)| Some((*phase, cut(text, label).1?)));
        let release = text.split(['a', 'b', 'r']).next().unwrap_or_default();
        let mut release: Vec<u64> = release.split('.').map(number).collect();
        while release.last() == Some(&0) {
            release.pop();
        }
        let pre_or = if dev.is_some() && post.is_none() { Phase::Before } else { Phase::Final };
        Rank {
            epoch: number(epoch),
            release,
            pre: pre.unwrap_or((pre_or, 0)),
            post,
            dev: dev.map_or(Dev::Not, Dev::Number),
            local: local.map(str::to_owned),
        }
    }

    fn is_pre_release(&self) -> bool {
        self.pre.0 != Phase::Final || self.dev != Dev::Not
    }

    fn public(&self) -> Rank {
        Rank { local: None, ..self.clone() }
    }

    fn has_release(&self, epoch: u64, prefix: &[u64]) -> bool {
        let part = |index| self.release.get(index).copied().unwrap_or_default();
        self.epoch == epoch && prefix.iter().enumerate().all(|(index, wanted)| part(index) == *wanted)
    }

    fn is_of(&self, other: &Rank) -> bool {
        (self.epoch, &self.release) == (other.epoch, &other.release)
    }
}

fn cut<'a>(text: &'a str, label: &str) -> (&'a str, Option<u64>) {
    text.split_once(label).map_or((text, None), |(before, behind)| (before, Some(number(behind))))
}

/// What is too large for 64 bits is as large as they get.
fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

impl Version {
    /// Whether it is an alpha, a beta, a candidate or a development release.
    ///
    /// ```
    /// use pyrepro::project::Version;
    ///
    /// assert!("1.0rc1".parse::<Version>()?.is_pre_release());
    /// # Ok::<(), pyrepro::project::BadValue>(())
    /// ```
    pub fn is_pre_release(&self) -> bool {
        Rank::of(self).is_pre_release()
    }

    /// Compares as PEP 440 does. Two spellings of one version are equal here, such as 1.0 and 1.
    ///
    /// ```
    /// use pyrepro::project::Version;
    ///
    /// let [old, new] = ["1.9", "1.10"].map(|text| text.parse::<Version>().unwrap());
    /// assert!(old.order(&new).is_lt());
    /// ```
    pub fn order(&self, other: &Version) -> std::cmp::Ordering {
        Rank::of(self).cmp(&Rank::of(other))
    }
}

impl Specifiers {
    /// Whether a version will do. Pre-releases do where they are in the range.
    ///
    /// ```
    /// use pyrepro::project::Specifiers;
    ///
    /// let python: Specifiers = ">=3.8,!=3.9.*".parse()?;
    /// assert!(python.take(&"3.10".parse()?) && !python.take(&"3.9.1".parse()?));
    /// # Ok::<(), pyrepro::project::BadValue>(())
    /// ```
    pub fn take(&self, version: &Version) -> bool {
        let text = self.to_string();
        text.split(',').filter(|one| !one.is_empty()).all(|one| takes_one(one, version))
    }
}

/// Whether one specifier does.
fn takes_one(specifier: &str, version: &Version) -> bool {
    let start = specifier.find(|c: char| !matches!(c, '=' | '!' | '<' | '>' | '~')).unwrap_or_default();
    let (operator, wanted) = specifier.split_at(start);
    if operator == "===" {
        return version.as_str() == wanted;
    }
    let (wanted, any) = wanted.strip_suffix(".*").map_or((wanted, false), |wanted| (wanted, true));
    let Ok(wanted) = wanted.parse::<Version>() else { return false };
    let parts = release_of(&wanted);
    let (wanted, found) = (Rank::of(&wanted), Rank::of(version));
    let public = found.public();
    let same = if any {
        found.has_release(wanted.epoch, &parts)
    } else if wanted.local.is_some() {
        found == wanted
    } else {
        public == wanted
    };
    match operator {
        "==" => same,
        "!=" => !same,
        ">=" => public >= wanted,
        "<=" => public <= wanted,
        "~=" => public >= wanted && found.has_release(wanted.epoch, &parts[..parts.len().saturating_sub(1)]),
        // Neither takes what belongs to the very release that it is to be beyond.
        ">" => public > wanted && (wanted.post.is_some() || found.post.is_none() || !found.is_of(&wanted)),
        "<" => {
            public < wanted && (wanted.is_pre_release() || !found.is_pre_release() || !found.is_of(&wanted))
        }
        _ => false,
    }
}

/// The numbers as they are written: `~=1.0` and `==1.0.*` count the zero.
fn release_of(version: &Version) -> Vec<u64> {
    let text = version.as_str();
    let text = text.split_once('!').map_or(text, |(_, text)| text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text[..end].split('.').filter(|part| !part.is_empty()).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn versions_are_in_order() {
        let ordered = [
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0a2",
            "1.0b1",
            "1.0rc1",
            "1.0",
            "1.0+x",
            "1.0.post1.dev1",
            "1.0.post1",
            "1.0.1",
            "1.2",
            "1.10",
            "2",
            "1!0.1",
        ];
        for pair in ordered.windows(2) {
            assert!(Rank::of(&version(pair[0])) < Rank::of(&version(pair[1])), "{pair:?}");
        }
        assert_eq!(Rank::of(&version("1.0.0")), Rank::of(&version("1")));
    }

    #[test]
    fn specifiers_take_what_pep_440_says() {
        for (specifier, text, expected) in [
            ("==1.0", "1", true),
            ("==1.0", "1.0+local", true),
            ("==1.0+a", "1.0+b", false),
            ("==1.0", "1.0.post1", false),
            ("==1.*", "1.9", true),
            ("==1.0.*", "1", true),
            ("==1.1.*", "1.10", false),
            ("!=1.*", "1.9", false),
            ("!=1.0", "1.1", true),
            (">=1.2", "1.10", true),
            (">=1.2", "1.2rc1", false),
            ("<=1.2", "1.2+x", true),
            ("~=1.4", "1.9", true),
            ("~=1.4", "2.0", false),
            ("~=1.4.0", "1.5", false),
            (">1.0", "1.0.post1", false),
            (">1.0", "1.0+x", false),
            (">1.0.post1", "1.0.post2", true),
            ("<1.0", "1.0rc1", false),
            ("<1.0rc2", "1.0rc1", true),
            ("<2,>=1", "1.5", true),
            ("<2,>=1", "2", false),
            ("===1.0", "1.0", true),
            ("", "7", true),
        ] {
            let specifiers: Specifiers =
                specifier.parse().unwrap_or_else(|error| panic!("{specifier}: {error}"));
            assert_eq!(specifiers.take(&version(text)), expected, "{text} {specifier}");
        }
    }
}
