//! `pyrepro diff`.

pub mod page;
pub mod text;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use pyrepro::diff::{self, Options};
use pyrepro::output::{OutputForm, OutputTarget};
use pyrepro::tree::Globs;

use super::exit::Exit;
use super::terminal::Terminal;

/// Explain how two artifacts differ
///
/// Compares wheels, zips, zipapps, tar and tar.gz files, sdists, folders, bytecode files, manifests, or any
/// other files; A and B may be of different kinds. Archive metadata (order, times, modes, compression and so on)
/// is reported apart from content. Broken and hostile archives are explained as far as they can be read. No
/// interpreter is needed.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 identical bytes; 1 they differ; 2 one cannot be read.

Examples:
  pyrepro diff old.whl new.whl
  pyrepro diff --stat dist/ rebuilt/             only which members differ
  pyrepro diff --html report.html a.whl b.whl    an HTML page, in one file
  pyrepro diff --only '*.pyc' a.whl b.whl
  pyrepro diff --exclude RECORD a.whl b.whl
  pyrepro diff --format json a.whl b.whl | jq '.members[] | select(.status != \"equal\").path'")]
pub struct Flags {
    /// The first file or folder
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The second file or folder
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Also write an HTML page: one file that needs no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Only compare members that match; can be repeated
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Exclude members that match, with everything below; can be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Only show which members differ, not how
    #[arg(long)]
    stat: bool,
    /// Lines of context
    #[arg(short = 'U', long, value_name = "N", default_value_t = Options::default().context, value_parser = crate::cli::named::count::<usize>, allow_negative_numbers = true)]
    context: usize,
    /// Show at most N lines or fields per member; 0 means no limit
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = crate::cli::named::count::<usize>, allow_negative_numbers = true)]
    max_lines: usize,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    let options = Options {
        only: Globs::new(&flags.only).context("--only")?,
        exclude: Globs::new(&flags.exclude).context("--exclude")?,
        context: flags.context,
        max_lines: if flags.max_lines == 0 { usize::MAX } else { flags.max_lines },
        details: !flags.stat,
        ..Options::default()
    };
    let page = flags
        .html
        .as_deref()
        .map(|page| OutputTarget::named(page, OutputForm::Page)?.apart_from([&flags.a, &flags.b]));
    let page = page.transpose()?;
    let report = diff::diff(&flags.a, &flags.b, &options)?;
    if let Some(page) = page {
        page::write(page, &report)?;
    }
    if terminal.is_json() {
        terminal.json(&report)?;
    } else if terminal.reports() {
        let mut out = terminal.out();
        text::write(&mut out, &report, terminal.width())?;
        out.flush()?;
    }
    Ok(if report.equal { Exit::Fine } else { Exit::Negative })
}
