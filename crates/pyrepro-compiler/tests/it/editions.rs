//! One program for several editions: parsed once where that is enough, and each time the code that it has alone.

use pyrepro_compiler::edition::{EDITIONS, Edition};
use pyrepro_compiler::{Program, compile};

const LISTS: [&str; 2] = [include_str!("data/once.txt"), include_str!("snippets.txt")];
const LINES: [&str; 2] = [include_str!("data/refusals.txt"), include_str!("data/edges.txt")];

fn sources() -> impl Iterator<Item = String> {
    let listed = LISTS.iter().flat_map(|list| list.split("# ---\n")).map(str::to_owned);
    listed.chain(LINES.iter().flat_map(|list| list.lines()).map(|line| line.replace("\\n", "\n")))
}

/// The newest edition of each version.
fn newest() -> Vec<&'static Edition> {
    let is_newest =
        |(edition, next): &(&Edition, Option<&Edition>)| next.is_none_or(|next| next.minor != edition.minor);
    let next = EDITIONS.iter().skip(1).map(Some).chain([None]);
    EDITIONS.iter().zip(next).filter(is_newest).map(|(edition, _)| edition).collect()
}

#[test]
fn what_was_parsed_for_one_edition_gives_the_code_of_another() {
    let (up, down) = (newest(), newest().into_iter().rev().collect());
    assert_eq!(up.len(), 5);
    let mut compared = 0;
    for source in sources() {
        // The tree of the oldest serves the newer ones, and the other way round.
        for editions in [&up, &down] {
            let mut program = Program::new(source.as_bytes());
            for edition in editions {
                let shared = program.compile("m.py", edition, &[0]);
                assert_eq!(shared, compile(source.as_bytes(), "m.py", edition, &[0]), "{edition}: {source}");
                compared += 1;
            }
        }
    }
    assert!(compared > 5_000, "{compared}");
}

/// How often a source is parsed for the newest editions of all versions.
fn parses(source: &str) -> usize {
    let mut program = Program::new(source.as_bytes());
    for edition in newest() {
        assert!(program.compile("m.py", edition, &[0]).is_ok(), "{edition}: {source}");
    }
    program.parses()
}

#[test]
fn a_source_is_parsed_as_often_as_the_grammars_read_it_differently() {
    for (source, expected) in [
        ("import a\nfrom b import c\nclass D(a.b):\n    def e(self, *f, g: int = 1): return [*h, 'i']\n", 1),
        ("type = a[0]\nmatch type:\n    case {'a': -1, **b}: pass\n", 1),
        // In 3.11 an f-string is one token.
        ("f'{a!r:>{b}}'\n", 2),
        // Each version has its own words for this warning, but 3.14 and 3.15.
        ("'\\d'\n", 4),
    ] {
        assert_eq!(parses(source), expected, "{source}");
    }
}
