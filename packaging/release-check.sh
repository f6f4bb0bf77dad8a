#!/usr/bin/env bash
# Needs: cargo, python3; PyYAML, shellcheck, ruby and check-jsonschema of the index if they are there.
# Proves: the steps of a release that need no compiler run here: the SBOM is the same twice and names what Cargo.lock has, sums
#   hold, each script that a workflow calls is there, and scripts, workflows and the formula for Homebrew have no faults in form. Wheels and static programs are built by wheels.sh and static.sh.
. "$(dirname "$0")/environment.sh"
"$root/packaging/sbom.sh" "$work/one.json"
"$root/packaging/sbom.sh" "$work/two.json"
same "$work/one.json" "$work/two.json"
python3 - "$work/one.json" <<'PYTHON'
import json, sys
document = json.load(open(sys.argv[1]))
names = {component["name"] for component in document["components"]}
assert {"clap", "sha2", "pyrepro-archive"} <= names and "proptest" not in names, names
PYTHON
mkdir "$work/dist"
"$PYREPRO" build -q --sdist --wheel --no-manifest -o "$work/dist" "$root/testdata/orchard"
cp "$work/one.json" "$work/dist/pyrepro.cdx.json"
"$root/packaging/sums.sh" "$work/dist"
(cd "$work/dist" && sha256sum -c SHA256SUMS)
for script in $(grep -oh 'packaging/[a-z-]*\.sh' "$root"/.github/workflows/*.yml "$root/action.yml" | sort -u); do
  [ -x "$root/$script" ] || fail "$script, which a workflow calls, is not there"
  bash -n "$root/$script"
done
if command -v shellcheck >/dev/null; then
  (cd "$root" && shellcheck -S warning .ci/run packaging/*.sh packaging/rpm/brp-pyrepro packaging/nix/setup-hook.sh packaging/rebuilderd/*.sh)
  echo "shellcheck: clean"
fi
if command -v ruby >/dev/null; then ruby -c "$root/packaging/homebrew/pyrepro.rb"; fi
if command -v check-jsonschema >/dev/null; then
  check-jsonschema -q --builtin-schema vendor.github-workflows "$root"/.github/workflows/*.yml
  check-jsonschema -q --builtin-schema vendor.github-actions "$root/action.yml"
  check-jsonschema -q --builtin-schema vendor.gitlab-ci "$root/packaging/gitlab/pyrepro.gitlab-ci.yml"
  check-jsonschema -q --builtin-schema vendor.github-issue-forms "$root"/.github/ISSUE_TEMPLATE/b*.yml
  check-jsonschema -q --builtin-schema vendor.github-issue-config "$root/.github/ISSUE_TEMPLATE/config.yml"
  echo "workflows, action, template for GitLab and issue forms: as their schemas want"
fi
python3 -c 'import yaml' 2>/dev/null || { echo "no PyYAML here: the workflows are not read"; exit 0; }
python3 - "$root"/.github/workflows/*.yml "$root"/.github/ISSUE_TEMPLATE/*.yml "$root/.pre-commit-hooks.yaml" <<'PYTHON'
import sys, yaml
for path in sys.argv[1:]:
    yaml.safe_load(open(path))
    print("reads:", path.rsplit("/", 1)[-1])
PYTHON
