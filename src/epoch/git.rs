//! The time of the last commit, which git is asked for.

use std::path::Path;

use super::{Epoch, Error};
use crate::git::{Git, Reach};

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
    let arguments =
        ["log", "-1", "--format=%ct", "--no-show-signature", "--no-patch", "--no-ext-diff", "--no-textconv"];
    let git = Git::of_program(git, folder, Reach::Repository);
    let output = git.output(&arguments).map_err(Error::NoGit)?;
    let seconds = str::from_utf8(output.stdout.trim_ascii()).ok().and_then(|text| Epoch::parse(text).ok());
    let epoch = seconds.filter(|_| output.status.success());
    epoch.ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().next().unwrap_or("it printed no time").to_owned();
        Error::NoCommit { folder: folder.to_owned(), reason }
    })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// Runs git as nobody in particular, or tells that there is none to test with.
    fn git(folder: &Path, arguments: &[&str]) -> bool {
        let status = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@example.org",
                "-c",
                "commit.gpgsign=false",
            ])
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

    /// A repository whose settings name a program for everything that git runs one for, and hooks.
    #[cfg(unix)]
    #[test]
    fn a_hostile_repository_has_nothing_run() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| git(folder.path(), arguments);
        if !git(&["init", "--quiet"]) {
            return;
        }
        std::fs::write(folder.path().join("a"), "a").unwrap();
        std::fs::write(folder.path().join(".gitattributes"), "* diff=evil filter=evil\n").unwrap();
        git(&["add", "."]);
        git(&["commit", "--quiet", "--no-verify", "--message=x"]);
        let ran = folder.path().join("ran");
        let evil = folder.path().join("evil");
        std::fs::write(&evil, format!("#!/bin/sh\necho $0 \"$@\" >> '{}'\n", ran.display())).unwrap();
        std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
        let evil = evil.display().to_string();
        let hooks = folder.path().join(".git/hooks");
        let _ = std::fs::remove_dir_all(&hooks);
        std::fs::create_dir_all(&hooks).unwrap();
        for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"] {
            std::os::unix::fs::symlink(&evil, hooks.join(hook)).unwrap();
        }
        for key in [
            "core.fsmonitor",
            "core.pager",
            "core.sshCommand",
            "core.gitProxy",
            "core.askPass",
            "core.editor",
            "pager.log",
            "core.alternateRefsCommand",
            "diff.external",
            "diff.evil.textconv",
            "diff.evil.command",
            "filter.evil.clean",
            "filter.evil.smudge",
            "filter.evil.process",
            "gpg.program",
            "gpg.ssh.program",
            "gpg.x509.program",
            "credential.helper",
            "remote.origin.uploadpack",
            "remote.origin.proxy",
            "alias.log",
        ] {
            git(&["config", key, &evil]);
        }
        for (key, value) in [
            ("log.showSignature", "true"),
            ("extensions.partialClone", "origin"),
            ("remote.origin.promisor", "true"),
            ("remote.origin.url", &format!("ext::{evil} fetch")),
            ("protocol.ext.allow", "always"),
            ("protocol.allow", "always"),
            ("core.repositoryFormatVersion", "1"),
        ] {
            git(&["config", key, value]);
        }
        let _ = std::fs::remove_file(&ran);
        assert_eq!(of_last_commit(folder.path()).unwrap(), Epoch::from_seconds(1_577_836_800));
        let told = || std::fs::read_to_string(&ran).unwrap_or_default();
        assert_eq!(told(), "");
        // A commit that is not there would be fetched.
        let head = folder.path().join(".git/HEAD");
        std::fs::write(head, "1234567890123456789012345678901234567890\n").unwrap();
        assert!(of_last_commit(folder.path()).is_err());
        assert_eq!(told(), "");
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
