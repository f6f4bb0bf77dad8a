//! Every command line of README.md and docs/ is one that the program accepts.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use clap::error::ErrorKind;

use super::Arguments;

/// A command line of a page.
struct Command<'p> {
    text: &'p str,
    /// Prose leaves out what a verb needs, or has a name in its place: "`pyrepro inspect` shows", "`rebuild -j N`".
    is_prose: bool,
}

impl Command<'_> {
    fn is_accepted(&self) -> Result<(), clap::Error> {
        match Arguments::try_parse_from(words(self.text)) {
            Ok(_) => Ok(()),
            Err(error) if self.is_prose && is_of_prose(error.kind()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn is_of_prose(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::MissingRequiredArgument
            | ErrorKind::InvalidValue
            | ErrorKind::ValueValidation
            | ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// The command lines of a page: those of its blocks, and those in backquotes. Those with `[`, `…` or `$@` are patterns.
fn commands(page: &str) -> Vec<Command<'_>> {
    let blocks = page.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| {
        let line = line.trim_start();
        Command { text: line.strip_prefix("$ ").unwrap_or(line), is_prose: false }
    });
    let prose = page.split('`').skip(1).step_by(2).map(|text| Command { text, is_prose: true });
    let is_command = |command: &Command<'_>| {
        command.text.starts_with("pyrepro ")
            && !command.text.contains(['[', '…'])
            && !command.text.contains("$@")
    };
    blocks.chain(prose).filter(is_command).collect()
}

/// The words of a command up to the first operator of the shell.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ';' | '|' | '&' | '<' | '>' | '#') => break,
            (None, c) if c.is_whitespace() => words.push(String::new()),
            (_, c) => words.last_mut().expect("one word").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).expect("docs").map(|entry| entry.expect("a page").path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
    docs.filter(is_page).chain([root.join("README.md")]).collect()
}

#[test]
fn every_command_of_the_pages_is_one_that_the_program_accepts() {
    let (mut refused, mut accepted) = (String::new(), 0);
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for command in commands(&text) {
            match command.is_accepted() {
                Ok(()) => accepted += 1,
                Err(error) => refused += &format!("{}: {}\n{error}\n", page.display(), command.text),
            }
        }
    }
    assert!(refused.is_empty(), "{refused}");
    assert!(accepted > 100, "only {accepted} commands were found");
}

#[test]
fn a_command_ends_where_the_shell_goes_on() {
    assert_eq!(words("pyrepro compile 'a b' \"c\"; echo $?"), ["pyrepro", "compile", "a b", "c"]);
    assert_eq!(words("pyrepro inspect a | head"), ["pyrepro", "inspect", "a"]);
}
