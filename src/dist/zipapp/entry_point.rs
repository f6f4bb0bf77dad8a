//! What an application starts with: the function, and the `__main__.py` that calls it.

use std::str::FromStr;

/// A function that an application starts with, such as `pkg.mod:main`.
///
/// ```
/// use pyrepro::dist::zipapp::EntryPoint;
///
/// let entry: EntryPoint = "pkg.cli:main".parse()?;
/// assert_eq!(entry.main_py(), "# -*- coding: utf-8 -*-\nimport pkg.cli\npkg.cli.main()\n");
/// # Ok::<(), pyrepro::dist::zipapp::BadEntryPoint>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    module: String,
    function: String,
    exits: bool,
}

/// A text that names no function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid entry point: {0:?}; give a module and a function in it, such as pkg.cli:main")]
pub struct BadEntryPoint(pub String);

impl EntryPoint {
    /// The same function as a console script calls it: what it returns is the exit status.
    ///
    /// ```
    /// # use pyrepro::dist::zipapp::EntryPoint;
    /// let script = "pip:main".parse::<EntryPoint>()?.as_script();
    /// assert!(script.main_py().ends_with("import sys\nimport pip\nsys.exit(pip.main())\n"));
    /// # Ok::<(), pyrepro::dist::zipapp::BadEntryPoint>(())
    /// ```
    pub fn as_script(self) -> EntryPoint {
        EntryPoint { exits: true, ..self }
    }

    pub(super) fn module(&self) -> &str {
        &self.module
    }

    pub(super) fn function(&self) -> &str {
        &self.function
    }

    /// The text of `__main__.py`. For a function that the user names it is, to the byte, the one
    /// that `python -m zipapp` writes.
    pub fn main_py(&self) -> String {
        let EntryPoint { module, function, exits } = self;
        let cookie = "# -*- coding: utf-8 -*-";
        match exits {
            false => format!("{cookie}\nimport {module}\n{module}.{function}()\n"),
            true => format!("{cookie}\nimport sys\nimport {module}\nsys.exit({module}.{function}())\n"),
        }
    }
}

impl FromStr for EntryPoint {
    type Err = BadEntryPoint;

    fn from_str(text: &str) -> Result<EntryPoint, BadEntryPoint> {
        let dotted = |name: &str| name.split('.').all(is_identifier);
        match text.split_once(':') {
            Some((module, function)) if dotted(module) && dotted(function) => {
                Ok(EntryPoint { module: module.to_owned(), function: function.to_owned(), exits: false })
            }
            _ => Err(BadEntryPoint(text.to_owned())),
        }
    }
}

/// Whether Python takes it for one name.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let first = characters.next();
    first.is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(unicode_ident::is_xid_continue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_are_told_from_others_as_python_tells_them() {
        for good in ["a:b", "a.b:c.d", "_:_", "été:ñ", "a1:b2", "if:else"] {
            assert!(good.parse::<EntryPoint>().is_ok(), "{good}");
        }
        for bad in
            ["", ":", "a", "a:", ":b", "a:b:c", "1a:b", "a b:c", "a..b:c", "a.:b", "a:b()", "a-b:c", "a :b"]
        {
            assert_eq!(bad.parse::<EntryPoint>(), Err(BadEntryPoint(bad.to_owned())));
        }
    }
}
