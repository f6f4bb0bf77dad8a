#!/usr/bin/env bash
# wheels.sh OUT [TARGET...]
# Needs: maturin and ziglang from PyPI, the standard library of Rust for each target, twine and auditwheel if they are there.
# Does: the wheels that are released, for manylinux2014 and musllinux 1.1 on x86_64 and aarch64, linked by zig; checks each with
#   `pyrepro normalize --check`, twine and auditwheel. BUILD_STD=1 builds the standard library from its source, where
#   there is a compiler with that source and no rustup target. TWICE=1 builds all again elsewhere and compares.
. "$(dirname "$0")/environment.sh"
need maturin python3
out=$(realpath -m "${1:?name the folder for wheels}")
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  targets=(x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-musl)
fi

build() { # source, folder for wheels
  local target kind
  for target in "${targets[@]}"; do
    case $target in
      *-musl) kind=musllinux_1_1 ;;
      *-linux-gnu) kind=manylinux2014 ;;
      *) kind=pypi ;;
    esac
    # The path of the build is told to nobody.
    (
      cd "$1"
      export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
      export RUSTFLAGS="--remap-path-prefix=$1=/build --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
      export CARGO_TARGET_DIR=$work/target
      if [ -n "${BUILD_STD:-}" ]; then export RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_unwind; fi
      maturin build --quiet --zig --locked --profile "${PROFILE:-dist}" --compatibility "$kind" --target "$target" --out "$2"
    )
  done
  "$PYREPRO" normalize -q "$2"/*.whl
}

git -C "$root" archive --prefix=source/ HEAD | tar x -C "$work"
build "$work/source" "$out"
if [ -n "${TWICE:-}" ]; then
  rm -rf "$work/target"
  mkdir -p "$work/another/place"
  git -C "$root" archive --prefix=copy/ HEAD | tar x -C "$work/another/place"
  build "$work/another/place/copy" "$work/again"
  for wheel in "$out"/*.whl; do same "$wheel" "$work/again/$(basename "$wheel")"; done
fi
"$PYREPRO" normalize --check "$out"/*.whl
if command -v twine >/dev/null; then twine check --strict "$out"/*.whl; fi
if command -v auditwheel >/dev/null; then for wheel in "$out"/*linux*.whl; do auditwheel show "$wheel"; done; fi
