#!/usr/bin/env bash
# pre-commit-mirror.sh FOLDER VERSION: writes the repository of hooks that projects name in .pre-commit-config.yaml. It has
# no code: pre-commit installs it, and with it the wheel of pyrepro, so that nobody needs Rust for a hook.
set -euo pipefail
folder=$1 version=$2
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$folder"
cp "$root/.pre-commit-hooks.yaml" "$folder/"
cat > "$folder/pyproject.toml" <<TOML
[project]
name = "pyrepro-pre-commit"
version = "$version"
dependencies = ["pyrepro==$version"]

[build-system]
requires = ["pyrepro==$version"]
build-backend = "pyrepro"

[tool.pyrepro]
module-name = "pyrepro_pre_commit"
TOML
echo '"""Nothing: the hooks are programs of pyrepro."""' > "$folder/pyrepro_pre_commit.py"
