//! What became of each source, for people as `compileall` words it, or as JSON.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pyrepro::compile::{Diagnostic, Event, Failure, PycRecord, Record, State, Summary, Task, Warning};
use pyrepro::python::Version;
use serde::Serialize;

use crate::cli::printable::printable;
use crate::cli::terminal::{BAD, STRONG, Terminal, WARNING, say};

/// Tells of a run while it goes on.
pub struct Report<'t> {
    terminal: &'t Terminal,
    out: Box<dyn Write + 't>,
    task: Task,
    /// Whether there are several interpreters, so that it matters for which one something is.
    several: bool,
    /// Where there is a terminal to draw on.
    bar: Option<ProgressBar>,
    /// Whether somebody waits for each line.
    is_watched: bool,
    /// For JSON: whether a file has been told of, and what comes after the files.
    begun: bool,
    orphans: Vec<String>,
    troubles: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    path: String,
    message: String,
}

impl<'t> Report<'t> {
    pub fn new(terminal: &'t Terminal, task: Task, several: bool) -> io::Result<Report<'t>> {
        let mut out: Box<dyn Write> = match terminal.is_json() {
            true => Box::new(terminal.json_out()),
            false => Box::new(terminal.out()),
        };
        let bar = (terminal.reports() && io::stderr().is_terminal()).then(spinner);
        let is_watched = io::stdout().is_terminal();
        if terminal.is_json() {
            write!(out, "{{\"files\":[")?;
        }
        let (orphans, troubles) = Default::default();
        Ok(Report { terminal, out, task, several, bar, is_watched, begun: false, orphans, troubles })
    }

    /// Says that a version comes next.
    pub fn begin(&mut self, version: Version, python: &Path) -> io::Result<()> {
        if self.several && self.terminal.reports() {
            let python = python.display();
            self.aside(|report| writeln!(report.out, "{STRONG}Python {version}{STRONG:#} ({python})"))?;
        }
        Ok(())
    }

    pub fn tell(&mut self, version: Version, event: Event) -> io::Result<()> {
        if let (Some(bar), Event::Source(record)) = (&self.bar, &event) {
            bar.inc(1);
            bar.set_message(printable(&record.source.to_string_lossy()));
        }
        if self.terminal.is_json() {
            return self.tell_programs(version, event);
        }
        self.aside(|report| {
            report.tell_people(version, event)?;
            if report.is_watched { report.out.flush() } else { Ok(()) }
        })
    }

    /// Writes something while the bar is out of the way.
    fn aside<T>(&mut self, tell: impl FnOnce(&mut Self) -> T) -> T {
        match self.bar.clone() {
            Some(bar) => bar.suspend(|| tell(self)),
            None => tell(self),
        }
    }

    fn tell_people(&mut self, version: Version, event: Event) -> io::Result<()> {
        match event {
            Event::Folder { path, orphans } => {
                if self.terminal.reports() && self.task != Task::Check {
                    writeln!(self.out, "Listing {}...", quoted(&path))?;
                }
                orphans.iter().try_for_each(|orphan| self.orphan(orphan))
            }
            Event::Trouble { path, error } => {
                self.terminal.error(format_args!("{}: {error}", path.display()));
                Ok(())
            }
            Event::Source(record) if self.task == Task::Check => self.checked(&record),
            Event::Source(record) => self.compiled(version, &record),
        }
    }

    fn orphan(&mut self, path: &Path) -> io::Result<()> {
        match self.task {
            _ if !self.terminal.reports() => Ok(()),
            Task::Check => self.finding("orphaned", path),
            _ => writeln!(self.out, "Removing {}...", quoted(path)),
        }
    }

    fn finding(&mut self, state: &str, path: &Path) -> io::Result<()> {
        writeln!(self.out, "{BAD}{state:<10}{BAD:#} {}", path.display())
    }

    fn checked(&mut self, record: &Record) -> io::Result<()> {
        if let Some(failure) = &record.failure {
            self.terminal.error(failure);
        }
        let outdated = record.pycs.iter().filter(|pyc| pyc.state != State::Fresh);
        for pyc in outdated.filter(|_| self.terminal.reports()) {
            self.finding(pyc.state.name(), &pyc.path)?;
        }
        Ok(())
    }

    fn compiled(&mut self, version: Version, record: &Record) -> io::Result<()> {
        if let Some(missing) = &record.no_prefix {
            let (prefix, source) = (missing.0.display(), record.source.display());
            self.terminal.warn(format_args!("{source} does not begin with {prefix}, which is left on it"));
        }
        for warning in &record.warnings {
            self.warn(&record.source, warning);
        }
        let loud = self.terminal.reports();
        let version = if self.several { format!(" for {version}") } else { String::new() };
        if loud && !record.is_fresh() {
            writeln!(self.out, "Compiling {}{version}...", quoted(&record.source))?;
        }
        match &record.failure {
            None => Ok(()),
            Some(_) if self.terminal.is_silent() => Ok(()),
            Some(Failure::Source(diagnostic)) if loud => self.wording("*** ", &record.source, diagnostic),
            Some(Failure::Source(diagnostic)) => {
                writeln!(self.out, "*** Error compiling {}{version}...", quoted(&record.source))?;
                self.wording("", &record.source, diagnostic)
            }
            Some(trouble) => {
                self.terminal.error(trouble);
                Ok(())
            }
        }
    }

    /// The words of `py_compile`, whose lines are its own.
    fn wording(&mut self, before: &str, source: &Path, diagnostic: &Diagnostic) -> io::Result<()> {
        write!(self.out, "{before}")?;
        let mut lines = diagnostic.wording.as_str();
        // The name of the source comes first, and its line ends are none of the words'.
        if source.as_os_str().as_encoded_bytes().contains(&b'\n') {
            let (name, rest) = lines.split_at(lines.rfind("\", line ").unwrap_or_default());
            write!(self.out, "{}", printable(name))?;
            lines = rest;
        }
        // They end with a line end where there is a place, and have another one behind.
        lines.split('\n').try_for_each(|line| writeln!(self.out, "{line}"))
    }

    fn warn(&self, source: &Path, warning: &Warning) {
        let Warning { category, message, line, text } = warning;
        let line = line.map_or(String::new(), |line| format!("{line}: "));
        let text = text.as_ref().map_or(String::new(), |text| format!("\n  {text}"));
        if !self.terminal.is_silent() {
            let place = source.display();
            say(format_args!("{place}:{line}{WARNING}{category}{WARNING:#}: {message}{text}"));
        }
    }

    fn tell_programs(&mut self, version: Version, event: Event) -> io::Result<()> {
        match event {
            Event::Folder { orphans, .. } => self.orphans.extend(orphans.iter().map(|path| text(path))),
            Event::Trouble { path, error } => {
                self.troubles.push(Problem { path: text(&path), message: error.to_string() });
            }
            Event::Source(record) => {
                write!(self.out, "{}", if self.begun { ",\n" } else { "\n" })?;
                self.begun = true;
                let file = File::new(&record, version, self.task);
                serde_json::to_writer(&mut self.out, &file)?;
            }
        }
        Ok(())
    }

    /// Says how it all went.
    pub fn end(mut self, summary: &Summary, time: Duration) -> io::Result<()> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if self.terminal.is_json() {
            let end =
                End { orphans: self.orphans, troubles: self.troubles, summary, seconds: time.as_secs_f64() };
            // The rest of the object that began with the files.
            let rest = serde_json::to_string(&end)?;
            writeln!(self.out, "\n],{}", rest.trim_start_matches('{'))?;
            return self.out.flush();
        }
        if self.terminal.reports() {
            writeln!(self.out, "{} in {:.2} s", in_words(summary, self.task), time.as_secs_f32())?;
        }
        self.out.flush()?;
        if summary.interrupted && !self.terminal.is_silent() {
            say(format_args!("[interrupted]"));
        }
        Ok(())
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    match ProgressStyle::with_template("{spinner} {pos} sources in {elapsed}  {wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn in_words(summary: &Summary, task: Task) -> String {
    let orphans = if task == Task::Check { "orphaned" } else { "removed" };
    let always = if task == Task::Check { "outdated" } else { "compiled" };
    let counts = [
        (summary.compiled, "compiled"),
        (summary.outdated, "outdated"),
        (summary.fresh, "fresh"),
        (summary.orphaned, orphans),
        (summary.failed, "failed"),
        (summary.troubles, "with errors"),
    ];
    let told = counts.into_iter().filter(|(count, what)| *count > 0 || *what == always);
    told.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

/// A source in JSON.
#[derive(Serialize)]
struct File<'a> {
    source: String,
    python: Version,
    status: &'static str,
    pycs: Vec<Pyc<'a>>,
    warnings: &'a [Warning],
    error: Option<Error<'a>>,
}

#[derive(Serialize)]
struct Pyc<'a> {
    path: String,
    #[serde(flatten)]
    record: &'a PycRecord,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Error<'a> {
    Source(&'a Diagnostic),
    /// Where it comes from the system, with the file and the number by which the system knows it.
    Trouble {
        kind: &'static str,
        message: String,
        path: Option<String>,
        errno: Option<i32>,
    },
}

#[derive(Serialize)]
struct End<'a> {
    orphans: Vec<String>,
    troubles: Vec<Problem>,
    summary: &'a Summary,
    seconds: f64,
}

impl<'a> File<'a> {
    fn new(record: &'a Record, python: Version, task: Task) -> File<'a> {
        let (status, error) = match &record.failure {
            Some(Failure::Source(diagnostic)) => ("failed", Some(Error::Source(diagnostic))),
            Some(trouble) => {
                let (path, errno) = trouble.of_system().unzip();
                let (path, message) = (path.map(text), trouble.to_string());
                ("trouble", Some(Error::Trouble { kind: "Trouble", message, path, errno }))
            }
            None if record.is_fresh() => ("fresh", None),
            None if task == Task::Check => ("outdated", None),
            None => ("compiled", None),
        };
        let pycs = record.pycs.iter().map(|record| Pyc { path: text(&record.path), record }).collect();
        File { source: text(&record.source), python, status, pycs, warnings: &record.warnings, error }
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A path as Python's `repr` shows it.
fn quoted(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.push_str(r"\\"),
                '\n' => out.push_str(r"\n"),
                '\r' => out.push_str(r"\r"),
                '\t' => out.push_str(r"\t"),
                character if character == quote => out.extend(['\\', quote]),
                '\0'..' ' | '\x7f'..'\u{a1}' | '\u{ad}' => {
                    out.push_str(&format!(r"\x{:02x}", character as u32))
                }
                other => out.push(other),
            }
        }
        // Python decodes what is not UTF-8 to lone surrogates.
        out.extend(chunk.invalid().iter().map(|byte| format!(r"\udc{byte:02x}")));
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_as_python_does() {
        for (path, expected) in [
            ("a/b.py", "'a/b.py'"),
            ("it's", "\"it's\""),
            ("it's \"x\"", r#"'it\'s "x"'"#),
            ("a\nb\\\x1bé\u{a0}", r"'a\nb\\\x1bé\xa0'"),
        ] {
            assert_eq!(quoted(Path::new(path)), expected);
        }
    }
}
