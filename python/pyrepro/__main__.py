"""`python -m pyrepro`: the program, with this interpreter as the one that it compiles for by default."""

import os
import subprocess
import sys

from ._program import NotFound, find_program


def main() -> int:
    try:
        command = [find_program(), *sys.argv[1:]]
    except NotFound as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    environment = dict(os.environ)
    if sys.executable:
        environment.setdefault("PYREPRO_PYTHON", sys.executable)
    if os.name == "posix":
        os.execve(command[0], command, environment)
    # Windows has no way to become another program, and this one is to end after it.
    try:
        return subprocess.run(command, env=environment).returncode
    except KeyboardInterrupt:
        return 2


if __name__ == "__main__":
    sys.exit(main())
