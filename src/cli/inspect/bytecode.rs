//! What is in a bytecode file, as text.

use std::io::{self, Write};

use pyrepro::inspect::{CodeObject, Inspection};

use super::{Source, State};
use crate::cli::terminal::{BAD, FAINT, GOOD, STRONG};

/// What is told of the file as a whole.
pub fn show(out: &mut impl Write, source: Option<&Source>, inspection: &Inspection) -> io::Result<()> {
    header(out, source, inspection)?;
    form(out, inspection)?;
    sharing(out, inspection)
}

/// What is told of each code object.
pub fn tree(out: &mut impl Write, inspection: &Inspection, width: Option<usize>) -> io::Result<()> {
    inspection.code.iter().try_for_each(|code| code_object(out, code, width))
}

fn header(out: &mut impl Write, source: Option<&Source>, inspection: &Inspection) -> io::Result<()> {
    let header = &inspection.header;
    write!(out, "  Python {}, magic {}, {}", header.python, header.magic, header.mode)?;
    if let Some(hash) = &header.source_hash {
        write!(out, " {hash}")?;
    }
    if let (Some(mtime), Some(size)) = (header.source_mtime, header.source_size) {
        write!(out, " {mtime}, source of {size} bytes")?;
    }
    let Some(Source { path, state, editions }) = source else { return writeln!(out) };
    match state {
        State::Matches => writeln!(out, ": {GOOD}matches{GOOD:#} {path}"),
        State::Differs => writeln!(out, ": {BAD}does not match{BAD:#} {path}"),
        State::Missing => writeln!(out, ": no {path} to compare with"),
    }?;
    match editions {
        None => Ok(()),
        Some(editions) if editions.is_empty() => {
            writeln!(out, "  no known release of Python {} compiles {path} to this", header.python)
        }
        Some(editions) => writeln!(out, "  {path} compiles to this with {editions}"),
    }
}

fn form(out: &mut impl Write, inspection: &Inspection) -> io::Result<()> {
    let form = &inspection.form;
    write!(out, "  {} bytes, canonical form {}: ", inspection.size, form.version)?;
    match &form.first_difference {
        None => writeln!(out, "{GOOD}yes{GOOD:#}"),
        Some(difference) => {
            writeln!(out, "{BAD}no{BAD:#}, that takes {} bytes", form.canonical_size)?;
            writeln!(out, "    first at {difference}")
        }
    }
}

fn sharing(out: &mut impl Write, inspection: &Inspection) -> io::Result<()> {
    let sharing = &inspection.sharing;
    write!(out, "  {} objects, {} references to {}", sharing.objects, sharing.references, sharing.marked)?;
    if sharing.marked_in_vain > 0 {
        write!(out, " that are marked, {} of them in vain", sharing.marked_in_vain)?;
    }
    let most: Vec<_> =
        sharing.most_shared.iter().map(|shared| format!("{} × {}", shared.references, shared.repr)).collect();
    if !most.is_empty() {
        write!(out, "; most: {}", most.join(", "))?;
    }
    writeln!(out)
}

/// A line for the code object, and one each for its names, variables and constants.
fn code_object(out: &mut impl Write, code: &CodeObject, width: Option<usize>) -> io::Result<()> {
    // Deep nests would leave no room.
    let indent = 2 + 2 * code.depth.min(20);
    let lines = match code.lines {
        Some((first, last)) if first == last => format!("line {first}"),
        Some((first, last)) => format!("lines {first}–{last}"),
        None => format!("line {}", code.first_line),
    };
    let facts = format!(
        "{lines}, {} bytes with {} of instructions, stack {}, {} references{}{}",
        code.size,
        code.code_size,
        code.stack_size,
        code.references,
        if code.flags.is_empty() { "" } else { ", " },
        code.flags.join(" "),
    );
    writeln!(
        out,
        "{:indent$}{STRONG}{}{STRONG:#}{}  {FAINT}{facts}{FAINT:#}",
        "",
        code.name,
        arguments(code)
    )?;
    for (what, list) in
        [("names", &code.names), ("variables", &code.variables), ("constants", &code.constants)]
    {
        if !list.is_empty() {
            let room = width.map(|width| width.saturating_sub(indent + 16).max(20));
            writeln!(out, "{:indent$}    {FAINT}{what:<10}{FAINT:#} {}", "", joined(list, room))?;
        }
    }
    Ok(())
}

/// Its arguments by name, as they stand in a definition.
fn arguments(code: &CodeObject) -> String {
    let has = |flag: &str| code.flags.iter().any(|name| name == flag);
    if !has("NEWLOCALS") || !has("OPTIMIZED") {
        return String::new();
    }
    let counts = code.arguments;
    let (positional, keyword) = (counts.positional as usize, counts.keyword_only as usize);
    let mut names = code.variables.iter().cloned();
    let mut list: Vec<String> = names.by_ref().take(positional).collect();
    if counts.positional_only > 0 && counts.positional_only as usize <= list.len() {
        list.insert(counts.positional_only as usize, "/".to_owned());
    }
    let keyword: Vec<String> = names.by_ref().take(keyword).collect();
    if has("VARARGS") {
        list.extend(names.next().map(|name| format!("*{name}")));
    } else if !keyword.is_empty() {
        list.push("*".to_owned());
    }
    list.extend(keyword);
    if has("VARKEYWORDS") {
        list.extend(names.next().map(|name| format!("**{name}")));
    }
    format!("({})", list.join(", "))
}

/// The texts with commas between, as many as there is room for.
fn joined(texts: &[String], room: Option<usize>) -> String {
    let whole = texts.join(", ");
    match room {
        Some(room) if whole.chars().count() > room => {
            let cut: String = whole.chars().take(room - 1).collect();
            format!("{cut}…")
        }
        _ => whole,
    }
}
