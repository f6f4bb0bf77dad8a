//! What a build is doing, on one line of a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::printable::message;
use crate::cli::terminal::Terminal;

/// How long a line stands before it moves, so that one sees that the program is alive.
const TICK: Duration = Duration::from_millis(120);

/// The line. It is drawn on a terminal only, and taken away when this is dropped.
pub struct Status(ProgressBar);

impl Status {
    /// A line that says nothing yet. Where more is wanted, each step is a line of its own instead.
    pub fn new(terminal: &Terminal) -> Status {
        // On anything but a terminal indicatif draws nothing by itself.
        let target = match terminal.reports() && !terminal.is_verbose() {
            true => ProgressDrawTarget::stderr_with_hz(10),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        Status(bar)
    }

    /// Says what is being done now.
    pub fn tell(&self, what: &str) {
        self.0.set_message(message(format_args!("{what}")).to_string());
        if !self.0.is_hidden() {
            self.0.enable_steady_tick(TICK);
        }
    }

    /// Does something that writes to the terminal itself.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.suspend(work)
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
