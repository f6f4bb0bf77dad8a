//! What an index has of a project: asked through uv or pip, downloaded with hashes checked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use tempfile::TempPath;

use super::error::Error;
use crate::archive::Digest;
use crate::backend::process::{Bounds, run};
use crate::backend::{Installer, Request};
use crate::python::Interpreter;

/// A file that an index has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// Its name.
    pub file_name: String,
    /// Where it is.
    pub url: String,
    /// Its SHA-256, as the index says.
    pub sha256: Digest,
    /// When it was uploaded (RFC 3339).
    pub uploaded: Option<String>,
}

/// The files of one version of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The wheels.
    pub wheels: Vec<Remote>,
    /// The source distributions.
    pub sdists: Vec<Remote>,
}

/// Who asks an index.
pub(super) struct Index<'a> {
    pub installer: &'a Installer,
    pub python: &'a Path,
    pub pythons: &'a [Interpreter],
    /// Downloads, by their digest.
    pub cache: &'a Path,
    pub bounds: &'a Bounds<'a>,
    pub request: &'a Request,
}

impl Index<'_> {
    /// The files of a version. `pythons` are versions that the resolver may be asked for, the likeliest first.
    pub fn list(&self, name: &str, version: &str, pythons: &[String]) -> Result<Listing, Error> {
        let files = match self.installer {
            Installer::Uv(uv) => self.list_by_uv(uv, name, version, pythons)?,
            Installer::Pip => self.list_by_pip(name, version)?,
        };
        let (wheels, rest): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| file.file_name.ends_with(".whl"));
        let is_sdist =
            |file: &Remote| [".tar.gz", ".zip", ".tgz"].iter().any(|ending| file.file_name.ends_with(ending));
        Ok(Listing { wheels, sdists: rest.into_iter().filter(is_sdist).collect() })
    }

    fn list_by_uv(
        &self,
        uv: &Path,
        name: &str,
        version: &str,
        pythons: &[String],
    ) -> Result<Vec<Remote>, Error> {
        let wanted = format!("{name}=={version}");
        let folder = self.scratch()?;
        let (requirement, lock) = (folder.path().join("requirements.in"), folder.path().join("pylock.toml"));
        fs::write(&requirement, &wanted).map_err(|source| Error::io(&requirement, source))?;
        let mut failure = None;
        for python in pythons {
            let mut command = self.command(uv);
            command.args([
                "pip",
                "compile",
                "--no-deps",
                "--universal",
                "--no-header",
                "--no-annotate",
                "--quiet",
            ]);
            command.args(["--prerelease", "allow", "--format", "pylock.toml", "--python-version", python]);
            command.arg("--python").arg(self.python).arg("--output-file").arg(&lock).arg(&requirement);
            let ended = run(&mut command, "asking the index", self.bounds)?;
            if ended.status.success() {
                let text = fs::read_to_string(&lock).map_err(|source| Error::io(&lock, source))?;
                return lock_files(&text).ok_or_else(|| Error::index(&wanted, "uv's answer cannot be read"));
            }
            failure = Some(ended.words);
        }
        let words = failure.unwrap_or_default();
        if words.are_of_the_network() {
            return Err(Error::Network { what: wanted, reason: words.to_string() });
        }
        Err(Error::index(&wanted, words.to_string()))
    }

    fn list_by_pip(&self, name: &str, version: &str) -> Result<Vec<Remote>, Error> {
        let wanted = format!("{name}=={version}");
        // Some interpreters have no pip, and some pips are too old to be asked.
        for python in self.pythons.iter().rev() {
            let mut command = self.script(&python.path);
            command.args(["list", name, version]);
            let failed = |source: io::Error| Error::io(&python.path, source);
            let output = command.stdin(Stdio::null()).output().map_err(failed)?;
            if output.status.code() == Some(3) {
                let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                return Err(Error::Network { what: wanted, reason });
            }
            // pip writes what it does to standard output as well.
            let text = String::from_utf8_lossy(&output.stdout);
            let line = text.lines().rev().find(|line| line.starts_with('['));
            match line.and_then(|line| serde_json::from_str::<Vec<Remote>>(line).ok()) {
                Some(files) if !files.is_empty() => return Ok(files),
                Some(_) => return Err(Error::index(&wanted, "it has no file of this version")),
                None => {}
            }
        }
        Err(Error::index(&wanted, "no pip here can ask it; with uv on PATH, uv is asked"))
    }

    /// Downloads files at the same time, or takes them from the cache: the path or the error of each.
    pub fn download(&self, files: &[&Remote]) -> Result<Vec<Result<PathBuf, Error>>, Error> {
        let mut command = self.script(self.python);
        command.arg("get");
        let mut downloads = Vec::new();
        for file in files {
            let download = Download::prepare(self.cache, file)?;
            if let Some(part) = &download.part {
                command.args([&file.url, &file.sha256.to_string()]).arg(part);
            }
            downloads.push(download);
        }
        let mut answers = String::new();
        if downloads.iter().any(|download| download.part.is_some()) {
            answers = run(&mut command, "downloading", self.bounds)?.words.0;
        }
        let mut lines = answers.lines();
        Ok(downloads.into_iter().map(|download| download.finish(&mut lines)).collect())
    }

    fn script(&self, python: &Path) -> Command {
        let mut command = self.command(python);
        command.args(["-I", "-c", include_str!("fetch.py")]);
        command
    }

    fn command(&self, program: &Path) -> Command {
        self.request.installing(program, self.cache)
    }

    fn scratch(&self) -> Result<tempfile::TempDir, Error> {
        tempfile::tempdir().map_err(|source| Error::io(&std::env::temp_dir(), source))
    }
}

/// A file on its way into the cache.
struct Download<'a> {
    file: &'a Remote,
    target: PathBuf,
    /// Where it is written to, unless the cache has it.
    part: Option<TempPath>,
}

impl<'a> Download<'a> {
    fn prepare(cache: &Path, file: &'a Remote) -> Result<Download<'a>, Error> {
        if file.file_name.contains(['/', '\\']) || file.file_name.starts_with('.') {
            return Err(Error::index(&file.file_name, "the index gives it a name that is not a file's"));
        }
        let folder = cache.join(file.sha256.to_string());
        let target = folder.join(&file.file_name);
        let found = fs::File::open(&target).and_then(Digest::of_reader);
        if found.is_ok_and(|(digest, _)| digest == file.sha256) {
            return Ok(Download { file, target, part: None });
        }
        fs::create_dir_all(&folder).map_err(|source| Error::io(&folder, source))?;
        let part = tempfile::Builder::new().prefix(".part-").tempfile_in(&folder);
        let part = part.map_err(|source| Error::io(&folder, source))?.into_temp_path();
        Ok(Download { file, target, part: Some(part) })
    }

    /// Reads what the script says of this file: one line for each that it was to get.
    fn finish(self, lines: &mut std::str::Lines<'_>) -> Result<PathBuf, Error> {
        let Download { file, target, part } = self;
        let Some(part) = part else { return Ok(target) };
        let line = lines.next().unwrap_or("failed the download ended before its time");
        match line.split_once(' ') {
            Some(("hash", found)) => Err(Error::Hash {
                file: file.file_name.clone(),
                wanted: file.sha256,
                found: found.to_owned(),
            }),
            Some(("ok", _)) => {
                part.persist(&target).map_err(|error| Error::io(&target, error.error))?;
                Ok(target)
            }
            other => Err(Error::Network {
                what: file.url.clone(),
                reason: other.map_or(line, |(_, reason)| reason).to_owned(),
            }),
        }
    }
}

/// What is of interest in a pylock.toml (PEP 751).
#[derive(Deserialize)]
struct Lock {
    packages: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    sdist: Option<LockedFile>,
    #[serde(default)]
    wheels: Vec<LockedFile>,
}

#[derive(Deserialize)]
struct LockedFile {
    url: String,
    name: Option<String>,
    #[serde(rename = "upload-time")]
    upload_time: Option<toml::value::Datetime>,
    hashes: LockedHashes,
}

#[derive(Deserialize)]
struct LockedHashes {
    sha256: Digest,
}

/// The files of the only package in a lock file.
fn lock_files(text: &str) -> Option<Vec<Remote>> {
    let lock: Lock = toml::from_str(text).ok()?;
    let package = lock.packages.into_iter().next()?;
    package.sdist.into_iter().chain(package.wheels).map(LockedFile::remote).collect()
}

impl LockedFile {
    fn remote(self) -> Option<Remote> {
        let last = self.url.split(['#', '?']).next()?.rsplit('/').next()?;
        let file_name = self.name.unwrap_or_else(|| last.replace("%2B", "+").replace("%21", "!"));
        let uploaded = self.upload_time.map(|time| time.to_string());
        Some(Remote { file_name, url: self.url, sha256: self.hashes.sha256, uploaded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_gives_sdist_and_wheels_with_hash_and_time() {
        let text = r#"
            [[packages]]
            name = "six"
            version = "1.16.0"
            sdist = { url = "https://files.example/six-1.16.0.tar.gz", upload-time = 2021-05-05T14:18:18Z, hashes = { sha256 = "1e61c37477a1626458e36f7b1d82aa5c9b094fa4802892072e49de9c60c4c926" } }
            wheels = [{ url = "https://files.example/six-1.16.0%2Bx-py3-none-any.whl", hashes = { sha256 = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254" } }]
        "#;
        let files = lock_files(text).unwrap();
        assert_eq!(files[0].uploaded.as_deref(), Some("2021-05-05T14:18:18Z"));
        assert_eq!(files[1].file_name, "six-1.16.0+x-py3-none-any.whl");
        assert_eq!(lock_files("packages = [{ wheels = [{ url = 'x' }] }]"), None);
    }
}
