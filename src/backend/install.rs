//! Virtual environments, made and filled by uv or pip.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use serde::Deserialize;

use super::build_dir::BuildDir;
use super::process::{Bounds, run};
use super::{Error, Installer, Isolation, Request};
use crate::project::{Name, Version};

/// A package that was installed from a file whose hash is known: what an installer has to take again.
///
/// As text it is a line of a requirements file, such as `wheel==0.37.1 --hash=sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of the file, or of each file that it could have been.
    pub sha256: Vec<String>,
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=={}", self.name, self.version)?;
        self.sha256.iter().try_for_each(|digest| write!(f, " --hash=sha256:{digest}"))
    }
}

impl FromStr for Locked {
    type Err = String;

    fn from_str(text: &str) -> Result<Locked, String> {
        let bad = || format!("{text:?} is not NAME==VERSION with hashes");
        let mut words = text.split_ascii_whitespace();
        let (name, version) = words.next().and_then(|word| word.split_once("==")).ok_or_else(bad)?;
        let name: Name = name.parse().map_err(|_| bad())?;
        let version: Version = version.parse().map_err(|_| bad())?;
        let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = |word: &str| word.strip_prefix("--hash=sha256:").filter(is_hash).map(str::to_owned);
        let sha256: Option<Vec<String>> = words.map(hash).collect();
        let sha256 = sha256.filter(|hashes| !hashes.is_empty()).ok_or_else(bad)?;
        Ok(Locked { name: name.normalized().to_owned(), version: version.as_str().to_owned(), sha256 })
    }
}

/// What installs into an environment.
#[derive(Debug)]
pub enum Tool {
    Uv(PathBuf),
    /// pip, and the folder that has it if that is not the environment.
    Pip(Option<PathBuf>),
}

/// The releases of pip that can be run for an environment without it, and that tell what they have installed.
const TELLING: (u32, u32) = (22, 3);

/// The step at which an interpreter fails that is not whole.
pub const MAKING_ENVIRONMENT: &str = "making a virtual environment";

const PROGRAMS: &str = if cfg!(windows) { "Scripts" } else { "bin" };
const PYTHON: &str = if cfg!(windows) { "python.exe" } else { "python" };

/// The interpreter of an environment.
pub fn python_of(environment: &Path) -> PathBuf {
    environment.join(PROGRAMS).join(PYTHON)
}

impl Tool {
    /// What an installer works with: uv, or the pip that can work for another environment than its own.
    pub fn find(request: &Request, installer: &Installer, place: &BuildDir) -> Tool {
        match installer {
            Installer::Uv(uv) => Tool::Uv(uv.clone()),
            Installer::Pip => Tool::Pip(pip_of(request, place)),
        }
    }

    /// Makes an empty environment, in place of what is there.
    pub fn create(&self, request: &Request, place: &BuildDir, bounds: &Bounds<'_>) -> Result<(), Error> {
        let step = MAKING_ENVIRONMENT;
        let environment = place.environment();
        place.remove_environment()?;
        let root = match self {
            Tool::Uv(uv) => {
                let mut command = installing(request, uv, place);
                command.args(["venv", "--quiet", "--no-project"]);
                // One that is kept is copied to the folders of other builds.
                command.args(request.kept.iter().map(|_| "--relocatable"));
                command.arg("--python").arg(real(&request.python)).arg(environment);
                return run(&mut command, step, bounds)?.check(step).map(|_| ());
            }
            Tool::Pip(root) => root,
        };
        let mut command = installing(request, &request.python, place);
        command.args(["-I", "-m", "venv"]).args(root.iter().map(|_| "--without-pip")).arg(&environment);
        run(&mut command, step, bounds)?.check(step)?;
        if root.is_none() {
            prepare_own_pip(request, place, bounds)?;
        }
        Ok(())
    }

    /// What the requirements come to, where that is known before anything is installed.
    pub fn resolve(
        &self,
        request: &Request,
        requires: &[String],
        place: &BuildDir,
        bounds: &Bounds<'_>,
    ) -> Result<Option<Vec<Locked>>, Error> {
        match self {
            _ if !request.locked.is_empty() => Ok(Some(request.locked.clone())),
            Tool::Uv(_) if requires.is_empty() => Ok(Some(Vec::new())),
            Tool::Uv(uv) if request.wheels_only => lock(request, uv, requires, place, bounds).map(Some),
            // pip resolves as it installs.
            _ => Ok(None),
        }
    }

    /// Installs what is required, or what it was resolved to. Says what was taken, as far as it is known.
    pub fn install(
        &self,
        request: &Request,
        requires: &[String],
        resolved: Option<Vec<Locked>>,
        place: &BuildDir,
        bounds: &Bounds<'_>,
    ) -> Result<Vec<Locked>, Error> {
        let step = step(requires);
        let mut command = self.command(request, &python_of(&place.environment()), place)?;
        // Locked or not: what a lock names is a hash, and that could be one of a source distribution, whose code
        // would run on installation.
        sources(request, &mut command)?;
        let report = place.folder().join("installed.json");
        if let Some(lines) = &resolved {
            let file = place.folder().join("requirements.txt");
            let text: Vec<String> = lines.iter().map(Locked::to_string).collect();
            fs::write(&file, text.join("\n"))
                .map_err(|source| Error::Write { path: file.clone(), source })?;
            command.args(["--no-deps", "--require-hashes", "-r"]).arg(file);
        } else {
            choice(request, matches!(self, Tool::Uv(_)), &mut command)?;
            if matches!(self, Tool::Pip(_)) && request.wheels_only {
                let _ = fs::remove_file(&report);
                command.arg("--report").arg(&report);
            }
            // Each was read as a requirement, so none can be taken for an option.
            command.args(requires);
        }
        run(&mut command, &step, bounds)?.check(&step)?;
        Ok(resolved.unwrap_or_else(|| reported(&report)))
    }

    fn command(&self, request: &Request, python: &Path, place: &BuildDir) -> Result<Command, Error> {
        let root = match self {
            Tool::Uv(uv) => {
                let mut command = installing(request, uv, place);
                // Links would let a backend change what is in uv's cache.
                command
                    .args(["pip", "install", "--no-progress", "--link-mode", "copy", "--python"])
                    .arg(python);
                return Ok(command);
            }
            Tool::Pip(root) => root.clone().unwrap_or_default(),
        };
        let mut command = installing(request, python, place);
        let time = request.uploaded_before.as_deref().filter(|_| request.locked.is_empty());
        command.args(["-I", "-c", include_str!("install.py")]).arg(root).arg(time.unwrap_or_default());
        command.args(["install", "--no-input", "--no-compile"]);
        command.args(["--disable-pip-version-check", "--no-warn-script-location", "--progress-bar=off"]);
        Ok(command)
    }
}

/// Where an installer may take files from, and of which kind.
fn sources(request: &Request, command: &mut Command) -> Result<(), Error> {
    let Isolation::Fresh { find_links, no_index, .. } = &request.isolation else {
        return Ok(());
    };
    for folder in find_links {
        command.arg("--find-links").arg(absolute(folder)?);
    }
    if *no_index {
        command.arg("--no-index");
    }
    if request.wheels_only {
        command.args(["--only-binary", ":all:"]);
    }
    Ok(())
}

/// What decides which versions an installer chooses.
fn choice(request: &Request, is_uv: bool, command: &mut Command) -> Result<(), Error> {
    let Isolation::Fresh { constraints, .. } = &request.isolation else {
        return Ok(());
    };
    for file in constraints {
        command.arg("-c").arg(absolute(file)?);
    }
    if let Some(time) = request.uploaded_before.as_ref().filter(|_| is_uv) {
        command.arg("--exclude-newer").arg(time);
    }
    Ok(())
}

/// What is being done when something is installed, for errors: their stage is known by how it begins.
fn step(requires: &[String]) -> String {
    format!("installing {}", requires.join(", "))
}

/// Has uv choose what the requirements come to, and takes down the hashes.
fn lock(
    request: &Request,
    uv: &Path,
    requires: &[String],
    place: &BuildDir,
    bounds: &Bounds<'_>,
) -> Result<Vec<Locked>, Error> {
    let step = step(requires);
    let (wanted, chosen) = (place.folder().join("requirements.in"), place.folder().join("pylock.toml"));
    fs::write(&wanted, requires.join("\n"))
        .map_err(|source| Error::Write { path: wanted.clone(), source })?;
    let mut command = installing(request, uv, place);
    command.args(["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--format", "pylock.toml"]);
    sources(request, &mut command)?;
    choice(request, true, &mut command)?;
    command.arg("--python").arg(&request.python).arg("--output-file").arg(&chosen).arg(&wanted);
    run(&mut command, &step, bounds)?.check(&step)?;
    let text = fs::read_to_string(&chosen).map_err(|source| Error::Read { path: chosen.clone(), source })?;
    read_lock(&text).ok_or_else(|| Error::Failed {
        step,
        how: "gave no list of files with hashes".to_owned(),
        words: super::Words::default(),
    })
}

/// What is of interest in a pylock.toml (PEP 751).
#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
    #[serde(default)]
    wheels: Vec<LockedFile>,
}

#[derive(Deserialize)]
struct LockedFile {
    hashes: Hashes,
}

#[derive(Deserialize)]
struct Hashes {
    sha256: String,
}

fn read_lock(text: &str) -> Option<Vec<Locked>> {
    let lock: Lock = toml::from_str(text).ok()?;
    let locked = |package: LockedPackage| Locked {
        name: package.name,
        version: package.version,
        sha256: package.wheels.into_iter().map(|wheel| wheel.hashes.sha256).collect(),
    };
    Some(lock.packages.into_iter().map(locked).collect())
}

/// What pip says that it has installed. Without hashes, or from a pip that says nothing, nothing is known.
fn reported(report: &Path) -> Vec<Locked> {
    let text = fs::read_to_string(report).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let rows = value["install"].as_array().map(Vec::as_slice).unwrap_or_default();
    let locked = |row: &serde_json::Value| {
        let digest = row["download_info"]["archive_info"]["hashes"]["sha256"].as_str()?;
        Some(Locked {
            name: row["metadata"]["name"].as_str()?.to_owned(),
            version: row["metadata"]["version"].as_str()?.to_owned(),
            sha256: vec![digest.to_owned()],
        })
    };
    rows.iter().map(locked).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// The folder that has the interpreter's pip, if it is one that can work for another environment.
fn pip_of(request: &Request, place: &BuildDir) -> Option<PathBuf> {
    const ASK: &str =
        "import os, pip\nprint(pip.__version__)\nprint(os.path.dirname(os.path.dirname(pip.__file__)))";
    let mut command = installing(request, &request.python, place);
    let output = command.args(["-I", "-c", ASK]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines();
    let mut version = lines.next()?.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    let version = (version.next()?, version.next().unwrap_or_default());
    let root = lines.next().map(PathBuf::from)?;
    (version >= TELLING && root.is_absolute()).then_some(root)
}

fn prepare_own_pip(request: &Request, place: &BuildDir, bounds: &Bounds<'_>) -> Result<(), Error> {
    let python = python_of(&place.environment());
    let pip = || {
        let mut command = installing(request, &python, place);
        command.args(["-I", "-m", "pip", "--disable-pip-version-check", "--quiet"]);
        command
    };
    // Older Pythons put it there, where nothing has asked for it.
    let step = MAKING_ENVIRONMENT;
    run(pip().args(["uninstall", "--yes", "setuptools", "wheel"]), step, bounds)?.check(step)?;
    if request.uploaded_before.is_some() {
        // Older ones do not see the times of uploads.
        let step = "installing a newer pip";
        run(pip().args(["install", "--no-input", "--upgrade", "pip>=22.3"]), step, bounds)?.check(step)?;
    }
    Ok(())
}

/// The interpreter itself. Some do not find their library from an environment that was made by a link to them.
fn real(python: &Path) -> PathBuf {
    let found = if cfg!(unix) { python.canonicalize().ok() } else { None };
    found.unwrap_or_else(|| python.to_owned())
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// A run of an installer, in a folder where no project's settings are.
fn installing(request: &Request, program: &Path, place: &BuildDir) -> Command {
    request.installing(program, place.folder())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_locked_is_a_line_of_a_requirements_file() {
        let text =
            "[[packages]]\nname = 'wheel'\nversion = '0.37.1'\nwheels = [{ hashes = { sha256 = 'ab' } }]\n";
        let locked = read_lock(text).unwrap();
        assert_eq!(locked[0].to_string(), "wheel==0.37.1 --hash=sha256:ab");
        assert_eq!(read_lock(""), Some(Vec::new()));
        let line = format!("wheel==0.37.1 --hash=sha256:{}", "0".repeat(64));
        assert_eq!(line.parse::<Locked>().unwrap().to_string(), line);
        for bad in ["wheel==1", "wheel==1 --index-url=x", "-r x", "wheel==1 --hash=sha256:0", "a @ b==1"] {
            assert!(bad.parse::<Locked>().is_err(), "{bad}");
        }
    }
}
