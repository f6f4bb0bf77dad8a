//! Backends that fail, hang, lie and litter.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pyrepro::backend::{Artifact, Error, Isolation, Request, Session};

use super::project::build;
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};

/// A project with a backend of its own, whose hook for wheels has this body.
struct Faulty {
    tree: Tree,
    request: Request,
}

impl Faulty {
    fn new(body: &str) -> Faulty {
        let tree = Tree::new();
        tree.write(
            "project/pyproject.toml",
            "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['back']\n",
        );
        let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
        tree.write(
            "project/back/own.py",
            format!("import os, sys, time, zipfile\n\n{WHEEL}\n\ndef build_wheel(out, settings, metadata):\n{body}"),
        );
        std::fs::create_dir(tree.path().join("root")).expect("a folder");
        let python = newest().interpreter.path.clone();
        let request = Request {
            isolation: Isolation::Installed,
            root: tree.path().join("root"),
            time_limit: Some(Duration::from_secs(60)),
            ..Request::new(tree.path().join("project"), python)
        };
        Faulty { tree, request }
    }

    fn error(&self) -> String {
        let error = build(&self.request, Artifact::Wheel).expect_err("a fault");
        self.assert_clean();
        error.to_string()
    }

    fn assert_clean(&self) {
        let files = self.tree.files();
        assert_eq!(files, [Path::new("project/back/own.py"), Path::new("project/pyproject.toml")]);
        assert_eq!(std::fs::read_dir(&self.request.root).expect("the root").count(), 0);
    }
}

/// What makes a wheel of any name and metadata.
const WHEEL: &str = "
def wheel(path, head='Name: own\\nVersion: 1\\n', top='own-1'):
    with zipfile.ZipFile(path, 'w') as file:
        file.writestr(top + '.dist-info/METADATA', 'Metadata-Version: 2.1\\n' + head + '\\n')
";

const GOOD: &str = "name = 'own-1-py3-none-any.whl'\nwheel(os.path.join(out, name))\nreturn name";

#[test]
fn a_good_backend_may_print_what_it_likes() {
    let noisy = Faulty::new(&format!("print('{{}}\\x00junk')\nos.write(1, b'\\xff' * 300000)\n{GOOD}"));
    let (name, _) = build(&noisy.request, Artifact::Wheel).expect("a wheel");
    assert_eq!(name, "own-1-py3-none-any.whl");
    noisy.assert_clean();
}

#[test]
fn a_failure_is_told_with_the_last_words() {
    let message = Faulty::new("print('x' * 5 + '\\x1b[2J')\nraise RuntimeError('no apples')").error();
    assert!(
        message.starts_with("build_wheel of the backend own failed: it ended with exit code 1"),
        "{message}"
    );
    assert!(
        message.contains("\n  | xxxxx[2J\n") && message.ends_with("RuntimeError: no apples"),
        "{message}"
    );
    let message = Faulty::new("os.abort()").error();
    assert!(message.contains("killed by signal 6"), "{message}");
    let message = Faulty::new("print('bye', flush=True)\nos._exit(0)").error();
    assert!(message.contains("gave no answer; its last output:\n  | bye"), "{message}");
}

#[test]
fn a_hanging_backend_is_ended_with_all_that_it_has_started() {
    let mut hanging = Faulty::new(
        "import subprocess\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])\ntime.sleep(100)",
    );
    hanging.request.time_limit = Some(Duration::from_secs(5));
    let started = Instant::now();
    let message = hanging.error();
    // On a machine with much to do even the hook before may take as long.
    assert!(message.contains(" of the backend own took longer than 5 s and was ended"), "{message}");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn an_interrupted_build_leaves_nothing() {
    let hanging = Faulty::new("print('ready', flush=True)\ntime.sleep(100)");
    let stop = AtomicBool::new(false);
    let watch = |event: pyrepro::backend::Event<'_>| {
        if let pyrepro::backend::Event::Output(_) = event {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let mut session = Session::start(&hanging.request, &stop, &|_| ()).expect("a session");
    assert!(matches!(session.build(Artifact::Wheel, &watch), Err(Error::Stopped)));
    drop(session);
    hanging.assert_clean();
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_backend_and_leaves_nothing() {
    let hanging = Faulty::new("print('pid', os.getpid(), flush=True)\ntime.sleep(100)");
    let (project, root) = (&hanging.request.source, &hanging.request.root);
    let mut command = pyrepro();
    command.arg("build").arg(project).arg("-o").arg(project.join("dist")).arg("--build-root").arg(root);
    command.args(["-n", "-v", "--python"]).arg(&hanging.request.python);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().expect("pyrepro");
    let errors = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
    let mut lines = std::io::BufRead::lines(errors).map(|line| line.expect("a line"));
    let backend = lines.find_map(|line| line.strip_prefix("  | pid ").map(str::to_owned)).expect("a backend");
    let signal =
        |arguments: [&str; 2]| std::process::Command::new("kill").args(arguments).output().expect("kill");
    signal(["-INT", &child.id().to_string()]);
    assert_eq!(lines.last().as_deref(), Some("error: the build was interrupted"));
    assert_eq!(child.wait().expect("its end").code(), Some(2));
    assert!(!signal(["-0", &backend]).status.success(), "the backend still runs");
    hanging.assert_clean();
}

#[test]
fn names_that_lie_are_refused() {
    for (body, wanted) in [
        ("wheel(out + '/../x.whl')\nreturn '../x.whl'", "is not the name of a wheel"),
        (
            "wheel(out + '/../own-1-py3-none-any.whl')\nreturn '../own-1-py3-none-any.whl'",
            "is not the name of a wheel",
        ),
        ("return os.path.abspath(out) + '/own-1-py3-none-any.whl'", "is not the name of a wheel"),
        ("wheel(out + '/own.whl')\nreturn 'own.whl'", "is not the name of a wheel"),
        ("return 'own-x-py3-none-any.whl'", "is not the name of a wheel"),
        ("return 'own-1-py3-none-any.whl\\0'", "is not the name of a wheel"),
        ("return 'own-1-py3-none-any.whl\\n'", "is not the name of a wheel"),
        ("return 'own-1-py3-none-any.whl'", "but has written nothing"),
        ("wheel(out + '/b')\nreturn 'own-1-py3-none-any.whl'", "but has written b"),
        ("os.mkdir(out + '/own-1-py3-none-any.whl')\nreturn 'own-1-py3-none-any.whl'", "but has written own"),
        (
            "os.symlink('/etc/passwd', out + '/own-1-py3-none-any.whl')\nreturn 'own-1-py3-none-any.whl'",
            "but has written own",
        ),
        (
            "name = 'other-1-py3-none-any.whl'\nwheel(out + '/' + name)\nreturn name",
            "whose metadata names \"own 1\"",
        ),
        (
            "name = 'own-2-py3-none-any.whl'\nwheel(out + '/' + name)\nreturn name",
            "whose metadata names \"own 1\"",
        ),
        (
            "name = 'own-1-py3-none-any.whl'\nwheel(out + '/' + name, top='a/b')\nreturn name",
            "not one METADATA, but 0",
        ),
        (
            "name = 'own-1-py3-none-any.whl'\nopen(out + '/' + name, 'w').write('no zip')\nreturn name",
            "cannot be read",
        ),
        ("return None", "which is no string"),
        ("return 7", "which is no string"),
    ] {
        let message = Faulty::new(body).error();
        assert!(message.contains(wanted), "{body}: {message}");
        assert!(message.contains("build_wheel"), "{body}: {message}");
    }
}

#[test]
fn a_backend_that_changes_the_sources_gives_no_wheel() {
    let faulty = Faulty::new("");
    let place = faulty.tree.path().join("project/litter.txt");
    let body = format!("open({:?}, 'w').write('x')\n{GOOD}", place.display().to_string());
    let text = std::fs::read_to_string(faulty.tree.path().join("project/back/own.py")).expect("a backend");
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    faulty.tree.write("project/back/own.py", format!("{text}{body}"));
    let error = build(&faulty.request, Artifact::Wheel).expect_err("a fault");
    assert!(!place.exists() || matches!(error, Error::SourceChanged(_)), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_backend_cannot_write_elsewhere_unless_it_is_told_that_it_may() {
    if !has_landlock() {
        return crate::common::skip("landlock", "nothing confines a backend");
    }
    let mut faulty = Faulty::new(&format!("open(os.environ['TARGET'], 'w').write('x')\n{GOOD}"));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let target = elsewhere.path().join("litter");
    faulty.request.keep = vec!["TARGET".to_owned()];
    faulty.request.variables = vec![("TARGET".into(), target.clone().into())];
    let message = faulty.error();
    assert!(message.contains("Permission denied") && message.contains("--allow-write"), "{message}");
    assert!(!target.exists());
    faulty.request.writable = vec![elsewhere.path().to_owned()];
    build(&faulty.request, Artifact::Wheel).expect("a wheel");
    assert!(target.exists());
}

/// Whether this Linux can keep a program from writing.
#[cfg(target_os = "linux")]
fn has_landlock() -> bool {
    let probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)";
    let python = &newest().interpreter.path;
    std::process::Command::new(python).args(["-c", probe]).status().is_ok_and(|status| status.success())
}

#[test]
fn a_backend_that_is_not_there_is_named() {
    let faulty = Faulty::new(GOOD);
    let toml = "[build-system]\nrequires = []\nbuild-backend = 'nobody'\nbackend-path = ['back']\n";
    faulty.tree.write("project/pyproject.toml", toml);
    let message = faulty.error();
    assert!(message.contains("nobody cannot be imported: No module named 'nobody'"), "{message}");
    faulty.tree.write("project/pyproject.toml", toml.replace("nobody", "json"));
    assert!(faulty.error().contains("not below backend-path"));
    faulty.tree.write("project/pyproject.toml", toml.replace("nobody", "own:missing.x"));
    assert!(faulty.error().contains("has no attribute 'missing'"));
    let error = build(&faulty.request, Artifact::Sdist).expect_err("a fault").to_string();
    assert!(error.contains("attribute"), "{error}");
    faulty.tree.write("project/pyproject.toml", toml.replace("nobody", "own"));
    let error = build(&faulty.request, Artifact::Sdist).expect_err("a fault").to_string();
    assert_eq!(error, "the backend own cannot build this: it has no build_sdist");
}

#[test]
fn wrong_answers_about_requirements_are_refused() {
    let faulty = Faulty::new(GOOD);
    let text = std::fs::read_to_string(faulty.tree.path().join("project/back/own.py")).expect("a backend");
    for (answer, wanted) in [
        ("'x'", "which is no list of strings"),
        ("[1]", "which is no list of strings"),
        ("['--index-url=x']", "asks for something that is not a requirement"),
        ("['no-such-thing>=3']", "no-such-thing>=3: it is not installed"),
    ] {
        let hook = format!("\ndef get_requires_for_build_wheel(settings):\n    return {answer}\n");
        faulty.tree.write("project/back/own.py", format!("{text}{hook}"));
        let message = faulty.error();
        assert!(message.contains(wanted), "{answer}: {message}");
    }
}

#[test]
fn the_surroundings_are_fixed() {
    let mut faulty = Faulty::new(
        "names = 'HOME TMPDIR TZ LC_ALL PYTHONHASHSEED SOURCE_DATE_EPOCH SECRET CC'.split()\n\
         print(*['%s=%s' % (name, os.environ.get(name)) for name in names], sep='\\n')\n\
         print('umask=%o' % os.umask(0), 'cwd=' + os.getcwd(), 'x=%r' % settings, 'path=%r' % ('' in sys.path))\n\
         raise SystemExit(1)",
    );
    faulty.request.variables = [("TZ", "Asia/Tokyo"), ("SECRET", "x"), ("CC", "cc"), ("HOME", "/nowhere")]
        .map(|(a, b)| (a.into(), b.into()))
        .to_vec();
    faulty.request.settings =
        [("a", "1"), ("a", "2"), ("b", "")].map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
    let message = faulty.error();
    let root = faulty.request.root.canonicalize().expect("a folder").display().to_string();
    for wanted in [
        format!("HOME={root}/pyrepro-"),
        format!("TMPDIR={root}/pyrepro-"),
        format!("cwd={root}/pyrepro-"),
        "TZ=UTC".to_owned(),
        "LC_ALL=C.UTF-8".to_owned(),
        "PYTHONHASHSEED=0".to_owned(),
        "SOURCE_DATE_EPOCH=315532800".to_owned(),
        "SECRET=None".to_owned(),
        "CC=cc".to_owned(),
        "umask=22 ".to_owned(),
        "x={'a': ['1', '2'], 'b': ''}".to_owned(),
        "path=False".to_owned(),
    ] {
        assert!(message.contains(&wanted), "{wanted}: {message}");
    }
}
