//! Editable wheels (PEP 660): in place of the modules, a file that leads imports to them.

use std::num::NonZero;
use std::path::{Path, absolute};

use super::artifact::{Artifact, Kind};
use super::package::Package;
use super::wheel::ANY;
use super::{Error, content};
use crate::archive::Entry;

/// The build tag, as setuptools has it, so that the project's real wheel has another name.
const EDITABLE: &str = "0.editable";

impl Package {
    /// The editable wheel. It is the same for the same project in the same folder, whose path it holds.
    ///
    /// ```
    /// use std::num::NonZero;
    /// use pyrepro::dist::Package;
    ///
    /// let package = Package::open("testdata/orchard".as_ref(), None)?;
    /// let wheel = package.editable(NonZero::<usize>::MIN)?;
    /// assert_eq!(wheel.entries.iter().next().unwrap().path.as_str(), "orchard.pth");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn editable(&self, jobs: NonZero<usize>) -> Result<Artifact, Error> {
        let tag = format!("{EDITABLE}-py3-none-any");
        let mut warnings = Vec::new();
        let name = self.metadata().name().in_file_names();
        let mut entries = vec![Entry::bytes(format!("{name}.pth"), pth(&self.module_root())?)?];
        entries.extend(self.data_entries(&mut warnings, jobs)?);
        entries.extend(self.dist_info(ANY, Some(EDITABLE), &mut warnings, jobs)?);
        let entries = content::with_record(entries, &self.dist_info_name(), jobs)?;
        Ok(Artifact { kind: Kind::Editable, name: format!("{}-{tag}.whl", self.stem()), entries, warnings })
    }
}

/// The one line with a folder that imports shall look into.
fn pth(folder: &Path) -> Result<String, Error> {
    let refuse = |reason| Error::Pth { path: folder.to_owned(), reason };
    let folder = absolute(folder).map_err(|source| Error::Read { path: folder.to_owned(), source })?;
    let text = folder.to_str().ok_or_else(|| refuse("it is not text"))?;
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(refuse("it would be more than one line"));
    }
    if text.trim() != text {
        return Err(refuse("there is white space around it"));
    }
    Ok(format!("{}\n", text.strip_suffix('/').unwrap_or(text)))
}
