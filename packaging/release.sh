#!/usr/bin/env bash
# release.sh OUT
# Needs: what wheels.sh, static.sh and sbom.sh need.
# Does: all that a release has: wheels, the sdist, static programs, the SBOM, SHA256SUMS. Whoever runs it on the commit of a
#   release, with the Rust, maturin and zig that .github/workflows/release.yml names, gets the same SHA256SUMS.
#   TARGETS names some targets in place of all; with TWICE empty, wheels are built once.
. "$(dirname "$0")/environment.sh"
out=$(realpath -m "${1:?name the folder}")
mkdir -p "$out"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
read -ra targets <<< "${TARGETS:-}"
TWICE=${TWICE-1} "$root/packaging/wheels.sh" "$out" "${targets[@]}"
(cd "$root" && maturin sdist --out "$out")
"$PYREPRO" normalize -q "$out"/*.tar.gz
"$root/packaging/static.sh" "$out" "$out"/*musllinux*.whl
"$root/packaging/sbom.sh" "$out/pyrepro.cdx.json"
"$root/packaging/sums.sh" "$out"
