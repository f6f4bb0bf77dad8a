//! Manifests say what is in artifacts and what they were made of, to others too, and catch each change.

mod check;
mod documents;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::app::{application, run, stdout_of, wheel};
use crate::common::tools::tools;
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};
use pyrepro::manifest::Manifest;

fn newest() -> String {
    crate::common::newest().interpreter.path.to_string_lossy().into_owned()
}

/// Makes `out.pyz` of `app`, and gives its manifest.
fn zipapp(tree: &Tree, options: &[&str]) -> String {
    let mut command = pyrepro();
    command.args(["zipapp", "app", "-o", "out.pyz", "-p", "python9", "--python", &newest()]).args(options);
    stdout_of(command.current_dir(tree.path()));
    fs::read_to_string(tree.path().join(".out.pyz.manifest.json")).expect("a manifest beside the archive")
}

fn manifest(tree: &Tree, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(pyrepro().arg("manifest").args(arguments).current_dir(tree.path()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// An application with a wheel in it, of every kind of input.
fn mixed() -> (Tree, [String; 6]) {
    let tree = application();
    let wheel = wheel(&tree, "dep", "1.0", &[("dep/__init__.py", "S = {'a', 'b'}\n")], "");
    tree.write("list.txt", "dep==1.0\n");
    let options =
        ["-c", "--wheel", &wheel.to_string_lossy(), "--requirements", "list.txt", "--find-links=wheels"];
    (tree, options.map(str::to_owned))
}

fn of_mixed() -> (Tree, String) {
    let (tree, options) = mixed();
    let text = zipapp(&tree, &options.each_ref().map(String::as_str));
    (tree, text)
}

#[test]
fn a_zipapp_has_a_manifest_of_all_that_is_known_of_it() {
    let (tree, text) = of_mixed();
    let manifest = json(&text);
    let archive = fs::read(tree.path().join("out.pyz")).expect("an archive");
    let sum = pyrepro::archive::Digest::of(&archive).to_string();
    assert_eq!(manifest["artifact"]["sha256"], sum);
    assert_eq!(manifest["artifact"]["size"], archive.len());
    assert_eq!(manifest["artifact"]["name"], "out.pyz");
    let members = manifest["members"].as_array().expect("members");
    let paths: Vec<&str> = members.iter().filter_map(|member| member["path"].as_str()).collect();
    assert_eq!(paths, crate::common::app::paths(&tree.path().join("out.pyz")));
    let pyc = members.iter().find(|member| member["path"] == "pkg/cli.pyc").expect("bytecode");
    assert_eq!((&pyc["bytecode"]["source"], &pyc["bytecode"]["level"]), (&"pkg/cli.py".into(), &0.into()));
    let inputs = manifest["inputs"]["files"].as_array().expect("inputs");
    let inputs: Vec<(&str, &str)> = inputs
        .iter()
        .map(|input| (input["role"].as_str().expect("a role"), input["path"].as_str().expect("a path")))
        .collect();
    let source = |path| ("source", path);
    let expected = [
        ("requirements", "list.txt"),
        source("__main__.py"),
        source("pkg/__init__.py"),
        source("pkg/cli.py"),
        source("pkg/data.txt"),
        source("run.sh"),
        source("space/inner/mod.py"),
        source("été.py"),
        ("wheel", "dep-1.0-py3-none-any.whl"),
    ];
    assert_eq!(inputs, expected);
    let python = crate::common::newest();
    assert_eq!(manifest["targets"][0]["version"], python.interpreter.release.to_string());
    assert_eq!(manifest["targets"][0]["magic"], python.version.magic());
    assert_eq!(manifest["epoch"]["source"], "default");
}

#[test]
fn nothing_around_the_build_gets_into_the_manifest() {
    let (tree, options) = mixed();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let expected = zipapp(&tree, &options);
    let here = tree.path().to_string_lossy().into_owned();
    for secret in [here.as_str(), "/tmp", &newest(), "HOME"] {
        assert!(!expected.contains(secret), "{secret}");
    }
    for (name, value) in
        [("TZ", "Asia/Kathmandu"), ("LC_ALL", "C"), ("HOME", "/"), ("USER", "x"), ("PYTHONHASHSEED", "7")]
    {
        let mut command = pyrepro();
        command
            .args(["zipapp", "app", "-o", "out.pyz", "-p", "python9", "--python", &newest(), "-j", "3"])
            .args(&options);
        stdout_of(command.env(name, value).current_dir(tree.path()));
        let found = fs::read_to_string(tree.path().join(".out.pyz.manifest.json")).expect("a manifest");
        assert_eq!(found, expected, "{name}");
    }
    // Elsewhere, under other times, in another order of files, with options said otherwise.
    let (other, _) = mixed();
    let app = other.path().join("app").to_string_lossy().into_owned();
    let target = other.path().join("deep/out.pyz");
    fs::create_dir_all(target.with_file_name("")).expect("a folder");
    let mut command = pyrepro();
    command.args([
        "zipapp",
        &app,
        "-p",
        "python9",
        "--python",
        &newest(),
        "--optimize=0",
        "--invalidation-mode=unchecked-hash",
    ]);
    command.arg("-o").arg(&target).args(&options[..5]).current_dir(other.path());
    stdout_of(command.args(["--find-links", "wheels/../wheels"]));
    let found = fs::read_to_string(Manifest::beside(&target)).expect("a manifest");
    assert_eq!(found, expected);
}

#[test]
fn the_document_is_what_python_writes_of_it_and_its_digests_take_a_few_lines() {
    let (tree, _) = of_mixed();
    stdout_of(pyrepro().args(["manifest", "app", "-o", "tree.json"]).current_dir(tree.path()));
    let script = "
import hashlib, json, sys
for name in sys.argv[1:]:
    text = open(name, encoding='utf-8', newline='').read()
    document = json.loads(text)
    assert json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + '\\n' == text, name
    digest = lambda lines: hashlib.sha256(''.join(lines).encode()).hexdigest()
    own = document.pop('sha256')
    assert own == digest([json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + '\\n']), name
    if 'inputs' in document:
        lines = ['{sha256} {mode} {role} {path}\\n'.format(**file) for file in document['inputs']['files']]
        assert digest(lines) == document['inputs']['sha256'], lines
    if document['artifact']['kind'] == 'tree':
        blank = {'sha256': '-', 'mode': '-'}
        lines = ['{sha256} {mode} {kind} {path}'.format(**{**blank, **member})
                 + (' -> ' + member['target'] if 'target' in member else '') + '\\n'
                 for member in document['members']]
        assert digest(lines) == document['artifact']['sha256'], lines
print('done')
";
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("pkg/data.txt", tree.path().join("app/link")).expect("a link");
        stdout_of(pyrepro().args(["manifest", "app", "-o", "tree.json"]).current_dir(tree.path()));
    }
    let mut python = pythons()[0].command();
    let printed = stdout_of(
        python.args(["-c", script, ".out.pyz.manifest.json", "tree.json"]).current_dir(tree.path()),
    );
    assert_eq!(printed.trim(), "done");
}

#[test]
fn sha256sum_takes_the_list() {
    if Command::new("sha256sum").arg("--version").output().is_err() {
        return crate::common::skip("sha256sum", "nothing reads the list");
    }
    let (tree, _) = of_mixed();
    let check = |folder: &str, list: &str| {
        let mut sha256sum = Command::new("sha256sum");
        stdout_of(
            sha256sum
                .args(["--strict", "-c"])
                .arg(tree.path().join(list))
                .current_dir(tree.path().join(folder)),
        )
    };
    manifest(&tree, &[".out.pyz.manifest.json", "--export", "sha256sum", "-o", "one"]);
    assert_eq!(check(".", "one"), "out.pyz: OK\n");
    manifest(&tree, &["app", "--export", "sha256sum", "-o", "tree"]);
    assert!(check("app", "tree").contains("été.py: OK\n"));
    let mut python = pythons()[0].command();
    stdout_of(python.args(["-m", "zipfile", "-e", "out.pyz", "unpacked"]).current_dir(tree.path()));
    manifest(&tree, &["out.pyz", "--export", "sha256sum-members", "-o", "members"]);
    assert!(check("unpacked", "members").contains("dep/__init__.py: OK\n"));
}

#[test]
fn others_read_the_in_toto_statement_and_the_cyclonedx_list() {
    let Some(tools) = tools("manifest") else { return };
    let (tree, _) = of_mixed();
    for format in ["in-toto", "cyclonedx"] {
        manifest(&tree, &[".out.pyz.manifest.json", "--export", format, "-o", format]);
    }
    let script = "
import json
from google.protobuf.json_format import Parse, ParseDict
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
text = open('in-toto').read()
statement = Statement.copy_from_pb(Parse(text, statement_pb2.Statement()))
statement.validate()
assert statement.pb.predicate_type == 'https://slsa.dev/provenance/v1'
provenance = ParseDict(json.loads(text)['predicate'], provenance_pb2.Provenance())
assert provenance.run_details.builder.id.startswith('pkg:cargo/pyrepro@')
for item in provenance.build_definition.resolved_dependencies:
    ResourceDescriptor.copy_from_pb(item).validate()
manifest = json.load(open('.out.pyz.manifest.json'))
assert statement.pb.subject[0].digest['sha256'] == manifest['artifact']['sha256']
dependencies = {item.name: item.digest['sha256'] for item in provenance.build_definition.resolved_dependencies if item.digest}
assert dependencies == {file['path']: file['sha256'] for file in manifest['inputs']['files']}

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open('cyclonedx').read()
errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
assert errors is None, errors
bom = Bom.from_json(json.loads(text))
files = [member for member in manifest['members'] if member['kind'] == 'file']
assert len(bom.components) == len(files) > 10
print('done')
";
    let printed = stdout_of(tools.python().args(["-c", script]).current_dir(tree.path()));
    assert_eq!(printed.trim(), "done");
}

#[test]
fn a_manifest_is_written_where_it_is_wanted_and_with_its_archive_or_not_at_all() {
    let tree = application();
    let zipapp = |options: &[&str]| {
        run(pyrepro().args(["zipapp", "app", "--no-compile"]).args(options).current_dir(tree.path()))
    };
    let before = tree.files();
    let new = || -> Vec<String> {
        let mut files = tree.files();
        files.retain(|path| !before.contains(path));
        files.iter().for_each(|path| fs::remove_file(tree.path().join(path)).expect("a file"));
        files.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    };
    assert!(zipapp(&[]).status.success());
    assert_eq!(new(), [".app.pyz.manifest.json", "app.pyz"]);
    assert!(zipapp(&["--no-manifest"]).status.success());
    assert_eq!(new(), ["app.pyz"]);
    assert!(zipapp(&["--manifest", "m"]).status.success());
    assert_eq!(new(), ["app.pyz", "m"]);
    assert!(zipapp(&["-o", "-"]).status.success());
    assert_eq!(new(), [""; 0]);
    assert!(zipapp(&["-o", "-", "--manifest", "m"]).status.success());
    assert_eq!(new(), ["m"]);
    for refused in [
        &["--manifest", "nowhere/m"][..],
        &["-o", "-", "--manifest", "-"],
        &["--manifest", "app.pyz"],
        &["--manifest", "m", "--no-manifest"],
        &["--main", "a:b"],
    ] {
        assert_eq!(zipapp(refused).status.code(), Some(2), "{refused:?}");
        assert_eq!(new(), [""; 0], "{refused:?}");
    }
}

#[test]
fn an_archive_in_its_own_source_folder_does_not_take_in_manifests() {
    let tree = application();
    let make = |options: &[&str]| {
        let mut command = pyrepro();
        command.args(["zipapp", ".", "-o", "app.pyz", "--no-compile"]).args(options);
        stdout_of(command.current_dir(tree.path().join("app")));
        fs::read(tree.path().join("app/app.pyz")).expect("an archive")
    };
    let first = make(&[]);
    assert_eq!(make(&[]), first);
    assert_eq!(make(&["--no-manifest"]), first);
}

#[test]
fn every_kind_of_artifact_has_a_manifest_that_holds() {
    let tree = application();
    let wheel = wheel(&tree, "dep", "1.0", &[("dep/a.py", "x = 1\n")], "");
    fs::rename(wheel, tree.path().join("dep-1.0-py3-none-any.whl")).expect("a wheel");
    zipapp(&tree, &[]);
    let script = "
import gzip, shutil, tarfile, zipfile
with tarfile.open('a-1.tar', 'w') as tar:
    tar.add('app/pkg', 'a-1/pkg')
    tar.add('app/run.sh', 'a-1/PKG-INFO')
shutil.copyfileobj(open('a-1.tar', 'rb'), gzip.open('a-1.tar.gz', 'wb'))
shutil.copyfileobj(open('a-1.tar', 'rb'), gzip.open('a-1.tgz', 'wb'))
zipfile.ZipFile('plain.zip', 'w').write('app/run.sh')
";
    stdout_of(pythons()[0].command().args(["-c", script]).current_dir(tree.path()));
    tree.write("m.py", "x = 1\n");
    let mut compile = pyrepro();
    stdout_of(compile.args(["compile", "-q", "-b", "m.py", "--python", &newest()]).current_dir(tree.path()));
    for (path, kind, member) in [
        ("dep-1.0-py3-none-any.whl", "wheel", "dep/a.py"),
        ("out.pyz", "zipapp", "pkg/cli.pyc"),
        ("plain.zip", "zip", "app/run.sh"),
        ("a-1.tar", "tar", "a-1/pkg/cli.py"),
        ("a-1.tgz", "tar", "a-1/pkg/cli.py"),
        ("a-1.tar.gz", "sdist", "a-1/pkg/cli.py"),
        ("m.pyc", "pyc", "m.pyc"),
        ("m.py", "file", "m.py"),
        ("app", "tree", "pkg/cli.py"),
    ] {
        let (code, text, told) = manifest(&tree, &[path]);
        assert_eq!(code, Some(0), "{path}: {told}");
        let document = json(&text);
        assert_eq!(
            (&document["artifact"]["kind"], &document["artifact"]["name"]),
            (&kind.into(), &path.into())
        );
        let members = document["members"].as_array().expect("members");
        assert!(members.iter().any(|found| found["path"] == member), "{text}");
        tree.write("m.json", &text);
        assert_eq!(manifest(&tree, &["--check", "m.json"]).0, Some(0), "{path}");
    }
    tree.write("broken.zip", "PK\x05\x06");
    for path in ["broken.zip", "nothing"] {
        let (code, text, _) = manifest(&tree, &[path]);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{path}");
    }
}

#[test]
fn compile_writes_a_manifest_of_sources_and_bytecode_wherever_they_lie() {
    let compiled = |folder: &str| {
        let tree = Tree::new();
        tree.write(format!("{folder}/src/pkg/a.py"), "x = 1\n");
        tree.write(format!("{folder}/lib/b.py"), "y = 2\n");
        let base = tree.path().join(folder);
        let mut command = pyrepro();
        command.args(["compile", "-q", "-o", "0", "-o", "2", "-p", "/usr", "-s"]).arg(&base);
        command.args(["--python", &newest(), "--manifest", "m.json"]);
        stdout_of(command.arg(base.join("src")).arg(base.join("lib")).current_dir(tree.path()));
        let text = fs::read_to_string(tree.path().join("m.json")).expect("a manifest");
        (tree, text)
    };
    let (tree, text) = compiled("one");
    assert_eq!(compiled("another/place").1, text);
    let document = json(&text);
    assert_eq!(document["artifact"]["kind"], "bytecode");
    assert_eq!(document["members"].as_array().map(Vec::len), Some(4));
    assert_eq!(document["members"][0]["bytecode"]["source"], "lib/b.py");
    assert_eq!(document["inputs"]["files"][1]["path"], "src/pkg/a.py");
    let check = || manifest(&tree, &["one", "--check", "m.json"]);
    assert_eq!(check().0, Some(0), "{}", check().1);
    tree.write("one/other.txt", "nobody's business");
    assert_eq!(check().0, Some(0));
    tree.write("one/lib/b.py", "y = 3\n");
    assert_eq!((check().0, check().1.contains("changed lib/b.py")), (Some(1), true));
}
