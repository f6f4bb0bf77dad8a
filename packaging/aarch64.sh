#!/usr/bin/env bash
# aarch64.sh ARCHIVE
# Needs: qemu-aarch64-static, and the archive of static.sh for aarch64.
# Proves: the program for aarch64, under emulation, writes the same wheel, sdist and bytecode as the one of this machine, and makes
#   the same canonical form of the bytecode and the archive that Python wrote.
. "$(dirname "$0")/environment.sh"
need qemu-aarch64-static python3
tar x -z -C "$work" -f "${1:?name the archive of static.sh for aarch64}"
other=("qemu-aarch64-static" "$(echo "$work"/pyrepro-*/pyrepro)")
cp -r "$root/testdata/orchard" "$work/foreign"
PYTHONHASHSEED=1 python3 -m compileall -q "$work/foreign/src"
(cd "$work/foreign" && python3 -m zipfile -c ../foreign.zip src pyproject.toml README.md)

for run in here there; do
  command=("$PYREPRO")
  [ "$run" = here ] || command=("${other[@]}")
  cp -r "$root/testdata/orchard" "$work/$run"
  "${command[@]}" build -q --no-manifest --wheel --sdist -o "$work/$run-dist" "$work/$run"
  "${command[@]}" compile -q --compiler native --python 3.14 -s "$work/$run" "$work/$run/src"
  cp -r "$work/foreign" "$work/$run-canonical"
  cp "$work/foreign.zip" "$work/$run-canonical.zip"
  "${command[@]}" normalize -q "$work/$run-canonical/src" "$work/$run-canonical.zip"
done
cmp -s "$work/foreign.zip" "$work/here-canonical.zip" && fail "the archive was canonical before"
for artifact in "$work"/here-dist/*; do same "$artifact" "$work/there-dist/$(basename "$artifact")"; done
same "$work/here-canonical.zip" "$work/there-canonical.zip"
diff -r "$work/here/src" "$work/there/src"
diff -r "$work/here-canonical" "$work/there-canonical"
echo "the same bytecode: $(find "$work/there/src" -name '*.pyc' | wc -l) compiled, $(find "$work/there-canonical" -name '*.pyc' | wc -l) normalised"
