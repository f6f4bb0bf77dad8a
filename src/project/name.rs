//! Names of projects and extras.

use std::fmt;
use std::str::FromStr;

use super::BadValue;

/// A name of a project or an extra: as it is written, and as it is compared.
///
/// ```
/// use pyrepro::project::Name;
///
/// let name: Name = "Apple_Orchard.Tools".parse()?;
/// assert_eq!(name.to_string(), "Apple_Orchard.Tools");
/// assert_eq!(name.normalized(), "apple-orchard-tools");
/// assert_eq!(name.in_file_names(), "apple_orchard_tools");
/// assert!("orchard-".parse::<Name>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone)]
pub struct Name {
    written: String,
    normalized: String,
}

impl Name {
    /// As it is written.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// In lower case, with one `-` for each run of `-`, `_` and `.`.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// As names of wheels and sdists have it.
    pub fn in_file_names(&self) -> String {
        self.normalized.replace('-', "_")
    }
}

impl FromStr for Name {
    type Err = BadValue;

    fn from_str(written: &str) -> Result<Name, BadValue> {
        let bytes = written.as_bytes();
        let ends_well = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || is_separator(char::from(*byte));
        if !(ends_well(bytes.first()) && ends_well(bytes.last()) && bytes.iter().all(is_inner)) {
            return Err(BadValue::new(
                written,
                "ASCII letters, digits, `-`, `_` and `.`, with a letter or digit first and last",
            ));
        }
        let parts: Vec<&str> = written.split(is_separator).filter(|part| !part.is_empty()).collect();
        Ok(Name { written: written.to_owned(), normalized: parts.join("-").to_ascii_lowercase() })
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for Name {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_equal_however_they_are_written() {
        let names = ["friendly-bard", "Friendly-Bard", "FRIENDLY-BARD", "friendly.bard", "friendly_bard"];
        for name in names.into_iter().chain(["friendly--bard", "FrIeNdLy-._.-bArD"]) {
            assert_eq!(name.parse::<Name>().unwrap().normalized(), "friendly-bard");
        }
        assert_eq!("a".parse::<Name>(), "A".parse());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", "-a", "a-", ".", "a b", "ä", "a/b", "a\n", "a+b"] {
            assert!(name.parse::<Name>().is_err(), "{name:?}");
        }
    }
}
