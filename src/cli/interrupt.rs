//! What happens on Ctrl-C and its like: work that has begun is finished or taken back, so that nothing is left
//! half done.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, ensure};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a shell takes for the end by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// From now on the first Ctrl-C, SIGTERM or SIGHUP sets the flag, and the second ends the program at once. SIGHUP
/// stays ignored if it was when the program was started, as `nohup` has it.
pub fn flag() -> anyhow::Result<Arc<AtomicBool>> {
    register().context("cannot prepare for Ctrl-C")
}

fn register() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in platform::ending(&[SIGINT, SIGTERM]) {
        // In this order, or the first would find the flag set.
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Does something that is quick and must not be ended in the middle: Ctrl-C comes after it.
pub fn hold<R>(write: impl FnOnce() -> anyhow::Result<R>) -> anyhow::Result<R> {
    let stop = flag()?;
    let result = write()?;
    ensure!(!stop.load(Ordering::Relaxed), "interrupted, when all was written");
    Ok(result)
}

/// Makes a file that may become no longer an error of writing, in place of the end of the program.
pub fn survive_file_limits() -> io::Result<()> {
    platform::survive_file_limits()
}

#[cfg(unix)]
mod platform {
    use std::fs;
    use std::io;
    use std::sync::Arc;

    use signal_hook::consts::{SIGHUP, SIGXFSZ};
    use signal_hook::flag;

    /// These signals, and SIGHUP unless it is ignored.
    pub fn ending(signals: &[i32]) -> Vec<i32> {
        // Where it is not known whether `nohup` was there, SIGHUP does what it does by itself.
        let is_heard = ignored().is_some_and(|ignored| ignored >> (SIGHUP - 1) & 1 == 0);
        signals.iter().copied().chain(is_heard.then_some(SIGHUP)).collect()
    }

    /// The signals that this process was started to ignore, a bit for each, where the system tells.
    fn ignored() -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    }

    pub fn survive_file_limits() -> io::Result<()> {
        flag::register(SIGXFSZ, Arc::default()).map(drop)
    }
}

#[cfg(not(unix))]
mod platform {
    pub fn ending(signals: &[i32]) -> Vec<i32> {
        signals.to_vec()
    }

    pub fn survive_file_limits() -> std::io::Result<()> {
        Ok(())
    }
}
