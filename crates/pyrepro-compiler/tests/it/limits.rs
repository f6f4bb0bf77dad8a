//! Sources made to break a compiler: each is compiled, refused or handed over, soon and without a panic.

use pyrepro_compiler::compile;
use pyrepro_compiler::edition::Edition;
use std::time::{Duration, Instant};

#[test]
fn no_source_takes_more_than_its_size_allows() {
    let names = |count: usize| (0..count).map(|n| format!("n{n}")).collect::<Vec<_>>().join(", ");
    let each = |count: usize, make: fn(usize) -> String| (0..count).map(make).collect::<String>();
    let finally = |depth: usize| {
        (0..depth).map(|n| format!("{0}try: pass\n{0}finally:\n", " ".repeat(n))).collect::<String>()
            + &" ".repeat(depth)
            + "pass\n"
    };
    let sources = [
        ("a chain of attributes", format!("x{}\n", ".a".repeat(20_000))),
        ("a chain of calls", format!("x{}\n", "()".repeat(20_000))),
        ("a chain of methods", format!("x{}\n", ".a()".repeat(500))),
        ("a chain of subscripts", format!("x{}\n", "[0]".repeat(500))),
        ("negations", format!("x = {}y\n", "not ".repeat(20_000))),
        ("some negations", format!("x = {}y\n", "not ".repeat(400))),
        ("lambdas", format!("x = {}y\n", "lambda: ".repeat(20_000))),
        ("some lambdas", format!("x = {}y\n", "lambda: ".repeat(150))),
        ("conditions", format!("x = {}y\n", "a if b else ".repeat(20_000))),
        ("a sum", format!("x = {}a\n", "a + ".repeat(20_000))),
        ("a comparison", format!("x = {}a\n", "a < ".repeat(20_000))),
        ("elif", format!("if a: b\n{}", "elif a: b\n".repeat(6_000))),
        ("brackets", format!("x = {}{}\n", "[".repeat(199), "]".repeat(199))),
        (
            "blocks",
            (0..99).map(|n| format!("{}if x:\n", " ".repeat(n))).collect::<String>()
                + &" ".repeat(99)
                + "x\n",
        ),
        ("finally in finally", finally(18)),
        ("finally in finally and on", finally(60)),
        ("captures", format!("match x:\n  case [{}]: pass\n", names(6_000))),
        ("alternatives", format!("match x:\n  case {}(1): pass\n", "(a, b) | (b, a) | ".repeat(5_000))),
        (
            "attributes of a pattern",
            format!("match x:\n  case A({}): pass\n", each(6_000, |n| format!("a{n}=1, "))),
        ),
        (
            "keys of a pattern",
            format!("match x:\n  case {{{}}}: pass\n", each(6_000, |n| format!("{n}: 1, "))),
        ),
        ("keywords", format!("f({})\n", each(20_000, |n| format!("a{n}=1, ")))),
        ("names of a comprehension in a class", format!("class A:\n  x = [({}) for y in z]\n", names(8_000))),
        ("variables of a comprehension", format!("x = [0 for {} in z]\n", names(8_000))),
        ("parameters", format!("def f({0}): return [{0}]\n", names(6_000))),
        ("cells", format!("def f({0}):\n  def g(): return [{0}]\n", names(6_000))),
        (
            "nested cells",
            (0..90).map(|n| format!("{}def f():\n", " ".repeat(n))).collect::<String>()
                + &" ".repeat(90)
                + &names(3_000)
                + "\n",
        ),
        ("globals", format!("def f():\n  global {}\n", names(8_000))),
        ("classes", each(6_000, |n| format!("class C{n}: x: int\n"))),
        ("annotations", format!("class C:\n{}", each(6_000, |n| format!("  x{n}: int\n")))),
        ("self", format!("class C:\n  def f(self):\n{}", each(6_000, |n| format!("    self.x{n} = 1\n")))),
        ("constants", format!("x = [{}]\n", each(20_000, |n| format!("{n}, ")))),
        ("a dictionary", format!("x = {{{}}}\n", each(20_000, |n| format!("{n}: a, ")))),
        ("pieces of a string", format!("x = f'{}'\n", "{a}b".repeat(6_000))),
        ("fields of a long string", format!("x = f'''{}'''\n", "{a}\n{b:{c}}".repeat(60_000))),
        ("strings in fields", format!("x = {}\n", "f\"{a}{f'{b}'}\" ".repeat(20_000))),
        ("loops", "for x in y: pass\n".repeat(6_000)),
        ("decorators", format!("{}def f(): pass\n", "@a\n".repeat(6_000))),
        ("managers", format!("with {}a: pass\n", "a, ".repeat(18))),
        ("many managers", format!("with {}a: pass\n", "a, ".repeat(6_000))),
        ("handlers", format!("try: pass\n{}", "except A: pass\n".repeat(6_000))),
        ("a sum of strings", format!("x = {}''\n", "'abcdefgh' + ".repeat(30_000))),
        ("a sum of bytes", format!("x = {}b''\n", "b'abcdefgh' + ".repeat(30_000))),
        ("a sum of tuples", format!("x = {}()\n", "(1, 2, 3) + ".repeat(30_000))),
        ("long strings in a sum", format!("x = {}''\n", "'a' * 4096 + ".repeat(20_000))),
        ("slices of a string", format!("x = '{}'{}\n", "a".repeat(300_000), "[0:]".repeat(10_000))),
        ("large integers in a sum", format!("x = 0x{}{}\n", "f".repeat(300_000), " + 1".repeat(10_000))),
        (
            "nothing added to a large integer",
            format!("x = 0x{}{}\n", "f".repeat(300_000), "+0".repeat(10_000)),
        ),
        ("inverted large integers", format!("x = {}0x{}\n", "~".repeat(150), "f".repeat(1 << 20))),
        (
            "the remainder of large integers",
            format!("x = 0x{} % 0x{}\n", "f".repeat(4 << 20), "7".repeat(2 << 20)),
        ),
        (
            "a large integer in an annotation",
            format!("from __future__ import annotations\nx: 0x{}\n", "f".repeat(1 << 20)),
        ),
        (
            "nonlocal names",
            format!(
                "def f():\n  {} = g\n  def h():\n    nonlocal {}\n",
                names(40_000).replace(", ", " = "),
                names(40_000)
            ),
        ),
        ("large integers divided", format!("x = 0x{} // 0x{}\n", "f".repeat(4 << 20), "7".repeat(2 << 20))),
        (
            "large integers divided as floats",
            format!("x = 0x{} / 0x{}\n", "f".repeat(4 << 20), "7".repeat(2 << 20)),
        ),
        (
            "sets with one sum of their numbers",
            format!("[{}]\n", each(60_000, |n| format!("{n}, ")))
                + &each(30_000, |n| format!("x in {{{n}, {}}}\n", 59_999 - n)),
        ),
        (
            "names in a class with a long name",
            format!("class {}:\n{}", "A".repeat(1 << 20), each(6_000, |n| format!("  def __f{n}(): pass\n"))),
        ),
        ("type parameters", format!("def f[{}](): pass\n", each(5_000, |n| format!("T{n}, ")))),
    ];
    let mut slow = Vec::new();
    for name in ["3.11", "3.12", "3.13", "3.14"] {
        let edition = Edition::of(name).expect("an edition").edition;
        for (what, source) in &sources {
            let start = Instant::now();
            let _ = compile(source.as_bytes(), "x", edition, &[0]);
            let time = start.elapsed();
            // A second at most on an idle machine, and minutes where time grows with the square.
            if time > Duration::from_secs(120) {
                slow.push(format!("{name}: {what} took {time:?}"));
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

/// CPython is not asked: before it had this error it crashed.
#[test]
fn inlined_comprehensions_nest_as_deep_as_blocks() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), " for x in y]".repeat(depth));
    let within_blocks = |depth| format!("for a in b:\n  with c:\n    {}", nested(depth));
    for version in ["3.13.18", "3.14.10", "3.15.2"] {
        let edition = Edition::of(version).expect("a release").edition;
        let compiles = |source: String| compile(source.as_bytes(), b"x", edition, &[0]).is_ok();
        assert!(compiles(nested(21)) && !compiles(nested(22)), "{version}");
        assert!(compiles(within_blocks(19)) && !compiles(within_blocks(20)), "{version}");
    }
}
