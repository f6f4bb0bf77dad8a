//! What a program in the sandbox takes of the machine, looked at now and then: limits of the system hold for
//! a process or a user, and root has none.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(250);

/// How much less room there may be on the disk than at the start, and how much has to be left.
const DISK: u64 = 8 << 30;
const DISK_LEFT: u64 = 128 << 20;

/// How many more processes there may be on the machine than at the start.
const PROCESSES: usize = 1500;

/// Watches over one run of a program.
pub struct Watchdog {
    folder: PathBuf,
    room: Option<u64>,
    processes: usize,
    next: Instant,
}

impl Watchdog {
    /// Begins to watch a program that writes to this folder.
    pub fn new(folder: &Path) -> Watchdog {
        Watchdog {
            folder: folder.to_owned(),
            room: room(folder),
            processes: processes(),
            next: Instant::now() + PERIOD,
        }
    }

    /// What the program has taken too much of, if it has.
    pub fn bites(&mut self) -> Option<&'static str> {
        if Instant::now() < self.next {
            return None;
        }
        self.next = Instant::now() + PERIOD;
        let room = room(&self.folder);
        if let (Some(before), Some(now)) = (self.room, room)
            && (before.saturating_sub(now) > DISK || now < DISK_LEFT && now < before)
        {
            return Some("disk space");
        }
        (processes() > self.processes + PROCESSES).then_some("processes")
    }
}

#[cfg(unix)]
fn room(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<u64> {
    None
}

/// How many processes there are, where the system lists them.
fn processes() -> usize {
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(is_number)).count()
}
