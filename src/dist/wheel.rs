//! Wheels: modules, data and metadata of a project, with a RECORD of them.

use std::collections::HashSet;
use std::num::NonZero;
use std::path::Path;

use super::artifact::{Artifact, Kind};
use super::package::{Files, Package, Scheme};
use super::{BuildWarning, Bytecode, Error, content, warning};
use crate::archive::{Entries, Entry, MemberPath, Order};
use crate::pyc::CachedName;

/// The tag of what every Python 3 can use.
pub(super) const ANY: &str = "py3-none-any";

const GENERATOR: &str = concat!("pyrepro ", env!("CARGO_PKG_VERSION"));

impl Package {
    /// The wheel, with bytecode in it if that is wanted. `jobs` is how many threads read and hash.
    ///
    /// ```
    /// use std::num::NonZero;
    /// use pyrepro::dist::Package;
    ///
    /// let package = Package::open("testdata/orchard".as_ref(), None)?;
    /// let wheel = package.wheel(None, NonZero::<usize>::MIN)?;
    /// assert_eq!(wheel.name, "orchard-1.2.0-py3-none-any.whl");
    /// assert_eq!(wheel.entries.iter().last().unwrap().path.as_str(), "orchard-1.2.0.dist-info/RECORD");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn wheel(&self, bytecode: Option<&Bytecode<'_>>, jobs: NonZero<usize>) -> Result<Artifact, Error> {
        let Files { by_path, mut warnings } = self.module_files()?;
        let mut entries = content::entries(by_path, "", bytecode.is_some(), jobs)?;
        if let Some((path, text)) = self.version_module() {
            entries.push(Entry::bytes(path, text)?);
        }
        warnings.extend(warning::of_extensions(&entries));
        let mut tag = ANY.to_owned();
        if let Some(bytecode) = bytecode {
            warnings.extend(compile(bytecode, &mut entries)?);
            tag = format!("cp3{}-none-any", bytecode.version.minor());
        }
        entries.extend(self.data_entries(&mut warnings, jobs)?);
        let dist_info = self.dist_info(&tag, None, &mut warnings, jobs)?;
        entries.extend(dist_info);
        let entries = content::with_record(entries, &self.dist_info_name(), jobs)?;
        warnings.extend(warning::of_paths(&entries));
        Ok(Artifact { kind: Kind::Wheel, name: format!("{}-{tag}.whl", self.stem()), entries, warnings })
    }

    /// What a wheel has in its `.dist-info` folder, without a RECORD, for those who want no more yet.
    ///
    /// ```
    /// use pyrepro::dist::Package;
    ///
    /// let metadata = Package::open("testdata/orchard".as_ref(), None)?.prepared_metadata()?;
    /// assert_eq!(metadata.name, "orchard-1.2.0.dist-info");
    /// # Ok::<(), pyrepro::dist::Error>(())
    /// ```
    pub fn prepared_metadata(&self) -> Result<Artifact, Error> {
        let mut warnings = Vec::new();
        let entries = self.dist_info(ANY, None, &mut warnings, NonZero::<usize>::MIN)?;
        let entries = Entries::new(entries, &Order::Path)?;
        Ok(Artifact { kind: Kind::Metadata, name: self.dist_info_name(), entries, warnings })
    }

    pub(super) fn dist_info_name(&self) -> String {
        format!("{}.dist-info", self.stem())
    }

    /// What is installed elsewhere than beside the modules.
    pub(super) fn data_entries(
        &self,
        warnings: &mut Vec<BuildWarning>,
        jobs: NonZero<usize>,
    ) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for (scheme, files) in self.data_files()? {
            let folder = format!("{}.data/{scheme}/", self.stem());
            let found = content::entries(files.by_path, &folder, false, jobs)?;
            // Scripts are executable, whether the file system that they come from can say so or not.
            let is_script = scheme == Scheme::Scripts;
            entries.extend(found.into_iter().map(|entry| match is_script {
                true => entry.executable(true),
                false => entry,
            }));
            warnings.extend(files.warnings);
        }
        Ok(entries)
    }

    /// What is in the `.dist-info` folder beside RECORD.
    pub(super) fn dist_info(
        &self,
        tag: &str,
        build: Option<&str>,
        warnings: &mut Vec<BuildWarning>,
        jobs: NonZero<usize>,
    ) -> Result<Vec<Entry>, Error> {
        let folder = self.dist_info_name();
        let build = build.map(|build| format!("Build: {build}\n")).unwrap_or_default();
        let wheel =
            format!("Wheel-Version: 1.0\nGenerator: {GENERATOR}\nRoot-Is-Purelib: true\nTag: {tag}\n{build}");
        let mut entries = vec![
            Entry::bytes(format!("{folder}/METADATA"), self.metadata().to_string())?,
            Entry::bytes(format!("{folder}/WHEEL"), wheel)?,
        ];
        let entry_points = &self.project().entry_points;
        if !entry_points.is_empty() {
            entries.push(Entry::bytes(format!("{folder}/entry_points.txt"), entry_points.to_string())?);
        }
        let licenses = self.license_files()?;
        warnings.extend(licenses.warnings);
        let licenses = content::entries(licenses.by_path, &format!("{folder}/licenses/"), false, jobs)?;
        // Nobody runs a licence.
        entries.extend(licenses.into_iter().map(|entry| entry.executable(false)));
        Ok(entries)
    }
}

/// Puts bytecode beside the sources among the members, or in their place.
pub(super) fn compile(bytecode: &Bytecode<'_>, entries: &mut Vec<Entry>) -> Result<Vec<BuildWarning>, Error> {
    let sources = entries.iter().filter_map(Bytecode::source_of);
    let attempts = bytecode.compile(sources, "")?.ok_or(Error::Interrupted)?;
    let version = bytecode.version.to_string();
    let mut warnings = vec![match bytecode.recipe.sourceless {
        true => BuildWarning::Sourceless(version),
        false => BuildWarning::Bytecode(version),
    }];
    let tag = bytecode.version.cache_tag();
    let mut compiled = Vec::new();
    for attempt in attempts {
        let warned =
            |warning| BuildWarning::Compiler { path: attempt.path.clone(), warning: Box::new(warning) };
        warnings.extend(attempt.warnings.into_iter().map(warned));
        let source = Path::new(&attempt.path);
        let place = match bytecode.recipe.sourceless {
            true => CachedName::legacy_path(source),
            false => CachedName::path(source, &tag, bytecode.recipe.level),
        };
        match attempt.pyc {
            Ok(pyc) => compiled.push((attempt.path, place, pyc)),
            Err(diagnostic) => warnings.push(BuildWarning::NotCompiled { path: attempt.path, diagnostic }),
        }
    }
    if bytecode.recipe.sourceless {
        let gone: HashSet<&str> = compiled.iter().map(|(source, ..)| source.as_str()).collect();
        entries.retain(|entry| !gone.contains(entry.path.as_str()));
    }
    for (_, place, pyc) in compiled {
        entries.push(Entry::of(MemberPath::from_path(&place)?, pyc));
    }
    Ok(warnings)
}
