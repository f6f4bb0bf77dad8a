//! How much one run unpacks: archives in archives can hold far more than their size says.

use std::io;

use super::listing::{Content, Opened};

/// How many bytes are unpacked in one run, beside [`RATIO`] times what was given.
const FREE: u64 = 1 << 30;
const RATIO: u64 = 200;

/// What may still be unpacked.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Default for Budget {
    fn default() -> Budget {
        Budget(FREE)
    }
}

impl Budget {
    /// So much was given, and may hold more.
    pub(super) fn given(&mut self, bytes: u64) {
        self.0 = self.0.saturating_add(bytes.saturating_mul(RATIO));
    }

    /// So much came out.
    pub(super) fn unpacked(&mut self, bytes: u64) {
        self.0 = self.0.saturating_sub(bytes);
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }

    /// What a member holds; as it is packed, where more was unpacked than any honest archive holds.
    pub(super) fn open(&mut self, content: &Content) -> io::Result<Opened> {
        let Content::Deflated { packed, .. } = content else { return content.open() };
        if self.is_spent() {
            let problem = Some("not unpacked: all together hold too much for their size".to_owned());
            return Ok(Opened { blob: packed.clone(), problem });
        }
        let opened = content.open()?;
        self.unpacked(opened.blob.len());
        Ok(opened)
    }
}
