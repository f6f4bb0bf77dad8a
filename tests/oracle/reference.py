"""Answers each request, a minor version and marshal data, with the data in canonical form as
canon.py has it, or with '!' and the reason why it has none. Runs in any modern interpreter."""

import gc
import sys

import canon
import frames

gc.disable()    # Nothing here lasts longer than one request.
for request in frames.requests():
    version, data = (3, request[0]), request[1:]
    try:
        frames.answer(b"=" + canon.canonical_marshal(data, version))
    except canon.Bad as error:
        frames.answer(b"!" + str(error).encode())
    except RecursionError:
        sys.exit("too deep for this interpreter")
