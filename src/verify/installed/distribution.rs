//! What is installed as one, and its RECORD.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::finding::Problem;
use crate::record::{Record, Row};

/// Something that was installed.
///
/// ```
/// use pyrepro::verify::installed::Distribution;
///
/// let distribution = Distribution::named("typing_extensions-4.12.2.dist-info".as_ref()).unwrap();
/// assert_eq!(distribution.to_string(), "typing_extensions 4.12.2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// Its name, as its folder has it.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Distribution {
    /// What a `.dist-info` folder is of, by the folder's name.
    ///
    /// ```
    /// # use pyrepro::verify::installed::Distribution;
    /// assert_eq!(Distribution::named("typing_extensions".as_ref()), None);
    /// ```
    pub fn named(folder: &Path) -> Option<Distribution> {
        let stem = folder.file_name()?.to_str()?.strip_suffix(".dist-info")?;
        let (name, version) = stem.rsplit_once('-')?;
        Some(Distribution { name: name.to_owned(), version: version.to_owned() })
    }
}

impl std::fmt::Display for Distribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// The rows of the RECORD in a `.dist-info` folder.
pub(super) fn record(dist_info: &Path) -> Result<Vec<Row>, Problem> {
    let bytes = crate::bounded::read(&dist_info.join("RECORD"), crate::bounded::DOCUMENT).map_err(
        |error| match error.kind() {
            io::ErrorKind::NotFound => Problem::NoRecord(error.to_string()),
            _ => Problem::Unreadable(error.to_string()),
        },
    )?;
    Ok(Record::parse(&bytes).map_err(|error| Problem::NoRecord(error.to_string()))?.rows)
}

/// The place of a row's file: its path goes from the folder that the distribution is in, and may lead out
/// of it, to the folder of programs for instance.
pub(super) fn place(site: &Path, path: &str) -> PathBuf {
    if !path.contains("./") {
        return site.join(path);
    }
    let mut place = PathBuf::new();
    for part in site.join(path).components() {
        match part {
            // As the system has it, the root is its own parent.
            Component::ParentDir => drop(place.pop()),
            Component::CurDir => {}
            part => place.push(part),
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_may_lead_out_of_their_folder() {
        let site = Path::new("/env/lib/python3.13/site-packages");
        for (path, there) in [
            ("m.py", "/env/lib/python3.13/site-packages/m.py"),
            ("../../../bin/run", "/env/bin/run"),
            ("a/../b/./c", "/env/lib/python3.13/site-packages/b/c"),
            ("/etc/passwd", "/etc/passwd"),
            ("../../../../../../../etc/passwd", "/etc/passwd"),
        ] {
            assert_eq!(place(site, path), Path::new(there));
        }
    }
}
