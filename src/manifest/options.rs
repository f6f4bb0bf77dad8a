//! How an artifact was made, in normal form.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A verb with the options that decide what comes of it: those that were given and those that were
/// not alike, so that the same build has the same options however they were written.
///
/// ```
/// use pyrepro::manifest::Options;
///
/// let options = Options::new("zipapp").with("compress", true).with("main", Some("app:main"));
/// assert_eq!(options.flag("compress"), Some(true));
/// assert_eq!(options.text("main"), Some("app:main"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Each option by its name. One that has no value is not there.
    #[serde(deserialize_with = "unique")]
    pub values: BTreeMap<String, Setting>,
    /// What was done, such as `zipapp`.
    pub verb: String,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl Options {
    /// A verb without options.
    ///
    /// ```
    /// assert!(pyrepro::manifest::Options::new("zipapp").values.is_empty());
    /// ```
    pub fn new(verb: &str) -> Options {
        Options { values: BTreeMap::new(), verb: verb.to_owned() }
    }

    /// The same with an option; nothing changes for one without a value.
    ///
    /// ```
    /// use pyrepro::manifest::Options;
    ///
    /// assert_eq!(Options::new("zipapp").with("main", None::<&str>), Options::new("zipapp"));
    /// ```
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Options {
        if let Value(Some(setting)) = value.into() {
            self.values.insert(name.to_owned(), setting);
        }
        self
    }

    /// The value of an option that is yes or no.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.values.get(name) {
            Some(Setting::Flag(value)) => Some(*value),
            _ => None,
        }
    }

    /// The value of an option that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.values.get(name) {
            Some(Setting::Number(value)) => Some(*value),
            _ => None,
        }
    }

    /// The value of an option that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Setting::Text(value)) => Some(value),
            _ => None,
        }
    }

    /// The values of an option that has several; none if it is not there.
    pub fn list(&self, name: &str) -> &[String] {
        match self.values.get(name) {
            Some(Setting::List(values)) => values,
            _ => &[],
        }
    }
}

/// What an option can be set to, or nothing.
#[derive(Debug, Clone)]
pub struct Value(Option<Setting>);

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value(Some(Setting::Flag(value)))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Value {
        Value(Some(Setting::Number(value)))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value(Some(Setting::Text(value.to_owned())))
    }
}

impl From<Vec<String>> for Value {
    fn from(values: Vec<String>) -> Value {
        Value(Some(Setting::List(values)))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        Value(value.and_then(|value| value.into().0))
    }
}

/// A map in which no key comes twice.
fn unique<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Setting>, D::Error> {
    struct Unique;
    impl<'de> Visitor<'de> for Unique {
        type Value = BTreeMap<String, Setting>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("options by name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeMap::new();
            while let Some((name, value)) = access.next_entry::<String, Setting>()? {
                if values.contains_key(&name) {
                    return Err(A::Error::custom(format!("duplicate option {name:?}")));
                }
                values.insert(name, value);
            }
            Ok(values)
        }
    }
    deserializer.deserialize_map(Unique)
}
