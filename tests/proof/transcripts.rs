//! What the pages show of a terminal: run as it is written, and answered as it is printed.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::app::{run, stdout_of};
use crate::common::tree::Tree;
use crate::common::{clean, pythons, skip};

/// A command, and what the page prints below it, if it does.
struct Step {
    command: String,
    answer: Vec<String>,
}

/// The steps of a block of a page, from the one that begins with `first` to the end of the block.
fn block(page: &str, first: &str) -> Vec<Step> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).expect("a page");
    let from = text.find(&format!("\n    $ {first}")).unwrap_or_else(|| panic!("{page} has no `{first}`"));
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = text[from + 1..].lines().peekable();
    while let Some(line) = lines.next() {
        let step = steps.last_mut();
        match (line.strip_prefix("    "), step) {
            (Some(line), _) if line.starts_with("$ ") => {
                steps.push(Step { command: line[2..].to_owned(), answer: Vec::new() });
            }
            (Some(line), Some(step)) if line.starts_with("> ") => {
                step.command += &format!("\n{}", &line[2..])
            }
            (Some(line), Some(step)) => step.answer.push(line.to_owned()),
            // An empty line is of the block if the block goes on behind it.
            (None, Some(step))
                if line.is_empty() && lines.peek().is_some_and(|next| next.starts_with("    ")) =>
            {
                step.answer.push(String::new());
            }
            _ => break,
        }
    }
    steps
}

/// Whether a line is what a page prints, where `…` is any text.
fn is_line(shown: &str, line: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(rest) = parts.next().and_then(|start| line.strip_prefix(start)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(end) = parts.pop() else { return rest.is_empty() };
    let middle = parts.into_iter().try_fold(rest, |rest, part| Some(rest.split_once(part)?.1));
    middle.is_some_and(|rest| rest.ends_with(end))
}

/// Whether lines are what a page prints, where a line `…` is any number of lines.
fn is_answer(shown: &[String], lines: &[String]) -> bool {
    match (shown, lines) {
        ([], []) => true,
        ([shown, rest @ ..], _) if shown.trim() == "…" => {
            (0..=lines.len()).any(|skipped| is_answer(rest, &lines[skipped..]))
        }
        ([shown, rest @ ..], [line, others @ ..]) => is_line(shown, line) && is_answer(rest, others),
        _ => false,
    }
}

/// A text without what differs from run to run: how long it took, and which patch of Python was there.
fn lasting(line: &str) -> String {
    let varying = [(r"\d+\.\d+ s\b", "T s"), (r"(Python 3\.\d+)\.\d+", "$1.N")];
    varying.iter().fold(line.trim_end().to_owned(), |line, (pattern, by)| {
        let pattern = fancy_regex::Regex::new(pattern).expect("a pattern");
        pattern.replace_all(&line, *by).into_owned()
    })
}

/// A terminal in a folder beside `orchard`, a copy of testdata/orchard.
struct Terminal {
    tree: Tree,
    path: std::ffi::OsString,
}

impl Terminal {
    /// None, told aloud, where a Python is missing that the pages run.
    fn new() -> Option<Terminal> {
        let tree = Tree::new();
        let bin = tree.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_pyrepro"), bin.join("pyrepro")).expect("a link");
        for minor in [10, 13] {
            let Some(python) = pythons().iter().find(|python| python.version.minor() == minor) else {
                skip(&format!("python3.{minor}"), "what the pages show is not run");
                return None;
            };
            symlink(&python.interpreter.path, bin.join(format!("python3.{minor}"))).expect("a link");
        }
        let system = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&system)));
        let terminal = Terminal { tree, path: path.expect("a PATH") };
        terminal.restore();
        Some(terminal)
    }

    /// Makes `orchard` what it was.
    fn restore(&self) {
        let orchard = self.tree.path().join("orchard");
        if orchard.exists() {
            fs::remove_dir_all(&orchard).expect("a folder");
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orchard");
        stdout_of(Command::new("cp").arg("-r").args([&source, &orchard]));
    }

    fn shell(&self, folder: &str, command: &str) -> Command {
        let mut shell = Command::new("sh");
        clean(&mut shell).env("PATH", &self.path).env("PYREPRO_PYTHON", "3.13");
        shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(self.tree.path().join(folder));
        shell
    }

    /// Runs what a page leaves out.
    fn prepare(&self, folder: &str, command: &str) {
        stdout_of(&mut self.shell(folder, command));
    }

    /// Runs a block of a page.
    fn plays(&self, folder: &str, page: &str, first: &str) {
        let steps = block(page, first);
        assert!(!steps.is_empty(), "{page}: {first}");
        for Step { command, answer } in steps {
            let output = run(&mut self.shell(folder, &command));
            let text = String::from_utf8_lossy(&output.stdout);
            if answer.is_empty() {
                assert!(output.status.success(), "{page}: `{command}` fails:\n{text}");
                continue;
            }
            let lines: Vec<String> = text.lines().map(lasting).collect();
            let shown: Vec<String> = answer.iter().map(|line| lasting(line)).collect();
            assert!(
                is_answer(&shown, &lines),
                "{page} has other words below `{command}`; it says now:\n{text}"
            );
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.tree.path().join(name)
    }

    /// Replaces a part of a file.
    fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.file(name)).expect("a text");
        assert!(text.contains(old), "{name} has no {old:?}");
        fs::write(self.file(name), text.replace(old, new)).expect("a file");
    }
}

const TREES: [&str; 2] = ["frozenset({\"apple\"", "frozenset({\"fig\", \"apple\""];

#[test]
fn the_tour_of_the_readme_is_answered_as_it_is_printed() {
    let Some(terminal) = Terminal::new() else { return };
    let page = "README.md";
    for first in [
        "for seed in",
        "pyrepro compile -s src --python 3.13 src",
        "pyrepro compile -q --compiler native",
        "pyrepro inspect src",
        "echo '# a note'",
    ] {
        terminal.plays("orchard", page, first);
    }
    terminal.restore();
    terminal.plays("", page, "pyrepro build orchard");
    let init = "orchard/src/orchard/__init__.py";
    let wheel = "pyrepro build orchard --wheel --no-manifest -q";
    let compiled = format!("{wheel} --python 3.13 --pyc checked-hash");
    terminal.prepare("", &format!("{compiled} -o before"));
    terminal.edit(init, TREES[0], TREES[1]);
    terminal.prepare("", &format!("{compiled} -o after && {wheel} -o downloaded"));
    terminal.plays("", page, "pyrepro diff before");
    terminal.edit(init, TREES[1], TREES[0]);
    terminal.plays("", page, "pyrepro verify downloaded");
    terminal.plays("orchard", page, "python3.10 -m compileall -q -f src");
}

#[test]
fn what_the_pages_do_in_the_orchard_is_answered_as_it_is_printed() {
    let Some(terminal) = Terminal::new() else { return };
    for (page, first) in [
        ("docs/build.md", "pyrepro build --sdist --wheel"),
        ("docs/manifest.md", "pyrepro zipapp src -m orchard.cli:main -o orchard.pyz"),
        ("docs/zipapp.md", "pyrepro zipapp src"),
        ("docs/verify.md", "pyrepro zipapp src -m orchard.cli:main -c"),
    ] {
        terminal.restore();
        terminal.plays("orchard", page, first);
    }
}

#[test]
fn what_the_page_on_diff_shows_is_what_it_prints() {
    let Some(terminal) = Terminal::new() else { return };
    let wheel = "pyrepro build orchard --wheel --no-manifest -q --python 3.13 --pyc checked-hash";
    terminal.prepare("", &format!("{wheel} -o old"));
    terminal.edit("orchard/src/orchard/cli.py", "name in TREES", "name not in TREES");
    terminal.edit("orchard/pyproject.toml", "keywords = [\"fruit\"]", "keywords = [\"fruit\", \"cider\"]");
    terminal.prepare("", &format!("{wheel} -o new"));
    terminal.plays("", "docs/diff.md", "pyrepro diff old");
}

#[test]
fn a_project_that_begins_gets_the_file_that_the_page_shows() {
    let Some(terminal) = Terminal::new() else { return };
    terminal.tree.write("grove/README.md", "A grove.\n");
    terminal.tree.write("grove/src/grove/__init__.py", "__version__ = '1'\n");
    terminal.plays("grove", "docs/init.md", "pyrepro init");
}

#[test]
fn an_ellipsis_stands_for_what_is_left_out_and_for_nothing_else() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let matches = |shown: &str, found: &str| is_answer(&lines(shown), &lines(found));
    assert!(matches("a … c\n…\nz", "a b c\nd\ne\nz"));
    assert!(matches("…", ""));
    assert!(!matches("a …", "b"));
    assert!(!matches("a\nz", "a\nb\nz"));
    assert!(!matches("a", "a\nb"));
}
