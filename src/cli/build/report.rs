//! What `pyrepro build` tells of artifacts, to people and programs.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;
use std::path::Path;

use pyrepro::archive::{Digest, Entry};
use pyrepro::backend::{self, BuildSystem, Built, Installed, Session};
use pyrepro::dist::zipapp::App;
use pyrepro::dist::{self, Artifact};
use serde::Serialize;

use crate::cli::terminal::Terminal;

/// All that a run tells.
#[derive(Default, Serialize)]
pub struct Report {
    artifacts: Vec<ArtifactReport>,
    warnings: Vec<String>,
    /// What made them, if it was not pyrepro.
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<BackendReport>,
}

#[derive(Serialize)]
struct BackendReport {
    name: String,
    requires: Vec<String>,
    /// All that was installed for it, or that it needs of what is installed.
    installed: Vec<Installed>,
    /// The user's variables that it saw and that may have had a say.
    variables: BTreeMap<String, String>,
    /// Where it worked.
    folder: String,
}

#[derive(Serialize)]
struct ArtifactReport {
    kind: Kind,
    /// Where it is; null if nothing was to be written.
    path: Option<String>,
    name: String,
    /// How many bytes it has; for a folder, and for what was not written, how many are in its files.
    size: u64,
    /// Of the file; null for a folder, and for what was not written.
    sha256: Option<Digest>,
    members: usize,
    /// The members in machine code, of which only a compiler knows whether they are the same each time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    native: Vec<String>,
    /// Each member, if that is what was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileReport>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Kind {
    Of(dist::Kind),
    Zipapp(&'static str),
}

#[derive(Serialize)]
struct FileReport {
    path: String,
    size: u64,
    mode: String,
}

impl Report {
    pub fn warn(&mut self, warning: impl Display, terminal: &Terminal) {
        terminal.warn(&warning);
        self.warnings.push(warning.to_string());
    }

    /// An artifact that was written.
    pub fn add(&mut self, artifact: &Artifact, path: &Path, sum: (Digest, u64), terminal: &Terminal) {
        self.warn_of(&artifact.warnings, terminal);
        self.add_file(Kind::Of(artifact.kind), artifact.entries.iter().count(), path, sum);
    }

    /// One that another backend has built.
    pub fn add_built(&mut self, built: &Built, path: &Path, sum: (Digest, u64), terminal: &Terminal) {
        let kind = match built.artifact {
            backend::Artifact::Wheel => dist::Kind::Wheel,
            backend::Artifact::Sdist => dist::Kind::Sdist,
        };
        if !built.native.is_empty() {
            let names = built.native.join(", ");
            self.warn(
                format_args!(
                    "machine code is the same each time only as far as its compiler makes it so: {names}"
                ),
                terminal,
            );
        }
        self.add_file(Kind::Of(kind), built.members, path, sum);
        if let Some(added) = self.artifacts.last_mut() {
            added.native.clone_from(&built.native);
        }
    }

    /// Who builds, and with what.
    pub fn backend(&mut self, session: &Session<'_>) {
        let BuildSystem { backend, requires, .. } = session.system();
        self.backend = Some(BackendReport {
            name: backend.clone(),
            requires: requires.clone(),
            installed: session.installed().to_vec(),
            variables: session.inherited().into_iter().collect(),
            folder: session.folder().display().to_string(),
        });
    }

    pub fn add_app(&mut self, app: &App, path: &Path, sum: (Digest, u64), terminal: &Terminal) {
        self.warn_of(&app.warnings, terminal);
        let compiled = app.compiled.iter();
        for (source, diagnostic) in compiled.flat_map(|compiled| &compiled.failures) {
            self.warn(format_args!("{source}: {diagnostic}; it goes in as source"), terminal);
        }
        self.add_file(Kind::Zipapp("zipapp"), app.entries.iter().count(), path, sum);
    }

    fn add_file(&mut self, kind: Kind, members: usize, path: &Path, (digest, size): (Digest, u64)) {
        self.artifacts.push(ArtifactReport {
            kind,
            path: Some(path.to_string_lossy().into_owned()),
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            size,
            sha256: Some(digest),
            members,
            native: Vec::new(),
            files: Vec::new(),
        });
    }

    /// An artifact that was written as a folder.
    pub fn add_folder(&mut self, artifact: &Artifact, path: &Path, terminal: &Terminal) {
        self.warn_of(&artifact.warnings, terminal);
        self.artifacts.push(ArtifactReport {
            path: Some(path.to_string_lossy().into_owned()),
            files: Vec::new(),
            ..ArtifactReport::unwritten(artifact)
        });
    }

    /// An artifact that was not to be written.
    pub fn list(&mut self, artifact: &Artifact, terminal: &Terminal) {
        self.warn_of(&artifact.warnings, terminal);
        self.artifacts.push(ArtifactReport::unwritten(artifact));
    }

    fn warn_of<D: Display>(&mut self, warnings: &[D], terminal: &Terminal) {
        for warning in warnings {
            // An sdist and a wheel of the same files have the same faults.
            if !self.warnings.contains(&warning.to_string()) {
                self.warn(warning, terminal);
            }
        }
    }

    pub fn show(&self, terminal: &Terminal) -> anyhow::Result<()> {
        if terminal.is_json() {
            return terminal.json(self);
        }
        if terminal.reports() {
            let mut out = terminal.out();
            for artifact in &self.artifacts {
                artifact.show(&mut out)?;
            }
            out.flush()?;
        }
        Ok(())
    }
}

impl ArtifactReport {
    fn unwritten(artifact: &Artifact) -> ArtifactReport {
        let file = |entry: &Entry| FileReport {
            path: entry.path.to_string(),
            size: entry.size(),
            mode: format!("{:04o}", entry.mode()),
        };
        let files: Vec<FileReport> = artifact.entries.iter().map(file).collect();
        ArtifactReport {
            kind: Kind::Of(artifact.kind),
            path: None,
            name: artifact.name.clone(),
            size: artifact.size(),
            sha256: None,
            members: files.len(),
            native: Vec::new(),
            files,
        }
    }

    fn show(&self, out: &mut impl Write) -> std::io::Result<()> {
        let ArtifactReport { name, size, members, .. } = self;
        let Some(path) = &self.path else {
            writeln!(out, "{name}")?;
            return self.files.iter().try_for_each(|file| writeln!(out, "  {}", file.path));
        };
        let sha256 = self.sha256.as_ref().map(|sha256| format!(", sha256 {sha256}")).unwrap_or_default();
        writeln!(out, "{path}: {members} members, {size} bytes{sha256}")
    }
}
