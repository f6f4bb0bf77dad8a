//! What a backend has built, in normal form and with bytecode if that is wanted: complete but for the writing.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use super::artifact::{Artifact, Built};
use crate::archive::WriteError;
use crate::dist::{self, Bytecode, compiled_wheel};
use crate::epoch::Epoch;
use crate::normalize::{self, NormalForm};
use crate::output::create;

/// An artifact that is complete but for the writing, and needs its session no more.
#[derive(Debug)]
pub struct Made {
    /// What the backend said of it, with the number of members that it has now.
    pub built: Built,
    /// Its name, which bytecode changes.
    pub name: String,
    /// What somebody should know who relies on it.
    pub warnings: Vec<String>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Normal(NormalForm),
    Compiled(Box<dist::Artifact>),
}

/// Why nothing can be made of what a backend has built.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// It has no normal form.
    #[error("the backend made {name}, which cannot be normalized: {source}")]
    Normalize {
        /// Its name.
        name: String,
        /// What is wrong.
        source: normalize::Error,
    },
    /// No bytecode can be put into it.
    #[error(transparent)]
    Compile(#[from] dist::Error),
    /// It, or a temporary file for it, cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Built {
    /// Makes it what is written: normal, and with bytecode if it is a wheel and that is wanted.
    ///
    /// ```no_run
    /// use std::{fs::File, num::NonZero};
    /// use pyrepro::backend::{Artifact, Request, Session};
    ///
    /// let request = Request::new("/path/of/project".into(), "/usr/bin/python3".into());
    /// let jobs = NonZero::<usize>::MIN;
    /// let stop = Default::default();
    /// let mut session = Session::start(&request, &stop, &|_| ())?;
    /// let made = session.build(Artifact::Wheel, &|_| ())?.make(request.epoch, None, jobs)?;
    /// made.write(request.epoch, jobs, &mut File::create(&made.name)?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn make(
        self,
        epoch: Epoch,
        bytecode: Option<&Bytecode<'_>>,
        jobs: NonZero<usize>,
    ) -> Result<Made, MakeError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| MakeError::Io { path, source }
        };
        let options = normalize::Options { epoch: Some(epoch), jobs: Some(jobs), ..Default::default() };
        let file = File::open(&self.path).map_err(io(&self.path))?;
        let form = normalize::normal_form(&self.path, file, &options)
            .map_err(|source| MakeError::Normalize { name: self.file_name.clone(), source })?;
        let warnings = form.warnings.iter().map(|warning| format!("{}: {warning}", self.file_name));
        let mut warnings: Vec<String> = warnings.collect();
        let Some(bytecode) = bytecode.filter(|_| self.artifact == Artifact::Wheel) else {
            let name = self.file_name.clone();
            return Ok(Made { built: self, name, warnings, content: Content::Normal(form) });
        };
        // In the session's folder, and gone with it.
        let folder = self.path.with_extension("normal");
        let normal = folder.join(&self.file_name);
        fs::create_dir_all(&folder)
            .and_then(|()| create(&normal, 0o600, |file| form.copy_to(file)))
            .map_err(io(&normal))?;
        let artifact = compiled_wheel(&normal, bytecode)?;
        fs::remove_dir_all(&folder).map_err(io(&folder))?;
        warnings.extend(artifact.warnings.iter().map(ToString::to_string));
        let built = Built { members: artifact.entries.iter().count(), ..self };
        let (name, content) = (artifact.name.clone(), Content::Compiled(Box::new(artifact)));
        Ok(Made { built, name, warnings, content })
    }
}

impl Made {
    /// Writes it.
    pub fn write(
        &self,
        epoch: Epoch,
        jobs: NonZero<usize>,
        output: &mut (impl Write + Seek),
    ) -> Result<(), WriteError> {
        match &self.content {
            Content::Normal(form) => Ok(form.copy_to(output)?),
            Content::Compiled(artifact) => {
                let epoch = epoch.clamp_to(Epoch::DOS).epoch;
                artifact.write(&dist::Options { epoch, jobs }, output)
            }
        }
    }
}
