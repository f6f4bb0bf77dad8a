//! What `pyrepro rebuild` says.

use std::collections::BTreeMap;
use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pyrepro::rebuild::{self, Grade, Progress, RebuildResult, SourceFacts, Subject};

use crate::cli::terminal::{BAD, FAINT, GOOD, Terminal};

/// How many members with differences are listed without `-v`.
const SHOWN: usize = 8;

/// What goes on, for somebody who waits at a terminal.
pub struct Watcher<'a> {
    terminal: &'a Terminal,
    bar: ProgressBar,
}

impl<'a> Watcher<'a> {
    pub fn new(wheels: usize, terminal: &'a Terminal) -> Watcher<'a> {
        // On anything but a terminal indicatif draws nothing by itself.
        let target = match !terminal.reports() && !terminal.is_json() {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(5),
        };
        let bar = ProgressBar::with_draw_target(Some(wheels as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{pos}/{len} wheels, {elapsed}: {wide_msg}") {
            bar.set_style(style);
        }
        Watcher { terminal, bar }
    }

    pub fn progress(&self, progress: Progress<'_>, subject: &Subject) {
        let note = match progress {
            Progress::Downloading(name) => format!("{subject}: downloading {name}"),
            Progress::Attempt(number, strategy) => {
                self.bar.set_message(format!("{subject}: attempt {number}"));
                let strategy = serde_json::to_string(strategy).unwrap_or_default();
                format!("{subject}: attempt {number}: {strategy}")
            }
            Progress::Build(_) => return,
        };
        if self.terminal.is_verbose() {
            self.bar.suspend(|| self.terminal.note(note));
        }
    }

    pub fn done(&self, result: &RebuildResult) {
        if self.terminal.reports() {
            // Somebody who stops reading does not stop the work.
            let _ = self.bar.suspend(|| text(result, self.terminal));
        }
        self.bar.inc(1);
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn text(result: &RebuildResult, terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    let style = if result.grade.is_proof() { GOOD } else { BAD };
    writeln!(out, "{}: {style}{}{style:#}", result.wheel, result.grade)?;
    writeln!(out, "  {}", result.grade.meaning())?;
    if let Some(reason) = &result.reason {
        writeln!(
            out,
            "  {}: {}",
            result.stage.as_deref().unwrap_or("error"),
            reason.replace('\n', "\n    ")
        )?;
    }
    if let Some(source) = &result.source {
        writeln!(out, "  source: {}", described(source))?;
    }
    if terminal.is_verbose() {
        for inference in &result.inference {
            writeln!(out, "  seen: {}; so {}", inference.seen, inference.then)?;
        }
    }
    let shown = if terminal.is_verbose() { usize::MAX } else { SHOWN };
    for difference in result.differences.iter().take(shown) {
        let class = difference.class.name();
        writeln!(out, "  {class}: {}: {}", difference.member, difference.detail)?;
    }
    if let Some(more) = result.differences.len().checked_sub(shown).filter(|more| *more > 0) {
        writeln!(out, "  and {more} more; -v lists them")?;
    }
    if result.grade.is_proof() {
        let limit = match result.source.as_ref().and_then(|source| source.in_place_of.as_ref()) {
            Some(sdist) => format!("A match says that the wheel is made from this commit. It is not made from {sdist}, which lacks files of it."),
            None => "A match says that the wheel is made from this source, not that the source is the repository's.".to_owned(),
        };
        writeln!(out, "  {FAINT}{limit}{FAINT:#}")?;
    }
    let attempts = result.attempts.len();
    writeln!(
        out,
        "  {attempts} {}; {:.1} s",
        if attempts == 1 { "attempt" } else { "attempts" },
        result.seconds
    )?;
    if let Some(strategy) = result.strategy.as_ref().filter(|_| terminal.is_verbose()) {
        writeln!(out, "  again: {}", rebuild::command_of(result, strategy))?;
    }
    Ok(out.flush()?)
}

/// The source in a line: a file by its digest, a repository by its commit.
fn described(source: &SourceFacts) -> String {
    match (&source.commit, &source.url, source.sha256) {
        (Some(commit), Some(url), _) => format!("{url}, commit {commit}"),
        (_, _, Some(digest)) => format!("{}, sha256 {digest}", source.name),
        _ => source.name.clone(),
    }
}

pub fn summary(results: &[RebuildResult], terminal: &Terminal) -> anyhow::Result<()> {
    let mut counts: BTreeMap<Grade, usize> = BTreeMap::new();
    for result in results {
        *counts.entry(result.grade).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(grade, count)| format!("{count} {grade}")).collect();
    let mut out = terminal.out();
    writeln!(out, "{} wheels: {}", results.len(), counts.join(", "))?;
    Ok(out.flush()?)
}
