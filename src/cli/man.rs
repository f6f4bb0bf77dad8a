//! `pyrepro man`: manual pages, one for the program and one a verb.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use pyrepro::output::{Output, OutputForm, OutputSet, OutputTarget};

use super::Arguments;
use super::exit::Exit;
use super::interrupt;
use super::terminal::Terminal;

/// Write manual pages
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The command whose page to write to standard output [default: the page of pyrepro]
    #[arg(value_name = "VERB", conflicts_with = "output")]
    verb: Option<String>,
    /// Write all pages into this folder instead, as pyrepro.1 and pyrepro-VERB.1
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro man compile | man -l -
  pyrepro man -o /usr/share/man/man1";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let pages = pages();
    if let Some(folder) = &flags.output {
        interrupt::hold(|| write_all(&pages, folder))?;
        return Ok(Exit::Fine);
    }
    let name = flags.verb.as_ref().map_or("pyrepro".to_owned(), |verb| format!("pyrepro-{verb}"));
    let Some((_, page)) = pages.iter().find(|(page, _)| *page == name) else {
        bail!(
            "there is no verb {:?}; `pyrepro --help` lists them",
            flags.verb.as_deref().unwrap_or_default()
        );
    };
    terminal.raw_out().write_all(page)?;
    Ok(Exit::Fine)
}

/// All pages by their names.
fn pages() -> Vec<(String, Vec<u8>)> {
    // Of a program that is built, verbs know their whole names and the global options.
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let verbs = program.get_subcommands().filter(|verb| !verb.is_hide_set());
    let named = verbs.map(|verb| (format!("pyrepro-{}", verb.get_name()), verb.clone()));
    let all = std::iter::once(("pyrepro".to_owned(), program.clone())).chain(named);
    all.map(|(name, command)| (name.clone(), page(name, command))).collect()
}

fn page(title: String, command: Command) -> Vec<u8> {
    let more = command.get_after_help().map(ToString::to_string);
    let source = concat!("pyrepro ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.after_help(clap::builder::Resettable::Reset)).title(title).source(source);
    let mut page = Vec::new();
    man.render(&mut page).expect("memory takes all that is written");
    if let Some(more) = more {
        page.extend_from_slice(as_it_is(&more).as_bytes());
    }
    page
}

/// A section whose lines stay as they are: clap_mangen would run examples together.
fn as_it_is(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines = text.lines().map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}\n"),
        false => format!("{line}\n"),
    });
    format!(".SH NOTES\n.nf\n{}.fi\n", lines.collect::<String>())
}

fn write_all(pages: &[(String, Vec<u8>)], folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut set = OutputSet::default();
    for (name, page) in pages {
        let place = folder.join(format!("{name}.1"));
        let mut output = Output::create(OutputTarget::chosen(&place, OutputForm::Manual)?)?;
        output.write_all(page).with_context(|| format!("cannot write {}", place.display()))?;
        set.add(output, false)?;
    }
    Ok(set.put()?)
}
