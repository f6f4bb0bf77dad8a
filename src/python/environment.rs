//! What environment markers of packages ask of an interpreter.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::probe::{Fault, Unusable, run};

const SCRIPT: &str = include_str!("environment.py");

/// It imports a module or two more than the first question.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The variables of environment markers (PEP 508) and their values, without `extra`.
///
/// ```
/// use pyrepro::python::Environment;
///
/// let environment = Environment::from_iter([("python_version", "3.13"), ("os_name", "posix")]);
/// assert_eq!(environment.get("os_name"), Some("posix"));
/// assert_eq!(environment.get("sys_platform"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Asks an interpreter for those that are true of it and of this machine.
    ///
    /// ```
    /// # use pyrepro::python::Environment;
    /// assert!(Environment::of("/no/such/python".as_ref()).is_err());
    /// ```
    pub fn of(python: &Path) -> Result<Environment, Unusable> {
        let unusable = |reason| Unusable { path: python.to_owned(), reason };
        let answer = run(python, SCRIPT, TIME_LIMIT).map_err(unusable)?;
        let variables: Option<Environment> =
            answer.lines().map(|line| line.trim_end_matches('\r').split_once('=')).collect();
        variables
            .filter(|variables| variables.get("python_full_version").is_some())
            .ok_or_else(|| unusable(Fault::Junk(answer.chars().take(100).collect())))
    }

    /// The value of a variable, if it has one.
    ///
    /// ```
    /// # use pyrepro::python::Environment;
    /// assert_eq!(Environment::from_iter([]).get("os_name"), None);
    /// ```
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(variables: I) -> Environment {
        Environment(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
