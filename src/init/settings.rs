//! What a project's settings are once pyrepro builds it.

use toml_edit::{Array, InlineTable, Item, Table, Value, value};

/// Requires the releases that read projects as this one does.
pub fn requirement() -> String {
    let [major, minor] = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR")];
    let minor: u32 = minor.parse().unwrap_or_default();
    format!("pyrepro>={},<{major}.{}", env!("CARGO_PKG_VERSION"), minor + 1)
}

impl Settings {
    /// The version is in a file, where a pattern or `__version__ =` is before it.
    pub fn set_version_in(&mut self, path: impl Into<String>, pattern: Option<String>) {
        self.version = vec![("path", path.into())];
        self.version.extend(pattern.map(|pattern| ("pattern", pattern)));
    }
}

/// What goes over from another backend.
#[derive(Debug, Default)]
pub struct Settings {
    pub module_names: Vec<String>,
    pub module_root: Option<String>,
    pub namespace: bool,
    pub source_include: Vec<String>,
    pub source_exclude: Vec<String>,
    pub wheel_exclude: Vec<String>,
    pub default_excludes: Option<bool>,
    /// Schemes and their folders.
    pub data: Vec<(String, String)>,
    /// The keys of the table that says where the version is.
    pub version: Vec<(&'static str, String)>,
    /// Classifiers that have no place any more.
    pub dropped_classifiers: Vec<String>,
    /// Tables that say the same to pyrepro under another name.
    pub moved: Vec<(Vec<String>, &'static str)>,
    /// The patterns of licence files, where they were elsewhere.
    pub license_files: Vec<String>,
    /// Metadata that the other backend took from elsewhere, for keys of `[project]`.
    pub project: Vec<(&'static str, String)>,
    /// The keys that say nothing any more.
    pub obsolete: Vec<Vec<String>>,
}

impl Settings {
    /// `[tool.pyrepro]`, if there is anything to say.
    pub fn settings(&self) -> Option<Table> {
        let mut table = Table::new();
        let mut set = |key: &str, value: Value| drop(table.insert(key, Item::Value(value)));
        match self.module_names.as_slice() {
            [] => {}
            [one] => set("module-name", one.into()),
            several => set("module-name", array(several)),
        }
        if let Some(root) = &self.module_root {
            set("module-root", root.into());
        }
        if self.namespace {
            set("namespace", true.into());
        }
        for (key, patterns) in [
            ("source-include", &self.source_include),
            ("source-exclude", &self.source_exclude),
            ("wheel-exclude", &self.wheel_exclude),
        ] {
            if !patterns.is_empty() {
                set(key, array(patterns));
            }
        }
        if let Some(default) = self.default_excludes {
            set("default-excludes", default.into());
        }
        if !self.data.is_empty() {
            set("data", inline(self.data.iter().map(|(scheme, folder)| (scheme.as_str(), folder.as_str()))));
        }
        if !self.version.is_empty() {
            set("version", inline(self.version.iter().map(|(key, text)| (*key, text.as_str()))));
        }
        (!table.is_empty()).then_some(table)
    }
}

fn array(texts: &[String]) -> Value {
    let mut array: Array = texts.iter().map(String::as_str).collect();
    // One on each line where there are many.
    if texts.len() > 3 {
        array.iter_mut().for_each(|text| text.decor_mut().set_prefix("\n    "));
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    Value::Array(array)
}

fn inline<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let mut table = InlineTable::new();
    for (key, text) in pairs {
        table.insert(key, text.into());
    }
    Value::InlineTable(table)
}

/// `[build-system]` as it is to be.
pub fn set_build_system(table: &mut Table) {
    let mut requires = Array::new();
    requires.push(requirement());
    table["requires"] = value(requires);
    table["build-backend"] = value("pyrepro");
}
