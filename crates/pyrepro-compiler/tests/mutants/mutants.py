"""Hunt for programs of which this compiler makes something else than the interpreter that runs this.

    cargo build --release -p pyrepro-compiler --example judge
    python3.13 mutants.py --judge target/release/examples/judge --count 1000000 --out DIR FOLDER ...

FOLDERs give the Python files whose statements the programs are made of; `--snippets FILE` (from
snippets.py, may be repeated) adds the sources of CPython's own tests. `--write FILE` only writes the programs, for
`native_diff PYTHON FILE`: made once, they do for every interpreter. Else every program is compiled here and by
the judge, which answers with the kind of the first difference. DIR gets up to five programs of each
kind, the first of them made as small as it can be. Exit code 1 if any program differs.
"""

import argparse
import ast
import collections
import dis
import hashlib
import json
import marshal
import os
import re
import struct
import subprocess
import sys
import time
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import programs

NAME = "m.py"
BATCH = 200


class Judge:
    """The native compiler: told what CPython made of a program, it says what differs."""

    def __init__(self, path, level):
        version = ".".join(map(str, sys.version_info[:3]))
        self.process = subprocess.Popen(
            [path, version, str(level), NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.level = level

    def tell(self, sources):
        records = [record(source, self.level) for source in sources]
        self.process.stdin.write(b"".join(records))
        self.process.stdin.flush()

    def verdicts(self, count):
        for _ in range(count):
            head = self.process.stdout.read(4)
            if len(head) < 4:
                raise SystemExit(f"the judge ended: {self.process.wait()}")
            (size,) = struct.unpack("<I", head)
            yield self.process.stdout.read(size)

    def ask(self, source):
        self.tell([source])
        return kind_of(next(self.verdicts(1)), source, self.level)


def record(source, level):
    kind, result, told = oracle(source, level)
    return b"".join(
        [pack(source), bytes([kind]), pack(result), pack(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))]
    )


def kind_of(answer, source, level):
    """One line that is the same for programs that show the same difference."""
    letter, text = chr(answer[0]), answer[1:]
    if letter == "S":
        return "same"
    if letter == "D":
        return "code: " + difference(marshal.loads(text), compile_again(source, level))
    text = text.decode("utf-8", "replace")
    if letter == "A":
        return "accepted: " + " ".join(map(str, json.loads(text)[:2]))
    if letter == "W":
        return "warnings: " + re.sub(r"[0-9]+", "N", text)
    heads = {"H": "skipped: ", "R": "refused: ", "M": "message: ", "P": "panic: "}
    return heads[letter] + re.sub(r"[0-9]+", "N", text)


def compile_again(source, level):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, NAME, "exec", dont_inherit=True, optimize=level)


FIELDS = """
    co_name co_qualname co_argcount co_posonlyargcount co_kwonlyargcount co_flags co_firstlineno
    co_stacksize co_varnames co_cellvars co_freevars co_names
""".split()


def difference(ours, theirs):
    """The first field that differs, and for code the instructions around."""
    for field in FIELDS:
        if getattr(ours, field) != getattr(theirs, field):
            if field in ("co_varnames", "co_names", "co_cellvars", "co_freevars", "co_name", "co_qualname"):
                return field
            return f"{field} {getattr(ours, field)} instead of {getattr(theirs, field)}"
    mine, other = instructions(ours), instructions(theirs)
    if mine != other:
        gone = [a for a in other if a not in mine] or other
        come = [a for a in mine if a not in other] or mine
        return f"instructions -{' '.join(gone[:3])} +{' '.join(come[:3])}"
    if len(ours.co_consts) != len(theirs.co_consts):
        return "co_consts of another length"
    for mine, other in zip(ours.co_consts, theirs.co_consts):
        if type(mine) is not type(other):
            return f"constant {type(mine).__name__} instead of {type(other).__name__}"
        if isinstance(mine, type(ours)):
            inner = difference(mine, other)
            if inner:
                return inner
        elif repr(mine) != repr(other):
            return f"constant of type {type(mine).__name__}"
    if ours.co_code != theirs.co_code:
        return "arguments of instructions"
    if ours.co_exceptiontable != theirs.co_exceptiontable:
        return "co_exceptiontable"
    if list(ours.co_positions()) != list(theirs.co_positions()):
        rows = zip(instructions(ours, caches=True), ours.co_positions(), theirs.co_positions())
        return "positions of " + next(name for name, a, b in rows if a != b)
    if ours.co_linetable != theirs.co_linetable:
        return "co_linetable"
    return ""


def instructions(code, caches=False):
    return [i.opname for i in dis.get_instructions(code, show_caches=caches)] if not caches else [
        dis.opname[op] for op in code.co_code[::2]
    ]


def pack(data):
    return struct.pack("<I", len(data)) + data


def oracle(source, level):
    """0: code, 1: a syntax error, 2: something that is no answer about the program."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(source, NAME, "exec", dont_inherit=True, optimize=level)
            kind, result = 0, marshal.dumps(code)
        except SyntaxError as error:
            place = (error.lineno, error.offset, error.end_lineno, error.end_offset)
            kind, result = 1, json.dumps([type(error).__name__, error.msg, place], ensure_ascii=False).encode(
                "utf-8", "replace"
            )
        except (ValueError, UnicodeError, OverflowError) as error:
            kind, result = 1, json.dumps([type(error).__name__, str(error), [None] * 4]).encode()
        except (RecursionError, MemoryError, SystemError):
            kind, result = 2, b""
    told = [[w.category.__name__, w.lineno if w.filename == NAME else None, str(w.message)] for w in caught]
    return kind, result, told


def batches(source, count):
    batch = []
    for number, program in enumerate(source):
        if number >= count:
            break
        try:
            batch.append(program.encode("utf-8"))
        except UnicodeError:
            continue
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Findings:
    def __init__(self, folder, level):
        self.folder, self.level = folder, level
        self.kinds = collections.Counter()
        self.first = {}

    def add(self, answer, source):
        kind = kind_of(answer, source, self.level)
        if kind == "same":
            self.kinds[kind] += 1
            return
        self.kinds[kind] += 1
        # The wording of the grammar's errors is not this compiler's aim.
        if kind.startswith(("skipped", "message")):
            return
        smallest = self.first.get(kind)
        if smallest is None or len(source) < len(smallest):
            self.first[kind] = source
        if self.kinds[kind] <= 5:
            self.write(kind, f"{self.kinds[kind]}", source)

    def write(self, kind, name, source):
        folder = os.path.join(self.folder, hashlib.sha256(kind.encode()).hexdigest()[:10])
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "kind"), "w") as file:
            file.write(kind + "\n")
        with open(os.path.join(folder, name + ".py"), "wb") as file:
            file.write(source)


def smaller(source, holds):
    """The smallest program found for which `holds` is still true."""
    changed = True
    while changed:
        changed = False
        for candidates in (fewer_lines, simpler_trees, fewer_tokens):
            again = True
            while again:
                again = False
                for candidate in candidates(source):
                    if simpler(candidate, source) and holds(candidate):
                        source, again, changed = candidate, True, True
                        break
    return source


def simpler(candidate, source):
    return (len(candidate), candidate) < (len(source), source)


def fewer_lines(source):
    lines = source.splitlines(keepends=True)
    size = len(lines) // 2
    while size:
        for start in range(0, len(lines), size):
            yield b"".join(lines[:start] + lines[start + size :])
        size //= 2
    for number, line in enumerate(lines):
        yield b"".join(lines[:number] + [dedented(other) for other in lines[number:]])


def dedented(line):
    return line[4:] if line.startswith(b"    ") else line


def fewer_tokens(source):
    try:
        rows = programs.logical_lines(source.decode())
    except UnicodeError:
        return
    for number, (level, row) in enumerate(rows):
        for size in (8, 4, 2, 1):
            for place in range(0, len(row) - size + 1):
                cut = rows[:number] + [(level, row[:place] + row[place + size :])] + rows[number + 1 :]
                yield "".join("    " * depth + " ".join(tokens) + "\n" for depth, tokens in cut if tokens).encode()


def simpler_trees(source):
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in list(ast.walk(tree)):
        for body in programs.statement_lists(node):
            for number in range(len(body)):
                kept = body[:]
                statement = body[number]
                inner = [s for part in programs.statement_lists(statement) for s in part]
                for instead in ([], inner, [ast.Pass()]):
                    body[:] = kept[:number] + instead + kept[number + 1 :]
                    yield from text_of(tree)
                body[:] = kept
    for node, field, index in list(programs.expression_slots(tree)):
        holder = getattr(node, field)
        old = holder if index is None else holder[index]
        for new in [ast.Name("a", ast.Load()), ast.Constant(1), *ast.iter_child_nodes(old)]:
            if isinstance(new, ast.expr) and type(new) is not type(old):
                programs.put(node, field, index, new)
                yield from text_of(tree)
        programs.put(node, field, index, old)


def text_of(tree):
    text = programs.unparsed(tree)
    if text is not None:
        yield (text + "\n").encode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--judge")
    parser.add_argument("--write", help="a file `*.bin` for the programs, which are not compiled then")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level", type=int, default=0, choices=(0, 1, 2))
    parser.add_argument("--snippets", action="append", default=[])
    parser.add_argument("--only-snippets", action="store_true")
    parser.add_argument("--generate", action="store_true", help="programs of pysource_codegen")
    parser.add_argument("--minimise", type=int, default=10, help="how many kinds to make small")
    parser.add_argument("--out", default="differences")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    sys.setrecursionlimit(5000)

    if options.only_snippets:
        source = (text for path in options.snippets for text in snippets(path))
    elif options.generate:
        source = generated(options.seed)
    else:
        files = sorted(programs.python_files(*options.folders))
        programs.random.Random(options.seed).shuffle(files)
        pool = programs.Pool(files[:600], options.snippets)
        source = iter(programs.Programs(pool, options.seed))

    if options.write:
        write(options.write, batches(source, options.count))
        return
    judge, findings = Judge(options.judge, options.level), Findings(options.out, options.level)
    started, waiting = time.time(), []
    for batch in batches(source, options.count):
        judge.tell(batch)
        for program, verdict in zip(waiting, judge.verdicts(len(waiting))):
            findings.add(verdict, program)
        waiting = batch
    for program, verdict in zip(waiting, judge.verdicts(len(waiting))):
        findings.add(verdict, program)
    report(findings, time.time() - started)
    ranked = sorted(findings.first, key=lambda kind: -findings.kinds[kind])
    for kind in ranked[: options.minimise]:
        small = smaller(findings.first[kind], lambda text: judge.ask(text) == kind)
        findings.write(kind, "small", small)
        print(f"--- {findings.kinds[kind]} {judge.ask(small)}\n{small.decode('utf-8', 'replace')}", flush=True)
    sys.exit(1 if findings.first else 0)


def write(path, batches):
    with open(path, "wb") as file:
        for batch in batches:
            file.writelines(map(pack, batch))


def snippets(path):
    with open(path, "rb") as file:
        data = file.read()
    place = 0
    while place < len(data):
        (size,) = struct.unpack_from("<I", data, place)
        try:
            yield data[place + 4 : place + 4 + size].decode("utf-8")
        except UnicodeDecodeError:
            pass
        place += 4 + size


def generated(seed):
    from pysource_codegen import generate

    while True:
        seed += 1
        try:
            yield generate(seed, node_limit=200, depth_limit=6)
        except (RecursionError, ValueError, TypeError, AssertionError):
            continue


def report(findings, seconds):
    total = sum(findings.kinds.values())
    version = sys.version.split()[0]
    print(f"{version}: {total} programs in {seconds:.0f} s, {findings.kinds['same']} the same")
    for kind, count in findings.kinds.most_common(40):
        print(f"{count:8} {kind[:300]}")


main()
