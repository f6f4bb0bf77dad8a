//! Whether a build depends on anything but its source is told, and where it does, in what.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::common::app::run;
use crate::common::pyrepro;
use crate::common::tree::Tree;

/// A project with a backend of its own, which makes a wheel whose module has these lines.
fn project(lines: &str) -> Tree {
    let tree = Tree::new();
    let build_system = "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']\n";
    tree.write("project/pyproject.toml", format!("{build_system}[project]\nname = 'm'\nversion = '1'\n"));
    tree.write("project/own.py", BACKEND.replace("LINES", lines));
    tree
}

const BACKEND: &str = r#"
import base64, hashlib, os, time, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = 'm-1-py3-none-any.whl'
    info = 'm-1.dist-info'
    files = {
        'm.py': LINES,
        info + '/METADATA': 'Metadata-Version: 2.1\nName: m\nVersion: 1\n',
        info + '/WHEEL': 'Wheel-Version: 1.0\nGenerator: own\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    def row(path, text):
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
        return '%s,sha256=%s,%d\n' % (path, digest, len(text.encode()))
    record = ''.join(row(*item) for item in files.items()) + info + '/RECORD,,\n'
    with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(info + '/RECORD', record)
    return name
"#;

fn prove(source: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(pyrepro().args(["--format", "json", "prove"]).arg(source).args(arguments));
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn verdicts(report: &Value) -> Vec<(&str, &str)> {
    let trials = report["trials"].as_array().unwrap();
    trials
        .iter()
        .map(|trial| (trial["variation"].as_str().unwrap(), trial["verdict"].as_str().unwrap()))
        .collect()
}

#[test]
fn what_pyrepro_builds_depends_on_the_source_alone() {
    let orchard = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/orchard");
    let (code, report) = prove(&orchard, &["--", "--wheel", "--sdist", "--pyc", "checked-hash"]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["reproducible"], true);
    assert!(report["artifacts"].as_array().unwrap().len() >= 2);
    let verdicts = verdicts(&report);
    assert_eq!(verdicts.len(), 13);
    for (variation, verdict) in verdicts {
        // Programs that play another clock and another processor are not everywhere.
        let may_lack = ["clock", "processor"].contains(&variation) && verdict == "not-tried";
        assert!(verdict == "same" || may_lack, "{variation}: {verdict}");
    }
}

#[test]
fn a_build_that_is_another_each_time_is_found_out() {
    let tree = project("'x = %r\\n' % os.urandom(4)");
    let source = tree.path().join("project");
    let (code, report) = prove(&source, &["--only", "hash-seed,umask", "-n", "2", "--", "--no-isolation"]);
    assert_eq!(code, Some(1), "{report}");
    let all =
        [("hash-seed", "differs"), ("umask", "differs"), ("hash-seed", "differs"), ("umask", "differs")];
    assert_eq!(verdicts(&report), all);
    let text = run(pyrepro().arg("prove").arg(&source).args(["--only", "hash-seed", "--", "--no-isolation"]));
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("hash-seed: m-1-py3-none-any.whl") && text.contains("m.py"), "{text}");
    assert!(text.contains("-x = b") && text.contains("+x = b"), "{text}");
}

#[test]
fn only_what_a_build_depends_on_makes_a_difference() {
    // The mode of a file reaches the source's copy that a backend sees, by the executable bit alone, and the
    // surroundings that pyrepro gives it are the same.
    let reads = "'x = %r\\n' % (os.environ['TZ'], os.environ['PYTHONHASHSEED'], os.stat('own.py').st_mtime)";
    let tree = project(&reads.replace("% (", "% repr((").replace("st_mtime)", "st_mtime))"));
    let (code, report) = prove(
        &tree.path().join("project"),
        &["--only", "time-zone,hash-seed,file-times", "--", "--no-isolation"],
    );
    assert_eq!(code, Some(0), "{report}");
}

#[test]
fn a_build_that_somebody_ends_is_built_again_and_not_called_different() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let asks = "(lambda s: (s.sendall(b'%d' % os.getppid()), s.recv(1), 'x = 1\\n')[2])\
                (__import__('socket').create_connection(('127.0.0.1', PORT)))";
    let tree = project(&asks.replace("PORT", &port.to_string()));
    let builds = thread::spawn(move || {
        // The second build loses its pyrepro before its backend has an answer.
        for number in 1..=3 {
            let (mut backend, _) = listener.accept().expect("a backend");
            let mut asked = [0; 16];
            let length = backend.read(&mut asked).expect("a number");
            if number == 2 {
                let pyrepro = String::from_utf8_lossy(&asked[..length]).into_owned();
                run(Command::new("kill").args(["-TERM", &pyrepro]));
                let _ = backend.read(&mut asked);
            } else {
                backend.write_all(b"!").expect("a backend");
            }
        }
    });
    let (code, report) =
        prove(&tree.path().join("project"), &["--only", "hash-seed", "--", "--no-isolation"]);
    assert_eq!(code, Some(0), "{report}");
    builds.join().expect("three builds");
}

#[test]
fn a_build_that_fails_at_once_is_no_proof() {
    let tree = project("1 / 0");
    let output = run(pyrepro().arg("prove").arg(tree.path().join("project")).args(["--", "--no-isolation"]));
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        errors.contains("before anything is changed") && errors.contains("ZeroDivisionError"),
        "{errors}"
    );
}
