//! `pyrepro pythons`.

use super::exit::Exit;
use super::terminal::Terminal;

/// List the Python interpreters on this machine
#[derive(clap::Args)]
pub struct Flags {}

pub fn run(_flags: &Flags, _terminal: &Terminal) -> anyhow::Result<Exit> {
    Ok(Exit::Fine)
}
