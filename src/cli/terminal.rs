//! What a run writes to: standard output and error, with colours and reports as the user wants them.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use anstyle::{AnsiColor, Effects, Style};
use clap::ValueEnum;
use serde::Serialize;

/// The style of the word that opens an error message.
pub const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// The style of the word that opens a warning.
pub const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// The style of what is as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// The style of what is not as it should be.
pub const BAD: Style = AnsiColor::Red.on_default();
/// The style of places in a text.
pub const PLACE: Style = AnsiColor::Cyan.on_default();
/// The style of headings.
pub const STRONG: Style = Style::new().effects(Effects::BOLD);
/// The style of what matters less.
pub const FAINT: Style = Style::new().effects(Effects::DIMMED);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// How talkative a run is, and in which form.
pub struct Terminal {
    quiet: u8,
    verbose: u8,
    format: Format,
}

impl Terminal {
    pub fn new(quiet: u8, verbose: u8, color: ColorChoice, format: Format) -> Terminal {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Terminal { quiet, verbose, format }
    }

    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether reports for people are wanted.
    pub fn reports(&self) -> bool {
        self.quiet == 0 && !self.is_json()
    }

    /// Whether not even warnings and errors about single files are wanted.
    pub fn is_silent(&self) -> bool {
        self.quiet >= 2
    }

    /// Whether more than the usual is wanted.
    pub fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Standard output, without the colours that it cannot show.
    pub fn out(&self) -> impl Write {
        BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()))
    }

    /// How many columns standard output has, if it is a terminal.
    pub fn width(&self) -> Option<usize> {
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
    }

    /// Writes the one document of a run under `--format json`.
    pub fn json(&self, document: &impl Serialize) -> anyhow::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// Tells of something that may not be what the user wants.
    pub fn warn(&self, message: impl Display) {
        if self.quiet < 2 {
            let _ = writeln!(anstream::stderr(), "{WARNING}warning:{WARNING:#} {message}");
        }
    }

    /// Tells of something that goes on.
    pub fn note(&self, message: impl Display) {
        let _ = writeln!(anstream::stderr(), "{FAINT}{message}{FAINT:#}");
    }

    /// Tells of an error that does not end the run.
    pub fn error(&self, message: impl Display) {
        if self.quiet < 2 {
            let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {message}");
        }
    }
}
