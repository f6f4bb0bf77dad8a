//! What pyrepro knows of Pythons: their versions, and the interpreters on this machine.

mod discover;
mod environment;
mod interpreter;
mod isolated;
pub(crate) mod probe;
mod remembered;
mod search;

pub use discover::{FindError, Interpreters};
pub use environment::Environment;
pub use interpreter::{Interpreter, Untargetable};
pub(crate) use isolated::isolated;
pub use probe::{Fault, Unusable};
pub use pyrepro_bytecode::python::{
    BadRelease, CodeLayout, Field, FieldType, Level, LineTable, Release, UnknownVersion, Version, writer_of,
};
pub use search::SearchPath;
