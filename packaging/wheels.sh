#!/usr/bin/env bash
# wheels.sh OUT [TARGET...]
# Needs: maturin and ziglang from PyPI, Rust's standard library for each target (`rustup target add`); twine and auditwheel if they
#   are there. PROFILE names cargo's profile.
# Does: the wheels that are released, for manylinux 2014 and musllinux 1.2 on x86_64 and aarch64, linked by zig; checks each with
#   `pyrepro normalize --check`, twine and auditwheel.
# Proves, with TWICE=1: a second build in another folder, with another umask, time zone and locale, gives the same bytes. With
#   CARGO_TARGET_DIR both builds use that folder, and the second one builds only what is pyrepro's own.
. "$(dirname "$0")/environment.sh"
need maturin python3
out=$(realpath -m "${1:?name the folder for wheels}")
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  targets=(x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-musl)
fi
# Flags of the compiler name these folders, so what is in CARGO_TARGET_DIR serves again only if they stay the same.
places=${CARGO_TARGET_DIR:-$work}/wheels
first=$places/source second=$places/another/place/copy
# Both builds are of one commit, also if another one comes meanwhile.
commit=$(git -C "$root" rev-parse HEAD)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct "$commit")}
# Nobody is told where it was built, nor which mirror of the registry the crates came from.
(cd "$root" && cargo fetch --locked --quiet)
RUSTFLAGS=
# The last that fits counts, so the widest comes first.
if [ -n "${CARGO_TARGET_DIR:-}" ]; then RUSTFLAGS+=" --remap-path-prefix=$CARGO_TARGET_DIR=/target"; fi
for folder in "$first" "$second"; do RUSTFLAGS+=" --remap-path-prefix=$folder=/pyrepro --remap-path-prefix=$folder-target=/target"; done
for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do RUSTFLAGS+=" --remap-path-prefix=$folder=/crates"; done
export RUSTFLAGS

"$root/packaging/sbom.sh" "$work/pyrepro.cdx.json"

build() { # source, folder for wheels
  local target kind
  rm -rf "$1"
  mkdir -p "$1"
  # With the time of now, so that cargo takes nothing of another commit for fresh.
  git -C "$root" archive "$commit" | tar x --touch -C "$1"
  for target in "${targets[@]}"; do
    case $target in
      *-musl) kind=musllinux_1_2 ;;
      *-linux-gnu) kind=manylinux2014 ;;
      *) kind=pypi ;;
    esac
    (cd "$1" && CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$1-target} maturin build --quiet --zig --locked \
      --profile "${PROFILE:-dist}" --strip --compatibility "$kind" --target "$target" --out "$2" \
      --sbom-include "$work/pyrepro.cdx.json")
  done
  "$PYREPRO" normalize -q "$2"/*.whl
}

(umask 022; TZ=UTC LC_ALL=C.UTF-8 build "$first" "$out")
if [ -n "${TWICE:-}" ]; then
  (umask 077; TZ=Asia/Tokyo LC_ALL=C build "$second" "$work/again")
  for wheel in "$work/again"/*.whl; do same "$wheel" "$out/$(basename "$wheel")"; done
fi
"$PYREPRO" normalize --check "$out"/*.whl
if command -v twine >/dev/null; then twine check --strict "$out"/*.whl; fi
if command -v auditwheel >/dev/null; then for wheel in "$out"/*linux*.whl; do auditwheel show "$wheel"; done; fi
