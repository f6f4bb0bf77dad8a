//! What happens on Ctrl-C: work that has begun is finished, so that nothing is left half done.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a shell takes for the end by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// From now on the first Ctrl-C or SIGTERM sets the flag, and the second ends the program at once.
pub fn flag() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order, or the first would find the flag set.
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}
