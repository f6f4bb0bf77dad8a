//! Many wheels: several at a time, with results that a later run can take up.

use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::result::RebuildResult;
use super::run::{Options, Progress, rebuild};
use super::subject::Subject;
use crate::archive::Digest;
use crate::in_order;

/// How a list is worked on.
#[derive(Debug, Clone)]
pub struct Batch {
    /// How many wheels at a time.
    pub jobs: NonZero<usize>,
    /// Whether results of an earlier run are taken where nothing that decides them has changed.
    pub resume: bool,
    /// Where results are kept.
    pub results: PathBuf,
}

impl Batch {
    /// Rebuilds all, and gives the results in the order of the list. `done` is told each result when it is there.
    pub fn rebuild(
        &self,
        subjects: &[Subject],
        options: &Options,
        stop: &AtomicBool,
        progress: &(dyn Fn(&Subject, Progress<'_>) + Sync),
        done: &(dyn Fn(&RebuildResult) + Sync),
    ) -> Vec<RebuildResult> {
        let work = |subject| {
            if stop.load(Ordering::Relaxed) {
                return Ok::<_, Infallible>(None);
            }
            let result = self.one(subject, options, stop, &|event| progress(subject, event));
            done(&result);
            Ok(Some(result))
        };
        let Ok(results) = in_order::map(subjects, self.jobs.get().min(subjects.len()), work);
        results.into_iter().flatten().collect()
    }

    fn one(
        &self,
        subject: &Subject,
        options: &Options,
        stop: &AtomicBool,
        progress: &dyn Fn(Progress<'_>),
    ) -> RebuildResult {
        let place = self.results.join(format!("{}.json", key(subject, options)));
        // A rebuilt wheel that is to be kept has to be built.
        let resume = self.resume && options.keep.is_none();
        if let Some(result) = resume.then(|| read(&place)).flatten()
            && (!options.explain || result.differences.is_empty() || result.explanation.is_some())
        {
            return result;
        }
        let result = rebuild(subject, options, stop, progress);
        if result.is_final() {
            // Without it, a later run does the work again.
            let _ = write(&place, &result);
        }
        result
    }
}

/// All that decides a result, as a digest.
fn key(subject: &Subject, options: &Options) -> Digest {
    let content = |path: &Path| {
        fs::File::open(path).ok().and_then(|file| Digest::of_reader(file).ok()).map(|(digest, _)| digest)
    };
    let wheel = match subject {
        Subject::Wheel(path) => content(path),
        Subject::Release { .. } => None,
    };
    let pythons: Vec<String> = options.pythons.iter().map(|python| python.release.to_string()).collect();
    let parts = serde_json::json!({
        "pyrepro": env!("CARGO_PKG_VERSION"),
        "subject": subject.to_string(),
        "wheel": wheel,
        "repository": options.repository,
        "source": options.source.as_deref().map(|path| (path, content(path))),
        "strategy": options.strategy,
        "python": options.python,
        "pythons": pythons,
        "attempts": options.attempts,
        "sandbox": options.sandbox,
    });
    Digest::of(parts.to_string().as_bytes())
}

/// The difference in full lies beside the result, for pages that a later run makes.
fn explanation_of(place: &Path) -> PathBuf {
    place.with_extension("html")
}

fn read(place: &Path) -> Option<RebuildResult> {
    let result: RebuildResult = serde_json::from_slice(&fs::read(place).ok()?).ok()?;
    Some(RebuildResult { explanation: fs::read_to_string(explanation_of(place)).ok(), ..result })
}

fn write(place: &Path, result: &RebuildResult) -> std::io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    match &result.explanation {
        Some(explanation) => put(&explanation_of(place), explanation.as_bytes())?,
        // What an earlier run has explained may not be true of this result.
        None => fs::remove_file(explanation_of(place)).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?,
    }
    put(place, &serde_json::to_vec(result)?)
}

/// Writes a file whole or not at all.
fn put(place: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(place.parent().unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    file.persist(place)?;
    Ok(())
}
