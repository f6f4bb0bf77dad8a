#!/usr/bin/env bash
# static.sh OUT [TARGET...]
# Needs: cargo-zigbuild or the linker of the target, and the standard library of Rust for it.
# Does: static programs for Linux, as archives with the manual pages and completions, in the form that `cargo binstall` looks for.
. "$(dirname "$0")/environment.sh"
out=$(realpath -m "${1:?name the folder}")
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then targets=(x86_64-unknown-linux-musl aarch64-unknown-linux-musl); fi
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -1)
build=(cargo build)
if command -v cargo-zigbuild >/dev/null; then build=(cargo zigbuild); fi
mkdir -p "$out"
"$PYREPRO" man -o "$work/man"
for shell in bash zsh fish; do "$PYREPRO" completions "$shell" > "$work/pyrepro.$shell"; done
for target in "${targets[@]}"; do
  (cd "$root" && RUSTFLAGS="--remap-path-prefix=$root=/build --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
    CARGO_TARGET_DIR=$work/target "${build[@]}" --locked --profile "${PROFILE:-dist}" --target "$target")
  name=pyrepro-$version-$target
  mkdir -p "$work/$name"
  cp "$work/target/$target/${PROFILE:-dist}/pyrepro" "$root/LICENSE" "$root/README.md" "$work/$name/"
  cp -r "$work/man" "$work"/pyrepro.{bash,zsh,fish} "$work/$name/"
  tar c -z -C "$work" -f "$out/$name.tar.gz" "$name"
  "$PYREPRO" normalize -q "$out/$name.tar.gz"
done
