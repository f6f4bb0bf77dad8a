#!/usr/bin/env bash
# Needs: git, python3 with PyYAML to read the files (without it, that part is left out).
# Proves: the steps of action.yml (reproducible.sh) and the lines of the GitLab template run on a repository whose version comes
#   from a tag, and both build the same bytes. The services themselves, and signing, were not run.
. "$(dirname "$0")/environment.sh"
need git python3

mkdir -p "$work/bin" "$work/repository"
ln -s "$PYREPRO" "$work/bin/pyrepro"
export PATH=$work/bin:$PATH
cp -r "$root/testdata/orchard/." "$work/repository"
cd "$work/repository"
sed -i 's/^version = .*/dynamic = ["version"]/' pyproject.toml
grep -q '^dynamic' pyproject.toml || fail "the example has another form"
printf '\n[tool.pyrepro.version]\nsource = "git"\n' >> pyproject.toml
git init -q
git -c user.name=A -c user.email=a@example.org add -A
git -c user.name=A -c user.email=a@example.org commit -qm one
git tag v3.2.1
"$root/packaging/reproducible.sh" "$work/repository" "$work/dist"
(cd "$work/dist" && sha256sum -c --quiet SHA256SUMS && ls)
ls "$work/dist"/orchard-3.2.1-*.whl >/dev/null || fail "the version is not that of the tag"

python3 -c 'import yaml' 2>/dev/null || { echo "no PyYAML here: the templates are not read"; exit 0; }
python3 - "$root" > "$work/lines" <<'PYTHON'
import sys, yaml
root = sys.argv[1]
action = yaml.safe_load(open(root + "/action.yml"))
assert action["runs"]["using"] == "composite"
template = yaml.safe_load(open(root + "/packaging/gitlab/pyrepro.gitlab-ci.yml"))
for line in template[".pyrepro"]["script"]:
    if "pip install" not in line and "sigstore sign" not in line:
        print(line)
PYTHON
git clone -q "$work/repository" "$work/gitlab"
(cd "$work/gitlab" && PYREPRO_FLAGS="" bash -euo pipefail "$work/lines" > "$work/log" 2>&1) || { cat "$work/log"; fail "the template does not run"; }
for artifact in "$work/dist"/*.whl; do same "$artifact" "$work/gitlab/dist/$(basename "$artifact")"; done
