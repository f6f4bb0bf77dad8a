//! How a wheel is built again: everything that is not in the source.

use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::backend::Locked;
use crate::project::Requirement;

/// One way to build a wheel from its source. It repeats: the same strategy builds the same bytes.
///
/// ```
/// use pyrepro::rebuild::Strategy;
///
/// let strategy = Strategy { pins: vec!["setuptools==69.5.1".into()], ..Strategy::default() };
/// let text = serde_json::to_string(&strategy)?;
/// assert_eq!(serde_json::from_str::<Strategy>(&text)?, strategy);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    /// The version of the interpreter, such as `3.11`.
    pub python: String,
    /// Build requirements are taken as they were at this time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_before: Option<String>,
    /// Versions of build requirements, such as `setuptools==69.5.1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<String>,
    /// Build requirements that the source does not declare.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// The backend, where the source names another or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// The build environment of a rebuild that was made: what is installed in place of all requirements, each with
    /// the hashes of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// Settings for the backend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<(String, String)>,
    /// Variables for the backend, such as `YARL_NO_EXTENSIONS` and `1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<(String, String)>,
    /// Options of `setup.py bdist_wheel`, such as `universal` and `1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wheel_options: Vec<(String, String)>,
    /// SOURCE_DATE_EPOCH for the backend.
    pub epoch: u64,
    /// How lines end in text files.
    #[serde(default)]
    pub line_ends: LineEnds,
}

/// How lines end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnds {
    /// As the source has them.
    #[default]
    Source,
    /// As the source has them, but as on Windows in what the build writes.
    Windows,
    /// As on Windows in both, as a checkout there has them.
    Crlf,
}

impl Strategy {
    /// Refuses what could name an option of an installer, an index, an address or a file: a strategy can come from
    /// a statement, which is anybody's.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_requirement =
            |text: &&String| text.parse::<Requirement>().is_ok() && !text.contains(['@', '\n', '\r']);
        let is_plain =
            |text: &&String| text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+:".contains(c));
        let is_module = |text: &&String| {
            text.split(['.', ':'])
                .all(|part| !part.is_empty() && part.chars().all(unicode_ident::is_xid_continue))
        };
        if let Some(bad) = self.backend.iter().find(|backend| !is_module(backend)) {
            return Err(Error::Strategy(bad.clone()));
        }
        if let Some((name, _)) = self.variables.iter().find(|(name, _)| !is_switch(name)) {
            return Err(Error::Strategy(name.clone()));
        }
        self.locked()?;
        let requirements = self.pins.iter().chain(&self.with);
        let pairs = self.wheel_options.iter().chain(&self.variables);
        let options = pairs.flat_map(|(name, value)| [name, value]);
        let bad =
            requirements.filter(|text| !is_requirement(text)).chain(options.filter(|text| !is_plain(text)));
        match bad.chain(self.uploaded_before.iter().filter(|text| !is_plain(text))).next() {
            Some(bad) => Err(Error::Strategy(bad.clone())),
            None => Ok(()),
        }
    }

    /// The build environment, if it is part of the strategy.
    pub(super) fn locked(&self) -> Result<Vec<Locked>, Error> {
        let parse = |line: &String| line.parse().map_err(|_| Error::Strategy(line.clone()));
        self.requirements.iter().map(parse).collect()
    }

    /// Pins a requirement to a version, in place of what it was pinned to.
    pub(super) fn pin(&mut self, name: &str, version: &str) {
        let prefix = format!("{name}==");
        self.pins.retain(|pin| !pin.starts_with(&prefix));
        self.pins.push(format!("{prefix}{version}"));
    }

    /// The version that a requirement is pinned to.
    pub(super) fn pinned(&self, name: &str) -> Option<&str> {
        self.pins.iter().find_map(|pin| pin.strip_prefix(name)?.strip_prefix("=="))
    }
}

/// Whether a variable can be one that a build asks about itself: not one that tells the system or the interpreter
/// where to find what they run.
fn is_switch(name: &str) -> bool {
    let is_plain =
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let leads = ["LD_", "DYLD_", "PYTHON", "PATH", "HOME", "TMP", "TEMP", "XDG_", "GIT_", "PYREPRO"];
    is_plain && !name.is_empty() && !leads.iter().any(|lead| name.starts_with(lead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_names_no_option_index_or_address() {
        let with = |text: &str| Strategy { with: vec![text.to_owned()], ..Strategy::default() };
        let pinned = |text: &str| Strategy { pins: vec![text.to_owned()], ..Strategy::default() };
        assert!(with("setuptools<81").check().is_ok() && pinned("wheel==0.38.4").check().is_ok());
        for text in
            ["--index-url=http://evil.example", "-r/etc/passwd", "a @ http://evil.example", "a==1\n-r x"]
        {
            assert!(with(text).check().is_err() && pinned(text).check().is_err(), "{text}");
        }
        let backend = |name: &str| Strategy { backend: Some(name.to_owned()), ..Strategy::default() };
        assert!(backend("poetry.core.masonry.api").check().is_ok() && backend("os;abort").check().is_err());
        let locked = Strategy { requirements: vec!["wheel==1 --index-url=x".into()], ..Strategy::default() };
        assert!(locked.check().is_err());
        let variable = |name: &str, value: &str| {
            let variables = vec![(name.to_owned(), value.to_owned())];
            Strategy { variables, ..Strategy::default() }
        };
        assert!(variable("YARL_NO_EXTENSIONS", "1").check().is_ok());
        for (name, value) in [("LD_PRELOAD", "x.so"), ("PYTHONPATH", "x"), ("", "x"), ("A", "$(x)")] {
            assert!(variable(name, value).check().is_err(), "{name}={value}");
        }
        let option = Strategy { wheel_options: vec![("a".into(), "1\n[x]".into())], ..Strategy::default() };
        assert!(option.check().is_err());
    }
}
