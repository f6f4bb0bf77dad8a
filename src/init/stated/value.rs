//! What setup.py and setup.cfg can say without being run.

/// An argument of `setup()`, or the key of setup.cfg that says the same.
pub struct Argument {
    pub name: String,
    pub value: Value,
    pub file: &'static str,
    pub line: usize,
}

/// A value, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Flag(bool),
    Text(String),
    List(Vec<Value>),
    Pairs(Vec<(String, Value)>),
    /// What is in a file.
    Content(String),
    /// What a name in the project's code stands for: the file, from the project's folder, and the name.
    Assigned(String, String),
    /// The same, by the dotted name that setup.cfg has.
    Attribute(String),
    /// What `find_packages` would find.
    Found(Find),
    /// Something that only running would tell.
    Unknown,
}

/// The arguments of `find_packages`, or of `find_namespace_packages`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Find {
    pub folder: Option<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    pub namespaces: bool,
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The strings of a list; a string alone is one of its lines each, as setuptools has it.
    pub fn texts(&self) -> Option<Vec<String>> {
        match self {
            Value::None => Some(Vec::new()),
            Value::List(values) => values.iter().map(|value| value.text().map(str::to_owned)).collect(),
            Value::Text(text) => {
                Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
            }
            _ => None,
        }
    }

    pub fn pairs(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Pairs(pairs) => Some(pairs),
            Value::None => Some(&[]),
            _ => None,
        }
    }

    /// Whether it says nothing, as `[]` or `None`.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::None => true,
            Value::Text(text) => text.is_empty(),
            Value::List(values) => values.is_empty(),
            Value::Pairs(pairs) => pairs.is_empty(),
            _ => false,
        }
    }
}
