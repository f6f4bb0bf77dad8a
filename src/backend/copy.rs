//! The copy of the sources that a backend works in.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use filetime::FileTime;

use super::build_dir::BuildDir;
use super::{Error, Request, git};
use crate::archive::{MemberPath, Mode};
use crate::dist::{Ingredient, Known, Role};
use crate::epoch::Epoch;
use crate::output::create;
use crate::tree::{Entry, Globs, Kind, Options, Symlinks, Tree};

/// What is no source wherever it lies.
const LEFT_OUT: [&str; 8] = [
    ".git",
    ".hg",
    ".svn",
    "__pycache__/",
    ".tox/",
    ".nox/",
    // What setuptools has built before, which it would put into a wheel again.
    "/build/{lib,lib.*,temp.*,bdist.*}/",
    ".pyrepro-*.tmp",
];

/// A folder with such a file is a cache, by a convention that cargo, pytest, mypy and ruff keep to.
const CACHE_MARK: &str = "CACHEDIR.TAG";

/// A folder with such a file is a virtual environment.
const ENVIRONMENT_MARK: &str = "pyvenv.cfg";

/// Copies the sources: files with mode 0644 or 0755, and with one time for all.
pub fn sources(request: &Request, place: &BuildDir) -> Result<(), Error> {
    place.clear()?;
    let (source, copy) = (&request.source, place.source());
    let tree = walk(source)?;
    let is_left_out = left_out(&tree, &request.left_out);
    let entries: Vec<&Entry> = tree.entries().iter().filter(|entry| !is_left_out(&entry.path)).collect();
    for entry in &entries {
        copy_one(&tree, entry, &copy)?;
    }
    git::repository(source, &copy)?;
    let time = request.epoch.clamp_to(Epoch::DOS).epoch.as_system_time();
    // Folders behind what is in them, whose writing changes their times.
    for entry in entries.iter().rev() {
        set_time(&copy.join(&entry.path), time)?;
    }
    set_time(&copy, time)
}

/// The files that are copied, with what they are to an artifact.
pub fn ingredients(request: &Request) -> Result<Vec<Ingredient>, Error> {
    let tree = walk(&request.source)?;
    let is_left_out = left_out(&tree, &request.left_out);
    let mut ingredients = Vec::new();
    for entry in tree.entries().iter().filter(|entry| !is_left_out(&entry.path)) {
        if let Kind::File { size, .. } = entry.kind {
            let path = MemberPath::from_path(&entry.path)?;
            let (mode, content) = (Mode::new(entry.mode()), Known::Place(tree.locate(entry), size));
            ingredients.push(Ingredient { mode, path, role: Role::Source, content });
        }
    }
    Ok(ingredients)
}

fn walk(source: &Path) -> Result<Tree, Error> {
    let exclude = Globs::new(LEFT_OUT).expect("the patterns are right, as the tests know");
    let options = Options { exclude, symlinks: Symlinks::Keep, skip_special: true, ..Options::default() };
    Ok(Tree::walk(source, &options)?)
}

/// Whether a path in the tree is one that is not copied, or below one.
fn left_out(tree: &Tree, named: &[PathBuf]) -> impl Fn(&Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    let root = real(tree.root());
    let from_root = |path: &PathBuf| Some(real(path)?.strip_prefix(root.as_ref()?).ok()?.to_owned());
    let mut folders: Vec<PathBuf> = named.iter().filter_map(from_root).collect();
    let is_sdist = tree.entries().iter().any(|entry| entry.path == Path::new("PKG-INFO"));
    for entry in tree.entries() {
        let name = entry.path.file_name().unwrap_or_default();
        let marks = name == CACHE_MARK || name == ENVIRONMENT_MARK;
        // An sdist has a list of files there that setuptools needs; elsewhere it is from some build before.
        let is_old = !is_sdist && name.as_encoded_bytes().ends_with(b".egg-info");
        if marks {
            folders.extend(entry.path.parent().map(Path::to_owned));
        } else if is_old {
            folders.push(entry.path.clone());
        }
    }
    // By convention artifacts go there, whoever built them. In an sdist it is a part of the source.
    let is_package = || tree.entries().iter().any(|entry| entry.path == Path::new("dist/__init__.py"));
    if !is_sdist && !is_package() {
        folders.push(PathBuf::from("dist"));
    }
    folders.retain(|folder| !folder.as_os_str().is_empty());
    folders.sort();
    move |path| {
        path.ancestors().any(|folder| folders.binary_search_by(|one| one.as_path().cmp(folder)).is_ok())
    }
}

fn copy_one(tree: &Tree, entry: &Entry, copy: &Path) -> Result<(), Error> {
    let (from, to) = (tree.locate(entry), copy.join(&entry.path));
    match &entry.kind {
        Kind::Folder => {
            fs::create_dir(&to).map_err(|source| Error::Write { path: to.clone(), source })?;
            set_mode(&to, 0o755)
        }
        Kind::File { .. } => copy_file(&from, &to, entry.mode()),
        Kind::Symlink { target } if stays_inside(&entry.path, target) => {
            link(target, &to).map_err(|source| Error::Write { path: to, source })
        }
        // A file from elsewhere is copied, as it would be read through the link.
        Kind::Symlink { target } => match fs::metadata(&from) {
            Ok(found) if found.is_file() => copy_file(&from, &to, 0o644),
            Ok(_) => Err(Error::LinkOutside { link: from, target: target.clone() }),
            // To nothing here and to nothing there.
            Err(_) => Ok(()),
        },
    }
}

/// Whether what is written in a link leads to the tree that the link is in.
fn stays_inside(link: &Path, target: &Path) -> bool {
    let mut depth = link.components().count().saturating_sub(1);
    target.components().all(|part| match part {
        Component::CurDir => true,
        Component::Normal(_) => {
            depth += 1;
            true
        }
        Component::ParentDir => match depth.checked_sub(1) {
            Some(less) => {
                depth = less;
                true
            }
            None => false,
        },
        Component::RootDir | Component::Prefix(_) => false,
    })
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    let from = link.parent().unwrap_or(link).join(target);
    if from.is_file() { fs::copy(from, link).map(|_| ()) } else { Ok(()) }
}

fn copy_file(from: &Path, to: &Path, mode: u32) -> Result<(), Error> {
    let mut read = fs::File::open(from).map_err(|source| Error::Read { path: from.to_owned(), source })?;
    let written = create(to, 0o666, |file| io::copy(&mut read, file));
    written.map_err(|source| Error::Write { path: to.to_owned(), source })?;
    set_mode(to, mode)
}

/// Sets the mode, whatever the umask is.
pub fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(path, mode).map_err(|source| Error::Write { path: path.to_owned(), source })
    }
    #[cfg(not(unix))]
    {
        let _ = (path, mode);
        Ok(())
    }
}

fn set_time(path: &Path, time: SystemTime) -> Result<(), Error> {
    // A link that leads to nothing was left out.
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    let time = FileTime::from_system_time(time);
    filetime::set_symlink_file_times(path, time, time)
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// What the project's own folder looks like from outside, to see whether anybody writes there.
#[derive(Debug)]
pub struct Snapshot(Vec<(Entry, Option<SystemTime>)>);

impl Snapshot {
    pub fn of(request: &Request) -> Result<Snapshot, Error> {
        let tree = walk(&request.source)?;
        let is_left_out = left_out(&tree, &request.left_out);
        let state = |entry: &Entry| {
            let found = fs::symlink_metadata(tree.locate(entry)).ok().filter(|found| !found.is_dir());
            (entry.clone(), found.and_then(|found| found.modified().ok()))
        };
        let entries = tree.entries().iter().filter(|entry| !is_left_out(&entry.path));
        Ok(Snapshot(entries.map(state).collect()))
    }

    /// An error that names the first file that is there and was not, or the other way round, or differs.
    pub fn check(&self, request: &Request) -> Result<(), Error> {
        let Snapshot(now) = Snapshot::of(request)?;
        if self.0 == now {
            return Ok(());
        }
        let gone = self.0.iter().find(|one| !now.contains(one));
        let changed = gone.or_else(|| now.iter().find(|one| !self.0.contains(one)));
        let path = changed.map(|(entry, _)| request.source.join(&entry.path));
        Err(Error::SourceChanged(path.unwrap_or_else(|| request.source.clone())))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn copied(fill: impl FnOnce(&Path)) -> Result<Vec<(String, u32)>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let (root, source) = (folder.path().join("root"), folder.path().join("source"));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&source).unwrap();
        fill(&source);
        let request =
            Request { left_out: vec![source.join("dist")], ..Request::new(source, "python".into()) };
        let place = BuildDir::take(&root, "x", &AtomicBool::new(false), &|_| ()).unwrap();
        sources(&request, &place)?;
        let options = Options { symlinks: Symlinks::Keep, ..Options::default() };
        let tree = Tree::walk(&place.source(), &options).unwrap();
        let look = |entry: &Entry| {
            let found = fs::symlink_metadata(tree.locate(entry)).unwrap();
            assert_eq!(found.modified().unwrap(), Epoch::DEFAULT.as_system_time(), "{:?}", entry.path);
            (entry.path.display().to_string(), found.permissions().mode() & 0o7777)
        };
        Ok(tree.entries().iter().map(look).collect())
    }

    fn write(path: &Path, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn times_and_modes_are_the_same_each_time_and_caches_are_left_out() {
        let found = copied(|source| {
            for (path, mode) in [
                ("a.py", 0o600),
                ("run.sh", 0o775),
                ("pkg/build/lib/keep.py", 0o644),
                ("build/lib/old.py", 0o644),
                ("build/keep.txt", 0o644),
                ("a.egg-info/SOURCES.txt", 0o644),
                ("dist/a.whl", 0o644),
                ("pkg/__pycache__/a.pyc", 0o644),
                ("target/CACHEDIR.TAG", 0o644),
                ("target/debug/x", 0o644),
                ("venv/pyvenv.cfg", 0o644),
                ("venv/lib/x.py", 0o644),
            ] {
                write(&source.join(path), mode);
            }
        });
        let expected = [
            ("a.py", 0o644),
            ("build", 0o755),
            ("build/keep.txt", 0o644),
            ("pkg", 0o755),
            ("pkg/build", 0o755),
            ("pkg/build/lib", 0o755),
            ("pkg/build/lib/keep.py", 0o644),
            ("run.sh", 0o755),
        ];
        assert_eq!(found.unwrap(), expected.map(|(path, mode)| (path.to_owned(), mode)));
    }

    #[test]
    fn an_sdist_keeps_the_list_of_its_files() {
        let found = copied(|source| {
            write(&source.join("PKG-INFO"), 0o644);
            write(&source.join("a.egg-info/SOURCES.txt"), 0o644);
        });
        assert!(found.unwrap().iter().any(|(path, _)| path == "a.egg-info/SOURCES.txt"));
    }

    #[test]
    fn links_inside_stay_and_files_from_outside_are_copied() {
        let found = copied(|source| {
            write(&source.join("../LICENSE"), 0o644);
            write(&source.join("a.py"), 0o644);
            symlink("a.py", source.join("b.py")).unwrap();
            symlink("../LICENSE", source.join("LICENSE")).unwrap();
            symlink("/nowhere", source.join("broken")).unwrap();
        });
        let expected = [("LICENSE", 0o644), ("a.py", 0o644), ("b.py", 0o777)];
        assert_eq!(found.unwrap(), expected.map(|(path, mode)| (path.to_owned(), mode)));
        let error = copied(|source| symlink("..", source.join("up")).unwrap()).unwrap_err();
        assert!(matches!(error, Error::LinkOutside { .. }), "{error}");
    }

    #[test]
    fn a_change_to_the_sources_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("a.py"), 0o644);
        let request = Request::new(folder.path().to_owned(), "python".into());
        let before = Snapshot::of(&request).unwrap();
        write(&folder.path().join("__pycache__/a.pyc"), 0o644);
        before.check(&request).unwrap();
        write(&folder.path().join("b.py"), 0o644);
        let message = before.check(&request).unwrap_err().to_string();
        assert!(message.contains("b.py changed"), "{message}");
        fs::remove_file(folder.path().join("b.py")).unwrap();
        fs::write(folder.path().join("a.py"), "other").unwrap();
        assert!(before.check(&request).is_err());
    }
}
