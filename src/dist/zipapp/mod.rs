//! Zipapps: applications in one file that Python runs, as `python -m zipapp` makes them, with
//! bytecode that zipimport takes.
//!
//! A [`Request`] says what goes in; [`gather`] makes an [`App`] of it, which is all that is to be
//! known of the archive before it is written: its members, its first line, and what became of the
//! sources. [`App::write`] writes it.

mod bytecode;
mod entry_point;
mod members;
mod needs;
pub(crate) mod requirements;
pub mod shebang;
mod source;
mod start;
mod watch;
pub(crate) mod wheel;
mod wheel_name;

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use crate::archive::zip::{self, Compression};
use crate::archive::{BadPath, Content, Entries, EntriesError, Entry, Limits, ReadError, WriteError};
use crate::compile::{Unavailable, Warning};
pub use crate::dist::Bytecode;
use crate::epoch::Epoch;
use crate::output::Scratch;
use crate::pyc::Optimization;
use crate::python::Environment;
use crate::tree::{self, BadGlob, Globs};

pub use bytecode::{Compiled, RECORDED_BELOW};
pub use entry_point::{BadEntryPoint, EntryPoint};
pub use requirements::RequirementProblem;
pub use source::LEFT_OUT;
pub use start::NoModule;
pub use wheel::WheelProblem;

use super::{Ingredient, Role};
use members::Members;
use watch::Watch;
use wheel::Wheel;

/// What goes into an application.
///
/// ```
/// use pyrepro::dist::zipapp::{self, Request, Source};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("app.py"), "def main(): print('hello')\n")?;
/// let source = Some(Source::Folder(folder.path().to_owned()));
/// let app = zipapp::gather(&Request { source, main: Some("app:main".to_owned()), ..Request::default() }, None)?;
/// let paths: Vec<_> = app.entries.iter().map(|entry| entry.path.as_str()).collect();
/// assert_eq!(paths, ["__main__.py", "app.py"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The application's own files, unless all come from wheels.
    pub source: Option<Source>,
    /// What is to be written: a file there is no part of the source folder.
    pub outputs: Vec<PathBuf>,
    /// What it starts with: a function such as `pkg.mod:main`, or a console script of a wheel. If it
    /// is not given, `__main__.py` must be there.
    pub main: Option<String>,
    /// Patterns of what to leave out, beside [`LEFT_OUT`].
    pub exclude: Vec<String>,
    /// Wheels to unpack into it.
    pub wheels: Vec<PathBuf>,
    /// A list of requirements, and the folder of wheels that they are looked for in.
    pub requirements: Option<(PathBuf, PathBuf)>,
    /// Where it is to run, if that is known: wheels that are for elsewhere are refused, and conditions
    /// of requirements are decided by it.
    pub environment: Option<Environment>,
}

/// The application's own files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// All in a folder.
    Folder(PathBuf),
    /// All in an archive.
    Archive(PathBuf),
    /// All in an archive that was read already.
    Bytes(Vec<u8>),
}

/// An application that is complete but for the writing.
#[derive(Debug)]
pub struct App {
    /// Its members.
    pub entries: Entries,
    /// What became of the sources, if they were compiled.
    pub compiled: Option<Compiled>,
    /// Whether the archive that it is made of has compressed members.
    pub was_compressed: bool,
    /// The wheels that are in it.
    pub wheels: Vec<PathBuf>,
    /// All files that were read for it, by role and path.
    pub inputs: Vec<Ingredient>,
    /// What may not work as wanted.
    pub warnings: Vec<BuildWarning>,
    /// What it stands on until it is written.
    pub files: Files,
}

/// The files that members are made of: those of a source folder, which must not change, and what was
/// too long of an archive to hold in memory.
#[derive(Debug, Default)]
pub struct Files {
    watch: Watch,
    /// Goes away with this.
    unpacked: Option<Scratch>,
}

/// Something that may not work as wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildWarning {
    /// An extension module among the application's own files.
    #[error("{0}: Python does not import extension modules from archives")]
    Extension(String),
    /// The module that it starts with is not in it.
    #[error(transparent)]
    NoModule(NoModule),
    /// The module that it starts with has no such name.
    #[error("{path} does not define {name}, which -m names: the application will not start")]
    NoName {
        /// The source of the module.
        path: String,
        /// The name.
        name: String,
    },
    /// A wheel needs a distribution that is not there.
    #[error("{wheel} needs {needed}, which is not in the archive")]
    Needs {
        /// The distribution that needs it.
        wheel: String,
        /// The requirement, with its condition where it is not known whether that holds.
        needed: String,
    },
    /// A wheel needs another version of a distribution than that which is there.
    #[error("{wheel} needs {needed}, and {found} is in the archive")]
    OtherVersion {
        /// The distribution that needs it.
        wheel: String,
        /// The requirement.
        needed: String,
        /// The version that is there.
        found: String,
    },
}

/// Puts together what a request asks for, with bytecode if that is wanted.
pub fn gather(request: &Request, bytecode: Option<&Bytecode<'_>>) -> Result<App, Error> {
    let exclude = Globs::new(LEFT_OUT.into_iter().chain(request.exclude.iter().map(String::as_str)))?;
    let mut members = Members::default();
    let mut inputs = Vec::new();
    let mut was_compressed = false;
    let mut files = Files::default();
    match &request.source {
        Some(Source::Folder(folder)) => {
            let entries = source::folder(folder, &exclude, &request.outputs, &mut files.watch)?;
            members.add(entries, &folder.display().to_string())?;
        }
        Some(Source::Archive(path)) => {
            inputs.push(input(path, Role::Archive)?);
            was_compressed =
                add_archive(&mut members, source::open(path, Limits::DEFAULT)?, path, &mut files)?;
        }
        Some(Source::Bytes(bytes)) => {
            let (path, file) = (Path::new("-"), io::Cursor::new(bytes));
            inputs.extend(Ingredient::of_entry(&Entry::bytes("-", bytes.as_slice())?, Role::Archive)?);
            was_compressed =
                add_archive(&mut members, source::reader(file, path, Limits::DEFAULT)?, path, &mut files)?;
        }
        None => {}
    }
    members.filter(&exclude);
    if let Some(Source::Folder(_)) = &request.source {
        inputs.extend(members.inputs()?);
    }
    let mut warnings: Vec<BuildWarning> =
        members.extension_modules().map(|path| BuildWarning::Extension(path.to_owned())).collect();

    let environment = request.environment.as_ref();
    let (mut paths, mut extras) = (request.wheels.clone(), Vec::new());
    if let Some((list, folder)) = &request.requirements {
        inputs.push(input(list, Role::Requirements)?);
        for chosen in requirements::choose(list, folder, environment)? {
            paths.push(chosen.wheel);
            extras.push((chosen.name, chosen.extras));
        }
    }
    let mut wheels = Vec::with_capacity(paths.len());
    for path in &paths {
        inputs.push(input(path, Role::Wheel)?);
        let mut wheel = Wheel::read(path, &exclude, environment)?;
        members.add(std::mem::take(&mut wheel.entries), &path.display().to_string())?;
        wheels.push(wheel);
    }
    members.filter(&exclude);
    warnings.extend(needs::missing(&wheels, &extras, environment));

    add_main(&mut members, request, &wheels, bytecode.is_some(), &mut warnings)?;
    let compiled = bytecode.map(|bytecode| bytecode::add(bytecode, &mut members)).transpose()?;
    inputs.sort_unstable_by(|a, b| (a.role, &a.path).cmp(&(b.role, &b.path)));
    inputs.dedup();
    let entries = members.into_entries()?;
    Ok(App { entries, compiled, was_compressed, wheels: paths, inputs, warnings, files })
}

fn input(path: &Path, role: Role) -> Result<Ingredient, Error> {
    Ingredient::of_file(path, role).map_err(|source| Error::Read { path: path.to_owned(), source })
}

fn add_archive<R: io::Read + Seek>(
    members: &mut Members,
    mut reader: zip::Reader<R>,
    path: &Path,
    files: &mut Files,
) -> Result<bool, Error> {
    let unwritable = |source| WriteError::Target { path: std::env::temp_dir(), source };
    let spool = files.unpacked.insert(Scratch::new().map_err(unwritable)?);
    members.add(source::archive(&mut reader, path, Some(spool.path()))?, &path.display().to_string())?;
    Ok(reader.members().iter().any(|member| member.deflated))
}

/// Sees to it that there is something to start with. As zipapp has it, an archive is taken as it is.
fn add_main(
    members: &mut Members,
    request: &Request,
    wheels: &[Wheel],
    compiles: bool,
    warnings: &mut Vec<BuildWarning>,
) -> Result<(), Error> {
    match (&request.main, members.has_main()) {
        (None, false) if !matches!(request.source, Some(Source::Archive(_) | Source::Bytes(_))) => {
            Err(Error::NoMain)
        }
        (None, _) => Ok(()),
        (Some(_), true) => Err(Error::TwoMains),
        (Some(main), false) => {
            let script = || wheels.iter().flat_map(|wheel| &wheel.scripts).find(|(name, _)| name == main);
            let entry_point = match main.parse::<EntryPoint>() {
                Ok(entry_point) => {
                    match start::check(&entry_point, members) {
                        // `python -m zipapp` makes such archives, and its tests want them.
                        Err(missing) if !compiles => warnings.push(BuildWarning::NoModule(missing)),
                        checked => warnings.extend(checked?),
                    }
                    entry_point
                }
                Err(error) => script().map(|(_, function)| function.clone()).ok_or(error)?,
            };
            members.add(vec![Entry::bytes("__main__.py", entry_point.main_py())?], "the entry point")
        }
    }
}

/// How to write an application.
///
/// ```
/// # use pyrepro::dist::zipapp::Options;
/// assert_eq!(Options::default().interpreter, "");
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// What the first line says is to run it; nothing for no such line.
    pub interpreter: String,
    /// Whether to compress.
    pub compress: bool,
    /// The time of all members.
    pub epoch: Epoch,
    /// How many threads compress.
    pub jobs: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Options {
        let jobs = NonZero::<usize>::MIN;
        Options { interpreter: String::new(), compress: false, epoch: Epoch::DEFAULT, jobs }
    }
}

impl App {
    /// Writes the archive.
    ///
    /// ```
    /// use pyrepro::archive::{Entries, Entry, Order};
    /// use pyrepro::dist::zipapp::{App, Files, Options};
    ///
    /// let entries = Entries::new(vec![Entry::bytes("__main__.py", "print(1)\n")?], &Order::Path)?;
    /// let (wheels, inputs, warnings, files) = (vec![], vec![], vec![], Files::default());
    /// let app = App { entries, compiled: None, was_compressed: false, wheels, inputs, warnings, files };
    /// let mut file = std::io::Cursor::new(Vec::new());
    /// app.write(&Options { interpreter: "/usr/bin/env python3".into(), ..Options::default() }, &mut file)?;
    /// assert!(file.into_inner().starts_with(b"#!/usr/bin/env python3\nPK"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, options: &Options, output: &mut (impl Write + Seek)) -> Result<(), WriteError> {
        let compression = match options.compress || self.was_compressed {
            true => Compression::All,
            false => Compression::Stored,
        };
        let prefix = shebang::line(&options.interpreter);
        let options = zip::Options { epoch: options.epoch, compression, prefix, threads: options.jobs };
        zip::write(&self.entries, &options, output)?;
        self.files.watch.check()
    }

    /// How many bytes are in its files.
    pub fn size(&self) -> u64 {
        self.entries.iter().filter_map(Entry::content).map(Content::size).sum()
    }

    /// The bytecode that was made for it, each with the level that it was made at.
    pub fn levels(&self, level: Optimization) -> BTreeMap<String, Optimization> {
        let sources = self.compiled.iter().flat_map(|compiled| &compiled.sources);
        sources.map(|source| (format!("{source}c"), level)).collect()
    }

    /// What the compiler warned of, with the paths of the sources.
    pub fn compiler_warnings(&self) -> impl Iterator<Item = &(String, Warning)> {
        self.compiled.iter().flat_map(|compiled| &compiled.warnings)
    }
}

/// Why there is no application.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing to start with.
    #[error("the archive has no entry point: add a __main__.py, or name a function with -m pkg.mod:function")]
    NoMain,
    /// More to start with than can be.
    #[error("-m names an entry point, but there is a __main__.py already: leave one of them out")]
    TwoMains,
    /// No function.
    #[error(transparent)]
    EntryPoint(#[from] BadEntryPoint),
    /// A module that is not there.
    #[error(transparent)]
    NoModule(#[from] NoModule),
    /// A pattern that is none.
    #[error(transparent)]
    Glob(#[from] BadGlob),
    /// A folder that cannot be listed.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// A file whose name cannot be in an archive.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// Files that cannot be in one archive.
    #[error(transparent)]
    Entries(#[from] EntriesError),
    /// A file that changes while it is compared, or no room to unpack one.
    #[error(transparent)]
    Compare(#[from] WriteError),
    /// The user has stopped it.
    #[error("interrupted; nothing is written")]
    Interrupted,
    /// No compiler.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A file or folder that cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An archive that is refused.
    #[error("{path}: {source}", path = path.display())]
    Archive {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
    /// A member that only some systems could unpack.
    #[error("{archive}: the member {member:?} is neither a file nor a folder", archive = archive.display())]
    NotAFile {
        /// Where the archive is.
        archive: PathBuf,
        /// The member.
        member: String,
    },
    /// A wheel that is refused.
    #[error("{wheel}: {problem}", wheel = wheel.display())]
    Wheel {
        /// Where it is.
        wheel: PathBuf,
        /// What is wrong with it.
        problem: Box<WheelProblem>,
    },
    /// A requirement that nothing meets.
    #[error("{list}, line {line}: {problem}", list = list.display())]
    Requirement {
        /// The list.
        list: PathBuf,
        /// The line in it, with continued lines as one.
        line: usize,
        /// What is wrong with it.
        problem: RequirementProblem,
    },
    /// Two different files of one path.
    #[error("{path} is in {} and in {}, and differs; leave one out with --exclude, or take another version", .origins[0], .origins[1])]
    Twice {
        /// The path.
        path: String,
        /// Where each comes from.
        origins: [String; 2],
    },
}
