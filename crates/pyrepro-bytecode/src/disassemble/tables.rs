//! What opcodes are called and what their arguments mean: `tables/`, as `generate.py` wrote it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::python::Version;

static TEXTS: [&str; 9] = [
    include_str!("tables/3.7.txt"),
    include_str!("tables/3.8.txt"),
    include_str!("tables/3.9.txt"),
    include_str!("tables/3.10.txt"),
    include_str!("tables/3.11.txt"),
    include_str!("tables/3.12.txt"),
    include_str!("tables/3.13.txt"),
    include_str!("tables/3.14.txt"),
    include_str!("tables/3.15.txt"),
];

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| TEXTS.iter().map(|text| Table::parse(text)).collect());

/// The opcodes of one version, by number.
pub(super) struct Table([Opcode; 256]);

#[derive(Clone)]
pub(super) struct Opcode {
    pub name: String,
    /// How many code units of cache follow.
    pub caches: usize,
    pub argument: Argument,
}

/// What an argument means; `generate.py` explains each.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Argument {
    None,
    Number,
    Extend,
    Constant,
    HiddenConstant,
    Variable,
    Cell,
    TwoVariables,
    Name(Vec<&'static str>),
    Jump { template: &'static str, from_here: bool, base: i64, step: i64 },
    Words { words: Vec<&'static str>, again: bool },
}

impl Table {
    pub fn of(version: Version) -> &'static Table {
        let place = Version::all().position(|known| known == version);
        &TABLES[place.unwrap_or_default()]
    }

    pub fn opcode(&self, number: u8) -> &Opcode {
        &self.0[usize::from(number)]
    }

    fn parse(text: &'static str) -> Table {
        let mut opcodes = std::array::from_fn(|number| Opcode {
            name: format!("<{number}>"),
            caches: 0,
            argument: Argument::Number,
        });
        let lines = || text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        let known: HashMap<_, _> =
            lines().filter_map(|line| Some((line[1], meaning(line.get(2..)?)?))).collect();
        for line in lines() {
            let meant = if line[2] == "as" { known.get(line[3]) } else { known.get(line[1]) };
            let place = line[0].parse::<usize>().ok().and_then(|number| opcodes.get_mut(number));
            if let (Some((caches, argument)), Some(place)) = (meant, place) {
                *place = Opcode { name: line[1].to_owned(), caches: *caches, argument: argument.clone() };
            }
        }
        Table(opcodes)
    }
}

/// The columns behind the name.
fn meaning(columns: &[&'static str]) -> Option<(usize, Argument)> {
    let (caches, columns) = columns.split_first()?;
    let argument = match columns {
        ["-"] => Argument::None,
        ["number"] => Argument::Number,
        ["extend"] => Argument::Extend,
        ["const"] => Argument::Constant,
        ["hidden"] => Argument::HiddenConstant,
        ["local"] => Argument::Variable,
        ["cell"] => Argument::Cell,
        ["locals"] => Argument::TwoVariables,
        ["name", templates @ ..] => Argument::Name(templates.to_vec()),
        ["jump", template, from, base, step] => Argument::Jump {
            template,
            from_here: *from == "here",
            base: base.parse().ok()?,
            step: step.parse().ok()?,
        },
        ["words", runs @ ..] => Argument::Words { words: words(runs)?, again: false },
        ["cycle", runs @ ..] => Argument::Words { words: words(runs)?, again: true },
        _ => return None,
    };
    Some((caches.parse().ok()?, argument))
}

fn words(runs: &[&'static str]) -> Option<Vec<&'static str>> {
    let mut words = Vec::new();
    for run in runs {
        let (count, word) = run.split_once('*')?;
        words.extend(std::iter::repeat_n(word, count.parse().ok()?));
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_table_is_understood() {
        for (text, version) in TEXTS.iter().zip(Version::all()) {
            assert_eq!(text.lines().next(), Some(format!("Python\t{version}").as_str()));
            let table = Table::of(version);
            for line in text.lines().skip(1) {
                let columns: Vec<_> = line.split('\t').collect();
                let opcode = table.opcode(columns[0].parse().unwrap());
                assert_eq!(opcode.name, columns[1], "{version}");
                assert!(columns[2] == "as" || meaning(&columns[2..]).is_some(), "{version}: {line}");
            }
        }
    }

    #[test]
    fn names_lie_behind_bits_that_a_power_of_two_of_templates_is_for() {
        for table in TABLES.iter() {
            for opcode in &table.0 {
                if let Argument::Name(templates) = &opcode.argument {
                    assert!(templates.len().is_power_of_two(), "{}", opcode.name);
                }
            }
        }
    }
}
