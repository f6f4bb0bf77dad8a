//! What interpreters have answered before, so that they need not be started to be asked again.
//!
//! An answer counts for as long as nothing changes behind it: the files that the interpreter ran from, which it names
//! itself, have to be the same files, and none may have been written to since. The interpreter and its libraries are
//! among them, so an update of `libpython` counts as one. Where this cannot be told, nothing is remembered: on systems
//! without `/proc`, and for scripts and launchers that start another program.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::interpreter::Interpreter;
use super::probe::{self, Answer};
use crate::archive::Digest;

/// Opens every file, and counts up when what is in it means something else.
const TITLE: &str = "pyrepro interpreter 1";

/// Where the loader learns which library has which name. A new `libpython` that comes before the old one changes it.
const LIBRARIES: &str = "/etc/ld.so.cache";

/// What was written to less than this before the question may be written to again without another time.
const SETTLED: Duration = Duration::from_secs(2);

/// More than any answer, with the files that it is about.
const LONGEST: u64 = 1 << 20;

/// The answers that are kept in a folder.
#[derive(Debug)]
pub(super) struct Remembered {
    folder: PathBuf,
}

impl Remembered {
    pub fn new(folder: PathBuf) -> Remembered {
        Remembered { folder }
    }

    /// The interpreter at a path, if it was asked before and nothing has changed since.
    pub fn interpreter(&self, path: &Path) -> Option<Interpreter> {
        let text = self.read(path)?;
        let (title, rest) = text.split_once('\n')?;
        let (files, answer) = rest.split_at(rest.trim_end().rfind('\n')? + 1);
        let answer = probe::parse(path, answer).filter(|_| title == TITLE)?;
        (self.files(path, &answer, None)? == files).then_some(answer.interpreter)
    }

    /// Remembers an answer that was asked for at a time. Where it cannot be kept, it is asked for again.
    pub fn remember(&self, path: &Path, answer: &Answer, asked: SystemTime) {
        let settled = asked.checked_sub(SETTLED);
        if let Some(files) = settled.and_then(|settled| self.files(path, answer, Some(settled))) {
            let _ = self.write(path, &format!("{TITLE}\n{files}{}", answer.line));
        }
    }

    /// What can be seen of the files behind an answer from outside, if all of them are as old as they have to be.
    fn files(&self, path: &Path, answer: &Answer, settled: Option<SystemTime>) -> Option<String> {
        let resolved = path.canonicalize().ok()?;
        // A launcher is not what runs in the end, and may start something else next time.
        if !answer.files.contains(&resolved) {
            return None;
        }
        let mut text = String::new();
        for file in &answer.files {
            let found = fs::metadata(file).ok()?;
            let (identity, changed) = seen(&found)?;
            if settled.is_some_and(|settled| changed >= settled) {
                return None;
            }
            text.push_str(&identity);
        }
        let libraries = fs::metadata(LIBRARIES).ok().and_then(|found| seen(&found));
        text.push_str(libraries.as_ref().map_or("none\n", |(identity, _)| identity));
        Some(text)
    }

    fn file(&self, path: &Path) -> PathBuf {
        self.folder.join(Digest::of(path.as_os_str().as_encoded_bytes()).to_string())
    }

    fn read(&self, path: &Path) -> Option<String> {
        let file = File::open(self.file(path)).ok()?;
        // Whoever else could write here could have bytecode made for another release.
        let ours = [fs::symlink_metadata(&self.folder).ok()?, file.metadata().ok()?].iter().all(is_ours);
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).ok().filter(|_| ours)?;
        Some(text)
    }

    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut folders = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
        folders.recursive(true).create(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(self.file(path))?;
        Ok(())
    }
}

/// Whether nobody but this user may write to it.
#[cfg(unix)]
fn is_ours(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_ours(_: &Metadata) -> bool {
    false
}

/// What tells a file from another, and from itself after a change; and when its content, name or rights last changed.
#[cfg(unix)]
fn seen(found: &Metadata) -> Option<(String, SystemTime)> {
    use std::os::unix::fs::MetadataExt;
    let modified = format!("{} {}", found.mtime(), found.mtime_nsec());
    let changed = format!("{} {}", found.ctime(), found.ctime_nsec());
    let identity = format!("{} {} {} {modified} {changed}\n", found.dev(), found.ino(), found.size());
    let since = Duration::new(found.ctime().try_into().ok()?, found.ctime_nsec().try_into().ok()?);
    Some((identity, SystemTime::UNIX_EPOCH + since))
}

#[cfg(not(unix))]
fn seen(_: &Metadata) -> Option<(String, SystemTime)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// An interpreter that is a file, a library of it, and what is remembered of it.
    struct Case {
        folder: tempfile::TempDir,
        remembered: Remembered,
    }

    impl Case {
        fn new() -> Case {
            let folder = tempfile::tempdir().unwrap();
            for name in ["python3", "libpython3.so", "other"] {
                fs::write(folder.path().join(name), name).unwrap();
            }
            let remembered = Remembered::new(folder.path().join("cache"));
            Case { folder, remembered }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().canonicalize().unwrap().join(name)
        }

        /// As if it had been asked after so many seconds.
        fn ask(&self, files: &[&str], later: u64) {
            let files: Vec<_> = files.iter().map(|name| self.path(name)).collect();
            let digits = |path: &PathBuf| {
                let bytes = path.as_os_str().as_encoded_bytes().iter();
                bytes.map(|byte| format!("{byte:02x}")).collect::<String>()
            };
            let files: Vec<_> = files.iter().map(digits).collect();
            let files = if files.is_empty() { "-".to_owned() } else { files.join(",") };
            let line = format!("pyrepro-python 3 14 2 final 0 cpython 3627 cpython-314 - {files}\n");
            let answer = probe::parse(&self.path("python3"), &line).unwrap();
            let asked = SystemTime::now() + Duration::from_secs(later);
            self.remembered.remember(&self.path("python3"), &answer, asked);
        }

        fn is_known(&self) -> bool {
            let found = self.remembered.interpreter(&self.path("python3"));
            assert!(found.iter().all(|python| python.release.to_string() == "3.14.2"));
            found.is_some()
        }
    }

    #[test]
    fn an_answer_counts_until_a_file_behind_it_changes() {
        for changed in ["python3", "libpython3.so"] {
            let case = Case::new();
            assert!(!case.is_known());
            case.ask(&["python3", "libpython3.so"], 10);
            assert!(case.is_known());
            fs::write(case.path("other"), "more").unwrap();
            assert!(case.is_known());
            // Another file of the same size and time.
            let time = fs::metadata(case.path(changed)).unwrap().modified().unwrap();
            fs::write(case.path("new"), changed).unwrap();
            File::options().append(true).open(case.path("new")).unwrap().set_modified(time).unwrap();
            fs::rename(case.path("new"), case.path(changed)).unwrap();
            assert!(!case.is_known(), "{changed}");
        }
    }

    #[test]
    fn what_changed_just_now_and_what_is_only_a_launcher_is_asked_again() {
        let case = Case::new();
        case.ask(&["python3"], 1);
        assert!(!case.is_known());
        case.ask(&["libpython3.so"], 10);
        assert!(!case.is_known());
        case.ask(&[], 10);
        assert!(!case.is_known());
    }

    #[test]
    fn what_others_may_write_to_is_not_believed() {
        let case = Case::new();
        case.ask(&["python3"], 10);
        let kept = case.remembered.file(&case.path("python3"));
        for path in [case.path("cache"), kept] {
            let before = fs::metadata(&path).unwrap().permissions();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
            assert!(!case.is_known());
            fs::set_permissions(&path, before).unwrap();
            assert!(case.is_known());
        }
    }
}
