#!/usr/bin/env bash
# Needs: python3.13 or a Python that PYTHON names, with venv, and a package index (pip, uv, build, hatchling, setuptools).
# Proves: the hook for hatchling and the command for setuptools put hash-based canonical bytecode into wheels, through build, uv
#   and pip, with the same bytes each time; Python takes it as it is; and what uv installs can be compiled afterwards.
. "$(dirname "$0")/environment.sh"
python=${PYTHON:-$(command -v python3.13 || command -v python3)}
need "$python"
minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tag=${minor/./}

"$root/packaging/wheel-of-program.sh" "$work/wheels"
"$python" -m venv "$work/env"
"$work/env/bin/python" -m pip install -q --no-compile build uv hatchling setuptools "$work"/wheels/pyrepro-*.whl
unset PYREPRO
export PATH=$work/env/bin:$PATH

project() { # name, backend, requirement, settings
  mkdir -p "$work/$1/src/orchard"
  cp -r "$root/testdata/orchard/src/orchard/." "$work/$1/src/orchard/"
  printf '[project]\nname = "orchard"\nversion = "1.0"\n[build-system]\nrequires = ["%s", "pyrepro"]\nbuild-backend = "%s"\n%s\n' \
    "$3" "$2" "$4" > "$work/$1/pyproject.toml"
}
project hatch hatchling.build hatchling '[tool.hatch.build.targets.wheel.hooks.pyrepro]
invalidation-mode = "unchecked-hash"
[tool.hatch.build.targets.wheel]
packages = ["src/orchard"]'
project setuptools setuptools.build_meta setuptools '[tool.pyrepro.bytecode]
invalidation-mode = "unchecked-hash"'

export SOURCE_DATE_EPOCH=1700000000
for backend in hatch setuptools; do
  PYTHONHASHSEED=0 python -m build -q --wheel --no-isolation -o "$work/$backend-build" "$work/$backend" > "$work/log" 2>&1 || { cat "$work/log"; fail "$backend"; }
  rm -rf "$work/$backend/build" "$work/$backend"/src/*.egg-info
  (umask 002; PYTHONHASHSEED=1 TZ=Asia/Tokyo uv build -q --wheel --no-build-isolation -o "$work/$backend-uv" "$work/$backend")
  rm -rf "$work/$backend/build" "$work/$backend"/src/*.egg-info
  pip wheel -q --no-deps --no-build-isolation -w "$work/$backend-pip" "$work/$backend"
  wheel=$(ls "$work/$backend-build"/*.whl)
  [ "$(basename "$wheel")" = "orchard-1.0-cp$tag-none-any.whl" ] || fail "the wheel is called $(basename "$wheel")"
  same "$wheel" "$work/$backend-uv/$(basename "$wheel")"
  same "$wheel" "$work/$backend-pip/$(basename "$wheel")"
  pyrepro normalize --check -q "$wheel"
  rm -rf "$work/target" && uv pip install -q --python "$work/env/bin/python" --target "$work/target" --no-deps "$wheel"
  pyrepro compile --check -q --python python --invalidation-mode unchecked-hash -s "$work/target" "$work/target/orchard"
  (cd "$work/target" && python -v -c 'import orchard.cli' 2>&1 | grep "code object from '.*/orchard/__pycache__/__init__" >/dev/null) || fail "Python does not take the bytecode"
  echo "  $backend: $(python -m zipfile -l "$wheel" | grep -c '\.pyc') bytecode files, fresh"
done

# After uv, which compiles nothing or with timestamps: one command.
mkdir -p "$work/app" && cd "$work/app"
printf '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["orchard"]\n[tool.uv.sources]\norchard = { path = "%s" }\n' \
  "$work/setuptools-build/orchard-1.0-cp$tag-none-any.whl" > pyproject.toml
uv sync -q --offline --python "$work/env/bin/python"
pyrepro compile -q --python .venv/bin/python -s .venv ".venv/lib/python$minor/site-packages"
pyrepro compile --check -q --python .venv/bin/python -s .venv ".venv/lib/python$minor/site-packages"
echo "uv sync, then pyrepro compile: fresh"
UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=CHECKED_HASH uv sync -q --offline --reinstall --python "$work/env/bin/python"
pyrepro normalize -q ".venv/lib/python$minor/site-packages/orchard"
pyrepro normalize --check -q ".venv/lib/python$minor/site-packages/orchard"
echo "UV_COMPILE_BYTECODE with hashes, then pyrepro normalize: canonical"
