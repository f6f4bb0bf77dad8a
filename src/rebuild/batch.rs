//! Many wheels: several at a time, with results that a later run can take up.

use std::convert::Infallible;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::result::RebuildResult;
use super::run::{Options, Progress, rebuild_from};
use super::subject::Subject;
use super::supply::Supply;
use crate::archive::Digest;
use crate::in_order;
use crate::output::replace;

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
        let supply = Supply::new(options, stop);
        let run = BatchRun { batch: self, options, stop, supply: &supply };
        let build = |subject| {
            if stop.load(Ordering::Relaxed) {
                return Ok::<_, Infallible>(None);
            }
            let result = run.one(subject, &|event| progress(subject, event));
            done(&result);
            Ok(Some(result))
        };
        let threads = self.jobs.get().min(subjects.len());
        if subjects.len() < 2 {
            let Ok(results) = in_order::map(subjects, threads, build);
            return results.into_iter().flatten().collect();
        }
        // While some are built, what the next ones need is on its way.
        let (sender, stocked) = sync_channel(threads);
        let results = thread::scope(|scope| {
            scope.spawn(|| run.stock(subjects, sender));
            in_order::map(stocked, threads, build)
        });
        let Ok(results) = results;
        results.into_iter().flatten().collect()
    }
}

/// A list that is being worked on.
struct BatchRun<'a> {
    batch: &'a Batch,
    options: &'a Options,
    stop: &'a AtomicBool,
    supply: &'a Supply<'a>,
}

impl BatchRun<'_> {
    /// Gets what each subject needs, in order, and passes it on. The channel is what keeps it from getting far ahead.
    fn stock<'a>(&self, subjects: &'a [Subject], stocked: SyncSender<&'a Subject>) {
        let get = |subject: &'a Subject| {
            if !self.stop.load(Ordering::Relaxed) && self.kept(subject).is_none() {
                self.supply.stock(subject);
            }
            subject
        };
        // The other side takes all of them, stopped or not.
        let pass = |subject| stocked.send(subject);
        let _ = in_order::work(subjects.iter(), self.batch.jobs.get(), get, || false, pass);
    }

    fn one(&self, subject: &Subject, progress: &dyn Fn(Progress<'_>)) -> RebuildResult {
        if let Some(result) = self.kept(subject) {
            return result;
        }
        let result = rebuild_from(self.supply, subject, self.options, self.stop, progress);
        if result.is_final() {
            // Without it, a later run does the work again.
            let _ = write(&self.place(subject), &result);
        }
        result
    }

    /// The result of an earlier run, if it has all that this one is asked for.
    fn kept(&self, subject: &Subject) -> Option<RebuildResult> {
        let Options { explain, keep, .. } = self.options;
        // A rebuilt wheel that is to be kept has to be built.
        let resume = self.batch.resume && keep.is_none();
        let result = resume.then(|| read(&self.place(subject))).flatten()?;
        let is_whole = !explain || result.differences.is_empty() || result.explanation.is_some();
        is_whole.then_some(result)
    }

    fn place(&self, subject: &Subject) -> PathBuf {
        self.batch.results.join(format!("{}.json", key(subject, self.options)))
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
        Some(explanation) => replace(&explanation_of(place), explanation.as_bytes())?,
        // What an earlier run has explained may not be true of this result.
        None => fs::remove_file(explanation_of(place)).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?,
    }
    replace(place, &serde_json::to_vec(result)?)
}
