//! What to compile, and how.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::exclude::Exclude;
use super::recorded::Recorded;
use crate::epoch::Epoch;
use crate::pyc::{InvalidationMode, Optimization};
use crate::python::Version;

/// Everything that a run has to know.
///
/// ```
/// use pyrepro::{compile::Request, python::Version};
///
/// let request = Request { force: true, ..Request::new(Version::new(3, 13).unwrap(), ["src"]) };
/// assert_eq!(request.levels.len(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    /// What to compile for.
    pub version: Version,
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// How many folders deep to go below those named; without end if not set.
    pub depth: Option<usize>,
    /// Leave out links to what is outside of this folder.
    pub links_within: Option<PathBuf>,
    /// Leave out sources with such a path.
    pub exclude: Option<Exclude>,
    /// What to do with the sources.
    pub task: Task,
    /// Levels of optimisation, in ascending order, each once.
    pub levels: Vec<Optimization>,
    /// How import will tell that a source has changed.
    pub mode: InvalidationMode,
    /// What the bytes look like.
    pub form: Form,
    /// Where the bytecode goes.
    pub place: PycLocation,
    /// Which file name is recorded in the code.
    pub recorded: Recorded,
    /// Compile what is fresh too.
    pub force: bool,
    /// Make bytecode files of one source that are equal one file with several names.
    pub link_equal: bool,
    /// The modification time of what is written, and leave that of the folder as it was.
    pub epoch: Option<Epoch>,
    /// How many sources to compile at a time.
    pub jobs: NonZeroUsize,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Task {
    /// Bring bytecode up to date.
    #[default]
    Compile,
    /// Bring bytecode up to date, and remove that of sources which are no more.
    Prune,
    /// Only look what there would be to do.
    Check,
}

/// What the bytes of code look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// A function of the source alone.
    #[default]
    Canonical,
    /// As the interpreter happens to write it.
    Interpreter,
}

/// Where bytecode goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PycLocation {
    /// Into `__pycache__`.
    #[default]
    Cache,
    /// Into the folder that takes the place of all `__pycache__`, as `sys.pycache_prefix` has it.
    Prefix(PathBuf),
    /// Beside the source, with a `c` added to its name.
    Legacy,
    /// To one path.
    File(PathBuf),
}

impl Request {
    /// A request to compile some paths with nothing special.
    pub fn new(version: Version, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Request {
        Request {
            version,
            paths: paths.into_iter().map(Into::into).collect(),
            depth: None,
            links_within: None,
            exclude: None,
            task: Task::default(),
            levels: vec![Optimization::default()],
            mode: InvalidationMode::default(),
            form: Form::default(),
            place: PycLocation::default(),
            recorded: Recorded::default(),
            force: false,
            link_equal: false,
            epoch: None,
            jobs: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}
