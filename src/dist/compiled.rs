//! Wheels of others with bytecode put in.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::artifact::{Artifact, Kind};
use super::wheel::compile;
use super::{Bytecode, Error, content};
use crate::archive::zip::{self, Member};
use crate::archive::{Entry, Limits, ReadError, Spool};

/// How many bytes of what is neither source nor small are kept in memory.
const IN_MEMORY: u64 = 64 << 20;

/// What is no longer than this is small.
const SMALL: u64 = 1 << 16;

/// Why bytecode cannot be put into a wheel.
#[derive(Debug, thiserror::Error)]
pub enum Uncompilable {
    /// No wheel, or one that is refused.
    #[error(transparent)]
    Archive(#[from] ReadError),
    /// Its name is not that of a wheel.
    #[error("the name is not that of a wheel: name-version-python-abi-platform.whl")]
    Name,
    /// It has no folder of metadata, or several.
    #[error("it has {0} files WHEEL in .dist-info folders at its top, where a wheel has one")]
    NoWheelFile(usize),
    /// It is for another Python.
    #[error("it is for {tag}, so bytecode for Python {version} is of no use in it")]
    OtherPython {
        /// What its name says.
        tag: String,
        /// What the bytecode would be for.
        version: String,
    },
}

/// A wheel with bytecode for its modules, a name and tags that say which Python that is for, and a
/// RECORD that has it.
///
/// ```no_run
/// use std::num::NonZero;
/// use std::sync::atomic::AtomicBool;
/// use pyrepro::compile::Pool;
/// use pyrepro::dist::{Bytecode, compiled_wheel};
/// use pyrepro::python::Version;
///
/// let (version, jobs) = (Version::new(3, 13).unwrap(), NonZero::<usize>::MIN);
/// let pool = Pool::new(std::path::Path::new("python3.13"), version, jobs);
/// let bytecode = Bytecode {
///     compiler: &pool, version, recipe: Default::default(), jobs, stop: &AtomicBool::new(false),
/// };
/// let wheel = compiled_wheel("rich-14.0-py3-none-any.whl".as_ref(), &bytecode)?;
/// assert_eq!(wheel.name, "rich-14.0-cp313-none-any.whl");
/// # Ok::<(), pyrepro::dist::Error>(())
/// ```
pub fn compiled_wheel(path: &Path, bytecode: &Bytecode<'_>) -> Result<Artifact, Error> {
    let bad = |problem| Error::Wheel { path: path.to_owned(), problem };
    let unreadable = |error| bad(Uncompilable::Archive(error));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = tagged_name(name, bytecode).map_err(bad)?;
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut reader = zip::Reader::open(BufReader::new(file), Limits::default()).map_err(unreadable)?;
    let members = reader.members().to_vec();
    let dist_info = dist_info(&members).map_err(bad)?;
    let [wheel_file, record] = ["WHEEL", "RECORD"].map(|name| format!("{dist_info}/{name}"));

    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let spool = Spool::new(folder, IN_MEMORY);
    let (mut modules, mut others) = (Vec::new(), Vec::new());
    for (index, member) in members.iter().enumerate() {
        let path = member.path.as_str();
        if path == record || member.kind != zip::Kind::File {
            continue;
        }
        let mut entry = if member.size > SMALL && !path.ends_with(".py") {
            let place = spool.reserve(member.size);
            let mut place = place.map_err(|source| Error::Unpack { path: folder.to_owned(), source })?;
            reader.copy(index, &mut place).map_err(unreadable)?;
            Entry::spooled(member.path.clone(), place.finish())
        } else {
            let mut bytes = reader.bytes(index).map_err(unreadable)?;
            if path == wheel_file {
                bytes = tagged(&bytes, bytecode);
            }
            Entry::bytes(path, bytes)?
        };
        entry = entry.executable(member.mode().is_some_and(|mode| mode & 0o111 != 0));
        // What is in `.data` lies elsewhere once it is installed.
        let top = path.split('/').next().unwrap_or_default();
        let is_module = !top.ends_with(".data") && !top.ends_with(".dist-info");
        if is_module { modules.push(entry) } else { others.push(entry) }
    }
    let warnings = compile(bytecode, &mut modules)?;
    modules.extend(others);
    let entries = content::with_record(modules, &dist_info, bytecode.jobs)?;
    Ok(Artifact { kind: Kind::Wheel, name, entries, warnings })
}

fn dist_info(members: &[Member]) -> Result<String, Uncompilable> {
    let tops = members.iter().filter_map(|member| member.path.as_str().split_once('/'));
    let tops = tops.filter(|(top, rest)| top.ends_with(".dist-info") && *rest == "WHEEL");
    match tops.map(|(top, _)| top).collect::<Vec<_>>()[..] {
        [one] => Ok(one.to_owned()),
        ref several => Err(Uncompilable::NoWheelFile(several.len())),
    }
}

/// The name of a wheel that only one version of Python can use.
fn tagged_name(name: &str, bytecode: &Bytecode<'_>) -> Result<String, Uncompilable> {
    let parts: Vec<&str> = name.strip_suffix(".whl").unwrap_or_default().rsplitn(4, '-').collect();
    let [platform, abi, python, stem] = parts[..] else { return Err(Uncompilable::Name) };
    let Some(narrow) = narrowed(python, abi, bytecode) else {
        let version = bytecode.version.to_string();
        return Err(Uncompilable::OtherPython { tag: format!("{python}-{abi}-{platform}"), version });
    };
    Ok(format!("{stem}-{narrow}-{abi}-{platform}.whl"))
}

/// The tag of the Python that bytecode is for, if one of a set of tags lets that use the wheel.
fn narrowed(pythons: &str, abi: &str, bytecode: &Bytecode<'_>) -> Option<String> {
    let minor = bytecode.version.minor();
    let own = format!("cp3{minor}");
    let fits = |python: &str| {
        let of_python = |prefix: &str| python.strip_prefix(prefix).and_then(|rest| rest.parse::<u8>().ok());
        python == "py3"
            || python == own
            || of_python("py3").is_some_and(|least| least <= minor)
            // Later versions take what uses the stable interface only.
            || abi.split('.').any(|abi| abi == "abi3" || abi == "none")
                && of_python("cp3").is_some_and(|least| least <= minor)
    };
    pythons.split('.').any(fits).then_some(own)
}

/// WHEEL with the tags of the one Python.
fn tagged(wheel: &[u8], bytecode: &Bytecode<'_>) -> Vec<u8> {
    let text = String::from_utf8_lossy(wheel);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let tag = line.strip_prefix("Tag:").map(|tag| tag.trim().splitn(3, '-').collect::<Vec<_>>());
        let line = match tag.as_deref() {
            Some([python, abi, platform]) => match narrowed(python, abi, bytecode) {
                Some(narrow) => format!("Tag: {narrow}-{abi}-{platform}"),
                None => continue,
            },
            _ => line.to_owned(),
        };
        // Tags of several Pythons become one.
        if !(line.starts_with("Tag:") && lines.contains(&line)) {
            lines.push(line);
        }
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::compile::{Compiler, Outcome, Unavailable, Unit};
    use crate::python::Version;

    struct Nobody;

    impl Compiler for Nobody {
        fn compile(&self, _: &Unit<'_>) -> Result<Outcome, Unavailable> {
            unreachable!("nothing is compiled here")
        }
    }

    fn with_bytecode<R>(make: impl FnOnce(&Bytecode<'_>) -> R) -> R {
        let version = Version::new(3, 13).unwrap();
        let jobs = NonZero::<usize>::MIN;
        let stop = AtomicBool::new(false);
        make(&Bytecode { compiler: &Nobody, version, recipe: Default::default(), jobs, stop: &stop })
    }

    #[test]
    fn the_name_says_which_python_can_use_the_wheel() {
        let named = |name: &str| with_bytecode(|bytecode| tagged_name(name, bytecode)).ok();
        for (name, wanted) in [
            ("a-1-py3-none-any.whl", "a-1-cp313-none-any.whl"),
            ("a-1-py2.py3-none-any.whl", "a-1-cp313-none-any.whl"),
            ("a-1-7-py3-none-linux_x86_64.whl", "a-1-7-cp313-none-linux_x86_64.whl"),
            ("a-1-cp313-cp313-linux_x86_64.whl", "a-1-cp313-cp313-linux_x86_64.whl"),
            ("a-1-cp39-abi3-linux_x86_64.whl", "a-1-cp313-abi3-linux_x86_64.whl"),
        ] {
            assert_eq!(named(name).as_deref(), Some(wanted));
        }
        for name in
            ["a-1-cp312-cp312-linux_x86_64.whl", "a-1-py2-none-any.whl", "a-1-cp314-abi3-any.whl", "a.whl"]
        {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn tags_of_several_pythons_become_one() {
        let wheel = b"Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\nTag: py38-none-any\nX: y\n";
        let tagged = with_bytecode(|bytecode| tagged(wheel, bytecode));
        assert_eq!(String::from_utf8(tagged).unwrap(), "Wheel-Version: 1.0\nTag: cp313-none-any\nX: y\n");
    }
}
