//! What `pyrepro compile` does when the world is against it.

#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::tree::Tree;
use crate::common::{newest, pyrepro, pythons};
use pyrepro::compile::{self, Compiler, Outcome, Request, Unavailable, Unit};
use pyrepro::pyc::{Header, Pyc, SourceHash};

fn command(tree: &Tree, arguments: &[&str]) -> Command {
    let mut command = pyrepro();
    command.args(["compile", "--python"]).arg(&newest().interpreter.path);
    command.args(arguments).current_dir(tree.path());
    command
}

fn run(tree: &Tree, arguments: &[&str]) -> Output {
    command(tree, arguments).output().expect("a run")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Many sources that take a while each.
fn slow_tree(count: usize) -> Tree {
    let tree = Tree::new();
    for number in 0..count {
        tree.write(format!("src/m{number}.py"), "def f(x):\n    return [x, {x: x}, (x, x)]\n".repeat(3000));
    }
    tree
}

/// That every bytecode file is whole and canonical, and that there is nothing else.
fn assert_whole(tree: &Tree) {
    for (path, bytes) in tree.pycs() {
        let canonical = Pyc::parse(&bytes).and_then(|pyc| pyc.canonical());
        assert!(canonical.is_ok_and(|canonical| canonical == bytes), "{}", path.display());
    }
    let others = tree.files().into_iter().filter(|path| {
        !path
            .extension()
            .is_some_and(|extension| extension == "py" || extension == "pyc" || extension == "txt")
    });
    assert_eq!(others.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A wrapper of the interpreter that notes the process ids, and a command that uses it.
fn with_noted_pids(tree: &Tree) -> Command {
    let wrapper = tree.path().join("python.txt");
    let real = newest().interpreter.path.display();
    let script = format!("#!/bin/sh\necho $$ >>'{}/pids.txt'\nexec '{real}' \"$@\"\n", tree.path().display());
    fs::write(&wrapper, script).expect("a script");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut command = pyrepro();
    command.args(["compile", "-j2", "--python"]).arg(wrapper).arg("src").current_dir(tree.path());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn living(tree: &Tree) -> usize {
    let pids = fs::read_to_string(tree.path().join("pids.txt")).unwrap_or_default();
    let lives = |pid: &&str| {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        state.contains(") ") && !state.contains(") Z")
    };
    pids.lines().filter(lives).count()
}

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill").success());
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_run_leaves_whole_files_no_others_and_no_process() {
    for name in ["-INT", "-TERM"] {
        let tree = slow_tree(60);
        let mut child = with_noted_pids(&tree).spawn().expect("a run");
        wait_for("the first files", || tree.pycs().len() > 2);
        signal(&child, name);
        let status = child.wait().expect("an end");
        assert_eq!(status.code(), Some(2), "{name}: {status}");
        assert!(tree.pycs().len() < 60, "{name} came too late");
        assert_whole(&tree);
        wait_for("the end of the workers", || living(&tree) == 0);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_run_leaves_whole_files_and_no_process() {
    let tree = slow_tree(60);
    let mut child = with_noted_pids(&tree).spawn().expect("a run");
    wait_for("the first files", || tree.pycs().len() > 2);
    signal(&child, "-KILL");
    assert_eq!(child.wait().expect("an end").signal(), Some(9));
    wait_for("the end of the workers", || living(&tree) == 0);
    for path in tree.files() {
        // What was being written when it was killed cannot be taken away any more.
        if path.to_string_lossy().contains("/.pyrepro-") {
            fs::remove_file(tree.path().join(path)).expect("a leftover");
        }
    }
    assert_whole(&tree);
    assert_eq!(run(&tree, &["-q", "src"]).status.code(), Some(0), "and the next run goes on");
    assert_eq!(tree.pycs().len(), 60);
}

#[test]
fn two_runs_on_one_tree_do_not_disturb_each_other() {
    let tree = Tree::of_many_kinds();
    let runs: Vec<Child> = (0..4)
        .map(|_| command(&tree, &["-f", "-q", "-o", "0", "-o", "1", "src"]).spawn().expect("a run"))
        .collect();
    for mut run in runs {
        assert!(run.wait().expect("an end").success());
    }
    fs::remove_file(tree.path().join("src/script")).expect("a file");
    for link in ["src/loop", "src/data.txt"] {
        fs::remove_file(tree.path().join(link)).expect("a file");
    }
    assert_whole(&tree);
    assert_eq!(run(&tree, &["--check", "-o", "0", "-o", "1", "src"]).status.code(), Some(0));
}

#[test]
fn a_file_that_cannot_be_written_whole_is_not_written() {
    // No disk has to be full for this: the limit on the size of files does as well.
    let tree = Tree::new();
    tree.write("src/large.py", (0..20_000).map(|n| format!("x{n} = {n}\n")).collect::<String>());
    tree.write("src/small.py", "x = 1\n");
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""]);
    let inner = command(&tree, &["-q", "src"]);
    limited.arg(inner.get_program()).args(inner.get_args()).current_dir(tree.path());
    let output = limited.output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("large.") && stderr(&output).contains("File too large"),
        "{}",
        stderr(&output)
    );
    assert_eq!(tree.pycs().len(), 1);
    assert_whole(&tree);
}

/// Runs as somebody to whom permissions apply, which they do not for the superuser.
fn as_nobody(mut command: Command) -> Option<Output> {
    let superuser =
        fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if superuser {
        command.uid(65534).gid(65534);
    }
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("skipped: cannot run as another user: {error}");
            None
        }
    }
}

#[test]
fn what_may_not_be_read_or_written_is_named_and_the_rest_done() {
    let tree = Tree::new();
    tree.write("src/secret/s.py", "x = 1\n");
    tree.write("src/fine/f.py", "x = 1\n");
    tree.write("src/fixed/r.py", "x = 1\n");
    tree.write("src/closed/c.py", "x = 1\n");
    let set = |path: &str, mode| {
        fs::set_permissions(tree.path().join(path), fs::Permissions::from_mode(mode)).expect("permissions");
    };
    for folder in ["", "src", "src/secret", "src/fine"] {
        set(folder, 0o777);
    }
    set("src/secret/s.py", 0o000);
    set("src/fixed", 0o555);
    set("src/closed", 0o000);
    // Neither the program nor the interpreter need lie where nobody may go.
    let probe = as_nobody({
        let mut probe = Command::new(&newest().interpreter.path);
        probe.args(["-c", ""]);
        probe
    });
    let program = Command::new(env!("CARGO_BIN_EXE_pyrepro")).arg("--version").uid(65534).output();
    let runs = probe.is_some_and(|output| output.status.success()) && program.is_ok();
    let output = runs.then(|| as_nobody(command(&tree, &["-q", "src"]))).flatten();
    set("src/closed", 0o755);
    let Some(output) = output else {
        eprintln!("skipped: somebody else may not run these programs");
        return;
    };
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("cannot read src/secret/s.py: Permission denied"), "{error}");
    assert!(error.contains("cannot write src/fixed/__pycache__/r."), "{error}");
    assert!(error.contains("src/closed: Permission denied"), "{error}");
    assert_eq!(tree.pycs().len(), 1, "src/fine is compiled");
}

#[test]
fn loops_of_links_have_an_end() {
    let tree = Tree::new();
    tree.write("src/a/m.py", "x = 1\n");
    let link = |target: &str, link: &str| {
        std::os::unix::fs::symlink(target, tree.path().join(link)).expect("a link");
    };
    link("..", "src/a/up");
    link("self.py", "src/a/self.py");
    link("nowhere.py", "src/a/dangling.py");
    link("round", "round");
    let output = run(&tree, &["src"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(tree.pycs().len(), 1);
    assert_eq!(run(&tree, &["round"]).status.code(), Some(2));
}

#[test]
fn a_source_of_50_megabytes_is_compiled() {
    let tree = Tree::new();
    let mut file = fs::File::create(tree.path().join("large.py")).expect("a file");
    file.write_all(b"TEXT = '''").expect("space");
    for _ in 0..50 {
        file.write_all(&vec![b'x'; 1 << 20]).expect("space");
    }
    file.write_all(b"'''\nEND = True\n").expect("space");
    drop(file);
    let output = run(&tree, &["large.py"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(tree.pycs()[0].1.len() > 50 << 20);
}

#[test]
fn hostile_modules_around_the_interpreter_are_not_run() {
    for python in pythons() {
        let tree = Tree::new();
        tree.write("bad.py", "x = = 1\n");
        tree.write("odd.py", "assert (1, 'always')\n");
        let evil = format!("open({:?}, 'a').write(__name__)\n", tree.path().join("EXECUTED"));
        let names = [
            "sitecustomize",
            "usercustomize",
            "ast",
            "os",
            "io",
            "warnings",
            "marshal",
            "gc",
            "posix",
            "py_compile",
            "traceback",
            "encodings",
            "codecs",
            "importlib",
            "enum",
            "linecache",
            "site",
            "re",
            "tokenize",
            "_signal",
        ];
        for name in names {
            tree.write(format!("{name}.py"), &evil);
            tree.write(format!("hooks/{name}.py"), &evil);
        }
        let hooks = tree.path().join("hooks");
        let mut command = pyrepro();
        command.args(["compile", "--python"]).arg(&python.interpreter.path).args(["bad.py", "odd.py"]);
        command.current_dir(tree.path()).env("PYTHONPATH", format!(".:{}", hooks.display()));
        command
            .env("PYTHONSTARTUP", hooks.join("site.py"))
            .env("PYTHONUSERBASE", &hooks)
            .env("PYTHONINSPECT", "1");
        command.env("PYTHONHOME", "/nonexistent").env("PYTHONWARNINGS", "error");
        let output = command.output().expect("a run");
        assert_eq!(output.status.code(), Some(1), "{} {}", python.version, stderr(&output));
        assert!(!tree.path().join("EXECUTED").exists(), "{}", python.version);
    }
}

#[test]
fn a_source_that_crashes_the_compiler_is_one_failure_among_many() {
    let tree = Tree::new();
    for number in 0..20 {
        tree.write(format!("src/m{number:02}.py"), "x = 1\n");
    }
    tree.write("src/m10_deep.py", format!("x{}\n", ".y".repeat(300_000)));
    let oldest = &pythons()[0];
    let mut command = pyrepro();
    command.args(["compile", "--python"]).arg(&oldest.interpreter.path).arg("src");
    let output = command.current_dir(tree.path()).output().expect("a run");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(tree.pycs().len(), 20, "{told}");
    assert!(told.contains("Compiling 'src/m10_deep.py'...\n*** Sorry: "), "{told}");
    if oldest.version.minor() < 10 {
        assert!(told.contains("Crash: the interpreter was killed by signal 11 (SIGSEGV)"), "{told}");
    }
}

/// A compiler in whose hands something happens to the sources.
struct Meanwhile<F>(F);

impl<F: Fn(&Unit<'_>) + Sync> Compiler for Meanwhile<F> {
    fn compile(&self, unit: &Unit<'_>) -> Result<Outcome, Unavailable> {
        (self.0)(unit);
        let version = newest().version;
        let pool = compile::Pool::new(&newest().interpreter.path, version, std::num::NonZeroUsize::MIN);
        pool.compile(unit)
    }
}

#[test]
fn bytecode_is_of_the_source_that_was_compiled_even_if_it_changes_meanwhile() {
    let tree = Tree::new();
    let path = tree.write("m.py", "old = 1\n");
    let compiler = Meanwhile(|_: &Unit<'_>| fs::write(&path, "new = 2\n").expect("a file"));
    let version = newest().version;
    let request = Request::new(version, [&path]);
    let summary = compile::run(&request, &compiler, &AtomicBool::new(false), |_| Ok(())).expect("a run");
    assert_eq!(summary.compiled, 1);
    let header = Header::parse(&tree.pycs()[0].1).expect("a header");
    assert_eq!(header.invalidation.source_hash(), Some(SourceHash::of(b"old = 1\n", version)));
    let again = run(&tree, &["--check", path.to_str().expect("UTF-8")]);
    assert_eq!(again.status.code(), Some(1), "it is known to be stale");
}

#[test]
fn a_source_that_vanishes_is_no_error() {
    let tree = Tree::new();
    for number in 0..50 {
        tree.write(format!("src/m{number:02}.py"), "x = 1\n");
    }
    let first = AtomicBool::new(true);
    let compiler = Meanwhile(|_: &Unit<'_>| {
        if first.swap(false, Ordering::SeqCst) {
            for number in 40..50 {
                fs::remove_file(tree.path().join(format!("src/m{number:02}.py"))).expect("a source");
            }
        }
    });
    let request = Request::new(newest().version, [tree.path().join("src")]);
    let summary = compile::run(&request, &compiler, &AtomicBool::new(false), |_| Ok(())).expect("a run");
    assert_eq!((summary.compiled, summary.troubles), (40, 0));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let tree = Tree::of_many_kinds();
    let mut child = command(&tree, &["-f", "src"]).stdout(Stdio::piped()).spawn().expect("a run");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}

#[test]
fn an_interpreter_that_breaks_on_the_way_ends_the_run_with_its_reason() {
    let tree = Tree::of_many_kinds();
    let fake = tree.path().join("python");
    let real = newest().interpreter.path.display();
    // It answers the probe, and nothing else.
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *marshal.dumps*) echo broken >&2; exit 7;; esac\nexec '{real}' \"$@\"\n"
    );
    fs::write(&fake, script).expect("a script");
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut command = pyrepro();
    command.args(["compile", "--format", "json", "--compiler", "interpreter", "--python"]).arg(&fake);
    let output = command.arg("src").current_dir(tree.path()).output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output)
            .contains("does not compile: the interpreter ended by itself with exit code 7: broken"),
        "{}",
        stderr(&output)
    );
    serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("the document is whole");
    assert!(tree.pycs().is_empty() && Path::new(&fake).exists());
}

#[test]
fn a_worker_that_is_killed_at_its_start_is_started_again() {
    let tree = Tree::new();
    for name in ["a", "b", "c"] {
        tree.write(format!("src/{name}.py"), "x = 1\n");
    }
    // What is started to compile runs with -X utf8, and what is only asked which Python it is does not.
    let once = tree.path().join("once.txt");
    let wrapper = tree.path().join("python.txt");
    let real = newest().interpreter.path.display();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *'-X utf8'*) mkdir '{}' 2>/dev/null && kill -9 $$;; esac\nexec '{real}' \"$@\"\n",
        once.display()
    );
    fs::write(&wrapper, script).expect("a script");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut command = pyrepro();
    command.args(["compile", "--compiler", "interpreter", "-j1", "--python"]).arg(wrapper).arg("src");
    let output = command.current_dir(tree.path()).output().expect("a run");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(once.is_dir(), "one was killed");
    assert_eq!(tree.pycs().len(), 3);
}
