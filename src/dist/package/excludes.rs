//! What is left out of artifacts unless a project says otherwise.

use crate::tree::{BadGlob, Globs};

/// What nobody ships: folders of version control, what tools leave behind, environments, outputs.
const LITTER: &[&str] = &[
    // Version control. A worktree has a file for a folder.
    ".git",
    ".hg/",
    ".jj/",
    ".svn/",
    ".bzr/",
    "_darcs/",
    "CVS/",
    // Bytecode, which is stale on the next machine.
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    // Caches.
    ".cache/",
    ".coverage",
    ".hypothesis/",
    ".ipynb_checkpoints/",
    ".mypy_cache/",
    ".nox/",
    ".pyre/",
    ".pytest_cache/",
    ".pytype/",
    ".ruff_cache/",
    ".tox/",
    "node_modules/",
    // Environments.
    ".venv/",
    "/env/",
    "/venv/",
    // Outputs.
    "/build/",
    "/dist/",
    "*.egg-info/",
    ".eggs/",
    ".pyrepro-*.tmp",
    // What desktops leave.
    ".DS_Store",
    "Thumbs.db",
];

/// What holds passwords and keys, wherever it lies. Files of keys with other names are looked into.
const SECRETS: &[&str] = &[
    ".env",
    ".env.local",
    ".env.development",
    ".env.production",
    ".env.staging",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".pgpass",
    ".pypirc",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
];

/// What to leave out of the walk through a project, and what to leave out of what it finds.
#[derive(Debug, Clone)]
pub(in crate::dist) struct Excludes {
    /// Not even looked into.
    pub silent: Globs,
    /// The patterns of that.
    pub patterns: Vec<String>,
    /// Whether the default ones are wanted, and with them secrets left out with a warning.
    default: bool,
}

impl Excludes {
    /// The default ones, if they are wanted, and a project's own.
    pub fn new<'a>(default: bool, own: impl IntoIterator<Item = &'a String>) -> Result<Excludes, BadGlob> {
        let litter = if default { LITTER } else { &[] };
        let patterns: Vec<String> =
            litter.iter().map(|pattern| (*pattern).to_owned()).chain(own.into_iter().cloned()).collect();
        Ok(Excludes { silent: Globs::new(&patterns)?, patterns, default })
    }

    /// Whether a file of this name is left out with a warning.
    pub fn is_secret(&self, name: &str) -> bool {
        let is_local = || name.starts_with(".env.") && name.ends_with(".local");
        self.default && (SECRETS.contains(&name) || is_local())
    }
}
