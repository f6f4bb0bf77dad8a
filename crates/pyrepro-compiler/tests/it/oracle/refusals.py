"""What the compiler says of each snippet: one line each, `\\n` in it a line end; `crashed` if it takes the process with it."""
import os
import sys
import warnings


def answer(source):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            compile(source, "x", "exec", dont_inherit=True, optimize=0)
            told = "accepted"
        except SyntaxError as error:
            place = (error.lineno, error.offset, error.end_lineno, error.end_offset)
            told = f"{type(error).__name__}: {error.msg} {place}"
    said = [f"{warning.category.__name__}: {warning.message} ({warning.lineno})" for warning in seen]
    return "\t".join([told, *said])


for line in sys.stdin.buffer:
    source = line.rstrip(b"\n").replace(b"\\n", b"\n").replace(b"\\\\", b"\\")
    child = os.fork()
    if child == 0:
        print(answer(source), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        print("crashed", flush=True)
