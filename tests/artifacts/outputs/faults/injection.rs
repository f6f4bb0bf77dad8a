//! Calls that fail: which, with what error, and how they are made to.
//!
//! Two ways, since neither reaches all: `fault.c` is loaded before the C library and counts over all threads, so
//! that each single call can be chosen. strace reaches calls that go past the C library, such as those of rustix and
//! of the C library itself, and counts in each thread by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use super::case::{Case, command};
use super::known::Copy;
use crate::common::app::stdout_of;

const EINTR: i32 = 4;
const EIO: i32 = 5;
const EAGAIN: i32 = 11;
const ENOMEM: i32 = 12;
const EACCES: i32 = 13;
const EMFILE: i32 = 24;
const ENOSPC: i32 = 28;
const EDQUOT: i32 = 122;

/// What files and folders can come to.
const ALL: &[i32] = &[ENOSPC, EIO, EINTR, EMFILE, EACCES, EDQUOT];

/// Calls of the C library, and with what they fail.
const CALLS: &[(&str, &[i32])] = &[
    ("write", ALL),
    ("open", ALL),
    ("rename", ALL),
    ("fsync", ALL),
    ("close", &[EIO, ENOSPC, EDQUOT, EINTR]),
    ("link", ALL),
    ("unlink", &[EACCES, EIO, EINTR]),
    ("chmod", ALL),
    ("utimens", ALL),
    ("read", &[EIO, EINTR]),
    ("readdir", &[EIO]),
    ("thread", &[EAGAIN]),
    ("pipe", &[EMFILE]),
    ("mkdir", ALL),
    ("dup", &[EMFILE]),
    ("spawn", &[EAGAIN, ENOMEM]),
    ("seek", &[EIO]),
    ("truncate", &[EIO, ENOSPC]),
];

/// Calls of the system, past the C library.
const RAW_CALLS: &[(&str, &[i32])] = &[
    ("openat", ALL),
    ("statx", &[EIO, EACCES]),
    ("newfstatat", &[EIO, EACCES]),
    ("fstat", &[EIO]),
    ("readlink", &[EIO]),
    ("read", &[EIO, EINTR]),
    ("pread64", &[EIO, EINTR]),
    ("write", &[ENOSPC, EIO, EINTR, EDQUOT]),
    ("copy_file_range", &[ENOSPC, EIO, EINTR, EDQUOT]),
    ("sendfile", &[ENOSPC, EIO, EINTR]),
    ("rename", &[EACCES, EIO, ENOSPC, EDQUOT]),
    ("renameat", &[EACCES, EIO, ENOSPC, EDQUOT]),
    ("renameat2", &[EACCES, EIO, ENOSPC, EDQUOT]),
    ("fsync", &[EIO, ENOSPC, EDQUOT, EINTR]),
    ("close", &[EIO, EINTR]),
    ("linkat", &[EACCES, EIO, ENOSPC, EDQUOT]),
    ("unlink", &[EACCES, EIO]),
    ("unlinkat", &[EACCES, EIO]),
    ("fchmod", &[EACCES, EIO]),
    ("utimensat", &[EACCES, EIO]),
    ("mkdir", ALL),
    ("getdents64", &[EIO, EINTR]),
    ("flock", &[EIO, EINTR]),
    ("lseek", &[EIO]),
    ("ftruncate", &[EIO, ENOSPC]),
    ("mmap", &[ENOMEM]),
    ("mprotect", &[ENOMEM]),
    ("pipe2", &[EMFILE]),
    ("clone3", &[EAGAIN, ENOMEM]),
    ("socketpair", &[EMFILE]),
    ("poll", &[EINTR]),
    ("getcwd", &[EACCES]),
    ("fcntl", &[EMFILE]),
];

/// The library, built by the C compiler that Rust links with.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fault.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/artifacts/outputs/faults/fault.c");
    stdout_of(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&place).arg(source).arg("-ldl"));
    place
});

/// A call that is made to fail.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub call: &'static str,
    errno: i32,
    when: usize,
    /// Whether all later ones fail, too.
    pub sticks: bool,
    raw: bool,
}

impl Fault {
    /// The command, in which this call fails.
    pub fn inject(&self, mut command: Command) -> Command {
        if !self.raw {
            command.env("LD_PRELOAD", &*LIBRARY).env("FAULT_CALL", self.call);
            command.env("FAULT_WHEN", self.when.to_string()).env("FAULT_ERRNO", self.errno.to_string());
            if self.sticks {
                command.env("FAULT_STICKS", "1");
            }
            return command;
        }
        let Fault { call, errno, when, .. } = self;
        traced(
            &command,
            call,
            Path::new("/dev/null"),
            &["-e", &format!("inject={call}:error={errno}:when={when}")],
        )
    }

    /// The system's word for the error.
    pub fn cause(&self) -> String {
        words_for(self.errno)
    }

    /// Whether the error is told.
    pub fn is_told(&self, text: &str) -> bool {
        // The C library says of any want of memory that a thread cannot be started now, and Rust's, where it
        // cannot look at a folder, only that it cannot be made anew.
        text.contains(&self.cause())
            || self.errno == ENOMEM && text.contains(&words_for(EAGAIN))
            || self.is_raw("statx") && text.contains("File exists")
    }

    /// Whether this call of the system fails in each thread.
    pub fn is_raw(&self, call: &str) -> bool {
        self.raw && self.call == call
    }

    /// Whether it is a file or folder that cannot be read.
    pub fn is_of_reading(&self) -> bool {
        !self.raw && self.errno == EIO && matches!(self.call, "open" | "read" | "readdir")
    }

    /// Whether what cannot be removed or found is left.
    pub fn keeps_leftovers(&self) -> bool {
        self.sticks || matches!(self.call, "unlink" | "unlinkat" | "readdir" | "getdents64" | "rmdir")
    }

    /// Whether a program can do nothing but end: where there is no memory.
    pub fn may_kill(&self) -> bool {
        self.errno == ENOMEM
    }

    /// Whether the system's loader could not even start the program.
    pub fn is_before_start(&self, output: &Output) -> bool {
        self.raw && output.status.code() == Some(127)
    }
}

fn words_for(errno: i32) -> String {
    let words = std::io::Error::from_raw_os_error(errno).to_string();
    words.split(" (os error").next().unwrap_or_default().to_owned()
}

/// All faults of a case, of which each kind is met at most so often.
pub fn faults(case: &Case, world: &Path, most: usize) -> Vec<Fault> {
    let mut faults = chosen(CALLS, &counts(case, world), most, false);
    // Programs that it starts would be traced, too, and fail in their own ways.
    if !case.starts {
        faults.extend(chosen(RAW_CALLS, &raw_counts(case, world), most, true));
    }
    faults
}

fn chosen(
    calls: &[(&'static str, &[i32])],
    counts: &BTreeMap<String, usize>,
    most: usize,
    raw: bool,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for &(call, numbers) in calls {
        let count = counts.get(call).copied().unwrap_or_default();
        let step = count.div_ceil(most).max(1);
        for &errno in numbers {
            let one = |when| Fault { call, errno, when, sticks: false, raw };
            faults.extend((1..=count).step_by(step).map(one));
            if !raw && (errno == ENOSPC || errno == EDQUOT) {
                // A disk that is full stays full.
                let all = |when| Fault { call, errno, when, sticks: true, raw };
                faults.extend((1..=count).step_by(step * 4).map(all));
            }
        }
    }
    faults
}

/// How often a case calls what of the C library.
fn counts(case: &Case, world: &Path) -> BTreeMap<String, usize> {
    let copy = Copy::of(world);
    let counts = tempfile::NamedTempFile::new().expect("a file");
    let mut command = command(copy.path(), case.arguments);
    command.env("LD_PRELOAD", &*LIBRARY).env("FAULT_COUNTS", counts.path());
    let output = command.output().expect("a run");
    assert_eq!(output.status.code(), Some(case.code), "{:?}: {output:?}", case.arguments);
    let count = |line: &str| {
        let (name, count) = line.split_once(' ').expect("a count");
        (name.to_owned(), count.parse().expect("a number"))
    };
    fs::read_to_string(counts.path()).expect("counts").lines().map(count).collect()
}

/// How often a thread of a case calls what of the system, at most.
fn raw_counts(case: &Case, world: &Path) -> BTreeMap<String, usize> {
    let copy = Copy::of(world);
    let names: Vec<&str> = RAW_CALLS.iter().map(|(name, _)| *name).collect();
    let log = tempfile::NamedTempFile::new().expect("a file");
    let output = traced(&command(copy.path(), case.arguments), &names.join(","), log.path(), &[]).output();
    let output = output.expect("strace");
    assert_eq!(output.status.code(), Some(case.code), "{:?}: {output:?}", case.arguments);
    let mut by_thread: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let text = fs::read_to_string(log.path()).expect("a log");
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        *by_thread.entry((thread, call)).or_default() += 1;
    }
    let mut most = BTreeMap::new();
    for ((_, call), count) in by_thread {
        let known: &mut usize = most.entry(call.to_owned()).or_default();
        *known = count.max(*known);
    }
    most
}

/// The command below strace, with its folder and environment.
fn traced(command: &Command, calls: &str, log: &Path, more: &[&str]) -> Command {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "--seccomp-bpf", "-e", &format!("trace={calls}"), "-e", "signal=none"]);
    traced.args(more).arg("-o").arg(log).arg(command.get_program()).args(command.get_args());
    traced.current_dir(command.get_current_dir().expect("a folder")).stdin(std::process::Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced
}
