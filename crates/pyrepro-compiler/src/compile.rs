//! One source to the code of one edition.

use crate::ast::Ast;
use crate::backend::Backend;
use crate::codegen::{self, Input, Tables};
use crate::constant::Constants;
use crate::decode::Source;
use crate::edition::Edition;
use crate::error::{Result, Warning};
use crate::future;
use crate::location::Locations;
use crate::parser::{self, Parsed};
use crate::preprocess;
use crate::rules::Rules;
use crate::symbol::Symbols;
use crate::symtable::SymbolTable;
use crate::write;

/// What a source becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// For each level the module's code object: marshal data in canonical form 1.
    pub code: Vec<Vec<u8>>,
    /// What CPython warns of when it compiles the first of the levels.
    pub warnings: Vec<Warning>,
}

/// Compiles a source as the releases of `edition` do.
///
/// `file_name` is what the code objects say they come from, with lone surrogates for bytes that are no UTF-8; `levels` are the levels of optimization, 0 to 2.
pub fn compile(
    source: &[u8],
    file_name: impl AsRef<[u8]>,
    edition: &Edition,
    levels: &[u8],
) -> Result<Compiled> {
    let file_name = file_name.as_ref();
    let source = Source::decode(source)?;
    let parsed = parser::parse(&source, edition.rules)?;
    let mut compiled = Compiled { code: Vec::with_capacity(levels.len()), warnings: Vec::new() };
    for (index, level) in levels.iter().enumerate() {
        let (code, warnings) = Unit::of(&parsed).compile(file_name, edition.rules, *level)?;
        compiled.code.push(code);
        if index == 0 {
            compiled.warnings = warnings;
        }
    }
    Ok(compiled)
}

/// A parsed source on its way through the stages behind the parser, which change it.
struct Unit {
    ast: Ast,
    symbols: Symbols,
    constants: Constants,
    warnings: Vec<Warning>,
}

impl Unit {
    fn of(parsed: &Parsed) -> Self {
        let Parsed { ast, symbols, constants, warnings } = parsed;
        Self {
            ast: ast.clone(),
            symbols: symbols.clone(),
            constants: constants.clone(),
            warnings: warnings.clone(),
        }
    }

    fn compile(
        mut self,
        file_name: &[u8],
        rules: &'static Rules,
        level: u8,
    ) -> Result<(Vec<u8>, Vec<Warning>)> {
        let future = future::parse(&self.ast, &self.symbols, &self.constants)?;
        preprocess::run(
            &mut self.ast,
            &mut self.constants,
            &mut self.symbols,
            rules,
            preprocess::Options { level, future_annotations: future.annotations },
            &mut self.warnings,
        )?;
        let table = SymbolTable::build(&self.ast, &mut self.symbols, &self.constants, &future, rules)?;
        let mut locations = Locations::default();
        let mut backend = Backend::new(rules);
        let root = codegen::generate(
            Input { ast: &self.ast, table: &table, future: &future, rules, level },
            Tables {
                symbols: &mut self.symbols,
                constants: &mut self.constants,
                locations: &mut locations,
                warnings: &mut self.warnings,
            },
            &mut backend,
        )?;
        let file_name = self.symbols.intern_wtf8(file_name);
        let file_name = self.constants.add_str(file_name);
        let code = write::write(root, file_name, &backend.codes, &self.constants, &self.symbols);
        Ok((code, self.warnings))
    }
}
