#!/usr/bin/env bash
# all.sh: runs every script here that proves something, and tells which ran, failed or lacked a program.
set -uo pipefail
cd "$(dirname "$0")" || exit 2
failed=0
for script in backends bazel ci completions conda container debian-packages debian-self docs nix pre-commit recipes release-check rpm-packages systems windows; do
  echo "== $script"
  "./$script.sh"
  case $? in
    0) ;;
    77) echo "== $script: skipped" ;;
    *) echo "== $script: FAILED"; failed=1 ;;
  esac
done
exit $failed
