//! The one encoder of all archives.

use zlib_rs::{Deflate, DeflateFlush, Status};

/// Which encoder made the compressed bytes of an archive: a manifest records it, so that a later
/// version, whose bytes may be others, can be told from this one. The number goes up whenever the
/// test below sees other bytes.
///
/// ```
/// assert_eq!(pyrepro_archive::ENCODER, "1 zlib-rs 0.6.8 level 6, blocks of 1 MiB");
/// ```
pub const ENCODER: &str = "1 zlib-rs 0.6.8 level 6, blocks of 1 MiB";

/// Data is cut into pieces of this length, each compressed as if there were no other, and the
/// results joined. So they can be made at the same time, and nobody has to hold more than a few.
pub(super) const BLOCK: usize = 1 << 20;

/// The level that everybody's default is, and where a second more buys little.
const LEVEL: i32 = 6;

/// For headerless streams with the usual window of 32 KiB.
const WINDOW_BITS: u8 = 15;

/// What the end of a block that is not the last takes, and more.
const SYNC_MARK: usize = 16;

pub(super) struct Encoder(Deflate);

impl Encoder {
    pub(super) fn new() -> Encoder {
        Encoder(Deflate::new(LEVEL, false, WINDOW_BITS))
    }

    /// Compresses a block. What comes of the blocks of some data, written one after the other, is a
    /// deflate stream, which the last block ends.
    pub(super) fn deflate(&mut self, block: &[u8], last: bool) -> Vec<u8> {
        self.0.reset();
        let flush = if last { DeflateFlush::Finish } else { DeflateFlush::SyncFlush };
        let mut deflated = vec![0; zlib_rs::compress_bound(block.len()) + SYNC_MARK];
        loop {
            let (read, written) = (self.0.total_in() as usize, self.0.total_out() as usize);
            let status = self.0.compress(&block[read..], &mut deflated[written..], flush);
            let written = self.0.total_out() as usize;
            // The output was big enough if the encoder is through, or left some of it unused.
            match status {
                Ok(Status::StreamEnd) => {}
                Ok(Status::Ok) if !last && written < deflated.len() => {}
                Ok(Status::BufError) if !last => {}
                Ok(_) => {
                    deflated.resize(deflated.len() * 2, 0);
                    continue;
                }
                Err(error) => unreachable!("an encoder that was reset is in a state to encode: {error:?}"),
            }
            deflated.truncate(written);
            return deflated;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::super::inflate::Inflater;
    use super::*;

    /// Bytes that no version of any library makes for us.
    fn noise(length: usize, letters: u32) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        (0..length).map(|_| (next() % letters) as u8).collect()
    }

    /// Words of many lengths, some of which come again.
    fn text(length: usize) -> Vec<u8> {
        let choices = noise(length, 251);
        let words =
            choices.iter().map(|&choice| format!("{:o} = {}\n", choice, "abc".repeat(choice as usize % 7)));
        words.collect::<String>().into_bytes()
    }

    fn inputs() -> Vec<Vec<u8>> {
        let source = include_bytes!("../../../testdata/archive/module.py").to_vec();
        vec![
            vec![0],
            vec![0; BLOCK],
            source.clone(),
            source.repeat(500)[..BLOCK].to_vec(),
            noise(100_000, 256),
            noise(100_000, 2),
            noise(300_000, 20),
            text(1000),
            text(60_000),
            [text(10_000), noise(70_000, 256), text(10_000)].concat(),
        ]
    }

    fn inflate(mut deflated: &[u8]) -> Vec<u8> {
        let (mut inflater, mut inflated, mut chunk) = (Inflater::default(), Vec::new(), [0; 999]);
        loop {
            match inflater.read(&mut deflated, &mut chunk).unwrap() {
                0 => break,
                length => inflated.extend(&chunk[..length]),
            }
        }
        assert!(deflated.is_empty());
        inflated
    }

    /// If this fails, archives have other bytes than before: give `ENCODER` another number.
    #[test]
    fn the_encoder_makes_the_bytes_that_its_number_stands_for() {
        let mut encoder = Encoder::new();
        let mut hash = Sha256::new();
        for input in inputs() {
            for last in [true, false] {
                let deflated = encoder.deflate(&input, last);
                hash.update((deflated.len() as u64).to_le_bytes());
                hash.update(deflated);
            }
        }
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "da4e666938cfe71aaeb4f89e578a801401aa95c9777d68756889ccff8cf1d2eb");
    }

    #[test]
    fn joined_blocks_are_one_stream() {
        let inputs = inputs();
        let mut encoder = Encoder::new();
        let last = inputs.len() - 1;
        let blocks = inputs.iter().enumerate().map(|(index, block)| encoder.deflate(block, index == last));
        assert!(inflate(&blocks.collect::<Vec<_>>().concat()) == inputs.concat());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_was_encoded_before_leaves_no_trace(
            before in 0..80_000_usize, length in 1..80_000_usize, letters in 1..40_u32, last: bool,
        ) {
            let mut used = Encoder::new();
            used.deflate(&noise(before, letters), !last);
            let block = noise(length, letters + 1);
            let deflated = used.deflate(&block, last);
            prop_assert!(deflated == Encoder::new().deflate(&block, last));
            let end = if last { Vec::new() } else { used.deflate(&[], true) };
            prop_assert!(inflate(&[deflated, end].concat()) == block);
        }
    }
}
