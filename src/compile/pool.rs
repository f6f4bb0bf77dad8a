//! The compiler that is there today: several processes of the target interpreter.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use super::protocol;
use super::unit::{Compiler, Diagnostic, Outcome, Unavailable, Unit};
use super::worker::{Asking, Cause, Lost, Worker};
use crate::lock::lock;
use crate::python::Version;

/// How often a unit may lose its worker over other units before it gets one of its own.
const PATIENCE: usize = 3;

/// How many bytes of source, at each level, are worth one more second.
const BYTES_A_SECOND: u64 = 100_000;

/// Interpreters that compile side by side.
///
/// A process is started when a unit comes and all others are busy, up to the number allowed. One
/// that dies, takes too long or answers rubbish is replaced: the unit that it had in hand is tried
/// once more in a process of its own, and only then given up; units that waited behind it go to
/// another process.
///
/// ```no_run
/// use std::num::NonZeroUsize;
/// use pyrepro::compile::{Compiler, Pool, Unit};
/// use pyrepro::pyc::Optimization;
/// use pyrepro::python::Version;
///
/// let pool = Pool::new("/usr/bin/python3.13", Version::new(3, 13).unwrap(), NonZeroUsize::MIN);
/// let unit = Unit { source: b"print(1)\n", name: b"hello.py", levels: &Optimization::ALL };
/// assert!(pool.compile(&unit)?.failure.is_none());
/// # Ok::<(), pyrepro::compile::Unavailable>(())
/// ```
pub struct Pool {
    python: PathBuf,
    version: Version,
    size: usize,
    limit: Duration,
    memory: Option<u64>,
    workers: Mutex<Vec<Arc<Worker>>>,
    /// All that live, those in which a unit is alone too.
    watched: Arc<Mutex<Vec<Weak<Worker>>>>,
    cancelled: AtomicBool,
    /// Dropped with the pool, which ends the thread that looks at the clock; or why there is none.
    clock: Result<Sender<()>, String>,
}

impl Pool {
    /// What a unit may take: a minute, and more if it is large.
    pub const LIMIT: Duration = Duration::from_secs(60);

    /// What memory a process may take: many times what the largest source takes that was met, and less
    /// than what takes a machine down.
    pub const MEMORY: u64 = 4 << 30;

    /// The same pool, whose processes may take so many bytes of memory each, or all that there is.
    /// Only Linux sees to it.
    ///
    /// ```
    /// # use std::num::NonZeroUsize;
    /// # use pyrepro::{compile::Pool, python::Version};
    /// let pool = Pool::new("/usr/bin/python3.13", Version::new(3, 13).unwrap(), NonZeroUsize::MIN);
    /// let pool = pool.with_memory(Some(16 << 30));
    /// ```
    pub fn with_memory(self, memory: Option<u64>) -> Pool {
        Pool { memory, ..self }
    }

    /// A pool of at most `size` processes, of which none is started yet.
    pub fn new(python: impl AsRef<Path>, version: Version, size: NonZeroUsize) -> Pool {
        Pool::with_limit(python, version, size, Pool::LIMIT)
    }

    /// A pool in which no unit may take longer than `limit`, and a second more for each 100 kB.
    pub fn with_limit(
        python: impl AsRef<Path>,
        version: Version,
        size: NonZeroUsize,
        limit: Duration,
    ) -> Pool {
        let (end, ticks) = mpsc::channel::<()>();
        let watched = Arc::<Mutex<Vec<Weak<Worker>>>>::default();
        let watch = Arc::clone(&watched);
        let pause = (limit / 8).clamp(Duration::from_millis(20), Duration::from_secs(1));
        let clock = thread::Builder::new().spawn(move || {
            while ticks.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let workers = lock(&watch).clone();
                workers.iter().filter_map(Weak::upgrade).for_each(|worker| worker.hurry());
            }
        });
        let python = python.as_ref().to_owned();
        Pool {
            python,
            version,
            size: size.get(),
            limit,
            memory: Some(Pool::MEMORY),
            workers: Mutex::default(),
            watched,
            cancelled: AtomicBool::new(false),
            clock: clock.map(|_| end).map_err(|error| format!("no thread can be started: {error}")),
        }
    }

    /// The worker that has least to do.
    fn worker(&self) -> Result<Asking, Unavailable> {
        let mut workers = lock(&self.workers);
        workers.retain(|worker| !worker.is_lost());
        let idlest = workers.iter().min_by_key(|worker| worker.asking.load(Ordering::Relaxed));
        if let Some(worker) = idlest
            && (workers.len() >= self.size || worker.asking.load(Ordering::Relaxed) == 0)
        {
            return Ok(Asking::new(worker));
        }
        let worker = self.start()?;
        workers.push(Arc::clone(&worker));
        Ok(Asking::new(&worker))
    }

    fn start(&self) -> Result<Arc<Worker>, Unavailable> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(self.unavailable("cancelled".to_owned()));
        }
        if let Err(reason) = &self.clock {
            return Err(self.unavailable(reason.clone()));
        }
        let worker = Worker::start(&self.python, self.version.magic_bytes(), self.memory);
        let worker = Arc::new(worker.map_err(|error| self.unavailable(error.to_string()))?);
        let mut watched = lock(&self.watched);
        watched.retain(|other| other.strong_count() > 0);
        watched.push(Arc::downgrade(&worker));
        Ok(worker)
    }

    /// Compiles in a process that has nothing else to do.
    fn compile_alone(&self, unit: &Unit<'_>, limit: Duration) -> Result<Outcome, Unavailable> {
        let diagnostic = match self.start()?.ask(unit, limit) {
            Ok(outcome) => return Ok(self.explained(outcome)),
            Err(Lost::NotStarted(reason)) => return Err(self.unavailable(reason)),
            Err(Lost::Failed(Cause::Slow(limit))) => {
                Diagnostic::whole("Timeout", format!("not compiled within {} s", limit.as_secs_f32()))
            }
            Err(Lost::Failed(Cause::Died(how))) => Diagnostic::whole("Crash", how),
            Err(Lost::Requeue) => Diagnostic::whole("Crash", "the interpreter was lost"),
        };
        Ok(Outcome { failure: Some(diagnostic), ..Outcome::default() })
    }

    /// Says which memory it was that there was too little of. Before 3.9 the interpreter has the same words
    /// for what is nested too deeply.
    fn explained(&self, outcome: Outcome) -> Outcome {
        let Some(memory) = self.memory.filter(|_| self.version.minor() >= 9) else { return outcome };
        let is_it = |failure: &Diagnostic| failure.kind == "MemoryError" && failure.message.is_empty();
        let failure = outcome.failure.map(|failure| match is_it(&failure) {
            true => {
                let mebibytes = memory >> 20;
                let message =
                    format!("compiling it takes more than the {mebibytes} MiB of memory that it may take");
                Diagnostic::whole(&failure.kind, message)
            }
            false => failure,
        });
        Outcome { failure, ..outcome }
    }

    fn limit_for(&self, unit: &Unit<'_>) -> Duration {
        let bytes = unit.source.len() as u64 * unit.levels.len() as u64;
        self.limit + Duration::from_secs(bytes / BYTES_A_SECOND)
    }

    fn unavailable(&self, reason: String) -> Unavailable {
        Unavailable { python: self.python.display().to_string(), reason }
    }
}

impl Compiler for Pool {
    fn compile(&self, unit: &Unit<'_>) -> Result<Outcome, Unavailable> {
        if unit.source.len() > protocol::LONGEST as usize {
            let diagnostic = Diagnostic::whole("OverflowError", "source is too long to be compiled");
            return Ok(Outcome { failure: Some(diagnostic), ..Outcome::default() });
        }
        let limit = self.limit_for(unit);
        for _ in 0..PATIENCE {
            match self.worker()?.ask(unit, limit) {
                Ok(outcome) => return Ok(self.explained(outcome)),
                Err(Lost::Requeue) => {}
                // What was killed as it started says nothing of the interpreter; the next one will.
                Err(Lost::Failed(_) | Lost::NotStarted(_)) => break,
            }
        }
        self.compile_alone(unit, limit)
    }

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
        let watched = lock(&self.watched).clone();
        watched.iter().filter_map(Weak::upgrade).for_each(|worker| worker.end());
    }
}
