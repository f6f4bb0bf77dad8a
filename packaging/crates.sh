#!/usr/bin/env bash
# crates.sh: publishes the crates, each after those that it needs. With DRY_RUN=1 nothing is uploaded; crates that need others of
# these can only be tried so once those are published.
set -euo pipefail
cd "$(dirname "$0")/.."
for crate in pyrepro-bytecode pyrepro-archive pyrepro-compiler pyrepro; do
  cargo publish --locked ${DRY_RUN:+--dry-run} -p "$crate"
done
