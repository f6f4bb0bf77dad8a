//! Paths of files that pyproject.toml names.

use std::str::FromStr;

use super::BadValue;

/// A path from the project's folder that stays in it, written the same on every platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilePath(String);

impl FilePath {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FilePath {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<FilePath, BadValue> {
        let path = text.strip_prefix("./").unwrap_or(text);
        let is_bad = |part: &str| matches!(part, "" | "." | "..");
        if path.split('/').any(is_bad) || path.contains(['\\', ':']) {
            let allowed =
                "a path from the folder of pyproject.toml that stays in it, with `/` between its parts";
            return Err(BadValue::new(text, allowed));
        }
        Ok(FilePath(path.to_owned()))
    }
}
