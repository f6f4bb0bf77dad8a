//! Deflate streams, inflated piece by piece.

use std::io::{self, BufRead};

use zlib_rs::{Inflate, InflateFlush, Status};

use super::problem::Problem;

/// A deflate stream that is being read.
pub struct Inflater {
    inflate: Inflate,
    ended: bool,
}

impl Default for Inflater {
    /// At the start of a stream without a header.
    fn default() -> Inflater {
        // The largest window there is.
        Inflater { inflate: Inflate::new(false, 15), ended: false }
    }
}

impl Inflater {
    /// How much of the stream was read.
    pub fn consumed(&self) -> u64 {
        self.inflate.total_in()
    }

    /// Puts what comes next into the output, from its start, and says how much; none at the end of
    /// the stream. What follows the stream stays in the input.
    pub fn read(&mut self, input: &mut impl BufRead, output: &mut [u8]) -> Result<usize, Problem> {
        while !self.ended && !output.is_empty() {
            let available = filled(input)?;
            let is_end = available.is_empty();
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(available, output, InflateFlush::NoFlush);
            let read = (self.inflate.total_in() - read) as usize;
            let written = (self.inflate.total_out() - written) as usize;
            input.consume(read);
            self.ended = status.map_err(|_| Problem::Deflate)? == Status::StreamEnd;
            if written > 0 {
                return Ok(written);
            }
            // Without this, a stream that neither takes nor gives anything would have no end.
            if read == 0 && !self.ended {
                return Err(if is_end { Problem::Truncated } else { Problem::Deflate });
            }
        }
        Ok(0)
    }
}

/// What can be had of the input: nothing at its end alone. A call that a signal interrupts is made again here, because
/// who reads on after such an error has forgotten where it was.
pub(super) fn filled(input: &mut impl BufRead) -> io::Result<&[u8]> {
    let is_end = loop {
        match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            filled => break filled?.is_empty(),
        }
    };
    if is_end { Ok(&[]) } else { input.fill_buf() }
}
