//! Whether a bytecode file is what would be written, as far as can be told without compiling.

use serde::Serialize;

use super::request::Form;
use crate::pyc::{HEADER_SIZE, Header, Pyc};

/// What a bytecode file is, seen from its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it would be written.
    Fresh,
    /// Not there.
    Missing,
    /// Of another source, or of an earlier one.
    Stale,
    /// With another invalidation mode or another recorded file name than asked for.
    Mismatched,
    /// Not written by pyrepro, or not in the form asked for.
    Foreign,
}

impl State {
    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            State::Fresh => "fresh",
            State::Missing => "missing",
            State::Stale => "stale",
            State::Mismatched => "mismatched",
            State::Foreign => "foreign",
        }
    }
}

/// What a bytecode file should be.
pub struct Expected<'a> {
    /// Its first bytes.
    pub header: Header,
    /// The file name recorded in its code, as marshal data has it.
    pub name: &'a [u8],
    /// The form of its code.
    pub form: Form,
}

impl Expected<'_> {
    /// What state a file is in that has these bytes.
    pub fn state(&self, file: &[u8]) -> State {
        let Ok(header) = Header::parse(file) else { return State::Foreign };
        if header.version != self.header.version {
            return State::Foreign;
        }
        if file[..HEADER_SIZE] != self.header.to_bytes() {
            return self.other_header(&header);
        }
        let Ok(pyc) = Pyc::parse(file) else { return State::Foreign };
        if pyc.graph.file_names().any(|name| name != self.name) {
            return State::Mismatched;
        }
        match pyc.graph.is_canonical() == (self.form == Form::Canonical) {
            true => State::Fresh,
            false => State::Foreign,
        }
    }

    fn other_header(&self, found: &Header) -> State {
        let (found, expected) = (found.invalidation, self.header.invalidation);
        match (found.source_hash(), expected.source_hash()) {
            (Some(found), Some(expected)) if found != expected => State::Stale,
            (None, None) if found != expected => State::Stale,
            _ => State::Mismatched,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marshal;
    use crate::pyc::InvalidationMode;
    use crate::python::Version;

    const SOURCE: &[u8] = b"pass\n";

    fn code(name: &[u8]) -> Vec<u8> {
        marshal::canonical(&shared_nothing(name), version()).expect("code")
    }

    /// The code of an empty module of 3.8, with this file name, as no canonical form has it.
    fn shared_nothing(name: &[u8]) -> Vec<u8> {
        let mut code = b"c".to_vec();
        for number in [0, 0, 0, 0, 1, 64] {
            code.extend(i32::to_le_bytes(number));
        }
        code.extend(b"s\x04\x00\x00\x00d\x00S\x00)\x01N)\x00)\x00)\x00)\x00");
        for text in [name, b"<module>"] {
            code.extend([b'z', text.len() as u8]);
            code.extend(text);
        }
        code.extend(1_i32.to_le_bytes());
        code.extend(b"s\x00\x00\x00\x00");
        code
    }

    fn version() -> Version {
        Version::new(3, 8).expect("in the table")
    }

    fn header(mode: InvalidationMode, source: &[u8]) -> Header {
        Header::of_source(version(), mode, source, 7)
    }

    fn file(mode: InvalidationMode, source: &[u8], code: &[u8]) -> Vec<u8> {
        [&header(mode, source).to_bytes(), code].concat()
    }

    #[test]
    fn each_difference_has_its_state() {
        use InvalidationMode::{CheckedHash, Timestamp, UncheckedHash};
        let header = header(CheckedHash, SOURCE);
        let expected = Expected { header, name: b"m.py", form: Form::Canonical };
        let good = code(b"m.py");
        let foreign = shared_nothing(b"m.py");
        for (file, state) in [
            (file(CheckedHash, SOURCE, &good), State::Fresh),
            (file(CheckedHash, b"other", &good), State::Stale),
            (file(UncheckedHash, b"other", &good), State::Stale),
            (file(UncheckedHash, SOURCE, &good), State::Mismatched),
            (file(Timestamp, SOURCE, &good), State::Mismatched),
            (file(CheckedHash, SOURCE, &code(b"n.py")), State::Mismatched),
            (file(CheckedHash, SOURCE, &foreign), State::Foreign),
            (file(CheckedHash, SOURCE, &good[1..]), State::Foreign),
            (b"\xf3\r\r\n".to_vec(), State::Foreign),
            (Vec::new(), State::Foreign),
        ] {
            assert_eq!(expected.state(&file), state, "{file:?}");
        }
        let interpreter = Expected { form: Form::Interpreter, ..expected };
        assert_eq!(interpreter.state(&file(CheckedHash, SOURCE, &foreign)), State::Fresh);
        assert_eq!(interpreter.state(&file(CheckedHash, SOURCE, &good)), State::Foreign);
    }
}
