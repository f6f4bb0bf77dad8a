//! What is in an archive, as text.

use std::io::{self, Write};

use pyrepro::inspect::{Archive, Member, RecordCheck};

use crate::cli::terminal::{BAD, FAINT, GOOD};

pub fn show(out: &mut impl Write, archive: &Archive, width: Option<usize>) -> io::Result<()> {
    write!(out, "  {}, {} bytes, {} members", archive.format, archive.size, archive.members.len())?;
    match &archive.shebang {
        Some(shebang) => writeln!(out, ", run by {}", printable(shebang))?,
        None => writeln!(out)?,
    }
    for check in &archive.records {
        record(out, check)?;
    }
    archive.members.iter().try_for_each(|found| member(out, found, width))
}

fn record(out: &mut impl Write, check: &RecordCheck) -> io::Result<()> {
    write!(out, "  {}: {} rows, ", printable(&check.path), check.rows)?;
    if check.holds() {
        return writeln!(out, "{GOOD}holds{GOOD:#}");
    }
    writeln!(out, "{BAD}does not hold{BAD:#}")?;
    if let Some(error) = &check.error {
        writeln!(out, "    {error}")?;
    }
    let lists = [
        ("is another", &check.differ),
        ("is missing", &check.missing),
        ("is not recorded", &check.unrecorded),
    ];
    for (what, list) in lists {
        list.iter().try_for_each(|path| writeln!(out, "    {} {BAD}{what}{BAD:#}", printable(path)))?;
    }
    Ok(())
}

fn member(out: &mut impl Write, member: &Member, width: Option<usize>) -> io::Result<()> {
    let Member { path, kind, target, size, packed, mode, time } = member;
    let packed = packed.map(|packed| packed.to_string()).unwrap_or_default();
    let facts = format!("{:>4} {size:>9} {packed:>9}  {time:>19}", mode.as_deref().unwrap_or_default());
    let mut name = printable(path);
    match (*kind, target) {
        ("file", _) => {}
        ("folder", _) => name.push('/'),
        (kind, Some(target)) => name = format!("{name} → {} ({kind})", printable(target)),
        (kind, None) => name = format!("{name} ({kind})"),
    }
    if let Some(room) =
        width.map(|width| width.saturating_sub(50).max(20)).filter(|room| name.chars().count() > *room)
    {
        name = format!("{}…", name.chars().take(room - 1).collect::<String>());
    }
    writeln!(out, "  {FAINT}{facts}{FAINT:#}  {name}")
}

/// Without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|character| character.escape_debug())
        .collect::<String>()
        .replace("\\'", "'")
        .replace("\\\"", "\"")
}
