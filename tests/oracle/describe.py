"""Compiles a source to a pyc and tells, as JSON, what its code objects are: describe.py SOURCE PYC"""

import dis
import json
import py_compile
import sys


def code_objects(code, depth=0):
    yield describe(code, depth)
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from code_objects(constant, depth + 1)


def describe(code, depth):
    return {
        "depth": depth,
        "name": code.co_name,
        "filename": code.co_filename,
        "first_line": code.co_firstlineno,
        "lines": lines(code),
        "flags": [name for bit, name in sorted(dis.COMPILER_FLAG_NAMES.items()) if code.co_flags & bit],
        "positional": code.co_argcount,
        "positional_only": getattr(code, "co_posonlyargcount", 0),
        "keyword_only": code.co_kwonlyargcount,
        "stack_size": code.co_stacksize,
        "code_size": len(code.co_code),
        "names": list(code.co_names),
        "variables": sorted(set(code.co_varnames + code.co_cellvars + code.co_freevars)),
        "constants": len(code.co_consts),
    }


def lines(code):
    """The first and the last line of source that the code belongs to."""
    found = [code.co_firstlineno]
    if hasattr(code, "co_positions"):
        for start, end, _, _ in code.co_positions():
            found += [start, end]
    elif hasattr(code, "co_lines"):
        found += [line for _, _, line in code.co_lines()]
    else:
        found += [line for _, line in dis.findlinestarts(code)]
    found = [line for line in found if line]
    return [min(found), max(found)]


source, pyc = sys.argv[1:]
py_compile.compile(source, cfile=pyc, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
with open(source, "rb") as file:
    code = compile(file.read(), source, "exec", dont_inherit=True)
json.dump(list(code_objects(code)), sys.stdout)
