"""Collect the sources that CPython's own tests hand to the compiler.

    PYTHONPATH=DIR_WITH_test python3.13 snippets.py OUT [test_module ...]

`DIR_WITH_test` holds the package `test` of that release (Debian: libpython3.13-testsuite together
with what libpython3.13-stdlib has of it). The tests
run with `compile`, `exec`, `eval` and `ast.parse` wrapped; every distinct source that is not a
file of the library goes to OUT, one after the other, each behind its length (4 bytes, little
endian). What the compiler makes of a source is asked again later, of the release in question.
"""

import builtins
import importlib
import os
import struct
import sys
import types
import unittest

MODULES = """
    test_grammar test_syntax test_compile test_peepholer test_dis test_symtable test_code
    test_scope test_string_literals test_source_encoding test_unpack_ex test_named_expressions
    test_patma test_fstring test_tstring test_type_params test_type_aliases test_type_comments
    test_type_annotations test_annotationlib test_future_stmt test_listcomps test_genexps
    test_setcomps test_dictcomps test_coroutines test_asyncgen test_except_star test_exceptions
    test_positional_only_arg test_keywordonlyarg test_builtin test_ast test_eof test_global
    test_unparse test_tokenize test_codeop test_compiler_codegen test_super test_class
    test_with test_generators test_yield_from test_lazy_import test_decorators test_augassign
    test_flufl test_exception_group test_monitoring test_sys_settrace test_pep646_syntax
    test_cmd_line_script test_fractions test_traceback test_warnings test_extcall test_unpack
    test_metaclass test_descrtut test_doctest test_raise test_opcache test_frame test_inspect
    test_dataclasses test_enum test_typing test_trace test_pdb test_runpy test_parser
    test_argparse test_mangle test_no_gil test_lambda test_complex test_int test_float
    test_bytes test_str test_unicode_identifiers test_utf8source test_pep3131 test_cprofile
""".split()

seen = {}


def note(source):
    if isinstance(source, str):
        try:
            source = source.encode("utf-8", "surrogatepass")
        except UnicodeError:
            return
    elif isinstance(source, (bytes, bytearray, memoryview)):
        source = bytes(source)
    else:
        return
    if len(source) < 200_000:
        seen.setdefault(source)


def wrapped(original, is_file=lambda *args, **kwargs: False):
    def call(source, *args, **kwargs):
        if not is_file(*args, **kwargs):
            note(source)
        return original(source, *args, **kwargs)

    return call


def names_a_file(filename="", *args, **kwargs):
    return isinstance(filename, (str, bytes)) and os.path.exists(filename)


def frames_are_the_callers(original):
    """exec and eval use their caller's variables: hand them on."""

    def call(source, globals=None, locals=None, /, **kwargs):
        if not isinstance(source, types.CodeType):
            note(source)
        frame = sys._getframe(1)
        if globals is None and "globals" in kwargs:
            globals = kwargs.pop("globals")
        if locals is None and "locals" in kwargs:
            locals = kwargs.pop("locals")
        if globals is None:
            globals = frame.f_globals
            if locals is None:
                locals = frame.f_locals
        if locals is None:
            return original(source, globals, **kwargs)
        return original(source, globals, locals, **kwargs)

    return call


def main():
    out, modules = sys.argv[1], sys.argv[2:] or MODULES
    import ast

    builtins.compile = wrapped(compile, names_a_file)
    builtins.exec = frames_are_the_callers(exec)
    builtins.eval = frames_are_the_callers(eval)
    for name in modules:
        before = len(seen)
        try:
            module = importlib.import_module("test." + name)
            suite = unittest.defaultTestLoader.loadTestsFromModule(module)
            with open(os.devnull, "w") as null:
                unittest.TextTestRunner(null, verbosity=0, failfast=False).run(suite)
        except BaseException as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
        print(name, len(seen) - before, file=sys.stderr)
        with open(out, "wb") as file:
            for source in seen:
                file.write(struct.pack("<I", len(source)) + source)


main()
