//! Where an interpreter looks for modules: what is compiled if nothing is named.

use std::path::{Path, PathBuf};

use super::unit::Unavailable;
use crate::python::isolated;

/// Prints what `sys.path` is when `python -m` starts in the current folder, without running what
/// sites and users have put there to be run: `.pth` files, `sitecustomize`, `usercustomize`.
const SCRIPT: &str = "
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import os, site
paths = [os.getcwd()] + sys.path
above = os.path.dirname(os.path.dirname(os.path.abspath(sys.executable)))
prefixes = [sys.prefix, sys.exec_prefix]
if os.path.isfile(os.path.join(above, 'pyvenv.cfg')):
    prefixes = [above]
paths += [path for path in site.getsitepackages(prefixes) if os.path.isdir(path)]
paths = [path for path in dict.fromkeys(paths) if os.path.isdir(path)]
sys.stdout.buffer.write(b''.join(os.fsencode(path) + b'\\0' for path in paths))
";

/// The folders on an interpreter's module path that exist, the current folder first.
///
/// ```no_run
/// let folders = pyrepro::compile::module_path("/usr/bin/python3".as_ref())?;
/// assert!(folders.iter().any(|folder| folder.ends_with("lib-dynload")));
/// # Ok::<(), pyrepro::compile::Unavailable>(())
/// ```
pub fn module_path(python: &Path) -> Result<Vec<PathBuf>, Unavailable> {
    let unavailable = |reason: String| Unavailable { python: python.display().to_string(), reason };
    let output = isolated(python).args(["-X", "utf8", "-c", SCRIPT]).output();
    let output = output.map_err(|error| unavailable(error.to_string()))?;
    if !output.status.success() {
        return Err(unavailable(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let paths = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(|path| super::path_from(path.to_vec())).collect())
}
