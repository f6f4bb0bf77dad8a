#!/usr/bin/env bash
# Needs: cargo, python3, PyYAML if it is there.
# Proves: the steps of a release that need no compiler run here: the SBOM is the same twice and names what Cargo.lock has, sums
#   hold, and each script that a workflow calls is there. Wheels and static programs are built by wheels.sh and static.sh.
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
python3 -c 'import yaml' 2>/dev/null || { echo "no PyYAML here: the workflows are not read"; exit 0; }
python3 - "$root"/.github/workflows/*.yml "$root"/.github/ISSUE_TEMPLATE/*.yml "$root/.pre-commit-hooks.yaml" <<'PYTHON'
import sys, yaml
for path in sys.argv[1:]:
    yaml.safe_load(open(path))
    print("reads:", path.rsplit("/", 1)[-1])
PYTHON
