//! What is to be rebuilt: a wheel, or a version of a project on an index.

use std::path::PathBuf;
use std::str::FromStr;

use crate::project::{Name, Version};

/// A wheel, or what names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A wheel that is here.
    Wheel(PathBuf),
    /// A version of a project, whose wheel the index has.
    Release {
        /// The project, in normal form.
        name: String,
        /// The version, as it was written.
        version: String,
    },
}

/// A text that names neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names nothing to rebuild; give a wheel (a .whl file) or NAME==VERSION")]
pub struct BadSubject(pub String);

impl FromStr for Subject {
    type Err = BadSubject;

    fn from_str(text: &str) -> Result<Subject, BadSubject> {
        if text.ends_with(".whl") {
            return Ok(Subject::Wheel(text.into()));
        }
        let bad = || BadSubject(text.to_owned());
        let (name, version) = text.split_once("==").ok_or_else(bad)?;
        let name: Name = name.trim().parse().map_err(|_| bad())?;
        let version: Version = version.trim().parse().map_err(|_| bad())?;
        Ok(Subject::Release { name: name.normalized().to_owned(), version: version.as_str().to_owned() })
    }
}

impl Subject {
    /// Reads a list: a line each, with comments behind `#`, as requirement files have them. What comes behind
    /// the version (markers, hashes) has no say.
    ///
    /// ```
    /// use pyrepro::rebuild::Subject;
    ///
    /// let list = Subject::parse_list("six==1.16.0  # old\n\nidna==3.7 --hash=sha256:0\n")?;
    /// assert_eq!(list.len(), 2);
    /// assert!(Subject::parse_list("six>=1").is_err());
    /// # Ok::<(), pyrepro::rebuild::BadSubject>(())
    /// ```
    pub fn parse_list(text: &str) -> Result<Vec<Subject>, BadSubject> {
        let mut subjects = Vec::new();
        let joined = text.replace("\\\n", " ");
        for line in joined.lines() {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let end = line.find([';', ' ']).unwrap_or(line.len());
            subjects.push(line[..end].parse()?);
        }
        Ok(subjects)
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Wheel(path) => write!(f, "{}", path.display()),
            Subject::Release { name, version } => write!(f, "{name}=={version}"),
        }
    }
}
