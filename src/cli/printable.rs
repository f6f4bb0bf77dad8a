//! What others wrote, made harmless where it leaves for a terminal.
//!
//! Names, messages and contents come from archives, projects and interpreters, and may hold what steers a
//! terminal or turns the direction of reading. All that is written for people goes through a [`Line`] or
//! a [`Message`], which let only our own [`Style`]s through, so no verb has to think of it.

use std::cell::Cell;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};

use pyrepro::hidden::is_hidden;

thread_local! {
    /// Whether it is one of our styles that is being written, and not text.
    static STYLING: Cell<bool> = const { Cell::new(false) };
}

/// A style of ours. Written as `{STYLE}` and, where it ends, `{STYLE:#}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style(anstyle::Style);

impl Style {
    pub const fn new(style: anstyle::Style) -> Style {
        Style(style)
    }
}

impl Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        STYLING.set(true);
        let written = match f.alternate() {
            true => write!(f, "{}", self.0.render_reset()),
            false => write!(f, "{}", self.0.render()),
        };
        STYLING.set(false);
        written
    }
}

/// Text in which nothing can steer the terminal, in one line: what could is escaped.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    escape(text, &mut shown);
    shown
}

fn escape(text: &str, shown: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(is_hidden) {
        let (plain, hidden) = rest.split_at(at);
        shown.push_str(plain);
        let mut characters = hidden.chars();
        shown.extend(characters.next().into_iter().flat_map(char::escape_default));
        rest = characters.as_str();
    }
    shown.push_str(rest);
}

/// What is being written for people: our styles as they are, and text in which nothing steers.
#[derive(Default)]
struct Shown {
    text: String,
    /// Whether the text ends in a line end, which is ours if nothing follows.
    ended: bool,
    /// Whether line ends within are kept.
    keeps_lines: bool,
}

impl fmt::Write for Shown {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if piece.is_empty() {
            return Ok(());
        }
        if std::mem::take(&mut self.ended) {
            self.end_within();
        }
        if STYLING.get() {
            self.text.push_str(piece);
            return Ok(());
        }
        let inner = piece.strip_suffix('\n');
        self.ended = inner.is_some();
        for (at, line) in inner.unwrap_or(piece).split('\n').enumerate() {
            if at > 0 {
                self.end_within();
            }
            escape(line.strip_suffix('\r').filter(|_| self.keeps_lines).unwrap_or(line), &mut self.text);
        }
        Ok(())
    }
}

impl Shown {
    fn end_within(&mut self) {
        self.text.push_str(if self.keeps_lines { "\n" } else { "\\n" });
    }

    fn of(arguments: fmt::Arguments<'_>, keeps_lines: bool) -> Shown {
        let mut shown = Shown { keeps_lines, ..Shown::default() };
        // Only a `Display` of ours could fail, and none does.
        let _ = shown.write_fmt(arguments);
        shown
    }
}

/// An output for people. What one `write!` writes is a line or a part of one, and only its last
/// character can be a line end: any other was in a name or a text, and is escaped.
pub struct Line<W>(pub W);

impl<W: Write> Write for Line<W> {
    fn write_fmt(&mut self, arguments: fmt::Arguments<'_>) -> io::Result<()> {
        let shown = Shown::of(arguments, false);
        self.0.write_all(shown.text.as_bytes())?;
        if shown.ended { self.0.write_all(b"\n") } else { Ok(()) }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_fmt(format_args!("{}", String::from_utf8_lossy(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A message that may have several lines. All but the first are indented, so that a name with a line
/// end in it can pass for no line of ours.
pub fn message(arguments: fmt::Arguments<'_>) -> String {
    let shown = Shown::of(arguments, true).text;
    let mut lines = shown.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push_str(if line.starts_with("  ") { "\n" } else { "\n  " });
        out.push_str(line);
    }
    out
}

/// The output of a program that runs for us, line by line behind a bar, so that none is taken for ours.
#[derive(Default)]
pub struct ProgramOutput(Vec<u8>);

/// The longest line of a program that is kept together.
const LONGEST_LINE: usize = 8 << 10;

impl ProgramOutput {
    /// Tells of all lines that are complete.
    pub fn tell(&mut self, bytes: &[u8], mut say: impl FnMut(fmt::Arguments<'_>)) {
        self.0.extend_from_slice(bytes);
        // Progress bars go back to the start of their line.
        while let Some(end) = self.0.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let line: Vec<u8> = self.0.drain(..=end).collect();
            if end > 0 {
                say(format_args!("  | {}", String::from_utf8_lossy(&line[..end])));
            }
        }
        if self.0.len() > LONGEST_LINE {
            say(format_args!("  | {}", String::from_utf8_lossy(&std::mem::take(&mut self.0))));
        }
    }
}

/// An output for JSON. What a terminal could be steered by is written as an escape of JSON's, so that the
/// document is the same. Strings are the only places where there can be such a character.
pub struct Json<W>(pub W);

impl<W: Write> Write for Json<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What serde_json writes at once is whole characters.
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(|c| is_hidden(c) && c != '\n') => {
                let mut escaped = String::with_capacity(text.len() + 16);
                for character in text.chars() {
                    if is_hidden(character) && character != '\n' {
                        let mut units = [0; 2];
                        for unit in character.encode_utf16(&mut units) {
                            let _ = write!(escaped, "\\u{unit:04x}");
                        }
                    } else {
                        escaped.push(character);
                    }
                }
                self.0.write_all(escaped.as_bytes())?;
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::BAD;

    const EVIL: &str = "a\x1b[31m\u{202e}b\tc\r\n\u{9b}2J\x07é\u{e0041}";

    fn line(arguments: fmt::Arguments<'_>) -> String {
        let mut out = Vec::new();
        Line(&mut out).write_fmt(arguments).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_that_is_shown_can_steer_the_terminal() {
        let shown = r"a\u{1b}[31m\u{202e}b	c\r\n\u{9b}2J\u{7}é\u{e0041}";
        assert_eq!(printable(EVIL), shown);
        assert_eq!(line(format_args!("{EVIL}\n")), format!("{shown}\n"));
        assert_eq!(line(format_args!("x {EVIL}")), format!("x {shown}"));
    }

    #[test]
    fn styles_of_ours_pass_and_the_same_bytes_in_a_name_do_not() {
        let red = "\x1b[31m";
        assert_eq!(line(format_args!("{BAD}{red}{BAD:#}\n")), "\x1b[31m\\u{1b}[31m\x1b[0m\n");
    }

    #[test]
    fn a_line_end_is_ours_only_where_a_line_ends() {
        let name = "a\nerror: b\n";
        assert_eq!(line(format_args!("{name}")), "a\\nerror: b\n");
        assert_eq!(line(format_args!("{name}: c\n")), "a\\nerror: b\\n: c\n");
        assert_eq!(line(format_args!("{name}{BAD:#}\n")), "a\\nerror: b\\n\x1b[0m\n");
    }

    #[test]
    fn no_line_of_a_message_but_the_first_begins_where_ours_do() {
        assert_eq!(message(format_args!("{}", "a\nerror: b\r\n  c\x1b\n")), "a\n  error: b\n  c\\u{1b}");
    }

    #[test]
    fn what_a_program_writes_is_told_in_lines_that_are_not_ours() {
        let mut told = Vec::new();
        let mut output = ProgramOutput::default();
        for chunk in [&b"one\xc3"[..], b"\xa9\r10%\r\n", b"error: \xff\x1b\nrest"] {
            output.tell(chunk, |line| told.push(message(line)));
        }
        assert_eq!(told, ["  | oneé", "  | 10%", "  | error: \u{fffd}\\u{1b}"]);
        output.tell(&[b'x'; 9000], |line| told.push(message(line)));
        assert_eq!((told.len(), output.0.len()), (4, 0));
    }

    #[test]
    fn json_stays_the_same_document() {
        let mut out = Vec::new();
        serde_json::to_writer_pretty(Json(&mut out), &[EVIL]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains(|c| is_hidden(c) && c != '\n'), "{text}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&text).unwrap(), [EVIL]);
    }
}
