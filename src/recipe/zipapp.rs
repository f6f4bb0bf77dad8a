//! The options of `zipapp`, as manifests have them and as they are used.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::compile::Compiler;
use crate::dist::BytecodeRecipe;
use crate::dist::zipapp::{self, App, Bytecode};
use crate::epoch::{DecidedEpoch, Epoch};
use crate::manifest::{ArtifactKind, Build, Options, Setting, Target};
use crate::pyc::InvalidationMode;
use crate::python::{Environment, Version};

/// Everything besides the inputs, the epoch and the interpreter that decides the bytes of a zipapp.
///
/// ```
/// use pyrepro::recipe::ZipappRecipe;
///
/// let recipe = ZipappRecipe { main: Some("app:main".into()), compress: true, ..ZipappRecipe::default() };
/// assert_eq!(ZipappRecipe::from_options(&recipe.to_options()), Ok(recipe));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZipappRecipe {
    /// How sources are compiled, if they are.
    pub bytecode: Option<BytecodeRecipe>,
    /// Whether members are compressed.
    pub compress: bool,
    /// Patterns of what is left out, beside those that always are.
    pub exclude: Vec<String>,
    /// What the first line says is to run it; nothing for no such line.
    pub interpreter: String,
    /// What it starts with, if that is not one of its files.
    pub main: Option<String>,
}

/// What a zipapp is made of, and what is not part of it.
#[derive(Debug, Clone, Default)]
pub struct ZipappSources {
    /// The application's own files, unless all come from wheels.
    pub source: Option<zipapp::Source>,
    /// What is to be written, which may lie among these files.
    pub outputs: Vec<PathBuf>,
    /// Wheels to unpack into it.
    pub wheels: Vec<PathBuf>,
    /// A list of requirements, and the folder of wheels that they are looked for in.
    pub requirements: Option<(PathBuf, PathBuf)>,
    /// Where it is to run, if that is known and matters.
    pub environment: Option<Environment>,
}

/// Options that nothing was made with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the manifest's options do not work: {0}")]
pub struct BadRecipe(pub String);

const VERB: &str = "zipapp";

impl ZipappRecipe {
    /// The normal form: patterns sorted, each once; nothing of bytecode where there is none.
    pub fn to_options(&self) -> Options {
        let mut exclude = self.exclude.clone();
        exclude.sort_unstable();
        exclude.dedup();
        let interpreter = Some(self.interpreter.as_str()).filter(|interpreter| !interpreter.is_empty());
        let options = Options::new(VERB)
            .with("compress", self.compress)
            .with("exclude", exclude)
            .with("interpreter", interpreter)
            .with("main", self.main.as_deref());
        bytecode_options(options, self.bytecode)
    }

    /// What goes in, from these sources.
    pub fn request(&self, sources: ZipappSources) -> zipapp::Request {
        let ZipappSources { source, outputs, wheels, requirements, environment } = sources;
        let (main, exclude) = (self.main.clone(), self.exclude.clone());
        zipapp::Request { source, outputs, main, exclude, wheels, requirements, environment }
    }

    /// Puts it together, with bytecode if that is wanted and somebody compiles it.
    pub fn gather(
        &self,
        request: &zipapp::Request,
        compiler: Option<(&dyn Compiler, Version)>,
        jobs: NonZero<usize>,
        stop: &AtomicBool,
    ) -> Result<App, zipapp::Error> {
        let Some(((compiler, version), recipe)) = compiler.zip(self.bytecode) else {
            return zipapp::gather(request, None);
        };
        zipapp::gather(request, Some(&Bytecode { compiler, version, recipe, jobs, stop }))
    }

    /// How to write it.
    pub fn write_options(&self, epoch: Epoch, jobs: NonZero<usize>) -> zipapp::Options {
        zipapp::Options { interpreter: self.interpreter.clone(), compress: self.compress, epoch, jobs }
    }

    /// What its manifest is made of. An archive made of one that is compressed is compressed, too.
    pub fn build<'a>(
        &self,
        app: &'a App,
        epoch: DecidedEpoch,
        target: Option<Target>,
        jobs: NonZero<usize>,
        stop: &'a AtomicBool,
    ) -> Build<'a> {
        let effective = ZipappRecipe { compress: self.compress || app.was_compressed, ..self.clone() };
        Build {
            kind: ArtifactKind::Zipapp,
            entries: &app.entries,
            levels: app.levels(self.bytecode.unwrap_or_default().level),
            inputs: app.inputs.clone(),
            options: effective.to_options(),
            epoch,
            targets: target.into_iter().collect(),
            backend: None,
            jobs,
            stop,
        }
    }

    /// Takes the normal form apart, and nothing else.
    pub fn from_options(options: &Options) -> Result<ZipappRecipe, BadRecipe> {
        let bad = |what: &str| BadRecipe(what.to_owned());
        if options.verb != VERB {
            return Err(BadRecipe(format!("the verb is {:?}", options.verb)));
        }
        let bytecode = read_bytecode(options)?;
        let recipe = ZipappRecipe {
            bytecode,
            compress: options.flag("compress").ok_or_else(|| bad("compress is missing"))?,
            exclude: options.list("exclude").to_vec(),
            interpreter: options.text("interpreter").unwrap_or_default().to_owned(),
            main: options.text("main").map(str::to_owned),
        };
        unless_left_over(options, &recipe.to_options())?;
        Ok(recipe)
    }
}

/// The normal form of how sources are compiled: nothing of bytecode where there is none.
pub(super) fn bytecode_options(options: Options, bytecode: Option<BytecodeRecipe>) -> Options {
    let mode = bytecode.map(|bytecode| bytecode.mode.name());
    options
        .with("compile", bytecode.is_some())
        .with("invalidation_mode", mode)
        .with("optimize", bytecode.map(|bytecode| u64::from(bytecode.level.number())))
        .with("sourceless", bytecode.map(|bytecode| bytecode.sourceless))
}

pub(super) fn read_bytecode(options: &Options) -> Result<Option<BytecodeRecipe>, BadRecipe> {
    let bad = |what: &str| BadRecipe(what.to_owned());
    if !options.flag("compile").ok_or_else(|| bad("compile is missing"))? {
        return Ok(None);
    }
    let mode = options.text("invalidation_mode").and_then(|mode| mode.parse().ok());
    // A timestamp has no place in what is the same each time.
    let mode = mode.filter(|mode| *mode != InvalidationMode::Timestamp);
    let mode = mode.ok_or_else(|| bad("invalidation_mode"))?;
    let level = options.number("optimize").and_then(|level| level.to_string().parse().ok());
    let level = level.ok_or_else(|| bad("optimize"))?;
    let sourceless = options.flag("sourceless").ok_or_else(|| bad("sourceless is missing"))?;
    Ok(Some(BytecodeRecipe { mode, level, sourceless }))
}

/// Whatever is left over of options would have no effect now, and may have had one then.
pub(super) fn unless_left_over(options: &Options, normal: &Options) -> Result<(), BadRecipe> {
    let differs = |(name, value): &(&String, &Setting)| normal.values.get(*name) != Some(*value);
    match options.values.iter().find(differs) {
        None => Ok(()),
        Some((name, _)) => Err(BadRecipe(name.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_mean_the_same_are_written_the_same() {
        let recipe = |patterns: &[&str]| ZipappRecipe {
            exclude: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
            ..ZipappRecipe::default()
        };
        assert_eq!(recipe(&["b", "a", "b"]).to_options(), recipe(&["a", "b"]).to_options());
    }

    #[test]
    fn what_is_left_over_or_of_another_type_is_refused() {
        let good = ZipappRecipe { bytecode: Some(BytecodeRecipe::default()), ..ZipappRecipe::default() };
        let good = good.to_options();
        assert!(ZipappRecipe::from_options(&good).is_ok());
        for (name, value) in [
            ("news", Setting::Flag(true)),
            ("compress", Setting::Number(1)),
            ("compile", Setting::Flag(false)),
            ("optimize", Setting::Number(3)),
            ("invalidation_mode", Setting::Text("timestamp".into())),
            ("interpreter", Setting::Text(String::new())),
            ("main", Setting::List(vec![])),
        ] {
            let mut bad = good.clone();
            bad.values.insert(name.to_owned(), value);
            assert!(ZipappRecipe::from_options(&bad).is_err(), "{name}");
        }
    }
}
