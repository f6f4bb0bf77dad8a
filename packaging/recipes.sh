#!/usr/bin/env bash
# Needs: python3.13 or a Python that PYTHON names, with venv, and a package index (tox, nox, pytest).
# Proves: the recipes for tox, nox and pytest in docs/integrations.md run as they are written there, and fail where a build is not
#   reproducible or bytecode is not what it should be.
. "$(dirname "$0")/environment.sh"
python=${PYTHON:-$(command -v python3.13 || command -v python3)}
need "$python"
"$root/packaging/wheel-of-program.sh" "$work/wheels" > /dev/null
"$python" -m venv "$work/env"
"$work/env/bin/python" -m pip install -q --no-compile tox nox pytest "$work"/wheels/pyrepro-*.whl
unset PYREPRO
export PATH=$work/env/bin:$PATH PIP_FIND_LINKS=$work/wheels PIP_DISABLE_PIP_VERSION_CHECK=1

# The block of the page whose first line begins so, without its indentation.
recipe() {
  "$python" - "$root/docs/integrations.md" "$1" <<'PYTHON'
import re, sys
text = open(sys.argv[1]).read()
blocks = re.findall(r"(?m)(?:^(?:    .*)?\n)+", text)
[block] = [block for block in blocks if re.sub(r"(?m)^    ", "", block).strip().startswith(sys.argv[2])]
print(re.sub(r"(?m)^    ", "", block).strip())
PYTHON
}

for project in good bad; do
  cp -r "$root/testdata/orchard" "$work/$project"
  recipe '[testenv:reproducible]' > "$work/$project/tox.ini"
  { echo 'import nox'; recipe '@nox.session'; } > "$work/$project/noxfile.py"
  mkdir -p "$work/$project/tests"
  recipe 'def test_bytecode_is_fresh' > "$work/$project/tests/test_bytecode.py"
done
# A build that takes its version from the clock.
cat > "$work/bad/pyproject.toml" <<'TOML'
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
TOML
cat > "$work/bad/backend.py" <<'PYTHON'
import time, zipfile

def build_wheel(folder, settings=None, metadata=None):
    with zipfile.ZipFile(f"{folder}/bad-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("bad.py", repr(time.time_ns()))
        wheel.writestr("bad-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("bad-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: bad\nVersion: 1\n")
        wheel.writestr("bad-1.dist-info/RECORD", "")
    return "bad-1-py3-none-any.whl"

def build_sdist(folder, settings=None):
    raise NotImplementedError
PYTHON

run() { # project, expected, command
  local project=$1 expected=$2 code=0
  shift 2
  (cd "$work/$project" && "$@") > "$work/log" 2>&1 || code=1
  [ "$code" = "$expected" ] || { tail -30 "$work/log"; fail "$* in the $project project ends with $code"; }
  echo "$1: the $project project: $code"
}
run good 0 tox -q -e reproducible
run bad 1 tox -q -e reproducible
run good 0 nox -s reproducible
run bad 1 nox -s reproducible
run good 1 pytest -q tests
pyrepro compile -q --python python -s "$work/good" "$work/good/src"
run good 0 pytest -q tests
