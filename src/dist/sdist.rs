//! Sdists: what a wheel is made from, and the metadata.

use super::artifact::{Artifact, Kind};
use super::package::{Files, Package};
use super::{Error, warning};
use crate::archive::{Entries, Entry, Order};

impl Package {
    /// The sdist: pyproject.toml, modules, data folders, readme, licences, what is included beside
    /// these, and PKG-INFO, all in one folder.
    ///
    /// ```
    /// use pyrepro::dist::Package;
    ///
    /// let sdist = Package::open("testdata/orchard".as_ref(), None)?.sdist()?;
    /// assert_eq!(sdist.name, "orchard-1.2.0.tar.gz");
    /// assert_eq!(sdist.entries.iter().next().unwrap().path.as_str(), "orchard-1.2.0/PKG-INFO");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn sdist(&self) -> Result<Artifact, Error> {
        let folder = self.stem();
        let Files { mut by_path, mut warnings } = self.source_files()?;
        // What was checked is what is packed.
        let executable = by_path.remove("pyproject.toml").is_some_and(|file| file.executable);
        let mut entries = vec![
            Entry::bytes(format!("{folder}/PKG-INFO"), self.metadata().to_string())?,
            Entry::bytes(format!("{folder}/pyproject.toml"), self.pyproject())?.executable(executable),
        ];
        if let Some((path, text)) = self.version_file() {
            entries.push(Entry::bytes(format!("{folder}/{path}"), text)?);
        }
        for (path, file) in by_path {
            let entry = Entry::file(format!("{folder}/{path}"), file.place, file.size)?;
            entries.push(entry.executable(file.executable));
        }
        let entries = Entries::new(entries, &Order::Path)?;
        warnings.extend(warning::of_paths(&entries));
        Ok(Artifact { kind: Kind::Sdist, name: format!("{folder}.tar.gz"), entries, warnings })
    }
}
