//! What `pyrepro verify ARTIFACT` tells people: first whether the artifact is the same, then how it differs,
//! then what else was noticed.

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use pyrepro::Verdict;
use pyrepro::verify::{Finding, InputDifference, Outcome};

use super::difference;
use crate::cli::diff::text;
use crate::cli::terminal::{BAD, FAINT, GOOD, Terminal};

/// How many inputs that differ alike are named.
const NAMED: usize = 3;

pub fn tell(outcome: &Outcome, artifact: &Path, start: Instant, terminal: &Terminal) -> anyhow::Result<()> {
    let mut out = terminal.out();
    if terminal.reports() {
        verdict(&mut out, outcome, artifact)?;
    }
    if let Some(damage) = &outcome.damage {
        writeln!(out, "  {BAD}{damage}{BAD:#}")?;
    }
    match &outcome.difference {
        Some(report) if terminal.is_verbose() => text::write(&mut out, report, terminal.width())?,
        Some(report) => difference::brief(&mut out, report, outcome)?,
        None => members(&mut out, outcome)?,
    }
    for claim in &outcome.claims {
        let (field, recorded, found) = (&claim.field, &claim.recorded, &claim.found);
        writeln!(out, "  manifest: {field}: {BAD}{recorded}, but it is {found}{BAD:#}")?;
    }
    for notice in notices(outcome, terminal.is_verbose()) {
        writeln!(out, "noticed: {notice}")?;
    }
    if terminal.reports() {
        summary(&mut out, outcome, start)?;
    }
    Ok(out.flush()?)
}

fn verdict(out: &mut impl Write, outcome: &Outcome, artifact: &Path) -> io::Result<()> {
    let Outcome { verdict, reason, .. } = outcome;
    let style = if *verdict == Verdict::Identical { GOOD } else { BAD };
    let is_same = outcome.rebuilt.is_some() && outcome.difference.is_none();
    let words = match verdict {
        Verdict::Differs if is_same && outcome.claims.iter().any(|claim| claim.field != "artifact.name") => {
            "bit for bit what its source gives, but not what its manifest says"
        }
        Verdict::Container if is_same => "bit for bit the same, under another name",
        other => other.words(),
    };
    // A reason can be what a program has said, over several lines.
    let mut reason = reason.iter().flat_map(|reason| reason.lines());
    let first = reason.next().map(|line| format!(": {line}")).unwrap_or_default();
    writeln!(out, "{}: {style}{words}{style:#}{first}", artifact.display())?;
    reason.try_for_each(|line| {
        let indent = if line.starts_with("  ") { "" } else { "  " };
        writeln!(out, "{indent}{line}")
    })
}

/// The members that are not as the manifest has them, where nothing was rebuilt.
fn members(out: &mut impl Write, outcome: &Outcome) -> io::Result<()> {
    for evidence in outcome.members.iter().filter(|evidence| evidence.finding != Finding::Same) {
        let detail = match (&evidence.expected, &evidence.found) {
            (Some(expected), Some(found)) => format!(": {found}, and not {expected}"),
            _ => String::new(),
        };
        let (path, words) = (&evidence.path, evidence.finding.words());
        writeln!(out, "  {path}: {BAD}{words}{BAD:#}{FAINT}{detail}{FAINT:#}")?;
    }
    Ok(())
}

/// What has no part in the verdict: how the build was made, and other inputs than the recorded ones.
fn notices(outcome: &Outcome, whole: bool) -> Vec<String> {
    let mut notices = Vec::new();
    for difference in InputDifference::ALL {
        let alike: Vec<String> = outcome
            .inputs
            .iter()
            .filter(|input| input.difference == difference)
            .map(|input| format!("{} {}", input.role.name(), input.path))
            .collect();
        let named = if whole { alike.len() } else { NAMED.min(alike.len()) };
        if !alike.is_empty() {
            let more = match alike.len() - named {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            notices.push(format!(
                "{}{more} {}",
                alike[..named].join(", "),
                difference.words(alike.len() > 1)
            ));
        }
    }
    notices.extend(outcome.notes.iter().cloned());
    notices
}

fn summary(out: &mut impl Write, outcome: &Outcome, start: Instant) -> io::Result<()> {
    let rebuilt = outcome.rebuilt.as_ref();
    let by = rebuilt.and_then(|rebuilt| rebuilt.backend.as_ref());
    let by = by.map(|backend| format!(" by {}", backend.name)).unwrap_or_default();
    let with = match rebuilt.map(|rebuilt| &rebuilt.targets[..]) {
        None => "not built again".to_owned(),
        Some([]) => format!("built again{by} without bytecode"),
        Some([target, ..]) => format!("built again{by} with Python {}", target.version),
    };
    let digest = if outcome.as_recorded { "matches" } else { "does not match" };
    let (members, time) = (outcome.members.len(), start.elapsed().as_secs_f64());
    writeln!(out, "{FAINT}digest {digest} the manifest, {members} members, {with}; {time:.2} s{FAINT:#}")
}
