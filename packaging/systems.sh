#!/usr/bin/env bash
# systems.sh [TARGET...]
# Needs: cargo, and Rust's standard library for the other systems (`rustup target add …`); no linker and no SDK.
# Proves: the library and the program compile for Windows and macOS. Those whose library is not here are named and left out.
. "$(dirname "$0")/environment.sh"
need cargo rustc
systems=("$@")
if [ ${#systems[@]} = 0 ]; then
  systems=(x86_64-pc-windows-gnu x86_64-pc-windows-msvc aarch64-apple-darwin x86_64-apple-darwin)
fi
cd "$root"
checked=0
for target in "${systems[@]}"; do
  [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || { echo "not here, so not checked: $target"; continue; }
  cargo check --locked --quiet --target "$target" --lib --bins
  echo "compiles: $target"
  checked=$((checked + 1))
done
[ "$checked" -gt 0 ] || exit 77
