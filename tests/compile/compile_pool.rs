//! The pool of interpreters, with real interpreters: what it gives, and what it survives.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pyrepro::compile::{Compiler, Diagnostic, Outcome, Pool, Unit};
use pyrepro::pyc::Optimization;
use pyrepro::python::Version;

fn pythons() -> impl Iterator<Item = (PathBuf, Version)> {
    crate::common::pythons().iter().map(|python| (python.interpreter.path.clone(), python.version))
}

fn pool(python: &Path, version: Version, size: usize) -> Pool {
    Pool::new(python, version, NonZeroUsize::new(size).unwrap())
}

fn compile(pool: &Pool, name: &str, source: impl AsRef<[u8]>) -> Outcome {
    let levels = [Optimization::default()];
    pool.compile(&Unit { source: source.as_ref(), name: name.as_bytes(), levels: &levels }).unwrap()
}

fn failure(pool: &Pool, source: impl AsRef<[u8]>) -> Diagnostic {
    compile(pool, "unit.py", source).failure.expect("a source that does not compile")
}

#[test]
fn code_is_what_the_interpreter_itself_would_marshal() {
    for (python, version) in pythons() {
        let source = "import os\n\n\ndef f(a, *, b=1.5):\n    'doc'\n    assert a\n    return {b, 'x'}\n";
        let pool = pool(&python, version, 1);
        let levels = Optimization::ALL;
        let unit = Unit { source: source.as_bytes(), name: "dir/é.py".as_bytes(), levels: &levels };
        let outcome = pool.compile(&unit).unwrap();
        assert_eq!(outcome.failure, None);
        for (level, code) in outcome.codes {
            let script = "import sys, marshal\n\
                code = compile(sys.argv[1].encode(), 'dir/\\xe9.py', 'exec', optimize=int(sys.argv[2]))\n\
                assert marshal.loads(sys.stdin.buffer.read()) == code\n";
            let mut check = assert_cmd::Command::new(&python);
            check
                .args(["-c", script, source, &level.number().to_string()])
                .write_stdin(code)
                .assert()
                .success();
        }
    }
}

#[test]
fn errors_have_a_place_and_the_words_of_py_compile() {
    for (python, version) in pythons() {
        let pool = pool(&python, version, 1);
        let error = failure(&pool, "x = 1\ny = = 2\n");
        assert_eq!((error.kind.as_str(), error.line), ("SyntaxError", Some(2)), "{version}");
        assert!(error.wording.contains("  File \"unit.py\", line 2\n    y = = 2\n"), "{}", error.wording);
        assert!(error.wording.contains('^'), "{}", error.wording);
        assert_eq!(error.text.as_deref(), Some("y = = 2"));
        let error = failure(&pool, "if x:\npass\n");
        assert_eq!((error.kind.as_str(), error.line), ("IndentationError", Some(2)), "{version}");
        assert!(error.wording.starts_with("Sorry: IndentationError: expected an indented block"));
        let error = failure(&pool, b"x = 1\0\n");
        assert!(error.message.contains("null bytes"), "{version}: {error}");
        let error = failure(&pool, "# coding: nonsense\n");
        assert_eq!(error.kind, "SyntaxError");
    }
}

#[test]
fn a_warning_comes_once_however_many_levels_there_are() {
    for (python, version) in pythons() {
        let pool = pool(&python, version, 1);
        let levels = Optimization::ALL;
        let unit = Unit { source: b"x = 1\nassert (x, 'y')\n", name: b"w.py", levels: &levels };
        let outcome = pool.compile(&unit).unwrap();
        let lines: Vec<_> = outcome.warnings.iter().map(|w| (w.category.as_str(), w.line)).collect();
        assert_eq!(lines, [("SyntaxWarning", Some(2))], "{version}");
        assert_eq!(compile(&pool, "n.py", "x = 1\n").warnings, []);
    }
}

#[test]
fn deep_nesting_costs_its_unit_only() {
    let nested = [
        format!("{}1{}\n", "(".repeat(90_000), ")".repeat(90_000)),
        format!("{}1\n", "-".repeat(400_000)),
        format!("x{}\n", ".y".repeat(300_000)),
        format!("{}1\n", "1 if x else ".repeat(90_000)),
        format!("x = {}1{}\n", "[".repeat(90), "]".repeat(90)),
    ];
    for (python, version) in pythons() {
        let pool = &pool(&python, version, 2);
        std::thread::scope(|scope| {
            for source in &nested {
                scope.spawn(move || {
                    let outcome = compile(pool, "deep.py", source);
                    let crashes = version < Version::new(3, 10).unwrap() && source.starts_with("x.y.y");
                    let kind = outcome.failure.map_or(String::new(), |failure| failure.kind);
                    assert_eq!(kind == "Crash", crashes, "{version}: {} {kind}", &source[..9]);
                });
                scope.spawn(|| assert_eq!(compile(pool, "flat.py", "x = 1\n").failure, None));
            }
        });
        assert_eq!(compile(pool, "after.py", "x = 1\n").failure, None);
    }
}

#[cfg(unix)]
mod unreliable {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    /// A program in the place of an interpreter, in a folder of its own.
    struct Impostor {
        folder: tempfile::TempDir,
        version: Version,
    }

    impl Impostor {
        /// `script` is for the shell: `$python` is the real interpreter, `$here` the folder.
        fn new(script: &str) -> Impostor {
            let (python, version) = pythons().last().expect("an interpreter");
            let folder = tempfile::tempdir().unwrap();
            let (python, here) = (python.display(), folder.path().display());
            let script = format!("#!/bin/sh\npython='{python}'\nhere='{here}'\n{script}\n");
            let path = folder.path().join("python");
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
            Impostor { folder, version }
        }

        /// Greets as it should, then does what `answer` says, in Python.
        fn that_answers(answer: &str) -> Impostor {
            let impostor = Impostor::new("exec \"$python\" -S \"$here/answer.py\"");
            let program = format!(
                "import sys, os\n\
                 magic = sys.modules['_frozen_importlib_external'].MAGIC_NUMBER\n\
                 number = lambda n: n.to_bytes(4, 'little')\n\
                 field = lambda data: number(len(data)) + data\n\
                 def send(n, data): os.write(1, number(len(data) + 4) + number(n) + data)\n\
                 send(0, field(b'pyrepro') + field(b'3') + field(magic))\n\
                 os.read(0, 100000)\n{answer}\n"
            );
            std::fs::write(impostor.folder.path().join("answer.py"), program).unwrap();
            impostor
        }

        fn pool(&self, limit: Duration) -> Pool {
            let one = NonZeroUsize::MIN;
            Pool::with_limit(self.folder.path().join("python"), self.version, one, limit)
        }

        fn failure(&self) -> String {
            failure(&self.pool(Duration::from_secs(20)), "x = 1\n").to_string()
        }
    }

    #[test]
    fn what_is_no_worker_is_named() {
        for (script, reason) in [
            ("exit 0", "ended by itself with exit code 0"),
            ("echo 'no encodings' >&2; exit 3", "ended by itself with exit code 3: no encodings"),
            ("echo 'this is no greeting'", "gave an answer 1936287860 bytes long"),
        ] {
            let impostor = Impostor::new(script);
            let unit = Unit { source: b"x = 1\n", name: b"x.py", levels: &[Optimization::default()] };
            let error = impostor.pool(Duration::from_secs(20)).compile(&unit).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("python"), "{error}");
        }
        let unit = Unit { source: b"", name: b"x.py", levels: &[Optimization::default()] };
        let missing = Pool::new("/no/such/python", Version::new(3, 13).unwrap(), NonZeroUsize::MIN);
        assert!(missing.compile(&unit).unwrap_err().to_string().contains("/no/such/python"));
    }

    #[test]
    fn rubbish_is_an_error_of_the_unit() {
        for (answer, reason) in [
            ("send(7, b'')", "an answer to request 7, expected 1"),
            ("os.write(1, b'\\xff' * 50)", "an answer 4294967295 bytes long"),
            ("send(1, b'\\1\\0\\0\\0')", "an answer that makes no sense"),
            ("send(1, b'')", "an answer that makes no sense"),
            ("send(1, field(b'code') + field(b'1') + field(b'N'))", "an answer that makes no sense"),
            ("send(1, field(b'code') + field(b'0'))", "an answer that makes no sense"),
            ("os.write(1, number(90) + number(1) + b'cut'); os._exit(5)", "ended by itself with exit code 5"),
            ("os.abort()", "was killed by signal 6 (SIGABRT)"),
        ] {
            let failure = Impostor::that_answers(answer).failure();
            assert!(failure.starts_with("Crash: the interpreter ") && failure.contains(reason), "{failure}");
        }
    }

    #[test]
    fn a_unit_that_takes_too_long_is_given_up() {
        let impostor = Impostor::that_answers("import time; time.sleep(600)");
        let started = Instant::now();
        let failure = failure(&impostor.pool(Duration::from_millis(500)), "x = 1\n");
        assert_eq!(failure.to_string(), "Timeout: not compiled within 0.5 s");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_worker_that_never_reads_is_given_up_even_while_a_large_source_is_written() {
        let impostor = Impostor::new("exec sleep 600");
        let failure = failure(&impostor.pool(Duration::from_millis(300)), "#".repeat(400_000));
        assert_eq!(failure.kind, "Timeout");
    }

    #[test]
    fn workers_killed_or_stopped_from_outside_cost_nothing() {
        let impostor = Impostor::new("echo $$ >>\"$here/pids\"; exec \"$python\" \"$@\"");
        let pool = &impostor.pool(Duration::from_secs(2));
        let pids = impostor.folder.path().join("pids");
        let pids = || std::fs::read_to_string(&pids).unwrap_or_default();
        let source = &"def f(x):\n    return [x, {x: x}]\n".repeat(500);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for number in 0..40 {
                        let outcome = compile(pool, &format!("{thread}_{number}.py"), source);
                        assert_eq!(outcome.failure, None);
                    }
                });
            }
            for signal in ["-KILL", "-STOP", "-TERM"] {
                std::thread::sleep(Duration::from_millis(150));
                if let Some(pid) = pids().lines().last() {
                    Command::new("kill").args([signal, pid]).status().unwrap();
                }
            }
        });
        assert!(pids().lines().count() > 1, "at least one was replaced");
    }

    #[test]
    fn no_process_outlives_the_pool() {
        let impostor = Impostor::new("echo $$ >>\"$here/pids\"; exec \"$python\" \"$@\"");
        let pool = impostor.pool(Duration::from_secs(20));
        assert_eq!(compile(&pool, "x.py", "x = 1\n").failure, None);
        let pid = std::fs::read_to_string(impostor.folder.path().join("pids")).unwrap();
        let is_there = || Command::new("kill").args(["-0", pid.trim()]).status().unwrap().success();
        assert!(is_there());
        drop(pool);
        assert!(!is_there());
    }
}
