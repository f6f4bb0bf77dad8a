//! What became of a run: each file is the old or the new one, and the answer is true.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::case::{Case, command, python};
use super::injection::Fault;
use crate::common::app::stdout_of;

/// What is below a folder: content and mode by path; folders have no content.
pub type Found = BTreeMap<PathBuf, (Option<Vec<u8>>, u32)>;

pub fn look(root: &Path) -> Found {
    let mut found = Found::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, metadata) = (entry.path(), entry.metadata().expect("metadata"));
            let content = metadata.is_file().then(|| fs::read(&path).expect("a file"));
            let below = path.strip_prefix(root).expect("below").to_owned();
            found.insert(below, (content, metadata.permissions().mode()));
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// A world of its own for one run.
pub struct Copy(tempfile::TempDir);

impl Copy {
    pub fn of(world: &Path) -> Copy {
        let copy = tempfile::tempdir().expect("a folder");
        stdout_of(Command::new("cp").arg("-a").arg(format!("{}/.", world.display())).arg(copy.path()));
        // Names that belong together, which stay together.
        let one = copy.path().join("linked/one.zip");
        fs::hard_link(&one, copy.path().join("linked/two.zip")).expect("a link");
        Copy(copy)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A case with the files before and after it.
pub struct Known<'a> {
    pub case: &'a Case,
    before: Found,
    after: Found,
}

impl<'a> Known<'a> {
    pub fn of(case: &'a Case, world: &Path) -> Known<'a> {
        let copy = Copy::of(world);
        let before = look(copy.path());
        let output = command(copy.path(), case.arguments).output().expect("a run");
        assert_eq!(output.status.code(), Some(case.code), "{:?}: {output:?}", case.arguments);
        Known { case, before, after: look(copy.path()) }
    }

    /// Runs it with a fault, and says what is wrong afterwards.
    pub fn attempt(&self, world: &Path, fault: &Fault) -> Vec<String> {
        let copy = Copy::of(world);
        let output = fault.inject(command(copy.path(), self.case.arguments)).output().expect("a run");
        let mut wrong = self.judge(&look(copy.path()), &output, fault);
        for words in &mut wrong {
            let told = String::from_utf8_lossy(&output.stderr);
            *words = format!(
                "{:?} with {fault:?}: {words}\n  exit {:?}: {told}",
                self.case.arguments, output.status
            );
        }
        wrong
    }

    fn judge(&self, found: &Found, output: &Output, fault: &Fault) -> Vec<String> {
        if fault.is_before_start(output) {
            return if *found == self.before {
                vec![]
            } else {
                vec!["files changed before the start".to_owned()]
            };
        }
        let killed = output.status.signal().is_some();
        let mut wrong = self.files(found, fault.keeps_leftovers() || killed);
        // A verdict is told on standard output, with its reason.
        let told = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
        let code = output.status.code();
        if code != Some(self.case.code) && code != Some(2) && !(killed && fault.may_kill()) {
            wrong.push("the exit code is another".to_owned());
        }
        if code == Some(self.case.code) && !self.is_new(found) {
            wrong.push("it says that it is done, and not all is written".to_owned());
        }
        // A folder or disk that takes nothing back can keep what was written first.
        let may_be_parted = fault.sticks || !self.case.together;
        if !may_be_parted && !self.is_new(found) && !self.is_old(found) {
            wrong.push("a part of what belongs together is there".to_owned());
        }
        // Rust's own library takes it for one that a folder cannot be closed, which no file system says.
        if told.contains("unexpected error during closedir") {
            return self.files(found, true);
        }
        if told.contains("bug in pyrepro") {
            wrong.push("it is taken for a bug".to_owned());
        }
        // What an interpreter says that is cut off can be told of the interpreter alone.
        let of_interpreter = fault.call == "read" && told.contains(&*python().to_string_lossy())
            // Where nothing can be opened, no interpreter can be asked.
            || fault.sticks && told.contains("there is no interpreter");
        // Each thread's call fails, and so does the one that tells.
        let is_mute = fault.is_raw("write");
        if code == Some(2) && !fault.is_told(&told) && !of_interpreter && !is_mute {
            wrong.push(format!("the error does not say {:?}", fault.cause()));
        }
        wrong
    }

    /// Each file is the old or the new one, and there is no other.
    pub fn files(&self, found: &Found, may_be_left: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        for (path, file) in found {
            let known = [self.before.get(path), self.after.get(path)];
            if known.contains(&Some(file)) {
                continue;
            }
            let is_empty_folder =
                file.0.is_none() && !found.keys().any(|other| other.starts_with(path) && other != path);
            match known {
                // What cannot be removed or looked for stays.
                [None, None] if may_be_left => {}
                [None, None] if is_empty_folder && !path.starts_with("tmp") => {}
                [None, None] => wrong.push(format!("{} is left over", path.display())),
                // A folder gets its mode after it is made.
                _ if file.0.is_none() => {}
                _ if self.is_another_time(path, file) => {}
                _ => wrong.push(format!("{} is neither the old nor the new file", path.display())),
            }
        }
        let lost =
            self.before.keys().filter(|path| self.after.contains_key(*path) && !found.contains_key(*path));
        wrong.extend(lost.map(|path| format!("{} is lost", path.display())));
        wrong
    }

    /// Whether a file is the new one but for what a report tells of times and interpreters.
    fn is_another_time(&self, path: &Path, (content, mode): &(Option<Vec<u8>>, u32)) -> bool {
        let (Some(content), Some((Some(after), mode_after))) = (content, self.after.get(path)) else {
            return false;
        };
        let start = |bytes: &[u8]| bytes[..bytes.len().min(8)].to_vec();
        let end = |bytes: &[u8]| bytes[bytes.len().saturating_sub(3)..].to_vec();
        self.case.arguments[0] == "rebuild"
            && matches!(path.to_str(), Some("page.html" | "statement.json"))
            // What could not be rebuilt has no statement.
            && (mode == mode_after && content.is_empty()
                || mode == mode_after
            && start(content) == start(after)
            && end(content) == end(after))
    }

    pub fn is_new(&self, found: &Found) -> bool {
        self.changed().all(|path| {
            found.get(path) == self.after.get(path)
                || found.get(path).is_some_and(|file| self.is_another_time(path, file))
        })
    }

    fn is_old(&self, found: &Found) -> bool {
        self.changed().all(|path| found.get(path) == self.before.get(path))
    }

    fn changed(&self) -> impl Iterator<Item = &PathBuf> {
        let all = self.before.keys().chain(self.after.keys());
        all.filter(|path| self.before.get(*path) != self.after.get(*path))
    }
}
