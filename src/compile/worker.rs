//! One process of the target interpreter, which compiles what it is sent, in that order.

use std::collections::VecDeque;
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::protocol::{self, BadAnswer};
use super::unit::{Outcome, Unit};
use crate::lock::lock;
use crate::python::isolated;

/// How much of what a worker writes to standard error is kept, to be quoted if it dies.
const LAST_WORDS: usize = 2048;

/// How long a process that has closed its pipe may take to end, with a core dump perhaps.
const GRACE: Duration = Duration::from_secs(2);

/// Has the allocator of glibc keep what the compiler gives back, as it takes as much again for the
/// next source. Saves some 3 % of the time. Other allocators do not look at these variables.
const KEEP_MEMORY: [(&str, &str); 3] = [
    ("MALLOC_TOP_PAD_", "4194304"),
    ("MALLOC_TRIM_THRESHOLD_", "67108864"),
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
];

/// Why a worker gave no answer.
#[derive(Debug)]
pub enum Lost {
    /// It was lost over another unit, so this one may be tried as if nothing had been.
    Requeue,
    /// It was lost while it had this unit to compile.
    Failed(Cause),
    /// It never was a worker.
    NotStarted(String),
}

/// What happened to a worker.
#[derive(Debug)]
pub enum Cause {
    /// It ended, or answered rubbish and was ended.
    Died(String),
    /// It took too long and was ended.
    Slow(Duration),
}

/// A process, and the units that wait for their turn in it.
///
/// Whoever asks writes the request and waits until all earlier ones are answered; then the next
/// answer is its own, and it reads that itself. So the next request lies in the pipe already when
/// the interpreter has finished one, and no thread but the asking ones is needed.
pub struct Worker {
    process: Mutex<Child>,
    requests: Mutex<Requests>,
    answers: Mutex<BufReader<ChildStdout>>,
    line: Mutex<Line>,
    moved: Condvar,
    last_words: Mutex<Option<JoinHandle<Vec<u8>>>>,
    magic: [u8; 4],
    /// How many are asking.
    pub asking: AtomicUsize,
}

struct Requests {
    pipe: ChildStdin,
    next: u32,
}

/// Those who asked, in that order. It is the turn of the first to read.
struct Line {
    waiting: VecDeque<(u32, Duration)>,
    /// Since when the first has been the first.
    since: Instant,
    slow: bool,
    lost: bool,
}

impl Worker {
    /// Starts a process, which is not waited for. It takes no more memory than allowed, on systems that
    /// can see to it.
    pub fn start(python: &Path, magic: [u8; 4], memory: Option<u64>) -> std::io::Result<Worker> {
        let mut process = isolated(python)
            .envs(KEEP_MEMORY)
            .args(["-X", "utf8", "-c", include_str!("worker.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        limit_memory(&process, memory);
        let missing = || std::io::Error::other("the process has no pipes");
        let pipe = process.stdin.take().ok_or_else(missing)?;
        let answers = process.stdout.take().ok_or_else(missing)?;
        let stderr = process.stderr.take().ok_or_else(missing)?;
        let last_words = thread::Builder::new().spawn(move || keep_last_words(stderr)).inspect_err(|_| {
            // Nobody else will end it.
            let _ = process.kill().and_then(|()| process.wait());
        })?;
        Ok(Worker {
            process: Mutex::new(process),
            requests: Mutex::new(Requests { pipe, next: 1 }),
            answers: Mutex::new(BufReader::with_capacity(1 << 16, answers)),
            line: Mutex::new(Line {
                waiting: VecDeque::new(),
                since: Instant::now(),
                slow: false,
                lost: false,
            }),
            moved: Condvar::new(),
            last_words: Mutex::new(Some(last_words)),
            magic,
            asking: AtomicUsize::new(0),
        })
    }

    /// Has one unit compiled, behind all that were asked for before.
    pub fn ask(&self, unit: &Unit<'_>, limit: Duration) -> Result<Outcome, Lost> {
        let number = self.send(unit, limit);
        let mut line = lock(&self.line);
        while !line.lost && line.waiting.front().is_some_and(|(first, _)| *first != number) {
            line = self.moved.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
        if line.lost {
            return Err(Lost::Requeue);
        }
        drop(line);
        let answer = self.read(number, unit, limit);
        let mut line = lock(&self.line);
        line.waiting.pop_front();
        line.since = Instant::now();
        line.lost = answer.is_err();
        drop(line);
        self.moved.notify_all();
        answer
    }

    /// Writes a request. If the process is gone, whoever reads next finds out.
    fn send(&self, unit: &Unit<'_>, limit: Duration) -> u32 {
        let mut requests = lock(&self.requests);
        let number = requests.next;
        requests.next += 1;
        let mut line = lock(&self.line);
        if line.waiting.is_empty() {
            line.since = Instant::now();
        }
        line.waiting.push_back((number, limit));
        drop(line);
        // Well after pyrepro itself would have ended it.
        let seconds = limit.as_secs() * 2 + 60;
        let _ = protocol::send(&mut requests.pipe, number, unit, seconds as u32);
        number
    }

    fn read(&self, number: u32, unit: &Unit<'_>, limit: Duration) -> Result<Outcome, Lost> {
        let mut answers = lock(&self.answers);
        if number == 1 {
            self.meet(&mut *answers, limit)?;
        }
        let outcome =
            protocol::receive(&mut *answers, number).and_then(|fields| protocol::outcome(fields, unit));
        outcome.map_err(|error| Lost::Failed(self.autopsy(&error, limit)))
    }

    fn meet(&self, answers: &mut impl Read, limit: Duration) -> Result<(), Lost> {
        let greeting = protocol::receive(answers, 0).and_then(protocol::greeting);
        let (version, magic) = greeting.map_err(|error| match self.autopsy(&error, limit) {
            Cause::Died(how) => Lost::NotStarted(how),
            slow @ Cause::Slow(_) => Lost::Failed(slow),
        })?;
        if magic != self.magic {
            return Err(Lost::NotStarted(format!(
                "it has become Python {version}, with another magic number"
            )));
        }
        Ok(())
    }

    /// Ends the process if it takes longer than allowed.
    pub fn hurry(&self) {
        let mut line = lock(&self.line);
        if line.waiting.front().is_some_and(|(_, limit)| line.since.elapsed() > *limit) {
            line.slow = true;
            drop(line);
            self.end();
        }
    }

    /// Ends the process, whatever it is doing.
    pub fn end(&self) {
        let _ = lock(&self.process).kill();
    }

    /// Whether it is of no more use.
    pub fn is_lost(&self) -> bool {
        lock(&self.line).lost
    }

    /// Ends the process, and says what happened to it.
    fn autopsy(&self, error: &BadAnswer, limit: Duration) -> Cause {
        let ended_itself = matches!(error, BadAnswer::Cut(_));
        let mut process = lock(&self.process);
        let grace = if ended_itself { GRACE } else { Duration::ZERO };
        let status = end_of(&mut process, grace);
        drop(process);
        if lock(&self.line).slow {
            return Cause::Slow(limit);
        }
        let what = match status {
            Ok(status) if ended_itself => how_it_ended(status),
            _ => format!("gave {error}"),
        };
        let words = lock(&self.last_words).take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        // The reason comes first when CPython gives up by itself, and last in a traceback.
        let said = words.lines().find(|line| line.starts_with("Fatal Python error"));
        match said.or_else(|| words.lines().rfind(|line| !line.trim().is_empty())) {
            Some(line) => Cause::Died(format!("the interpreter {what}: {line}")),
            None => Cause::Died(format!("the interpreter {what}")),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = process.kill();
        let _ = process.wait();
    }
}

/// Counts one who asks, for as long as this lives.
pub struct Asking(Arc<Worker>);

impl Asking {
    pub fn new(worker: &Arc<Worker>) -> Asking {
        worker.asking.fetch_add(1, Ordering::Relaxed);
        Asking(Arc::clone(worker))
    }
}

impl std::ops::Deref for Asking {
    type Target = Worker;

    fn deref(&self) -> &Worker {
        &self.0
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.asking.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Sets the limit from outside, before the first source is there. A process that has ended already has no
/// need of one.
#[cfg(target_os = "linux")]
fn limit_memory(process: &Child, memory: Option<u64>) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    if let (Some(bytes), pid) = (memory, Pid::from_child(process)) {
        let _ = prlimit(Some(pid), Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) });
    }
}

#[cfg(not(target_os = "linux"))]
fn limit_memory(_: &Child, _: Option<u64>) {}

/// How a process ended, which it is made to do if it does not by itself.
fn end_of(process: &mut Child, grace: Duration) -> std::io::Result<ExitStatus> {
    let started = Instant::now();
    while started.elapsed() < grace {
        if let Some(status) = process.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    process.kill()?;
    process.wait()
}

fn keep_last_words(mut stderr: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0; LAST_WORDS];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        kept.drain(..kept.len().saturating_sub(LAST_WORDS));
    }
    kept
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match name_of(signal) {
            Some(name) => format!("was killed by signal {signal} ({name})"),
            None => format!("was killed by signal {signal}"),
        };
    }
    match status.code() {
        Some(code) => format!("ended by itself with exit code {code}"),
        None => "ended by itself".to_owned(),
    }
}

/// The signals that an interpreter dies of, where their numbers are the same on all systems.
#[cfg(unix)]
fn name_of(signal: i32) -> Option<&'static str> {
    Some(match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}
