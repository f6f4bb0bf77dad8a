//! Tar files that anybody made, read within limits.

use std::io::{self, Read, Write};

use super::super::limits::Limits;
use super::super::path::{self, MemberPath, PathProblem};
use super::super::problem::{Problem, ReadError};
use super::format::*;
use super::header::{Format, Header};
use super::pax::Records;

/// How much is read at a time.
const CHUNK: usize = 1 << 16;

/// A pax header longer than this describes no file that anybody has.
const LONGEST_PAX: u64 = 1 << 20;

/// A member of a tar file, with all that is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path, without `./` in front and the slash at the end of a folder's. The folder that holds
    /// everything, which some files list, has the path `.`.
    pub path: MemberPath,
    /// What it is.
    pub kind: Kind,
    /// Its name, as it is written in the archive.
    pub name: Vec<u8>,
    /// How many bytes are in it.
    pub size: u64,
    /// Its permissions, as they are written.
    pub mode: u32,
    /// The numbers of its user and group.
    pub owner: (i64, i64),
    /// The names of its user and group.
    pub owner_names: (Vec<u8>, Vec<u8>),
    /// When it was modified, in seconds since 1970. The fraction, if any, is in the pax records.
    pub time: i64,
    /// Which format its header is in.
    pub format: Format,
    /// The records of its pax header, in order.
    pub pax: Vec<(String, Vec<u8>)>,
    /// Where its header is.
    pub offset: u64,
}

/// What a member of a tar file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link to this.
    Symlink(Vec<u8>),
    /// Another name for the member of this name.
    HardLink(Vec<u8>),
    /// A device or a pipe, by its type: 3, 4 or 6.
    Special(char),
}

/// A tar file, read from its start to its end.
///
/// ```
/// use pyrepro_archive::{Entries, Entry, Limits, Order, tar};
///
/// let entries = Entries::new(vec![Entry::bytes("a.py", "x = 1\n")?], &Order::Path)?;
/// let mut file = Vec::new();
/// tar::write(&entries, &tar::Options::default(), &mut file)?;
///
/// let mut reader = tar::Reader::new(&file[..], Limits::default());
/// while let Some(member) = reader.next_member()? {
///     assert_eq!(member.path.as_str(), "a.py");
///     assert_eq!(reader.bytes()?, b"x = 1\n");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Reader<R> {
    source: R,
    limits: Limits,
    /// How much was read.
    offset: u64,
    /// How much of the last member's content was not, and how much fills it up.
    content: u64,
    padding: usize,
    /// All members so far, each a path and whether it is a folder.
    seen: Vec<(String, bool)>,
    total: u64,
    metadata: u64,
    global: Records,
    /// Whether a file may be there again, as in archives that were added to.
    repeats: bool,
    ended: bool,
}

/// What headers before a member's own said of it.
#[derive(Default)]
struct Before {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Option<Records>,
    any: bool,
}

impl<R: Read> Reader<R> {
    /// Begins to read. For a tar.gz, give it a [`gzip::Reader`](super::super::gzip::Reader).
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, tar};
    /// let mut empty = tar::Reader::new(&[0; 1024][..], Limits::default());
    /// assert_eq!(empty.next_member()?, None);
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn new(source: R, limits: Limits) -> Reader<R> {
        Reader {
            source,
            limits,
            offset: 0,
            content: 0,
            padding: 0,
            seen: Vec::new(),
            total: 0,
            metadata: 0,
            global: Records::default(),
            repeats: false,
            ended: false,
        }
    }

    /// Lets files be there more than once, of which the last one counts, as it does for tar and Python's tarfile.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, tar};
    /// let reader = tar::Reader::new(&[0; 1024][..], Limits::default()).with_repeats();
    /// # let _ = reader;
    /// ```
    #[must_use]
    pub fn with_repeats(self) -> Reader<R> {
        Reader { repeats: true, ..self }
    }

    /// The next member, whatever was read of the one before. At the end it is checked that nothing
    /// but zeros follows and that all members can be unpacked side by side.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, Problem, tar};
    /// let mut cut = tar::Reader::new(&b"abc"[..], Limits::default());
    /// assert!(matches!(cut.next_member().unwrap_err().problem, Problem::Truncated));
    /// ```
    pub fn next_member(&mut self) -> Result<Option<Member>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        let left = self.content + self.padding as u64;
        (self.content, self.padding) = (0, 0);
        self.skip(left).map_err(|problem| problem.at(self.offset))?;
        let member = self.read_headers()?;
        if member.is_none() {
            self.ended = true;
            self.finish()?;
        }
        Ok(member)
    }

    /// Writes the content of the last member, piece by piece. What was read before is not read again.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, tar};
    /// let mut empty = tar::Reader::new(&[0; 1024][..], Limits::default());
    /// empty.copy(&mut std::io::sink())?;
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn copy(&mut self, output: &mut impl Write) -> Result<(), ReadError> {
        let mut chunk = vec![0; CHUNK.min(usize::try_from(self.content).unwrap_or(CHUNK))];
        while self.content > 0 {
            let length = chunk.len().min(usize::try_from(self.content).unwrap_or(CHUNK));
            self.fill(&mut chunk[..length]).map_err(|problem| self.of_last(problem))?;
            self.content -= length as u64;
            output.write_all(&chunk[..length]).map_err(|error| self.of_last(Problem::Io(error)))?;
        }
        Ok(())
    }

    /// The content of the last member.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, tar};
    /// assert_eq!(tar::Reader::new(&[0; 1024][..], Limits::default()).bytes()?, b"");
    /// # Ok::<(), pyrepro_archive::ReadError>(())
    /// ```
    pub fn bytes(&mut self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.copy(&mut bytes)?;
        Ok(bytes)
    }

    /// The records of the last global pax header so far, such as the commit that `git archive` notes.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, tar};
    /// assert_eq!(tar::Reader::new(&[0; 1024][..], Limits::default()).global(), []);
    /// ```
    pub fn global(&self) -> &[(String, Vec<u8>)] {
        &self.global.0
    }

    /// What the tar file is read from, which knows more if it is a gzip file.
    ///
    /// ```
    /// # use pyrepro_archive::{Limits, tar};
    /// assert_eq!(tar::Reader::new(&b""[..], Limits::default()).source(), b"");
    /// ```
    pub fn source(&self) -> &R {
        &self.source
    }

    fn of_last(&self, problem: Problem) -> ReadError {
        let name = self.seen.last().map_or("", |(path, _)| path);
        problem.of(name, self.offset)
    }

    fn read_headers(&mut self) -> Result<Option<Member>, ReadError> {
        let mut before = Before::default();
        loop {
            let offset = self.offset;
            let mut block = [0; BLOCK];
            self.fill(&mut block).map_err(|problem| problem.at(offset))?;
            if block == [0; BLOCK] {
                return if before.any { Err(Problem::NoMember.at(offset)) } else { Ok(None) };
            }
            let header = Header::new(&block).ok_or_else(|| match offset {
                0 => Problem::NoRecord("tar header").at(0),
                _ => Problem::Checksum.at(offset),
            })?;
            if self.describes_next(&header, &mut before).map_err(|problem| problem.at(offset))? {
                before.any = true;
                continue;
            }
            let name = before.name.clone().unwrap_or_else(|| header.name());
            let name = String::from_utf8_lossy(&name).into_owned();
            return self
                .member(&header, before, offset)
                .map(Some)
                .map_err(|problem| problem.of(name, offset));
        }
    }

    /// Takes in a header that is not a member itself, with what follows it.
    fn describes_next(&mut self, header: &Header<'_>, before: &mut Before) -> Result<bool, Problem> {
        let kind = header.kind();
        let twice = Problem::HeaderTwice(kind.into());
        match kind {
            b'L' | b'K' => {
                let longest = self.limits.path as u64 + 1;
                let mut text = self.metadata(header, longest)?;
                text.truncate(text.iter().position(|&byte| byte == 0).unwrap_or(text.len()));
                let place = if kind == b'L' { &mut before.name } else { &mut before.link };
                if place.replace(text).is_some() { Err(twice) } else { Ok(true) }
            }
            PAX => {
                let records = Records::parse(&self.metadata(header, LONGEST_PAX)?)?;
                if before.pax.replace(records).is_some() { Err(twice) } else { Ok(true) }
            }
            b'g' => {
                self.global = Records::parse(&self.metadata(header, LONGEST_PAX)?)?;
                // A name for all members makes no sense, and not every reader would follow.
                let names = ["path", "linkpath", "size"];
                if names.iter().any(|key| self.global.get(key).is_some()) {
                    Err(Problem::Pax)
                } else {
                    Ok(true)
                }
            }
            _ => Ok(false),
        }
    }

    /// The content of a header that describes the next member.
    fn metadata(&mut self, header: &Header<'_>, longest: u64) -> Result<Vec<u8>, Problem> {
        let size = size_of(header)?;
        if size > longest {
            return Err(Problem::TooLarge { size, limit: longest });
        }
        // Endless chains of them end here, if there is nothing in them then by this.
        self.metadata = self.limits.add_metadata(self.metadata, size + BLOCK as u64)?;
        let mut data = vec![0; size as usize + padding(size)];
        self.fill(&mut data)?;
        data.truncate(size as usize);
        Ok(data)
    }

    fn member(&mut self, header: &Header<'_>, before: Before, offset: u64) -> Result<Member, Problem> {
        let pax = before.pax.unwrap_or_default();
        if pax.0.iter().any(|(key, _)| key.starts_with("GNU.sparse.")) {
            return Err(Problem::Type('S'));
        }
        let name = one_of(before.name, pax.get("path"))?.unwrap_or_else(|| header.name());
        let link = one_of(before.link, pax.get("linkpath"))?.unwrap_or_else(|| header.text(LINK).to_vec());
        let kind = kind(header.kind(), &name, link)?;
        let size = pax.number("size")?.map_or_else(|| size_of(header), Ok)?;
        if size > 0 && kind != Kind::File {
            return Err(Problem::NoContent);
        }
        self.limits.check_path(name.len())?;
        self.limits.check_size(size)?;
        self.total = self.limits.add(self.total, size)?;
        self.metadata = self.limits.add_metadata(self.metadata, name.len() as u64)?;
        let path = path(&name, &kind)?;
        self.seen.push((path.as_str().to_owned(), kind == Kind::Folder));
        self.limits.check_count(self.seen.len() as u64)?;
        (self.content, self.padding) = (size, padding(size));
        let owner = |key, field, what| match pax.number(key)? {
            Some(number) => i64::try_from(number).map_err(|_| Problem::Pax),
            None => header.number(field, what),
        };
        let owner_name = |key, field| pax.get(key).unwrap_or_else(|| header.text(field)).to_vec();
        Ok(Member {
            path,
            kind,
            name,
            size,
            mode: header.number(MODE, "mode")? as u32,
            owner: (owner("uid", USER, "user")?, owner("gid", GROUP, "group")?),
            owner_names: (owner_name("uname", USER_NAME), owner_name("gname", GROUP_NAME)),
            time: pax.seconds("mtime")?.map_or_else(|| header.number(TIME, "time"), Ok)?,
            format: header.format(),
            pax: pax.0,
            offset,
        })
    }

    /// Reads what follows the members.
    fn finish(&mut self) -> Result<(), ReadError> {
        let start = self.offset;
        let mut chunk = vec![0; CHUNK];
        let mut after = 0;
        loop {
            let length = match self.source.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Problem::from(error).at(self.offset)),
            };
            self.offset += length as u64;
            if after > 0 || chunk[..length].iter().any(|&byte| byte != 0) {
                after = self.offset - start;
            }
        }
        if after > 0 {
            return Err(Problem::Trailing(after).at(start));
        }
        if self.repeats {
            self.seen.sort();
            self.seen.dedup();
        }
        match path::collision(self.seen.iter().map(|(path, is_folder)| (path.as_str(), *is_folder))) {
            None => Ok(()),
            Some(collision) => {
                let (path, problem) = collision.problem();
                Err(problem.of(path, start))
            }
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Problem> {
        self.source.read_exact(buffer)?;
        self.offset += buffer.len() as u64;
        Ok(())
    }

    fn skip(&mut self, length: u64) -> Result<(), Problem> {
        let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
        self.offset += skipped;
        if skipped < length { Err(Problem::Truncated) } else { Ok(()) }
    }
}

fn size_of(header: &Header<'_>) -> Result<u64, Problem> {
    header.number(SIZE, "size")?.try_into().map_err(|_| Problem::Number("size"))
}

/// A member whose name is told by both GNU and pax has one for some readers and another for others.
fn one_of(gnu: Option<Vec<u8>>, pax: Option<&[u8]>) -> Result<Option<Vec<u8>>, Problem> {
    match (gnu, pax) {
        (Some(gnu), Some(pax)) if gnu != pax => Err(Problem::TwoNames),
        (gnu, pax) => Ok(gnu.or_else(|| pax.map(<[u8]>::to_vec))),
    }
}

fn kind(kind: u8, name: &[u8], link: Vec<u8>) -> Result<Kind, Problem> {
    Ok(match kind {
        0 if name.ends_with(b"/") => Kind::Folder,
        0 | FILE | b'7' => Kind::File,
        FOLDER => Kind::Folder,
        HARD_LINK => Kind::HardLink(link),
        SYMLINK => Kind::Symlink(link),
        b'3' | b'4' | b'6' => Kind::Special(kind.into()),
        _ => return Err(Problem::Type(kind.into())),
    })
}

fn path(name: &[u8], kind: &Kind) -> Result<MemberPath, Problem> {
    let mut name = std::str::from_utf8(name).map_err(|_| Problem::Path(PathProblem::NotUtf8))?;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    if *kind == Kind::Folder {
        if name.is_empty() || name == "." {
            return Ok(MemberPath::root());
        }
        name = name.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(name);
    }
    MemberPath::new(name).map_err(|bad| Problem::Path(bad.problem))
}
