//! How a wheel is built again: everything that is not in the source.

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::next::{is_backend, is_build_tool};
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
    /// What a rebuild takes over from the strategy of a statement, which is anybody's: versions, times and forms.
    ///
    /// Whose code runs is for the source to say, or a wheel with foreign code in it could bring along the package
    /// that puts it there. So the packages that were installed become versions of those that the source requires,
    /// and a package, a backend or a setting that pyrepro would not choose by itself is refused.
    pub fn of_statement(self) -> Result<Strategy, Error> {
        self.check()?;
        let foreign = |what: String| Err(Error::ForeignCode(what));
        if let Some(backend) = self.backend.iter().find(|backend| !is_backend(backend)) {
            return foreign(format!("the backend {backend:?}"));
        }
        if let Some(with) = self.with.iter().find(|with| !is_build_tool(with)) {
            return foreign(format!("the build requirement {with:?}"));
        }
        if let Some((key, value)) = self.settings.first() {
            return foreign(format!("the setting {key:?} with {value:?} for the backend"));
        }
        let locked = self.locked()?;
        let mut stated = Strategy { requirements: Vec::new(), ..self };
        for package in locked {
            stated.pin(&package.name, &package.version);
        }
        Ok(stated)
    }

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
        let is_version = |text: &str| text.split('.').all(|part| part.parse::<u16>().is_ok());
        if !is_version(&self.python) {
            return Err(Error::Strategy(self.python.clone()));
        }
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

    fn of(change: impl FnOnce(&mut Strategy)) -> Strategy {
        let mut strategy = Strategy { python: "3.11".to_owned(), ..Strategy::default() };
        change(&mut strategy);
        strategy
    }

    #[test]
    fn a_statement_decides_versions_and_not_whose_code_runs() {
        let hash = "0".repeat(64);
        let ours = of(|strategy| {
            strategy.with = vec!["setuptools<81".to_owned(), "wheel".to_owned()];
            strategy.backend = Some("setuptools.build_meta:__legacy__".to_owned());
            strategy.pins = vec!["wheel==0.37.0".to_owned()];
            strategy.requirements =
                ["wheel==0.37.1", "trojan==1"].map(|one| format!("{one} --hash=sha256:{hash}")).to_vec();
        });
        let stated = ours.of_statement().unwrap();
        assert!(stated.requirements.is_empty(), "nothing is installed because a statement has it");
        assert_eq!(stated.pins, ["wheel==0.37.1", "trojan==1"]);
        for foreign in [
            of(|strategy| strategy.backend = Some("trojan".to_owned())),
            of(|strategy| strategy.with = vec!["trojan".to_owned()]),
            of(|strategy| strategy.with = vec!["wheel2".to_owned()]),
            of(|strategy| strategy.settings = vec![("--build-option".to_owned(), "x".to_owned())]),
        ] {
            assert!(matches!(foreign.of_statement(), Err(Error::ForeignCode(_))));
        }
    }

    #[test]
    fn the_interpreter_of_a_strategy_is_a_version() {
        let versions =
            [("3.11", true), ("3.11.2", true), ("", false), ("./python", false), ("3.11\nRUN x", false)];
        for (python, is_good) in versions {
            let strategy = of(|strategy| strategy.python = python.to_owned());
            assert_eq!(strategy.check().is_ok(), is_good, "{python:?}");
        }
    }

    #[test]
    fn a_strategy_names_no_option_index_or_address() {
        let with = |text: &str| of(|strategy| strategy.with = vec![text.to_owned()]);
        let pinned = |text: &str| of(|strategy| strategy.pins = vec![text.to_owned()]);
        assert!(with("setuptools<81").check().is_ok() && pinned("wheel==0.38.4").check().is_ok());
        for text in
            ["--index-url=http://evil.example", "-r/etc/passwd", "a @ http://evil.example", "a==1\n-r x"]
        {
            assert!(with(text).check().is_err() && pinned(text).check().is_err(), "{text}");
        }
        let backend = |name: &str| of(|strategy| strategy.backend = Some(name.to_owned()));
        assert!(backend("poetry.core.masonry.api").check().is_ok() && backend("os;abort").check().is_err());
        let locked = of(|strategy| strategy.requirements = vec!["wheel==1 --index-url=x".into()]);
        assert!(locked.check().is_err());
        let variable = |name: &str, value: &str| {
            of(|strategy| strategy.variables = vec![(name.to_owned(), value.to_owned())])
        };
        assert!(variable("YARL_NO_EXTENSIONS", "1").check().is_ok());
        for (name, value) in [("LD_PRELOAD", "x.so"), ("PYTHONPATH", "x"), ("", "x"), ("A", "$(x)")] {
            assert!(variable(name, value).check().is_err(), "{name}={value}");
        }
        let option = of(|strategy| strategy.wheel_options = vec![("a".into(), "1\n[x]".into())]);
        assert!(option.check().is_err());
    }
}
