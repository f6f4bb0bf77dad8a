//! Asking an executable which Python it is: one short isolated run with limits on time and output.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::interpreter::Interpreter;
use super::isolated::isolated;
use super::{Level, Release};

const SCRIPT: &str = include_str!("probe.py");

/// The word that opens an answer.
const GREETING: &str = "pyrepro-python";

/// More than any answer or any error message worth showing.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// An executable that does not work as a Python interpreter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} does not work as a Python interpreter: {reason}", path.display())]
pub struct Unusable {
    /// The executable.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: Fault,
}

/// What is wrong with an executable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is nothing at the end of the link.
    #[error("it is a symbolic link to {}, which does not exist", .0.display())]
    BrokenLink(PathBuf),
    /// The system does not run it, for this reason.
    #[error("it does not start: {0}")]
    Start(String),
    /// It ran longer than it was allowed to.
    #[error("it gave no answer within {0:?}")]
    Hangs(Duration),
    /// It ended in another way than by success.
    #[error("it failed ({status}){}{said}", if said.is_empty() { "" } else { ": " })]
    Fails {
        /// How it ended.
        status: String,
        /// The last line that it wrote to standard error.
        said: String,
    },
    /// Somebody or something ended it.
    #[error("it was ended ({0})")]
    Ended(String),
    /// It answered something else than what a Python interpreter would.
    #[error("it does not answer as Python does, but with {0:?}")]
    Junk(String),
}

/// What an interpreter says of itself.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What it says it is.
    pub interpreter: Interpreter,
    /// The files that it ran from, itself and libraries, where it can tell.
    pub files: Vec<PathBuf>,
    /// All of it, as it was said.
    pub line: String,
}

/// Runs the interpreter once and takes its answer.
///
/// The current folder stays as it is, because pyenv's shims choose by it. Nothing is imported from it.
pub(super) fn probe(path: &Path, limit: Duration) -> Result<Answer, Unusable> {
    let unusable = |reason| Unusable { path: path.to_owned(), reason };
    let answer = match run(path, SCRIPT, limit) {
        // That says nothing of the interpreter, the first time.
        Err(Fault::Ended(_)) => run(path, SCRIPT, limit),
        answer => answer,
    };
    let answer = answer.map_err(|fault| unusable(broken_link(path).unwrap_or(fault)))?;
    parse(path, &answer).ok_or_else(|| unusable(Fault::Junk(excerpt(&answer))))
}

fn broken_link(path: &Path) -> Option<Fault> {
    let target = fs::read_link(path).ok()?;
    (!path.exists()).then_some(Fault::BrokenLink(target))
}

/// Gives what the interpreter wrote to standard output, running a script.
pub(super) fn run(path: &Path, script: &str, limit: Duration) -> Result<String, Fault> {
    let mut child = command(path, script).spawn().map_err(|error| Fault::Start(error.to_string()))?;
    let answer = listen(&mut child, limit);
    if answer.is_err() {
        // It may have ended by itself; and if it cannot be killed, there is nothing better to do.
        let _ = child.kill().and_then(|()| child.wait());
    }
    answer
}

fn listen(child: &mut Child, limit: Duration) -> Result<String, Fault> {
    let deadline = Instant::now() + limit;
    let no_thread = |error: io::Error| Fault::Start(format!("no thread can be started: {error}"));
    let output = drain(child.stdout.take()).map_err(no_thread)?;
    let errors = drain(child.stderr.take()).map_err(no_thread)?;
    let answer = output.recv_timeout(limit).map_err(|_| Fault::Hangs(limit))?;
    if answer.len() >= OUTPUT_LIMIT {
        return Err(Fault::Junk(excerpt(&answer)));
    }
    let status = wait(child, deadline).ok_or(Fault::Hangs(limit))?;
    if status.code().is_none() {
        return Err(Fault::Ended(status.to_string()));
    }
    if !status.success() {
        // What it left running may hold standard error open, so this too has its limit.
        let said =
            errors.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap_or_default();
        return Err(Fault::Fails { status: status.to_string(), said: last_line(&said) });
    }
    Ok(answer)
}

fn command(path: &Path, script: &str) -> Command {
    let mut command = isolated(path);
    command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Reads a pipe to its end or to the limit. In a thread that nobody waits for, because a process that
/// the interpreter started can hold the pipe open when the interpreter is long dead.
fn drain(pipe: Option<impl Read + Send + 'static>) -> io::Result<Receiver<String>> {
    let (sender, receiver) = channel();
    thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.map_or(Ok(0), |pipe| pipe.take(OUTPUT_LIMIT as u64).read_to_end(&mut bytes));
        // A pipe that breaks while it is read gives a short answer, which is junk for the parser.
        let _: io::Result<usize> = read;
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    })?;
    Ok(receiver)
}

/// Waits for the end of a process that has closed its standard output and so is about to end.
fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The answer must be one line and nothing else: an interpreter behind a script that writes to
/// standard output could not be talked to later either.
pub(crate) fn parse(path: &Path, answer: &str) -> Option<Answer> {
    let line = answer.strip_suffix('\n')?.trim_end_matches('\r');
    let fields: Vec<&str> = line.split(' ').collect();
    let &[GREETING, major, minor, micro, level, serial, implementation, magic, cache_tag, executable, files] =
        fields.as_slice()
    else {
        return None;
    };
    let release = Release {
        major: major.parse().ok()?,
        minor: minor.parse().ok()?,
        micro: micro.parse().ok()?,
        level: parse_level(level)?,
        serial: serial.parse().ok()?,
    };
    let magic = known(magic).map(str::parse).transpose().ok()?;
    let executable = known(executable).map_or(Some(path.to_owned()), parse_path)?;
    let cache_tag = known(cache_tag).map(str::to_owned);
    let files =
        known(files).map(|files| files.split(',').map(parse_path).collect()).unwrap_or(Some(Vec::new()))?;
    let implementation = implementation.to_owned();
    let interpreter =
        Interpreter::new(path.to_owned(), executable, implementation, release, magic, cache_tag);
    Some(Answer { interpreter, files, line: answer.to_owned() })
}

fn known(field: &str) -> Option<&str> {
    (field != "-").then_some(field)
}

fn parse_level(level: &str) -> Option<Level> {
    match level {
        "alpha" => Some(Level::Alpha),
        "beta" => Some(Level::Beta),
        "candidate" => Some(Level::Candidate),
        "final" => Some(Level::Final),
        _ => None,
    }
}

/// A path as hexadecimal digits, because it may hold spaces, line ends and bytes that are no text.
fn parse_path(digits: &str) -> Option<PathBuf> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = pairs
        .iter()
        .map(byte)
        .collect::<Option<Vec<u8>>>()
        .filter(|bytes| rest.is_empty() && !bytes.is_empty())?;
    os_string(bytes).map(PathBuf::from)
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

fn last_line(text: &str) -> String {
    excerpt(text.trim_end().lines().next_back().unwrap_or_default())
}

fn excerpt(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: &str) -> Option<Interpreter> {
        Some(parse(Path::new("/nowhere/python"), line)?.interpreter)
    }

    #[test]
    fn an_answer_is_understood() {
        let python =
            answer("pyrepro-python 3 14 0 candidate 2 cpython 3627 cpython-314 2f612062 -\n").unwrap();
        assert_eq!(python.release.to_string(), "3.14.0rc2");
        assert_eq!((python.implementation.as_str(), python.magic), ("cpython", Some(3627)));
        assert_eq!(python.cache_tag.as_deref(), Some("cpython-314"));
        assert_eq!(python.executable, Path::new("/a b"));
    }

    #[test]
    fn what_an_interpreter_does_not_know_may_be_missing() {
        let python = answer("pyrepro-python 2 7 18 final 0 jython - - - -\r\n").unwrap();
        assert_eq!((python.magic, python.cache_tag), (None, None));
        assert_eq!(python.executable, Path::new("/nowhere/python"));
    }

    #[test]
    fn anything_else_is_junk() {
        let good = "pyrepro-python 3 9 1 final 0 cpython 3425 cpython-39 2f 2f6c6962\n";
        assert!(answer(good).is_some());
        for junk in [
            "".to_owned(),
            "\n".to_owned(),
            good.trim_end().to_owned(),
            format!("Welcome\n{good}"),
            format!("{good}{good}"),
            good.replace("3425", "70000"),
            good.replace("final", "gamma"),
            good.replace(" 9 ", " -9 "),
            good.replace(" 2f ", " 2f2 "),
            good.replace(" 2f ", " zz "),
            good.replace(" 2f ", " é "),
            good.replace("6c6962", "6c69622"),
            good.replace("2f6c6962", ","),
            good.replace(" 2f6c6962", ""),
        ] {
            assert!(answer(&junk).is_none(), "{junk:?}");
        }
    }
}
