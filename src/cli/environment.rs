//! What the environment variables say.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::Context;
use pyrepro::backend::Installer;
use pyrepro::compile::Choice;
use pyrepro::epoch::{self, DecidedEpoch, Epoch, EpochChoice};
use pyrepro::python::{Interpreters, SearchPath};

/// Where the user has interpreters.
pub fn search_path() -> SearchPath {
    SearchPath {
        preferred: variable("PYREPRO_PYTHON"),
        virtual_env: variable("VIRTUAL_ENV").map(PathBuf::from),
        path: variable("PATH"),
        pyenv_root: variable("PYENV_ROOT")
            .map(PathBuf::from)
            .or_else(|| env::home_dir().map(|home| home.join(".pyenv"))),
    }
}

/// The interpreters of the user. What they say of themselves is remembered, unless variables of the loader choose the
/// libraries that they run with.
pub fn interpreters() -> Interpreters {
    let interpreters = Interpreters::new(search_path());
    let of_loader = |name: OsString| ["LD_", "DYLD_"].iter().any(|start| begins(&name, start));
    match place_to_remember() {
        Some(folder) if !env::vars_os().any(|(name, _)| of_loader(name)) => interpreters.remembering(folder),
        _ => interpreters,
    }
}

/// Where to remember interpreters. A run that is to leave the same files each time, such as one that makes a layer of a
/// container, makes no cache where there is none.
fn place_to_remember() -> Option<PathBuf> {
    let cache = cache().ok()?;
    let is_wanted = cache.parent().is_some_and(Path::is_dir) && variable("SOURCE_DATE_EPOCH").is_none();
    is_wanted.then(|| cache.join("interpreters"))
}

fn begins(name: &OsStr, start: &str) -> bool {
    name.as_encoded_bytes().starts_with(start.as_bytes())
}

/// The time that artifacts are to carry, by the flag or else SOURCE_DATE_EPOCH, and where it is from.
/// A flag that asks for git's goes by the repository that the folder is in.
pub fn epoch(flag: Option<EpochChoice>, folder: &Path) -> Result<DecidedEpoch, epoch::Error> {
    epoch::decide(flag, variable("SOURCE_DATE_EPOCH").as_deref(), folder)
}

/// The same for what carries the time of the clock where nobody asks for another.
pub fn epoch_if_given(flag: Option<EpochChoice>) -> Result<Option<Epoch>, epoch::Error> {
    Ok(epoch(flag, Path::new("."))?.if_given())
}

/// What to compile with, if the user says so.
pub fn compiler() -> anyhow::Result<Option<Choice>> {
    let word = variable("PYREPRO_COMPILER");
    word.map(|word| word.to_string_lossy().parse().context("PYREPRO_COMPILER")).transpose()
}

/// Folders in which interpreters look for modules first.
pub fn python_path() -> Vec<PathBuf> {
    variable("PYTHONPATH").iter().flat_map(env::split_paths).filter(|path| path.is_dir()).collect()
}

/// The folder that takes the place of all `__pycache__`.
pub fn pycache_prefix() -> Option<PathBuf> {
    variable("PYTHONPYCACHEPREFIX").map(PathBuf::from)
}

/// All variables.
pub fn all() -> Vec<(OsString, OsString)> {
    env::vars_os().collect()
}

/// Where the program of a name is, by the search path.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    // A relative folder is the current one's, which may be anybody's.
    let folders = env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(&name)).find(|program| program.is_file())
}

/// What makes environments for backends: uv if it is there, else pip.
pub fn installer() -> Installer {
    program("uv").map_or(Installer::Pip, Installer::Uv)
}

/// Where pyrepro keeps what it can get again.
pub fn cache() -> anyhow::Result<PathBuf> {
    let home = || env::home_dir().map(|home| home.join(".cache"));
    let folder = variable("PYREPRO_CACHE_DIR")
        .map(PathBuf::from)
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| Path::new(&cache).join("pyrepro")))
        .or_else(|| home().map(|cache| cache.join("pyrepro")));
    folder.ok_or_else(|| {
        anyhow::anyhow!("there is no home folder to cache downloads in; set PYREPRO_CACHE_DIR")
    })
}

/// Where programs are looked for.
pub fn path() -> OsString {
    variable("PATH").unwrap_or_default()
}

/// Variables that builds need in whatever surroundings: where interpreters, programs and packages are,
/// and the time that the user asks for.
pub fn needed_by_builds() -> Vec<(String, OsString)> {
    const NAMES: [&str; 15] = [
        "PYREPRO_COMPILER",
        "PYREPRO_PYTHON",
        "VIRTUAL_ENV",
        "SOURCE_DATE_EPOCH",
        "PIP_INDEX_URL",
        "PIP_FIND_LINKS",
        "PIP_NO_INDEX",
        "PIP_CONFIG_FILE",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "UV_FIND_LINKS",
        "UV_OFFLINE",
        "SSL_CERT_FILE",
        "HTTPS_PROXY",
        "https_proxy",
    ];
    let set = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    // By default these are in the home folder, of which builds get another.
    let homes = [("PYENV_ROOT", ".pyenv"), ("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")];
    let homes = homes.into_iter().filter_map(|(name, folder)| {
        let there =
            || Some(env::home_dir()?.join(folder)).filter(|path| path.is_dir()).map(PathBuf::into_os_string);
        Some((name.to_owned(), variable(name).or_else(there)?))
    });
    set.chain(homes).collect()
}

/// A variable that is set to nothing counts as not set.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The root of the system that dpkg installs into.
pub fn dpkg_root() -> PathBuf {
    variable("DPKG_ROOT").filter(|root| !root.is_empty()).map_or_else(|| PathBuf::from("/"), PathBuf::from)
}

/// The Pythons that Debian supports, where the environment says which.
pub fn supported_pythons() -> Option<String> {
    variable("DEBPYTHON3_SUPPORTED")?.into_string().ok().filter(|text| !text.is_empty())
}
