//! The native side of `tests/mutants/mutants.py`: compiles programs and says what differs from CPython.
//!
//! ```text
//! judge VERSION LEVEL NAME
//! ```
//!
//! Standard input: for each program its source, one byte (0: CPython compiled it, 1: it refused,
//! 2: it gave up), marshal data or the error, and the warnings; each but the byte behind its length
//! (4 bytes, little endian). Standard output: for each program a length and an answer, of which the
//! first letter tells the kind.

use pyrepro_bytecode::marshal;
use pyrepro_bytecode::python::Version;
use pyrepro_compiler::compile;
use pyrepro_compiler::edition::Edition;
use pyrepro_compiler::error::{Failure, Warning, WarningCategory};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::mpsc;
use std::{env, thread};

/// What CPython made of a program.
struct Program {
    source: Vec<u8>,
    kind: u8,
    result: Vec<u8>,
    warnings: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [version, level, name] = arguments.as_slice() else {
        eprintln!("judge VERSION LEVEL NAME");
        return ExitCode::from(2);
    };
    let level = level.parse().unwrap_or(0);
    // As deep as the worst program that the parser lets pass.
    let judge = Judge::new(version, level, name);
    let worker =
        thread::Builder::new().stack_size(64 << 20).spawn(move || judge.and_then(|judge| judge.run()));
    match worker.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        other => {
            eprintln!("judge: {other:?}");
            ExitCode::from(2)
        }
    }
}

struct Judge {
    edition: &'static Edition,
    version: Version,
    level: u8,
    name: String,
}

impl Judge {
    fn new(version: &str, level: u8, name: &str) -> io::Result<Self> {
        let release = Edition::of(version).map_err(io::Error::other)?;
        let short = version.rsplit_once('.').map_or(version, |(short, _)| short);
        let version = short.parse().map_err(|_| io::Error::other("no such version"))?;
        Ok(Self { edition: release.edition, version, level, name: name.to_owned() })
    }

    /// Answers until the input ends. It is read on another thread, so that whoever writes it never waits for his
    /// own reading of the answers.
    fn run(&self) -> io::Result<()> {
        panic::set_hook(Box::new(|_| {}));
        let (sender, programs) = mpsc::channel();
        thread::spawn(move || {
            let mut input = BufReader::new(io::stdin().lock());
            while let Ok(program) = read(&mut input) {
                if sender.send(program).is_err() {
                    break;
                }
            }
        });
        let mut out = BufWriter::new(io::stdout().lock());
        loop {
            let program = match programs.try_recv() {
                Ok(program) => program,
                Err(mpsc::TryRecvError::Disconnected) => break,
                Err(mpsc::TryRecvError::Empty) => {
                    out.flush()?;
                    let Ok(program) = programs.recv() else { break };
                    program
                }
            };
            let answer = self.answer(&program);
            out.write_all(&(answer.len() as u32).to_le_bytes())?;
            out.write_all(&answer)?;
        }
        out.flush()
    }

    fn answer(&self, program: &Program) -> Vec<u8> {
        let compiled = panic::catch_unwind(AssertUnwindSafe(|| {
            compile(&program.source, self.name.as_bytes(), self.edition, &[self.level])
        }));
        let compiled = match compiled {
            Ok(compiled) => compiled,
            Err(panic) => return told('P', &reason(&panic)),
        };
        match (compiled, program.kind) {
            (Err(Failure::Handover(handover)), _) => told('H', &format!("{handover:?}")),
            (_, 2) => told('H', "CPython gives up"),
            (Ok(_), 1) => told('A', &String::from_utf8_lossy(&program.result)),
            (Ok(compiled), _) => self.same_code(&compiled.code[0], &compiled.warnings, program),
            (Err(Failure::Syntax(error)), 0) => {
                told('R', &format!("{}: {} (line {})", error.kind.name(), error.message, error.span.line))
            }
            (Err(Failure::Syntax(error)), _) => {
                let has_place = error.kind.has_place();
                let line = if has_place { error.span.line.to_string() } else { "null".to_owned() };
                let ours = format!("[\"{}\", \"{}\", [{line}", error.kind.name(), json(&error.message));
                let theirs = String::from_utf8_lossy(&program.result).into_owned();
                if theirs.starts_with(&ours) {
                    told('S', "")
                } else {
                    told('M', &format!("{ours} | {theirs}"))
                }
            }
        }
    }

    fn same_code(&self, ours: &[u8], warnings: &[Warning], program: &Program) -> Vec<u8> {
        match marshal::canonical(&program.result, self.version) {
            Ok(theirs) if theirs == ours => {}
            Ok(_) => return [b"D", ours].concat(),
            Err(error) => return told('H', &format!("canonical: {error}")),
        }
        let ours: Vec<String> = warnings.iter().map(shown).collect();
        let ours = format!("[{}]", ours.join(", "));
        if ours == program.warnings {
            told('S', "")
        } else {
            told('W', &format!("{ours} | {}", program.warnings))
        }
    }
}

fn shown(warning: &Warning) -> String {
    let category = match warning.category {
        WarningCategory::Syntax => "SyntaxWarning",
        WarningCategory::Deprecation => "DeprecationWarning",
    };
    let line = if warning.line == 0 { "null".to_owned() } else { warning.line.to_string() };
    format!("[\"{category}\", {line}, \"{}\"]", json(&warning.message))
}

/// As `json.dumps` writes a string.
fn json(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

fn told(kind: char, text: &str) -> Vec<u8> {
    format!("{kind}{text}").into_bytes()
}

fn reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

fn read(input: &mut impl Read) -> io::Result<Program> {
    let source = block(input)?;
    let mut kind = [0];
    input.read_exact(&mut kind)?;
    let (result, warnings) = (block(input)?, block(input)?);
    let warnings = String::from_utf8(warnings).map_err(io::Error::other)?;
    Ok(Program { source, kind: kind[0], result, warnings })
}

fn block(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut size = [0; 4];
    input.read_exact(&mut size)?;
    let mut data = vec![0; u32::from_le_bytes(size) as usize];
    input.read_exact(&mut data)?;
    Ok(data)
}
