//! One strategy after the other, until one gives the published members.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::attempt::{Rebuilt, Workshop};
use super::compare::{MemberDifference, compare};
use super::error::Error;
use super::next::{Ending, next};
use super::published::Published;
use super::result::Attempt;
use super::run::{Options, Progress, interpreter};
use super::strategy::Strategy;
use crate::backend;

/// After so many failures of the same words, none of what they suggest is tried any more.
const SAME_FAILURES: usize = 2;

/// The best that came out so far.
pub(super) struct Best {
    pub rebuilt: Rebuilt,
    pub strategy: Strategy,
    pub differences: Vec<MemberDifference>,
}

impl Best {
    /// Whether this one is nearer to the published wheel.
    pub fn is_better_than(&self, other: &Best) -> bool {
        weight(&self.differences) < weight(&other.differences)
    }
}

/// The attempts from one source: those that were made, and those that wait.
pub(super) struct Attempts<'a> {
    options: &'a Options,
    progress: &'a dyn Fn(Progress<'_>),
    workshop: &'a Workshop<'a>,
    published: &'a Published,
    pythons: &'a [(u8, u8)],
    /// How many there were from other sources.
    earlier: usize,
    waiting: VecDeque<Strategy>,
    made: Vec<Attempt>,
    best: Option<Best>,
    failure: Option<Error>,
}

impl<'a> Attempts<'a> {
    pub fn new(
        options: &'a Options,
        progress: &'a dyn Fn(Progress<'_>),
        workshop: &'a Workshop<'a>,
        published: &'a Published,
        pythons: &'a [(u8, u8)],
        earlier: usize,
    ) -> Attempts<'a> {
        Attempts {
            options,
            progress,
            workshop,
            published,
            pythons,
            earlier,
            waiting: VecDeque::new(),
            made: Vec::new(),
            best: None,
            failure: None,
        }
    }

    /// Tries strategies until one gives the published members, none is left, or `most` were tried. What was tried
    /// is given in any case.
    pub fn run(mut self, first: Strategy, most: usize) -> (Vec<Attempt>, Result<Best, Error>) {
        self.waiting.push_back(first);
        while let Some(strategy) = self.waiting.pop_front() {
            if self.made.iter().any(|attempt| attempt.strategy == strategy) {
                continue;
            }
            if self.workshop.stop.load(Ordering::Relaxed) {
                // What was not tried might have given the published members, so this is no answer to keep.
                return (self.made, Err(Error::Stopped));
            }
            if self.made.len() >= most || self.is_equal() {
                break;
            }
            if let Err(error) = self.one(strategy) {
                return (self.made, Err(error));
            }
        }
        let answer = self.best.ok_or_else(|| self.failure.unwrap_or(Error::Stopped));
        (self.made, answer)
    }

    fn is_equal(&self) -> bool {
        self.best.as_ref().is_some_and(|best| best.differences.is_empty())
    }

    /// Builds once, and learns from it what to try next. An error is one that no other strategy would mend.
    fn one(&mut self, strategy: Strategy) -> Result<(), Error> {
        let number = self.earlier + self.made.len();
        (self.progress)(Progress::Attempt(number + 1, &strategy));
        let python = interpreter(self.options, &strategy.python)?;
        let started = Instant::now();
        let built = self.workshop.build(&strategy, &python.path, number);
        let seconds = started.elapsed().as_secs_f64();
        let attempt = Attempt { strategy, differences: None, failure: None, seconds };
        let more = match built {
            Ok(rebuilt) => self.built(attempt, rebuilt),
            Err(Error::Build(backend::Error::Stopped)) => return Err(Error::Stopped),
            Err(Error::Build(backend::Error::NoSandbox(reason))) => return Err(Error::NoSandbox(reason)),
            Err(error) => self.failed(attempt, error),
        };
        if self.options.strategy.is_none() {
            more.into_iter().rev().for_each(|strategy| self.waiting.push_front(strategy));
        }
        Ok(())
    }

    /// Compares what came out. What did worse has nothing to add.
    fn built(&mut self, attempt: Attempt, rebuilt: Rebuilt) -> Vec<Strategy> {
        let differences = compare(self.published, &rebuilt.wheel);
        let strategy = attempt.strategy.clone();
        self.made.push(Attempt { differences: Some(differences.len()), ..attempt });
        let new = Best { rebuilt, strategy, differences };
        if self.best.as_ref().is_some_and(|best| !new.is_better_than(best)) {
            return Vec::new();
        }
        let (rebuilt, installed) = (&new.rebuilt.wheel, &new.rebuilt.installed);
        let ending = Ending::Differs { rebuilt, installed, differences: &new.differences };
        let more = self.next(&new.strategy, &ending);
        self.best = Some(new);
        more
    }

    /// Takes down why nothing came out. Once something did, another failure suggests nothing.
    fn failed(&mut self, attempt: Attempt, error: Error) -> Vec<Strategy> {
        let words = error.to_string();
        let more = self.next(&attempt.strategy, &Ending::Failed { stage: error.stage(), words: &words });
        let again = self.made.iter().filter(|other| other.failure.as_ref() == Some(&words)).count();
        self.made.push(Attempt { failure: Some(words), ..attempt });
        self.failure = Some(error);
        if self.best.is_none() && again < SAME_FAILURES { more } else { Vec::new() }
    }

    fn next(&self, tried: &Strategy, ending: &Ending<'_>) -> Vec<Strategy> {
        next(self.published, self.workshop.source, tried, ending, self.pythons)
    }
}

/// How much differs: content counts for more than metadata, and each field of metadata counts.
fn weight(differences: &[MemberDifference]) -> usize {
    let of_one = |difference: &MemberDifference| {
        let fields = difference.detail.matches("; ").count().min(40);
        if difference.class.is_metadata() { 100 + fields } else { 250 }
    };
    differences.iter().map(of_one).sum()
}
