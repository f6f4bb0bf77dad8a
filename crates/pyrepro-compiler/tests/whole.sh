#!/bin/sh
# Compares the compiler with interpreters: their standard libraries, folders of other sources, and programs at random.
#
#   tests/whole.sh COUNT PYTHON ... -- DIR ...
#
# The exit code is 1 if anything differs. The programs come from the statements of the folders; TMPDIR has room for them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
count=$1
shift
pythons=
while [ "$1" != -- ]; do
  pythons="$pythons $1"
  shift
done
shift

(cd "$here/.." && cargo build --release --locked --example native_diff)
target=${CARGO_TARGET_DIR:-$here/../../../target}
programs=$(mktemp -d)
trap 'rm -r "$programs"' EXIT
library='import os; print(os.path.dirname(os.__file__))'

status=0
for python in $pythons; do
  # CPython as WebAssembly has no library on this machine, and cannot write the programs.
  folder=$("$python" -I -c "$library" 2>/dev/null) || folder=
  if [ -d "$folder" ] && [ ! -e "$programs/all.bin" ]; then
    "$python" "$here/mutants/mutants.py" --count "$count" --write "$programs/all.bin" "$@"
  fi
  for sources in ${folder:+"$folder"} "$@" "$programs/all.bin"; do
    echo "== $python $sources"
    "$target/release/examples/native_diff" "$python" -l 012 "$sources" || status=1
  done
done
exit $status
