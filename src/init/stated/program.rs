//! setup.py, read without running it: names, strings, lists, files that are opened, and the call of `setup()`.
//!
//! Whatever else it does would be done by setuptools and not by pyrepro, so it is refused with its line.

use std::collections::HashMap;
use std::path::Path;

use pyrepro_compiler::ast::{Alias, CmpOp, ExprId, ExprKind, Keyword, List, Operator, StmtId, StmtKind};
use pyrepro_compiler::constant::{Const, ConstId};
use pyrepro_compiler::decode::Source;
use pyrepro_compiler::edition::EDITIONS;
use pyrepro_compiler::parser::{self, Parsed};
use pyrepro_compiler::symbol::Symbol;

use super::super::refusal::{RUNS_CODE, Refusal};
use super::value::{Argument, Find, Value};
use crate::there;

const FILE: &str = "setup.py";
/// The arguments of `setup()`, or what is in the way of knowing them.
pub fn read(root: &Path, text: &str) -> Result<Vec<Argument>, Vec<Refusal>> {
    let rules = EDITIONS.last().expect("there are editions").rules;
    let parsed = Source::decode(text.as_bytes()).and_then(|source| parser::parse(&source, rules));
    let Ok(parsed) = parsed else {
        return Err(vec![Refusal::of_file(Path::new(FILE), None, "is not Python that pyrepro can read")]);
    };
    let mut program = Program {
        root,
        parsed: &parsed,
        names: HashMap::new(),
        executed: None,
        arguments: None,
        refusals: Vec::new(),
    };
    program.block(parsed.ast.body);
    program.refusals.dedup();
    match program.arguments {
        _ if !program.refusals.is_empty() => Err(program.refusals),
        Some(arguments) => Ok(arguments),
        None => Err(vec![Refusal::of_file(Path::new(FILE), None, "does not call setup()")]),
    }
}

/// What a name stands for.
#[derive(Clone)]
enum Meaning {
    Value(Value),
    /// A module of somebody else.
    Module(String),
    /// A function of setuptools.
    Setuptools(String),
    /// An open file, or the path of one.
    File(String),
    /// The names that a file of the project assigns.
    Names(String),
    /// The project's folder, or a path below it.
    Path(String),
}

struct Program<'p> {
    root: &'p Path,
    parsed: &'p Parsed,
    names: HashMap<Symbol, Meaning>,
    /// The file whose code was executed among the names of setup.py.
    executed: Option<String>,
    arguments: Option<Vec<Argument>>,
    refusals: Vec<Refusal>,
}

impl Program<'_> {
    fn name(&self, symbol: Symbol) -> String {
        self.parsed.symbols.lossy(symbol).into_owned()
    }

    fn refuse(&mut self, line: i32, reason: &str) {
        self.refusals.push(Refusal::of_file(Path::new(FILE), usize::try_from(line).ok(), reason));
    }

    fn block(&mut self, body: List<StmtId>) {
        for statement in self.parsed.ast[body].iter().copied() {
            self.statement(statement);
        }
    }

    fn statement(&mut self, id: StmtId) {
        let ast = &self.parsed.ast;
        let line = ast[id].span.line;
        match ast[id].kind {
            StmtKind::Pass | StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => {}
            StmtKind::Import { names, .. } => ast[names].iter().for_each(|alias| self.import(alias)),
            StmtKind::ImportFrom { module, names, level: 0, .. } => {
                let module = module.map(|module| self.name(module)).unwrap_or_default();
                for alias in ast[names].iter().copied() {
                    let meaning = self.member(self.module(&module), &self.name(alias.name));
                    self.names.insert(alias.asname.unwrap_or(alias.name), meaning);
                }
            }
            StmtKind::Assign { targets, value } => {
                let meaning = self.meaning(value);
                match ast[targets] {
                    [target] => self.bind(target, meaning),
                    _ => self.refuse(line, RUNS_CODE),
                }
            }
            StmtKind::AnnAssign { target, value: Some(value), .. } => {
                let meaning = self.meaning(value);
                self.bind(target, meaning);
            }
            StmtKind::With { items, body } => {
                for item in ast[items].iter().copied() {
                    let meaning = self.meaning(item.context_expr);
                    if let Some(target) = item.optional_vars {
                        self.bind(target, meaning);
                    }
                }
                self.block(body);
            }
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                let imports = |block: List<StmtId>| ast[block].iter().all(|id| self.is_import(*id));
                let is_choice = imports(body)
                    && ast[handlers].iter().all(|handler| imports(handler.body))
                    && ast[orelse].is_empty()
                    && ast[finalbody].is_empty();
                // setuptools is there, so what is imported without it is not.
                if is_choice { self.block(body) } else { self.refuse(line, RUNS_CODE) }
            }
            StmtKind::If { test, body, .. } if self.is_main(test) => self.block(body),
            StmtKind::If { test, body, orelse } if ast[orelse].is_empty() && self.is_version_check(test) => {
                if !self.only_ends(body) {
                    self.refuse(line, RUNS_CODE);
                }
            }
            StmtKind::Expr { value } => self.run(value, line),
            _ => self.refuse(line, RUNS_CODE),
        }
    }

    fn import(&mut self, alias: &Alias) {
        let module = self.name(alias.name);
        // `import a.b` binds `a`.
        let (bound, module) = match alias.asname {
            Some(name) => (Some(name), module),
            None => {
                let top = module.split('.').next().unwrap_or(&module).to_owned();
                (self.parsed.symbols.find(top.as_bytes()), top)
            }
        };
        let meaning = self.module(&module);
        self.names.extend(bound.map(|bound| (bound, meaning)));
    }

    fn is_import(&self, id: StmtId) -> bool {
        matches!(self.parsed.ast[id].kind, StmtKind::Import { .. } | StmtKind::ImportFrom { .. })
    }

    /// An expression that stands alone: a docstring, or a call for what it does.
    fn run(&mut self, id: ExprId, line: i32) {
        let ast = &self.parsed.ast;
        let ExprKind::Call { func, args, keywords } = ast[id].kind else {
            if !matches!(ast[id].kind, ExprKind::Constant { .. }) {
                self.refuse(line, RUNS_CODE);
            }
            return;
        };
        if self.is_named(func, "exec") {
            return self.execute(&ast[args], line);
        }
        match self.meaning(func) {
            Meaning::Setuptools(name) if name == "setup" && ast[args].is_empty() => {
                self.setup(keywords, line)
            }
            _ => self.refuse(line, RUNS_CODE),
        }
    }

    /// `exec(text)` and `exec(text, names)`: the version, as a rule.
    fn execute(&mut self, arguments: &[ExprId], line: i32) {
        let ast = &self.parsed.ast;
        let file = arguments.first().map(|text| self.meaning(*text));
        match (file, arguments) {
            (Some(Meaning::Value(Value::Content(file))), [_]) => self.executed = Some(file),
            (Some(Meaning::Value(Value::Content(file))), [_, names]) => match ast[*names].kind {
                ExprKind::Name { id, .. } => drop(self.names.insert(id, Meaning::Names(file))),
                _ => self.refuse(line, RUNS_CODE),
            },
            _ => self.refuse(line, RUNS_CODE),
        }
    }

    fn setup(&mut self, keywords: List<Keyword>, line: i32) {
        if self.arguments.is_some() {
            return self.refuse(line, "calls setup() a second time");
        }
        let mut arguments = Vec::new();
        for keyword in self.parsed.ast[keywords].iter().copied() {
            let line = usize::try_from(keyword.span.line).unwrap_or_default();
            let value = self.value(keyword.value);
            let argument = |name, value| Argument { name, value, file: FILE, line };
            match (keyword.arg, value) {
                (Some(name), value) => arguments.push(argument(self.name(name), value)),
                (None, Value::Pairs(pairs)) => {
                    arguments.extend(pairs.into_iter().map(|(name, value)| argument(name, value)));
                }
                (None, _) => self.refuse(keyword.span.line, RUNS_CODE),
            }
        }
        self.arguments = Some(arguments);
    }

    fn bind(&mut self, target: ExprId, meaning: Meaning) {
        match self.parsed.ast[target].kind {
            ExprKind::Name { id, .. } => drop(self.names.insert(id, meaning)),
            _ => self.refuse(self.parsed.ast[target].span.line, RUNS_CODE),
        }
    }

    fn value(&mut self, id: ExprId) -> Value {
        match self.meaning(id) {
            Meaning::Value(value) => value,
            Meaning::Path(path) => Value::Text(path),
            _ => Value::Unknown,
        }
    }

    fn meaning(&mut self, id: ExprId) -> Meaning {
        let ast = &self.parsed.ast;
        Meaning::Value(match ast[id].kind {
            ExprKind::Constant { value, .. } => self.constant(value),
            ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                Value::List(ast[elts].iter().copied().map(|element| self.value(element)).collect())
            }
            ExprKind::Dict { keys, values } => {
                let keys: Option<Vec<ExprId>> = ast[keys].iter().copied().collect();
                let values: Vec<Value> = ast[values].iter().copied().map(|value| self.value(value)).collect();
                let text = |key: ExprId| self.value(key).text().map(str::to_owned);
                let keys: Option<Vec<String>> = keys.and_then(|keys| keys.into_iter().map(text).collect());
                keys.map_or(Value::Unknown, |keys| Value::Pairs(keys.into_iter().zip(values).collect()))
            }
            ExprKind::BinOp { left, op: Operator::Add, right } => match (self.value(left), self.value(right))
            {
                (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
                (Value::List(left), Value::List(right)) => Value::List([left, right].concat()),
                _ => Value::Unknown,
            },
            ExprKind::Name { id, .. } => return self.named(id),
            ExprKind::Attribute { value, attr, .. } => {
                let (whole, name) = (self.meaning(value), self.name(attr));
                return self.member(whole, &name);
            }
            ExprKind::Subscript { value, slice, .. } => match (self.meaning(value), self.value(slice)) {
                (Meaning::Names(file), Value::Text(name)) => Value::Assigned(file, name),
                _ => Value::Unknown,
            },
            ExprKind::Call { func, args, keywords } => {
                return self.call(func, args, keywords, ast[id].span.line);
            }
            _ => {
                self.refuse(ast[id].span.line, RUNS_CODE);
                Value::Unknown
            }
        })
    }

    fn constant(&self, id: ConstId) -> Value {
        match &self.parsed.constants[id] {
            Const::None => Value::None,
            Const::True => Value::Flag(true),
            Const::False => Value::Flag(false),
            Const::Str(text) => {
                self.parsed.symbols.text(*text).map_or(Value::Unknown, |text| Value::Text(text.to_owned()))
            }
            _ => Value::Unknown,
        }
    }

    fn named(&self, symbol: Symbol) -> Meaning {
        if let Some(meaning) = self.names.get(&symbol) {
            return meaning.clone();
        }
        let name = self.name(symbol);
        match &self.executed {
            _ if name == "__file__" => Meaning::Path(FILE.to_owned()),
            _ if name == "open" => Meaning::Module(name),
            Some(file) => Meaning::Value(Value::Assigned(file.clone(), name)),
            None => Meaning::Value(Value::Unknown),
        }
    }

    /// A module by its name: one of the project's own, setuptools, or any other.
    fn module(&self, name: &str) -> Meaning {
        if matches!(name, "setuptools" | "distutils.core") {
            return Meaning::Setuptools(String::new());
        }
        let path = name.replace('.', "/");
        let own = [format!("{path}.py"), format!("{path}/__init__.py")]
            .into_iter()
            .find(|file| there::is_file(&self.root.join(file)).unwrap_or_default());
        own.map_or_else(|| Meaning::Module(name.to_owned()), Meaning::Names)
    }

    fn member(&self, whole: Meaning, name: &str) -> Meaning {
        match whole {
            Meaning::Setuptools(module) if module.is_empty() => Meaning::Setuptools(name.to_owned()),
            Meaning::Names(file) => Meaning::Value(Value::Assigned(file, name.to_owned())),
            Meaning::Module(module) => Meaning::Module(format!("{module}.{name}")),
            _ => Meaning::Value(Value::Unknown),
        }
    }

    fn call(&mut self, func: ExprId, args: List<ExprId>, keywords: List<Keyword>, line: i32) -> Meaning {
        let ast = &self.parsed.ast;
        // A method of a file.
        if let ExprKind::Attribute { value, attr, .. } = ast[func].kind
            && let Meaning::File(path) | Meaning::Path(path) = self.meaning(value)
        {
            return match self.name(attr).as_str() {
                "read" | "read_text" => Meaning::Value(Value::Content(path)),
                "open" => Meaning::File(path),
                "resolve" | "absolute" => Meaning::Path(path),
                _ => self.unknown(line),
            };
        }
        if self.is_named(func, "dict") && ast[args].is_empty() && ast[keywords].is_empty() {
            return Meaning::Value(Value::Pairs(Vec::new()));
        }
        let arguments = &ast[args];
        match self.meaning(func) {
            Meaning::Setuptools(name) if name == "find_packages" || name == "find_namespace_packages" => {
                let find = self.find(arguments, keywords, name == "find_namespace_packages");
                find.map_or_else(|| self.unknown(line), |find| Meaning::Value(Value::Found(find)))
            }
            Meaning::Module(name) => self.library(&name, arguments).unwrap_or_else(|| self.unknown(line)),
            _ => self.unknown(line),
        }
    }

    fn unknown(&mut self, line: i32) -> Meaning {
        self.refuse(line, RUNS_CODE);
        Meaning::Value(Value::Unknown)
    }

    /// Functions of the standard library that find and open files.
    fn library(&mut self, name: &str, arguments: &[ExprId]) -> Option<Meaning> {
        let paths: Vec<Option<String>> = arguments.iter().map(|argument| self.path(*argument)).collect();
        let first = paths.first().cloned().flatten();
        match name {
            "open" | "io.open" | "codecs.open" => first.map(Meaning::File),
            "pathlib.Path" | "os.path.abspath" | "os.path.realpath" => first.map(Meaning::Path),
            "os.path.dirname" => {
                let path = first?;
                Some(Meaning::Path(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()))
            }
            "os.path.join" => {
                let parts: Option<Vec<String>> = paths.into_iter().collect();
                let parts: Vec<String> = parts?.into_iter().filter(|part| !part.is_empty()).collect();
                Some(Meaning::Path(parts.join("/")))
            }
            _ => None,
        }
    }

    /// A path in the project.
    fn path(&mut self, id: ExprId) -> Option<String> {
        let path = self.value(id).text()?.to_owned();
        let is_inside =
            !path.starts_with('/') && !path.contains('\\') && !path.split('/').any(|part| part == "..");
        is_inside.then(|| path.trim_start_matches("./").to_owned())
    }

    fn find(&mut self, arguments: &[ExprId], keywords: List<Keyword>, namespaces: bool) -> Option<Find> {
        let mut find = Find { namespaces, ..Find::default() };
        let keywords = &self.parsed.ast[keywords];
        let named = keywords.iter().map(|keyword| Some((self.name(keyword.arg?), keyword.value)));
        let by_place =
            ["where", "exclude", "include"].map(str::to_owned).into_iter().zip(arguments.iter().copied());
        let all: Option<Vec<(String, ExprId)>> = by_place.map(Some).chain(named).collect();
        for (name, value) in all? {
            let value = self.value(value);
            match name.as_str() {
                "where" => find.folder = Some(value.text()?.to_owned()),
                "exclude" => find.exclude = value.texts()?,
                "include" => find.include = value.texts()?,
                _ => return None,
            }
        }
        Some(find)
    }

    fn is_named(&self, id: ExprId, name: &str) -> bool {
        match self.parsed.ast[id].kind {
            ExprKind::Name { id, .. } => !self.names.contains_key(&id) && self.name(id) == name,
            _ => false,
        }
    }

    /// `__name__ == "__main__"`
    fn is_main(&self, test: ExprId) -> bool {
        let ast = &self.parsed.ast;
        match ast[test].kind {
            ExprKind::Compare { left, ops, .. } => {
                self.is_named(left, "__name__") && matches!(ast[ops], [CmpOp::Eq])
            }
            _ => false,
        }
    }

    /// `sys.version_info < …`
    fn is_version_check(&self, test: ExprId) -> bool {
        let ast = &self.parsed.ast;
        let ExprKind::Compare { left, ops, .. } = ast[test].kind else { return false };
        let ExprKind::Attribute { attr, .. } = ast[left].kind else { return false };
        self.name(attr) == "version_info" && matches!(ast[ops], [CmpOp::Lt | CmpOp::LtE])
    }

    /// Whether a block only says something and ends, as for a Python that is too old.
    fn only_ends(&self, body: List<StmtId>) -> bool {
        let ast = &self.parsed.ast;
        ast[body].iter().all(|id| match ast[*id].kind {
            StmtKind::Raise { .. } => true,
            StmtKind::Expr { value } => match ast[value].kind {
                ExprKind::Call { func, .. } => match ast[func].kind {
                    ExprKind::Name { id, .. } => matches!(self.name(id).as_str(), "print" | "exit"),
                    ExprKind::Attribute { attr, .. } => matches!(self.name(attr).as_str(), "exit" | "write"),
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, Value)> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("orchard.py"), "").expect("a file");
        let arguments = read(folder.path(), text).expect("it can be known");
        arguments.into_iter().map(|argument| (argument.name, argument.value)).collect()
    }

    fn lines(text: &str) -> Vec<Option<usize>> {
        let refusals = read(Path::new("/nonexistent"), text).map(|_| ()).expect_err("it is refused");
        refusals.into_iter().map(|refusal| refusal.line).collect()
    }

    #[test]
    fn names_files_and_versions_are_known_without_running() {
        let text = "try:\n    from setuptools import setup, find_packages\nexcept ImportError:\n    from distutils.core import setup\n\
                    import orchard, os.path\nhere = os.path.abspath(os.path.dirname(__file__))\n\
                    with open(os.path.join(here, 'README.rst'), encoding='utf-8') as f:\n    text = f.read()\n\
                    more = {'b': ('c',)}\n\
                    setup(version=orchard.__version__, long_description=text, packages=find_packages('src', exclude=['t']),\n\
                    extras_require=more, keywords='a' 'b' + 'c')\n";
        let find = Find { folder: Some("src".into()), exclude: vec!["t".into()], ..Find::default() };
        let text_value = |text: &str| Value::Text(text.into());
        let expected = [
            ("version", Value::Assigned("orchard.py".into(), "__version__".into())),
            ("long_description", Value::Content("README.rst".into())),
            ("packages", Value::Found(find)),
            ("extras_require", Value::Pairs(vec![("b".into(), Value::List(vec![text_value("c")]))])),
            ("keywords", text_value("abc")),
        ];
        assert_eq!(said(text), expected.map(|(name, value)| (name.to_owned(), value)));
        let executed = "from setuptools import setup\nnames = {}\nexec(open('a/v.py').read(), names)\n\
                        exec(open('b.py').read())\nsetup(version=names['v'], name=w)\n";
        let assigned = |file: &str, name: &str| Value::Assigned(file.into(), name.into());
        let expected = [("version".into(), assigned("a/v.py", "v")), ("name".into(), assigned("b.py", "w"))];
        assert_eq!(said(executed), expected);
    }

    #[test]
    fn whatever_else_it_does_is_refused_with_its_line() {
        let setup = "from setuptools import setup\nsetup()\n";
        for work in [
            "import os\nos.system('make')\n",
            "import subprocess\nx = subprocess.run(['make'])\n",
            "\nfor a in b: pass\n",
            "\nx = [run() for a in b]\n",
            "\nx = f'{run()}'\n",
            "def f(): pass\nf()\n",
            "\nx = a or run()\n",
        ] {
            assert_eq!(lines(&format!("{work}{setup}")), [Some(2)], "{work}");
        }
        assert_eq!(lines("x = 1\n"), [None], "setup() is not called");
        assert_eq!(lines("x = (\n"), [None], "that is no Python");
    }
}
