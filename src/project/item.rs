//! Values and tables of pyproject.toml, each with its key and place.

use std::borrow::Cow;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::location::Location;
use super::suggestion::nearest;
use super::{BadValue, Error, Problem, Warning};

/// A value.
///
/// ```
/// use pyrepro::project::Document;
///
/// let document = Document::parse(b"colours = ['red', 'green']")?;
/// let colours = document.root().get("colours").unwrap().array()?;
/// assert_eq!(colours[1].text()?, "green");
/// assert_eq!(colours[1].key(), "colours[1]");
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Item<'d> {
    toml: &'d str,
    place: Location,
    value: &'d DeValue<'d>,
}

impl<'d> Item<'d> {
    pub(super) fn new(toml: &'d str, place: Location, value: &'d DeValue<'d>) -> Item<'d> {
        Item { toml, place, value }
    }

    /// Its key from the top.
    pub fn key(&self) -> &str {
        &self.place.key
    }

    pub(super) fn place(&self) -> &Location {
        &self.place
    }

    /// An error about this value.
    pub fn error(&self, problem: impl Into<Problem>) -> Error {
        self.place.error(self.toml, problem)
    }

    /// A warning about this value.
    pub(super) fn warning(&self, message: impl Into<String>) -> Warning {
        self.place.warning(self.toml, message)
    }

    /// An error that says what else this string could be.
    pub fn refused(&self, allowed: impl Into<String>) -> Error {
        self.error(BadValue::new(self.text().unwrap_or_default(), allowed))
    }

    /// The string that it has to be.
    pub fn text(&self) -> Result<&'d str, Error> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// The string of one line that it has to be, without white space around it.
    ///
    /// Line breaks and other control characters are refused: what is written to a line of the
    /// metadata must not make another line.
    pub fn line(&self) -> Result<&'d str, Error> {
        let text = self.text()?;
        if text.chars().any(breaks_lines) {
            return Err(self.refused("text without line breaks or other control characters"));
        }
        Ok(text.trim())
    }

    /// The same, where an empty string has no meaning.
    pub fn word(&self) -> Result<&'d str, Error> {
        match self.line()? {
            "" => Err(self.refused("text that is not empty")),
            line => Ok(line),
        }
    }

    /// The line, read as something.
    pub fn parse<T: FromStr<Err = BadValue>>(&self) -> Result<T, Error> {
        self.line()?.parse().map_err(|bad: BadValue| self.error(bad))
    }

    /// An error about a key, wherever it would be, that this value makes necessary.
    pub(super) fn missing(&self, key: &str, allowed: &'static str) -> Error {
        self.absent(key.to_owned(), allowed, None)
    }

    fn absent(&self, key: String, allowed: &'static str, suggestion: Option<String>) -> Error {
        let place = Location { key, offset: self.place.offset };
        place.error(self.toml, Problem::Missing { allowed, suggestion })
    }

    /// The items of the array that it has to be.
    pub fn array(&self) -> Result<Vec<Item<'d>>, Error> {
        let array = self.value.as_array().ok_or_else(|| self.wrong_type("an array"))?;
        let item = |(index, value): (usize, &'d Spanned<DeValue<'d>>)| {
            let key = format!("{}[{index}]", self.place.key);
            Item::new(self.toml, Location { key, offset: value.span().start }, value.get_ref())
        };
        Ok(array.iter().enumerate().map(item).collect())
    }

    /// The items of the array, each read as something.
    pub fn parse_each<T: FromStr<Err = BadValue>>(&self) -> Result<Vec<T>, Error> {
        self.array()?.iter().map(Item::parse).collect()
    }

    /// The table that it has to be.
    pub fn table(&self) -> Result<Table<'d>, Error> {
        match self.value {
            DeValue::Table(entries) => Ok(Table { item: self.clone(), entries }),
            _ => Err(self.wrong_type("a table")),
        }
    }

    /// Whether it is true, which it has to be or not.
    pub fn boolean(&self) -> Result<bool, Error> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// Whether it is a string, for what may be one or something else.
    pub fn is_text(&self) -> bool {
        self.value.is_str()
    }

    /// Whether it is a table, for what may be one or something else.
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// An error that says which types it could have.
    pub fn wrong_type(&self, allowed: &'static str) -> Error {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.error(Problem::WrongType { found, allowed })
    }
}

/// Whether some reader of metadata may take a character for the end of a line.
pub(super) fn breaks_lines(c: char) -> bool {
    c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A table.
///
/// ```
/// use pyrepro::project::{Document, Problem};
///
/// let document = Document::parse(b"[tool.pyrepro]\nmodul = 'a'\n")?;
/// let table = document.table(&["tool", "pyrepro"])?.unwrap();
/// let error = table.only(&["module", "exclude"]).unwrap_err();
/// assert!(error.to_string().ends_with(r#"did you mean "module"?"#));
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table<'d> {
    item: Item<'d>,
    entries: &'d DeTable<'d>,
}

impl<'d> Table<'d> {
    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<Item<'d>> {
        let (key, value) = self.entries.get_key_value(name)?;
        Some(self.entry(key.get_ref(), value.span(), value.get_ref()))
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> Vec<Entry<'d>> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (&'d Spanned<Cow<'d, str>>, &'d Spanned<DeValue<'d>>)| {
            let item = self.entry(key.get_ref(), value.span(), value.get_ref());
            Entry { name: key.get_ref(), value: item, offset: key.span().start }
        };
        entries.into_iter().map(entry).collect()
    }

    fn entry(&self, name: &str, span: Range<usize>, value: &'d DeValue<'d>) -> Item<'d> {
        let place = Location { key: joined(self.item.key(), name), offset: span.start };
        Item::new(self.item.toml, place, value)
    }

    /// Refuses keys that are not among these.
    pub fn only(&self, allowed: &'static [&'static str]) -> Result<(), Error> {
        for entry in self.entries() {
            if !allowed.contains(&entry.name) {
                let suggestion = nearest(entry.name, allowed.iter().copied()).map(str::to_owned);
                return Err(entry.error(Problem::UnknownKey { allowed, suggestion }));
            }
        }
        Ok(())
    }

    /// The value of a key that has to be there.
    pub fn required(&self, name: &str, allowed: &'static str) -> Result<Item<'d>, Error> {
        self.get(name).ok_or_else(|| {
            let names = self.entries.keys().map(|key| key.get_ref().as_ref());
            let suggestion = nearest(name, names).map(str::to_owned);
            self.item.absent(joined(self.item.key(), name), allowed, suggestion)
        })
    }

    /// The table as a value.
    pub fn item(&self) -> &Item<'d> {
        &self.item
    }
}

/// A key of a table with its value.
///
/// ```
/// use pyrepro::project::Document;
///
/// let document = Document::parse(b"b = 1\na = 2\n")?;
/// assert_eq!(document.root().entries()[0].name, "b");
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Entry<'d> {
    /// The key within its table.
    pub name: &'d str,
    /// The value.
    pub value: Item<'d>,
    offset: usize,
}

impl Entry<'_> {
    /// An error about the key.
    pub fn error(&self, problem: impl Into<Problem>) -> Error {
        let place = Location { key: self.value.key().to_owned(), offset: self.offset };
        place.error(self.value.toml, problem)
    }

    /// An error that says what else the key could be.
    pub fn refused(&self, allowed: impl Into<String>) -> Error {
        self.error(BadValue::new(self.name, allowed))
    }
}

/// A key below another, quoted where TOML would have it quoted.
fn joined(parent: &str, name: &str) -> String {
    let is_bare = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let name = if is_bare(name) { name.to_owned() } else { format!("{name:?}") };
    if parent.is_empty() { name } else { format!("{parent}.{name}") }
}
