//! What lies beside artifacts after `pyrepro build`, and what the programs say that take them from there.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::common::app::{run, stdout_of};
use crate::common::tools::tools;
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro, pythons};

fn project(more: &str) -> Tree {
    let tree = Tree::new();
    tree.write(
        "pyproject.toml",
        format!(
            "[project]\nname = 'grove'\nversion = '1.0'\ndescription = 'A grove'\nreadme = 'README.md'\n{more}\
             [build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n"
        ),
    );
    tree.write("README.md", "# Grove\n");
    tree.write("src/grove/__init__.py", "def main():\n    return 1\n");
    tree
}

fn build(tree: &Tree, options: &[&str]) -> (Option<i32>, String) {
    let output = run(pyrepro().arg("build").args(options).current_dir(tree.path()));
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A package index, which ends with the test.
struct Index(Child);

impl Drop for Index {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn what_build_leaves_in_dist_is_what_twine_takes() {
    let Some(tools) = tools("index") else { return };
    let tree = project("");
    assert_eq!(build(&tree, &["--wheel", "--sdist"]).0, Some(0));
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    fs::create_dir(tree.path().join("index")).expect("a folder");
    let mut server = tools.program("pypi-server");
    server.args(["run", "-P", ".", "-a", ".", "-i", "127.0.0.1", "-p", &port.to_string(), "index"]);
    server.current_dir(tree.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let _index = Index(server.spawn().expect("a server"));
    let is_up = (0..300).any(|_| {
        sleep(Duration::from_millis(100));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(is_up, "the index does not answer");
    let twine = tools.path("twine");
    for (command, more) in [
        ("check --strict", String::new()),
        (
            "upload",
            format!(
                "--non-interactive --disable-progress-bar -u a -p a --repository-url http://127.0.0.1:{port}/"
            ),
        ),
    ] {
        // The shell says which files these are.
        let line = format!("'{}' {command} {more} dist/*", twine.display());
        let mut shell = std::process::Command::new("sh");
        let output = run(shell.args(["-c", &line]).current_dir(tree.path()).env("HOME", tree.path()));
        let told = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&told));
    }
    assert_eq!(names(&tree.path().join("index")), ["grove-1.0-py3-none-any.whl", "grove-1.0.tar.gz"]);
    for name in names(&tree.path().join("index")) {
        let verified = run(pyrepro()
            .args(["verify", &format!("dist/{name}"), "--source", "."])
            .current_dir(tree.path()));
        assert_eq!(verified.status.code(), Some(0), "its manifest is found without being named");
    }
}

#[test]
fn an_editable_wheel_does_not_take_the_place_of_the_real_one() {
    let tree = project("");
    assert_eq!(build(&tree, &[]).0, Some(0));
    let wheel = tree.path().join("dist/grove-1.0-py3-none-any.whl");
    let real = fs::read(&wheel).expect("a wheel");
    assert_eq!(build(&tree, &["--editable"]).0, Some(0));
    assert!(fs::read(&wheel).expect("a wheel") == real);
    let all = [
        ".grove-1.0-py3-none-any.whl.manifest.json",
        "grove-1.0-0.editable-py3-none-any.whl",
        "grove-1.0-py3-none-any.whl",
    ];
    assert_eq!(names(&tree.path().join("dist")), all);
}

#[test]
fn no_manifest_of_an_earlier_build_stays_beside_another_artifact() {
    let tree = project("");
    let dist = tree.path().join("dist");
    assert_eq!(build(&tree, &[]).0, Some(0));
    let hidden = dist.join(".grove-1.0-py3-none-any.whl.manifest.json");
    fs::copy(&hidden, dist.join("grove-1.0-py3-none-any.whl.manifest.json")).expect("a manifest");
    tree.write("dist/grove-1.0.tar.gz.manifest.json", "mine, and no manifest\n");
    assert_eq!(build(&tree, &[]).0, Some(0));
    assert_eq!(names(&dist).len(), 4, "what is still right stays");
    tree.write("src/grove/__init__.py", "def main():\n    return 2\n");
    assert_eq!(build(&tree, &["--no-manifest", "--wheel", "--sdist"]).0, Some(0));
    assert_eq!(
        names(&dist),
        ["grove-1.0-py3-none-any.whl", "grove-1.0.tar.gz", "grove-1.0.tar.gz.manifest.json"]
    );

    let zipapp = |options: &[&str]| {
        stdout_of(
            pyrepro()
                .args(["zipapp", "src", "-m", "grove:main", "-o", "app.pyz"])
                .args(options)
                .current_dir(tree.path()),
        );
    };
    zipapp(&[]);
    assert!(tree.path().join(".app.pyz.manifest.json").exists());
    tree.write("src/grove/__init__.py", "def main():\n    return 3\n");
    zipapp(&["--no-manifest"]);
    assert!(!tree.path().join(".app.pyz.manifest.json").exists());
}

#[test]
fn a_project_is_not_built_with_a_python_that_it_is_not_for() {
    let old = pythons().iter().rfind(|python| python.version < newest().version);
    let Some(old) = old else { return crate::common::skip("pythons", "there is one Python alone") };
    let minor = newest().version.minor();
    let text = format!("requires-python = '>=3.{minor}'\n");
    let tree = project(&text);
    let python = old.interpreter.path.to_str().expect("a path");
    let (code, told) = build(&tree, &["--pyc", "checked-hash", "--python", python]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains(&format!("the project requires Python >=3.{minor}")), "{told}");
    assert!(told.contains("--python"), "{told}");
    assert!(!tree.path().join("dist").exists());
    let new = newest().interpreter.path.to_str().expect("a path");
    assert_eq!(build(&tree, &["--pyc", "checked-hash", "--python", new]).0, Some(0));

    tree.write(
        "pyproject.toml",
        format!("[project]\nname = 'a'\nversion = '1'\n{text}[build-system]\nrequires = []\nbuild-backend = 'nope'\n"),
    );
    let (code, told) = build(&tree, &["--python", python]);
    assert!(code == Some(2) && told.contains(&format!("the project requires Python >=3.{minor}")), "{told}");
}

#[test]
fn a_zipapp_starts_with_what_is_in_it() {
    let tree = Tree::new();
    tree.write("app/pkg/__init__.py", "");
    tree.write(
        "app/pkg/cli.py",
        "from .inner import start\n\ndef main():\n    pass\n\nclass A:\n    run = main\n",
    );
    tree.write("app/pkg/inner.py", "def start():\n    pass\n");
    tree.write("app/pkg/magic.py", "globals()['ma' + 'in'] = print\n");
    let zipapp_with = |main: &str, more: &[&str]| {
        let arguments = ["zipapp", "app", "-o", "a.pyz", "-m", main];
        let output = run(pyrepro().args(arguments).args(more).current_dir(tree.path()));
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let zipapp = |main: &str| zipapp_with(main, &[]);
    for good in ["pkg.cli:main", "pkg.cli:start", "pkg.cli:A.run", "pkg.magic:main", "pkg:cli.main"] {
        assert_eq!(zipapp(good), (Some(0), String::new()), "{good}");
        fs::remove_file(tree.path().join("a.pyz")).expect("an archive");
    }
    for (bad, wanted) in [
        ("pkg.nope:main", "neither pkg/nope.py nor pkg/nope/__init__.py"),
        ("nope:main", "neither nope.py nor nope/__init__.py"),
    ] {
        let (code, told) = zipapp(bad);
        assert!(code == Some(2) && told.contains(wanted), "{bad}: {told}");
        assert!(!tree.path().join("a.pyz").exists());
        // As `python -m zipapp`, which looks at nothing.
        let (code, told) = zipapp_with(bad, &["--no-compile"]);
        assert!(code == Some(0) && told.contains(wanted), "{bad}: {told}");
        fs::remove_file(tree.path().join("a.pyz")).expect("an archive");
    }
    let (code, told) = zipapp("pkg.cli:nope");
    assert!(code == Some(0) && told.contains("pkg/cli.py does not define nope"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_build_says_on_a_terminal_what_it_does() {
    let Some(tools) = tools("backends") else { return };
    let tree = Tree::new();
    tree.write(
        "pyproject.toml",
        "[project]\nname = 'a'\nversion = '1'\n[build-system]\nrequires = ['slow']\nbuild-backend = 'slow'\n",
    );
    let backend = r#"import base64, hashlib, os, time, zipfile

def build_wheel(folder, *rest):
    print("said by the backend", flush=True)
    time.sleep(1)
    files = {
        "a.py": "",
        "a-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: a\nVersion: 1\n",
        "a-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = ["a-1.dist-info/RECORD,,\n"]
    for name, text in files.items():
        hash = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        rows.append("%s,sha256=%s,%d\n" % (name, hash, len(text)))
    files["a-1.dist-info/RECORD"] = "".join(rows)
    with zipfile.ZipFile(os.path.join(folder, "a-1-py3-none-any.whl"), "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return "a-1-py3-none-any.whl"
"#;
    // A wheel of the backend, so that nothing has to be downloaded.
    fs::create_dir(tree.path().join("wheels")).expect("a folder");
    tree.write("slow.py", backend);
    let script = "import zipfile\nout = zipfile.ZipFile('wheels/slow-1-py3-none-any.whl', 'w')\nout.write('slow.py')\n\
         out.writestr('slow-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: slow\\nVersion: 1\\n')\n\
         out.writestr('slow-1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
         out.writestr('slow-1.dist-info/RECORD', 'slow.py,,\\nslow-1.dist-info/METADATA,,\\nslow-1.dist-info/WHEEL,,\\nslow-1.dist-info/RECORD,,\\n')\nout.close()\n";
    stdout_of(tools.python().args(["-c", script]).current_dir(tree.path()));
    let under_terminal = "import os, pty, sys\nstatus = pty.spawn(sys.argv[1:])\nsys.exit(os.waitstatus_to_exitcode(status))\n";
    let program = pyrepro();
    let told = |more: &[&str]| {
        let mut command = tools.python();
        command.args(["-c", under_terminal]).arg(program.get_program()).args([
            "build",
            "-f",
            "wheels",
            "--no-index",
        ]);
        command.args(["--installer", "uv", "--python"]).arg(tools.path("python")).args(more);
        let programs = tools.path("uv").parent().expect("a folder").to_owned();
        stdout_of(command.current_dir(tree.path()).env("TERM", "xterm").env("PATH", programs))
    };
    let shown = told(&[]);
    for step in ["resolving and installing slow", "slow builds a wheel"] {
        assert!(shown.contains(step), "no {step:?} in {shown:?}");
    }
    assert!(!shown.contains("said by the backend"), "{shown:?}");
    assert!(told(&["-v"]).contains("said by the backend"));
}
