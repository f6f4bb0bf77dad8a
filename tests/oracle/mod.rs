//! Processes that know better: the interpreters themselves, and the reference canonicaliser.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use pyrepro::python::Version;

use super::common::{self, Python};

/// A process that answers one request after the other.
struct Oracle {
    name: String,
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    fn start(mut command: Command) -> Oracle {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Oracle { name: format!("{command:?}"), child, requests, answers }
    }

    fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        self.answer(request).unwrap_or_else(|error| panic!("{} died: {error}", self.name))
    }

    fn answer(&mut self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        let requests = self.requests.as_mut().unwrap();
        requests.write_all(&(request.len() as u32).to_le_bytes())?;
        requests.write_all(request)?;
        let mut size = [0; 4];
        self.answers.read_exact(&mut size)?;
        let mut answer = vec![0; u32::from_le_bytes(size) as usize];
        self.answers.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // The end of the requests ends the process.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}

fn run(python: &Python, seed: &str, option: &str, script: &str) -> Command {
    let mut command = Command::new(&python.interpreter.path);
    common::clean(&mut command).env("PYTHONHASHSEED", seed);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(script);
    command.args(["-s", "-S", "-B", "-Wignore"]).args(Some(option).filter(|option| !option.is_empty()));
    command.arg(script);
    command
}

/// The reference canonicaliser, in the newest interpreter there is.
pub struct Reference(Oracle);

impl Reference {
    pub fn start() -> Reference {
        let newest = crate::common::newest();
        Reference(Oracle::start(run(newest, "0", "", "reference.py")))
    }

    /// The canonical form, or the reason why there is none.
    pub fn canonical(&mut self, data: &[u8], version: Version) -> Result<Vec<u8>, String> {
        let mut answer = self.0.ask(&[&[version.minor()], data].concat());
        match answer.remove(0) {
            b'=' => Ok(answer),
            _ => Err(String::from_utf8(answer).unwrap()),
        }
    }
}

/// How a source is compiled, besides its level.
#[derive(Clone, Copy)]
pub struct Way {
    pub name: &'static str,
    pub seed: &'static str,
    /// What `witness.py` has it as.
    mode: &'static str,
    /// Files are compiled in reverse order.
    pub reverse: bool,
}

pub const PLAIN: Way = Way { name: "plain", seed: "0", mode: "plain", reverse: false };

/// The ways that give other stock bytes, at times or always.
pub const OTHER_WAYS: [Way; 7] = [
    Way { name: "seed 1", seed: "1", ..PLAIN },
    Way { name: "random seed", seed: "random", ..PLAIN },
    Way { name: "reverse order", reverse: true, ..PLAIN },
    Way { name: "after imports", mode: "after-imports", ..PLAIN },
    Way { name: "forked", mode: "forked", ..PLAIN },
    Way { name: "compiled twice", mode: "twice", ..PLAIN },
    Way { name: "loaded, dumped", mode: "reloaded", ..PLAIN },
];

impl Way {
    /// Whether the platform has what it takes.
    pub fn works_here(&self) -> bool {
        cfg!(unix) || self.mode != "forked"
    }

    /// Whether sets of numbers come out in another order, because CPython itself puts elements that
    /// collide into another order when it loads them.
    pub fn reorders_number_sets(&self, version: Version) -> bool {
        self.mode == "reloaded" && version.minor() < 11
    }
}

/// An interpreter under test.
pub struct Witness(Oracle);

/// What an interpreter says of two pieces of marshal data.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub codes: u64,
    pub sets: u64,
    /// Those of several numbers, in which the order counts before 3.11.
    pub number_sets: u64,
    /// The first difference.
    pub difference: Option<String>,
}

impl Witness {
    pub fn start(python: &Python, level: u8, way: &Way) -> Witness {
        // The import system looks for the file of the level that the interpreter runs at.
        let option = ["", "-O", "-OO"][usize::from(level)];
        let mut command = run(python, way.seed, option, "witness.py");
        command.arg(way.mode);
        Witness(Oracle::start(command))
    }

    /// The marshal bytes that the interpreter makes of a source; None if it refuses it.
    pub fn compile(&mut self, name: &str, level: u8, source: &[u8]) -> Option<Vec<u8>> {
        let level = level.to_string();
        let stock = self.ask(&[b"compile", name.as_bytes(), level.as_bytes(), source]);
        Some(stock).filter(|stock| !stock.is_empty())
    }

    /// Loads both and compares field by field, constant by constant.
    pub fn compare(&mut self, stock: &[u8], form: &[u8]) -> Comparison {
        Comparison::parse(&self.ask(&[b"compare", stock, form]))
    }

    /// The same for data that the interpreter may refuse: then it must refuse both.
    pub fn compare_values(&mut self, stock: &[u8], form: &[u8]) -> Comparison {
        Comparison::parse(&self.ask(&[b"values", stock, form]))
    }

    /// Has the import system find the code of a module; says why it did not take what is cached.
    pub fn load(&mut self, path: &Path) -> Result<(), String> {
        let answer = self.ask(&[b"load", path.as_os_str().as_encoded_bytes()]);
        if answer.is_empty() { Ok(()) } else { Err(String::from_utf8_lossy(&answer).into_owned()) }
    }

    pub fn source_hash(&mut self, source: &[u8]) -> Vec<u8> {
        self.ask(&[b"hash", source])
    }

    fn ask(&mut self, fields: &[&[u8]]) -> Vec<u8> {
        let frame = |field: &&[u8]| [&(field.len() as u32).to_le_bytes(), *field].concat();
        self.0.ask(&fields.iter().flat_map(frame).collect::<Vec<u8>>())
    }
}

impl Comparison {
    fn parse(answer: &[u8]) -> Comparison {
        let answer = String::from_utf8_lossy(answer);
        let mut parts = answer.splitn(4, ' ');
        let mut count = || parts.next().unwrap().parse().unwrap();
        let (codes, sets, number_sets) = (count(), count(), count());
        let difference = parts.next().filter(|text| !text.is_empty()).map(str::to_owned);
        Comparison { codes, sets, number_sets, difference }
    }
}
