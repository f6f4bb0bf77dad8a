//! What a run writes to: standard output and error, with colours and reports as the user wants them.

use std::fmt::{self, Display};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Effects};
use anyhow::anyhow;
use clap::ValueEnum;
use serde::Serialize;

use super::printable::{Json, Line, Style, message};

/// The style of the word that opens an error message.
pub const ERROR: Style = Style::new(AnsiColor::Red.on_default().effects(Effects::BOLD));
/// The style of the word that opens a warning.
pub const WARNING: Style = Style::new(AnsiColor::Yellow.on_default().effects(Effects::BOLD));
/// The style of what is as it should be.
pub const GOOD: Style = Style::new(AnsiColor::Green.on_default());
/// The style of what is not as it should be.
pub const BAD: Style = Style::new(AnsiColor::Red.on_default());
/// The style of places in a text.
pub const PLACE: Style = Style::new(AnsiColor::Cyan.on_default());
/// The style of headings.
pub const STRONG: Style = Style::new(anstyle::Style::new().effects(Effects::BOLD));
/// The style of what matters less.
pub const FAINT: Style = Style::new(anstyle::Style::new().effects(Effects::DIMMED));

/// The style of what is as any other text.
pub const PLAIN: Style = Style::new(anstyle::Style::new());

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
    /// Why standard output takes no more, once it does not.
    lost: OnceLock<io::Error>,
}

impl Terminal {
    pub fn new(quiet: u8, verbose: u8, color: ColorChoice, format: Format) -> Terminal {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Terminal { quiet, verbose, format, lost: OnceLock::new() }
    }

    /// The same terminal for a run that nobody wants a report of, unless they ask for more.
    pub fn quieter(&self) -> Terminal {
        let quiet = if self.verbose == 0 { self.quiet.max(1) } else { self.quiet };
        Terminal { quiet, verbose: self.verbose, format: self.format, lost: OnceLock::new() }
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

    /// Standard output for people: without the colours that it cannot show, and with no text in it that
    /// steers a terminal. One `write!` is one line or a part of one. It takes all that is written: the work
    /// is finished whether somebody reads or not, and [`Terminal::lost_output`] says in the end what was lost.
    pub fn out(&self) -> impl Write {
        Line(self.until_lost(anstream::AutoStream::auto(io::stdout().lock())))
    }

    /// The same for a document in JSON.
    pub fn json_out(&self) -> impl Write {
        Json(self.raw_out())
    }

    /// The same for what is not written for people, byte for byte.
    pub fn raw_out(&self) -> impl Write {
        self.until_lost(io::stdout().lock())
    }

    fn until_lost<W: Write>(&self, out: W) -> impl Write + use<'_, W> {
        BufWriter::new(UntilLost { out, lost: &self.lost })
    }

    /// Why not all of the output could be written. A reader who has gone away has seen enough.
    pub fn lost_output(&self) -> Option<anyhow::Error> {
        let error = self.lost.get().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)?;
        Some(anyhow!("cannot write to standard output: {error}"))
    }

    /// How many columns standard output has, if it is a terminal.
    pub fn width(&self) -> Option<usize> {
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
    }

    /// Writes the one document of a run under `--format json`.
    pub fn json(&self, document: &impl Serialize) -> anyhow::Result<()> {
        let mut out = self.json_out();
        serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// Writes a document that is to be the same, byte for byte, wherever it goes, but to a terminal.
    pub fn document(&self, text: &str) -> io::Result<()> {
        if !io::stdout().is_terminal() {
            return self.raw_out().write_all(text.as_bytes());
        }
        let mut out = self.out();
        text.lines().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// Tells of something that may not be what the user wants.
    pub fn warn(&self, message: impl Display) {
        if self.quiet < 2 {
            say(format_args!("{WARNING}warning:{WARNING:#} {message}"));
        }
    }

    /// Tells of something that goes on.
    pub fn note(&self, message: impl Display) {
        say(format_args!("{FAINT}{message}{FAINT:#}"));
    }

    /// Tells of an error that does not end the run.
    pub fn error(&self, message: impl Display) {
        if self.quiet < 2 {
            say(format_args!("{ERROR}error:{ERROR:#} {message}"));
        }
    }
}

/// Writes a message to standard error, where nobody can be told that it does not work.
pub fn say(arguments: fmt::Arguments<'_>) {
    let _ = writeln!(anstream::stderr(), "{}", message(arguments));
}

/// An output that is written to until an error comes, and then no more.
struct UntilLost<'a, W: Write> {
    out: W,
    lost: &'a OnceLock<io::Error>,
}

impl<W: Write> UntilLost<'_, W> {
    fn attempt<R>(&mut self, instead: R, write: impl FnOnce(&mut W) -> io::Result<R>) -> io::Result<R> {
        if self.lost.get().is_some() {
            return Ok(instead);
        }
        match write(&mut self.out) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                // Of two threads one is the first, and its error is as good as the other.
                let _ = self.lost.set(error);
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for UntilLost<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), W::flush)
    }
}

impl<W: Write> Drop for UntilLost<'_, W> {
    fn drop(&mut self) {
        // What is still in a buffer counts too, and errors are kept.
        let _ = self.flush();
    }
}
