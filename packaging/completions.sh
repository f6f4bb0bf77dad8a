#!/usr/bin/env bash
# Needs: bash and python3 for a terminal of its own; zsh and fish are tried if they are there.
# Proves: in an interactive bash, with the completions that `pyrepro completions bash` writes, Tab completes verbs, options, words
#   of options, and files where a file is wanted.
. "$(dirname "$0")/environment.sh"
need bash python3
mkdir -p "$work/bin" "$work/place/folder"
ln -s "$PYREPRO" "$work/bin/pyrepro"
"$PYREPRO" completions bash > "$work/pyrepro.bash"
touch "$work/place/orchard-1.0.whl" "$work/place/constraints.txt"
cd "$work/place"
PATH=$work/bin:$PATH python3 - "$work/pyrepro.bash" <<'PYTHON'
import os, pty, select, sys, time

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PS1="$ ", TERM="dumb", INPUTRC="/dev/null")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])


def typed(text, seconds=1.0):
    os.write(terminal, text.encode())
    out, end = b"", time.time() + seconds
    while time.time() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            out += os.read(terminal, 65536)
            end = max(end, time.time() + 0.4)
    return out.decode(errors="replace")


typed(f"bind 'set bell-style none'; source {sys.argv[1]}\n", 3)
failed = 0
for line, expected in [
    ("pyrepro norm\t", "pyrepro normalize "),
    ("pyrepro normalize --che\t", "--check "),
    ("pyrepro normalize orch\t", "orchard-1.0.whl"),
    ("pyrepro build -c constr\t", "constraints.txt"),
    ("pyrepro build --constraints constr\t", "constraints.txt"),
    ("pyrepro build fol\t", "folder/"),
    ("pyrepro verify --source fol\t", "folder/"),
    ("pyrepro diff orch\t", "orchard-1.0.whl"),
    ("pyrepro manifest --export cyc\t", "cyclonedx"),
    ("pyrepro completions fi\t", "fish"),
]:
    shown = typed(line, 2.0)
    print("ok  " if expected in shown else "FAIL", repr(line), "->", repr(shown[-60:]))
    failed |= expected not in shown
    typed("\x15\n")
os.write(terminal, b"exit\n")
sys.exit(failed)
PYTHON
for shell in zsh fish; do
  command -v $shell >/dev/null || { echo "$shell is not here: its completions were not tried"; continue; }
  "$PYREPRO" completions $shell > "$work/completions.$shell"
  $shell -n "$work/completions.$shell" && echo "$shell reads its completions"
done
