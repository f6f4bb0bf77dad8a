//! The time of the last commit, which git is asked for.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Epoch, Error};

/// When the last commit of the repository around `folder` was made (the committer's time).
///
/// ```no_run
/// use pyrepro::epoch;
///
/// let epoch = epoch::of_last_commit(".".as_ref())?;
/// # Ok::<(), pyrepro::epoch::Error>(())
/// ```
pub fn of_last_commit(folder: &Path) -> Result<Epoch, Error> {
    ask("git", folder)
}

fn ask(git: &str, folder: &Path) -> Result<Epoch, Error> {
    let output = command(git, folder)
        .args(["log", "-1", "--format=%ct", "--no-show-signature"])
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(Error::NoGit)?;
    let seconds = str::from_utf8(output.stdout.trim_ascii()).ok().and_then(|text| Epoch::parse(text).ok());
    let epoch = seconds.filter(|_| output.status.success());
    epoch.ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().next().unwrap_or("it printed no time").to_owned();
        Error::NoCommit { folder: folder.to_owned(), reason }
    })
}

/// Git in a folder's own repository, even where a hook of another one runs us.
fn command(git: &str, folder: &Path) -> Command {
    let mut command = Command::new(git);
    command.arg("-C").arg(folder);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs git as nobody in particular, or tells that there is none to test with.
    fn git(folder: &Path, arguments: &[&str]) -> bool {
        let status = command("git", folder)
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .env("GIT_AUTHOR_DATE", "1000000000 +0200")
            .env("GIT_COMMITTER_DATE", "1577836800 -0500")
            .stdout(Stdio::null())
            .status();
        status.inspect(|status| assert!(status.success(), "git {arguments:?}")).is_ok()
    }

    #[test]
    fn the_last_commit_has_the_time_of_its_committer() {
        let folder = tempfile::tempdir().unwrap();
        if git(folder.path(), &["init", "--quiet"]) {
            git(folder.path(), &["commit", "--quiet", "--allow-empty", "--no-verify", "--message=x"]);
            assert_eq!(of_last_commit(folder.path()).unwrap(), Epoch::from_seconds(1_577_836_800));
        }
    }

    #[test]
    fn without_a_commit_the_error_repeats_what_git_says() {
        let folder = tempfile::tempdir().unwrap();
        if git(folder.path(), &["init", "--quiet"]) {
            let message = of_last_commit(folder.path()).unwrap_err().to_string();
            assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
            assert!(message.contains("does not have any commits"), "{message}");
            let message = of_last_commit(&folder.path().join("absent")).unwrap_err().to_string();
            assert!(message.contains("No such file"), "{message}");
        }
    }

    #[test]
    fn a_folder_outside_of_any_repository_is_an_error_that_says_so() {
        let folder = tempfile::tempdir().unwrap();
        if git(folder.path(), &["--version"]) {
            let message = of_last_commit(folder.path()).unwrap_err().to_string();
            assert!(message.contains("not a git repository"), "{message}");
        }
    }

    #[test]
    fn a_missing_git_is_an_error_with_a_way_out() {
        let message = ask("no-such-git", Path::new(".")).unwrap_err().to_string();
        assert!(message.starts_with("git does not run") && message.contains("give the seconds"), "{message}");
    }
}
