"""Requests on stdin, answers on stdout: each a length of 32 bits and so many bytes."""

import struct
import sys


def requests():
    while True:
        request = read(sys.stdin.buffer)
        if request is None:
            return
        yield request


def read(pipe):
    size = pipe.read(4)
    return pipe.read(struct.unpack("<I", size)[0]) if size else None


def answer(data):
    sys.stdout.buffer.write(struct.pack("<I", len(data)))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def fields(request):
    """What a request consists of: frames within the frame."""
    at = 0
    while at < len(request):
        size = struct.unpack_from("<I", request, at)[0]
        yield request[at + 4:at + 4 + size]
        at += 4 + size
