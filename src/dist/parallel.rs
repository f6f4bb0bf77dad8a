//! The same work on many things, by several threads.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

/// Fewer things than this are no work for another thread.
const SHARE: usize = 16;

/// What the work makes of each thing, in their order; the first error in that order if there is one.
pub(super) fn map<T: Send, R: Send, E: Send>(
    things: Vec<T>,
    jobs: NonZero<usize>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = jobs.get().min(things.len().div_ceil(SHARE));
    if threads < 2 {
        return things.into_iter().map(work).collect();
    }
    let mut results: Vec<Option<Result<R, E>>> = Vec::new();
    results.resize_with(things.len(), || None);
    let queue = Mutex::new(things.into_iter().zip(&mut results));
    let work_on = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((thing, result)) = next else { return };
            *result = Some(work(thing));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there are no more threads to be had, those that are there do it all.
            let _ = thread::Builder::new().spawn_scoped(scope, work_on);
        }
        work_on();
    });
    drop(queue);
    // Threads end when there is no more to do, and a panic in one of them ends the scope with another.
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_for_any_number_of_threads() {
        for jobs in [1, 2, 7] {
            let jobs = NonZero::new(jobs).unwrap();
            let doubled = map((0..1000).collect(), jobs, |n| Ok::<_, ()>(n * 2));
            assert_eq!(doubled, Ok((0..1000).map(|n| n * 2).collect::<Vec<_>>()));
            let failed = map((0..1000).collect(), jobs, |n| if n < 500 { Ok(n) } else { Err(n) });
            assert_eq!(failed, Err(500));
        }
    }
}
