#!/usr/bin/env bash
# Needs: nothing but the program. wheel-of-program.sh FOLDER
# Makes a wheel of the Python package with the program that PYREPRO names, for the other scripts here to install. What is
# released is made by wheels.sh.
. "$(dirname "$0")/environment.sh"
out=$(realpath -m "${1:?name a folder}")
mkdir -p "$work/project/scripts"
cp -r "$root/python/pyrepro" "$work/project/pyrepro"
find "$work/project" -name __pycache__ -prune -exec rm -rf {} +
cp "$PYREPRO" "$work/project/scripts/pyrepro"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -1)
{
  printf '[project]\nname = "pyrepro"\nversion = "%s"\nrequires-python = ">=3.8"\n' "$version"
  # The hooks of other backends are found by their entry points.
  sed -n '/^\[project\.entry-points\./,/^$/p' "$root/pyproject.toml"
  printf '[build-system]\nrequires = ["pyrepro"]\nbuild-backend = "pyrepro"\n[tool.pyrepro]\ndata = { scripts = "scripts" }\n'
} > "$work/project/pyproject.toml"
"$PYREPRO" build -q --no-manifest -o "$out" "$work/project"
ls "$out"/pyrepro-*.whl
