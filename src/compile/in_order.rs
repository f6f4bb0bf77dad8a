//! Work on many items at a time, with the results in the order of the items.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::worker::lock;

/// How far ahead of the oldest unfinished item others may get, so that results do not pile up.
const AHEAD: usize = 1000;

/// How often to look whether to stop.
const PAUSE: Duration = Duration::from_millis(50);

struct Queue<I> {
    items: I,
    taken: usize,
    delivered: usize,
    closed: bool,
}

/// Works on the items in so many threads and delivers each result, in order, in the calling thread.
///
/// `stopped` is asked now and then, and when it says so no more items are taken or delivered.
/// Delivery ends the same way if it returns an error.
pub fn work<I, R, E>(
    items: I,
    threads: usize,
    work: impl Fn(I::Item) -> R + Sync,
    stopped: impl Fn() -> bool,
    mut deliver: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    I: Iterator + Send,
    I::Item: Send,
    R: Send,
{
    let queue = Mutex::new(Queue { items, taken: 0, delivered: 0, closed: false });
    let moved = Condvar::new();
    let close = || {
        lock(&queue).closed = true;
        moved.notify_all();
    };
    thread::scope(|scope| {
        let (results, finished) = mpsc::channel();
        for _ in 0..threads {
            let (results, queue, moved, work) = (results.clone(), &queue, &moved, &work);
            scope.spawn(move || {
                while let Some((number, item)) = next(queue, moved) {
                    if results.send((number, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(results);
        let mut early = BTreeMap::new();
        let mut delivered = 0;
        loop {
            match finished.recv_timeout(PAUSE) {
                Ok((number, result)) => early.insert(number, result),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            if stopped() {
                close();
                return Ok(());
            }
            while let Some(result) = early.remove(&delivered) {
                delivered += 1;
                deliver(result).inspect_err(|_| close())?;
            }
            let mut queue = lock(&queue);
            if queue.taken - queue.delivered >= AHEAD {
                moved.notify_all();
            }
            queue.delivered = delivered;
        }
    })
}

fn next<I: Iterator>(queue: &Mutex<Queue<I>>, moved: &Condvar) -> Option<(usize, I::Item)> {
    let mut queue = lock(queue);
    while queue.taken - queue.delivered >= AHEAD && !queue.closed {
        queue = moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
    if queue.closed {
        return None;
    }
    let item = queue.items.next()?;
    queue.taken += 1;
    Some((queue.taken - 1, item))
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
