//! What git says of a working tree, without running anything that the repository names.

use std::path::Path;

use crate::git::{self, GitError, Reach};
use crate::project::Described;

/// The nearest tag with a digit in it, how far it is away, and whether something is not committed.
pub(super) fn describe(root: &Path) -> Result<Described, String> {
    let git = Git { root, filters: filters(root)? };
    let is_dirty =
        !git.ask(&["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"])?.is_empty();
    let long = ["describe", "--tags", "--long", "--abbrev=40", "--match", "*[0-9]*"];
    if let Ok(text) = git.ask(&long) {
        let described: Described = text.parse().unwrap_or_default();
        return Ok(Described { is_dirty, ..described });
    }
    if git.ask(&["rev-parse", "--is-shallow-repository"])? == "true" {
        return Err(
            "the clone is shallow and has no tag; fetch all of it (`git fetch --unshallow --tags`)".into()
        );
    }
    let untagged = |distance, node| Described { tag: None, distance, node, is_dirty };
    match git.ask(&["rev-parse", "--verify", "--quiet", "HEAD"]) {
        Err(_) => Ok(Described { is_dirty: true, ..untagged(0, None) }),
        Ok(node) => {
            let count = git.ask(&["rev-list", "--count", "HEAD"])?;
            let count = count.parse().map_err(|_| format!("git counts {count:?} commits"))?;
            Ok(untagged(count, Some(format!("g{node}"))))
        }
    }
}

struct Git<'a> {
    root: &'a Path,
    /// Settings of the repository that would have it run programs on files.
    filters: Vec<String>,
}

impl Git<'_> {
    fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let filters = self.filters.iter().map(|name| format!("{name}="));
        let git = git::Git::new(self.root, Reach::Repository).settings(filters);
        git.answer(arguments).map_err(|error| match error {
            GitError::NotRun(_) => format!("{error}, or build from an sdist"),
            error => format!("git {} in {}: {}", arguments[0], self.root.display(), error.first_line()),
        })
    }
}

/// The settings of the repository itself by which files go through a program before they are compared. An empty
/// one runs nothing. Those of the user, such as git-lfs, stay.
fn filters(root: &Path) -> Result<Vec<String>, String> {
    let git = Git { root, filters: vec![] };
    // Without a filter, git finds nothing, which it calls a failure.
    let found = |scope: &str| {
        let pattern = r"^filter\..*\.(clean|smudge|process)$";
        git.ask(&["config", scope, "--includes", "--name-only", "--get-regexp", pattern]).unwrap_or_default()
    };
    let names: Vec<String> = ["--local", "--worktree"]
        .iter()
        .flat_map(|scope| found(scope).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    // `-c` takes what is before the first `=` for the name.
    match names.iter().find(|name| name.contains('=')) {
        Some(name) => Err(format!("the repository has a filter with a strange name, {name:?}; remove it")),
        None => Ok(names),
    }
}
