#!/usr/bin/env bash
# sums.sh FOLDER: checks that all archives are in normal form, and writes SHA256SUMS, in the order of names.
. "$(dirname "$0")/environment.sh"
cd "${1:?name the folder}"
rm -f SHA256SUMS
find . -maxdepth 1 -type f \( -name '*.whl' -o -name '*.tar.gz' \) -print0 | LC_ALL=C sort -z | xargs -0r "$PYREPRO" normalize --check
find . -maxdepth 1 -type f -printf '%f\n' | LC_ALL=C sort | tr '\n' '\0' | xargs -0r sha256sum -- > "$work/SHA256SUMS"
cp "$work/SHA256SUMS" SHA256SUMS
