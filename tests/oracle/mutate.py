"""Writes bytecode files that differ from the first in one field of one code object each: mutate.py FOLDER

Writes 0.marshal and so on, and tells as JSON the path and the field that each differs in.
"""

import json
import marshal
import opcode
import sys
import types

SOURCE = """'''A module.'''
import os


def outer(first, second=1, *rest, only: int = 2, **named):
    shared = [first]
    def inner(x):
        local = x + 1.5
        return shared, local, 'text', 12345
    key = lambda value: value * 2
    key = lambda value: value * 3
    return inner, key


class Class(dict):
    async def method(self, thing):
        try:
            async for item in thing.call(self, 777, 'a'):
                yield item, {1, 2, 3}
        except (KeyError, ValueError) as error:
            raise os.error(99) from error
"""

FIELDS = ["argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "code", "consts", "names",
          "varnames", "filename", "name", "firstlineno", "lnotab", "freevars", "cellvars"]


def replaced(original, **changes):
    if hasattr(original, "replace"):
        return original.replace(**{"co_" + name: value for name, value in changes.items()})
    names = [name for name in FIELDS if name != "posonlyargcount"]
    return types.CodeType(*[changes.get(name, getattr(original, "co_" + name)) for name in names])


def inside(code, path, change):
    """The code object with that at a path changed."""
    if not path:
        return change(code)
    (name, number), rest = path[0], path[1:]
    constants, seen = [], 0
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType) and constant.co_name == name:
            seen += 1
            if seen == number:
                constant = inside(constant, rest, change)
        constants.append(constant)
    return replaced(code, consts=tuple(constants))


def changes(code):
    """What can be changed of a code object: a field, and the changed code object."""
    def other(names):
        return ("mutant",) + names[1:]

    yield "stacksize", replaced(code, stacksize=code.co_stacksize + 1)
    yield "flags", replaced(code, flags=code.co_flags ^ 0x10)
    yield "firstlineno", replaced(code, firstlineno=code.co_firstlineno + 1)
    yield "filename", replaced(code, filename="other.py")
    yield "name", replaced(code, name="mutant")
    yield "consts", replaced(code, consts=code.co_consts + ("more",))
    yield "code", replaced(code, code=other_code(code))
    if code.co_argcount:
        yield "argcount", replaced(code, argcount=code.co_argcount - 1)
        yield "varnames", replaced(code, varnames=other(code.co_varnames))
    if code.co_kwonlyargcount:
        yield "kwonlyargcount", replaced(code, kwonlyargcount=0)
    if code.co_argcount and hasattr(code, "co_posonlyargcount"):
        yield "posonlyargcount", replaced(code, posonlyargcount=1)
    if not hasattr(code, "co_qualname"):
        yield "nlocals", replaced(code, nlocals=code.co_nlocals + 1)
    else:
        yield "qualname", replaced(code, qualname="mutant")
    for field in "names", "freevars", "cellvars":
        value = getattr(code, "co_" + field)
        # A cell that is an argument is a variable as well.
        if value and value[0] not in code.co_varnames:
            yield field, replaced(code, **{field: other(value)})
    for place, constant in enumerate(code.co_consts):
        swapped = {int: 5, float: -1.5, str: "other", frozenset: frozenset([1, 2, 4])}.get(type(constant))
        if swapped is not None:
            yield "consts", replaced(code, consts=code.co_consts[:place] + (swapped,) + code.co_consts[place + 1:])
    field = "linetable" if hasattr(code, "co_linetable") else "lnotab"
    table = bytearray(getattr(code, "co_" + field))
    if hasattr(code, "co_exceptiontable"):
        yield "linetable", replaced(code, linetable=other_column(table))
        if code.co_exceptiontable:
            handlers = bytearray(code.co_exceptiontable)
            handlers[-1] ^= 2
            yield "exceptiontable", replaced(code, exceptiontable=bytes(handlers))
    elif table:
        table[-1 if field == "lnotab" else 1] += 1
        yield "linetable", replaced(code, **{field: bytes(table)})


def other_code(code):
    """With another argument to the first instruction that takes a variable, constant or small number."""
    units = bytearray(code.co_code)
    names = "LOAD_FAST", "LOAD_CONST", "LOAD_FAST_BORROW", "LOAD_SMALL_INT"
    known = {opcode.opmap[name] for name in names if name in opcode.opmap}
    at = next(at for at in range(0, len(units), 2) if units[at] in known)
    units[at + 1] ^= 1
    return bytes(units)


def other_column(table):
    """One entry of a short form with another column."""
    at = 0
    while at < len(table):
        if table[at] >> 3 & 15 < 10:
            table[at + 1] ^= 0x10
            return bytes(table)
        at += 1
        while at < len(table) and not table[at] & 0x80:
            at += 1
    return bytes(table)


def made_by_hand(code):
    """The code object as `replace` makes it, which knows less of variables than the compiler."""
    inner = [made_by_hand(constant) if isinstance(constant, types.CodeType) else constant for constant in code.co_consts]
    return replaced(code, consts=tuple(inner))


def write(folder, number, code):
    with open("%s/%d.marshal" % (folder, number), "wb") as file:
        file.write(marshal.dumps(code))


def main(folder):
    module = made_by_hand(compile(SOURCE, "m.py", "exec", dont_inherit=True))
    write(folder, 0, module)
    told = []
    for names in ["", "outer", "outer.inner", "outer.<lambda>", "outer.<lambda>#2", "Class", "Class.method"]:
        steps = [name.partition("#") for name in names.split(".") if name]
        path = [(name, int(number or 1)) for name, _, number in steps]
        found = []
        inside(module, path, lambda code: found.append(code) or code)
        for field, mutant in changes(found[0]):
            if mutant == found[0] and marshal.dumps(mutant) == marshal.dumps(found[0]):
                continue
            told.append([names or "<module>", field])
            write(folder, len(told), inside(module, path, lambda code: mutant))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
