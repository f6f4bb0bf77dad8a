//! Every system call that fails leaves files that are whole, an exit code that is true and an error that says why.
//!
//! One call is made to fail, the first, the second and so on, of each kind and with each error, in every verb that
//! writes. A sample of it always runs. All of it takes an hour; `PYREPRO_TEST_FAULTS` chooses the command lines that hold a
//! text:
//!
//! ```text
//! cargo test --test artifacts -- --ignored --nocapture every_call_that_fails
//! PYREPRO_TEST_FAULTS='build own' cargo test --test artifacts -- --ignored --nocapture every_call_that_fails
//! cargo test --test artifacts -- --ignored --nocapture a_thousand_ends
//! ```

mod case;
mod injection;
mod known;
mod signals;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::common::app::stdout_of;
use case::{CASES, command, world};
use injection::{Fault, faults};
use known::{Copy, Known};

/// How many calls of one kind are made to fail in one case, evenly spread over all that there are.
const MOST: usize = 8;

/// What the command lines hold whose calls are made to fail.
fn wanted() -> String {
    std::env::var("PYREPRO_TEST_FAULTS").unwrap_or_default()
}

/// Has faults come up in all cases, and gives how many runs that were and what was wrong.
fn inject(most: usize, share: usize) -> (usize, Vec<String>) {
    let world = world();
    let wanted = wanted();
    let cases = CASES.iter().filter(|case| case.arguments.join(" ").contains(&wanted));
    let known: Vec<Known<'_>> = cases.map(|case| Known::of(case, world.path())).collect();
    let runs: Vec<(&Known<'_>, Fault)> = known
        .iter()
        .flat_map(|known| faults(known.case, world.path(), most).into_iter().map(move |fault| (known, fault)))
        .step_by(share)
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some((known, fault)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = known.attempt(world.path(), fault);
            found.iter().for_each(|words| println!("{words}"));
            wrong.extend(found);
        }
        wrong
    };
    // A run waits more than it works.
    let threads = 4 * thread::available_parallelism().map_or(1, usize::from);
    let wrong = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    (runs.len(), wrong)
}

fn expect_none(runs: usize, wrong: &[String]) {
    println!("{runs} runs with faults, {} findings", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_call_that_fails_leaves_whole_files_and_a_true_answer() {
    let (runs, wrong) = inject(MOST, 67);
    expect_none(runs, &wrong);
}

#[test]
#[ignore = "takes minutes: the head of this file has the command"]
fn every_call_that_fails_leaves_whole_files_and_a_true_answer() {
    let (runs, wrong) = inject(MOST, 1);
    expect_none(runs, &wrong);
    assert!(runs >= 10_000 || !wanted().is_empty(), "{runs} runs are too few");
}

#[test]
fn no_version_is_made_up_for_a_module_that_cannot_be_read() {
    let world = world();
    let case = CASES.iter().find(|case| case.arguments == ["init", "bare"]).expect("a case");
    let known = Known::of(case, world.path());
    let faults = faults(case, world.path(), 1_000).into_iter().filter(|fault| fault.is_of_reading());
    let wrong: Vec<String> = faults.flat_map(|fault| known.attempt(world.path(), &fault)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_that_were_linked_stay_linked_or_are_whole() {
    let world = world();
    let copy = Copy::of(world.path());
    stdout_of(&mut command(copy.path(), &["normalize", "linked"]));
    let inode = |name: &str| fs::metadata(copy.path().join(name)).expect("a file").ino();
    assert_eq!(inode("linked/one.zip"), inode("linked/two.zip"));
}
