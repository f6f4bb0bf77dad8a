#!/usr/bin/env bash
# reproducible.sh PROJECT OUT [FLAGS OF BUILD...]
# Needs: git if the project is a repository, faketime if it is there.
# Does: what action.yml and the template for GitLab do. Builds sdist and wheel, builds both again elsewhere in another environment,
#   compares, checks that all is in normal form, and writes SHA256SUMS and in-toto statements to OUT. Exit status 1: not the same.
. "$(dirname "$0")/environment.sh"
project=$(realpath "${1:?name the project}") out=$(realpath -m "${2:?name the folder for artifacts}")
shift 2

time=${SOURCE_DATE_EPOCH:-}
if [ -z "$time" ]; then time=$(git -C "$project" log -1 --format=%ct 2>/dev/null || echo 315532800); fi
mkdir -p "$out" "$work/another/place"
cp -a "$project" "$work/another/place/copy"
rm -rf "$work/another/place/copy/dist"
build() { "$PYREPRO" build -q --sdist --wheel --source-date-epoch "$time" "$@"; }

(cd "$project" && build -o "$out" "$@" .)
export PYTHONHASHSEED=1 TZ=Asia/Tokyo LC_ALL=C
clock=()
if command -v faketime >/dev/null; then clock=(env NO_FAKE_STAT=1 faketime -f +40d); fi
(umask 077; cd "$work/another/place/copy" && "${clock[@]}" "$PYREPRO" build -q --sdist --wheel --source-date-epoch "$time" \
  -o "$work/again" "$@" .)
for artifact in "$out"/*.whl "$out"/*.tar.gz; do same "$artifact" "$work/again/$(basename "$artifact")"; done
"$PYREPRO" normalize --check "$out"/*.whl "$out"/*.tar.gz
for artifact in "$out"/*.whl "$out"/*.tar.gz; do
  "$PYREPRO" manifest "$artifact" --export in-toto -o "$artifact.intoto.json"
done
(cd "$out" && sha256sum -- *.whl *.tar.gz > SHA256SUMS)
