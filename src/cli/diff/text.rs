//! A comparison as text, for people.

use std::collections::HashMap;
use std::io::{self, Write};

use pyrepro::diff::{Body, Fact, Hunk, Member, Report, Section, Side, Status, Summary};

use super::super::printable::Style;
use super::super::terminal::{BAD, FAINT, GOOD, PLACE, PLAIN, STRONG, WARNING};

/// How many paths of members that differ alike are named.
const NAMED: usize = 4;
/// A fact with more values than that is told by an example.
const SPELT_OUT: usize = 3;
/// Values that are together longer stand one below the other.
const BESIDE: usize = 72;

/// Writes it all, with lines no longer than the terminal is wide.
pub fn write(out: &mut impl Write, report: &Report, width: Option<usize>) -> io::Result<()> {
    let mut page = Page { out, width: width.unwrap_or(usize::MAX) };
    page.side('A', &report.a)?;
    page.side('B', &report.b)?;
    page.summary(report)?;
    for note in &report.notes {
        page.styled(WARNING, &format!("! {note}"))?;
    }
    if !report.facts.is_empty() {
        page.heading("container", "")?;
        page.facts(&report.facts)?;
    }
    page.alone(&report.members, Status::OnlyA, "only in A")?;
    page.alone(&report.members, Status::OnlyB, "only in B")?;
    page.alike(report)?;
    report.members.iter().filter(|member| has_details(member)).try_for_each(|member| page.member(member))
}

/// Whether a member is told of by itself.
fn has_details(member: &Member) -> bool {
    match member.status {
        Status::Content | Status::Meaning | Status::Renamed => true,
        Status::Container => !member.sections.is_empty(),
        _ => false,
    }
}

struct Page<'a, W> {
    out: &'a mut W,
    width: usize,
}

impl<W: Write> Page<'_, W> {
    /// A line in a style, cut where the terminal ends.
    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        let text = printable(text);
        let text = if text.chars().count() > self.width {
            text.chars().take(self.width.saturating_sub(1)).chain(['…']).collect()
        } else {
            text
        };
        writeln!(self.out, "{style}{text}{style:#}")
    }

    fn side(&mut self, letter: char, side: &Side) -> io::Result<()> {
        let size = side.size.map(|size| format!(", {} bytes", grouped(size))).unwrap_or_default();
        let digest = side.sha256.as_ref().map(|digest| format!(", sha256 {digest}")).unwrap_or_default();
        let Side { name, kind, .. } = side;
        writeln!(self.out, "{STRONG}{letter}{STRONG:#}  {name}  {FAINT}{kind}{size}{digest}{FAINT:#}")
    }

    fn summary(&mut self, report: &Report) -> io::Result<()> {
        let style = if report.equal { GOOD } else { BAD };
        let words = report.verdict.words();
        let counts = counts(&report.summary);
        let colon = if counts.is_empty() { "" } else { ": " };
        writeln!(self.out, "{style}{words}{style:#}{colon}{counts}")
    }

    fn heading(&mut self, name: &str, rest: &str) -> io::Result<()> {
        let space = if rest.is_empty() { "" } else { "  " };
        writeln!(self.out)?;
        writeln!(self.out, "{STRONG}{name}{STRONG:#}{space}{FAINT}{rest}{FAINT:#}")
    }

    fn alone(&mut self, members: &[Member], status: Status, words: &str) -> io::Result<()> {
        let alone: Vec<&Member> = members.iter().filter(|member| member.status == status).collect();
        if alone.is_empty() {
            return Ok(());
        }
        self.heading(words, "")?;
        let style = if status == Status::OnlyA { BAD } else { GOOD };
        for member in alone {
            let size = member.sizes.iter().flatten().next().copied().unwrap_or_default();
            self.styled(style, &format!("  {}  {}, {} bytes", member.path, member.kind, grouped(size)))?;
            member.sections.iter().try_for_each(|section| self.section(section))?;
        }
        Ok(())
    }

    /// The members of which only the container says something else: fact by fact, with those that it is so for.
    fn alike(&mut self, report: &Report) -> io::Result<()> {
        let only = |member: &&Member| member.status == Status::Container && !has_details(member);
        let members: Vec<&Member> = report.members.iter().filter(only).collect();
        if members.is_empty() {
            return Ok(());
        }
        let count = grouped(members.len() as u64);
        self.heading(
            "same content",
            &format!("{count} member{}", if members.len() == 1 { "" } else { "s" }),
        )?;
        for (_, values) in by_fact(&members) {
            if values.len() > SPELT_OUT {
                let among: usize = values.iter().map(|(_, paths)| paths.len()).sum();
                let (fact, paths) = &values[0];
                let such = format!("{}, and others in {} more", paths[0], grouped(among as u64 - 1));
                self.fact(fact, 0)?;
                self.styled(FAINT, &format!("      {such}"))?;
                continue;
            }
            for (fact, paths) in values {
                self.fact(fact, 0)?;
                let named = match paths.len() == members.len() && paths.len() > 1 {
                    true => format!("all {}", grouped(paths.len() as u64)),
                    false => some(&paths),
                };
                self.styled(FAINT, &format!("      {named}"))?;
            }
        }
        Ok(())
    }

    fn member(&mut self, member: &Member) -> io::Result<()> {
        let name = match &member.path_b {
            Some(other) => format!("{} → {other}", member.path),
            None => member.path.clone(),
        };
        let words = match member.status {
            Status::Renamed => "renamed, same content",
            Status::Meaning => "same meaning",
            Status::Container => "same content inside",
            _ => "content differs",
        };
        let sizes = match member.sizes {
            [Some(a), Some(b)] if a != b => format!(", {} → {} bytes", grouped(a), grouped(b)),
            [Some(a), _] => format!(", {} bytes", grouped(a)),
            _ => String::new(),
        };
        self.heading(&name, &format!("{words}, {}{sizes}", member.kind))?;
        self.facts(&member.facts)?;
        member.sections.iter().try_for_each(|section| self.section(section))
    }

    fn section(&mut self, section: &Section) -> io::Result<()> {
        match &section.body {
            Body::Notes(notes) => notes.iter().try_for_each(|note| self.styled(FAINT, &format!("  {note}"))),
            Body::Fields(facts) => {
                self.styled(PLACE, &format!("  {}", section.title))?;
                self.facts(facts)
            }
            Body::Lines(lines) => {
                if section.title != "lines" {
                    self.styled(PLACE, &format!("  {}", section.title))?;
                }
                lines.hunks.iter().try_for_each(|hunk| self.hunk(hunk, lines.numbered))?;
                match lines.left_out {
                    0 => Ok(()),
                    more => {
                        self.styled(FAINT, &format!("  {} more lines are left out", grouped(more as u64)))
                    }
                }
            }
        }
    }

    fn hunk(&mut self, hunk: &Hunk, numbered: bool) -> io::Result<()> {
        if numbered {
            self.styled(PLACE, &format!("  {}", hunk.header()))?;
        }
        for (place, (sign, line)) in hunk.lines.iter().enumerate() {
            let style = match sign {
                '-' => BAD,
                '+' => GOOD,
                '\\' => FAINT,
                _ => PLAIN,
            };
            let other = hunk.other.get(&place).map(|other| format!("  → {}", other.trim_start()));
            self.styled(style, &format!("  {sign}{line}{}", other.unwrap_or_default()))?;
        }
        Ok(())
    }

    fn facts(&mut self, facts: &[Fact]) -> io::Result<()> {
        let widest = facts.iter().map(|fact| fact.name.chars().count()).filter(|&width| width <= 30).max();
        let widest = widest.unwrap_or_default();
        facts.iter().try_for_each(|fact| self.fact(fact, widest))
    }

    fn fact(&mut self, fact: &Fact, widest: usize) -> io::Result<()> {
        let name = printable(&fact.name);
        match (&fact.a, &fact.b) {
            (Some(a), Some(b))
                if short(a, b) && name.chars().count() + a.len() + b.len() + 8 <= self.width =>
            {
                let (a, b) = (printable(a), printable(b));
                writeln!(self.out, "    {name:widest$}  {BAD}{a}{BAD:#} → {GOOD}{b}{GOOD:#}")
            }
            (a, b) => {
                writeln!(self.out, "    {name}")?;
                for (sign, style, value) in [('-', BAD, a), ('+', GOOD, b)] {
                    for line in value.iter().flat_map(|value| value.lines()) {
                        self.styled(style, &format!("      {sign} {line}"))?;
                    }
                }
                Ok(())
            }
        }
    }
}

type ByValue<'a> = Vec<(&'a Fact, Vec<&'a str>)>;

/// The facts of members by name and then by value, each with the members that it is said of.
pub fn by_fact<'a>(members: &[&'a Member]) -> Vec<(&'a str, ByValue<'a>)> {
    let mut names: Vec<(&str, ByValue)> = Vec::new();
    let mut places: HashMap<(&str, &Option<String>, &Option<String>), usize> = HashMap::new();
    for member in members {
        for fact in &member.facts {
            let known = names.iter().position(|(name, _)| *name == fact.name);
            let of_name = known.unwrap_or_else(|| {
                names.push((&fact.name, Vec::new()));
                names.len() - 1
            });
            let of_name = &mut names[of_name].1;
            let place = *places.entry((&fact.name, &fact.a, &fact.b)).or_insert_with(|| {
                of_name.push((fact, Vec::new()));
                of_name.len() - 1
            });
            of_name[place].1.push(&member.path);
        }
    }
    names
}

/// The first paths, and how many more there are.
fn some(paths: &[&str]) -> String {
    let named = paths[..paths.len().min(NAMED)].join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {} more", grouped(more as u64)),
    }
}

fn short(a: &str, b: &str) -> bool {
    a.len() + b.len() <= BESIDE && !a.contains('\n') && !b.contains('\n')
}

fn counts(summary: &Summary) -> String {
    let counts = [
        (summary.content, "with other content"),
        (summary.meaning, "with the same meaning"),
        (summary.only_a, "only in A"),
        (summary.only_b, "only in B"),
        (summary.renamed, "renamed"),
        (summary.container, "with the same content, packed otherwise"),
        (summary.equal, "equal"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    told.map(|(count, words)| format!("{} {words}", grouped(*count as u64))).collect::<Vec<_>>().join(", ")
}

/// A number with commas, as in 1,500.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same text with blanks for tabs, so that its width is known.
fn printable(text: &str) -> String {
    crate::cli::printable::printable(text).replace('\t', "    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
