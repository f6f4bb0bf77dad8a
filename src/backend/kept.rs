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
use crate::output::replace;

/// What the folder of an environment has: two trees, and how many bytes they are. The time of the last is when the
/// environment was used last.
const ENVIRONMENT: &str = "env";
const BYTECODE: &str = "bytecode";
const SIZE: &str = "size";

/// What nobody has used for so long goes.
const UNUSED: Duration = Duration::from_secs(30 * 86_400);

/// How many bytes all of them may be. Beyond, those go that were not used for the longest time.
const ROOM: u64 = 2 << 30;

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
            filetime::set_file_mtime(shelf.join(SIZE), filetime::FileTime::now())?;
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
            let size = copy(&place.environment(), &unfinished.path().join(ENVIRONMENT))?
                + copy(&bytecode_of(place), &unfinished.path().join(BYTECODE))?;
            fs::write(unfinished.path().join(SIZE), size.to_string())?;
            // What cannot be removed now, a later run removes.
            let _ = prune(self.folder, UNUSED, ROOM.saturating_sub(size));
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
        let text: String = locked.iter().map(|package| format!("{package}\n")).collect();
        replace(&answer, text.as_bytes()).map_err(|source| Error::Write { path: answer, source })
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
            let age =
                found.metadata().and_then(|found| found.modified()).ok().and_then(|time| time.elapsed().ok());
            if is_unfinished(&found.path()) && age.is_some_and(|age| age > ABANDONED) {
                fs::remove_dir_all(found.path())?;
            }
        }
        Ok(())
    }
}

/// Removes environments, and answers, that were not used for so long; then those that were not used for the longest
/// time, until there is this much room taken at most.
fn prune(folder: &Path, unused: Duration, room: u64) -> io::Result<()> {
    let mut shelves = Vec::new();
    for found in fs::read_dir(folder)? {
        let path = found?.path();
        let is_shelf = path.is_dir();
        if is_unfinished(&path) {
            continue;
        }
        let mark = if is_shelf { path.join(SIZE) } else { path.clone() };
        // One without a mark is from a release that wrote none, or is being removed.
        let used = fs::metadata(&mark).and_then(|mark| mark.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        if used.elapsed().is_ok_and(|age| age > unused) {
            remove(&path)?;
        } else if is_shelf {
            let size = fs::read_to_string(&mark).ok().and_then(|size| size.parse().ok()).unwrap_or(0);
            shelves.push((used, size, path));
        }
    }
    shelves.sort();
    let mut taken: u64 = shelves.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in shelves {
        if taken <= room {
            break;
        }
        remove(&path)?;
        taken -= size;
    }
    Ok(())
}

/// Removes what other runs may look for at the same time: whole or not at all. One that is being copied ends in
/// a copy that fails, and is made anew.
fn remove(path: &Path) -> io::Result<()> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    };
    if !path.is_dir() {
        return gone(fs::remove_file(path));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let away = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(folder)?;
    gone(fs::rename(path, away.path().join("old")))?;
    away.close()
}

fn is_unfinished(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED))
}

/// Where the interpreter looks for the bytecode of the environment.
fn bytecode_of(place: &BuildDir) -> PathBuf {
    let environment = place.environment();
    place.bytecode().join(environment.strip_prefix("/").unwrap_or(&environment))
}

/// Copies a tree with its links and modes, and says how many bytes its files have.
fn copy(from: &Path, to: &Path) -> io::Result<u64> {
    fs::create_dir_all(to)?;
    let mut size = 0;
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
                size += fs::copy(&path, &target)?;
            }
        }
    }
    Ok(size)
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn link(target: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, format!("a link to {}", target.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(folder: &Path, name: &str, size: u64, days: u64) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.join(ENVIRONMENT)).unwrap();
        fs::write(path.join(SIZE), size.to_string()).unwrap();
        let used = SystemTime::now() - Duration::from_secs(days * 86_400);
        filetime::set_file_mtime(path.join(SIZE), used.into()).unwrap();
        path
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name, size, days| shelf(folder.path(), name, size, days);
        let (old, long, short, now) =
            (place("a", 1, 40), place("b", 60, 9), place("c", 60, 5), place("d", 30, 0));
        let at_work = folder.path().join(format!("{UNFINISHED}x"));
        fs::create_dir(&at_work).unwrap();
        prune(folder.path(), UNUSED, 100).unwrap();
        assert!(!old.exists() && !long.exists());
        assert!(short.exists() && now.exists() && at_work.exists());
    }
}
