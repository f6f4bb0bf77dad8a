"""Compiles what pyrepro sends: runs in an interpreter of its own, from CPython 3.7 on.

Numbers are 32 bits, little-endian. A request is: number, levels, their count, length of the file
name, length of the source, seconds allowed; then a byte for each level, the file name, the source.
An answer is: length of what follows, number, fields; a field is its length and bytes, or -1 for None.
The first answer, number 0, comes unasked and tells which interpreter this is.
"""
import sys

# `-c` puts the working folder on the path, and a module there must never run.
sys.path[:] = [entry for entry in sys.path if entry]

import gc
import marshal
import warnings

try:
    import posix as system
except ImportError:
    import nt as system
try:
    from _signal import alarm
except ImportError:
    alarm = None

MAGIC = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER

# Answers have a descriptor of their own: what anything prints goes to standard error.
answers = open(system.dup(1), "wb", 1 << 18)
system.dup2(2, 1)
requests = open(0, "rb", 1 << 18, closefd=False)

# Before 3.12 invalid escapes are no more than a DeprecationWarning, which is hidden by default.
warnings.simplefilter("always")

# The compiler makes no cycles, so looking for them all the time is wasted; error reports do.
gc.disable()


def text(value):
    return None if value is None else str(value).encode("utf-8", "backslashreplace")


def number(value):
    return int.to_bytes(value, 4, "little", signed=True)


def answer(request, fields):
    parts = [number(request)]
    for field in fields:
        parts.append(number(-1 if field is None else len(field)))
        if field:
            parts.append(field)
    answers.write(number(sum(map(len, parts))))
    answers.writelines(parts)
    answers.flush()


def failure(level, error, path):
    # The module that words an error as `py_compile` does takes long to import: only when needed.
    from py_compile import PyCompileError

    known = isinstance(error, SyntaxError)
    message = error.msg if known else error
    wording = PyCompileError(type(error), error, path).msg
    fields = [b"error", level, text(type(error).__name__), text(message), text(wording)]
    for name in ("lineno", "offset", "end_lineno", "end_offset", "text"):
        fields.append(text(getattr(error, name, None)) if known else None)
    return fields


def compile_unit(path, source, levels):
    fields = []
    seen = set()

    def show(message, category, filename, lineno, file=None, line=None):
        # What comes from the running of the compiler names the line here that has called it.
        place = lineno if filename == path else None
        warning = (category.__name__, str(message), place)
        if warning not in seen:
            seen.add(warning)
            fields.extend([b"warning", *map(text, warning)])

    warnings.showwarning = show
    for level in levels:
        name = b"%d" % level
        try:
            code = compile(source, path, "exec", dont_inherit=True, optimize=level)
            fields += [b"code", name, marshal.dumps(code)]
        except Exception as error:
            fields += failure(name, error, path)
            gc.collect()
            break
    return fields


def serve():
    answer(0, [b"pyrepro", sys.version.split()[0].encode(), MAGIC])
    while True:
        head = requests.read(20)
        if len(head) < 20:
            return
        request, count, path_length, length, limit = (
            int.from_bytes(head[at : at + 4], "little") for at in range(0, 20, 4)
        )
        levels = requests.read(count)
        path = requests.read(path_length).decode("utf-8", "surrogateescape")
        source = requests.read(length)
        if len(source) < length:
            return
        # Should pyrepro be killed while the compiler hangs, nobody else would end this process.
        if alarm:
            alarm(limit)
        answer(request, compile_unit(path, source, levels))


try:
    serve()
except (BrokenPipeError, KeyboardInterrupt):
    pass
