//! Runs that are ended by signals, and runs whose processes are.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::case::{CASES, Case, command, world};
use super::known::{Copy, Known, look};
use crate::common::app::run;
use crate::common::tree::Tree;

/// How long after the end of a run what it has left is surely stale.
const STALE: Duration = Duration::from_secs(4);

/// Ends runs by a signal after a while. All files are whole, and the next run of the same verb leaves nothing over.
fn end_by_signals(rounds: usize) -> Vec<String> {
    let world = world();
    let known: Vec<Known<'_>> = CASES.iter().map(|case| Known::of(case, world.path())).collect();
    let (mut wrong, mut killed) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let known = &known[round % known.len()];
        let signal = ["-KILL", "-TERM", "-INT", "-HUP", "-KILL", "-XFSZ"][round / CASES.len() % 6];
        let copy = Copy::of(world.path());
        let child = begin(&copy, known.case);
        // Spread over what such a run takes, in an order that has no period.
        thread::sleep(Duration::from_micros((round as u64).wrapping_mul(7_919) % 90_000));
        let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
        let output = child.wait_with_output().expect("an end");
        let found = look(copy.path());
        let ended = signal == "-KILL" || output.status.signal().is_some();
        let mut told = known.files(&found, ended || known.case.arguments[0] == "init");
        if !ended && left_in(copy.path()) > 0 {
            told.push(format!("temporary files are left: {:?}", found.keys().collect::<Vec<_>>()));
        }
        if output.status.code() == Some(known.case.code) && !known.is_new(&found) {
            told.push("it says that it is done, and not all is written".to_owned());
        }
        wrong.extend(
            told.into_iter().map(|words| format!("{:?} and {signal}: {words}", known.case.arguments)),
        );
        if left_in(copy.path()) > 0 {
            killed.push((copy, known));
        }
    }
    println!("{} of {rounds} runs that were killed have left something", killed.len());
    thread::sleep(STALE);
    for (copy, known) in killed {
        let output = run(&mut command(copy.path(), known.case.arguments));
        if left_in(copy.path()) > 0 {
            let found = look(copy.path());
            let left: Vec<_> = found.keys().filter(|path| is_temporary(path)).collect();
            wrong.push(format!("{:?} again: it leaves {left:?}: {output:?}", known.case.arguments));
        }
    }
    wrong
}

fn begin(copy: &Copy, case: &Case) -> Child {
    let mut command = command(copy.path(), case.arguments);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a run")
}

fn left_in(folder: &Path) -> usize {
    look(folder).into_keys().filter(|path| is_temporary(path)).count()
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.contains("pyrepro-") && name.ends_with(".tmp")
    })
}

#[test]
#[ignore = "takes minutes: the head of mod.rs has the command"]
fn a_thousand_ends_by_signals_leave_whole_files() {
    let wrong = end_by_signals(2_000);
    assert!(wrong.is_empty(), "{} findings\n{}", wrong.len(), wrong.join("\n"));
}

/// Verbs whose work is done by processes of theirs.
const WITH_PROCESSES: [&[&str]; 6] = [
    &["compile", "-q", "many", "--compiler", "interpreter", "-j", "2"],
    &["zipapp", "many", "-m", "m0:f", "-o", "many.pyz", "-j", "2"],
    &["build", "project", "-o", "new", "--pyc", "checked-hash"],
    &["build", "own", "-n", "--build-root", "tmp", "-o", "new"],
    &["prove", "project", "--only", "hash-seed"],
    &["verify", "many.pyz", "--source", "many"],
];

/// The processes that a process has started, and theirs.
fn below(process: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { return vec![] };
    let children = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|list| list.split(' ').filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect();
    let theirs = children.iter().flat_map(|child| below(*child));
    let all: Vec<u32> = theirs.collect();
    children.into_iter().chain(all).collect()
}

fn with_many_sources() -> Tree {
    let tree = world();
    for index in 0..40 {
        tree.write(format!("many/m{index}.py"), format!("def f():\n    return {index}\n").repeat(40));
    }
    let made = run(&mut command(tree.path(), &["zipapp", "many", "-m", "m0:f", "-o", "many.pyz"]));
    assert!(made.status.success(), "{made:?}");
    fs::remove_file(tree.path().join(".many.pyz.manifest.json")).expect("a manifest");
    let made = run(&mut command(tree.path(), &["zipapp", "many", "-m", "m0:f", "-o", "many.pyz"]));
    assert!(made.status.success(), "{made:?}");
    tree
}

/// Kills a process of a run, in its place, some time after it began; says whether there was one.
fn kill_below(child: &Child, round: usize, signal: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        let all = below(child.id());
        if !all.is_empty() {
            thread::sleep(Duration::from_micros((round as u64).wrapping_mul(7_919) % 60_000));
            let all = below(child.id());
            let Some(one) = all.get(round % all.len().max(1)) else { return false };
            let killed = Command::new("kill").args([signal, &one.to_string()]).stderr(Stdio::null()).status();
            return killed.is_ok_and(|status| status.success());
        }
        if fs::metadata(format!("/proc/{}/fd", child.id())).is_err() {
            return false;
        }
        thread::yield_now();
    }
    false
}

/// What is wrong with the end of a run that lost a process.
fn judge(arguments: &[&str], output: &Output, left: usize) -> Vec<String> {
    let told = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
    let mut wrong = Vec::new();
    match output.status.code() {
        Some(0) => {}
        // It says what became of whom.
        Some(1 | 2) if ["killed by", "signal", "SIG"].iter().any(|word| told.contains(word)) => {}
        // A pyrepro that prove runs says itself that it was asked to end, which is no answer.
        Some(2) if told.contains("interrupted") => {}
        _ => wrong.push(format!("{arguments:?}: {:?}: {told}", output.status)),
    }
    if told.contains("bug in pyrepro") {
        wrong.push(format!("{arguments:?}: it is taken for a bug: {told}"));
    }
    if left > 0 {
        wrong.push(format!("{arguments:?}: {left} temporary files are left: {told}"));
    }
    wrong
}

/// Kills processes of runs. What a run says is true, and what it wrote is what it writes otherwise.
fn end_processes(rounds: usize) -> (usize, Vec<String>) {
    let world = with_many_sources();
    let expected: Vec<_> = WITH_PROCESSES
        .iter()
        .map(|arguments| {
            let copy = Copy::of(world.path());
            let output = run(&mut command(copy.path(), arguments));
            assert!(output.status.success(), "{arguments:?}: {output:?}");
            look(copy.path())
        })
        .collect();
    let before = look(Copy::of(world.path()).path());
    let (mut killed, mut wrong) = (0, Vec::new());
    for round in 0..rounds {
        let which = round % WITH_PROCESSES.len();
        let signal = ["-KILL", "-TERM", "-SEGV", "-KILL"][round / WITH_PROCESSES.len() % 4];
        let copy = Copy::of(world.path());
        let mut command = command(copy.path(), WITH_PROCESSES[which]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a run");
        killed += usize::from(kill_below(&child, round, signal));
        let output = child.wait_with_output().expect("an end");
        let found = look(copy.path());
        let mut told = judge(WITH_PROCESSES[which], &output, left_in(copy.path()));
        for (path, file) in &found {
            if ![before.get(path), expected[which].get(path)].contains(&Some(file)) && file.0.is_some() {
                told.push(format!("{}: neither the old nor the new file", path.display()));
            }
        }
        let is_whole = found.keys().eq(expected[which].keys());
        if output.status.success() && !is_whole {
            told.push(format!("{:?}: it says that it is done, and is not", WITH_PROCESSES[which]));
        }
        told.iter().for_each(|words| println!("{signal} {words}"));
        wrong.extend(told);
    }
    (killed, wrong)
}

#[test]
fn a_process_that_is_killed_costs_no_more_than_a_true_error() {
    let (_, wrong) = end_processes(12);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "takes minutes: the head of mod.rs has the command"]
fn a_thousand_ends_of_processes_leave_whole_files_and_a_true_answer() {
    let (killed, wrong) = end_processes(1_400);
    println!("{killed} processes were killed");
    assert!(wrong.is_empty(), "{} findings\n{}", wrong.len(), wrong.join("\n"));
    assert!(killed >= 1_000, "{killed} are too few");
}
