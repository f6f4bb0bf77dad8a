//! A progress bar on standard error, where that is a terminal and reports are wanted.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;

/// A progress bar, which is taken away when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many files that something is done with: `Normalizing`, say.
    pub fn new(terminal: &Terminal, doing: &'static str, files: usize) -> Progress {
        // On anything but a terminal indicatif draws nothing by itself.
        let target = if terminal.reports() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(files as u64), target).with_message(doing);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} files, {eta} left") {
            bar.set_style(style);
        }
        Progress(bar)
    }

    /// One more is done. Any thread may say so.
    pub fn advance(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
