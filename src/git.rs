//! Git, run so that nothing that a repository names is run.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Settings by which a repository could have programs run. What is given here wins over its own.
const HARMLESS: [&str; 10] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.alternateRefsCommand=false",
    "diff.external=",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "log.showSignature=false",
];

/// Settings by which it could have programs run to reach another repository.
const OFFLINE: [&str; 4] =
    ["core.sshCommand=false", "core.gitProxy=false", "core.askPass=false", "credential.helper="];

/// Settings for a clone whose content is to be what was committed.
pub(crate) const VERBATIM: [&str; 4] =
    ["core.autocrlf=false", "filter.lfs.smudge=", "filter.lfs.required=false", "protocol.ext.allow=never"];

/// Where a hook of another repository runs us, these would lead to that one.
const OF_OTHERS: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
];

/// Programs that the environment names.
const PROGRAMS: [&str; 3] = ["GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_SSH_COMMAND"];

/// What a run of git may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The repository of the folder. Nothing is fetched, by any protocol.
    Repository,
    /// Other repositories as well, with the user's own keys and helpers: what clones a source.
    Remotes,
}

/// A run of git in a folder.
pub(crate) struct Git {
    command: Command,
}

impl Git {
    /// Git in a folder's own repository, even where a hook of another one runs us. Whoever wrote the
    /// repository is not trusted; the settings of the user and of the system are, among them `safe.directory`.
    pub fn new(folder: &Path, reach: Reach) -> Git {
        Git::of_program("git", folder, reach)
    }

    /// The same with another program.
    pub fn of_program(git: &str, folder: &Path, reach: Reach) -> Git {
        let mut command = Command::new(git);
        command.arg("--no-pager").arg("-C").arg(folder).stdin(Stdio::null());
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
        for name in OF_OTHERS {
            command.env_remove(name);
        }
        let mut git = Git { command }.settings(HARMLESS);
        if reach == Reach::Remotes {
            return git.settings(VERBATIM);
        }
        // No object is fetched that is missing, and none by any protocol.
        git.command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
        for name in PROGRAMS {
            git.command.env_remove(name);
        }
        git.settings(OFFLINE)
    }

    /// Adds settings, each `NAME=VALUE`.
    pub fn settings<S: AsRef<OsStr>>(mut self, settings: impl IntoIterator<Item = S>) -> Git {
        for setting in settings {
            self.command.arg("-c").arg(setting);
        }
        self
    }

    /// The command, for those who run it within bounds.
    pub fn command(mut self, arguments: &[&str]) -> Command {
        self.command.args(arguments);
        self.command
    }

    /// Runs it; what it printed is of interest whether it succeeded or not.
    pub fn output(mut self, arguments: &[&str]) -> io::Result<Output> {
        self.command.args(arguments).output()
    }

    /// Runs it for what it prints, without blanks at the ends. The error is what it said.
    pub fn answer(self, arguments: &[&str]) -> Result<String, GitError> {
        let output = self.output(arguments).map_err(GitError::NotRun)?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(GitError::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    }
}

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// It does not run.
    #[error("git does not run ({0}); install git")]
    NotRun(#[source] io::Error),
    /// It ran and failed, with this on its standard error.
    #[error("{0}")]
    Failed(String),
}

impl GitError {
    /// The first line of what git said.
    pub fn first_line(&self) -> String {
        self.to_string().lines().next().unwrap_or("it does not say why").to_owned()
    }
}
