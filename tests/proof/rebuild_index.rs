//! Rebuilding by name, with pip and an index on this machine: what is asked of the index, what it says of the time of
//! uploads, what can fail, and a run that is killed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pyrepro::archive::Digest;
use serde_json::Value;

use crate::common::app::{run, stdout_of, wheel_bytes};
use crate::common::tree::Tree;
use crate::common::{newest_with_packages, pyrepro};

/// An index that a program of Python's serves, for as long as this lives.
struct Index {
    tree: Tree,
    server: Child,
    url: String,
}

impl Drop for Index {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Index {
    fn start() -> Index {
        const SERVE: &str = "import functools, http.server, sys\n\
            handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])\n\
            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)\n\
            print(server.server_port, flush=True)\n\
            server.serve_forever()\n";
        let tree = Tree::new();
        let python = &newest_with_packages().interpreter.path;
        let mut command = Command::new(python);
        command.args(["-c", SERVE]).arg(tree.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let url = format!("http://127.0.0.1:{}/simple/", port.trim());
        Index { tree, server, url }
    }

    /// Puts the files of a project there.
    fn add(&self, project: &str, files: &[PathBuf]) {
        let mut page = String::from("<!DOCTYPE html><html><body>\n");
        for path in files {
            let name = path.file_name().unwrap().to_str().unwrap();
            let (digest, _) = Digest::of_reader(File::open(path).unwrap()).unwrap();
            self.tree.write(format!("files/{name}"), fs::read(path).unwrap());
            page += &format!(
                "<a href=\"../../files/{name}#sha256={digest}\" data-upload-time=\"2024-05-06T07:08:09Z\">{name}</a>\n"
            );
        }
        self.tree.write(format!("simple/{project}/index.html"), page);
    }

    /// pyrepro with pip alone, whose only index this is.
    fn pyrepro(&self, home: &Tree) -> Command {
        let python = newest_with_packages().interpreter.path.clone();
        let programs =
            [python.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin"), Path::new("/usr/sbin")];
        let mut command = pyrepro();
        command
            .env("PATH", std::env::join_paths(programs).unwrap())
            .env("PIP_INDEX_URL", &self.url)
            .env("PIP_RETRIES", "0")
            .env_remove("PIP_FIND_LINKS")
            .env("PYREPRO_CACHE_DIR", home.path().join("cache"))
            .args(["--format", "json", "rebuild"]);
        command
    }
}

/// Releases of a project that pyrepro itself builds: a wheel and an sdist of each.
fn releases(tree: &Tree, count: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for number in 1..=count {
        let project = format!("plum-{number}");
        tree.write(
            format!("{project}/pyproject.toml"),
            format!(
                "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'plum'\nversion = '{number}.0'\n"
            ),
        );
        tree.write(format!("{project}/src/plum/__init__.py"), format!("VERSION = {number}\n"));
        let out = tree.path().join("dist");
        stdout_of(
            pyrepro()
                .args(["build", "--wheel", "--sdist", "--no-manifest", "-q", "-o"])
                .arg(&out)
                .arg(tree.path().join(&project)),
        );
        files.push(out.join(format!("plum-{number}.0-py3-none-any.whl")));
        files.push(out.join(format!("plum-{number}.0.tar.gz")));
    }
    files
}

fn report(command: &mut Command) -> (Option<i32>, Value) {
    let output = run(command);
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

#[test]
fn pip_gets_wheel_and_source_and_the_time_of_the_upload() {
    let (index, home) = (Index::start(), Tree::new());
    index.add("plum", &releases(&home, 1));
    let (code, report) = report(index.pyrepro(&home).arg("plum==1.0"));
    let result = &report["results"][0];
    assert_eq!((code, &result["grade"]), (Some(0), &Value::from("identical")), "{report:#}");
    for field in ["wheel", "grade", "sha256", "source", "strategy", "attempts", "differences"] {
        assert!(!result[field].is_null(), "{field} is missing: {report:#}");
    }
    assert!(result["inference"][0]["seen"].as_str().unwrap().contains("2024-05-06"), "{report:#}");
}

#[test]
fn failures_of_network_index_resolver_and_build_are_told_apart() {
    let (index, home) = (Index::start(), Tree::new());
    index.add("plum", &releases(&home, 1));
    let stage = |report: &Value| report["results"][0]["stage"].as_str().unwrap_or_default().to_owned();
    let (code, of_index) = report(index.pyrepro(&home).arg("plum==9.9"));
    assert_eq!((code, stage(&of_index).as_str()), (Some(2), "index"), "{of_index:#}");
    let mut nobody = index.pyrepro(&home);
    let (code, of_network) =
        report(nobody.env("PIP_INDEX_URL", "http://127.0.0.1:9/simple/").arg("plum==1.0"));
    assert_eq!((code, stage(&of_network).as_str()), (Some(2), "network"), "{of_network:#}");

    let wheel = home.write("fig-1.0-py3-none-any.whl", wheel_bytes("fig", "1.0", &[("fig.py", "")], ""));
    let build = |name: &str, requires: &str, backend: &str| {
        home.write(
            format!("{name}/pyproject.toml"),
            format!(
                "[build-system]\nrequires = [{requires}]\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
            ),
        );
        home.write(format!("{name}/backend.py"), backend);
        let mut command = index.pyrepro(&home);
        command.arg(&wheel).arg("--source").arg(home.path().join(name)).args(["--attempts", "1"]);
        report(&mut command).1
    };
    let of_resolver = build("unmet", "'nobody-has-this'", "");
    assert_eq!(stage(&of_resolver), "resolver", "{of_resolver:#}");
    if cfg!(target_os = "linux") {
        let of_build = build("broken", "", "def build_wheel(*_): raise SystemExit('broken')\n");
        assert_eq!(stage(&of_build), "build", "{of_build:#}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    const COUNT: usize = 6;
    let (index, home) = (Index::start(), Tree::new());
    index.add("plum", &releases(&home, COUNT));
    let list: String = (1..=COUNT).map(|number| format!("plum=={number}.0\n")).collect();
    let list = home.write("list.txt", list);
    let results = home.path().join("cache/rebuild/results");
    let done = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&results).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .collect()
    };
    let mut child = index
        .pyrepro(&home)
        .arg("-r")
        .arg(&list)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while done().is_empty() && started.elapsed() < Duration::from_secs(300) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What was there is known by a time that no run takes.
    let before = done();
    assert!(!before.is_empty());
    for path in &before {
        let mut result: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        result["seconds"] = Value::from(12345.0);
        fs::write(path, result.to_string()).unwrap();
    }
    let (code, report) = report(index.pyrepro(&home).arg("-r").arg(&list).arg("--resume"));
    let found = report["results"].as_array().unwrap();
    assert_eq!((code, found.len()), (Some(0), COUNT), "{report:#}");
    assert_eq!(found.iter().filter(|result| result["seconds"] == 12345.0).count(), before.len());
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments).current_dir(folder);
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[test]
fn a_tag_of_a_repository_is_a_source() {
    let home = Tree::new();
    let files = releases(&home, 1);
    let project = home.path().join("plum-1");
    if !git(&project, &["init", "-q"]) {
        crate::common::skip("git", "no repository is a source");
        return;
    }
    assert!(
        git(&project, &["add", "."])
            && git(&project, &["commit", "-qm", "1"])
            && git(&project, &["tag", "v1.0"])
    );
    home.write("plum-1/src/plum/__init__.py", "VERSION = 'later'\n");
    assert!(git(&project, &["commit", "-qam", "2"]));
    let rebuilt = |source: String| {
        let mut command = pyrepro();
        command.env("PYREPRO_CACHE_DIR", home.path().join("cache")).args(["--format", "json", "rebuild"]);
        report(command.arg(&files[0]).arg("--source").arg(source))
    };
    let url = format!("git+file://{}", project.display());
    let (code, by_version) = rebuilt(url.clone());
    assert_eq!(code, Some(0), "{by_version:#}");
    assert_eq!(
        by_version["results"][0]["source"]["commit"].as_str().map(str::len),
        Some(40),
        "{by_version:#}"
    );
    assert_eq!(rebuilt(format!("{url}@HEAD")).0, Some(1), "the last commit has other code");
    let (code, missing) = rebuilt(format!("{url}@v2"));
    assert_eq!((code, &missing["results"][0]["stage"]), (Some(2), &Value::from("source")), "{missing:#}");
}

#[test]
fn where_the_sdist_lacks_files_the_repository_is_tried_and_the_report_says_so() {
    let (index, home) = (Index::start(), Tree::new());
    let project = home.path().join("plum");
    home.write(
        "plum/pyproject.toml",
        "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'plum'\nversion = '1.0'\n\
         [project.urls]\nSource = 'https://github.com/fruit/plum/tree/main'\n",
    );
    home.write("plum/src/plum/__init__.py", "");
    home.write("plum/src/plum/jam.py", "JAM = 1\n");
    if !git(&project, &["init", "-q"]) {
        crate::common::skip("git", "no repository is a source");
        return;
    }
    assert!(git(&project, &["add", "."]) && git(&project, &["commit", "-qm", "1"]));
    assert!(git(&project, &["tag", "v1.0"]));
    let build = |what: &str, out: &Path| {
        stdout_of(pyrepro().args(["build", what, "--no-manifest", "-q", "-o"]).arg(out).arg(&project));
    };
    let dist = home.path().join("dist");
    build("--wheel", &dist);
    fs::remove_file(project.join("src/plum/jam.py")).unwrap();
    build("--sdist", &dist);
    index.add("plum", &["plum-1.0-py3-none-any.whl", "plum-1.0.tar.gz"].map(|name| dist.join(name)));
    let settings =
        format!("[url \"file://{}\"]\n\tinsteadOf = https://github.com/fruit/plum\n", project.display());
    let settings = home.write("gitconfig", settings);
    let rebuilt = |more: &[&str]| {
        report(index.pyrepro(&home).env("GIT_CONFIG_GLOBAL", &settings).arg("plum==1.0").args(more))
    };
    let (code, from_tag) = rebuilt(&[]);
    let result = &from_tag["results"][0];
    assert_eq!((code, &result["grade"]), (Some(0), &Value::from("identical")), "{from_tag:#}");
    assert_eq!(result["source"]["commit"].as_str().map(str::len), Some(40), "{from_tag:#}");
    assert_eq!(result["source"]["in_place_of"], "plum-1.0.tar.gz");
    let (code, from_sdist) = rebuilt(&["--no-repository"]);
    let differences = from_sdist["results"][0]["differences"].as_array().unwrap();
    let is_missing =
        |difference: &Value| difference["member"] == "plum/jam.py" && difference["class"] == "missing";
    assert_eq!((code, differences.iter().any(is_missing)), (Some(1), true), "{from_sdist:#}");
}

#[test]
fn a_repository_that_the_wheel_alone_names_is_no_source() {
    let (index, home) = (Index::start(), Tree::new());
    let project = |folder: &str, urls: &str, more: &str| {
        let head =
            "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'plum'\n";
        home.write(format!("{folder}/pyproject.toml"), format!("{head}version = '1.0'\n{urls}"));
        home.write(format!("{folder}/src/plum/__init__.py"), more);
        home.path().join(folder)
    };
    let honest = project("honest", "", "");
    let evil = project("evil", "[project.urls]\nSource = 'https://github.com/evil/plum'\n", "import evil\n");
    if !git(&evil, &["init", "-q"]) {
        crate::common::skip("git", "no repository is a source");
        return;
    }
    assert!(git(&evil, &["add", "."]) && git(&evil, &["commit", "-qm", "1"]) && git(&evil, &["tag", "v1.0"]));
    let dist = home.path().join("dist");
    for (what, folder) in [("--wheel", &evil), ("--sdist", &honest)] {
        stdout_of(pyrepro().args(["build", what, "--no-manifest", "-q", "-o"]).arg(&dist).arg(folder));
    }
    index.add("plum", &["plum-1.0-py3-none-any.whl", "plum-1.0.tar.gz"].map(|name| dist.join(name)));
    let settings =
        format!("[url \"file://{}\"]\n\tinsteadOf = https://github.com/evil/plum\n", evil.display());
    let settings = home.write("gitconfig", settings);
    let (code, found) = report(index.pyrepro(&home).env("GIT_CONFIG_GLOBAL", &settings).arg("plum==1.0"));
    assert_eq!(code, Some(1), "{found:#}");
    assert_eq!(found["results"][0]["source"]["in_place_of"], Value::Null, "{found:#}");
}

#[test]
fn a_page_of_results_that_are_taken_up_has_the_differences_in_full() {
    let (index, home) = (Index::start(), Tree::new());
    let files = releases(&home, 2);
    // The wheel of one release with the number of the other.
    home.write("plum-1/src/plum/__init__.py", "VERSION = 'jam'\n");
    let out = home.path().join("other");
    stdout_of(
        pyrepro()
            .args(["build", "--wheel", "--no-manifest", "-q", "-o"])
            .arg(&out)
            .arg(home.path().join("plum-1")),
    );
    index.add("plum", &[out.join("plum-1.0-py3-none-any.whl"), files[1].clone()]);
    let page = |name: &str| {
        let path = home.path().join(name);
        let mut command = index.pyrepro(&home);
        let (code, _) = report(command.args(["plum==1.0", "--resume", "--html"]).arg(&path));
        assert_eq!(code, Some(1));
        fs::read_to_string(path).unwrap()
    };
    let first = page("first.html");
    assert!(first.contains("-VERSION = &#39;jam&#39;") || first.contains("-VERSION = 'jam'"), "{first}");
    assert_eq!(page("second.html"), first);
}
