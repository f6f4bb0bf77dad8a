//! What `pyrepro rebuild` says.

use std::collections::BTreeMap;
use std::io::Write;

use pyrepro::rebuild::{Grade, Progress, RebuildResult, Subject};

use super::repeat;
use crate::cli::terminal::{BAD, FAINT, GOOD, Terminal};

/// How many members with differences are listed without `-v`.
const SHOWN: usize = 8;

pub fn progress(progress: Progress<'_>, subject: &Subject, terminal: &Terminal) {
    if !terminal.is_verbose() {
        return;
    }
    match progress {
        Progress::Downloading(name) => terminal.note(format_args!("{subject}: downloading {name}")),
        Progress::Attempt(number, strategy) => {
            let strategy = serde_json::to_string(strategy).unwrap_or_default();
            terminal.note(format_args!("{subject}: attempt {number}: {strategy}"));
        }
        Progress::Build(_) => {}
    }
}

pub fn text(result: &RebuildResult, terminal: &Terminal) -> anyhow::Result<()> {
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
        let digest = source.sha256.map(|digest| format!(", sha256 {digest}")).unwrap_or_default();
        writeln!(out, "  source: {}{digest}", source.name)?;
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
        writeln!(
            out,
            "  {FAINT}A match says that the wheel is made from this source, not that the source is the repository's.{FAINT:#}"
        )?;
    }
    let attempts = result.attempts.len();
    writeln!(
        out,
        "  {attempts} {}; {:.1} s",
        if attempts == 1 { "attempt" } else { "attempts" },
        result.seconds
    )?;
    if let Some(command) = repeat(result).filter(|_| terminal.is_verbose()) {
        writeln!(out, "  again: {}", command.to_string_lossy())?;
    }
    Ok(out.flush()?)
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
