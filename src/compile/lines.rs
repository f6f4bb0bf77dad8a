//! The lines of a source, to be shown.

/// The longest line that is shown with a warning. Programs write lines of megabytes, and nobody wants a copy of one for
/// each of its warnings.
const LONGEST: usize = 4096;

/// The lines of a source.
pub(super) struct Lines<'a>(Vec<&'a [u8]>);

impl Lines<'_> {
    /// All lines of a source.
    pub(super) fn of(source: &[u8]) -> Lines<'_> {
        Lines(source.split(|byte| *byte == b'\n').collect())
    }

    /// A line, from 1, as it is, if it is UTF-8.
    pub(super) fn text(&self, number: i32) -> Option<String> {
        let line = self.get(usize::try_from(number).ok()?)?;
        String::from_utf8(line.strip_suffix(b"\r").unwrap_or(line).to_vec()).ok()
    }

    /// A line, from 1, for a warning: without the blanks around it, and none that is too long.
    pub(super) fn shown(&self, number: u32) -> Option<String> {
        let line = self.get(number as usize)?.trim_ascii();
        (line.len() <= LONGEST).then(|| String::from_utf8_lossy(line).trim().to_owned())
    }

    fn get(&self, number: usize) -> Option<&[u8]> {
        self.0.get(number.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_not_shown_with_warnings() {
        let source = [b"  x = 1\r\n\t".to_vec(), vec![b'y'; LONGEST + 1]].concat();
        let lines = Lines::of(&source);
        assert_eq!(lines.shown(1).as_deref(), Some("x = 1"));
        assert_eq!((lines.shown(2), lines.shown(3), lines.shown(0)), (None, None, None));
        assert_eq!(lines.text(1).as_deref(), Some("  x = 1"));
        assert!(lines.text(2).is_some() && lines.text(-1).is_none());
    }
}
