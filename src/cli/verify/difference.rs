//! How an artifact differs from the rebuilt one, in a few lines: for each member the first thing.

use std::io::{self, Write};

use pyrepro::diff::{Body, Fact, Member, Report, Section, Status};
use pyrepro::verify::{Evidence, Finding, Outcome};

use crate::cli::diff::text::{by_fact, grouped};
use crate::cli::terminal::{BAD, FAINT, WARNING};

/// How many members are told of, and how many facts of containers.
const MEMBERS: usize = 6;
const FACTS: usize = 6;
/// How long a value may be.
const WIDTH: usize = 60;

/// Tells of the gravest first, and where the rest is found.
pub fn brief(out: &mut impl Write, report: &Report, outcome: &Outcome) -> io::Result<()> {
    // It tells of the same.
    let notes = report.notes.iter().filter(|_| outcome.damage.is_none());
    for note in notes {
        writeln!(out, "  {WARNING}{}{WARNING:#}", note.trim_start_matches("B: "))?;
    }
    let mut own: Vec<&Member> = report.members.iter().filter(|member| is_own(member)).collect();
    own.sort_by_key(|member| gravity(member.status));
    for member in own.iter().take(MEMBERS) {
        let words = words(member, &outcome.members);
        let detail = detail(member).map(|detail| format!(": {detail}")).unwrap_or_default();
        let path = member.path_b.as_ref().unwrap_or(&member.path);
        writeln!(out, "  {path}: {BAD}{words}{BAD:#}{FAINT}{detail}{FAINT:#}")?;
    }
    let facts = container(report);
    for fact in facts.iter().take(FACTS) {
        writeln!(out, "  {fact}")?;
    }
    let left = own.len().saturating_sub(MEMBERS) + facts.len().saturating_sub(FACTS);
    let more = if left > 0 { format!("{} more; ", grouped(left as u64)) } else { String::new() };
    writeln!(out, "  {FAINT}{more}-v shows all of it, --html FILE writes a page{FAINT:#}")
}

/// Whether a member is told of by itself, and not only what its container says of it.
fn is_own(member: &Member) -> bool {
    match member.status {
        Status::Equal => false,
        Status::Container => !member.sections.is_empty(),
        _ => true,
    }
}

fn gravity(status: Status) -> u8 {
    match status {
        Status::Content => 0,
        Status::OnlyA | Status::OnlyB => 1,
        Status::Renamed => 2,
        Status::Meaning => 3,
        Status::Container | Status::Equal => 4,
    }
}

fn words(member: &Member, evidence: &[Evidence]) -> &'static str {
    let path = member.path_b.as_ref().unwrap_or(&member.path);
    let known = evidence.iter().find(|evidence| evidence.path == *path && evidence.finding != Finding::Same);
    match (known, member.status) {
        (_, Status::OnlyA) => Finding::Missing.words(),
        (_, Status::OnlyB) => Finding::Added.words(),
        (_, Status::Renamed) => "has another path",
        (Some(evidence), Status::Content | Status::Meaning) if evidence.finding != Finding::Added => {
            evidence.finding.words()
        }
        (_, Status::Meaning) => Finding::OtherMarshal.words(),
        _ => Finding::OtherContent.words(),
    }
}

/// The first thing that differs in a member, and not only in its header.
fn detail(member: &Member) -> Option<String> {
    if member.status == Status::Renamed {
        return Some(format!("it is {} in the rebuilt one", member.path));
    }
    let told = |section: &&Section| first(section).is_some();
    let mut sections = member.sections.iter().filter(told);
    let inside = sections.clone().find(|section| !matches!(&section.title[..], "header" | "verdict"));
    inside.or_else(|| sections.next()).and_then(first).or_else(|| member.facts.first().map(spelt))
}

fn first(section: &Section) -> Option<String> {
    let inside = match &section.body {
        Body::Fields(facts) => spelt(facts.first()?),
        Body::Notes(notes) => return notes.first().cloned(),
        Body::Lines(lines) => {
            let all = || lines.hunks.iter().flat_map(|hunk| &hunk.lines);
            let of = |sign: char| all().find(|(found, _)| *found == sign).map(|(_, line)| short(line.trim()));
            match (of('-'), of('+')) {
                (Some(a), Some(b)) => format!("{a} → {b}"),
                (Some(a), None) => format!("without {a}"),
                (None, Some(b)) => format!("with {b}"),
                (None, None) => return None,
            }
        }
    };
    Some(match &section.title[..] {
        "lines" | "fields" | "rows" => inside,
        title => format!("{title}: {inside}"),
    })
}

/// What the containers say: of the archive, then of members, each fact once with those that it is so for.
fn container(report: &Report) -> Vec<String> {
    let mut told: Vec<String> = report.facts.iter().map(|fact| format!("archive: {}", spelt(fact))).collect();
    let members: Vec<&Member> =
        report.members.iter().filter(|member| !is_own(member) && !member.facts.is_empty()).collect();
    for (name, values) in by_fact(&members) {
        // That follows from another method or another compressor, which is told.
        if name == "compressed size" {
            continue;
        }
        let among: usize = values.iter().map(|(_, paths)| paths.len()).sum();
        let (fact, paths) = &values[0];
        let whose = match among {
            1 => paths[0].to_owned(),
            all if all == report.members.len() => format!("all {} members", grouped(all as u64)),
            some => format!("{} and {} more", paths[0], grouped(some as u64 - 1)),
        };
        told.push(format!("{whose}: {}", spelt(fact)));
    }
    told
}

fn spelt(fact: &Fact) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), short);
    format!("{} {} → {}", fact.name, value(&fact.a), value(&fact.b))
}

/// A value on one line, cut if it is long.
fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
