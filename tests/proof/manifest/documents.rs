//! Which documents are manifests, and what is said of others.

use super::*;

#[test]
fn a_manifest_is_of_the_published_schema_and_no_other_document_is() {
    let Some(tools) = tools("manifest") else { return };
    let (tree, _) = of_mixed();
    tree.write("bare/a.py", "x = 1\n");
    stdout_of(pyrepro().args(["compile", "-q", "--python", &newest(), "bare"]).current_dir(tree.path()));
    for (path, manifest) in [("bare", "tree.json"), ("out.pyz", "zipapp.json"), ("list.txt", "file.json")] {
        stdout_of(pyrepro().args(["manifest", path, "-o", manifest]).current_dir(tree.path()));
    }
    let script = "
import json, sys
import jsonschema
schema, *documents = [json.load(open(name, encoding='utf-8')) for name in sys.argv[1:]]
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for document in documents:
    validator.validate(document)
full = documents[0]
def each(value, path=()):
    yield path, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from each(inner, (*path, key))
def changed(path, new):
    copy = json.loads(json.dumps(full))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if new is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return copy
refused = []
for path, value in each(full):
    if not path or path[:2] == ('options', 'values'):
        continue
    bad = [None]
    if isinstance(value, dict):
        copy = dict(value, news=1)
        bad.append(copy)
    for new in bad:
        document = changed(path, new)
        assert not validator.is_valid(document), (path, new)
        refused.append(document)
json.dump(refused, open('refused.json', 'w'))
print(len(refused))
";
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.schema.json");
    let mut python = tools.python();
    python.args(["-c", script]).arg(schema).args([
        ".out.pyz.manifest.json",
        "tree.json",
        "zipapp.json",
        "file.json",
    ]);
    let printed = stdout_of(python.current_dir(tree.path()));
    let count: usize = printed.trim().parse().expect("a number");
    assert!(count > 100, "{count}");
    // What the schema refuses, so does the reader.
    let refused = fs::read_to_string(tree.path().join("refused.json")).expect("documents");
    for document in json(&refused).as_array().expect("a list") {
        assert!(Manifest::read(document.to_string().as_bytes()).is_err(), "{document}");
    }
}

#[test]
fn strange_documents_are_refused_in_words() {
    let (_, text) = of_mixed();
    let good = json(&text);
    assert!(Manifest::read(text.as_bytes()).is_ok());
    let refused = |text: &str, expected: &str| {
        let told = Manifest::read(text.as_bytes()).expect_err(expected).to_string();
        assert!(told.contains(expected), "{told}\n is not about {expected}");
    };
    let with = |pointer: &str, value: Value| {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        document.to_string()
    };
    refused("", "not a manifest");
    refused("[]", "not a manifest");
    refused("{}", "schema");
    refused(&with("/pyrepro/version", "0.0.9".into()), "was changed after it was written");
    refused(&"[".repeat(100_000), "not a manifest");
    refused(&format!(r#"{{"schema": 1, "x": {}}}"#, "[".repeat(100_000)), "not a manifest");
    refused(&with("/schema", 2.into()), "its schema is 2, and this pyrepro reads schema 1");
    refused(&with("/schema", u64::MAX.into()), "newer");
    refused(&with("/schema", 0.into()), "its schema is 0");
    for path in ["/etc/passwd", "../a", "a\\b", "C:x", "a//b", "", "a/", "a\nb", "a/../../b"] {
        refused(&with("/members/0/path", path.into()), "the member path");
        refused(&with("/inputs/files/0/path", path.into()), "the member path");
    }
    for name in ["../a", "/a", "a\\b", "..", "", "a\n"] {
        refused(&with("/artifact/name", name.into()), "no name of a file");
    }
    for sum in ["", "00", &"A".repeat(64), &"g".repeat(64), &"0".repeat(65)] {
        refused(&with("/artifact/sha256", sum.into()), "SHA-256");
    }
    refused(&with("/members/0/mode", "644".into()), "mode");
    refused(&with("/members/0/size", (-1).into()), "invalid value");
    refused(&with("/members/0/kind", "device".into()), "device");
    refused(&with("/members/1/path", good["members"][0]["path"].clone()), "is there twice");
    refused(&with("/inputs/files/0/sha256", "0".repeat(64).into()), "digest of the inputs");
    refused(&with("/inputs/sha256", "0".repeat(64).into()), "digest of the inputs");
    refused(&with("/members/0/path", "a".repeat(5000).into()), "4096");
    refused(
        &text.replacen("\"compile\": true,", "\"compile\": true, \"compile\": false,", 1),
        "duplicate option",
    );
    refused(&text.replacen("\"schema\": 1,", "\"schema\": 1, \"schema\": 1,", 1), "duplicate field");
    refused(&text.replacen("\"verb\"", "\"verb\": \"x\", \"verb\"", 1), "duplicate field");
    refused(&text.replacen("\"size\":", "\"news\": 1, \"size\":", 1), "unknown field `news`");
    refused(&(text.clone() + "{}"), "trailing");
}
