"""What the compiler says of each snippet: one line each, `\\n` in it a line end."""
import sys
import warnings

for line in sys.stdin.buffer:
    source = line.rstrip(b"\n").replace(b"\\n", b"\n").replace(b"\\\\", b"\\")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            compile(source, "x", "exec", dont_inherit=True, optimize=0)
            answer = "accepted"
        except SyntaxError as error:
            place = (error.lineno, error.offset, error.end_lineno, error.end_offset)
            answer = f"{type(error).__name__}: {error.msg} {place}"
    said = [f"{warning.category.__name__}: {warning.message} ({warning.lineno})" for warning in seen]
    print("\t".join([answer, *said]), flush=True)
