//! What the index has for a wheel: asked for once, and downloaded together. For a list it is got ahead of the builds.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::error::Error;
use super::index::{Index, Listing, Remote};
use super::published::FileName;
use super::run::{Options, Progress, bounds, version_of};
use super::subject::Subject;
use crate::backend::{Event, Request};
use crate::lock::lock;
use crate::python::Interpreter;

/// The versions of Python that the index's files are asked for, the likeliest first.
const PYTHONS: [&str; 4] = ["3.13", "3.9", "3.15", "3.7"];

/// Asks the index, and remembers what it says.
pub(super) struct Supply<'a> {
    options: &'a Options,
    stop: &'a AtomicBool,
    listings: Mutex<HashMap<(String, String), Listing>>,
}

/// The files of a release that a rebuild begins with.
pub(super) struct Choice<'a> {
    pub wheel: Option<&'a Remote>,
    pub sdist: Option<&'a Remote>,
}

impl<'a> Supply<'a> {
    pub fn new(options: &'a Options, stop: &'a AtomicBool) -> Supply<'a> {
        Supply { options, stop, listings: Mutex::default() }
    }

    /// Gets what the rebuild of this subject will ask for. What fails here fails again when it is asked for, and is
    /// told then.
    pub fn stock(&self, subject: &Subject) {
        let Subject::Release { name, version } = subject else { return };
        if let Ok(listing) = self.list(name, version, &|_| ()) {
            let choice = self.choose(&listing);
            let files: Vec<&Remote> = choice.wheel.into_iter().chain(choice.sdist).collect();
            let _ = self.download(&files, &|_| ());
        }
    }

    /// The files of a version.
    pub fn list(&self, name: &str, version: &str, progress: &dyn Fn(Progress<'_>)) -> Result<Listing, Error> {
        let key = (name.to_owned(), version.to_owned());
        if let Some(known) = lock(&self.listings).get(&key) {
            return Ok(known.clone());
        }
        let pythons = PYTHONS.map(str::to_owned);
        let listing = self.with_index(progress, |index| index.list(name, version, &pythons))?;
        lock(&self.listings).insert(key, listing.clone());
        Ok(listing)
    }

    /// The wheel to rebuild and the source to build it from, as far as there are such.
    pub fn choose<'b>(&self, listing: &'b Listing) -> Choice<'b> {
        let sdists = &listing.sdists;
        let sdist = || sdists.iter().find(|file| file.file_name.ends_with(".tar.gz")).or(sdists.first());
        Choice {
            wheel: choose_wheel(&listing.wheels, &self.options.pythons),
            sdist: if self.options.source.is_some() { None } else { sdist() },
        }
    }

    /// Downloads files, or takes them from the cache: the path or the error of each.
    pub fn download(
        &self,
        files: &[&Remote],
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<Vec<Result<PathBuf, Error>>, Error> {
        for file in files {
            progress(Progress::Downloading(&file.file_name));
        }
        self.with_index(progress, |index| index.download(files))
    }

    fn with_index<T>(
        &self,
        progress: &dyn Fn(Progress<'_>),
        ask: impl FnOnce(&Index<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Options { cache, installer, pythons, variables, .. } = self.options;
        fs::create_dir_all(cache).map_err(|source| Error::io(cache, source))?;
        let python = pythons.last().map_or(Path::new("python3"), |python| python.path.as_path());
        let mut request = Request::new(cache.clone(), python.to_owned());
        request.variables.clone_from(variables);
        let watch = |event: Event<'_>| progress(Progress::Build(event));
        let bounds = bounds(self.options, self.stop, &watch);
        ask(&Index { installer, python, pythons, cache, bounds: &bounds, request: &request })
    }
}

/// The wheel of a version to rebuild: one for every platform if there is one, else one for this system, best for an
/// interpreter that is here.
fn choose_wheel<'a>(wheels: &'a [Remote], pythons: &[Interpreter]) -> Option<&'a Remote> {
    let rank = |wheel: &Remote| {
        let name = FileName::parse(&wheel.file_name)?;
        if name.is_pure() {
            return Some(4);
        }
        let is_here = name.platform.contains("linux") && name.platform.contains(std::env::consts::ARCH);
        let is_for = |python: &Interpreter| {
            version_of(python).is_some_and(|(major, minor)| name.python == format!("cp{major}{minor}"))
        };
        // Another interface, as of an interpreter without a lock, has another interpreter of the same version.
        let is_usual = name.abi == "abi3" || name.abi == name.python;
        let fits = is_usual && (name.abi == "abi3" || pythons.iter().any(is_for));
        Some(match (is_here, fits, name.platform.contains("musllinux")) {
            (false, ..) => 0,
            (true, false, _) => 1,
            (true, true, true) => 2,
            (true, true, false) => 3,
        })
    };
    wheels.iter().max_by_key(|wheel| rank(wheel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_for_every_platform_is_chosen_first_and_one_of_this_system_before_others() {
        let wheel = |tags: &str| Remote {
            file_name: format!("plum-1.0-{tags}.whl"),
            url: String::new(),
            sha256: crate::archive::Digest::of(b""),
            uploaded: None,
        };
        let arch = std::env::consts::ARCH;
        let names = [
            "cp39-abi3-win_amd64".to_owned(),
            format!("cp39-abi3-manylinux_2_28_{arch}"),
            format!("cp39-abi3-musllinux_1_2_{arch}"),
            "py3-none-any".to_owned(),
            format!("cp314-cp314t-manylinux_2_28_{arch}"),
        ];
        let mut wheels: Vec<Remote> = names.iter().map(|tags| wheel(tags)).collect();
        let chosen = |wheels: &[Remote]| choose_wheel(wheels, &[]).unwrap().file_name.clone();
        assert_eq!(chosen(&wheels), wheels[3].file_name);
        wheels.remove(3);
        assert_eq!(chosen(&wheels), wheels[1].file_name);
        wheels.remove(1);
        assert_eq!(chosen(&wheels), wheels[1].file_name);
    }
}
