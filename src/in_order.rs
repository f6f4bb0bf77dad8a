//! Work on many items at a time, with the results in the order of the items.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::lock::lock;

/// How far ahead of the oldest unfinished item others may get where results are delivered one by one, so
/// that they do not pile up.
const AHEAD: usize = 200;

/// How often to look for results, and whether to stop. Results that come fast are delivered many at
/// a time, because to be woken for each takes longer than to find a source fresh.
const PAUSE: Duration = Duration::from_millis(5);

/// Items that are still to be worked on. Locked while the next one is found.
struct Queue<I> {
    items: I,
    taken: usize,
}

struct Progress<R> {
    /// Results that nobody has been told of, by the number of their item.
    results: BTreeMap<usize, R>,
    delivered: usize,
    /// How many threads still work.
    working: usize,
    closed: bool,
}

/// Works on all items in so many threads: the results in the order of the items, or the first error in
/// that order.
pub(crate) fn map<I, R, E>(
    items: I,
    threads: usize,
    work: impl Fn(I::Item) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E>
where
    I: IntoIterator<IntoIter: Send>,
    I::Item: Send,
    R: Send,
    E: Send,
{
    let items = items.into_iter();
    if threads < 2 {
        return items.map(work).collect();
    }
    let mut results = Vec::with_capacity(items.size_hint().0);
    let deliver = |result: Result<R, E>| {
        results.push(result?);
        Ok(())
    };
    run(items, Bounds { threads, ahead: usize::MAX }, work, || false, deliver)?;
    Ok(results)
}

/// Works on the items in so many threads and delivers each result, in order, in the calling thread.
///
/// `stopped` is asked now and then, and when it says so no more items are taken or delivered.
/// Delivery ends the same way if it returns an error.
pub(crate) fn work<I, R, E>(
    items: I,
    threads: usize,
    work: impl Fn(I::Item) -> R + Sync,
    stopped: impl Fn() -> bool,
    deliver: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    I: Iterator + Send,
    I::Item: Send,
    R: Send,
{
    run(items, Bounds { threads, ahead: AHEAD }, work, stopped, deliver)
}

/// How many threads work, and how far ahead of what is delivered.
struct Bounds {
    threads: usize,
    ahead: usize,
}

fn run<I, R, E>(
    items: I,
    bounds: Bounds,
    work: impl Fn(I::Item) -> R + Sync,
    stopped: impl Fn() -> bool,
    mut deliver: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    I: Iterator + Send,
    I::Item: Send,
    R: Send,
{
    let Bounds { threads, ahead } = bounds;
    let queue = Mutex::new(Queue { items, taken: 0 });
    let progress = Mutex::new(Progress { results: BTreeMap::new(), delivered: 0, working: 0, closed: false });
    let (delivered, done) = (Condvar::new(), Condvar::new());
    let work_on = || {
        let _end = OnEnd(|| {
            lock(&progress).working -= 1;
            done.notify_one();
        });
        while let Some((number, item)) = next(&queue, &progress, &delivered, ahead) {
            let result = work(item);
            let mut now = lock(&progress);
            now.results.insert(number, result);
            if now.results.len() > ahead / 2 {
                // Others would have to wait for it soon.
                done.notify_one();
            }
        }
    };
    thread::scope(|scope| {
        let start = |_| {
            lock(&progress).working += 1;
            let started = thread::Builder::new().spawn_scoped(scope, work_on);
            if started.is_err() {
                lock(&progress).working -= 1;
            }
            started.is_ok()
        };
        // Where there are no more threads to be had, those that are there do it all.
        if (0..threads).take_while(|number| start(*number)).count() == 0 {
            return one_by_one(&queue, &work, &stopped, &mut deliver);
        }
        loop {
            let now = await_results(&progress, &done, &stopped);
            delivered.notify_all();
            if now.closed {
                return Ok(());
            }
            if let Err(error) = now.ready.into_iter().try_for_each(&mut deliver) {
                lock(&progress).closed = true;
                delivered.notify_all();
                return Err(error);
            }
            if now.finished {
                return Ok(());
            }
        }
    })
}

/// What the delivering thread finds when it looks.
struct Found<R> {
    /// The results that are next in order.
    ready: Vec<R>,
    finished: bool,
    closed: bool,
}

/// Waits a moment for results, and takes those that are next in order.
fn await_results<R>(progress: &Mutex<Progress<R>>, done: &Condvar, stopped: &impl Fn() -> bool) -> Found<R> {
    let mut now = lock(progress);
    if now.working > 0 {
        now = done.wait_timeout(now, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
    }
    let finished = now.working == 0;
    let mut ready = Vec::new();
    let mut number = now.delivered;
    while let Some(result) = now.results.remove(&number) {
        ready.push(result);
        number += 1;
    }
    now.delivered = number;
    now.closed |= stopped();
    Found { ready, finished, closed: now.closed }
}

/// Does all of it in this thread.
fn one_by_one<I: Iterator, R, E>(
    queue: &Mutex<Queue<I>>,
    work: &impl Fn(I::Item) -> R,
    stopped: &impl Fn() -> bool,
    deliver: &mut impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    while !stopped() {
        let Some(item) = lock(queue).items.next() else { break };
        deliver(work(item))?;
    }
    Ok(())
}

/// Takes the next item, unless that would be too far ahead of what is delivered.
fn next<I: Iterator, R>(
    queue: &Mutex<Queue<I>>,
    progress: &Mutex<Progress<R>>,
    delivered: &Condvar,
    ahead: usize,
) -> Option<(usize, I::Item)> {
    let mut queue = lock(queue);
    let mut now = lock(progress);
    while queue.taken - now.delivered >= ahead && !now.closed {
        now = delivered.wait(now).unwrap_or_else(PoisonError::into_inner);
    }
    if now.closed {
        return None;
    }
    drop(now);
    let item = queue.items.next()?;
    queue.taken += 1;
    Some((queue.taken - 1, item))
}

/// Does something at the end of a thread, even if that is a panic.
struct OnEnd<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_and_never_far_ahead() {
        let started = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let mut results = Vec::new();
        let work = |item: usize| {
            let ahead = started.fetch_add(1, Ordering::SeqCst) - done.load(Ordering::SeqCst);
            assert!(ahead <= 2 * AHEAD, "{ahead}");
            if item.is_multiple_of(97) {
                thread::sleep(Duration::from_micros(300));
            }
            item * 2
        };
        let deliver = |result| {
            results.push(result);
            done.fetch_add(1, Ordering::SeqCst);
            Ok::<(), Infallible>(())
        };
        super::work(0..20_000, 8, work, || false, deliver).unwrap();
        assert!(results.iter().copied().eq((0..20_000).map(|item| item * 2)));
    }

    #[test]
    fn a_map_is_in_order_for_any_number_of_threads_and_ends_with_its_first_error() {
        for threads in [0, 1, 2, 7] {
            let doubled = map(0..1000, threads, |n| Ok::<_, ()>(n * 2));
            assert_eq!(doubled, Ok((0..1000).map(|n| n * 2).collect::<Vec<_>>()));
            let failed = map(0..1000, threads, |n| if n < 500 { Ok(n) } else { Err(n) });
            assert_eq!(failed, Err(500));
        }
    }

    #[test]
    fn an_error_ends_it() {
        let deliver = |result| if result == 50 { Err(result) } else { Ok(()) };
        assert_eq!(super::work(0.., 4, |item: i32| item, || false, deliver), Err(50));
    }

    #[test]
    fn it_can_be_stopped() {
        let count = AtomicUsize::new(0);
        let stopped = || count.load(Ordering::SeqCst) > 10;
        let deliver = |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok::<(), Infallible>(())
        };
        super::work(0.., 4, |item: i32| item, stopped, deliver).unwrap();
        assert!(count.load(Ordering::SeqCst) < 5 * AHEAD);
    }
}
