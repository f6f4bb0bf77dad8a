//! A whole run: from a request to what became of each source.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::goal::Goal;
use super::job::{Failure, JobContext, Record};
use super::orphans::orphans;
use super::plan::{Plan, Step};
use super::pyc_locks::PycLocks;
use super::read::Allowance;
use super::request::{PycLocation, Request, Task};
use super::unit::{Compiler, Unavailable};
use super::write::{self, Writer};
use crate::in_order;
use crate::output::{OutputError, OutputForm, OutputTarget};

/// How many steps a thread takes at a time. Where nothing is to be done for a source, getting hold
/// of the next one would otherwise take longer than to find that out.
const BATCH: usize = 8;

/// How many bytes of source are worked on at a time.
const ALLOWANCE: u64 = 16 << 20;

/// Something that a run comes across, in the order in which `compileall` would.
#[derive(Debug)]
pub enum Event {
    /// A folder, before its sources.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Bytecode in it of sources that are no more. Those are gone already when pruning.
        orphans: Vec<PathBuf>,
    },
    /// A folder that cannot be listed, or an orphan that cannot be removed.
    Trouble {
        /// What it is about.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A source.
    Source(Record),
}

/// How many sources became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Sources of which bytecode was written.
    pub compiled: usize,
    /// Sources whose bytecode was left alone.
    pub fresh: usize,
    /// Sources that do not compile.
    pub failed: usize,
    /// Sources whose bytecode is not as it would be written.
    pub outdated: usize,
    /// Bytecode files of sources that are no more.
    pub orphaned: usize,
    /// What could not be read, listed or written.
    pub troubles: usize,
    /// Whether it was stopped before the end.
    pub interrupted: bool,
}

/// Does what a request asks for, and tells of each thing when all before it are done.
///
/// It ends early when `stop` becomes true; what is written then is whole.
///
/// ```no_run
/// use std::{num::NonZeroUsize, sync::atomic::AtomicBool};
/// use pyrepro::{compile::{self, Pool, Request}, python::Version};
///
/// let version = Version::new(3, 13).unwrap();
/// let pool = Pool::new("/usr/bin/python3.13", version, NonZeroUsize::MIN);
/// let summary = compile::run(&Request::new(version, ["src"]), &pool, &AtomicBool::new(false), |_| Ok(()))?;
/// println!("{} compiled, {} fresh", summary.compiled, summary.fresh);
/// # Ok::<(), compile::Error>(())
/// ```
pub fn run(
    request: &Request,
    compiler: &dyn Compiler,
    stop: &AtomicBool,
    mut tell: impl FnMut(Event) -> io::Result<()>,
) -> Result<Summary, Error> {
    run_for_all(request, &[Goal::of(request, compiler)], stop, |_, event| tell(event))
}

/// The same for several versions. Each source is read once, and parsed as often as their grammars differ over it.
///
/// The version and the place of the request are not looked at: each goal has its own. What is told is of the goal of
/// that number; what is the same for all of them is told of the first.
pub fn run_for_all(
    request: &Request,
    goals: &[Goal<'_>],
    stop: &AtomicBool,
    mut tell: impl FnMut(usize, Event) -> io::Result<()>,
) -> Result<Summary, Error> {
    goals.iter().try_for_each(|goal| judge_named_file(request, &goal.place))?;
    let context = JobContext {
        request,
        goals,
        writer: Writer::new(request.epoch.map(|epoch| epoch.as_system_time())),
        allowance: Allowance::new(ALLOWANCE),
    };
    let stopped = || {
        let stopped = stop.load(Ordering::Relaxed);
        if stopped {
            goals.iter().for_each(|goal| goal.compiler.cancel());
        }
        stopped
    };
    let mut summary = Summary::default();
    let threads = match goals.iter().any(|goal| goal.compiler.waits()) {
        // Each interpreter has one source in hand and one waiting, while others are read and written.
        true => request.jobs.get() * 2 + 1,
        false => request.jobs.get(),
    };
    let pyc_locks = PycLocks::default();
    // Below one path no source is met twice. Whoever waits for a claim must hold no other.
    let (is_single, batch) = if request.paths.len() > 1 { (false, 1) } else { (true, BATCH) };
    let mut plan = Plan::new(request).map(|step| match &step {
        Step::Source(source) if !is_single => (Some(pyc_locks.lock(&source.path)), step),
        _ => (None, step),
    });
    let batches = std::iter::from_fn(|| {
        let batch: Vec<_> = plan.by_ref().take(batch).collect();
        (!batch.is_empty()).then_some(batch)
    });
    in_order::work(
        batches,
        threads,
        |batch| batch.into_iter().map(|(_claim, step)| context.step(step)).collect::<Vec<_>>(),
        stopped,
        |results| {
            for events in results {
                for (goal, event) in events? {
                    summary.count(&event, request.task);
                    tell(goal, event).map_err(Error::Telling)?;
                }
            }
            Ok::<(), Error>(())
        },
    )?;
    summary.interrupted = stop.load(Ordering::Relaxed);
    Ok(summary)
}

/// A bytecode file that the user has named may be no source and nothing else that matters. What is no file at
/// all is the writer's to refuse, for each source.
fn judge_named_file(request: &Request, place: &PycLocation) -> Result<(), OutputError> {
    match place {
        PycLocation::File(file) if request.task == Task::Compile && file.is_file() => {
            OutputTarget::named(file, OutputForm::Bytecode)?.apart_from(&request.paths).map(drop)
        }
        _ => Ok(()),
    }
}

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing can be compiled.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The file that is named cannot be written to.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Nobody can be told.
    #[error("cannot report: {0}")]
    Telling(#[source] io::Error),
}

impl JobContext<'_> {
    /// What a step comes to, each event with the number of its goal.
    fn step(&self, step: Step) -> Result<Vec<(usize, Event)>, Unavailable> {
        Ok(match step {
            Step::Unlisted(path, error) => vec![(0, Event::Trouble { path, error })],
            Step::Source(source) => self.run(&source)?.into_iter().map(Event::Source).enumerate().collect(),
            Step::Folder(path) => {
                let goals = self.goals.iter().enumerate();
                let minding = goals.filter(|(_, goal)| self.minds_orphans(goal));
                let mut events: Vec<_> = minding
                    .flat_map(|(number, goal)| {
                        self.orphans(goal, path.clone()).into_iter().map(move |event| (number, event))
                    })
                    .collect();
                if events.is_empty() {
                    events.push((0, Event::Folder { path, orphans: Vec::new() }));
                }
                events
            }
        })
    }

    fn minds_orphans(&self, goal: &Goal<'_>) -> bool {
        self.request.task != Task::Compile && goal.place == PycLocation::Cache
    }

    fn orphans(&self, goal: &Goal<'_>, path: PathBuf) -> Vec<Event> {
        let mut troubles = Vec::new();
        let mut trouble = |path: &Path, error| troubles.push(Event::Trouble { path: path.to_owned(), error });
        let mut orphans =
            orphans(&path, &goal.cache_tag, self.request.exclude.as_ref()).unwrap_or_else(|error| {
                trouble(&path.join("__pycache__"), error);
                Vec::new()
            });
        if self.request.task == Task::Prune {
            orphans.retain(|orphan| match self.writer.remove(orphan) {
                Ok(()) => true,
                Err(write::Error::Io { path, source }) => {
                    trouble(&path, source);
                    false
                }
                Err(write::Error::NotRegular { .. }) => false,
            });
        }
        troubles.insert(0, Event::Folder { path, orphans });
        troubles
    }
}

impl Summary {
    fn count(&mut self, event: &Event, task: Task) {
        let counter = match event {
            Event::Folder { orphans, .. } => {
                self.orphaned += orphans.len();
                return;
            }
            Event::Trouble { .. } => &mut self.troubles,
            Event::Source(record) => match &record.failure {
                Some(Failure::Source(_)) => &mut self.failed,
                Some(_) => &mut self.troubles,
                None if record.is_fresh() => &mut self.fresh,
                None if task == Task::Check => &mut self.outdated,
                None => &mut self.compiled,
            },
        };
        *counter += 1;
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Summary) {
        self.compiled += other.compiled;
        self.fresh += other.fresh;
        self.failed += other.failed;
        self.outdated += other.outdated;
        self.orphaned += other.orphaned;
        self.troubles += other.troubles;
        self.interrupted |= other.interrupted;
    }
}
