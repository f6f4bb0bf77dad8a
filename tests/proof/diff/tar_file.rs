//! Tar and gzip files of which each field can be set.

use super::zip_file::{crc32, stored_blocks};

/// A header and the content behind it. Fields are written as they are.
#[derive(Debug, Clone)]
pub struct Member {
    pub header: [u8; 512],
    pub content: Vec<u8>,
    /// What fills up the last block.
    pub filling: u8,
    /// The records of a pax header before it.
    pub pax: Vec<u8>,
}

impl Member {
    pub fn new(name: &str, content: &[u8]) -> Member {
        let mut member = Member { header: [0; 512], content: content.to_vec(), filling: 0, pax: vec![] };
        member.set(0, name.as_bytes());
        member.set(100, b"0000644\0");
        member.set(108, b"0000000\0");
        member.set(116, b"0000000\0");
        member.set(124, format!("{:011o}\0", content.len()).as_bytes());
        member.set(136, b"02264751000\0");
        member.set(156, b"0");
        member.set(257, b"ustar\x0000root");
        member.set(297, b"root");
        member.set(329, b"0000000\0");
        member.set(337, b"0000000\0");
        member
    }

    /// Sets some bytes of the header, as they will be written.
    pub fn set(&mut self, at: usize, bytes: &[u8]) {
        self.header[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn write(&self, tar: &mut Vec<u8>) {
        if !self.pax.is_empty() {
            let mut pax = Member::new("PaxHeader", &self.pax);
            pax.set(156, b"x");
            pax.write(tar);
        }
        let mut header = self.header;
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().copied().map(u32::from).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend(header);
        tar.extend(&self.content);
        let length = tar.len().next_multiple_of(512);
        tar.resize(length, self.filling);
    }
}

pub fn write(members: &[Member]) -> Vec<u8> {
    let mut tar = Vec::new();
    members.iter().for_each(|member| member.write(&mut tar));
    tar.extend([0; 1024]);
    tar
}

/// A gzip file.
#[derive(Debug, Clone)]
pub struct Gzip {
    pub flags: u8,
    pub time: u32,
    pub level: u8,
    pub system: u8,
    /// Extra field, name and comment, as far as the flags say that they are there.
    pub fields: Vec<u8>,
    pub blocks: usize,
    pub content: Vec<u8>,
}

impl Gzip {
    pub fn new(content: &[u8]) -> Gzip {
        Gzip {
            flags: 0,
            time: 0,
            level: 0,
            system: 255,
            fields: vec![],
            blocks: 1,
            content: content.to_vec(),
        }
    }

    pub fn write(&self) -> Vec<u8> {
        let mut bytes = vec![0x1f, 0x8b, 8, self.flags];
        bytes.extend(self.time.to_le_bytes());
        bytes.extend([self.level, self.system]);
        bytes.extend(&self.fields);
        bytes.extend(stored_blocks(&self.content, self.blocks));
        bytes.extend(crc32(&self.content).to_le_bytes());
        bytes.extend((self.content.len() as u32).to_le_bytes());
        bytes
    }
}
