//! `pyrepro compile` against `python -m compileall` and `python -m py_compile`, on copies of a tree:
//! the same files, with the same headers and code, and the same exit code.

#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};

/// Compares the bytecode below two folders, but for the representation of code.
const COMPARE: &str = r#"
import marshal, os, sys, types

def pycs(root):
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(('.pyc', '.pyc2', 'c')) and not name.endswith('.py'):
                path = os.path.join(folder, name)
                with open(path, 'rb') as file:
                    found[os.path.relpath(path, root)] = file.read(), os.stat(path).st_nlink
    return found

def value(x):
    if isinstance(x, types.CodeType):
        names = sorted(n for n in dir(x) if n.startswith('co_') and n not in ('co_lnotab', 'co_lines', 'co_positions', 'co_branches'))
        return tuple((n, value(getattr(x, n))) for n in names if not callable(getattr(x, n)))
    if isinstance(x, tuple):
        return tuple(map(value, x))
    return type(x).__name__, x if isinstance(x, frozenset) else repr(x)

theirs, ours = pycs(sys.argv[1]), pycs(sys.argv[2])
for name in sorted(set(theirs) | set(ours)):
    if name not in theirs or name not in ours:
        print('only in', 'ours' if name in ours else 'theirs', name)
        continue
    (a, links_a), (b, links_b) = theirs[name], ours[name]
    if a[:16] != b[:16]:
        print(name, 'header', a[:16].hex(), b[:16].hex())
    elif value(marshal.loads(a[16:])) != value(marshal.loads(b[16:])):
        print(name, 'code', marshal.loads(a[16:]).co_filename, marshal.loads(b[16:]).co_filename)
    if links_a != links_b:
        print(name, 'links', links_a, links_b)
"#;

/// The oldest, the middle and the newest.
fn three() -> Vec<&'static Python> {
    let all = pythons();
    let mut three = vec![&all[0], &all[all.len() / 2], &all[all.len() - 1]];
    three.dedup_by_key(|python| python.version);
    three
}

struct Case {
    python: &'static Python,
    module: &'static str,
    theirs: Tree,
    ours: Tree,
}

impl Case {
    fn new(python: &'static Python, module: &'static str) -> Case {
        Case { python, module, theirs: Tree::of_many_kinds(), ours: Tree::of_many_kinds() }
    }

    fn change(&self, change: impl Fn(&Tree)) {
        change(&self.theirs);
        change(&self.ours);
    }

    /// Runs both. What says `TREE` stands for the folder that a run is in.
    fn run(&self, arguments: &[&str], input: &str) -> [Output; 2] {
        let mut theirs = Command::new(&self.python.interpreter.path);
        theirs.args(["-I", "-m", self.module]);
        let mut ours = pyrepro();
        ours.args(["compile", "--python"]).arg(&self.python.interpreter.path);
        [(theirs, &self.theirs), (ours, &self.ours)].map(|(mut command, tree)| {
            let place = tree.path().to_str().expect("a path in UTF-8");
            command.current_dir(tree.path());
            command.args(arguments.iter().map(|argument| argument.replace("TREE", place)));
            let mut command = assert_cmd::Command::from_std(command);
            command.write_stdin(input).output().expect("a run")
        })
    }

    /// Runs both and expects the same of them.
    fn agree(&self, arguments: &[&str]) {
        self.agree_on(arguments, "");
    }

    fn agree_on(&self, arguments: &[&str], input: &str) {
        let [theirs, ours] = self.run(arguments, input);
        let told = format!(
            "Python {} {arguments:?}\n--- theirs\n{}{}\n--- ours\n{}{}",
            self.python.version,
            String::from_utf8_lossy(&theirs.stdout),
            String::from_utf8_lossy(&theirs.stderr),
            String::from_utf8_lossy(&ours.stdout),
            String::from_utf8_lossy(&ours.stderr)
        );
        assert_eq!(theirs.status.code(), ours.status.code(), "{told}");
        assert_eq!(self.difference(), "", "{told}");
    }

    fn difference(&self) -> String {
        let mut compare = self.python.command();
        let output = compare.args(["-c", COMPARE]).args([self.theirs.path(), self.ours.path()]).output();
        let output = output.expect("a comparison");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }
}

/// Every option of compileall in its variants; the paths come last. The second is the first release
/// that has it.
const OPTIONS: &[(&[&str], u8)] = &[
    (&["-l"], 7),
    (&["-r", "1"], 7),
    (&["-r", "0"], 7),
    (&["-f"], 7),
    (&["-q"], 7),
    (&["-qq"], 7),
    (&["-b"], 7),
    (&["-d", "/dest"], 7),
    (&["-x", r"o\w+\.py$|(?<=linked_)in"], 7),
    (&["-i", "list"], 7),
    (&["--invalidation-mode", "unchecked-hash"], 7),
    (&["--invalidation-mode", "timestamp"], 7),
    (&["-s", "src/pkg"], 12),
    (&["-p", "/pre/fix"], 9),
    (&["-d", ""], 7),
    (&["-s", ""], 9),
    (&["-p", ""], 9),
    (&["-e", ""], 9),
    (&["-i", ""], 7),
    (&["-o", "1"], 9),
    (&["-o", "0", "-o", "2", "-o", "1", "-o", "2"], 9),
    (&["-e", "src"], 9),
    (&["--hardlink-dupes", "-o", "0", "-o", "1", "-o", "2"], 9),
];

/// What one run gets: checked-hash, which is our default, unless another mode is asked for.
fn line<'a>(options: &[&[&'a str]], paths: &[&'a str]) -> Vec<&'a str> {
    let mut line: Vec<&str> = options.concat();
    if !line.contains(&"--invalidation-mode") {
        line.extend(["--invalidation-mode", "checked-hash"]);
    }
    line.extend(paths);
    line
}

fn in_parallel(cases: Vec<Box<dyn Fn() + Send + Sync>>) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    case();
                }
            });
        }
    });
}

fn listed(tree: &Tree) {
    tree.write("list", "src/odd/latin.py\n  src/namespace  \n");
}

#[test]
fn every_option_of_compileall_does_what_it_does_there() {
    let mut cases: Vec<Box<dyn Fn() + Send + Sync>> = Vec::new();
    for python in three() {
        for (option, _) in OPTIONS.iter().filter(|(_, since)| *since <= python.version.minor()) {
            // Each in a tree of its own: compileall would keep what records the name of an earlier run.
            for paths in [&["src"][..], &["src/top.py", "./src/pkg"]] {
                cases.push(Box::new(move || {
                    let case = Case::new(python, "compileall");
                    case.change(listed);
                    case.agree(&line(&[option], paths));
                }));
            }
        }
    }
    in_parallel(cases);
}

/// Each pair on one of the three interpreters, in turn: all pairs on all of them take minutes.
#[test]
fn every_two_options_of_compileall_do_what_they_do_there() {
    let pythons = three();
    let pairs = OPTIONS
        .iter()
        .enumerate()
        .flat_map(|(at, one)| OPTIONS[at + 1..].iter().map(move |other| (one, other)));
    let mut cases: Vec<Box<dyn Fn() + Send + Sync>> = Vec::new();
    for (number, ((one, since), (other, later))) in
        pairs.filter(|((one, _), (other, _))| can_join(one, other)).enumerate()
    {
        let able: Vec<_> =
            pythons.iter().filter(|python| python.version.minor() >= *since.max(later)).copied().collect();
        let Some(&python) = able.get(number % able.len().max(1)) else { continue };
        cases.push(Box::new(move || {
            let case = Case::new(python, "compileall");
            case.change(listed);
            case.agree(&line(&[one, other], &["src"]));
        }));
    }
    println!("{} cases", cases.len());
    in_parallel(cases);
}

/// One that is given twice, or that would have to be refused, has a test of its own. compileall
/// itself fails at hard links with -b, for it removes the file that it then wants to link to.
fn can_join(one: &[&str], other: &[&str]) -> bool {
    let names = [one[0], other[0]];
    let is = |a: &str, b: &str| names.contains(&a) && names.contains(&b);
    one[0] != other[0]
        && !is("-d", "-s")
        && !is("-d", "-p")
        && !is("-o", "--hardlink-dupes")
        && !is("-b", "--hardlink-dupes")
}

#[test]
fn conflicts_are_refused_as_compileall_refuses_them() {
    for python in three().into_iter().filter(|python| python.version.minor() >= 9) {
        for arguments in [
            &["-d", "x", "-s", "y", "src"][..],
            &["-d", "x", "-p", "y", "src"],
            &["--hardlink-dupes", "-o", "1", "src"],
            &["--hardlink-dupes", "src"],
            &["--invalidation-mode", "sometimes", "src"],
            &["-o", "many", "src"],
            &["--no-such-option", "src"],
        ] {
            let case = Case::new(python, "compileall");
            let codes = case.run(arguments, "").map(|output| output.status.code());
            // Without -o they notice only when the list is read: any failure will do for them.
            assert_ne!(codes[0], Some(0), "{arguments:?}");
            assert_eq!(codes[1], Some(2), "{arguments:?}");
            assert!(case.ours.pycs().is_empty());
        }
    }
}

#[test]
fn sources_that_do_not_compile_fail_as_they_do_there() {
    let bad: [(&str, &[u8]); 7] = [
        ("syntax.py", b"x = = 1\n"),
        ("indent.py", b"if x:\npass\n"),
        ("nul.py", b"x = 1\0\n"),
        ("utf16.py", "\u{feff}x = 1\n".as_bytes()),
        ("cookie.py", b"# coding: nonsense\n"),
        ("bytes.py", b"x = '\xff'\n"),
        ("outside.py", b"return 1\n"),
    ];
    for python in three() {
        for (name, bytes) in bad {
            for quiet in ["-f", "-q", "-qq"] {
                let case = Case::new(python, "compileall");
                let utf16 = || [&b"\xff\xfe"[..], b"x\0 \0=\0 \x001\0\n\0"].concat();
                let bytes = if name == "utf16.py" { utf16() } else { bytes.to_vec() };
                case.change(|tree| drop(tree.write(Path::new("src/odd").join(name), &bytes)));
                let arguments = line(&[&[quiet]], &["src"]);
                case.agree(&arguments);
                let told = case.run(&arguments, "").map(|output| told_of(name, &output));
                assert_eq!(told[0], told[1], "{} {name} {quiet}", python.version);
            }
        }
    }
}

/// What was said of one source. Which others were compiled before it depends on what was fresh, and
/// a summary is ours alone.
fn told_of(name: &str, output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let others = |line: &&str| line.starts_with("Compiling") && !line.contains(name);
    let is_summary = |line: &&str| line.contains(" compiled") && line.ends_with(" s");
    let lines =
        text.lines().filter(|line| !line.starts_with("Listing") && !others(line) && !is_summary(line));
    lines.map(str::to_owned).collect()
}

#[test]
fn names_from_standard_input_are_those_that_compileall_takes() {
    for python in three() {
        let case = Case::new(python, "compileall");
        case.agree_on(&line(&[&["-i", "-"]], &[]), "src/top.py\nsrc/pkg/sub\n");
    }
}

#[test]
fn names_in_lists_may_end_with_a_nul() {
    let tree = Tree::new();
    for name in [" blank .py", "line\nend.py", "-.py"] {
        tree.write(name, "x = 1\n");
    }
    let mut command = pyrepro();
    command
        .args(["compile", "--python"])
        .arg(&three()[0].interpreter.path)
        .args(["-0", "-i", "-", "--format", "json"]);
    let mut command = assert_cmd::Command::from_std(command);
    command.current_dir(tree.path()).write_stdin(" blank .py\0line\nend.py\0-.py\0none/x.py");
    let output = command.output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(tree.pycs().len(), 3);
    // Programs may read the records line by line.
    let text = String::from_utf8(output.stdout).expect("JSON");
    assert_eq!(text.lines().filter(|line| line.starts_with("{\"source\"")).count(), 3);
}

#[test]
fn file_names_of_any_bytes_are_recorded_as_compileall_records_them() {
    use std::os::unix::ffi::OsStrExt;
    for python in three() {
        let case = Case::new(python, "compileall");
        for name in
            [&b"new\nline.py"[..], b"caf\xe9.py", "größe.py".as_bytes(), b"it's \"q\".py", b"\xed\xa0\x80.py"]
        {
            let path = Path::new("src").join(std::ffi::OsStr::from_bytes(name));
            case.change(|tree| drop(tree.write(&path, "def f(): pass\n")));
        }
        case.agree(&line(&[], &["src"]));
    }
}

#[test]
fn files_for_py_compile_are_compiled_whatever_their_ending() {
    for python in three() {
        let run = |arguments: &[&str], input: &str| {
            let case = Case::new(python, "py_compile");
            // py_compile has no option for the mode, but takes it from here, as checked-hash.
            case.change(|tree| drop(tree.write("src/bad.py", "x = = 1\n")));
            let [theirs, ours] = case.run(arguments, input);
            assert_eq!(theirs.status.code(), ours.status.code(), "{} {arguments:?}", python.version);
            let names = |tree: &Tree| tree.pycs().into_iter().map(|(path, _)| path).collect::<Vec<_>>();
            assert_eq!(names(&case.theirs), names(&case.ours), "{arguments:?}");
        };
        run(&["src/top.py"], "");
        run(&["src/top.py", "src/pkg/one.py", "src/script"], "");
        run(&["src/linked_in.py"], "");
        run(&["src/bad.py"], "");
        run(&["-"], "src/top.py\nsrc/odd/latin.py\n");
        if python.version.minor() >= 10 {
            run(&["-q", "src/bad.py"], "");
        }
    }
}
