//! What backends that take the version from git need of a repository, without its history.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Error;

/// Makes a repository in the copy of a working tree that is in the same state, and reads the objects of
/// the first. Settings other than the format's own are left out: they name hooks, programs and servers.
pub fn repository(source: &Path, copy: &Path) -> Result<(), Error> {
    let Some(own) = git_folder(source) else { return Ok(()) };
    // Working trees have their own state and share all else.
    let shared = first_line(&own.join("commondir")).map_or_else(|| own.clone(), |path| own.join(path));
    let git = copy.join(".git");
    make(&git.join("objects/info"))?;
    make(&git.join("refs"))?;
    let objects = shared.join("objects");
    let objects = objects.canonicalize().map_err(|source| Error::Read { path: objects.clone(), source })?;
    let mut alternates = objects.into_os_string();
    alternates.push("\n");
    write(&git.join("objects/info/alternates"), alternates.as_encoded_bytes())?;
    write(&git.join("config"), settings(&shared.join("config")).as_bytes())?;
    for name in ["HEAD", "index", "sharedindex", "info/sparse-checkout"] {
        take(&own.join(name), &git.join(name))?;
    }
    for name in ["packed-refs", "shallow", "info/exclude", "info/attributes", "info/grafts"] {
        take(&shared.join(name), &git.join(name))?;
    }
    for name in ["refs", "reftable"] {
        take_all(&shared.join(name), &git.join(name))?;
    }
    Ok(())
}

/// The folder with the objects that a copy's repository reads, if there is a repository.
pub fn objects(source: &Path) -> Option<PathBuf> {
    let own = git_folder(source)?;
    let shared = first_line(&own.join("commondir")).map_or_else(|| own.clone(), |path| own.join(path));
    shared.join("objects").canonicalize().ok()
}

/// The folder with the state of a working tree: `.git`, or what a file of that name points to.
fn git_folder(source: &Path) -> Option<PathBuf> {
    let git = source.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let line = first_line(&git)?;
    let folder = source.join(line.strip_prefix("gitdir:")?.trim());
    folder.is_dir().then_some(folder)
}

fn first_line(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()?.lines().next().map(str::to_owned)
}

/// The sections of the settings that say how the repository is to be read.
fn settings(path: &Path) -> String {
    const KEYS: [&str; 11] = [
        "repositoryformatversion",
        "bare",
        "filemode",
        "ignorecase",
        "precomposeunicode",
        "symlinks",
        "autocrlf",
        "eol",
        "objectformat",
        "refstorage",
        "partialclone",
    ];
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut kept = String::new();
    let mut is_ours = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            let name = line.to_ascii_lowercase();
            is_ours = matches!(name.as_str(), "[core]" | "[extensions]");
            if is_ours {
                kept += &format!("{name}\n");
            }
            continue;
        }
        let key = line.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
        if is_ours && KEYS.contains(&key.as_str()) {
            kept += &format!("\t{line}\n");
        }
    }
    kept
}

fn take_all(from: &Path, to: &Path) -> Result<(), Error> {
    let mut pending = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = pending.pop() {
        let listed = match fs::read_dir(&from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            listed => listed,
        };
        make(&to)?;
        let failed = |source| Error::Read { path: from.clone(), source };
        for found in listed.map_err(failed)? {
            let found = found.map_err(failed)?;
            let target = to.join(found.file_name());
            match found.file_type().map_err(failed)?.is_dir() {
                true => pending.push((found.path(), target)),
                false => take(&found.path(), &target)?,
            }
        }
    }
    Ok(())
}

fn take(from: &Path, to: &Path) -> Result<(), Error> {
    match fs::read(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::Read { path: from.to_owned(), source }),
        Ok(content) => {
            to.parent().map_or(Ok(()), make)?;
            write(to, &content)
        }
    }
}

fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })
}

fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    fs::write(path, content).map_err(|source| Error::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What git prints, or nothing where there is none to test with.
    fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
            .args(["-C"])
            .arg(folder)
            .args(arguments)
            .env_remove("GIT_DIR")
            .output()
            .ok()?;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    #[test]
    fn the_copy_is_in_the_state_of_the_first_also_where_that_is_a_working_tree() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("first");
        fs::create_dir(&first).unwrap();
        fs::write(first.join("a.py"), "a").unwrap();
        let Some(_) = git(&first, &["init", "--quiet"]) else { return };
        git(&first, &["add", "a.py"]);
        git(&first, &["commit", "--quiet", "--no-verify", "--message=x"]);
        git(&first, &["tag", "v1.2"]);
        git(&first, &["config", "core.hooksPath", "/x"]);
        let second = folder.path().join("second");
        git(&first, &["worktree", "add", "--quiet", second.to_str().unwrap()]);
        for source in [&first, &second] {
            let copy = tempfile::tempdir().unwrap();
            fs::copy(source.join("a.py"), copy.path().join("a.py")).unwrap();
            repository(source, copy.path()).unwrap();
            assert_eq!(git(copy.path(), &["describe", "--tags", "--dirty"]).unwrap(), "v1.2");
            assert_eq!(git(copy.path(), &["ls-files"]).unwrap(), "a.py");
            let settings = fs::read_to_string(copy.path().join(".git/config")).unwrap();
            assert!(!settings.contains("hooks"), "{settings}");
            fs::write(copy.path().join("a.py"), "b").unwrap();
            assert_eq!(git(copy.path(), &["describe", "--tags", "--dirty"]).unwrap(), "v1.2-dirty");
        }
    }
}
