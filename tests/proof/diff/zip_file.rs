//! A zip file of which each field can be set, and where its fields are.

/// A member with whatever can be said of it.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: Vec<u8>,
    pub content: Vec<u8>,
    pub made_by: u16,
    pub needs: u16,
    pub flags: u16,
    /// 0 or 8; deflated in blocks that are stored, unless `packed` says otherwise.
    pub method: u16,
    pub packed: Option<Vec<u8>>,
    pub time: u16,
    pub date: u16,
    pub disk: u16,
    pub internal: u16,
    pub external: u32,
    pub extra: Vec<u8>,
    pub local_extra: Vec<u8>,
    pub comment: Vec<u8>,
    pub signed_descriptor: bool,
}

impl Member {
    pub fn new(name: &str, content: &[u8]) -> Member {
        Member {
            name: name.into(),
            content: content.to_vec(),
            made_by: 3 << 8 | 20,
            needs: 20,
            flags: 0,
            method: 0,
            packed: None,
            time: 0,
            date: 0x21,
            disk: 0,
            internal: 0,
            external: 0o100_644 << 16,
            extra: vec![],
            local_extra: vec![],
            comment: vec![],
            signed_descriptor: true,
        }
    }

    fn data(&self) -> Vec<u8> {
        if let Some(packed) = &self.packed {
            return packed.clone();
        }
        if self.method == 0 { self.content.clone() } else { stored_blocks(&self.content, 1) }
    }

    fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }
}

/// A deflate stream that compresses nothing, in that many blocks.
pub fn stored_blocks(content: &[u8], blocks: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    let length = content.len().div_ceil(blocks).max(1);
    let chunks: Vec<&[u8]> =
        if content.is_empty() { vec![content] } else { content.chunks(length).collect() };
    for (index, chunk) in chunks.iter().enumerate() {
        stream.push(u8::from(index + 1 == chunks.len()));
        stream.extend((chunk.len() as u16).to_le_bytes());
        stream.extend((!(chunk.len() as u16)).to_le_bytes());
        stream.extend(*chunk);
    }
    stream
}

#[derive(Debug, Clone, Default)]
pub struct Zip {
    pub prefix: Vec<u8>,
    pub members: Vec<Member>,
    pub comment: Vec<u8>,
    /// What comes between the last member and the central directory.
    pub gap: Vec<u8>,
}

/// The bytes of a zip file, and where records begin in it.
pub struct Written {
    pub bytes: Vec<u8>,
    pub locals: Vec<usize>,
    pub descriptors: Vec<Option<usize>>,
    pub centrals: Vec<usize>,
    pub end: usize,
}

impl Zip {
    pub fn write(&self) -> Written {
        let mut written = Written {
            bytes: self.prefix.clone(),
            locals: vec![],
            descriptors: vec![],
            centrals: vec![],
            end: 0,
        };
        for member in &self.members {
            written.local(member);
        }
        written.bytes.extend(&self.gap);
        let start = written.bytes.len();
        for (index, member) in self.members.iter().enumerate() {
            written.central(member, written.locals[index]);
        }
        written.end = written.bytes.len();
        let (count, length) = (self.members.len() as u16, (written.end - start) as u32);
        written.bytes.extend(b"PK\x05\x06\0\0\0\0");
        written.bytes.extend([count, count].iter().flat_map(|count| count.to_le_bytes()));
        written.bytes.extend([length, start as u32].iter().flat_map(|number| number.to_le_bytes()));
        written.bytes.extend((self.comment.len() as u16).to_le_bytes());
        written.bytes.extend(&self.comment);
        written
    }
}

impl Written {
    fn shorts(&mut self, numbers: &[u16]) {
        self.bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn longs(&mut self, numbers: &[u32]) {
        self.bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn local(&mut self, member: &Member) {
        let data = member.data();
        let [crc, packed, size] = [crc32(&member.content), data.len() as u32, member.content.len() as u32];
        self.locals.push(self.bytes.len());
        self.bytes.extend(b"PK\x03\x04");
        self.shorts(&[member.needs, member.flags, member.method, member.time, member.date]);
        self.longs(&if member.has_descriptor() { [0, 0, 0] } else { [crc, packed, size] });
        self.shorts(&[member.name.len() as u16, member.local_extra.len() as u16]);
        self.bytes.extend([&member.name[..], &member.local_extra, &data].concat());
        self.descriptors.push(member.has_descriptor().then_some(self.bytes.len()));
        if member.has_descriptor() {
            if member.signed_descriptor {
                self.bytes.extend(b"PK\x07\x08");
            }
            self.longs(&[crc, packed, size]);
        }
    }

    fn central(&mut self, member: &Member, local: usize) {
        let lengths = [&member.name, &member.extra, &member.comment].map(|field| field.len() as u16);
        self.centrals.push(self.bytes.len());
        self.bytes.extend(b"PK\x01\x02");
        self.shorts(&[member.made_by, member.needs, member.flags, member.method, member.time, member.date]);
        self.longs(&[crc32(&member.content), member.data().len() as u32, member.content.len() as u32]);
        self.shorts(&lengths);
        self.shorts(&[member.disk, member.internal]);
        self.longs(&[member.external, local as u32]);
        self.bytes.extend([&member.name[..], &member.extra, &member.comment].concat());
    }
}

pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}
