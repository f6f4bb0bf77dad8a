//! Wheels, unpacked into an application the way an installer unpacks them into a folder.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;

use super::entry_point::EntryPoint;
use super::members::is_extension_module;
use super::wheel_name::WheelName;
use super::{Error, source};
use crate::archive::{BadPath, Content, Entry, MemberPath};
use crate::project::{BadValue, Name, Requirement, Specifiers, Version};
use crate::python::Environment;
use crate::record::{self, Hash, Mismatch, Present, Record};
use crate::tree::Globs;

/// A wheel whose RECORD was found right.
pub(super) struct Wheel {
    /// The name of the distribution, normalised.
    pub name: String,
    /// The files, where an installer puts them.
    pub entries: Vec<Entry>,
    /// Its console scripts by name.
    pub scripts: Vec<(String, EntryPoint)>,
    /// Its version, if that is one.
    pub version: Option<Version>,
    /// The distributions that it needs.
    pub requires: Vec<Requirement>,
}

/// What can be wrong with a wheel.
#[derive(Debug, thiserror::Error)]
pub enum WheelProblem {
    /// It has no folder of metadata, or several.
    #[error("it has {0} top-level .dist-info folders, where a wheel has one")]
    DistInfo(usize),
    /// A file of its metadata is not there.
    #[error("it has no {0}")]
    No(String),
    /// A version of the format that came after this program.
    #[error("its Wheel-Version is {0:?}, where pyrepro knows 1.x")]
    Version(String),
    /// The list of its files cannot be read.
    #[error("its RECORD cannot be read: {0}")]
    Record(#[from] crate::record::Error),
    /// It is not what RECORD says.
    #[error("{0}; the wheel was changed; download it again")]
    Changed(#[from] Mismatch),
    /// A module in machine code.
    #[error(
        "{0:?} is an extension module, which Python cannot import from an archive; take a pure wheel of the \
         package, or leave it out with --exclude '*{ending}' if the package works without it, or ship the \
         application as a folder or as an archive that unpacks itself (shiv, pex)",
        ending = ending(.0)
    )]
    Extension(String),
    /// Another interpreter than that of the archive.
    #[error("its name says that it is for {tag}, which {python} is not; {WAY_OUT}")]
    Tag {
        /// What it is for.
        tag: String,
        /// What the archive is for.
        python: String,
    },
    /// Another version of Python than that of the archive.
    #[error("its Requires-Python is {needed}, and the archive is for Python {python}; {WAY_OUT}")]
    Python {
        /// What it is for.
        needed: String,
        /// What the archive is for.
        python: String,
    },
    /// A file that would lie where none can.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// A name that no distribution has.
    #[error("its METADATA has no good name: {0}")]
    Name(#[from] BadValue),
    /// A place that no installer knows.
    #[error("{0:?} is for an install scheme that an archive does not have; leave it out with --exclude")]
    Scheme(String),
}

const WAY_OUT: &str = "take a wheel for that (`pip download --python-version` gets one), or make the archive \
                       for another Python with -p or --python";

fn ending(path: &str) -> &str {
    path.rfind('.').map_or("", |dot| &path[dot..])
}

impl Wheel {
    /// Reads one for an environment, if that is known.
    pub fn read(path: &Path, exclude: &Globs, environment: Option<&Environment>) -> Result<Wheel, Error> {
        let mut reader = source::open(path, source::OF_WHEELS)?;
        let files = source::archive(&mut reader, path, None)?;
        let wheel = match (WheelName::of(path), environment) {
            (Some(name), Some(environment)) if !name.fits(environment) => {
                Err(WheelProblem::Tag { tag: name.tag, python: shown(environment) })
            }
            _ => Wheel::of(files, exclude, environment),
        };
        wheel.map_err(|problem| Error::Wheel { wheel: path.to_owned(), problem: Box::new(problem) })
    }

    fn of(
        files: Vec<Entry>,
        exclude: &Globs,
        environment: Option<&Environment>,
    ) -> Result<Wheel, WheelProblem> {
        let dist_info = dist_info(&files)?;
        let text = |name: &str| file(&files, &format!("{dist_info}/{name}"));
        let needed = |name: &str| text(name).ok_or_else(|| WheelProblem::No(format!("{dist_info}/{name}")));
        check_record(&Record::parse(needed("RECORD")?)?, &format!("{dist_info}/RECORD"), &files)?;
        let version = headers(needed("WHEEL")?, "Wheel-Version").next().unwrap_or_default();
        if !version.starts_with("1.") {
            return Err(WheelProblem::Version(version));
        }
        let metadata = needed("METADATA")?;
        if let Some(environment) = environment {
            check_python(headers(metadata, "Requires-Python").next(), environment)?;
        }
        let name: Name = headers(metadata, "Name").next().unwrap_or_default().parse()?;
        let version = headers(metadata, "Version").next().and_then(|version| version.parse().ok());
        let requires = headers(metadata, "Requires-Dist").filter_map(|line| requirement(&line)).collect();
        let scripts = text("entry_points.txt").map(console_scripts).unwrap_or_default();
        let data = dist_info.replace(".dist-info", ".data");
        let mut entries = Vec::with_capacity(files.len());
        for entry in files {
            let Some(path) = installed(entry.path.as_str(), &data)? else { continue };
            if entry.content().is_none() || is_excluded(exclude, &path) {
                continue;
            }
            if is_extension_module(&path) {
                return Err(WheelProblem::Extension(path));
            }
            entries.push(entry.renamed(MemberPath::new(path)?));
        }
        Ok(Wheel { name: name.normalized().to_owned(), version, entries, scripts, requires })
    }
}

/// Checks that a wheel has the files that its RECORD lists, as it lists them, and no other.
fn check_record(record: &Record, place: &str, files: &[Entry]) -> Result<(), Mismatch> {
    let contents: BTreeMap<&str, &[u8]> = files.iter().filter_map(bytes_of).collect();
    let present = contents.iter().map(|(path, bytes)| Present { path, size: bytes.len() as u64 });
    let fits =
        |path: &str, hash: &Hash| Ok::<_, Infallible>(contents.get(path).and_then(|bytes| hash.fits(bytes)));
    let Ok(mismatches) = record::check(record, place, present, fits);
    mismatches.into_iter().next().map_or(Ok(()), Err)
}

/// What cannot be read forbids nothing, as with pip.
fn check_python(requires: Option<String>, environment: &Environment) -> Result<(), WheelProblem> {
    let python = environment.get("python_full_version").unwrap_or_default().to_owned();
    let versions = requires.and_then(|requires| requires.parse::<Specifiers>().ok());
    match (versions, python.parse::<Version>()) {
        (Some(versions), Ok(version)) if !versions.take(&version) => {
            Err(WheelProblem::Python { needed: versions.to_string(), python })
        }
        _ => Ok(()),
    }
}

fn shown(environment: &Environment) -> String {
    let variable = |name| environment.get(name).unwrap_or("unknown");
    let [name, version] = ["platform_python_implementation", "python_version"].map(variable);
    let [platform, machine] = ["sys_platform", "platform_machine"].map(variable);
    format!("{name} {version} on {platform} ({machine})")
}

fn is_excluded(exclude: &Globs, path: &str) -> bool {
    exclude.matches(path.as_ref(), false)
        || path.match_indices('/').any(|(end, _)| exclude.matches(path[..end].as_ref(), true))
}

fn dist_info(files: &[Entry]) -> Result<String, WheelProblem> {
    let tops = files.iter().filter_map(|entry| entry.path.as_str().split('/').next());
    let mut found: Vec<&str> = tops.filter(|top| top.ends_with(".dist-info")).collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [one] => Ok(one.to_owned()),
        _ => Err(WheelProblem::DistInfo(found.len())),
    }
}

fn bytes_of(entry: &Entry) -> Option<(&str, &[u8])> {
    match entry.content() {
        Some(Content::Bytes(bytes)) => Some((entry.path.as_str(), bytes)),
        _ => None,
    }
}

fn file<'a>(files: &'a [Entry], path: &str) -> Option<&'a [u8]> {
    files.iter().filter_map(bytes_of).find(|(name, _)| *name == path).map(|(_, bytes)| bytes)
}

/// Where an installer puts a file: modules at the root, scripts in `bin`, data where `pip install
/// --target` has it. C headers are for nobody in an archive.
fn installed(path: &str, data: &str) -> Result<Option<String>, WheelProblem> {
    let Some(rest) = path.strip_prefix(data).and_then(|rest| rest.strip_prefix('/')) else {
        return Ok((path != data).then(|| path.to_owned()));
    };
    match rest.split_once('/') {
        Some(("purelib" | "platlib" | "data", rest)) => Ok(Some(rest.to_owned())),
        Some(("scripts", rest)) => Ok(Some(format!("bin/{rest}"))),
        Some(("headers", _)) | None => Ok(None),
        Some(_) => Err(WheelProblem::Scheme(path.to_owned())),
    }
}

/// The values of a header field of WHEEL and METADATA, of those before the description.
pub(crate) fn headers(text: &[u8], field: &str) -> impl Iterator<Item = String> {
    let text = String::from_utf8_lossy(text).into_owned();
    let head: Vec<String> = text.lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect();
    head.into_iter().filter_map(move |line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(field).then(|| value.trim().to_owned())
    })
}

/// A requirement, of which the name is what counts where the rest is of before PEP 508.
pub(crate) fn requirement(line: &str) -> Option<Requirement> {
    line.parse().ok().or_else(|| {
        let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
        line[..end.unwrap_or(line.len())].parse().ok()
    })
}

/// The functions of the group `console_scripts`. Extras in brackets say what to install, not what to call.
pub(crate) fn console_scripts(text: &[u8]) -> Vec<(String, EntryPoint)> {
    let text = String::from_utf8_lossy(text);
    let mut group = "";
    let mut scripts = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = name.trim();
        } else if let ("console_scripts", Some((name, function))) = (group, line.split_once('=')) {
            let function = function.split('[').next().unwrap_or_default().replace(' ', "");
            if let Ok(function) = function.parse::<EntryPoint>() {
                scripts.push((name.trim().to_owned(), function.as_script()));
            }
        }
    }
    scripts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_where_an_installer_puts_them() {
        let installed = |path| installed(path, "m-1.data").unwrap();
        assert_eq!(installed("m/a.py").as_deref(), Some("m/a.py"));
        assert_eq!(installed("m-1.data/purelib/m/a.py").as_deref(), Some("m/a.py"));
        assert_eq!(installed("m-1.data/scripts/run").as_deref(), Some("bin/run"));
        assert_eq!(installed("m-1.data/data/share/x").as_deref(), Some("share/x"));
        assert_eq!(installed("m-1.data/headers/x.h"), None);
        assert!(super::installed("m-1.data/else/x", "m-1.data").is_err());
    }

    #[test]
    fn requirements_from_before_the_standard_are_names() {
        assert_eq!(requirement("Foo (>=1.0.*)").unwrap().to_string(), "Foo");
        assert_eq!(requirement("a[x] (>=1) ; extra == 'y'").unwrap().to_string(), "a[x]>=1; extra == \"y\"");
        assert!(requirement("(").is_none());
    }

    #[test]
    fn console_scripts_are_told_from_other_groups() {
        let text = b"[gui_scripts]\nno = a:b\n[ console_scripts ]\nrun = m.cli : main [fast]\n# c\n";
        let scripts = console_scripts(text);
        assert_eq!(scripts, [("run".to_owned(), "m.cli:main".parse::<EntryPoint>().unwrap().as_script())]);
    }
}
