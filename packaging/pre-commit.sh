#!/usr/bin/env bash
# Needs: git, zip, python3, pre-commit (in PATH, or named by PRE_COMMIT), no index: the wheel is made of the program.
# Proves: pre-commit installs the hooks of .pre-commit-hooks.yaml, finds a wheel that is not deterministic, and mends it. The
#   repository of hooks is a mirror that needs no Rust: a pyproject.toml that depends on the wheel.
. "$(dirname "$0")/environment.sh"
pre_commit=${PRE_COMMIT:-pre-commit}
need git python3 "$pre_commit"

"$root/packaging/wheel-of-program.sh" "$work/wheels"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -1)
export HOME=$work/home PRE_COMMIT_HOME=$work/cache PIP_FIND_LINKS=$work/wheels GIT_CONFIG_GLOBAL=$work/gitconfig
mkdir -p "$HOME"
git config --file "$work/gitconfig" user.name A
git config --file "$work/gitconfig" user.email a@example.org
# What a build of the mirror needs, from the same folder or from the index.
mirror=$work/mirror
"$root/packaging/pre-commit-mirror.sh" "$mirror" "$version"
git -C "$mirror" init -q && git -C "$mirror" add -A && git -C "$mirror" commit -qm mirror
git -C "$mirror" tag "v$version"

project=$work/project
mkdir -p "$project" && cd "$project" && git init -q
cat > .pre-commit-config.yaml <<YAML
repos:
  - repo: file://$mirror
    rev: v$version
    hooks:
      - id: pyrepro-normalize-check
YAML
printf "x = {1, 2, 3}\n" | tee m.py > n.py
python3 -c 'import zipfile; z = zipfile.ZipFile("a.zip", "w"); [z.write(n) for n in ("n.py", "m.py")]; z.close()'
git add -A
if "$pre_commit" run --all-files > "$work/log" 2>&1; then cat "$work/log"; fail "the hook finds nothing"; fi
grep -q 'would change' "$work/log" || { cat "$work/log"; fail "the hook fails for another reason"; }
sed -i 's/normalize-check/normalize/' .pre-commit-config.yaml
"$pre_commit" run --all-files > "$work/log" 2>&1 || true
grep -q 'files were modified by this hook' "$work/log" || { cat "$work/log"; fail "the hook mends nothing"; }
git add -A
"$pre_commit" run --all-files
