//! Programs that are run with limits, and ended with all that they have started.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::confine;
use super::error::{Error, Words};
use super::sandbox::Sandbox;
use super::watch::{Event, Watch};
use super::watchdog::Watchdog;

/// How much of what a program writes is kept, to be quoted if it fails.
const LAST_WORDS: usize = 8 * 1024;
const LAST_LINES: usize = 40;

/// How often it is looked whether a program has ended or shall end.
const PULSE: Duration = Duration::from_millis(10);

/// How long is waited for the end of output, which something may hold open that got away.
const GRACE: Duration = Duration::from_millis(500);

/// What bounds a program.
pub struct Bounds<'a> {
    pub time_limit: Option<Duration>,
    /// The folders that it can write to, or nothing if it can do what the user can.
    pub writable: Option<&'a [PathBuf]>,
    /// What keeps it from the network, other processes and the user's files.
    pub sandbox: Option<&'a Sandbox>,
    pub stop: &'a AtomicBool,
    pub watch: Watch<'a>,
}

/// A program that has ended by itself.
pub struct Ended {
    pub status: ExitStatus,
    pub words: Words,
}

impl Ended {
    /// An error unless it was successful.
    pub fn check(self, step: &str) -> Result<Words, Error> {
        if self.status.success() {
            return Ok(self.words);
        }
        Err(Error::Failed { step: step.to_owned(), how: how_it_ended(self.status), words: self.words })
    }
}

/// Runs a program to its end. `step` says in errors what it was for.
pub fn run(command: &mut Command, step: &str, bounds: &Bounds<'_>) -> Result<Ended, Error> {
    let mut wrapped =
        bounds.sandbox.map(|sandbox| sandbox.wrap(command, bounds.writable.unwrap_or_default()));
    let command = wrapped.as_mut().unwrap_or(command);
    let hidden = bounds.sandbox.filter(|sandbox| sandbox.shows_files());
    let readable: Option<Vec<PathBuf>> = hidden.map(|sandbox| sandbox.readable().collect());
    let program = command.get_program().to_owned();
    let failed = |source| Error::Start { program: Path::new(&program).to_owned(), source };
    let (pipe, end) = io::pipe().map_err(failed)?;
    command.stdin(Stdio::null()).stdout(end.try_clone().map_err(failed)?).stderr(end);
    // ^C is for pyrepro alone, which then ends what it has started, and that is one group.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let output = listen(pipe).map_err(failed)?;
    let child = match bounds.writable {
        Some(folders) => {
            let maps = bounds.sandbox.and_then(Sandbox::writable);
            let folders: Vec<PathBuf> = folders.iter().cloned().chain(maps).collect();
            confine::spawn(command, &folders, readable.as_deref())
        }
        None => command.spawn(),
    };
    let mut child = child.map_err(failed)?;
    // The command holds our copies of the pipe's end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut words = Vec::new();
    let ended = wait(&mut child, &output, &mut words, bounds);
    end_all(&mut child);
    let status = child.wait().map_err(failed)?;
    drain(&output, &mut words, bounds.watch);
    let words = last_words(&words);
    match ended {
        End::ByItself => Ok(Ended { status, words }),
        End::Slow(limit) => Err(Error::Slow { step: step.to_owned(), limit, words }),
        End::Greedy(what) => Err(Error::Greedy { step: step.to_owned(), what, words }),
        End::Stopped => Err(Error::Stopped),
    }
}

enum End {
    ByItself,
    Slow(Duration),
    Greedy(&'static str),
    Stopped,
}

/// Reads in a thread that nobody waits for, because what a program has started can hold the pipe open
/// for ever. It gets no further ahead than the channel is long.
fn listen(mut pipe: io::PipeReader) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = sync_channel(16);
    thread::Builder::new().spawn(move || {
        let mut buffer = vec![0; LAST_WORDS];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

fn wait(child: &mut Child, output: &Receiver<Vec<u8>>, words: &mut Vec<u8>, bounds: &Bounds<'_>) -> End {
    let started = Instant::now();
    let folder = bounds.writable.and_then(<[PathBuf]>::first);
    let mut watchdog = bounds.sandbox.and(folder).map(|folder| Watchdog::new(folder));
    loop {
        match output.recv_timeout(PULSE) {
            Ok(piece) => keep(words, &piece, bounds.watch),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(PULSE),
        }
        if has_ended(child) {
            return End::ByItself;
        }
        if bounds.stop.load(Ordering::Relaxed) {
            return End::Stopped;
        }
        if let Some(what) = watchdog.as_mut().and_then(Watchdog::bites) {
            return End::Greedy(what);
        }
        if let Some(limit) = bounds.time_limit.filter(|limit| started.elapsed() > *limit) {
            return End::Slow(limit);
        }
    }
}

fn drain(output: &Receiver<Vec<u8>>, words: &mut Vec<u8>, watch: Watch<'_>) {
    let started = Instant::now();
    while let Some(left) = GRACE.checked_sub(started.elapsed()) {
        match output.recv_timeout(left) {
            Ok(piece) => keep(words, &piece, watch),
            Err(_) => return,
        }
    }
}

fn keep(words: &mut Vec<u8>, piece: &[u8], watch: Watch<'_>) {
    watch(Event::Output(piece));
    words.extend_from_slice(piece);
    words.drain(..words.len().saturating_sub(LAST_WORDS));
}

/// Whether it has ended. Its number stays taken until it is waited for, so its group can be ended still.
#[cfg(unix)]
fn has_ended(child: &mut Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let only_look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(Pid::from_child(child)), only_look) {
        Ok(status) => status.is_some(),
        Err(rustix::io::Errno::INTR) => false,
        Err(_) => true,
    }
}

#[cfg(not(unix))]
fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

/// Ends a program, and what it has left running.
fn end_all(child: &mut Child) {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(child),
        rustix::process::Signal::KILL,
    );
    let _ = child.kill();
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was killed by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "ended".to_owned(),
    }
}

/// The last lines, without what would play tricks on a terminal.
fn last_words(bytes: &[u8]) -> Words {
    let text = String::from_utf8_lossy(bytes);
    let is_plain = |c: &char| !c.is_control() || matches!(c, '\t' | '\n');
    let lines: Vec<String> = text
        .lines()
        // What a progress bar overwrote was not meant to stay.
        .map(|line| line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default())
        .map(|line| line.chars().filter(is_plain).collect::<String>())
        .filter(|line| !line.trim().is_empty())
        .collect();
    Words(lines[lines.len().saturating_sub(LAST_LINES)..].join("\n"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, seconds: Option<f64>, stop: bool) -> Result<Ended, Error> {
        let stop = AtomicBool::new(stop);
        let time_limit = seconds.map(Duration::from_secs_f64);
        let bounds = Bounds { time_limit, writable: None, sandbox: None, stop: &stop, watch: &|_| () };
        run(Command::new("/bin/sh").args(["-c", script]), "the script", &bounds)
    }

    #[test]
    fn output_of_both_kinds_is_kept_up_to_a_bound() {
        let ended = sh("echo one; echo two >&2; exit 3", None, false).unwrap();
        assert_eq!(ended.words.0, "one\ntwo");
        let message = ended.check("the script").unwrap_err().to_string();
        assert_eq!(
            message,
            "the script failed: it ended with exit code 3; its last output:\n  | one\n  | two"
        );
        let ended = sh("yes | head -c 3000000; echo end", None, false).unwrap();
        assert!(ended.words.0.len() < 2 * LAST_WORDS && ended.words.0.ends_with("y\nend"));
    }

    #[test]
    fn what_takes_too_long_is_ended_with_all_that_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let script = format!("(sleep 1; echo > {}) & echo waiting; sleep 100", mark.display());
        let started = Instant::now();
        let error = sh(&script, Some(0.3), false).err().unwrap();
        assert_eq!(
            error.to_string(),
            "the script took longer than 0.3 s and was ended; its last output:\n  | waiting"
        );
        thread::sleep(Duration::from_millis(1200).saturating_sub(started.elapsed()));
        assert!(!mark.exists());
    }

    #[test]
    fn what_is_left_running_is_ended_too() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let started = Instant::now();
        assert!(sh(&format!("(sleep 1; echo > {}) &", mark.display()), None, false).is_ok());
        assert!(started.elapsed() < Duration::from_millis(900));
        thread::sleep(Duration::from_millis(1200));
        assert!(!mark.exists());
    }

    #[test]
    fn what_is_to_stop_stops() {
        assert!(matches!(sh("sleep 100", None, true), Err(Error::Stopped)));
    }

    #[test]
    fn output_is_plain_text() {
        assert_eq!(last_words(b"\n 10%\r 20%\r\n\x1b[31mred\x07\n\xff").0, " 20%\n[31mred\n\u{fffd}");
    }
}
