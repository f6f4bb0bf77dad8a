"""Writes what an interpreter's `dis` makes of each opcode and argument: generate.py > 3.X.txt

One line an opcode, columns divided by tabs: number, name, how many code units of cache follow, and
what its argument means; or `as` and the opcode that the interpreter puts it in place of. Nothing here knows a version: every fact is seen by having `dis` look at
code made for the purpose.

    -       it takes no argument
    number  the argument is a number and no more
    extend  it gives the next instruction's argument more digits
    const   the number of a constant
    hidden  the number of a constant, which `dis` does not show
    local   the number of a variable
    cell    the number of a cell or free variable, where these are counted apart
    locals  the numbers of two variables, four bits each
    name    the number of a name, behind as many low bits as choose among the templates that follow
    jump    behind it a template, what it counts from (`here`, the instruction's start, or `start`, that
            of the code), so many bytes on, and the bytes that one counts for (negative: backwards)
    words   what the arguments from 0 on are called; N*WORD is N times WORD
    cycle   the same, where it begins again after the last word
"""

import dis
import itertools
import opcode
import sys
import types

WIDTH = 256
# What the interpreter itself puts in place of others, and cannot be asked about in code made by hand.
UNASKED = ("INSTRUMENTED_", "ENTER_EXECUTOR", "RESERVED", "CACHE", "EXTENDED_ARG")


def numbered(letter):
    return tuple("%s%d%s" % (letter, number, letter) for number in range(WIDTH))


def code_of(units):
    code, cells = bytes(units), numbered("c")
    if sys.version_info < (3, 8):
        return types.CodeType(0, 0, WIDTH, 1, 0, code, numbered("k"), numbered("n"), numbered("v"), "f", "f", 1, b"",
                              (), cells)
    more = {} if hasattr(CODE, "co_exceptiontable") else {"co_cellvars": cells}
    return CODE.replace(co_code=code, co_consts=numbered("k"), co_names=numbered("n"), co_varnames=numbered("v"),
                        co_nlocals=WIDTH, **more)


CODE = (lambda: None).__code__


# Behind every instruction: the interpreter writes into the caches that it expects there.
NOPS = [opcode.opmap["NOP"], 0] * 32


def caches(number):
    for argument in range(WIDTH):
        try:
            second = list(dis.get_instructions(code_of([number, argument] + NOPS)))[1]
        except IndexError:
            # It has no name for the argument.
            continue
        return second.offset // 2 - 1


def meaning(number, cache):
    units = [[number, argument] + NOPS[: 2 * cache] for argument in range(WIDTH)]
    shown = []
    try:
        for instruction in dis.get_instructions(code_of(sum(units, []) + NOPS)):
            if len(shown) < WIDTH:
                if instruction.arg is None:
                    return ["-"]
                shown.append(instruction.argrepr)
    except IndexError:
        pass
    if number in opcode.hasjrel or number in opcode.hasjabs:
        return jump(number)
    if number in opcode.hasconst:
        return ["const" if shown[1] == "'k1k'" else "hidden"]
    if not any(shown):
        return ["number"]
    for kind, letter in ("local", "v"), ("cell", "c"):
        if shown[1] == "%s1%s" % (letter, letter):
            return [kind]
    if len(shown) == WIDTH and shown[0x21] == "v2v, v1v":
        return ["locals"]
    if "n0n" in shown[0]:
        same = list(itertools.takewhile(lambda text: "n0n" in text, shown))
        return ["name"] + [text.replace("n0n", "{}") for text in same]
    for period in 4, 8, 16, 32:
        if shown == shown[:period] * (WIDTH // period):
            return ["cycle"] + runs(shown[:period])
    return ["words"] + runs(shown)


def runs(words):
    return ["%d*%s" % (len(list(group)), word) for word, group in itertools.groupby(words)]


def jump(number):
    start = len(NOPS)

    def at(argument):
        units = NOPS + [number, argument] + NOPS
        return next(found for found in dis.get_instructions(code_of(units)) if found.offset == start)

    one, two = at(1), at(2)
    step = two.argval - one.argval
    base = one.argval - step
    template = one.argrepr.replace(str(one.argval), "{target}").replace("L1", "L{label}")
    if number in opcode.hasjabs:
        return ["jump", template, "start", str(base), str(step)]
    return ["jump", template, "here", str(base - start), str(step)]


def rows():
    names = getattr(dis, "_all_opname", opcode.opname)[:256]
    base = getattr(dis, "deoptmap", {})
    asked = {}

    def row(name):
        if name not in asked:
            asked[name] = plain(name) if name.startswith(UNASKED) else ask(opcode.opmap[name])
        return asked[name]

    for number, name in enumerate(names):
        if not name.startswith("<"):
            plainly = name.replace("INSTRUMENTED_", "")
            plainly = base.get(name, plainly if plainly in opcode.opmap else name)
            yield [str(number), name] + (row(name) if name == plainly else ["as", plainly])


def ask(number):
    cache = caches(number)
    return [str(cache)] + meaning(number, cache)


def plain(name):
    if name == "EXTENDED_ARG":
        return ["0", "extend"]
    return ["0", "number" if name == "ENTER_EXECUTOR" else "-"]


def main():
    print("Python\t%d.%d" % sys.version_info[:2])
    for columns in rows():
        print("\t".join(columns))


main()
