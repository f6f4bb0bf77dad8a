//! Why a build gives no artifact.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::artifact::BadArtifact;
use crate::archive::BadPath;
use crate::{project, tree};

/// Why a build gives no artifact.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to build in the folder.
    #[error("{} has neither pyproject.toml nor setup.py, so nothing says how to build it", .0.display())]
    NoProject(PathBuf),
    /// Its pyproject.toml does not say what it has to.
    #[error(transparent)]
    Project(#[from] project::Error),
    /// Its files cannot be listed.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file with a name that no manifest can have.
    #[error("{0}; rename it, leave it out, or build without a manifest (--no-manifest)")]
    Name(#[from] BadPath),
    /// A file or folder of the build cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A link to a folder that is not part of the project.
    #[error(
        "the symbolic link {link} leads to the folder {target}, outside of the project; a build does not take \
         what is not there: put a copy in its place",
        link = link.display(), target = target.display()
    )]
    LinkOutside {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The build folder is there and cannot be trusted.
    #[error("{} belongs to another user, or others may write to it; remove it, or build in another folder", .0.display())]
    Foreign(PathBuf),
    /// A program is not there or does not start.
    #[error("{program} does not start: {source}", program = program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A step came to another end than success.
    #[error("{step} failed: it {how}{words}")]
    Failed {
        /// What was being done.
        step: String,
        /// How its process ended.
        how: String,
        /// What it wrote last.
        words: Words,
    },
    /// A step took longer than it may.
    #[error("{step} took longer than {} s and was ended{words}", limit.as_secs_f64())]
    Slow {
        /// What was being done.
        step: String,
        /// How long it may take.
        limit: Duration,
        /// What it wrote last.
        words: Words,
    },
    /// A step took more of the machine than it may.
    #[error("{step} was stopped: it used too much of this machine's {what}{words}")]
    Greedy {
        /// What was being done.
        step: String,
        /// What it took.
        what: &'static str,
        /// What it wrote last.
        words: Words,
    },
    /// Nothing isolates programs here.
    #[error("builds cannot be isolated here: {0}")]
    NoSandbox(String),
    /// It was asked to stop.
    #[error("the build was interrupted")]
    Stopped,
    /// No backend answers to the name.
    #[error(
        "the backend {backend} cannot be imported: {reason}; does build-system.requires name what has it?{words}"
    )]
    NoBackend {
        /// Its name.
        backend: String,
        /// What the import says.
        reason: String,
        /// What was written last.
        words: Words,
    },
    /// The backend has no such hook.
    #[error("the backend {backend} cannot build this: it has no {hook}")]
    NoHook {
        /// Its name.
        backend: String,
        /// The hook.
        hook: &'static str,
    },
    /// Something that is asked for by a backend is no requirement.
    #[error("{hook} of the backend {backend} asks for something that is not a requirement: {problem}")]
    BadRequirement {
        /// The backend.
        backend: String,
        /// The hook.
        hook: &'static str,
        /// What is wrong.
        problem: project::BadValue,
    },
    /// Without isolation, the requirements have to be there already.
    #[error("build requirements are missing:{}\ninstall them, or build with isolation", listed(.0))]
    Unmet(Vec<String>),
    /// What the backend says it made is not there, or not what it should be.
    #[error("{hook} of the backend {problem}")]
    Artifact {
        /// The hook.
        hook: &'static str,
        /// What is wrong with it.
        problem: BadArtifact,
    },
    /// The project's own folder is not as it was.
    #[error(
        "{} changed while the backend ran; nothing may write there during a build, so nothing was taken from it",
        .0.display()
    )]
    SourceChanged(PathBuf),
}

fn listed(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

/// The last lines that a program wrote, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(pub String);

impl Words {
    /// Whether uv or pip say that they did not reach an index, which says nothing of what it has.
    pub fn are_of_the_network(&self) -> bool {
        const SIGNS: [&str; 12] = [
            "error sending request",
            "dns error",
            "connection refused",
            "connection reset",
            "could not connect",
            "failed to establish a new connection",
            "max retries exceeded",
            "name or service not known",
            "network is unreachable",
            "temporary failure in name resolution",
            "timed out",
            "status server error",
        ];
        let words = self.0.to_lowercase();
        SIGNS.iter().any(|sign| words.contains(sign))
    }
}

impl Words {
    /// Whether uv says that the environment's interpreter does not run, so that the fault is not in what is installed.
    pub fn are_of_the_interpreter(&self) -> bool {
        self.0.contains("Failed to inspect Python interpreter")
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("; it wrote nothing");
        }
        f.write_str("; its last output:")?;
        self.0.lines().try_for_each(|line| write!(f, "\n  | {line}"))
    }
}
