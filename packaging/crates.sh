#!/usr/bin/env bash
# crates.sh [FLAGS of `cargo publish`...]
# Does: publishes the crates, each after those that it needs. `--dry-run` uploads nothing and builds each as its users would;
#   with `--no-verify` too, nothing is built.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo publish --locked --workspace "$@"
