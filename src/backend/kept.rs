//! Environments that were made before, kept by what is installed in them.
//!
//! Each is a copy, made before anything of it has run and copied again for each build, so no build finds what
//! another has changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::build_dir::BuildDir;
use super::install::Locked;
use super::process::{Bounds, run};
use super::{Error, Isolation, Request};
use crate::archive::Digest;

/// What the folder of an environment has.
const ENVIRONMENT: &str = "env";
const BYTECODE: &str = "bytecode";

/// How the folder of one begins that is not whole yet.
const UNFINISHED: &str = ".new-";

/// After this time nobody is at work on an unfinished one any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Where environments are kept, for one request.
pub struct Kept<'a> {
    request: &'a Request,
    folder: &'a Path,
}

impl<'a> Kept<'a> {
    pub fn new(request: &'a Request, folder: &'a Path) -> Kept<'a> {
        Kept { request, folder }
    }

    /// Puts the environment that these requirements came to before into the build folder, if there is one.
    pub fn take_for(&self, requires: &[String], place: &BuildDir) -> Option<Vec<Locked>> {
        let text = fs::read_to_string(self.answer(requires)?).ok()?;
        let locked: Option<Vec<Locked>> = text.lines().map(|line| line.parse().ok()).collect();
        locked.filter(|locked| self.take(locked, place))
    }

    /// Puts the environment with these packages into the build folder, and says whether there is one.
    pub fn take(&self, locked: &[Locked], place: &BuildDir) -> bool {
        let shelf = self.shelf(locked);
        let copied = || {
            place.remove_environment().map_err(io::Error::other)?;
            copy(&shelf.join(ENVIRONMENT), &place.environment())?;
            copy(&shelf.join(BYTECODE), &bytecode_of(place))
        };
        // One that cannot be read is made anew.
        shelf.is_dir() && copied().is_ok()
    }

    /// Keeps the environment that was just made. Another build may have been faster, with the same.
    pub fn put(
        &self,
        requires: &[String],
        locked: &[Locked],
        place: &BuildDir,
        bounds: &Bounds<'_>,
    ) -> Result<(), Error> {
        self.compile(place, bounds)?;
        let store = || {
            fs::create_dir_all(self.folder)?;
            self.remove_abandoned()?;
            let unfinished = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(self.folder)?;
            copy(&place.environment(), &unfinished.path().join(ENVIRONMENT))?;
            copy(&bytecode_of(place), &unfinished.path().join(BYTECODE))?;
            let shelf = self.shelf(locked);
            if !shelf.is_dir() {
                fs::rename(unfinished.path(), shelf)?;
            }
            Ok(())
        };
        store().map_err(|source| Error::Write { path: self.folder.to_owned(), source })?;
        self.remember(requires, locked)
    }

    /// Takes down what requirements came to. Without an environment beside it, it is of no use.
    pub fn remember(&self, requires: &[String], locked: &[Locked]) -> Result<(), Error> {
        let Some(answer) = self.answer(requires) else { return Ok(()) };
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(self.folder)?;
            for package in locked {
                io::Write::write_all(&mut file, format!("{package}\n").as_bytes())?;
            }
            file.persist(&answer)?;
            Ok(())
        };
        write().map_err(|source| Error::Write { path: answer.clone(), source })
    }

    /// Compiles what is installed, by an interpreter that does not look at what that is. The bytecode is taken
    /// as it is, whatever time its source has after it was copied.
    fn compile(&self, place: &BuildDir, bounds: &Bounds<'_>) -> Result<(), Error> {
        let step = "compiling the environment";
        let mut command = Command::new(&self.request.python);
        let mut prefix = std::ffi::OsString::from("pycache_prefix=");
        prefix.push(place.bytecode());
        command.env_clear().args(["-I", "-S", "-X"]).arg(prefix);
        command.args(["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]);
        command.arg(place.environment().join("lib"));
        // It fails for modules of other versions of Python, which nothing will import.
        run(command.current_dir(place.folder()), step, bounds).map(|_| ())
    }

    /// Where an environment is that has these packages.
    fn shelf(&self, locked: &[Locked]) -> PathBuf {
        let lines: Vec<String> = locked.iter().map(Locked::to_string).collect();
        self.folder.join(self.key(&serde_json::json!({ "installed": lines })))
    }

    /// Where it says what requirements come to. Only what was there at some time in the past stays the same.
    fn answer(&self, requires: &[String]) -> Option<PathBuf> {
        let Isolation::Fresh { constraints, find_links, no_index, .. } = &self.request.isolation else {
            return None;
        };
        let time = self.request.uploaded_before.as_ref()?;
        if !find_links.is_empty() {
            return None;
        }
        let constraints: Option<Vec<String>> =
            constraints.iter().map(|path| fs::read_to_string(path).ok()).collect();
        // These can name other indexes.
        let is_of_installer = |name: &str| name.starts_with("UV_") || name.starts_with("PIP_");
        let variables = self.request.variables.iter();
        let variables: Vec<(String, String)> = variables
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .filter(|(name, _)| is_of_installer(name))
            .collect();
        let locked: Vec<String> = self.request.locked.iter().map(Locked::to_string).collect();
        let question = serde_json::json!({
            "requires": requires,
            "constraints": constraints?,
            "time": time,
            "no-index": no_index,
            "locked": locked,
            "variables": variables,
        });
        Some(self.folder.join(format!("{}.txt", self.key(&question))))
    }

    /// A name for what was asked for, and for whom: the interpreter by its place and what can be seen from outside.
    fn key(&self, question: &serde_json::Value) -> String {
        let python = self.request.python.canonicalize().unwrap_or_else(|_| self.request.python.clone());
        let found = fs::metadata(&python).ok();
        let changed = found.as_ref().and_then(|found| found.modified().ok());
        let since = changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let size = found.map(|found| found.len());
        let all =
            serde_json::json!([1, question, python, size, since.map(|since| since.as_nanos().to_string())]);
        Digest::of(all.to_string().as_bytes()).to_string()
    }

    /// Removes what runs have left that were killed.
    fn remove_abandoned(&self) -> io::Result<()> {
        for found in fs::read_dir(self.folder)? {
            let found = found?;
            let is_unfinished = found.file_name().to_string_lossy().starts_with(UNFINISHED);
            let age =
                found.metadata().and_then(|found| found.modified()).ok().and_then(|time| time.elapsed().ok());
            if is_unfinished && age.is_some_and(|age| age > ABANDONED) {
                fs::remove_dir_all(found.path())?;
            }
        }
        Ok(())
    }
}

/// Where the interpreter looks for the bytecode of the environment.
fn bytecode_of(place: &BuildDir) -> PathBuf {
    let environment = place.environment();
    place.bytecode().join(environment.strip_prefix("/").unwrap_or(&environment))
}

/// Copies a tree with its links and modes.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = pending.pop() {
        let found = match fs::read_dir(&from) {
            // Interpreters older than 3.8 keep bytecode beside the source.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            found => found?,
        };
        for found in found {
            let found = found?;
            let (path, target) = (found.path(), to.join(found.file_name()));
            let kind = found.file_type()?;
            if kind.is_dir() {
                fs::create_dir(&target)?;
                pending.push((path, target));
            } else if kind.is_symlink() {
                link(&fs::read_link(&path)?, &target)?;
            } else {
                fs::copy(&path, &target)?;
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn link(target: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, format!("a link to {}", target.display())))
}
