//! What whole projects say, and where they are refused.

use std::io;
use std::path::Path;

use proptest::prelude::*;

use super::*;

const START: &str = "[project]\nname = 'orchard'\nversion = '1.0'\n";

fn project(more: &str) -> Project {
    Project::parse(format!("{START}{more}").as_bytes()).unwrap_or_else(|error| panic!("{more}\n{error}"))
}

/// The message without the name of the file.
fn refusal(toml: &str) -> String {
    let error = Project::parse(toml.as_bytes()).map(|_| ()).expect_err(toml).to_string();
    error.strip_prefix("pyproject.toml:").unwrap().to_owned()
}

fn no_files(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

fn field(metadata: &Metadata, name: &str) -> Vec<String> {
    metadata.fields().iter().filter(|(field, _)| *field == name).map(|(_, value)| value.clone()).collect()
}

fn metadata(more: &str) -> Metadata {
    project(more).metadata(&[], &no_files).unwrap()
}

/// What follows the name and the version, from line 4 on, and what the refusal starts and ends with.
#[track_caller]
fn assert_refused(more: &str, start: &str, end: &str) {
    let message = refusal(&format!("{START}{more}"));
    assert!(message.starts_with(start) && message.ends_with(end), "{more}\n{message}");
}

#[test]
fn what_every_project_has_is_missed() {
    assert!(refusal("").starts_with("1:1: project: is missing; it has to be a table"));
    assert!(refusal("[Project]\nname='a'").ends_with("did you mean \"Project\"?"));
    assert!(refusal("project = 1").starts_with("1:11: project: found a number; allowed: a table"));
    assert!(refusal("\n[project]\nversion='1'\n").starts_with("2:1: project.name: is missing"));
    assert!(refusal("[project]\nname='a'").starts_with("1:1: project.version: is missing"));
    assert!(
        refusal("[project]\nname='a b'\nversion='1'")
            .starts_with("2:6: project.name: found \"a b\"; allowed: ")
    );
    assert!(refusal("[project]\nname='a'\nversion=1.0").starts_with("3:9: project.version: found a number"));
}

#[test]
fn every_refusal_names_the_key_and_the_place() {
    let refused = [
        ("readme = 'README'", "4:10: project.readme: found \"README\"", "`content-type`"),
        ("readme = 1", "4:10: project.readme: found a number", "or a table"),
        ("readme = '../a.md'", "4:10: project.readme: found", "between its parts"),
        ("readme = 'C:\\a.md'", "4:10: project.readme: found", "between its parts"),
        ("readme = {file='a.md'}", "4:10: project.readme.content-type: is missing", "\"text/markdown\""),
        ("readme = {file='a.md', text='b', content-type='text/plain'}", "4:10: project.readme: ", "not both"),
        (
            "readme = {text='b', content-type='text/html'}",
            "4:34: project.readme.content-type: found",
            "CommonMark`",
        ),
        ("readme = {path='b'}", "4:11: project.readme.path: there is no such key", "file, text"),
        ("requires-python = '^3.8'", "4:19: project.requires-python: found \"^3.8\"", "none of these"),
        ("license = 'MTI'", "4:11: project.license: found \"MTI\"", "did you mean \"MIT\"?"),
        ("license = []", "4:11: project.license: found an array", "expression"),
        ("license = {}", "4:11: project.license: either file or text", "not both"),
        ("license = {text=''}", "4:17: project.license.text: found \"\"", "not empty"),
        ("license = {file='a'}\nlicense-files = []", "5:17: project.license-files: cannot stand", "there"),
        ("license-files = ['ok', '/a']", "4:24: project.license-files[1]: found \"/a\"", "empty parts"),
        ("license-files = 'a'", "4:17: project.license-files: found a string", "an array"),
        ("authors = [{name='a'}, {}]", "4:24: project.authors[1]: a name, an email", "there"),
        ("authors = [{email='a'}]", "4:19: project.authors[0].email: found \"a\"", "jane@example.org"),
        (
            "authors = [{nam='a'}]",
            "4:13: project.authors[0].nam: there is no such key",
            "did you mean \"name\"?",
        ),
        ("maintainers = ['a']", "4:16: project.maintainers[0]: found a string", "a table"),
        ("keywords = ['a', 1]", "4:18: project.keywords[1]: found a number", "a string"),
        ("keywords = ['']", "4:13: project.keywords[0]: found \"\"", "not empty"),
        ("classifiers = ['Python']", "4:16: project.classifiers[0]: found", ":: 3`"),
        ("license = 'MIT'\nclassifiers = ['License :: X']", "5:16: project.classifiers[0]: ", "(PEP 639)"),
        ("urls = {a='example.org'}", "4:11: project.urls.a: found \"example.org\"", "https://example.org"),
        ("urls = {a='https:///b'}", "4:11: project.urls.a: found", "https://example.org"),
        ("urls = {'a,b'='https://e.org'}", "4:9: project.urls.\"a,b\": found \"a,b\"", "commas"),
        ("scripts = {a='b.c'}", "4:14: project.scripts.a: found \"b.c\"", "module:function`"),
        ("scripts = {'a/b'='b:c'}", "4:12: project.scripts.\"a/b\": found", "`+`"),
        ("scripts = {a='b:c'}\ngui-scripts = {a='b:c'}", "5:15: project.gui-scripts: ", "same file"),
        ("entry-points.a.b.c = 'd'", "4:16: project.entry-points.a.b: found a table", "dots"),
        (
            "entry-points.console_scripts = {}",
            "4:14: project.entry-points.console_scripts: ",
            "project.scripts",
        ),
        ("entry-points.a = {'[b'='c'}", "4:19: project.entry-points.a.\"[b\": found", "in front"),
        ("dependencies = ['a', 'b >= x']", "4:22: project.dependencies[1]: found", "is none"),
        ("dependencies = {}", "4:16: project.dependencies: found a table", "an array"),
        ("optional-dependencies = {a_b=[], A-B=[]}", "4:34: project.optional-dependencies.A-B: ", "a-b"),
        ("optional-dependencies = {'-'=[]}", "4:26: project.optional-dependencies.-: found", "last"),
        (
            "optional-dependencies = {a='b'}",
            "4:28: project.optional-dependencies.a: found a string",
            "an array",
        ),
        ("import-names = ['a.b']", "4:17: project.import-names[0]: found \"a.b\"", "too"),
        (
            "import-names = ['a']\nimport-namespaces = ['a']",
            "5:22: project.import-namespaces[0]: \"a\" is",
            "alone",
        ),
        ("import-names = ['a; public']", "4:17: project.import-names[0]: found", "or not"),
        ("dynamic = ['version']", "3:11: project.version: is in project.dynamic, too", "alone"),
        ("dynamic = ['classifiers']", "4:12: project.dynamic[0]: found \"classifiers\"", "give others"),
        ("dynamic = ['readme']", "4:12: tool.pyrepro.readme: is missing", "is dynamic"),
        ("dynamic = ['versoin']", "4:12: project.dynamic[0]: found", "did you mean \"version\"?"),
        ("licence = 'MIT'", "4:1: project.licence: there is no such key", "did you mean \"license\"?"),
    ];
    for (more, start, end) in refused {
        assert_refused(more, start, end);
    }
}

#[test]
fn messages_stay_short() {
    let long = "x!".repeat(100_000);
    let places = ["'V' = 1", "description = ['V']", "requires-python = 'V'", "license = 'V'", "readme = 'V'"];
    for place in
        places.into_iter().chain(["classifiers = ['License :: V']\nlicense = 'MIT'", "authors = [{V='a'}]"])
    {
        let message = refusal(&format!("{START}{}", place.replace('V', &long)));
        assert!(message.len() < 2_000, "{place} {}", message.len());
    }
}

#[test]
fn no_value_can_begin_another_line_of_the_metadata() {
    let values = ["a\\nLicense: b", "a\\rb", "a\\u0085b", "a\\u2028b", "a\\u000Bb", "a\\u0000b"];
    let places = [
        "description = \"V\"",
        "keywords = [\"V\"]",
        "authors = [{name = \"V\"}]",
        "authors = [{email = \"V@example.org\"}]",
        "classifiers = [\"A :: V\"]",
        "urls = {a = \"https://V\"}",
        "urls = {\"V\" = \"https://example.org\"}",
        "requires-python = \"===V\"",
        "license = \"V\"",
        "license-files = [\"V\"]",
        "dependencies = [\"V\"]",
        "dependencies = [\"a; os_name == 'V'\"]",
        "optional-dependencies = {\"V\" = []}",
        "import-names = [\"V\"]",
        "scripts = {a = \"V:b\"}",
        "scripts = {\"V\" = \"a:b\"}",
        "entry-points = {\"V\" = {a = 'b'}}",
        "entry-points.a = {\"V\" = 'b'}",
        "readme = {text = 'a', content-type = \"text/plain; charset=V\"}",
        "readme = \"V.md\"",
    ];
    for (place, value) in places.iter().flat_map(|place| values.map(|value| (place, value))) {
        refusal(&format!("{START}{}", place.replace('V', value)));
    }
}

#[test]
fn the_text_of_a_licence_stays_in_its_field() {
    let metadata = metadata("license = {text = \"MIT\\r\\n\\nName: evil\\n\"}");
    assert!(metadata.to_string().ends_with("License: MIT\n        \n        Name: evil\n"), "{metadata}");
    assert_refused("license = {text = \"MIT\\fName: evil\"}", "4:19: project.license.text", "tabs");
}

#[test]
fn licence_files_are_matched_read_and_listed() {
    let paths = ["COPYING", "LICENSE", "NOTICE.txt", "README.md", "a/LICENSE"];
    let read = |path: &Path| Ok(if path == Path::new("NOTICE.txt") { vec![0xff] } else { b"text".to_vec() });
    let listed =
        |more: &str| project(more).metadata(&paths, &read).map(|metadata| metadata.license_files().to_vec());
    assert_eq!(listed("license-files = []").unwrap(), Vec::<String>::new());
    assert_eq!(listed("license-files = ['**/LICENSE', 'LICENSE']").unwrap(), ["LICENSE", "a/LICENSE"]);
    let text = |_: &Path| Ok(b"text".to_vec());
    let named = project("license = {file = 'README.md'}").metadata(&paths, &text).unwrap();
    assert_eq!(named.license_files(), ["COPYING", "LICENSE", "NOTICE.txt", "README.md"]);
    let error = listed("license-files = ['COPYING', 'MISSING']").unwrap_err();
    assert_eq!((error.key.as_str(), error.line, error.column), ("project.license-files[1]", 4, 29));
    // What is taken by default is held to the same.
    assert!(listed("").unwrap_err().to_string().contains("NOTICE.txt is not UTF-8 from byte 0 on"));
}

#[test]
fn readmes_have_one_kind_of_line_end_and_errors_that_name_them() {
    let with = |content: &'static [u8]| {
        project("readme = './README.md'").metadata(&[], &|path| {
            assert_eq!(path, Path::new("README.md"));
            Ok(content.to_vec())
        })
    };
    assert_eq!(with(b"\xef\xbb\xbfa\r\nb\rc").unwrap().description(), Some("a\nb\nc"));
    assert!(with(b"a\xff").unwrap_err().to_string().ends_with("README.md is not UTF-8 from byte 1 on"));
    let error = project("readme = 'README.md'").metadata(&[], &no_files).unwrap_err();
    assert!(error.to_string().starts_with("pyproject.toml:4:10: project.readme: README.md cannot be read: "));
}

#[test]
fn a_dynamic_version_is_read_from_its_file() {
    let version = |settings: &str, source: &'static str| {
        let toml = format!("[project]\nname='a'\ndynamic=['version']\n[tool.pyrepro.version]\n{settings}");
        let project = Project::parse(toml.as_bytes()).map_err(|error| error.to_string())?;
        assert!(project.static_version().is_none());
        let metadata = project.metadata(&[], &|_| Ok(source.into())).map_err(|error| error.to_string())?;
        Ok::<_, String>(metadata.version().to_string())
    };
    assert_eq!(version("path='a.py'", "__version__ = '1.0-rc1'\n").unwrap(), "1.0rc1");
    assert_eq!(version("path='a'\npattern='^v = (?P<version>\\S+)'", "x\nv = 2\n").unwrap(), "2");
    let refused = [
        (
            "path='a.py'",
            "__version__ = 'x'\n",
            "5:6: tool.pyrepro.version.path: a.py has a bad version: found \"x\"",
        ),
        ("path='a.py'", "", "a.py does not assign a string to __version__"),
        ("path='a.py'", "__version__ = f()\n", "runs no code"),
        ("path='a'\npattern='(b)'", "a", "nothing that matches"),
        ("path='a'\npattern='b'", "a", "a group"),
        ("path='a'\npattern='('", "a", "6:9: tool.pyrepro.version.pattern: found \"(\""),
        ("paht='a'", "", "did you mean \"path\"?"),
        ("path='../a'", "", "stays in it"),
    ];
    for (settings, source, part) in refused {
        let message = version(settings, source).unwrap_err();
        assert!(message.contains(part), "{settings} {message}");
    }
    let nowhere = Project::parse(b"[project]\nname='a'\ndynamic=['version']").unwrap();
    let error = nowhere.metadata(&[], &|_| unreachable!()).unwrap_err().to_string();
    assert!(error.contains("3:10: tool.pyrepro.version: is missing"), "{error}");
}

#[test]
fn a_pattern_that_never_ends_is_given_up() {
    let toml = b"[project]\nname='a'\ndynamic=['version']\n[tool.pyrepro.version]\npath='a'\npattern='((x+x+)+\\1y)'";
    let project = Project::parse(toml).unwrap();
    assert!(project.metadata(&[], &|_| Ok(vec![b'x'; 64])).is_err());
}

#[test]
fn import_names_make_the_metadata_of_version_2_5() {
    let names = |more: &str| {
        let metadata = metadata(more);
        (field(&metadata, "Metadata-Version").concat(), field(&metadata, "Import-Name"))
    };
    assert_eq!(names(""), ("2.4".into(), vec![]));
    assert_eq!(names("import-names = []"), ("2.5".into(), vec![String::new()]));
    assert!(metadata("import-names = []").to_string().ends_with("Import-Name:\n"));
    let shared = metadata("import-names = ['a.b', '_c;  private']\nimport-namespaces = ['a']");
    assert_eq!(field(&shared, "Import-Name"), ["a.b", "_c; private"]);
    assert_eq!(field(&shared, "Import-Namespace"), ["a"]);
}

#[test]
fn what_will_not_last_is_warned_of_once() {
    let warned =
        |more: &str| -> Vec<String> { project(more).warnings.iter().map(ToString::to_string).collect() };
    let cases = [
        ("license = 'GPL-2.0'", "pyproject.toml:4:11: project.license: "),
        ("license = {text = 'MIT'}", "pyproject.toml:4:11: project.license: "),
        ("classifiers = ['License :: A', 'License :: B']", "pyproject.toml:4:16: project.classifiers[0]: "),
        ("keywords = ['a, b', 'c, d']", "pyproject.toml:4:13: project.keywords[0]: "),
        ("authors = [{name = 'Doe, Jane'}]", "pyproject.toml:4:12: project.authors[0]: "),
    ];
    for (more, start) in cases {
        let warnings = warned(more);
        assert!(warnings.len() == 1 && warnings[0].starts_with(start), "{warnings:?}");
    }
    assert!(warned("license = 'MIT'\nauthors = [{name = 'Doe, J', email = 'j@e.org'}]").is_empty());
}

#[test]
fn well_known_labels_are_known_however_they_are_written() {
    let project = project(
        "[project.urls]\n'Home Page' = 'https://a.b'\nWHATS-NEW = 'https://a.b'\nBlog = 'https://a.b'",
    );
    let known: Vec<Option<WellKnown>> = project.urls.iter().map(Url::well_known).collect();
    assert_eq!(known, [Some(WellKnown::Homepage), Some(WellKnown::Changelog), None]);
}

#[test]
fn tables_that_are_not_of_the_project_are_left_alone() {
    let more =
        "[dependency-groups]\na = ['not a requirement!']\n[tool.other]\nb = 1\n[build-system]\nrequires = []";
    assert!(project(more).warnings.is_empty());
}

/// A header of metadata as RFC 5322 has it, and the rest.
fn parsed(metadata: &str) -> (Vec<(String, String)>, Option<String>) {
    let (head, body) = match metadata.split_once("\n\n") {
        Some((head, body)) => (head, Some(body.to_owned())),
        None => (metadata.strip_suffix('\n').unwrap(), None),
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split('\n') {
        match line.strip_prefix("        ") {
            Some(more) => {
                let (_, value) = fields.last_mut().unwrap();
                *value += &format!("\n{more}");
            }
            None => {
                let (name, value) = line.split_once(':').unwrap();
                fields.push((name.to_owned(), value.trim_start().to_owned()));
            }
        }
    }
    (fields, body)
}

/// A text as a string of TOML.
fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

proptest! {
    #[test]
    fn metadata_parses_back(
        summary in "\\PC{0,40}",
        name in "\\PC{1,30}",
        keywords in proptest::collection::vec("\\PC{1,10}", 0..4),
        license in "[ -~\n]{1,60}",
        body in "(?s).{0,100}",
        minor in 0..30_u32,
        python in any::<bool>(),
    ) {
        let toml = format!(
            "{START}description = {}\nkeywords = [{}]\nauthors = [{{name = {}, email = 'a@b.c'}}]\n\
             license = {{text = {}}}\nreadme = {{text = {}, content-type = 'text/plain'}}\n\
             dependencies = ['a>=1.{minor}{}']\n",
            quoted(&summary),
            keywords.iter().map(|keyword| quoted(keyword)).collect::<Vec<_>>().join(", "),
            quoted(&name),
            quoted(&license),
            quoted(&body),
            if python { "; python_version < \"3.9\"" } else { "" },
        );
        let blank = |text: &String| text.trim().is_empty();
        prop_assume!(!blank(&name) && !blank(&license) && !keywords.iter().any(blank));
        // Two line separators are no control characters for the pattern, and refused.
        let project = Project::parse(toml.as_bytes());
        prop_assume!(!toml.contains(['\u{2028}', '\u{2029}']));
        let metadata = project.unwrap().metadata(&[], &no_files).unwrap();
        let (fields, description) = parsed(&metadata.to_string());
        let expected: Vec<(String, String)> =
            metadata.fields().iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
        prop_assert_eq!(fields, expected);
        prop_assert_eq!(description, Some(body.replace("\r\n", "\n").replace('\r', "\n")));
        let summaries = field(&metadata, "Summary").concat();
        prop_assert_eq!(summaries.as_str(), summary.trim());
    }

    #[test]
    fn no_text_makes_reading_panic(value in "\\PC{0,60}", which in 0..12_usize) {
        let key = [
            "name", "version", "readme", "requires-python", "license", "description", "urls.a", "scripts.a",
            "dependencies", "license-files", "import-names", "authors",
        ][which];
        let value = if which < 8 { quoted(&value) } else { format!("[{}]", quoted(&value)) };
        let _ = Project::parse(format!("[project]\n{key} = {value}\n").as_bytes());
        let _ = Project::parse(format!("{START}{key} = {value}\n").as_bytes());
    }
}
