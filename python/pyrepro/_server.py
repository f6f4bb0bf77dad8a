"""One process of the program for many files that are compiled one by one.

The program reads one request a line, `{"arguments": [...]}` with what follows `pyrepro compile`, and answers each
with the document of `--format json` and a last line `{"exit": 0, "error": null}`. It ends when its standard
input does.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import threading
from typing import Any, Dict, List, Optional, Sequence, Tuple

Answer = Tuple[List[Dict[str, Any]], Optional[str]]


class Gone(Exception):
    """The process has ended, or has never begun."""


class Server:
    """A process that compiles what it is asked to, in the folder and the environment of its start."""

    def __init__(self, program: str, environment: Dict[str, str]) -> None:
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        # In a session of its own, so that Ctrl-C is for Python alone, which then ends it.
        self._process = subprocess.Popen(
            [program, "compile", "--serve"],
            stdin=pipe,
            stdout=pipe,
            stderr=null,
            env=environment,
            start_new_session=True,
        )

    def ask(self, arguments: Sequence[str]) -> Answer:
        """The records of a run, and why there is none, if so."""
        request = json.dumps({"arguments": list(arguments)}) + "\n"
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(request.encode())
            self._process.stdin.flush()
        except OSError as error:
            raise Gone from error
        records = []
        for line in self._process.stdout:
            if line.startswith(b'{"source"'):
                records.append(json.loads(line.rstrip(b",\n")))
            elif line.startswith(b'{"exit"'):
                return records, json.loads(line)["error"]
        raise Gone

    def close(self) -> None:
        """Ends it, and waits for that."""
        for stream in (self._process.stdin, self._process.stdout):
            try:
                if stream:
                    stream.close()
            except OSError:
                # It has ended before, with a request that it has not read.
                pass
        self._process.wait()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self.close()


_lock = threading.Lock()
_current: Optional[Server] = None
_key: Any = None


def ask(program: str, environment: Dict[str, str], arguments: Sequence[str]) -> Answer:
    """Has the process answer, a new one if what it was started with has changed since."""
    global _current, _key
    with _lock:
        # A child of a fork must not speak to its parent's.
        key = (os.getpid(), program, os.getcwd(), environment)
        for is_last in (False, True):
            if _current is not None and _key != key:
                _drop(_current, _key)
                _current = None
            if _current is None:
                _current, _key = Server(program, environment), key
            try:
                return _current.ask(arguments)
            except BaseException as error:
                _current.kill()
                _current = None
                # One that was there before may have been ended by somebody. That is no reason to fail.
                if is_last or not isinstance(error, Gone):
                    raise
    raise Gone


def _drop(server: Server, key: Any) -> None:
    if key[0] == os.getpid():
        server.close()


def _close() -> None:
    with _lock:
        if _current is not None:
            _drop(_current, _key)


atexit.register(_close)
