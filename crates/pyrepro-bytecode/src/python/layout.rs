//! The fields of code objects in bytecode files, version by version.

/// The type that a field of a code object must have.
///
/// ```
/// # use pyrepro_bytecode::python::{FieldType, LineTable, Version};
/// # let layout = Version::new(3, 13).unwrap().code_layout();
/// assert_eq!(layout.fields[1].kind, FieldType::Tuple);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A bytes object.
    Bytes,
    /// A str.
    Str,
    /// A tuple of anything.
    Tuple,
    /// A tuple of str.
    Names,
}

/// A field of a code object that is an object.
///
/// ```
/// # use pyrepro_bytecode::python::{FieldType, LineTable, Version};
/// # let layout = Version::new(3, 13).unwrap().code_layout();
/// assert_eq!(layout.fields[1].name, "consts");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name, without the `co_` that Python puts before it.
    pub name: &'static str,
    /// The type that it must have.
    pub kind: FieldType,
}

/// How a code object tells which lines its instructions belong to.
///
/// ```
/// # use pyrepro_bytecode::python::{FieldType, LineTable, Version};
/// # let layout = Version::new(3, 13).unwrap().code_layout();
/// assert_eq!(layout.line_table, LineTable::Locations);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTable {
    /// Up to 3.9: pairs of steps in code and in lines.
    Lnotab,
    /// 3.10: the same, with a mark for code that belongs to no line (PEP 626).
    Ranges,
    /// From 3.11 on: lines and columns of ranges of code (PEP 657).
    Locations,
}

/// The fields of a code object in stream order: bare 32-bit numbers, then objects, with the number
/// of the first line among the objects.
///
/// ```
/// use pyrepro_bytecode::python::Version;
///
/// let layout = Version::new(3, 13).unwrap().code_layout();
/// assert_eq!(layout.numbers[0], "argcount");
/// assert_eq!(layout.fields[layout.first_line_before].name, "linetable");
/// assert_eq!(layout.position("qualname"), Some(7));
/// ```
#[derive(Debug)]
pub struct CodeLayout {
    /// The numbers that come first.
    pub numbers: &'static [&'static str],
    /// The objects.
    pub fields: &'static [Field],
    /// The index of the field that stands behind the number of the first line.
    pub first_line_before: usize,
    /// The index of the field `filename`.
    pub filename: usize,
    /// The index of the field `name`.
    pub name: usize,
    /// How its line table is to be read.
    pub line_table: LineTable,
}

impl CodeLayout {
    /// The index of a field.
    ///
    /// ```
    /// # use pyrepro_bytecode::python::{FieldType, LineTable, Version};
    /// # let layout = Version::new(3, 13).unwrap().code_layout();
    /// assert_eq!(layout.position("consts"), Some(1));
    /// assert_eq!(layout.position("lnotab"), None);
    /// ```
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

const fn field(name: &'static str, kind: FieldType) -> Field {
    Field { name, kind }
}

static VARIABLES_BY_ROLE: [Field; 9] = [
    field("code", FieldType::Bytes),
    field("consts", FieldType::Tuple),
    field("names", FieldType::Names),
    field("varnames", FieldType::Names),
    field("freevars", FieldType::Names),
    field("cellvars", FieldType::Names),
    field("filename", FieldType::Str),
    field("name", FieldType::Str),
    field("lnotab", FieldType::Bytes),
];

static VARIABLES_TOGETHER: [Field; 10] = [
    field("code", FieldType::Bytes),
    field("consts", FieldType::Tuple),
    field("names", FieldType::Names),
    field("localsplusnames", FieldType::Names),
    field("localspluskinds", FieldType::Bytes),
    field("filename", FieldType::Str),
    field("name", FieldType::Str),
    field("qualname", FieldType::Str),
    field("linetable", FieldType::Bytes),
    field("exceptiontable", FieldType::Bytes),
];

const BY_ROLE: CodeLayout = CodeLayout {
    numbers: &["argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags"],
    fields: &VARIABLES_BY_ROLE,
    first_line_before: 8,
    filename: 6,
    name: 7,
    line_table: LineTable::Lnotab,
};

/// 3.7.
pub(super) static NO_POSITIONAL_ONLY: CodeLayout =
    CodeLayout { numbers: &["argcount", "kwonlyargcount", "nlocals", "stacksize", "flags"], ..BY_ROLE };

/// 3.8 and 3.9: positional-only arguments are counted (PEP 570).
pub(super) static POSITIONAL_ONLY: CodeLayout = BY_ROLE;

/// 3.10.
pub(super) static LINE_RANGES: CodeLayout = CodeLayout { line_table: LineTable::Ranges, ..BY_ROLE };

/// 3.11 on: all variables in one table, with qualified names and an exception table.
pub(super) static LOCALS_PLUS: CodeLayout = CodeLayout {
    numbers: &["argcount", "posonlyargcount", "kwonlyargcount", "stacksize", "flags"],
    fields: &VARIABLES_TOGETHER,
    first_line_before: 8,
    filename: 5,
    name: 6,
    line_table: LineTable::Locations,
};
