//! Whether the function that an application starts with is there, as far as its sources tell.

use super::BuildWarning;
use super::entry_point::EntryPoint;
use super::members::Members;

/// An entry point whose module is not in the application.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "-m names the module {module}, and the application has neither {path}.py nor {path}/__init__.py; \
     name a module that is in it, or add the wheel that has it"
)]
pub struct NoModule {
    /// The module.
    module: String,
    /// Where it would have to be, without an ending.
    path: String,
}

/// What makes names that no source spells out.
const MAKERS: [&str; 7] = ["import *", "__getattr__", "globals", "setattr", "exec", "vars", "sys.modules"];

/// Looks for the module and the function. A name that a module could make when it runs is taken to be there.
pub(super) fn check(entry_point: &EntryPoint, members: &Members) -> Result<Option<BuildWarning>, NoModule> {
    let path = entry_point.module().replace('.', "/");
    let places = [format!("{path}.py"), format!("{path}/__init__.py")];
    let compiled = || places.iter().any(|place| members.has(&format!("{place}c")));
    let extension = || members.extension_modules().any(|other| other.starts_with(&format!("{path}.")));
    let Some(place) = places.iter().find(|place| members.has(place)) else {
        let module = entry_point.module().to_owned();
        return if compiled() || extension() { Ok(None) } else { Err(NoModule { module, path }) };
    };
    let source = members.sources().find(|(found, _)| found == place).map(|(_, source)| source.held());
    let Some(Ok(Some(source))) = source else { return Ok(None) };
    let source = String::from_utf8_lossy(&source);
    let name = entry_point.function().split('.').next().unwrap_or_default();
    let below = format!("{path}/{name}");
    let is_module = [".py", "/__init__.py"].iter().any(|ending| members.has(&format!("{below}{ending}")));
    let may_be_made = MAKERS.iter().any(|maker| source.contains(maker));
    let is_there = is_module || may_be_made || has_word(&source, name);
    Ok((!is_there).then(|| BuildWarning::NoName { path: place.clone(), name: name.to_owned() }))
}

/// Whether a text has a name as a whole word. What is not ASCII can be spelt in several ways.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !name.is_ascii() || text.split(|c| !is_part(c)).any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("def main():", "main") && has_word("from x import main\n", "main"));
        assert!(!has_word("def main_():", "main") && !has_word("domain", "main"));
    }
}
