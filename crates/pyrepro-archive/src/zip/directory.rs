//! The central directory: what is said of each member at the end of a zip file.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::super::limits::Limits;
use super::super::path::{self, MemberPath, PathProblem};
use super::super::problem::{Problem, ReadError};
use super::cp437;
use super::end::End;
use super::fields::{Extra, Extras, Zip64, u16_at, u32_at};
use super::format::*;

/// A member of a zip file, with all that is said of it.
///
/// Whatever is not its path, content or executable bit is there for those who look for what makes
/// archives differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path, without the slash at the end of a folder's.
    pub path: MemberPath,
    /// What it is.
    pub kind: Kind,
    /// Its name, as it is written in the archive.
    pub name: Vec<u8>,
    /// How many bytes are in it.
    pub size: u64,
    /// How many bytes these take in the archive.
    pub packed: u64,
    /// The checksum of its content.
    pub crc: u32,
    /// Whether it is compressed.
    pub deflated: bool,
    /// Date and time as MS-DOS packs them.
    pub dos: (u16, u16),
    /// General purpose flags: bit 3 for a data descriptor, bit 11 for a name in UTF-8.
    pub flags: u16,
    /// The system that made it, 3 for Unix, and by which version of the specification.
    pub made_by: (u8, u8),
    /// Which version of the specification is needed to read it.
    pub needs: u16,
    /// Attributes for the system that made it; on Unix, the upper half is the mode.
    pub attributes: u32,
    /// Attributes for all systems; bit 0 is for text.
    pub internal: u16,
    /// The extra fields of the central directory.
    pub extras: Vec<Extra>,
    /// Those of the local header.
    pub local_extras: Vec<Extra>,
    /// A comment.
    pub comment: Vec<u8>,
    /// Where its local header is in the file.
    pub offset: u64,
    /// Where its data is in the file.
    pub(super) data: u64,
}

/// What a member of a zip file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, whose target is its content.
    Symlink,
    /// A device, a pipe or a socket.
    Special,
}

impl Member {
    /// The Unix mode, kind of file included, if the member was made where there are such.
    ///
    /// ```
    /// use pyrepro_archive::{Entries, Entry, Limits, Order, zip};
    ///
    /// let entries = Entries::new(vec![Entry::bytes("run", "")?.executable(true)], &Order::Path)?;
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// zip::write(&entries, &zip::Options::default(), &mut file)?;
    /// assert_eq!(zip::Reader::open(file, Limits::default())?.members()[0].mode(), Some(0o100_755));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mode(&self) -> Option<u32> {
        let mode = self.attributes >> 16;
        (self.made_by.0 == UNIX && mode != 0).then_some(mode)
    }

    /// For errors.
    pub(super) fn problem(&self, problem: Problem) -> ReadError {
        problem.of(self.path.as_str(), self.offset)
    }
}

/// Reads the headers of all members, in the order in which they come.
pub(super) fn read(
    source: &mut (impl Read + Seek),
    end: &End,
    limits: &Limits,
) -> Result<Vec<Member>, ReadError> {
    let whole = |problem: Problem| problem.at(end.directory.start);
    limits.check_count(end.count).map_err(whole)?;
    source.seek(SeekFrom::Start(end.directory.start)).map_err(|error| whole(error.into()))?;
    let length = end.directory.end - end.directory.start;
    let mut directory = BufReader::new(source).take(length);
    limits.add_metadata(0, length).map_err(whole)?;
    let (mut members, mut total, mut packed) = (Vec::new(), 0, 0_u64);
    while directory.limit() > 0 {
        let at = end.directory.end - directory.limit();
        let raw = Raw::read(&mut directory).map_err(|problem| problem.at(at))?;
        let member = raw.member(end.shift, limits).map_err(|problem| problem.of(raw.shown_name(), at))?;
        total = limits.add(total, member.size).map_err(|problem| member.problem(problem))?;
        packed = packed.saturating_add(member.packed);
        members.push(member);
        limits.check_count(members.len() as u64).map_err(|problem| problem.at(at))?;
    }
    if members.len() as u64 != end.count {
        return Err(whole(Problem::WrongCount { said: end.count, found: members.len() as u64 }));
    }
    limits.check_ratio(packed, total).map_err(whole)?;
    let paths = members.iter().map(|member| (member.path.as_str(), member.kind == Kind::Folder));
    match path::collision(paths) {
        None => Ok(members),
        Some(collision) => {
            let (path, problem) = collision.problem();
            Err(problem.of(path, end.directory.start))
        }
    }
}

/// A header as it is written.
struct Raw {
    fixed: [u8; CENTRAL_LENGTH],
    name: Vec<u8>,
    extra: Vec<u8>,
    comment: Vec<u8>,
}

impl Raw {
    fn read(directory: &mut impl Read) -> Result<Raw, Problem> {
        let mut fixed = [0; CENTRAL_LENGTH];
        directory.read_exact(&mut fixed)?;
        if u32_at(&fixed, 0) != CENTRAL {
            return Err(Problem::NoRecord("header of the central directory"));
        }
        let mut field = |at| {
            let mut bytes = vec![0; u16_at(&fixed, at).into()];
            directory.read_exact(&mut bytes).map(|()| bytes)
        };
        let (name, extra, comment) = (field(28)?, field(30)?, field(32)?);
        Ok(Raw { fixed, name, extra, comment })
    }

    fn shown_name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    fn member(&self, shift: u64, limits: &Limits) -> Result<Member, Problem> {
        let fixed = &self.fixed;
        limits.check_path(self.name.len())?;
        let flags = u16_at(fixed, 8);
        let extras = Extras::parse(&self.extra)?;
        let path = self.path(flags, extras.unicode_path)?;
        if flags & FLAGS_ENCRYPTED != 0 {
            return Err(Problem::Encrypted);
        }
        if flags & FLAG_PATCH != 0 {
            return Err(Problem::Patch);
        }
        let method = u16_at(fixed, 10);
        if method != STORED && method != DEFLATED {
            return Err(Problem::Method(method));
        }
        let mut zip64 = Zip64(extras.zip64);
        let size = zip64.value(u32_at(fixed, 24))?;
        let packed = zip64.value(u32_at(fixed, 20))?;
        let offset = zip64.value(u32_at(fixed, 42))?;
        zip64.check_end()?;
        if u16_at(fixed, 34) != 0 {
            return Err(Problem::Disks);
        }
        limits.check_size(size)?;
        limits.check_ratio(packed, size)?;
        if method == STORED && packed != size {
            return Err(Problem::WrongSize { said: size });
        }
        let [version, system] = [fixed[4], fixed[5]];
        let attributes = u32_at(fixed, 38);
        let kind = self.kind(system, attributes);
        if kind == Kind::Folder && size != 0 {
            return Err(Problem::NoContent);
        }
        Ok(Member {
            path,
            kind,
            name: self.name.clone(),
            size,
            packed,
            crc: u32_at(fixed, 16),
            deflated: method == DEFLATED,
            dos: (u16_at(fixed, 14), u16_at(fixed, 12)),
            flags,
            made_by: (system, version),
            needs: u16_at(fixed, 6),
            attributes,
            internal: u16_at(fixed, 36),
            extras: extras.list,
            local_extras: Vec::new(),
            comment: self.comment.clone(),
            offset: offset.checked_add(shift).ok_or(Problem::Truncated)?,
            data: 0,
        })
    }

    /// The slash at its end makes a folder for all readers, so it does for us, whatever the mode is.
    fn kind(&self, system: u8, attributes: u32) -> Kind {
        if self.name.ends_with(b"/") {
            return Kind::Folder;
        }
        match attributes >> 16 & S_IFMT {
            S_IFLNK if system == UNIX => Kind::Symlink,
            0 | S_IFREG | S_IFDIR => Kind::File,
            _ if system == UNIX => Kind::Special,
            _ => Kind::File,
        }
    }

    /// Both names must be good if there are two, for some readers go by one and some by the other.
    fn path(&self, flags: u16, unicode: Option<&[u8]>) -> Result<MemberPath, Problem> {
        let path = if flags & FLAG_UTF8 != 0 {
            utf8_path(&self.name)
        } else {
            member_path(cp437::decode(&self.name))
        }?;
        match unicode.and_then(|field| field.strip_prefix(&[1])?.split_at_checked(4)) {
            // One that is of another name was left behind when the member was renamed.
            Some((crc, name)) if u32_at(crc, 0) == zlib_rs::crc32::crc32(0, &self.name) => utf8_path(name),
            _ => Ok(path),
        }
    }
}

fn utf8_path(name: &[u8]) -> Result<MemberPath, Problem> {
    let path = String::from_utf8(name.to_vec()).map_err(|_| Problem::Path(PathProblem::NotUtf8))?;
    member_path(path)
}

fn member_path(path: String) -> Result<MemberPath, Problem> {
    // bsdtar names members by how they were named to it.
    let inner = path.trim_start_matches("./");
    if inner.is_empty() && !path.is_empty() {
        return Ok(MemberPath::root());
    }
    let inner = inner.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(inner);
    MemberPath::new(inner).map_err(|bad| Problem::Path(bad.problem))
}
