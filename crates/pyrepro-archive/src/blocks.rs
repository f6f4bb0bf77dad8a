//! Data in blocks: cut, read and compressed by several threads, handed over in order.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZero;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::deflate::{BLOCK, Encoder};
use super::entry::{Content, WriteError};
use super::spool::{Kept, Shared};

/// How much of the data may be read and not yet written, for each thread. Twice that and what
/// encoders need for themselves is the most memory that writing an archive takes.
const WINDOW: usize = 4 * BLOCK;

/// How much a thread is given at a time, if not a single block: handing over and waking up cost as much
/// as compressing some kilobytes, and most members are shorter than that.
const BATCH: usize = 1 << 17;

/// How many blocks a batch may have: the smallest ones cost more than their length.
const BATCH_BLOCKS: usize = 64;

/// Some bytes of an archive's data, and where to get them.
#[derive(Debug, Clone)]
pub(super) enum Part<'a> {
    Bytes(Cow<'a, [u8]>),
    File {
        path: &'a Path,
        range: Range<u64>,
        /// The length of the whole file.
        size: u64,
    },
    Spooled {
        file: &'a File,
        range: Range<u64>,
    },
}

impl<'a> From<&'a Content> for Part<'a> {
    fn from(content: &'a Content) -> Part<'a> {
        match content {
            Content::Bytes(bytes) => Part::Bytes(Cow::Borrowed(bytes)),
            Content::File { path, size, .. } => Part::File { path, range: 0..*size, size: *size },
            Content::Spooled(stretch) => match &stretch.0 {
                Kept::Memory(bytes) => Part::Bytes(Cow::Borrowed(bytes)),
                Kept::Disk { file, start, size } => Part::Spooled { file, range: *start..*start + *size },
            },
        }
    }
}

impl<'a> Part<'a> {
    fn len(&self) -> u64 {
        match self {
            Part::Bytes(bytes) => bytes.len() as u64,
            Part::File { range, .. } | Part::Spooled { range, .. } => range.end - range.start,
        }
    }

    /// Cuts off the first bytes, as many of `length` as there are; gives them and the rest, if any.
    fn split(self, length: usize) -> (Part<'a>, Option<Part<'a>>) {
        if self.len() <= length as u64 {
            return (self, None);
        }
        match self {
            Part::Bytes(Cow::Borrowed(bytes)) => {
                let (head, tail) = bytes.split_at(length);
                (Part::Bytes(head.into()), Some(Part::Bytes(tail.into())))
            }
            Part::Bytes(Cow::Owned(mut head)) => {
                let tail = head.split_off(length);
                (Part::Bytes(head.into()), Some(Part::Bytes(tail.into())))
            }
            Part::File { path, range, size } => {
                let middle = range.start + length as u64;
                let head = Part::File { path, range: range.start..middle, size };
                (head, Some(Part::File { path, range: middle..range.end, size }))
            }
            Part::Spooled { file, range } => {
                let middle = range.start + length as u64;
                let head = Part::Spooled { file, range: range.start..middle };
                (head, Some(Part::Spooled { file, range: middle..range.end }))
            }
        }
    }

    fn read_into(&self, buffer: &mut Vec<u8>) -> Result<(), WriteError> {
        match self {
            Part::Bytes(bytes) => buffer.extend_from_slice(bytes),
            Part::File { path, range, size } => {
                let read = read_range(path, range, *size, buffer);
                let whole =
                    read.map_err(|source| WriteError::Unreadable { path: path.to_path_buf(), source })?;
                if !whole {
                    return Err(WriteError::Changed { path: path.to_path_buf(), size: *size });
                }
            }
            Part::Spooled { file, range } => {
                let length = range.end - range.start;
                let read = Shared::from(file, range.start).take(length).read_to_end(buffer)?;
                if read as u64 != length {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
            }
        }
        Ok(())
    }
}

/// Appends this part of a file; false if the file does not reach that far, or goes on behind what
/// should be its end.
fn read_range(path: &Path, range: &Range<u64>, size: u64, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start))?;
    }
    // One byte beyond the end tells whether the file has grown.
    let beyond = u64::from(range.end == size);
    let wanted = range.end - range.start;
    let read = file.take(wanted + beyond).read_to_end(buffer)?;
    Ok(read as u64 == wanted)
}

/// A piece of data that is compressed at a time.
#[derive(Debug)]
pub(super) struct Block<'a> {
    parts: Vec<Part<'a>>,
    length: usize,
    /// Whether the data ends here.
    pub(super) last: bool,
}

/// Cuts data into blocks of [`BLOCK`] bytes, of which the last may be shorter. No data, no block.
pub(super) fn cut<'a>(parts: impl Iterator<Item = Part<'a>>) -> impl Iterator<Item = Block<'a>> {
    let mut parts = parts.filter(|part| part.len() > 0);
    let mut rest = parts.next();
    std::iter::from_fn(move || {
        let mut block = Block { parts: Vec::new(), length: 0, last: false };
        while block.length < BLOCK
            && let Some(part) = rest.take()
        {
            let (head, tail) = part.split(BLOCK - block.length);
            block.length += head.len() as usize;
            block.parts.push(head);
            rest = tail.or_else(|| parts.next());
        }
        block.last = rest.is_none();
        (block.length > 0).then_some(block)
    })
}

/// A block that was read.
pub(super) struct Packed<'a> {
    /// What is in it.
    pub(super) raw: Cow<'a, [u8]>,
    /// The same compressed, if that was asked for.
    pub(super) deflated: Option<Vec<u8>>,
}

/// Reads blocks and, where the flag beside them says so, compresses them, on that many threads, and
/// hands them over one after the other.
pub(super) fn pack<'a>(
    blocks: impl Iterator<Item = (Block<'a>, bool)>,
    threads: NonZero<usize>,
    mut take: impl FnMut(Packed<'a>) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let (jobs, line) = mpsc::channel();
    let line = Mutex::new(line);
    thread::scope(|scope| {
        // Owned by this closure, so that every way out of it ends the line and with it the threads.
        let jobs = jobs;
        for number in 0..threads.get() {
            match thread::Builder::new().spawn_scoped(scope, || work(&line)) {
                Ok(_) => {}
                // One is enough.
                Err(_) if number > 0 => break,
                Err(error) => return Err(no_thread(error)),
            }
        }
        let mut begun = Begun { batches: VecDeque::new(), bytes: 0 };
        for batch in batches(blocks) {
            while begun.fills(threads.get(), batch.length) {
                begun.finish_first()?.into_iter().try_for_each(|packed| take(packed?))?;
            }
            let (result, place) = mpsc::sync_channel(1);
            begun.batches.push_back((place, batch.length));
            begun.bytes += batch.length;
            // This fails only if all threads are gone, which the batch's place will tell, too.
            let _ = jobs.send(Job { batch, result });
        }
        while !begun.batches.is_empty() {
            begun.finish_first()?.into_iter().try_for_each(|packed| take(packed?))?;
        }
        Ok(())
    })
}

fn no_thread(error: io::Error) -> WriteError {
    io::Error::new(error.kind(), format!("no thread can be started: {error}")).into()
}

/// Some blocks that one thread packs one after the other, each with whether to compress it.
#[derive(Default)]
struct Batch<'a> {
    blocks: Vec<(Block<'a>, bool)>,
    length: usize,
}

fn batches<'a>(mut blocks: impl Iterator<Item = (Block<'a>, bool)>) -> impl Iterator<Item = Batch<'a>> {
    std::iter::from_fn(move || {
        let mut batch = Batch::default();
        while batch.length < BATCH
            && batch.blocks.len() < BATCH_BLOCKS
            && let Some((block, deflate)) = blocks.next()
        {
            batch.length += block.length;
            batch.blocks.push((block, deflate));
        }
        (!batch.blocks.is_empty()).then_some(batch)
    })
}

/// What comes of a batch.
type PackedBatch<'a> = Vec<Result<Packed<'a>, WriteError>>;

struct Job<'a> {
    batch: Batch<'a>,
    result: SyncSender<PackedBatch<'a>>,
}

/// What a thread does: one job after the other, until there will be no more.
fn work<'a>(line: &Mutex<Receiver<Job<'a>>>) {
    let mut encoder = Encoder::new();
    loop {
        let job = line.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { batch, result }) = job else { return };
        let blocks = batch.blocks.into_iter();
        let packed = blocks.map(|(block, deflate)| block.pack(deflate.then_some(&mut encoder)));
        // Nobody takes it if writing failed meanwhile.
        let _ = result.send(packed.collect());
    }
}

impl<'a> Block<'a> {
    fn pack(self, encoder: Option<&mut Encoder>) -> Result<Packed<'a>, WriteError> {
        let raw = match self.parts[..] {
            [Part::Bytes(Cow::Borrowed(bytes))] => Cow::Borrowed(bytes),
            _ => Cow::Owned(self.read()?),
        };
        let deflated = encoder.map(|encoder| encoder.deflate(&raw, self.last));
        Ok(Packed { raw, deflated })
    }

    fn read(&self) -> Result<Vec<u8>, WriteError> {
        let mut raw = Vec::with_capacity(self.length + 1);
        for part in &self.parts {
            part.read_into(&mut raw)?;
        }
        Ok(raw)
    }
}

/// The batches that were given to the threads and are not handed over, in order.
struct Begun<'a> {
    /// Where each will come out, and its length.
    batches: VecDeque<(Receiver<PackedBatch<'a>>, usize)>,
    bytes: usize,
}

impl<'a> Begun<'a> {
    /// Whether there is no room for another batch of that length.
    fn fills(&self, threads: usize, length: usize) -> bool {
        !self.batches.is_empty()
            && (self.bytes + length > threads * WINDOW || self.batches.len() >= threads * (WINDOW / BATCH))
    }

    /// Waits for the first. There must be one.
    fn finish_first(&mut self) -> Result<PackedBatch<'a>, WriteError> {
        let (place, length) = self.batches.pop_front().expect("only asked while there are batches");
        self.bytes -= length;
        // A thread that panicked leaves its place empty; the scope hands the panic on.
        place.recv().map_err(|_| io::Error::other("a thread that compresses panicked").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(length: usize) -> Part<'static> {
        Part::Bytes((0..length).map(|i| (i % 251) as u8).collect::<Vec<_>>().into())
    }

    fn lengths(parts: Vec<Part<'_>>) -> Vec<(usize, bool)> {
        cut(parts.into_iter()).map(|block| (block.length, block.last)).collect()
    }

    #[test]
    fn data_is_cut_at_the_same_places_whatever_parts_it_comes_in() {
        assert_eq!(lengths(vec![]), []);
        assert_eq!(lengths(vec![bytes(0), bytes(0)]), []);
        assert_eq!(lengths(vec![bytes(BLOCK)]), [(BLOCK, true)]);
        assert_eq!(lengths(vec![bytes(BLOCK), bytes(1)]), [(BLOCK, false), (1, true)]);
        assert_eq!(lengths(vec![bytes(1), bytes(0), bytes(BLOCK)]), [(BLOCK, false), (1, true)]);
        let file = Part::File { path: Path::new("x"), range: 0..3 * BLOCK as u64, size: 3 * BLOCK as u64 };
        assert_eq!(
            lengths(vec![bytes(7), file]),
            [(BLOCK, false), (BLOCK, false), (BLOCK, false), (7, true)]
        );
    }

    #[test]
    fn blocks_come_out_in_order_and_alike_for_any_number_of_threads() {
        let parts: Vec<_> = (0..40).map(|i| bytes(i * 40_000)).collect();
        let packed = |threads| {
            let mut out = Vec::new();
            let blocks = cut(parts.iter().cloned()).map(|block| (block, true));
            pack(blocks, NonZero::new(threads).unwrap(), |packed| {
                out.push((packed.raw.into_owned(), packed.deflated));
                Ok(())
            })
            .unwrap();
            out
        };
        let expected = packed(1);
        let raw: Vec<u8> = expected.iter().flat_map(|(raw, _)| raw.clone()).collect();
        let given: Vec<u8> = (0..40).flat_map(|i| (0..i * 40_000).map(|i| (i % 251) as u8)).collect();
        assert_eq!(raw, given);
        for threads in [2, 3, 8] {
            assert!(packed(threads) == expected, "{threads} threads");
        }
    }

    #[test]
    fn a_file_of_another_length_than_said_is_an_error() {
        let size = std::fs::metadata("Cargo.toml").unwrap().len();
        let read = |size: u64| {
            let part = Part::File { path: Path::new("Cargo.toml"), range: 0..size, size };
            part.read_into(&mut Vec::new())
        };
        assert!(read(size).is_ok());
        assert!(matches!(read(size - 1), Err(WriteError::Changed { .. })));
        assert!(matches!(read(size + 1), Err(WriteError::Changed { .. })));
    }

    #[test]
    fn the_first_error_ends_it() {
        let parts = [bytes(3), Part::File { path: Path::new("no such file"), range: 0..1, size: 1 }];
        let blocks = parts.into_iter().flat_map(|part| cut(std::iter::once(part))).map(|block| (block, true));
        let mut seen = 0;
        let result = pack(blocks, NonZero::<usize>::MIN, |_| {
            seen += 1;
            Ok(())
        });
        assert!(matches!(result, Err(WriteError::Unreadable { .. })));
        assert_eq!(seen, 1);
    }
}
