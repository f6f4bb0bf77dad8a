//! `pyrepro completions`: what a shell needs to complete commands.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::Arguments;
use super::exit::Exit;
use super::terminal::Terminal;

/// Write shell completions
///
/// Writes to standard output. Packages put the file where the shell looks for it.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro completions bash > /usr/share/bash-completion/completions/pyrepro
  pyrepro completions zsh > /usr/share/zsh/site-functions/_pyrepro
  pyrepro completions fish > ~/.config/fish/completions/pyrepro.fish";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut Arguments::command(), "pyrepro", &mut script);
    if flags.shell == Shell::Bash {
        script = with_file_names(&String::from_utf8(script)?).into_bytes();
    }
    terminal.raw_out().write_all(&script)?;
    Ok(Exit::Fine)
}

/// bash does not know that the words are names of files: folders are to end with a slash, and blanks are quoted.
fn with_file_names(script: &str) -> String {
    let files = r#"COMPREPLY=($(compgen -f "${cur}"))"#;
    script.replace(files, r#"mapfile -t COMPREPLY < <(compgen -f -- "${cur}"); compopt -o filenames"#)
}
