//! Running an interpreter so that nothing of the user has a say in what it does.

use std::path::Path;
use std::process::Command;

/// A run of an interpreter without the user's and the site's packages, the variables that are meant
/// for it, and the modules in the current folder.
///
/// `-I` would be shorter, but Python 2 does not know it, and it makes the interpreter ignore
/// PYTHONHASHSEED: before 3.11 the order of sets in what its own marshal writes depends on the seed.
/// So all variables of Python are taken away instead, and the seed is given. PYTHONSAFEPATH keeps the
/// current folder off the module path from 3.11 on, which matters from 3.13 on, where `-c` imports a
/// module before the program runs. Before, a program that imports takes the folder off itself.
pub(crate) fn isolated(python: &Path) -> Command {
    let mut command = Command::new(python);
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PYTHON") {
            command.env_remove(name);
        }
    }
    // macOS: tells a framework build to pose as the interpreter that started us.
    command.env_remove("__PYVENV_LAUNCHER__");
    command.env("PYTHONHASHSEED", "0").env("PYTHONSAFEPATH", "1").env("LC_ALL", "C.UTF-8");
    command.args(["-s", "-S", "-B"]);
    // ^C is for pyrepro alone, which then ends what it has started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}
