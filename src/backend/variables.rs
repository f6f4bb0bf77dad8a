//! The variables that backends and installers get.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Request;
use super::build_dir::BuildDir;
use super::isolation::Isolation;
use crate::epoch::Epoch;

/// Variables as a command takes them.
pub type Variables = Vec<(OsString, OsString)>;

/// What a program needs to find others and the network. It decides nothing about what is built, or what
/// it decides is in the record already.
const NEUTRAL: [&str; 31] = [
    "ALL_PROXY",
    "COMSPEC",
    "CURL_CA_BUNDLE",
    "FTP_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "NIX_SSL_CERT_FILE",
    "NO_PROXY",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "REQUESTS_CA_BUNDLE",
    "RUSTUP_AUTO_INSTALL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TERM",
    "USER",
    "USERNAME",
    "WINDIR",
    "all_proxy",
    "http_proxy",
    "https_proxy",
];

/// What tells backends and compilers how to build, because distributions say it so.
const TELLING: [&str; 36] = [
    "AR",
    "ARCHFLAGS",
    "CC",
    "CFLAGS",
    "CPATH",
    "CPP",
    "CPPFLAGS",
    "CXX",
    "CXXFLAGS",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "DEVELOPER_DIR",
    "DISTUTILS_USE_SDK",
    "F77",
    "FC",
    "FCFLAGS",
    "FFLAGS",
    "INCLUDE",
    "LD",
    "LDFLAGS",
    "LDSHARED",
    "LIB",
    "LIBPATH",
    "LIBRARY_PATH",
    "MACOSX_DEPLOYMENT_TARGET",
    "MAKEFLAGS",
    "MESON",
    "NINJA",
    "NM",
    "OBJCFLAGS",
    "RANLIB",
    "RUSTC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "SDKROOT",
    "STRIP",
];

/// The same, by how they begin.
const TELLING_FAMILIES: [&str; 16] = [
    "CARGO_",
    "CMAKE_",
    "DEB_",
    "HATCH_",
    "MATURIN_",
    "MESONPY_",
    "NIX_",
    "PBR_",
    "PDM_BUILD_",
    "PKG_CONFIG",
    "POETRY_DYNAMIC_VERSIONING_",
    "PYO3_",
    "RPM_",
    "RUSTUP_",
    "SETUPTOOLS_SCM_",
    "SKBUILD_",
];

/// Except for these, of which some lead out of the build folder and the others are of a build around this.
const NOT_TELLING: [&str; 6] = [
    "CARGO_BIN_",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_TARGET_DIR",
];

/// Where distributions have what is installed, which builds without isolation go by.
const INSTALLED: [&str; 5] = ["GUIX_PYTHONPATH", "NIX_PYTHONPATH", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"];

/// What would have an installer install to another place than it is told.
const MISLEADING: [&str; 9] = [
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "VIRTUAL_ENV",
];

/// What the backend gets: what is kept of the user's, and above that what is the same each time.
pub fn of_backend(request: &Request, place: &BuildDir, programs: &Path) -> Variables {
    let kept = |name: &OsStr| {
        name.to_str().is_some_and(|name| {
            NEUTRAL.contains(&name)
                || is_telling(request, name)
                || request.isolation == Isolation::Installed && INSTALLED.contains(&name)
        })
    };
    let mut variables: Variables = request.variables.iter().filter(|(name, _)| kept(name)).cloned().collect();
    for (name, value) in &request.switches {
        set(&mut variables, name, value);
    }
    let user = |name: &str| value(&request.variables, name);
    let home = place.home();
    for (name, value) in [
        ("PYTHONHASHSEED", OsString::from("0")),
        ("PYTHONNOUSERSITE", "1".into()),
        ("PYTHONPYCACHEPREFIX", place.bytecode().into()),
        ("PYTHONUTF8", "1".into()),
        ("TZ", "UTC".into()),
        ("LC_ALL", "C.UTF-8".into()),
        ("LANG", "C.UTF-8".into()),
        // Backends fail at what zip files have no place for.
        ("SOURCE_DATE_EPOCH", request.epoch.clamp_to(Epoch::DOS).epoch.seconds().to_string().into()),
        ("HOME", home.clone().into()),
        ("USERPROFILE", home.clone().into()),
        ("XDG_CACHE_HOME", home.join(".cache").into()),
        ("XDG_CONFIG_HOME", home.join(".config").into()),
        ("XDG_DATA_HOME", home.join(".local/share").into()),
        ("TMPDIR", place.temporary().into()),
        ("TEMP", place.temporary().into()),
        ("TMP", place.temporary().into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("PATH", search_path(programs, user("PATH"))),
    ] {
        set(&mut variables, name, value);
    }
    if request.windows_text {
        set(&mut variables, "PYREPRO_TEXT", "crlf");
    }
    compilers(&mut variables, request, place);
    variables
}

/// What an installer gets: all of the user's, because they say which index it asks.
pub fn of_installer(request: &Request) -> Variables {
    let misleads = |name: &str| MISLEADING.contains(&name) || name.starts_with("PYTHON");
    let stays = |name: &OsStr| !name.to_str().is_some_and(misleads);
    request.variables.iter().filter(|(name, _)| stays(name)).cloned().collect()
}

/// The variables of the user that had a say in what was built, in order.
pub fn telling(request: &Request) -> Vec<(String, String)> {
    let text = |text: &OsStr| text.to_string_lossy().into_owned();
    let mut telling: Vec<_> = request
        .variables
        .iter()
        .filter(|(name, _)| name.to_str().is_some_and(|name| is_telling(request, name)))
        .map(|(name, value)| (text(name), text(value)))
        .collect();
    telling.sort();
    telling
}

/// Where the user has the programs that cargo has installed, rustup's among them.
pub fn cargo_programs(request: &Request) -> Option<PathBuf> {
    let home = || value(&request.variables, "HOME").map(|home| Path::new(home).join(".cargo"));
    let cargo = value(&request.variables, "CARGO_HOME").map(PathBuf::from).or_else(home)?;
    Some(cargo.join("bin"))
}

/// The home of cargo in a sandbox.
pub fn cargo_home(place: &BuildDir) -> PathBuf {
    place.home().join(".cargo")
}

/// A program on the user's PATH.
pub fn program(request: &Request, name: &str) -> Option<PathBuf> {
    let path = value(&request.variables, "PATH").unwrap_or_default();
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn is_telling(request: &Request, name: &str) -> bool {
    let is_out = name.ends_with("_TOKEN") || NOT_TELLING.iter().any(|family| name.starts_with(family));
    let is_listed = TELLING.contains(&name) || TELLING_FAMILIES.iter().any(|family| name.starts_with(family));
    is_listed && !is_out && !NEUTRAL.contains(&name) || request.keep.iter().any(|kept| kept == name)
}

fn value<'a>(variables: &'a Variables, name: &str) -> Option<&'a OsStr> {
    variables.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_os_str())
}

fn set(variables: &mut Variables, name: &str, value: impl Into<OsString>) {
    variables.retain(|(found, _)| found != name);
    variables.push((name.into(), value.into()));
}

fn search_path(programs: &Path, user: Option<&OsStr>) -> OsString {
    let mut path = programs.as_os_str().to_owned();
    if let Some(user) = user.filter(|user| !user.is_empty()) {
        path.push(if cfg!(windows) { ";" } else { ":" });
        path.push(user);
    }
    path
}

/// Tells compilers to leave the build's paths out, and where those of Rust have their own things.
fn compilers(variables: &mut Variables, request: &Request, place: &BuildDir) {
    let home = value(&request.variables, "HOME").map(Path::new);
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let there = home.map(|home| home.join(folder)).filter(|folder| folder.is_dir());
        if let (None, Some(there)) = (value(variables, name), there) {
            set(variables, name, there);
        }
    }
    if request.sandbox {
        // The user's own has tokens in it, and programs that the user runs.
        set(variables, "CARGO_HOME", cargo_home(place));
    }
    if cfg!(windows) {
        return;
    }
    let mapped = [(place.source(), "."), (place.environment(), "/env"), (place.temporary(), "/tmp")];
    let maps = |flag: &str| -> OsString {
        let mut flags = OsString::new();
        for (from, to) in &mapped {
            flags.push(format!(" {flag}="));
            flags.push(from);
            flags.push(format!("={to}"));
        }
        flags
    };
    for name in ["CFLAGS", "CXXFLAGS", "FFLAGS", "FCFLAGS", "OBJCFLAGS"] {
        extend(variables, name, maps("-ffile-prefix-map"));
    }
    let mut rust = maps("--remap-path-prefix");
    if let Some(cargo) = value(variables, "CARGO_HOME") {
        rust.push(" --remap-path-prefix=");
        rust.push(cargo);
        rust.push("=/cargo");
    }
    // RUSTFLAGS would take the place of what the project's own .cargo/config.toml says, and this does
    // not; but where the user has set RUSTFLAGS, nothing else is looked at.
    let name = if value(variables, "RUSTFLAGS").is_some() { "RUSTFLAGS" } else { "CARGO_BUILD_RUSTFLAGS" };
    extend(variables, name, rust);
}

fn extend(variables: &mut Variables, name: &str, flags: OsString) {
    let mut all = value(variables, name).unwrap_or_default().to_owned();
    all.push(flags);
    let all = all.to_string_lossy().trim().to_owned();
    set(variables, name, all);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn of(user: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> (Variables, String) {
        let root = tempfile::tempdir().unwrap();
        let place = BuildDir::take(root.path(), "x", &AtomicBool::new(false), &|_| ()).unwrap();
        let mut request = Request::new("source".into(), "python".into());
        request.variables = user.iter().map(|(name, value)| (name.into(), value.into())).collect();
        change(&mut request);
        let variables = of_backend(&request, &place, Path::new("/env/bin"));
        (variables, place.folder().display().to_string())
    }

    #[test]
    fn what_has_no_say_is_not_kept_and_what_is_fixed_wins() {
        let user = [
            ("TZ", "Asia/Tokyo"),
            ("PYTHONPATH", "/x"),
            ("LANGUAGE", "de"),
            ("SECRET", "1"),
            ("CC", "gcc-13"),
            ("HATCH_VCS_X", "2"),
            ("CARGO_REGISTRY_TOKEN", "3"),
            ("CARGO_TARGET_DIR", "/x"),
        ];
        let (variables, _) = of(&user, |_| ());
        let get = |name| value(&variables, name).and_then(OsStr::to_str);
        assert_eq!((get("TZ"), get("CC"), get("HATCH_VCS_X")), (Some("UTC"), Some("gcc-13"), Some("2")));
        for name in ["PYTHONPATH", "LANGUAGE", "SECRET", "CARGO_REGISTRY_TOKEN", "CARGO_TARGET_DIR"] {
            assert_eq!(get(name), None);
        }
        let (variables, _) = of(&user, |request| {
            request.keep = vec!["SECRET".into()];
            request.isolation = Isolation::Installed;
        });
        assert_eq!(value(&variables, "SECRET"), Some(OsStr::new("1")));
        assert_eq!(value(&variables, "PYTHONPATH"), Some(OsStr::new("/x")));
    }

    #[test]
    fn the_epoch_is_one_that_zip_files_hold() {
        for (seconds, wanted) in [(0, "315532800"), (1_577_836_800, "1577836800"), (u64::MAX, "4354819198")] {
            let (variables, _) = of(&[], |request| request.epoch = Epoch::from_seconds(seconds));
            assert_eq!(value(&variables, "SOURCE_DATE_EPOCH"), Some(OsStr::new(wanted)));
        }
    }

    #[cfg(unix)]
    #[test]
    fn compilers_are_told_to_leave_out_the_paths_of_the_build() {
        let (variables, folder) = of(&[("CFLAGS", "-O1"), ("RUSTFLAGS", "-g")], |_| ());
        let get = |name| value(&variables, name).and_then(OsStr::to_str).unwrap_or_default();
        assert!(get("CFLAGS").starts_with(&format!("-O1 -ffile-prefix-map={folder}/source=. ")));
        assert!(get("RUSTFLAGS").starts_with(&format!("-g --remap-path-prefix={folder}/source=. ")));
        assert_eq!(get("CARGO_BUILD_RUSTFLAGS"), "");
        let (variables, _) = of(&[], |_| ());
        assert_eq!(value(&variables, "RUSTFLAGS"), None);
    }

    #[test]
    fn a_build_in_the_sandbox_has_a_home_of_cargo_of_its_own() {
        let user = [("CARGO_HOME", "/home/me/.cargo")];
        let home = |sandbox: bool| {
            let (variables, folder) = of(&user, |request| request.sandbox = sandbox);
            let home = PathBuf::from(value(&variables, "CARGO_HOME").unwrap());
            (home.starts_with(folder), home)
        };
        assert_eq!(home(false), (false, PathBuf::from("/home/me/.cargo")));
        assert!(home(true).0, "{:?}", home(true).1);
    }

    #[test]
    fn what_was_kept_is_told() {
        let mut request = Request::new("source".into(), "python".into());
        let user = [("PATH", "/bin"), ("LDFLAGS", "-s"), ("CC", "cc"), ("MINE", "x")];
        request.variables = user.iter().map(|(name, value)| (name.into(), value.into())).collect();
        request.keep = vec!["MINE".into()];
        let names: Vec<_> = telling(&request).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["CC", "LDFLAGS", "MINE"]);
    }
}
