//! The manifest of an artifact or a tree that is there.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::member::may_be_bytecode;
use super::{Artifact, ArtifactKind, Bytecode, Kind, Manifest, Member, SCHEMA, Tool};
use crate::archive::{
    Archive, ArchiveMember, BadPath, Digest, Digesting, Format, Limits, MemberKind, MemberPath, Mode,
};
use crate::tree::{self, Globs, Symlinks, Tree};

/// The largest member that is looked at for bytecode. The largest that CPython has ever shipped has 2 MB.
const LARGEST_BYTECODE: usize = 64 << 20;

/// What does not count of a tree.
///
/// ```
/// use pyrepro::{manifest::Scope, tree::Globs};
///
/// let scope = Scope { exclude: Globs::new(["__pycache__/"])?, ..Scope::default() };
/// # Ok::<(), pyrepro::tree::BadGlob>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// What matches.
    pub exclude: Globs,
    /// These files, such as the manifest itself.
    pub without: Vec<PathBuf>,
}

/// Looks at an artifact, or at a tree without what does not count.
///
/// Symbolic links in a tree are members of their own and not followed.
///
/// ```
/// use pyrepro::manifest::{self, ArtifactKind, Scope};
///
/// let manifest = manifest::describe("Cargo.toml".as_ref(), &Scope::default())?;
/// assert_eq!(manifest.artifact.kind, ArtifactKind::File);
/// # Ok::<(), manifest::DescribeError>(())
/// ```
pub fn describe(path: &Path, scope: &Scope) -> Result<Manifest, DescribeError> {
    let unreadable = |source| DescribeError::Unreadable { path: path.to_owned(), source };
    let name = name_of(path)?;
    if path.metadata().map_err(unreadable)?.is_dir() {
        let members = tree(path, scope)?;
        let (sha256, size) = whole(&members);
        return Ok(manifest(Artifact { kind: ArtifactKind::Tree, name, sha256, size }, members));
    }
    describe_file(File::open(path).map_err(unreadable)?, path)
}

/// Looks at a file that will be at a path, or is there.
///
/// ```
/// use pyrepro::manifest::describe_file;
///
/// let manifest = describe_file(std::fs::File::open("LICENSE")?, "elsewhere/COPYING".as_ref())?;
/// assert_eq!(manifest.artifact.name, "COPYING");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn describe_file(mut file: File, path: &Path) -> Result<Manifest, DescribeError> {
    let unreadable = |source| DescribeError::Unreadable { path: path.to_owned(), source };
    let name = name_of(path)?;
    file.rewind().map_err(unreadable)?;
    let (sha256, size) = Digest::of_reader(&file).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let format = Format::detect(&mut file).map_err(unreadable)?.filter(|format| format.is_readable());
    let (kind, members) = match format {
        Some(format) => archive(format, file, &name),
        None => single(file, path),
    }
    .map_err(|problem| problem.in_file(path))?;
    Ok(manifest(Artifact { kind, name, sha256, size }, members))
}

fn manifest(artifact: Artifact, members: Vec<Member>) -> Manifest {
    Manifest {
        artifact,
        backend: None,
        epoch: None,
        inputs: None,
        members,
        options: None,
        pyrepro: Tool::this(),
        schema: SCHEMA,
        sha256: None,
        targets: Vec::new(),
    }
}

/// The name at the end of a path; `.` where it has none, for what is behind that is nobody's business.
fn name_of(path: &Path) -> Result<String, DescribeError> {
    let Some(name) = path.file_name() else { return Ok(".".to_owned()) };
    let name = MemberPath::from_path(Path::new(name));
    Ok(name.map_err(|bad| Problem::from(bad).in_file(path))?.to_string())
}

/// The digest of what is no single file, and the size of all its files together. The digest is the
/// SHA-256 of a text with a line for each member, which has its digest, mode, kind and path, with one
/// space between them; `-` for what it has not; behind the path of a link ` -> ` and its target.
pub(crate) fn whole(members: &[Member]) -> (Digest, u64) {
    fn or_dash(value: Option<impl ToString>) -> String {
        value.map_or_else(|| "-".to_owned(), |value| value.to_string())
    }
    let mut sum = Digesting::default();
    let mut size = 0_u64;
    for member in members {
        let Member { sha256, mode, kind, path, target, .. } = member;
        let target = target.as_ref().map(|target| format!(" -> {target}")).unwrap_or_default();
        let (sha256, mode) = (or_dash(*sha256), or_dash(*mode));
        let line = format!("{sha256} {mode} {} {path}{target}\n", kind.name());
        // Memory takes all that is written.
        let _ = sum.write_all(line.as_bytes());
        size = size.saturating_add(member.size.unwrap_or_default());
    }
    (sum.finish().0, size)
}

impl Kind {
    /// Its name in manifests.
    ///
    /// ```
    /// assert_eq!(pyrepro::manifest::Kind::File.name(), "file");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Kind::File => "file",
            Kind::Folder => "folder",
            Kind::Hardlink => "hardlink",
            Kind::Symlink => "symlink",
        }
    }
}

/// What a member is made of, piece by piece: its digest, and its bytes if it may be bytecode.
struct Content {
    sum: Digesting,
    kept: Option<Vec<u8>>,
}

impl Content {
    fn of(path: &str) -> Content {
        Content { sum: Digesting::default(), kept: may_be_bytecode(path).then(Vec::new) }
    }

    fn member(self, path: MemberPath, mode: Option<Mode>) -> Member {
        let bytecode = self.kept.and_then(|bytes| Bytecode::of(&path, &bytes, None)).map(Box::new);
        let (sha256, size) = self.sum.finish();
        let (sha256, size) = (Some(sha256), Some(size));
        Member { bytecode, kind: Kind::File, mode, path, sha256, size, target: None }
    }
}

impl Write for Content {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept = self.kept.take().filter(|kept| kept.len() + bytes.len() <= LARGEST_BYTECODE);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        self.sum.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A member that has no content of its own.
fn without_content(kind: Kind, path: MemberPath, mode: Option<Mode>, target: Option<String>) -> Member {
    Member { bytecode: None, kind, mode, path, sha256: None, size: None, target }
}

fn tree(root: &Path, scope: &Scope) -> Result<Vec<Member>, DescribeError> {
    let options = tree::Options {
        exclude: scope.exclude.clone(),
        symlinks: Symlinks::Keep,
        ..tree::Options::default()
    };
    let tree = Tree::walk(root, &options)?;
    let without: Vec<PathBuf> = scope.without.iter().filter_map(|file| file.canonicalize().ok()).collect();
    let counts = |place: &Path| {
        without.is_empty() || !place.canonicalize().is_ok_and(|place| without.contains(&place))
    };
    let mut members = Vec::with_capacity(tree.entries().len());
    for entry in tree.entries() {
        let place = tree.locate(entry);
        if !counts(&place) {
            continue;
        }
        let path = MemberPath::from_path(&entry.path).map_err(|bad| Problem::from(bad).in_file(root))?;
        let mode = Some(Mode::new(entry.mode()));
        members.push(match &entry.kind {
            tree::Kind::File { .. } => {
                let mut content = Content::of(path.as_str());
                File::open(&place)
                    .and_then(|mut file| io::copy(&mut file, &mut content))
                    .map_err(|source| DescribeError::Unreadable { path: place, source })?;
                content.member(path, mode)
            }
            tree::Kind::Folder => without_content(Kind::Folder, path, mode, None),
            tree::Kind::Symlink { target } => {
                let target = target.to_str().ok_or(Problem::LinkTarget(path.to_string()));
                let target = target.map_err(|problem| problem.in_file(root))?.to_owned();
                without_content(Kind::Symlink, path, None, Some(target))
            }
        });
    }
    Ok(members)
}

fn archive(format: Format, file: File, name: &str) -> Result<(ArtifactKind, Vec<Member>), Problem> {
    let mut archive = Archive::open_as(format, file, Limits::default())?;
    let mut found = archive.members();
    let mut members = Vec::new();
    while let Some(member) = found.next_member()? {
        members.push(archive_member(member)?);
    }
    Ok((archive_kind(format, name, &members), members))
}

fn archive_member<R: Read + Seek>(mut found: ArchiveMember<'_, R>) -> Result<Member, Problem> {
    let link_target = |target: &[u8], path: &MemberPath| {
        String::from_utf8(target.to_vec()).map_err(|_| Problem::LinkTarget(path.to_string()))
    };
    let mode = found.mode.map(Mode::new);
    Ok(match &found.kind {
        MemberKind::File => {
            let mut content = Content::of(found.path.as_str());
            found.copy(&mut content)?;
            content.member(found.path, mode)
        }
        MemberKind::Folder => without_content(Kind::Folder, found.path, mode, None),
        MemberKind::Symlink(target) => {
            let target = link_target(target, &found.path)?;
            without_content(Kind::Symlink, found.path, mode, Some(target))
        }
        MemberKind::HardLink(target) => {
            let target = link_target(target, &found.path)?;
            without_content(Kind::Hardlink, found.path, mode, Some(target))
        }
        MemberKind::Special => return Err(Problem::Special(found.path.to_string())),
    })
}

fn archive_kind(format: Format, name: &str, members: &[Member]) -> ArtifactKind {
    let has = |is_it: fn(&str) -> bool| members.iter().any(|member| is_it(member.path.as_str()));
    if format == Format::Zip {
        return match () {
            () if name.ends_with(".whl") => ArtifactKind::Wheel,
            () if has(|path| matches!(path, "__main__.py" | "__main__.pyc")) => ArtifactKind::Zipapp,
            () => ArtifactKind::Zip,
        };
    }
    let is_sdist = name.ends_with(".tar.gz") && has(|path| path.split('/').nth(1) == Some("PKG-INFO"));
    if is_sdist { ArtifactKind::Sdist } else { ArtifactKind::Tar }
}

/// A file whose only member is itself.
fn single(mut file: File, place: &Path) -> Result<(ArtifactKind, Vec<Member>), Problem> {
    let path = MemberPath::from_path(Path::new(place.file_name().unwrap_or_default()))?;
    let executable = file.metadata().is_ok_and(|found| is_executable(&found));
    let mut content = Content::of(path.as_str());
    io::copy(&mut file, &mut content)?;
    let member = content.member(path, Some(Mode::new(if executable { 0o755 } else { 0o644 })));
    let kind = if member.bytecode.is_some() { ArtifactKind::Pyc } else { ArtifactKind::File };
    Ok((kind, vec![member]))
}

#[cfg(unix)]
fn is_executable(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// Why there is no manifest of an artifact.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A tree cannot be listed.
    #[error(transparent)]
    Tree(#[from] tree::Error),
    /// An archive that is broken, or something in it that a manifest has no place for.
    #[error("{path}: {problem}", path = path.display())]
    Refused {
        /// The archive or tree.
        path: PathBuf,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What a manifest cannot be made of.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A broken archive.
    #[error(transparent)]
    Archive(#[from] crate::archive::ReadError),
    /// A file that cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A path that no member may have.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// A link to what is no text.
    #[error("the link {0} leads to something that is not UTF-8")]
    LinkTarget(String),
    /// A device or the like.
    #[error("{0} is neither a file, nor a folder, nor a link")]
    Special(String),
}

impl Problem {
    fn in_file(self, path: &Path) -> DescribeError {
        let path = path.to_owned();
        match self {
            Problem::Io(source) => DescribeError::Unreadable { path, source },
            problem => DescribeError::Refused { path, problem },
        }
    }
}
