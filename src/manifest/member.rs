//! A member of an artifact.

use serde::{Deserialize, Serialize};

use super::read;
use crate::archive::{Digest, MemberPath, Mode};
use crate::pyc::{CachedName, Optimization, Pyc};

/// A member of an artifact, or a file in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// What is known of it if it is bytecode, which few members are.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub bytecode: Option<Box<Bytecode>>,
    /// What it is.
    pub kind: Kind,
    /// Its permissions, unless it is a link or was made where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub mode: Option<Mode>,
    /// Where it is.
    pub path: MemberPath,
    /// The digest of its content, if it is a file.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub sha256: Option<Digest>,
    /// How many bytes it has, if it is a file.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub size: Option<u64>,
    /// What it leads to, if it is a link.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub target: Option<String>,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Another name for a member of a tar file.
    Hardlink,
    /// A symbolic link.
    Symlink,
}

/// What is known of a bytecode file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bytecode {
    /// The digest of its code in canonical form, without the header.
    pub code_sha256: Digest,
    /// How imports tell that it is stale: `checked-hash`, `unchecked-hash` or `timestamp`.
    pub invalidation_mode: String,
    /// The level of optimisation, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub level: Option<u8>,
    /// The version of Python, such as 3.13.
    pub python: String,
    /// The source that its name leads to.
    pub source: String,
    /// The hash of the source, in the modes that have one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::present")]
    pub source_hash: Option<String>,
}

impl Bytecode {
    /// What is known of a bytecode file. A level in its name wins over that which it is said to be of.
    /// None for what is no bytecode that pyrepro can read.
    ///
    /// ```
    /// use pyrepro::{archive::MemberPath, manifest::Bytecode};
    ///
    /// let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/golden/stock/sample.cpython-313.pyc"));
    /// let bytecode = Bytecode::of(&MemberPath::new("pkg/__pycache__/a.cpython-313.pyc")?, file, None).unwrap();
    /// assert_eq!((bytecode.python.as_str(), bytecode.source.as_str()), ("3.13", "pkg/a.py"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(path: &MemberPath, file: &[u8], level: Option<Optimization>) -> Option<Bytecode> {
        let name = CachedName::parse(path.as_str().as_ref())?;
        let pyc = Pyc::parse(file).ok()?;
        let mut code = Vec::new();
        pyc.graph.append_canonical(&mut code).ok()?;
        let named = match (&name.cache_tag, &name.optimization) {
            (Some(_), None) => Some(Optimization::default()),
            (_, level) => level.as_ref().and_then(|level| level.parse().ok()),
        };
        Some(Bytecode {
            code_sha256: Digest::of(&code),
            invalidation_mode: pyc.header.invalidation.mode().to_string(),
            level: named.or(level).map(Optimization::number),
            python: pyc.header.version.to_string(),
            source: MemberPath::from_path(&name.source).ok()?.to_string(),
            source_hash: pyc.header.invalidation.source_hash().map(|hash| hash.to_string()),
        })
    }
}

/// Whether a member may be bytecode, so that its content is worth keeping until it is known.
pub(super) fn may_be_bytecode(path: &str) -> bool {
    path.ends_with(".pyc")
}
