//! What the file name of a wheel says: whose it is, and which interpreters it is for.

use std::path::{Path, PathBuf};

use super::Error;
use crate::project::{Name, Version};
use crate::python::Environment;

/// `name-version[-build]-python-abi-platform.whl`, where each of the last three may be several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WheelName {
    /// Normalised.
    pub name: String,
    pub version: Version,
    /// The last three, as they are written.
    pub tag: String,
}

impl WheelName {
    /// None if that is no name of a wheel.
    pub fn of(path: &Path) -> Option<WheelName> {
        let stem = path.file_name()?.to_str()?.strip_suffix(".whl")?;
        let parts: Vec<&str> = stem.split('-').collect();
        let ([name, version, python, abi, platform] | [name, version, _, python, abi, platform]) = parts[..]
        else {
            return None;
        };
        let name: Name = name.parse().ok()?;
        Some(WheelName {
            name: name.normalized().to_owned(),
            version: version.replace('_', "-").parse().ok()?,
            tag: format!("{python}-{abi}-{platform}"),
        })
    }

    /// Whether the interpreter of this environment takes it.
    pub fn fits(&self, environment: &Environment) -> bool {
        let mut sets = self.tag.split('-').map(|set| set.split('.'));
        let [Some(pythons), Some(abis), Some(platforms)] = [sets.next(), sets.next(), sets.next()] else {
            return false;
        };
        let interpreter = Interpreter::of(environment);
        let fits_platform = |platform| is_platform(platform, environment);
        platforms.into_iter().any(fits_platform)
            && pythons.into_iter().any(|python| abis.clone().any(|abi| interpreter.takes(python, abi)))
    }

    /// Whether it is for every machine.
    pub fn is_for_any_platform(&self) -> bool {
        self.tag.ends_with("-any")
    }
}

/// The wheels in a folder, with their names, in an order that the file system has no say in.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<(WheelName, PathBuf)>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let mut wheels = Vec::new();
    for found in std::fs::read_dir(folder).map_err(read)? {
        let path = found.map_err(read)?.path();
        wheels.extend(WheelName::of(&path).map(|name| (name, path)));
    }
    wheels.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok(wheels)
}

struct Interpreter {
    is_cpython: bool,
    minor: u8,
}

impl Interpreter {
    fn of(environment: &Environment) -> Interpreter {
        let version = environment.get("python_version").unwrap_or_default();
        let minor = version.strip_prefix("3.").and_then(|minor| minor.parse().ok()).unwrap_or_default();
        Interpreter { is_cpython: environment.get("implementation_name") == Some("cpython"), minor }
    }

    /// `py3` and `py38` are for that version and all after it, as far as 3 goes; `cp38` is for that one,
    /// save with the stable interface `abi3`.
    fn takes(&self, python: &str, abi: &str) -> bool {
        let minor_of = |kind| python.strip_prefix(kind).map(|minor: &str| minor.parse::<u8>());
        match (minor_of("py3"), minor_of("cp3")) {
            _ if python == "py3" => abi == "none",
            (Some(Ok(minor)), _) => abi == "none" && minor <= self.minor,
            (_, Some(Ok(minor))) if self.is_cpython => match abi {
                "abi3" => minor <= self.minor,
                _ => minor == self.minor && (abi == "none" || abi.trim_end_matches('m') == python),
            },
            _ => false,
        }
    }
}

/// Whether a platform is that of the environment, as far as files go that are no machine code.
fn is_platform(platform: &str, environment: &Environment) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| platform.starts_with(prefix));
    let machine = environment.get("platform_machine").unwrap_or_default().to_lowercase();
    let is_machine = platform.ends_with(&machine);
    match environment.get("sys_platform").unwrap_or_default() {
        _ if platform == "any" => true,
        "linux" => starts(&["linux_", "manylinux", "musllinux_"]) && is_machine,
        "darwin" => {
            starts(&["macosx_"]) && (is_machine || !platform.ends_with("64") || starts(&["universal"]))
        }
        "win32" => platform == "win32" && machine == "x86" || starts(&["win_"]) && is_machine,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_are_for_the_interpreters_that_their_names_say() {
        let python = Environment::from_iter([
            ("implementation_name", "cpython"),
            ("python_version", "3.11"),
            ("sys_platform", "linux"),
            ("platform_machine", "x86_64"),
        ]);
        for (tag, expected) in [
            ("py3-none-any", true),
            ("py2.py3-none-any", true),
            ("py2-none-any", false),
            ("py38-none-any", true),
            ("py312-none-any", false),
            ("cp311-none-any", true),
            ("cp310-none-any", false),
            ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", true),
            ("cp311-cp311-manylinux_2_17_aarch64", false),
            ("cp311-cp311-win_amd64", false),
            ("cp313-cp313-manylinux_2_17_x86_64", false),
            ("cp38-abi3-musllinux_1_2_x86_64", true),
            ("cp312-abi3-linux_x86_64", false),
            ("pp311-pypy311_pp73-linux_x86_64", false),
            ("py3-none-macosx_11_0_arm64", false),
        ] {
            let name = WheelName::of(format!("a_b-1.0-{tag}.whl").as_ref()).unwrap();
            assert_eq!(name.fits(&python), expected, "{tag}");
        }
    }

    #[test]
    fn names_have_a_build_or_not() {
        let name = |text: &str| WheelName::of(text.as_ref());
        assert_eq!(name("x/A.b-1.0-py3-none-any.whl").unwrap().name, "a-b");
        assert_eq!(name("a-1.0-2-py3-none-any.whl").unwrap().tag, "py3-none-any");
        assert_eq!(name("a-py3-none-any.whl"), None);
        assert_eq!(name("a-1.0-py3-none-any.zip"), None);
    }
}
