# shellcheck shell=bash
# What the scripts of this folder share; read with `.`, not run. PYREPRO names the program that is tried.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ -z "${PYREPRO:-}" ]; then
  for built in "$root/target/release/pyrepro" "$root/target/debug/pyrepro"; do
    [ -x "$built" ] && PYREPRO=$built && break
  done
fi
PYREPRO=$(realpath "${PYREPRO:?build pyrepro first, or name it with PYREPRO}")
export PYREPRO
work=$(mktemp -d "${TMPDIR:-/tmp}/pyrepro-packaging.XXXXXX")
trap '[ -n "${KEEP:-}" ] || rm -rf "$work"' EXIT

# Ends with 77, as test programs say "skipped", where a program is not here.
need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "skipped: $0 needs $program" >&2; exit 77; }
  done
}

# Says what holds, and ends where it does not.
same() {
  cmp -- "$1" "$2" || { "$PYREPRO" diff "$1" "$2" >&2 || true; echo "FAILED: $1 and $2 differ" >&2; exit 1; }
  echo "same bytes: $(basename "$1") $(sha256sum < "$1" | cut -c1-16)"
}

fail() { echo "FAILED: $*" >&2; exit 1; }

# Environments of two builds that must not matter: of the first, and of the second.
first_build() { env PYTHONHASHSEED=0 TZ=UTC LC_ALL=C.UTF-8 bash -c 'umask 022; exec "$@"' - "$@"; }
second_build() {
  env PYTHONHASHSEED=1 TZ=Asia/Tokyo LC_ALL=C HOME=/nonexistent NO_FAKE_STAT=1 \
    faketime -f '+40d' bash -c 'umask 002; exec "$@"' - "$@"
}
