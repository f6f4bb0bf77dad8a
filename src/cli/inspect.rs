//! `pyrepro inspect`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use filetime::FileTime;
use pyrepro::inspect::{CodeObject, Inspection};
use pyrepro::pyc::{CachedName, Pyc};
use serde::Serialize;

use super::exit::Exit;
use super::terminal::{BAD, FAINT, GOOD, STRONG, Terminal};

/// Show what is in a bytecode file: header, form, sharing, code objects
///
/// The header is compared with the source that the file's name leads to. Whether the file is
/// canonical is told with the first difference in words.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyrepro inspect __pycache__/module.cpython-313.pyc
  pyrepro inspect -v module.pyc                  names and constants in full
  pyrepro inspect --format json *.pyc | jq '.files[].form.canonical'")]
pub struct Flags {
    /// Bytecode files of CPython 3.7 to 3.15
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// One record of the JSON document.
#[derive(Serialize)]
struct Record {
    path: String,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    Seen {
        source: Option<Source>,
        #[serde(flatten)]
        inspection: Box<Inspection>,
    },
    Failed {
        error: String,
    },
}

/// The source that the file's name leads to.
#[derive(Serialize)]
struct Source {
    path: String,
    state: State,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum State {
    Matches,
    Differs,
    Missing,
}

#[derive(Serialize)]
struct Document {
    files: Vec<Record>,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut exit = Exit::Fine;
    let mut document = Document { files: Vec::new() };
    for (count, path) in flags.files.iter().enumerate() {
        let seen = look_at(path);
        if let Err(error) = &seen {
            terminal.error(format_args!("{error:#}"));
            exit = Exit::Trouble;
        }
        if terminal.is_json() {
            document.files.push(record(path, seen));
        } else if let Ok((source, inspection)) = seen {
            let mut out = terminal.out();
            if count > 0 {
                writeln!(out)?;
            }
            show(&mut out, terminal, path, source.as_ref(), &inspection)?;
            out.flush()?;
        }
    }
    if terminal.is_json() {
        terminal.json(&document)?;
    }
    Ok(exit)
}

fn look_at(path: &Path) -> anyhow::Result<(Option<Source>, Box<Inspection>)> {
    let name = || path.display().to_string();
    let file = fs::read(path).with_context(name)?;
    let inspection = Inspection::of(&file).with_context(name)?;
    let source = source_of(path, &Pyc::parse(&file).with_context(name)?);
    Ok((source, Box::new(inspection)))
}

fn source_of(path: &Path, pyc: &Pyc) -> Option<Source> {
    let source = CachedName::parse(path)?.source;
    let state = match fs::read(&source) {
        Ok(text) if pyc.header.belongs_to(&text, mtime(&source)) => State::Matches,
        Ok(_) => State::Differs,
        Err(_) => State::Missing,
    };
    Some(Source { path: source.display().to_string(), state })
}

/// Whole seconds since 1970, downwards as Python takes them.
fn mtime(path: &Path) -> i64 {
    fs::metadata(path).map_or(0, |found| FileTime::from_last_modification_time(&found).unix_seconds())
}

fn record(path: &Path, seen: anyhow::Result<(Option<Source>, Box<Inspection>)>) -> Record {
    let content = match seen {
        Ok((source, inspection)) => Content::Seen { source, inspection },
        Err(error) => Content::Failed { error: format!("{error:#}") },
    };
    Record { path: path.display().to_string(), content }
}

fn show(
    out: &mut impl Write,
    terminal: &Terminal,
    path: &Path,
    source: Option<&Source>,
    inspection: &Inspection,
) -> io::Result<()> {
    writeln!(out, "{STRONG}{}{STRONG:#}", path.display())?;
    header(out, source, inspection)?;
    form(out, inspection)?;
    sharing(out, inspection)?;
    let width = if terminal.is_verbose() { None } else { terminal.width() };
    for code in &inspection.code {
        code_object(out, code, width)?;
    }
    Ok(())
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
    match source {
        Some(Source { path, state: State::Matches }) => writeln!(out, ": {GOOD}matches{GOOD:#} {path}"),
        Some(Source { path, state: State::Differs }) => writeln!(out, ": {BAD}does not match{BAD:#} {path}"),
        Some(Source { path, state: State::Missing }) => writeln!(out, ": no {path} to compare with"),
        None => writeln!(out),
    }
}

fn form(out: &mut impl Write, inspection: &Inspection) -> io::Result<()> {
    let form = &inspection.form;
    write!(out, "  {} bytes, canonical form {}: ", inspection.size, form.version)?;
    match &form.first_difference {
        None => writeln!(out, "{GOOD}yes{GOOD:#}"),
        Some(difference) => {
            writeln!(
                out,
                "{BAD}no{BAD:#}, that takes {} bytes\n    first at {difference}",
                form.canonical_size
            )
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
