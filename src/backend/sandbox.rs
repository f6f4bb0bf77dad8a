//! A place for other people's code: no network, no other processes, none of the user's files.
//!
//! `bwrap` (bubblewrap) makes it where it is there: the program sees the system's own folders, read-only, and its
//! build folder. Else `unshare` takes network and processes away, and Landlock the files. Both need Linux.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Error;

/// What a program in the sandbox may take at most.
const MEMORY: &str = "--as=17179869184";
const FILE_SIZE: &str = "--fsize=4294967296";
const PROCESSES: &str = "--nproc=2048";

/// What systems have for all to read, without anybody's secrets.
const SYSTEM: [&str; 27] = [
    "/bin",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/debian_version",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/pki",
    "/etc/python3",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/gnu",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix",
    "/opt",
    "/sbin",
    "/usr",
];

/// A sandbox that works on this machine.
#[derive(Debug, Clone)]
pub struct Sandbox {
    jail: Jail,
    limits: Option<PathBuf>,
    privileges: Option<PathBuf>,
    /// What can be read beside the system's own folders.
    readable: Vec<PathBuf>,
}

#[derive(Debug, Clone)]
enum Jail {
    Bubblewrap(PathBuf),
    Unshare(PathBuf),
}

impl Sandbox {
    /// Finds what isolates programs here, and tries it.
    pub fn find(search_path: &OsStr, readable: Vec<PathBuf>) -> Result<Sandbox, Error> {
        let program = |name: &str| {
            let folders = std::env::split_paths(search_path).filter(|folder| folder.is_absolute());
            folders.map(|folder| folder.join(name)).find(|path| path.is_file())
        };
        let (limits, privileges) = (program("prlimit"), program("setpriv"));
        let jails = [program("bwrap").map(Jail::Bubblewrap), program("unshare").map(Jail::Unshare)];
        let mut tried = Vec::new();
        for jail in jails.into_iter().flatten() {
            let sandbox = Sandbox {
                jail,
                limits: limits.clone(),
                privileges: privileges.clone(),
                readable: readable.clone(),
            };
            match sandbox.works() {
                Ok(()) => return Ok(sandbox),
                Err(reason) => tried.push(reason),
            }
        }
        if tried.is_empty() {
            tried.push("neither bwrap (bubblewrap) nor unshare (util-linux) is on PATH".to_owned());
        }
        Err(Error::NoSandbox(tried.join("; ")))
    }

    /// Where else the program that makes the sandbox has to write: the map of users, in `/proc`.
    pub fn writable(&self) -> Option<PathBuf> {
        let maps = self.shows_files() && !(is_root() && self.privileges.is_some());
        maps.then(|| PathBuf::from("/proc"))
    }

    /// Whether files have to be kept from the program by other means.
    pub fn shows_files(&self) -> bool {
        matches!(self.jail, Jail::Unshare(_))
    }

    /// All that can be read.
    pub fn readable(&self) -> impl Iterator<Item = PathBuf> {
        // bubblewrap makes a new one.
        let processes = self.shows_files().then(|| PathBuf::from("/proc"));
        let system = SYSTEM.iter().map(PathBuf::from).chain(processes);
        system.chain(self.readable.iter().cloned()).filter(|path| path.exists())
    }

    fn works(&self) -> Result<(), String> {
        let mut command = self.wrap(Command::new("true").current_dir("/"), &[]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let program = command.get_program().to_string_lossy().into_owned();
        match command.output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => {
                let words = String::from_utf8_lossy(&output.stderr);
                Err(format!("{program}: {}", words.lines().last().unwrap_or("failed").trim()))
            }
            Err(error) => Err(format!("{program}: {error}")),
        }
    }

    /// The same command in the sandbox, with these folders to write to.
    pub fn wrap(&self, command: &Command, writable: &[PathBuf]) -> Command {
        let mut wrapped = match &self.jail {
            Jail::Bubblewrap(bwrap) => self.bubblewrap(bwrap, command, writable),
            Jail::Unshare(unshare) => {
                let mut wrapped = Command::new(unshare);
                wrapped.args(["--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]);
                match &self.privileges {
                    // Root needs no namespace of users, and must not keep what it can do.
                    Some(setpriv) if is_root() => {
                        wrapped.arg("--").arg(setpriv).args(["--no-new-privs", "--bounding-set=-all"]);
                        wrapped.arg("--inh-caps=-all");
                    }
                    _ => {
                        wrapped.args(["--user", "--map-current-user"]);
                    }
                }
                wrapped
            }
        };
        if let Some(prlimit) = &self.limits {
            wrapped.arg("--").arg(prlimit).args([MEMORY, FILE_SIZE, PROCESSES, "--core=0", "--"]);
        } else {
            wrapped.arg("--");
        }
        wrapped.arg(command.get_program()).args(command.get_args());
        wrapped.env_clear();
        let kept = |(name, value): (&OsStr, Option<&OsStr>)| Some((name.to_owned(), value?.to_owned()));
        wrapped.envs(command.get_envs().filter_map(kept).collect::<Vec<(OsString, OsString)>>());
        if let Some(folder) = command.get_current_dir() {
            wrapped.current_dir(folder);
        }
        wrapped
    }

    fn bubblewrap(&self, bwrap: &Path, command: &Command, writable: &[PathBuf]) -> Command {
        let mut wrapped = Command::new(bwrap);
        wrapped.args(["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]);
        wrapped.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
        for path in self.readable() {
            match std::fs::read_link(&path) {
                // `/lib` is a link to `usr/lib` on most systems.
                Ok(target) if path.parent() == Some(Path::new("/")) => {
                    wrapped.arg("--symlink").arg(target).arg(&path);
                }
                _ => {
                    wrapped.arg("--ro-bind").arg(&path).arg(&path);
                }
            }
        }
        for path in writable.iter().filter(|path| path.exists()) {
            wrapped.arg("--bind").arg(path).arg(path);
        }
        if let Some(folder) = command.get_current_dir() {
            wrapped.arg("--chdir").arg(folder);
        }
        wrapped
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
