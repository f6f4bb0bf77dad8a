//! Whether bytecode comes from a source: the one way to know is to compile that again.

use super::unit::{Compiler, Diagnostic, Outcome, Unavailable, Unit};
use crate::marshal;
use crate::pyc::{self, Optimization, Pyc};

/// What is known of where bytecode comes from once its source was compiled again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The source gives the same code. How the code is written in the file does not count.
    Same,
    /// The source gives other code.
    Other,
    /// The source gives no code.
    Nothing(Box<Diagnostic>),
}

impl Origin {
    /// Compiles the source as the bytecode file says that it was, under the name recorded there, and
    /// compares. Whether the header belongs to the source is another question.
    ///
    /// ```no_run
    /// use std::num::NonZero;
    /// use std::path::Path;
    /// use pyrepro::compile::{Origin, Pool};
    /// use pyrepro::pyc::Optimization;
    /// use pyrepro::python::Version;
    ///
    /// let version = Version::new(3, 13).expect("in the table");
    /// let pool = Pool::new(Path::new("python3.13"), version, NonZero::<usize>::MIN);
    /// let (pyc, source) = (std::fs::read("m.pyc")?, std::fs::read("m.py")?);
    /// assert_eq!(Origin::of(&pyc, &source, Optimization::default(), &pool)??, Origin::Same);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(
        pyc: &[u8],
        source: &[u8],
        level: Optimization,
        compiler: &dyn Compiler,
    ) -> Result<Result<Origin, Unavailable>, pyc::Error> {
        let found = Pyc::parse(pyc)?;
        // The outermost code object is the last; what others in it claim is compared with what it says.
        let name = found.graph.file_names().last().unwrap_or_default().to_vec();
        let canonical = found.canonical()?;
        let compiled = match compiler.compile(&Unit { source, name: &name, levels: &[level] }) {
            Ok(compiled) => compiled,
            Err(unavailable) => return Ok(Err(unavailable)),
        };
        let Outcome { codes, failure, .. } = compiled;
        let Some((_, code)) = codes.first() else {
            let failure = failure.unwrap_or_else(|| Diagnostic::whole("Crash", "it gave no code"));
            return Ok(Ok(Origin::Nothing(Box::new(failure))));
        };
        let code = marshal::canonical(code, found.header.version)?;
        Ok(Ok(match canonical.ends_with(&code) && canonical.len() == code.len() + pyc::HEADER_SIZE {
            true => Origin::Same,
            false => Origin::Other,
        }))
    }
}
