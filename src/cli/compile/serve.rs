//! Many runs by one process, for programs that compile file by file: what a run costs beside compiling is
//! starting and asking the interpreter, and that is done once.
//!
//! Each line of standard input is a request, `{"arguments": […]}` with what follows `pyrepro compile`. The answer
//! is the document of `--format json`, and a line `{"exit": 0, "error": null}`. The end of standard input ends it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::Parser;
use pyrepro::compile::{Aim, Choice, Chosen};
use pyrepro::python::Release;
use serde::{Deserialize, Serialize};

use super::{Flags, run_in};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::terminal::{ColorChoice, Format, Terminal};

/// What aims were asked for, and by which choice.
type AimsKey = (Vec<OsString>, Choice);

/// What one run leaves for the next.
pub struct Session {
    /// What is set when the program is to end.
    pub stop: Arc<AtomicBool>,
    aims: RefCell<HashMap<AimsKey, Rc<Vec<Aim>>>>,
    compilers: RefCell<HashMap<CompilerKey, Rc<Chosen>>>,
}

/// What a compiler is made for: interpreter, release, choice, jobs and memory.
type CompilerKey = (Option<PathBuf>, Release, Choice, usize, Option<u64>);

impl Session {
    pub fn new() -> anyhow::Result<Session> {
        Ok(Session { stop: interrupt::flag()?, aims: RefCell::default(), compilers: RefCell::default() })
    }

    /// What to compile for.
    pub fn aims(&self, requests: &[OsString], choice: Choice) -> anyhow::Result<Rc<Vec<Aim>>> {
        let key = (requests.to_vec(), choice);
        if let Some(known) = self.aims.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let aims = Rc::new(super::aims(requests, choice)?);
        self.aims.borrow_mut().insert(key, Rc::clone(&aims));
        Ok(aims)
    }

    /// What compiles for an aim.
    pub fn compiler(
        &self,
        aim: &Aim,
        choice: Choice,
        jobs: NonZeroUsize,
        memory: Option<u64>,
    ) -> anyhow::Result<Rc<Chosen>> {
        let key = (aim.python.clone(), aim.release, choice, jobs.get(), memory);
        if let Some(known) = self.compilers.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let compiler = Rc::new(aim.compiler(choice, jobs)?.with_memory(memory));
        self.compilers.borrow_mut().insert(key, Rc::clone(&compiler));
        Ok(compiler)
    }
}

#[derive(Parser)]
#[command(name = "pyrepro compile")]
struct Run {
    #[command(flatten)]
    flags: Flags,
}

#[derive(Deserialize)]
struct Question {
    arguments: Vec<String>,
}

#[derive(Serialize)]
struct Answer {
    exit: u8,
    error: Option<String>,
}

pub fn serve() -> anyhow::Result<Exit> {
    let session = Session::new()?;
    let terminal = Terminal::new(0, 0, ColorChoice::Never, Format::Json);
    for line in io::stdin().lock().lines() {
        let line = line.context("cannot read standard input")?;
        if session.stop.load(Ordering::Relaxed) {
            return Ok(Exit::Trouble);
        }
        let answer = match answer(&line, &session, &terminal) {
            Ok(exit) => Answer { exit: exit as u8, error: None },
            Err(error) => Answer { exit: Exit::Trouble as u8, error: Some(format!("{error:#}")) },
        };
        // What an error cut off stays a line of its own.
        let mut out = terminal.raw_out();
        writeln!(out, "\n{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(Exit::Fine)
}

fn answer(line: &str, session: &Session, terminal: &Terminal) -> anyhow::Result<Exit> {
    let question: Question = serde_json::from_str(line).context("a request is {\"arguments\": […]}")?;
    let arguments = std::iter::once("pyrepro compile".to_owned()).chain(question.arguments);
    let run = Run::try_parse_from(arguments)?;
    run_in(session, &run.flags, terminal)
}
