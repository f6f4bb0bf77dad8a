#!/usr/bin/env bash
# aarch64.sh ARCHIVE
# Needs: qemu-aarch64-static, and the archive of static.sh for aarch64.
# Proves: the program for aarch64, under emulation, writes the same wheel and the same bytecode as the one of this machine.
. "$(dirname "$0")/environment.sh"
need qemu-aarch64-static
tar x -z -C "$work" -f "${1:?name the archive of static.sh for aarch64}"
other=("qemu-aarch64-static" "$(echo "$work"/pyrepro-*/pyrepro)")
for run in here there; do
  command=("$PYREPRO")
  [ "$run" = here ] || command=("${other[@]}")
  cp -r "$root/testdata/orchard" "$work/$run"
  "${command[@]}" build -q --no-manifest --wheel --sdist -o "$work/$run-dist" "$work/$run"
  "${command[@]}" compile -q --compiler native --python 3.14 -s "$work/$run" "$work/$run/src"
done
for artifact in "$work"/here-dist/*; do same "$artifact" "$work/there-dist/$(basename "$artifact")"; done
diff -r "$work/here/src" "$work/there/src"
echo "the same bytecode"
