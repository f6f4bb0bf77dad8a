//! pyproject.toml as a tree of values that know their place.

use toml::de::{DeTable, DeValue};

use super::item::{Item, Table};
use super::location::Location;
use super::{Error, Problem};

/// The largest pyproject.toml that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 20;

/// A TOML document, for whoever reads a table of pyproject.toml with errors that tell where.
///
/// ```
/// use pyrepro::project::Document;
///
/// let document = Document::parse(b"[tool.pyrepro]\nmodule = 3\n")?;
/// let table = document.table(&["tool", "pyrepro"])?.unwrap();
/// let error = table.get("module").unwrap().text().unwrap_err();
/// assert_eq!(error.to_string(), "pyproject.toml:2:10: tool.pyrepro.module: found a number; allowed: a string");
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug)]
pub struct Document<'t> {
    toml: &'t str,
    root: DeValue<'t>,
}

impl<'t> Document<'t> {
    /// Reads a file's content. Its size is bounded by [`MAX_SIZE`], and its depth by the parser.
    ///
    /// ```
    /// use pyrepro::project::Document;
    ///
    /// let error = Document::parse(b"a = 1\na = 2\n").unwrap_err();
    /// assert_eq!(error.line, 2);
    /// assert!(Document::parse("a = ".repeat(1_000_000).as_bytes()).is_err());
    /// ```
    pub fn parse(bytes: &'t [u8]) -> Result<Document<'t>, Error> {
        if bytes.len() > MAX_SIZE {
            return Err(Location::default().error("", Problem::TooLarge(bytes.len())));
        }
        let toml = std::str::from_utf8(bytes).map_err(|error| {
            let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            Location { key: String::new(), offset: valid.len() }.error(valid, Problem::NotUtf8)
        })?;
        let root = DeTable::parse(toml).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message().replace('\n', ", ");
            Location { key: String::new(), offset }.error(toml, Problem::Toml(message))
        })?;
        Ok(Document { toml, root: DeValue::Table(root.into_inner()) })
    }

    /// The text.
    pub(super) fn toml(&self) -> &'t str {
        self.toml
    }

    /// The table at the top.
    ///
    /// ```
    /// use pyrepro::project::Document;
    ///
    /// let document = Document::parse(b"[build-system]\nrequires = []\n")?;
    /// assert!(document.root().get("build-system").is_some());
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn root(&self) -> Table<'_> {
        let item = Item::new(self.toml, Location::default(), &self.root);
        item.table().expect("parse makes it one")
    }

    /// The table at a path, or nothing where the path does not lead anywhere.
    ///
    /// ```
    /// use pyrepro::project::Document;
    ///
    /// assert!(Document::parse(b"")?.table(&["tool", "pyrepro"])?.is_none());
    /// assert!(Document::parse(b"tool = 1")?.table(&["tool", "pyrepro"]).is_err());
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn table(&self, path: &[&str]) -> Result<Option<Table<'_>>, Error> {
        let mut table = self.root();
        for name in path {
            let Some(item) = table.get(name) else { return Ok(None) };
            table = item.table()?;
        }
        Ok(Some(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(toml: &[u8]) -> Error {
        Document::parse(toml).map(|_| ()).unwrap_err()
    }

    #[test]
    fn what_is_too_large_or_no_text_is_refused() {
        assert!(matches!(refusal(&vec![b' '; MAX_SIZE + 1]).problem, Problem::TooLarge(_)));
        let error = refusal(b"a = 1\nb = '\xff'\n");
        assert!(matches!(error.problem, Problem::NotUtf8));
        assert_eq!((error.line, error.column), (2, 6));
    }

    #[test]
    fn no_nesting_is_too_deep_for_the_stack() {
        let n = 100_000;
        let deep = [
            format!("a = {}{}", "[".repeat(n), "]".repeat(n)),
            format!("a = {}1{}", "{a = ".repeat(n), "}".repeat(n)),
            format!("{}a = 1", "a.".repeat(n)),
            format!("[{}a]", "a.".repeat(n)),
            format!("[[{}a]]", "a.".repeat(n)),
        ];
        for toml in deep {
            assert!(matches!(refusal(toml.as_bytes()).problem, Problem::Toml(_)));
        }
    }

    #[test]
    fn what_is_no_toml_has_its_place() {
        let error = refusal(b"[project]\nname = orchard\n");
        assert_eq!((error.line, error.column), (2, 8));
        assert!(error.to_string().starts_with("pyproject.toml:2:8: this is not TOML: "), "{error}");
    }
}
