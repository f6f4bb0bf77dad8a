#!/usr/bin/env bash
# sbom.sh OUT
# Needs: cargo and python3.
# Does: a list of the crates that the program is made of, with versions, licences and checksums, as CycloneDX 1.6. The same
#   Cargo.lock gives the same bytes. packaging/release-check.sh tries it.
. "$(dirname "$0")/environment.sh"
need cargo python3
out=${1:?name the file}
(cd "$root" && cargo metadata --locked --format-version 1) > "$work/metadata.json"
python3 - "$work/metadata.json" "$root/Cargo.lock" "$out" <<'PYTHON'
import json, re, sys

metadata = json.load(open(sys.argv[1]))
checksums = {}
for block in open(sys.argv[2]).read().split("[[package]]")[1:]:
    entry = dict(re.findall(r'^(\w+) = "(.*)"$', block, re.M))
    if "checksum" in entry:
        checksums[entry["name"], entry["version"]] = entry["checksum"]
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
# What is in the program: no dependencies of tests or of the build.
todo, used = [metadata["resolve"]["root"]], set()
while todo:
    name = todo.pop()
    if name not in used:
        used.add(name)
        for dependency in nodes[name]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                todo.append(dependency["pkg"])


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package):
    found = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"], "purl": purl(package)}
    if package["license"]:
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return found


root = packages[metadata["resolve"]["root"]]
document = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {"component": component(root) | {"type": "application"}},
    "components": sorted((component(packages[name]) for name in used if name != root["id"]), key=lambda c: c["bom-ref"]),
    "dependencies": sorted(
        (
            {
                "ref": purl(packages[name]),
                "dependsOn": sorted({purl(packages[dep["pkg"]]) for dep in nodes[name]["deps"] if dep["pkg"] in used}),
            }
            for name in used
        ),
        key=lambda d: d["ref"],
    ),
}
with open(sys.argv[3], "w") as file:
    json.dump(document, file, indent=2)
    file.write("\n")
print(f"{len(used)} crates")
PYTHON
