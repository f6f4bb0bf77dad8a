//! `pyrepro py3compile`: what Debian's `py3compile` does in postinst scripts, with its options.

mod range;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail, ensure};
use clap::Parser;
use pyrepro::compile::Exclude;

use super::exit::Exit;
use super::terminal::Terminal;
use super::{compile, environment};
use range::{Minor, Range};

/// Compile what a Debian package ships, as Debian's py3compile does
///
/// Accepts the options of Debian's `py3compile`, and compiles for all supported Pythons in one run. Files are
/// hash-based and in canonical form, so they are the same on every machine.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// Folders and files to compile; with -p, those files of the package that are below them
    #[arg(value_name = "DIR_OR_FILE")]
    paths: Vec<PathBuf>,
    /// Compile the files of this package
    #[arg(short, long)]
    package: Option<String>,
    /// Only for Pythons in this range: `3.11` is one, `3.11-` that and newer ones, `3.9-3.12` all before 3.12
    #[arg(short = 'V', value_name = "RANGE", allow_hyphen_values = true, default_value = "")]
    range: Range,
    /// Compile files that are up to date, too
    #[arg(short, long)]
    force: bool,
    /// Compile with optimisation level 1
    #[arg(short = 'O')]
    optimize: bool,
    /// Skip files whose path matches this regular expression from the start
    #[arg(short = 'X', long = "exclude", value_name = "REGEX", requires = "paths")]
    exclude: Vec<String>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro py3compile -p python3-orchard                    the public modules of a package
  pyrepro py3compile -p orchard /usr/share/orchard         its private modules
  pyrepro py3compile -V 3.11- /usr/lib/orchard

The Pythons are those of `supported-versions` in /usr/share/python3/debian_defaults, or of
$DEBPYTHON3_SUPPORTED, that are in /usr/bin. $DPKG_ROOT is respected.

Exit codes: 0 everything is compiled or up to date; 1 a source does not compile; 2 any other error; 3 no Python
of the range is installed.";

/// The flags of `compile` on their own.
#[derive(Parser)]
struct Compile {
    #[command(flatten)]
    flags: compile::Flags,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    ensure!(
        flags.package.is_some() || !flags.paths.is_empty(),
        "give a package with -p, or files and folders"
    );
    let root = environment::dpkg_root();
    let versions = flags.range.among(&supported(&root)?);
    let installed: Vec<Minor> =
        versions.into_iter().filter(|version| program(&root, *version).exists()).collect();
    if installed.is_empty() {
        return Ok(Exit::NotInstalled);
    }
    let mut sources: BTreeMap<Vec<Minor>, Vec<PathBuf>> = BTreeMap::new();
    for (source, versions) in flags.sources(&root, &installed)? {
        sources.entry(versions).or_default().push(source);
    }
    let mut exit = Exit::Fine;
    for (versions, sources) in sources {
        exit = exit.max(flags.compile(&root, &versions, sources, terminal)?);
    }
    Ok(exit)
}

impl Flags {
    /// The sources, each with the Pythons to compile it for.
    fn sources(&self, root: &Path, installed: &[Minor]) -> anyhow::Result<Vec<(PathBuf, Vec<Minor>)>> {
        let patterns = self.exclude.iter().map(|pattern| format!("^(?:{pattern})").parse::<Exclude>());
        let patterns = patterns.collect::<Result<Vec<_>, _>>().context("-X")?;
        let files = match &self.package {
            Some(package) => files_of(root, package)?,
            None => pyrepro::compile::sources(&self.paths)?,
        };
        let is_named =
            |file: &PathBuf| self.paths.is_empty() || self.paths.iter().any(|path| file.starts_with(path));
        let is_source = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "py");
        let mut found = Vec::new();
        for file in files.into_iter().filter(is_named).filter(is_source) {
            let inner = self.paths.iter().find_map(|path| file.strip_prefix(path).ok()).unwrap_or(&file);
            if is_excluded(&patterns, &file)? || is_excluded(&patterns, inner)? {
                continue;
            }
            let public = public(&file);
            let versions = match public {
                Some(Some(version)) => vec![version],
                Some(None) => installed.to_vec(),
                // Private modules of a package have one Python, the first of the range.
                None if self.package.is_some() && self.paths.is_empty() => continue,
                None if self.package.is_some() => installed[..1].to_vec(),
                None => installed.to_vec(),
            };
            let versions: Vec<Minor> =
                versions.into_iter().filter(|version| installed.contains(version)).collect();
            if !versions.is_empty() {
                found.push((file, versions));
            }
        }
        Ok(found)
    }

    /// Compiles sources by way of `compile`.
    fn compile(
        &self,
        root: &Path,
        versions: &[Minor],
        sources: Vec<PathBuf>,
        terminal: &Terminal,
    ) -> anyhow::Result<Exit> {
        let mut arguments: Vec<OsString> = vec!["compile".into()];
        for version in versions {
            arguments.extend(["--python".into(), program(root, *version).into_os_string()]);
        }
        if self.force {
            arguments.push("--force".into());
        }
        arguments.extend(["-o".into(), if self.optimize { "1".into() } else { "0".into() }]);
        if root != Path::new("/") {
            arguments.extend(["-s".into(), root.as_os_str().to_owned(), "-p".into(), "/".into()]);
        }
        let at = |source: PathBuf| root.join(source.strip_prefix("/").unwrap_or(&source)).into_os_string();
        arguments.push("--".into());
        match self.package {
            Some(_) => {
                arguments.extend(sources.into_iter().map(at).filter(|place| Path::new(place).is_file()))
            }
            None => arguments.extend(sources.into_iter().map(PathBuf::into_os_string)),
        }
        if arguments.last().is_some_and(|last| last == "--") {
            return Ok(Exit::Fine);
        }
        let Compile { flags } = Compile::try_parse_from(arguments)?;
        compile::run(&flags, &terminal.quieter())
    }
}

fn program(root: &Path, Minor(major, minor): Minor) -> PathBuf {
    root.join(format!("usr/bin/python{major}.{minor}"))
}

/// The Pythons that the distribution supports, in order.
fn supported(root: &Path) -> anyhow::Result<Vec<Minor>> {
    let text = match environment::supported_pythons() {
        Some(text) => text,
        None => {
            let path = root.join("usr/share/python3/debian_defaults");
            let text = fs::read_to_string(&path).with_context(|| {
                format!("cannot read {}: it says which Pythons are supported", path.display())
            })?;
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix("supported-versions")?.trim().strip_prefix('='));
            line.with_context(|| format!("{} has no supported-versions", path.display()))?.to_owned()
        }
    };
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let version = |word: &str| word.strip_prefix("python").unwrap_or(word).parse::<Minor>();
    let mut versions = words.map(version).collect::<Result<Vec<_>, _>>().map_err(anyhow::Error::msg)?;
    versions.sort();
    Ok(versions)
}

/// The files of an installed package, by their absolute paths.
fn files_of(root: &Path, package: &str) -> anyhow::Result<Vec<PathBuf>> {
    let is_name = package.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.:".contains(&b));
    ensure!(is_name && !package.is_empty(), "{package:?} is not the name of a package");
    let folder = root.join("var/lib/dpkg/info");
    let text = match fs::read_to_string(folder.join(format!("{package}.list"))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => of_an_architecture(&folder, package)?,
        other => other.with_context(|| format!("cannot read the list of files of {package}"))?,
    };
    Ok(text.lines().map(PathBuf::from).collect())
}

/// The list of a package that can be installed for several architectures.
fn of_an_architecture(folder: &Path, package: &str) -> anyhow::Result<String> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name.strip_prefix(package).is_some_and(|rest| rest.starts_with(':') && rest.ends_with(".list")) {
            return Ok(fs::read_to_string(folder.join(&*name))?);
        }
    }
    bail!("the package {package} is not installed")
}

fn is_excluded(patterns: &[Exclude], path: &Path) -> io::Result<bool> {
    for pattern in patterns {
        if pattern.matches(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a file is in a folder of public modules, and of which Python, if it is of one alone.
fn public(file: &Path) -> Option<Option<Minor>> {
    let path = file.to_str()?;
    let (_, rest) = path.split_once("/usr/lib/python")?;
    let (version, rest) = rest.split_once('/')?;
    let is_public = rest.starts_with("dist-packages") || rest.starts_with("site-packages");
    match version.contains('.') {
        _ if !is_public => None,
        true => version.parse().ok().map(Some),
        false => (version == "3").then_some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_modules_are_of_all_pythons_or_of_one() {
        assert_eq!(public("/usr/lib/python3/dist-packages/a.py".as_ref()), Some(None));
        assert_eq!(public("/usr/lib/python3.11/site-packages/a.py".as_ref()), Some(Some(Minor(3, 11))));
        for path in
            ["/usr/lib/python3.11/os.py", "/usr/share/orchard/a.py", "/usr/lib/python2/dist-packages/a.py"]
        {
            assert_eq!(public(path.as_ref()), None, "{path}");
        }
    }
}
