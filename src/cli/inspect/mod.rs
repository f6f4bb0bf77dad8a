//! `pyrepro inspect`.

mod archive;
mod bytecode;
mod instructions;

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use filetime::FileTime;
use pyrepro::archive::Limits;
use pyrepro::compile::{self, Editions};
use pyrepro::inspect::{self, Archive, Disassembly, Inspection};
use pyrepro::pyc::{CachedName, HEADER_SIZE, Header, Pyc};
use serde::Serialize;

use super::exit::{self, Exit};
use super::named;
use super::terminal::{STRONG, Terminal};

/// What the outermost code object is called.
const MODULE: &str = "<module>";

/// Show what is in a bytecode file or an archive
///
/// For a bytecode file: header, form, sharing, code objects and, with --dis, instructions. The header is
/// compared with the source that belongs to the file's name. If the file is not canonical, the first
/// difference is shown. For a wheel, zip, zipapp or tar file: its members, and whether they match the
/// wheel's RECORD.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyrepro inspect __pycache__/module.cpython-313.pyc
  pyrepro inspect -v module.pyc                  names and constants in full
  pyrepro inspect --dis module.pyc               what each code object does
  pyrepro inspect --dis --code Class.method module.pyc
  pyrepro inspect dist/*.whl                     members, and whether RECORD holds
  pyrepro inspect --format json *.pyc | jq '.files[].form.canonical'")]
pub struct Flags {
    /// Bytecode files of CPython 3.7 to 3.15; wheels, zip, zipapp, tar and tar.gz files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Show the instructions of all code objects, with lines and exception handlers
    #[arg(long)]
    dis: bool,
    /// Only show this code object, by its path such as Class.method or <module>
    #[arg(long, value_name = "PATH", requires = "dis")]
    code: Option<String>,
}

impl Flags {
    /// The instructions of the code objects that are wanted.
    fn disassembly(&self, pyc: &Pyc) -> anyhow::Result<Vec<Disassembly>> {
        let Some(wanted) = &self.code else { return Ok(inspect::disassembly(&pyc.graph).collect()) };
        let path =
            |code: &Disassembly| if code.path.is_empty() { MODULE.to_owned() } else { code.path.clone() };
        let (found, others): (Vec<_>, Vec<_>) =
            inspect::disassembly(&pyc.graph).partition(|code| path(code) == *wanted);
        if found.is_empty() {
            let others: Vec<_> = others.iter().map(path).take(10).collect();
            bail!("no code object {wanted:?} is in it; there are {}", others.join(", "));
        }
        Ok(found)
    }
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
    Bytecode {
        source: Option<Source>,
        #[serde(flatten)]
        inspection: Box<Inspection>,
        #[serde(skip_serializing_if = "Option::is_none")]
        disassembly: Option<Vec<Disassembly>>,
    },
    Archive(Archive),
    Failed {
        error: String,
    },
}

/// The source that the file's name leads to.
#[derive(Serialize)]
struct Source {
    path: String,
    state: State,
    /// The editions of the built-in compiler that make this code from it, if that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    editions: Option<Editions>,
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
        let content = look_at(flags, path).unwrap_or_else(|error| {
            let error = exit::told(&error);
            terminal.error(&error);
            exit = Exit::Trouble;
            Content::Failed { error }
        });
        if terminal.is_json() {
            document.files.push(Record { path: path.display().to_string(), content });
        } else {
            let mut out = terminal.out();
            if count > 0 {
                writeln!(out)?;
            }
            show(&mut out, terminal, path, &content, flags.code.is_none())?;
            out.flush()?;
        }
    }
    if terminal.is_json() {
        terminal.json(&document)?;
    }
    Ok(exit)
}

fn look_at(flags: &Flags, path: &Path) -> anyhow::Result<Content> {
    named::file(path, "a bytecode file or an archive in it")?;
    let name = || path.display().to_string();
    let file = File::open(path).with_context(name)?;
    if let Some(archive) = Archive::read(BufReader::new(file), Limits::default()).with_context(name)? {
        return Ok(Content::Archive(archive));
    }
    ensure!(
        path.extension().is_none_or(|extension| extension != "py"),
        "{} is a source; name bytecode or an archive, or compile it first: pyrepro compile {0}",
        path.display()
    );
    ensure!(
        CachedName::parse(path).is_some() || has_magic_number(path).with_context(name)?,
        "{} is neither bytecode nor an archive; name a .pyc file, a wheel, a zipapp, or another zip or tar file",
        path.display()
    );
    let file = bytecode_in(path).with_context(name)?;
    let inspection = Inspection::of(&file).with_context(name)?;
    let pyc = Pyc::parse(&file).with_context(name)?;
    let disassembly = if flags.dis { Some(flags.disassembly(&pyc).with_context(name)?) } else { None };
    Ok(Content::Bytecode { source: source_of(path, &pyc), inspection: Box::new(inspection), disassembly })
}

/// Whether a file begins with the magic number of some CPython: two bytes, and an end of line.
fn has_magic_number(path: &Path) -> anyhow::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut head)?;
    Ok(head.get(2..4) == Some(b"\r\n"))
}

/// More than any bytecode file has.
const LONGEST: u64 = 256 << 20;

/// The bytes of a file, of which no more than the start is read if that is not of bytecode.
fn bytecode_in(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    (&file).take(HEADER_SIZE as u64).read_to_end(&mut bytes)?;
    if Header::parse(&bytes).is_ok() {
        file.take(LONGEST).read_to_end(&mut bytes)?;
        ensure!(
            bytes.len() as u64 <= LONGEST,
            "it has more than {LONGEST} bytes, which no bytecode file has"
        );
    }
    Ok(bytes)
}

fn source_of(path: &Path, pyc: &Pyc) -> Option<Source> {
    let source = CachedName::parse(path)?.source;
    let text = source_text(&source).ok();
    let state = match &text {
        Some(text) if pyc.header.belongs_to(text, mtime(&source)) => State::Matches,
        Some(_) => State::Differs,
        None => State::Missing,
    };
    let editions = text.and_then(|text| compile::editions_of(pyc, &text));
    // Another source makes other code; only the one that belongs to the file proves that no edition made it.
    let editions = editions.filter(|editions| state == State::Matches || !editions.is_empty());
    Some(Source { path: source.display().to_string(), state, editions })
}

/// What is in a source. No device is read, and no file that is longer than what compiles.
fn source_text(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if fs::metadata(path)?.is_file() {
        File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
    }
    Ok(text)
}

/// Whole seconds since 1970, downwards as Python takes them.
fn mtime(path: &Path) -> i64 {
    fs::metadata(path).map_or(0, |found| FileTime::from_last_modification_time(&found).unix_seconds())
}

/// `tree` is for the list of all code objects.
fn show(
    out: &mut impl Write,
    terminal: &Terminal,
    path: &Path,
    content: &Content,
    tree: bool,
) -> io::Result<()> {
    let width = if terminal.is_verbose() { None } else { terminal.width() };
    match content {
        Content::Failed { .. } => Ok(()),
        Content::Archive(archive) => {
            writeln!(out, "{STRONG}{}{STRONG:#}", path.display())?;
            archive::show(out, archive, width)
        }
        Content::Bytecode { source, inspection, disassembly } => {
            writeln!(out, "{STRONG}{}{STRONG:#}", path.display())?;
            bytecode::show(out, source.as_ref(), inspection)?;
            if tree {
                bytecode::tree(out, inspection, width)?;
            }
            disassembly.iter().flatten().try_for_each(|code| instructions::show(out, code, terminal, width))
        }
    }
}
