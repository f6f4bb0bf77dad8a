//! The folder that a build happens in: at the same path each time, for one build at a time.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Error;
use super::watch::{Event, Watch};

/// The folder for build folders where none is asked for. Not the user's temporary folder, where it can
/// be helped: that is another path for each user on some systems, and paths get into what compilers write.
///
/// ```
/// assert!(pyrepro::backend::default_root().is_absolute());
/// ```
pub fn default_root() -> PathBuf {
    let fixed = Path::new("/tmp");
    if cfg!(unix) && fixed.is_dir() { fixed.to_owned() } else { std::env::temp_dir() }
}

/// A folder that is ours alone until this is dropped, which removes it.
#[derive(Debug)]
pub struct BuildDir {
    folder: PathBuf,
    /// Locked for as long as it is open.
    _lock: File,
}

/// What is in the folder of a build.
const SOURCE: &str = "source";
const OUTPUT: &str = "output";
const HOME: &str = "home";
const TEMPORARY: &str = "tmp";
const ENVIRONMENT: &str = "env";
const BYTECODE: &str = "pycache";

impl BuildDir {
    /// Takes the folder for a project, waiting for other builds of it.
    pub fn take(
        root: &Path,
        fingerprint: &str,
        stop: &AtomicBool,
        watch: Watch<'_>,
    ) -> Result<BuildDir, Error> {
        let root = root.canonicalize().map_err(|source| Error::Read { path: root.to_owned(), source })?;
        let place = BuildDir::lock(&root, fingerprint, stop, watch)?;
        // What a build left that was killed.
        place.empty()?;
        for name in [OUTPUT, HOME, TEMPORARY, BYTECODE] {
            create(&place.folder.join(name))?;
        }
        Ok(place)
    }

    fn lock(root: &Path, fingerprint: &str, stop: &AtomicBool, watch: Watch<'_>) -> Result<BuildDir, Error> {
        const PAUSE: Duration = Duration::from_millis(50);
        let folder = root.join(format!("pyrepro-{fingerprint}"));
        let mut is_told = false;
        while !stop.load(Ordering::Relaxed) {
            if let Some(lock) = claim(&folder)? {
                return Ok(BuildDir { folder, _lock: lock });
            }
            if !is_told {
                watch(Event::Waiting(&folder));
                is_told = true;
            }
            std::thread::sleep(PAUSE);
        }
        Err(Error::Stopped)
    }

    fn empty(&self) -> Result<(), Error> {
        let failed = |source| Error::Write { path: self.folder.clone(), source };
        for found in fs::read_dir(&self.folder).map_err(failed)? {
            remove(&found.map_err(failed)?.path())?;
        }
        Ok(())
    }

    /// All of it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the sources are copied to.
    pub fn source(&self) -> PathBuf {
        self.folder.join(SOURCE)
    }

    /// Where the backend is to put artifacts.
    pub fn output(&self) -> PathBuf {
        self.folder.join(OUTPUT)
    }

    /// What the backend takes for the user's home.
    pub fn home(&self) -> PathBuf {
        self.folder.join(HOME)
    }

    /// For temporary files of the backend.
    pub fn temporary(&self) -> PathBuf {
        self.folder.join(TEMPORARY)
    }

    /// Where the virtual environment is.
    pub fn environment(&self) -> PathBuf {
        self.folder.join(ENVIRONMENT)
    }

    /// Where interpreters keep bytecode, so that none gets among the sources.
    pub fn bytecode(&self) -> PathBuf {
        self.folder.join(BYTECODE)
    }

    /// The file for the answer of a hook.
    pub fn answer(&self) -> PathBuf {
        self.folder.join("answer")
    }

    /// Removes the virtual environment, and the bytecode of what was in it.
    pub fn remove_environment(&self) -> Result<(), Error> {
        remove(&self.environment())?;
        remove(&self.bytecode())?;
        create(&self.bytecode())
    }

    /// Makes the folders empty that change with each artifact.
    pub fn clear(&self) -> Result<(), Error> {
        for folder in [self.source(), self.output(), self.temporary()] {
            remove(&folder)?;
            create(&folder)?;
        }
        Ok(())
    }
}

/// Makes the folder and locks it, unless another build has it.
#[cfg(unix)]
fn claim(folder: &Path) -> Result<Option<File>, Error> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};

    let failed = |source| Error::Write { path: folder.to_owned(), source };
    loop {
        let created = fs::DirBuilder::new().mode(0o700).create(folder);
        let is_new = created.is_ok();
        match created {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        let failed = |source| {
            if is_new {
                // It is empty, or another build has it by now and it stays.
                let _ = fs::remove_dir(folder);
            }
            failed(source)
        };
        let found = match fs::symlink_metadata(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            found => found.map_err(failed)?,
        };
        let is_ours = found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0;
        if !found.is_dir() || !is_ours {
            return Err(Error::Foreign(folder.to_owned()));
        }
        let lock = match File::open(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            lock => lock.map_err(failed)?,
        };
        if lock.try_lock().is_err() {
            return Ok(None);
        }
        // Who had it may have removed it since, and then the lock is on nothing.
        let locked = lock.metadata().map_err(failed)?;
        if fs::symlink_metadata(folder).is_ok_and(|now| now.ino() == locked.ino()) {
            return Ok(Some(lock));
        }
    }
}

/// Makes the folder and locks a file beside it, where folders cannot be locked.
#[cfg(not(unix))]
fn claim(folder: &Path) -> Result<Option<File>, Error> {
    let failed = |source| Error::Write { path: folder.to_owned(), source };
    let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
    if lock.try_lock().is_err() {
        return Ok(None);
    }
    fs::create_dir_all(folder).map_err(failed)?;
    Ok(Some(lock))
}

impl Drop for BuildDir {
    fn drop(&mut self) {
        let _ = remove(&self.folder);
    }
}

fn create(folder: &Path) -> Result<(), Error> {
    fs::create_dir(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    super::copy::set_mode(folder, 0o755)
}

/// Removes what is there, folders that may not be written to included.
fn remove(path: &Path) -> Result<(), Error> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    let is_folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    gone(removed)
        .or_else(|_| {
            open_up(path);
            gone(fs::remove_dir_all(path))
        })
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Gives the owner all rights to folders. A list and not a recursion, so that no tree is too deep.
fn open_up(path: &Path) {
    let mut pending = vec![path.to_owned()];
    while let Some(folder) = pending.pop() {
        let _ = super::copy::set_mode(&folder, 0o700);
        for found in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if found.file_type().is_ok_and(|kind| kind.is_dir()) {
                pending.push(found.path());
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::Ordering;

    use super::*;

    const NAME: &str = "0123456789abcdef";

    fn take(root: &Path) -> Result<BuildDir, Error> {
        BuildDir::take(root, NAME, &AtomicBool::new(false), &|_| ())
    }

    #[test]
    fn the_path_is_the_same_each_time_and_nothing_stays() {
        let root = tempfile::tempdir().unwrap();
        let first = take(root.path()).unwrap();
        let path = first.folder().to_owned();
        assert!(path.ends_with(format!("pyrepro-{NAME}")));
        let locked = first.source().join("a/b");
        fs::create_dir_all(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
        fs::set_permissions(first.source(), fs::Permissions::from_mode(0o0)).unwrap();
        drop(first);
        assert!(!path.exists());
        assert_eq!(take(root.path()).unwrap().folder(), path);
    }

    #[test]
    fn what_a_killed_build_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join(format!("pyrepro-{NAME}/source/old.py"));
        fs::create_dir_all(left.parent().unwrap()).unwrap();
        fs::write(&left, "").unwrap();
        let place = take(root.path()).unwrap();
        assert!(!left.exists() && place.home().is_dir());
    }

    #[test]
    fn the_second_waits_for_the_first_until_it_is_told_to_stop() {
        let root = tempfile::tempdir().unwrap();
        let first = take(root.path()).unwrap();
        let stop = AtomicBool::new(false);
        let told = |_: Event<'_>| stop.store(true, Ordering::Relaxed);
        assert!(matches!(BuildDir::take(root.path(), NAME, &stop, &told), Err(Error::Stopped)));
        let path = first.folder().to_owned();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| take(root.path()));
            std::thread::sleep(std::time::Duration::from_millis(100));
            assert!(!second.is_finished());
            drop(first);
            assert_eq!(second.join().unwrap().unwrap().folder(), path);
        });
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(format!("pyrepro-{NAME}"));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(take(root.path()), Err(Error::Foreign(_))));
        fs::remove_dir(&folder).unwrap();
        std::os::unix::fs::symlink(root.path(), &folder).unwrap();
        assert!(matches!(take(root.path()), Err(Error::Foreign(_))));
    }
}
