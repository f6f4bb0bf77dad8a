//! What is compared, and how much of it is shown.

use std::path::Path;

use crate::tree::Globs;

/// What is compared, and how much of it is told.
///
/// ```
/// use pyrepro::diff::Options;
///
/// let summary_only = Options { details: false, ..Options::default() };
/// assert_eq!(summary_only.context, 3);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// The members to compare; all, without any pattern.
    pub only: Globs,
    /// The members to leave out. It wins over `only`.
    pub exclude: Globs,
    /// How many lines are shown around those that differ.
    pub context: usize,
    /// How many lines, values or fields are told of in each section at most.
    pub max_lines: usize,
    /// Whether to say what differs within contents, and not only that it does.
    pub details: bool,
    /// How deep archives in archives are looked into.
    pub depth: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            only: Globs::default(),
            exclude: Globs::default(),
            context: 3,
            max_lines: 1000,
            details: true,
            depth: 3,
        }
    }
}

impl Options {
    pub(super) fn selects(&self, path: &str, is_folder: bool) -> bool {
        let matches = |globs: &Globs| {
            Path::new(path).ancestors().any(|part| {
                !part.as_os_str().is_empty() && globs.matches(part, is_folder || part != Path::new(path))
            })
        };
        (self.only.is_empty() || matches(&self.only)) && !matches(&self.exclude)
    }

    /// Whether everything is compared.
    pub(super) fn is_whole(&self) -> bool {
        self.only.is_empty() && self.exclude.is_empty()
    }
}
