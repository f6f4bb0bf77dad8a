//! What pyrepro knows of Pythons: their versions, and the interpreters on this machine.

mod discover;
mod environment;
mod flags;
mod interpreter;
mod isolated;
mod layout;
mod probe;
mod release;
mod search;
mod version;

pub use discover::{FindError, Interpreters};
pub use environment::Environment;
pub use interpreter::{Interpreter, Untargetable};
pub(crate) use isolated::isolated;
pub use layout::{CodeLayout, Field, FieldType, LineTable};
pub use probe::{Fault, Unusable};
pub use release::{BadRelease, Level, Release};
pub use search::SearchPath;
pub use version::{UnknownVersion, Version, writer_of};
