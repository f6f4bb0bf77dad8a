//! `pyrepro verify`: whether something is what it says it is.

mod installed;

use super::exit::Exit;
use super::terminal::Terminal;

/// Check that what is installed is what was recorded, and that bytecode is of its source
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    #[command(flatten)]
    installed: installed::Flags,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro verify --installed /usr/local
  pyrepro verify --installed .venv --code
  pyrepro verify --installed image/root --format json | jq '.findings[]'

Exit status: 0 if all is as it should be; 1 if anything is not; 2 if it could not be checked.";

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    installed::run(&flags.installed, terminal)
}
