//! Requests of Bazel and answers to them: JSON, a document a line, or protocol buffers with their lengths.

use std::io::{self, BufRead, Read, Write};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};

use super::Protocol;

/// What is to be done: `blaze.worker.WorkRequest`. Digests of inputs are not needed, since files are read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Request {
    pub arguments: Vec<String>,
    #[serde(rename = "requestId")]
    pub id: i32,
    pub cancel: bool,
    pub sandbox_dir: String,
}

/// What came of it: `blaze.worker.WorkResponse`.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    #[serde(rename = "exitCode")]
    pub exit: i32,
    pub output: String,
    #[serde(rename = "requestId")]
    pub id: i32,
}

/// The longest request. Actions with more arguments have them in a file.
const LONGEST: u64 = 64 << 20;

/// Which form the first bytes have. A message whose length is that of `{` goes on with the tag of a field, and no
/// tag is a quotation mark.
pub fn seen(first: &[u8]) -> Protocol {
    match first {
        [b'{', b'"' | b'}' | b' ', ..] | [b'{'] => Protocol::Json,
        _ => Protocol::Proto,
    }
}

impl Request {
    /// The next request; none at the end of the input.
    pub fn read(protocol: Protocol, input: &mut impl BufRead) -> anyhow::Result<Option<Request>> {
        match protocol {
            Protocol::Json => Request::read_json(input),
            Protocol::Proto => Request::read_proto(input),
        }
    }

    fn read_json(input: &mut impl BufRead) -> anyhow::Result<Option<Request>> {
        let mut line = Vec::new();
        while line.trim_ascii().is_empty() {
            line.clear();
            if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
        }
        serde_json::from_slice(&line).context("a request is not a work request in JSON").map(Some)
    }

    fn read_proto(input: &mut impl BufRead) -> anyhow::Result<Option<Request>> {
        if input.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let length = varint(input)?;
        ensure!(length <= LONGEST, "a request of {length} bytes; allowed: up to {LONGEST}");
        let mut bytes = Vec::new();
        input.by_ref().take(length).read_to_end(&mut bytes)?;
        ensure!(bytes.len() as u64 == length, "a request ends after {} of {length} bytes", bytes.len());
        Request::of_message(&bytes).map(Some)
    }

    fn of_message(mut bytes: &[u8]) -> anyhow::Result<Request> {
        let mut request = Request::default();
        while !bytes.is_empty() {
            let tag = varint(&mut bytes)?;
            match (tag >> 3, tag & 7) {
                (1, 2) => request.arguments.push(text(&mut bytes)?),
                (3, 0) => request.id = varint(&mut bytes)? as i32,
                (4, 0) => request.cancel = varint(&mut bytes)? != 0,
                (6, 2) => request.sandbox_dir = text(&mut bytes)?,
                (_, kind) => skip(kind, &mut bytes)?,
            }
        }
        Ok(request)
    }
}

impl Response {
    pub fn write(&self, protocol: Protocol, out: &mut impl Write) -> io::Result<()> {
        match protocol {
            Protocol::Json => {
                serde_json::to_writer(&mut *out, self)?;
                out.write_all(b"\n")
            }
            Protocol::Proto => {
                let mut message = Vec::new();
                // A negative number would take ten bytes; exit codes are none, and ids are as they came.
                put_number(1, self.exit as u64, &mut message);
                put_varint(2 << 3 | 2, &mut message);
                put_varint(self.output.len() as u64, &mut message);
                message.extend_from_slice(self.output.as_bytes());
                put_number(3, self.id as i64 as u64, &mut message);
                let mut length = Vec::new();
                put_varint(message.len() as u64, &mut length);
                out.write_all(&length)?;
                out.write_all(&message)
            }
        }
    }
}

fn put_number(field: u64, number: u64, message: &mut Vec<u8>) {
    if number != 0 {
        put_varint(field << 3, message);
        put_varint(number, message);
    }
}

fn put_varint(mut number: u64, message: &mut Vec<u8>) {
    while number >= 0x80 {
        message.push(number as u8 | 0x80);
        number >>= 7;
    }
    message.push(number as u8);
}

fn varint(input: &mut impl Read) -> anyhow::Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        input.read_exact(&mut byte).context("a request ends within a number")?;
        number |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            return Ok(number);
        }
    }
    bail!("a request has a number of more than 64 bits")
}

fn part<'a>(bytes: &mut &'a [u8], length: u64) -> anyhow::Result<&'a [u8]> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (part, rest) =
        bytes.split_at_checked(length).context("a field of a request is longer than the request")?;
    *bytes = rest;
    Ok(part)
}

fn text(bytes: &mut &[u8]) -> anyhow::Result<String> {
    let length = varint(bytes)?;
    let text = part(bytes, length)?;
    Ok(std::str::from_utf8(text).context("a text of a request is not UTF-8")?.to_owned())
}

fn skip(kind: u64, bytes: &mut &[u8]) -> anyhow::Result<()> {
    match kind {
        0 => drop(varint(bytes)?),
        1 => drop(part(bytes, 8)?),
        2 => {
            let length = varint(bytes)?;
            part(bytes, length)?;
        }
        5 => drop(part(bytes, 4)?),
        _ => bail!("a request has a field of an unknown kind"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Vec<u8> {
        let mut bytes = Vec::new();
        for argument in ["--src", "a.py"] {
            bytes.push(1 << 3 | 2);
            bytes.push(argument.len() as u8);
            bytes.extend_from_slice(argument.as_bytes());
        }
        // An input, a priority that nobody knows, the id and the folder.
        bytes.extend_from_slice(b"\x12\x06\x0a\x04a.py");
        bytes.extend_from_slice(b"\x28\x01");
        bytes.extend_from_slice(b"\x18\x96\x01\x32\x03box");
        bytes
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_varint(message.len() as u64, &mut bytes);
        bytes.extend_from_slice(message);
        bytes
    }

    #[test]
    fn a_request_is_the_same_in_both_forms() {
        let expected = Request {
            arguments: vec!["--src".into(), "a.py".into()],
            id: 150,
            cancel: false,
            sandbox_dir: "box".into(),
        };
        let proto = framed(&message());
        assert_eq!(Request::read(Protocol::Proto, &mut proto.as_slice()).unwrap(), Some(expected));
        let json = br#"{"arguments":["--src","a.py"],"inputs":[{"path":"a.py","digest":"x"}],"requestId":150,"sandboxDir":"box"}
"#;
        let read = Request::read(Protocol::Json, &mut json.as_slice()).unwrap();
        assert_eq!(read, Request::read(Protocol::Proto, &mut proto.as_slice()).unwrap());
        assert!(matches!(seen(json), Protocol::Json) && matches!(seen(&proto), Protocol::Proto));
    }

    #[test]
    fn requests_that_are_none_are_errors() {
        let whole = framed(&message());
        for length in 1..whole.len() {
            assert!(Request::read(Protocol::Proto, &mut &whole[..length]).is_err(), "{length}");
        }
        for bytes in [&b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"[..], b"\x02\x0a\x7f", b"\x01\x0b"] {
            assert!(Request::read(Protocol::Proto, &mut &*bytes).is_err(), "{bytes:?}");
        }
        assert!(Request::read(Protocol::Json, &mut &b"[1]\n"[..]).is_err());
        assert_eq!(Request::read(Protocol::Json, &mut &b"\n"[..]).unwrap(), None);
    }

    #[test]
    fn an_answer_has_its_length_before_it() {
        let response = Response { exit: 1, output: "no".into(), id: 150 };
        let mut bytes = Vec::new();
        response.write(Protocol::Proto, &mut bytes).unwrap();
        assert_eq!(bytes, b"\x09\x08\x01\x12\x02no\x18\x96\x01");
    }
}
